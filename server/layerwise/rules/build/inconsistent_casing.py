"""The rule build/inconsistent-casing."""

from collections.abc import Iterator

from layerwise.build.model import Build
from layerwise.lint import Applicability, Edit, FileContext, Finding, Fix, Severity, rule
from layerwise.syntax.tree import Unknown, Word


@rule(Build, severity=Severity.WARNING, aliases=("ConsistentInstructionCasing",), fixes=(Applicability.SAFE,))
def inconsistent_casing(build: Build, ctx: FileContext) -> Iterator[Finding]:
    r"""A keyword is written in another case than most keywords of the file.

    ## Why
    The builder reads them in any case, and warns about each that stands out, since a reader takes it for something
    else than an instruction.

    ## Example
    RUN true
    Run date
    CMD ["date"]

    ## Use instead
    RUN true
    RUN date
    CMD ["date"]

    ## Fix safety
    Safe: it changes the case of the keyword and of nothing else.
    """
    lower = upper = 0
    for section in build.dockerfile.sections[1:]:
        lower += section.layout.lower
        upper += section.layout.upper
    casing = "lowercase" if lower > upper else "uppercase"
    for section in build.dockerfile.sections[1:]:
        if len(section.layout.own) == (section.layout.lower if lower > upper else section.layout.upper):
            continue
        for start, node in section.layout.instructions:
            text = node.keyword.text
            wanted = text.lower() if lower > upper else text.upper()
            if text != wanted and not isinstance(node, Unknown):
                yield _finding(node.keyword, section.span.start + start, wanted, casing)


def _finding(keyword: Word, start: int, wanted: str, casing: str) -> Finding:
    span = keyword.span.moved(start)
    is_whole = span.end - span.start == len(keyword.text)
    return Finding(
        span,
        f"Command '{keyword.text}' should match the case of the command majority ({casing})",
        # A keyword that a continuation splits is left to its author.
        fix=Fix(f"Write `{wanted}`", Edit(span, wanted)) if is_whole else None,
    )
