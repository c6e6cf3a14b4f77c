"""The few edits that lead from one text to another. Knows nothing of Dockerfiles."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher

from layerwise.text import Edit, LineIndex, Span


def narrow_edits(before: str, after: str) -> Iterator[Edit]:
    """Edits of ``before`` that give ``after``: one for each run of lines that differ, and only what differs.

    No edit starts or ends within a CRLF.
    """
    if before == after:
        return
    old, new = LineIndex(before), LineIndex(after)
    old_lines = [old.full_span(number).of(before) for number in range(len(old))]
    new_lines = [new.full_span(number).of(after) for number in range(len(new))]
    starts_old, starts_new = [*old.starts, len(before)], [*new.starts, len(after)]
    for tag, a, b, c, d in SequenceMatcher(None, old_lines, new_lines, autojunk=False).get_opcodes():
        if tag != "equal":
            yield _trimmed(before, Span(starts_old[a], starts_old[b]), after[starts_new[c] : starts_new[d]])


def _trimmed(before: str, span: Span, text: str) -> Edit:
    old = span.of(before)
    shorter = min(len(old), len(text))
    head = next((index for index in range(shorter) if old[index] != text[index]), shorter)
    head -= text[:head].endswith("\r")  # Never between the two halves of a line end.
    rest = shorter - head
    tail = next((index for index in range(rest) if old[-1 - index] != text[-1 - index]), rest)
    if tail and text[len(text) - tail] == "\n":
        tail -= "\r" in (old[len(old) - tail - 1 : len(old) - tail], text[len(text) - tail - 1 : len(text) - tail])
    return Edit(Span(span.start + head, span.end - tail), text[head : len(text) - tail])
