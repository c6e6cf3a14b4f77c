"""Taking one variable out of an ENV or ARG. Whether it may go is for others to say."""

from __future__ import annotations

from layerwise.lint.placing import Sheet
from layerwise.syntax.tree import Assigning, Dockerfile, Pair
from layerwise.text import Edit, Span


def without_pair(instruction: Assigning, pair: Pair, dockerfile: Dockerfile) -> Edit | None:
    """The instruction without one of its pairs, or gone with the last one; None where a comment would go too."""
    pairs = instruction.pairs
    index = pairs.index(pair)
    if len(pairs) == 1:
        sheet = Sheet(dockerfile)
        edit = sheet.removal(sheet.lines_of(instruction))
    elif index:
        edit = Edit(Span(pairs[index - 1].span.end, pair.span.end), "")
    else:
        edit = Edit(Span(pair.span.start, pairs[1].span.start), "")
    return None if any(edit.span.encloses(comment.span) for comment in instruction.comments) else edit
