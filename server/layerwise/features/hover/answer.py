"""The hover: first what the rules that flag a place say, the gravest first, then the manual on the word there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from layerwise.engine import Analysis, Reported
from layerwise.engine.manual import body, summary
from layerwise.features.hover.arguments import argument_hover
from layerwise.features.hover.commands import command_hover
from layerwise.features.hover.flags import flag_hover
from layerwise.features.hover.images import image_hover
from layerwise.features.hover.instructions import directive_hover, keyword_hover
from layerwise.features.hover.markdown import Hover
from layerwise.features.hover.variables import variable_hover
from layerwise.features.place import Place, place_at
from layerwise.lint import Severity

__all__ = ["Hover", "hover"]

_KINDS: tuple[Callable[[Place], Hover | None], ...] = (
    keyword_hover,
    variable_hover,
    flag_hover,
    image_hover,
    command_hover,
    argument_hover,
)
"""The first that has an answer wins."""
_RULE = "\n\n---\n\n"


def hover(analysis: Analysis, offset: int) -> Hover | None:
    """What is to be said about the place of a cursor, None for nothing."""
    found = sorted(_findings(analysis, offset), key=lambda each: each.severity)
    word = word_hover(analysis, offset)
    parts = [
        _rule_page([each for each in found if each.rule is rule]) for rule in dict.fromkeys(each.rule for each in found)
    ]
    if word:
        parts.append(word.markdown)
    if not parts:
        return None
    span = word.span if word else min((each.span for each in found), key=lambda span: span.end - span.start)
    return Hover(span, _RULE.join(parts))


def word_hover(analysis: Analysis, offset: int) -> Hover | None:
    """The manual's part of the hover, without the pages of rules."""
    directive = directive_hover(analysis.dockerfile, offset)
    if directive:
        return directive
    place = place_at(analysis, offset)
    if place is None or any(comment.span.contains(offset) for comment in place.instruction.comments):
        return None
    return next((answer for kind in _KINDS if (answer := kind(place))), None)


def _rule_page(found: Sequence[Reported]) -> str:
    """What one rule says: what is wrong, what can be done about it here, and why. Begins with its linked name."""
    rule = found[0].rule
    return "\n\n".join(
        [f"**[{rule.id}]({rule.url})**: {summary(rule)}", *_unseen(found), *_fixes(found), _softened(body(rule))]
    )


def _unseen(found: Iterable[Reported]) -> Iterator[str]:
    """The messages of hints: an editor marks them with some dots, and says what they mean nowhere else."""
    return (f"{each.message}." for each in found if each.severity is Severity.HINT)


def _fixes(found: Iterable[Reported]) -> Iterator[str]:
    titles = dict.fromkeys(fix.title for each in found for fix in each.kept.fixes)
    if titles:
        yield "**Quick fix**: " + "; or: ".join(titles)


def _softened(text: str) -> str:
    """Headings would be louder than all the rest of a hover."""
    lines = []
    fenced = False
    for line in text.splitlines():
        fenced ^= line.startswith("```")
        lines.append(f"**{line[3:]}**" if line.startswith("## ") and not fenced else line)
    return "\n".join(lines)


def _findings(analysis: Analysis, offset: int) -> Iterator[Reported]:
    for reported in analysis.findings:
        if reported.start > offset:
            return
        if reported.span.contains(offset):
            yield reported
