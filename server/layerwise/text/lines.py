"""Lines and columns of a text. The only place that knows where a line ends."""

import re
from bisect import bisect_right
from collections.abc import Iterable
from typing import NamedTuple

from layerwise.text.edits import Edit
from layerwise.text.span import Span

_LINE_END = re.compile(r"\r\n|\n|\r")


class Position(NamedTuple):
    """A zero-based line and a zero-based column in code points."""

    line: int
    column: int


class LineIndex:
    """Where each line of a text starts. Lines end in LF, CRLF or a lone CR, as the Language Server Protocol has it.

    Form feeds, U+2028 and their like do not end a line, unlike in ``str.splitlines``.
    """

    __slots__ = ("_rows", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        starts = [0, *(match.end() for match in _LINE_END.finditer(text))]
        self._rows = starts, len(starts), 0
        """Where lines start; those from the second item on, an index, start by the third further down. So a key pressed
        in one line again and again does not touch the lines below."""

    @property
    def starts(self) -> list[int]:
        """The offset of each line."""
        return self._starts(0, len(self))

    def edited(self, edit: Edit) -> "LineIndex":
        """The index of the text after an edit. Looks only at the lines that it touches."""
        span, inserted = edit
        by = len(inserted) - (span.end - span.start)
        # The characters next to the edit may form a CRLF with it, or have formed one without it.
        first = self.line_of(max(span.start - 1, 0))
        behind = self.line_of(span.end + 1) + 1
        index = LineIndex.__new__(LineIndex)
        index.text = self.text[: span.start] + inserted + self.text[span.end :]
        stop = self.start(behind) + by if behind < len(self) else len(index.text)
        ends = [match.end() for match in _LINE_END.finditer(index.text, self.start(first), stop)]
        starts, gap, shift = self._rows
        head = [*self._starts(0, first + 1), *ends]
        rest = [start - shift for start in starts[behind + 1 : gap]] + starts[max(gap, behind + 1) :]
        index._rows = head + rest, len(head), shift + by
        return index

    def __len__(self) -> int:
        return len(self._rows[0])

    def start(self, line: int) -> int:
        """The offset of a line that is there."""
        starts, gap, shift = self._rows
        return starts[line] + shift if line >= gap else starts[line]

    def line_of(self, offset: int) -> int:
        """The zero-based line that holds ``offset``; an offset past the end lies on the last line."""
        starts, gap, shift = self._rows
        if gap < len(starts) and offset >= starts[gap] + shift:
            return bisect_right(starts, offset - shift, gap) - 1
        return bisect_right(starts, offset, 0, gap) - 1

    def places(self, offsets: Iterable[int]) -> list[tuple[int, int]]:
        """The zero-based line and column of many offsets of the text."""
        starts, gap, shift = self._rows
        border = starts[gap] + shift if gap < len(starts) else len(self.text) + 1
        found: list[tuple[int, int]] = []
        for offset in offsets:
            if offset < border:
                line = bisect_right(starts, offset, 0, gap) - 1
                found.append((line, offset - starts[line]))
            else:
                line = bisect_right(starts, offset - shift, gap) - 1
                found.append((line, offset - shift - starts[line]))
        return found

    def position(self, offset: int) -> Position:
        offset = max(0, min(offset, len(self.text)))
        line = self.line_of(offset)
        return Position(line, offset - self.start(line))

    def offset(self, line: int, column: int) -> int:
        """The offset of a zero-based position, clamped to the line, and to the text."""
        if line < 0:
            return 0
        if line >= len(self):
            return len(self.text)
        span = self.span(line)
        return min(span.start + max(column, 0), span.end)

    def span(self, line: int) -> Span:
        """The characters of a line without its line end."""
        start = self.start(line)
        if line + 1 == len(self):
            return Span(start, len(self.text))
        end = self.start(line + 1)
        match = _LINE_END.search(
            self.text, end - 2 if end - start >= 2 and self.text[end - 2 : end] == "\r\n" else end - 1
        )
        return Span(start, match.start() if match else end)

    def full_span(self, line: int) -> Span:
        """The characters of a line with its line end."""
        end = self.start(line + 1) if line + 1 < len(self) else len(self.text)
        return Span(self.start(line), end)

    def _starts(self, first: int, stop: int) -> list[int]:
        starts, gap, shift = self._rows
        return starts[first : min(stop, gap)] + [start + shift for start in starts[max(first, gap) : stop]]
