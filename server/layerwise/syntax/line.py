"""The logical line of an instruction: continuations joined, comments and blank lines inside them left out.

BuildKit's ``parser.Parse`` reads a line at a time; this is what it hands to the parser of one instruction, together
with the place of each character.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import pairwise
from typing import NamedTuple

from layerwise.syntax.characters import SPACES
from layerwise.syntax.nodes import BrokenWord, Comment, Word
from layerwise.text import Span

_span = tuple.__new__


class Line:
    """A logical line. ``text[starts[i]:starts[i + 1]]`` stands in the file from ``places[i]`` on."""

    __slots__ = ("_shift", "places", "starts", "text")

    def __init__(self, text: str, starts: tuple[int, ...] = (0,), places: tuple[int, ...] = (0,)) -> None:
        self.text = text
        self.starts = starts
        self.places = places
        self._shift = places[0] if len(starts) == 1 else None
        """How far all characters stand from their offset, where it is the same for all: most lines are not broken."""

    def at(self, offset: int) -> int:
        """Where the character of this offset stands."""
        if self._shift is not None:
            return offset + self._shift
        index = bisect_right(self.starts, offset) - 1
        return self.places[index] + offset - self.starts[index]

    def span(self, start: int, end: int) -> Span:
        """From the character at ``start`` to the end of the one before ``end``."""
        if self._shift is not None:
            return Span(start + self._shift, end + self._shift)
        if start < end:
            return Span(self.at(start), self.at(end - 1) + 1)
        place = self.at(start - 1) + 1 if start else self.at(0)
        return Span(place, place)

    def word(self, start: int, end: int) -> Word:
        span = self.span(start, end)
        if self._shift is not None:
            return Word(span, self.text[start:end])
        text = self.text[start:end]
        if span.end - span.start == end - start:
            return Word(span, text)
        first = bisect_right(self.starts, start) - 1
        last = bisect_right(self.starts, end - 1)
        cuts = [start, *self.starts[first + 1 : last], end]
        parts = [(cut, self.span(cut, stop)) for cut, stop in pairwise(cuts) if cut < stop]
        return BrokenWord(span, text, tuple(cut - start for cut, _ in parts), tuple(part for _, part in parts))

    def words(self, pattern: re.Pattern[str], start: int, end: int) -> tuple[Word, ...]:
        """The matches of a pattern as words; faster than ``word`` for each, and most of the reading of a file."""
        found: list[Word] = []
        border, shift = 0, 0
        for match in pattern.finditer(self.text, start, end):
            first, last = match.span()
            if first >= border:
                index = bisect_right(self.starts, first)
                border = self.starts[index] if index < len(self.starts) else len(self.text)
                shift = self.places[index - 1] - self.starts[index - 1]
            if last > border:
                found.append(self.word(first, last))
            else:
                found.append(Word(_span(Span, (first + shift, last + shift)), match[0]))
        return tuple(found)


class Head(NamedTuple):
    """The lines of an instruction above its heredocs."""

    line: Line
    comments: tuple[Comment, ...]
    end: int
    """Where the last of these lines ends, without its line end."""
    next: int
    """Where the line behind them starts."""


def continues(content: str, escape: str) -> int:
    """The index of the escape character that continues a line, or -1.

    ``content`` has no line end. An escape character in front of it takes its power, only blanks may follow.
    """
    stripped = content.rstrip(" \t")
    last = len(stripped) - 1
    if last < 0 or stripped[last] != escape or (last and stripped[last - 1] == escape):
        return -1
    return last


def join(text: str, escape: str) -> Head:
    """The logical line of an instruction whose text starts at its first character, heredocs still behind it."""
    end = text.find("\n")
    if end < 0:
        end = len(text)
    content = text[:end].rstrip("\r")
    cut = continues(content, escape)
    if cut < 0:
        return Head(Line(content), (), end, end + 1)
    return _join(text, escape, end, content[:cut])


def _join(text: str, escape: str, end: int, first: str) -> Head:
    """:param end: the end of the first line, whose content without the escape character is ``first``."""
    parts = [first]
    starts = [0] if first else []
    places = [0] if first else []
    length = len(first)
    comments: list[Comment] = []
    while end < len(text):
        start = end + 1
        end = text.find("\n", start)
        if end < 0:
            end = len(text)
        content = text[start:end].rstrip("\r")
        lead = content.lstrip(SPACES)
        if not lead:
            continue
        if lead[0] == "#":
            comments.append(comment_at(start + len(content) - len(lead), lead))
            continue
        cut = continues(content, escape)
        part = content if cut < 0 else content[:cut]
        if part:
            parts.append(part)
            starts.append(length)
            places.append(start)
            length += len(part)
        if cut < 0:
            break
    line = Line("".join(parts), tuple(starts) or (0,), tuple(places) or (0,))
    return Head(line, tuple(comments), end, end + 1)


def comment_at(place: int, text: str) -> Comment:
    """The comment whose ``text`` starts with ``#`` at ``place``, both without its line end."""
    return Comment(Span(place, place + len(text)), text[1:].strip(SPACES))
