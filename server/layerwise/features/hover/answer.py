"""The hover: first the pages of the rules that flag a place, then what the manual says about the word there."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from layerwise.engine import Analysis, Reported
from layerwise.engine.manual import manual
from layerwise.features.hover.arguments import argument_hover
from layerwise.features.hover.commands import command_hover
from layerwise.features.hover.flags import flag_hover
from layerwise.features.hover.images import image_hover
from layerwise.features.hover.instructions import directive_hover, keyword_hover
from layerwise.features.hover.markdown import Hover
from layerwise.features.hover.variables import variable_hover
from layerwise.features.place import Place, place_at

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
    found = list(_findings(analysis, offset))
    word = word_hover(analysis, offset)
    parts = list(dict.fromkeys(_rule_page(each) for each in found))
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


def _rule_page(reported: Reported) -> str:
    """The manual of the rule under its linked name. Headings would be louder than all the rest of a hover."""
    rule = reported.rule
    lines = []
    fenced = False
    for line in manual(rule, heading=False).splitlines():
        fenced ^= line.startswith("```")
        lines.append(f"**{line[3:]}**" if line.startswith("## ") and not fenced else line)
    return f"**[{rule.id}]({rule.url})**\n\n" + "\n".join(lines)


def _findings(analysis: Analysis, offset: int) -> Iterator[Reported]:
    for reported in analysis.findings:
        if reported.start > offset:
            return
        if reported.span.contains(offset):
            yield reported
