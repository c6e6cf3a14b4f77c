"""The few edits that lead from one text to another. Knows nothing of Dockerfiles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from layerwise.text import Edit, LineIndex, Span

_MOST_PAIRS = 40_000
"""So many pairs of lines are compared to find the least that has to be written anew."""


def narrow_edits(before: str, after: str) -> Iterator[Edit]:
    """Edits of ``before`` that give ``after``: for each line or run of lines that differ, and only what differs.

    Of two parts that have changed places, the one with less text is written anew.

    No edit starts or ends within a CRLF.
    """
    if before == after:
        return
    old, new = LineIndex(before), LineIndex(after)
    old_lines = [old.full_span(number).of(before) for number in range(len(old))]
    new_lines = [new.full_span(number).of(after) for number in range(len(new))]
    starts_old, starts_new = [*old.starts, len(before)], [*new.starts, len(after)]
    at = to = 0
    for end, until, size in (*_kept(old_lines, new_lines), (len(old_lines), len(new_lines), 0)):
        for stop, goal in _pieces(at, end, to, until):
            edit = _trimmed(before, Span(starts_old[at], starts_old[stop]), after[starts_new[to] : starts_new[goal]])
            at, to = stop, goal
            if edit.text or edit.span.start < edit.span.end:
                yield edit
        at, to = end + size, until + size


def _pieces(at: int, end: int, to: int, until: int) -> Iterator[tuple[int, int]]:
    """The ends of the pieces in which lines ``at`` to ``end`` become lines ``to`` to ``until``.

    Of as many lines as before each is another form of the one in its place.
    """
    if end - at == until - to:
        yield from zip(range(at + 1, end + 1), range(to + 1, until + 1), strict=True)
    elif (at, to) != (end, until):
        yield end, until


def _kept(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int, int, int]]:
    """Which lines stay, as (index before, index after, how many), in order."""
    shorter = min(len(old), len(new))
    head = next((index for index in range(shorter) if old[index] != new[index]), shorter)
    rest = shorter - head
    tail = next((index for index in range(rest) if old[-1 - index] != new[-1 - index]), rest)
    yield 0, 0, head
    one, other = old[head : len(old) - tail], new[head : len(new) - tail]
    if len(one) * len(other) <= _MOST_PAIRS:
        yield from ((head + at, head + to, 1) for at, to in _most(one, other))
    else:
        blocks = SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks()
        yield from ((head + at, head + to, size) for at, to, size in blocks if size)
    yield len(old) - tail, len(new) - tail, tail


def _most(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int, int]]:
    """The pairs of equal lines that keep the most text: of two parts that change places, the smaller one moves."""
    best = [[0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for at in range(len(old) - 1, -1, -1):
        line, row, below = old[at], best[at], best[at + 1]
        weight = 1 + len(line.strip())
        for to in range(len(new) - 1, -1, -1):
            row[to] = below[to + 1] + weight if line == new[to] else max(below[to], row[to + 1])
    at = to = 0
    while at < len(old) and to < len(new):
        if old[at] == new[to] and best[at][to] == best[at + 1][to + 1] + 1 + len(old[at].strip()):
            yield at, to
            at, to = at + 1, to + 1
        elif best[at + 1][to] >= best[at][to + 1]:
            at += 1
        else:
            to += 1


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
