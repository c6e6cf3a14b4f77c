"""The edit behind "ignore on this line": a comment above the instruction, or one more id in the one that stands."""

from __future__ import annotations

from layerwise.engine.analysis import Analysis
from layerwise.engine.reported import Reported
from layerwise.lint import Edit, Notation, Reach, Suppression
from layerwise.text import Span
from layerwise.text.patterns import regex

_HADOLINT_ID = regex(r"DL\d{4}")
_BYTE_ORDER_MARK = "\ufeff"


def ignore_edits(analysis: Analysis, reported: Reported, *, whole_file: bool = False) -> tuple[Edit, ...]:
    """The edits that silence a finding.

    :param whole_file: silence the rule in the whole file, not on this instruction only.
    """
    owner = None if whole_file else _owner(analysis, reported)
    standing = _standing(analysis, reported, whole_file=owner is None)
    if standing:
        suppression, rule_id = standing
        end = suppression.ids[-1].span.end
        return (Edit(Span(end, end), f",{rule_id}"),)
    if owner is None:
        return (_at_top(analysis, f"# layerwise: ignore-file={reported.rule.id}"),)
    indent = owner.of(analysis.text)
    comment = f"{indent}# layerwise: ignore={reported.rule.id}{_line_end(analysis, owner.start)}"
    return (Edit(Span(owner.start, owner.start), comment),)


def _owner(analysis: Analysis, reported: Reported) -> Span | None:
    """The white space before the instruction (or the comment) that the finding is in; None when no comment above it
    would reach the finding."""
    dockerfile = analysis.dockerfile
    instruction = dockerfile.instruction_at(reported.start)
    if instruction is None and not _is_followed(analysis, reported.start):
        return None
    line = dockerfile.lines.line_of(instruction.span.start if instruction else reported.start)
    start, end = dockerfile.lines.span(line)
    if dockerfile.text.startswith(_BYTE_ORDER_MARK, start):
        start += 1
    if any(directive.span.start >= start for directive in dockerfile.directives):
        return None
    content = dockerfile.text[start:end]
    return Span(start, start + len(content) - len(content.lstrip(" \t")))


def _is_followed(analysis: Analysis, offset: int) -> bool:
    """Whether an instruction stands somewhere behind."""
    sections = analysis.dockerfile.sections
    last = next((section for section in reversed(sections) if section.layout.instructions), None)
    return last is not None and last.span.start + last.layout.instructions[-1][0] >= offset


def _standing(analysis: Analysis, reported: Reported, *, whole_file: bool) -> tuple[Suppression, str] | None:
    """A suppression that can take one more id, and the id in its notation."""
    reaches = (Reach.FILE,) if whole_file else (Reach.LINE, Reach.INSTRUCTION)
    fitting = [
        each
        for each in analysis.suppressions
        if each.ids and each.reach in reaches and each.covers.contains(reported.start)
    ]
    for suppression in fitting:
        if suppression.notation is Notation.LAYERWISE:
            return suppression, reported.rule.id
    foreign = next((alias for alias in reported.aliases if _HADOLINT_ID.fullmatch(alias)), None)
    for suppression in fitting:
        if suppression.notation is Notation.HADOLINT and foreign:
            return suppression, foreign
    return None


def _at_top(analysis: Analysis, comment: str) -> Edit:
    """A comment behind the parser directives: before one, it would put it out of force."""
    dockerfile = analysis.dockerfile
    at = 1 if dockerfile.text.startswith(_BYTE_ORDER_MARK) else 0
    if dockerfile.directives:
        last = dockerfile.directives[-1].span.end
        at = dockerfile.lines.full_span(dockerfile.lines.line_of(last)).end
        if at == last:
            return Edit(Span(at, at), _line_end(analysis, at) + comment)
    return Edit(Span(at, at), comment + _line_end(analysis, at))


def _line_end(analysis: Analysis, offset: int) -> str:
    """The line end in use at a place: that of its line, else of the one before."""
    lines = analysis.dockerfile.lines
    number = lines.line_of(offset)
    for candidate in (number, number - 1):
        if candidate >= 0:
            end = Span(lines.span(candidate).end, lines.full_span(candidate).end).of(analysis.text)
            if end:
                return end
    return "\n"
