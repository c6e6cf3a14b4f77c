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
    sections = build.dockerfile.sections
    layouts = sections.layouts[1:]
    lower = sum([layout.lower for layout in layouts])
    upper = sum([layout.upper for layout in layouts])
    casing = "lowercase" if lower > upper else "uppercase"
    for start, layout in zip(sections.starts[1:], layouts, strict=True):
        if len(layout.own) == (layout.lower if lower > upper else layout.upper):
            continue
        for at, node in layout.instructions:
            text = node.keyword.text
            wanted = text.lower() if lower > upper else text.upper()
            if text != wanted and not isinstance(node, Unknown):
                yield _finding(node.keyword, start + at, wanted, casing)


def _finding(keyword: Word, start: int, wanted: str, casing: str) -> Finding:
    span = keyword.span.moved(start)
    is_whole = span.end - span.start == len(keyword.text)
    return Finding(
        span,
        f"Command '{keyword.text}' should match the case of the command majority ({casing})",
        # A keyword that a continuation splits is left to its author.
        fix=Fix(f"Write `{wanted}`", Edit(span, wanted)) if is_whole else None,
    )
