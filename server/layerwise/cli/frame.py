"""Code frames: the lines around a place, with carets under what is meant. Knows nothing of findings or rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from msgspec import Struct

from layerwise.cli.cells import cells_of, crop, width_of
from layerwise.cli.terminal import Look
from layerwise.text import LineIndex, Span

_CONTEXT = 1
_LONGEST_RAIL = 8
_ELLIPSIS = "..."


class Mark(Struct, frozen=True):
    """Something to point at. The first mark of a frame is what it is about, and is drawn with carets."""

    span: Span
    label: str = ""


class _Row(Struct, frozen=True):
    """The part of a mark that lies on one line: half-open, in code points from the start of the line."""

    line: int
    start: int
    end: int
    label: str
    primary: bool


def frame(lines: LineIndex, marks: Sequence[Mark], look: Look, *styles: str) -> Iterator[str]:
    """The lines of a frame around some marks, each without its line end.

    :param styles: how the carets are painted.
    """
    first, last = _line_range(lines, marks[0].span)
    rail = range(first, last + 1) if last > first else range(0)
    rows = _rows(lines, marks, rail)
    numbers = _shown_lines(lines, rail, rows, first, last)
    yield from _Painter(lines, marks[0].span, rail, rows, numbers, look, styles).draw()


def gutter_width(lines: LineIndex, marks: Iterable[Mark]) -> int:
    """How many cells the line numbers of a frame take."""
    last = max(_line_range(lines, mark.span)[1] for mark in marks)
    return len(str(min(last + _CONTEXT, len(lines) - 1) + 1))


class _Painter:
    """One frame being drawn; holds what every line of it needs."""

    def __init__(
        self,
        lines: LineIndex,
        primary: Span,
        rail: range,
        rows: Sequence[_Row],
        numbers: Sequence[int],
        look: Look,
        styles: tuple[str, ...],
    ) -> None:
        self.lines = lines
        self.primary = primary
        self.rail = rail
        self.rows = rows
        self.numbers = numbers
        self.look = look
        self.styles = styles
        self.gutter = len(str(numbers[-1] + 1))
        self.laid_out = {number: cells_of(lines.span(number).of(lines.text)) for number in numbers}
        self.window = self._window()

    def draw(self) -> Iterator[str]:
        yield self._bar("")
        before = self.numbers[0] - 1
        for number in self.numbers:
            if number != before + 1:
                yield self._elision(number)
            before = number
            yield self._source(number)
            if self.rail and number == self.rail[0] and not self._starts_its_line():
                yield self._bar(self._rail_top())
            if self.rail and number == self.rail[-1]:
                yield self._bar(self._rail_bottom())
            for row in self.rows:
                if row.line == number:
                    yield self._bar(self._carets(row))

    def _bar(self, text: str) -> str:
        return (" " * self.gutter + self.look.paint(" |", "blue", "bold") + text).rstrip()

    def _elision(self, next_line: int) -> str:
        inside = bool(self.rail) and self.rail[0] < next_line <= self.rail[-1]
        dots = self.look.paint(_ELLIPSIS.ljust(self.gutter + 2), "blue", "bold")
        return (dots + (" " + self.look.paint("|", *self.styles) if inside else "")).rstrip()

    def _source(self, number: int) -> str:
        head = self.look.paint(f"{number + 1:>{self.gutter}} |", "blue", "bold")
        return f"{head} {self._margin(number)}{self._cropped(self.laid_out[number].shown)}".rstrip()

    def _margin(self, number: int) -> str:
        if not self.rail:
            return ""
        if number == self.rail[0]:
            return self.look.paint("/", *self.styles) + " " if self._starts_its_line() else "  "
        return self.look.paint("|", *self.styles) + " " if number in self.rail else "  "

    def _starts_its_line(self) -> bool:
        line = self.lines.span(self.rail[0])
        return not Span(line.start, self.primary.start).of(self.lines.text).strip()

    def _rail_top(self) -> str:
        """The line from the rail to where the mark starts, for a mark that starts inside of its first line."""
        start = self.primary.start - self.lines.start(self.rail[0])
        reach = self._visible(self.laid_out[self.rail[0]].column(start))
        return "  " + self.look.paint("_" * (reach + 1) + "^", *self.styles)

    def _rail_bottom(self) -> str:
        line = self.lines.span(self.rail[-1])
        end = min(self.primary.end, line.end) - line.start
        reach = self._visible(self.laid_out[self.rail[-1]].column(max(end - 1, 0)))
        return " " + self.look.paint("|" + "_" * (reach + 1) + "^", *self.styles)

    def _carets(self, row: _Row) -> str:
        laid_out = self.laid_out[row.line]
        start = self._visible(laid_out.column(row.start))
        end = max(self._visible(laid_out.column(row.end)), start + 1)
        sign = ("^" if row.primary else "-") * (end - start)
        label = f" {row.label}" if row.label else ""
        styles = self.styles if row.primary else ("blue", "bold")
        return " " + ("  " if self.rail else "") + " " * start + self.look.paint(sign + label, *styles)

    def _window(self) -> tuple[int, int]:
        """Which cells of the source are shown: all, or so many around the primary mark as the terminal is wide."""
        room = max(20, self.look.width - self.gutter - 3 - (2 if self.rail else 0))
        widest = max(laid_out.width for laid_out in self.laid_out.values())
        if widest <= room:
            return 0, widest
        line = self.lines.line_of(self.primary.start)
        laid_out = self.laid_out[line]
        start = laid_out.column(self.primary.start - self.lines.start(line))
        left = max(0, start - room // 4)
        if start < room * 3 // 4:
            left = 0
        return left, left + room

    def _cropped(self, shown: str) -> str:
        left, right = self.window
        before = _ELLIPSIS if left and shown else ""
        after = _ELLIPSIS if width_of(shown) > right else ""
        return before + crop(shown, left + len(before), right - len(after)) + after

    def _visible(self, cell: int) -> int:
        left, right = self.window
        return max(0, min(cell, right) - left)


def _line_range(lines: LineIndex, span: Span) -> tuple[int, int]:
    """The first and last line of a span; a line end at its end belongs to the line that it ends."""
    first, last = lines.line_of(span.start), lines.line_of(span.end)
    if last > first and lines.start(last) == span.end:
        last -= 1
    return first, last


def _rows(lines: LineIndex, marks: Sequence[Mark], rail: range) -> tuple[_Row, ...]:
    rows = []
    for index, mark in enumerate(marks):
        if index == 0 and rail:
            continue
        line = lines.line_of(mark.span.start)
        place = lines.span(line)
        end = max(mark.span.start, min(mark.span.end, place.end))
        rows.append(_Row(line, mark.span.start - place.start, end - place.start, mark.label, index == 0))
    return tuple(sorted(rows, key=lambda row: (row.line, not row.primary, row.start)))


def _shown_lines(lines: LineIndex, rail: range, rows: Sequence[_Row], first: int, last: int) -> list[int]:
    """The numbers of the lines to show, from 0: the marked ones, a little context, and no gap of a single line."""
    end = len(lines) - 1 if _is_empty(lines, len(lines) - 1) else len(lines)
    wanted = {row.line for row in rows}
    wanted.update(range(max(0, first - _CONTEXT), first), range(last + 1, min(end, last + 1 + _CONTEXT)))
    if len(rail) > _LONGEST_RAIL:
        wanted.update(rail[: _LONGEST_RAIL // 2], rail[-(_LONGEST_RAIL // 4) :])
    else:
        wanted.update(rail)
    numbers = sorted(wanted)
    single = [above + 1 for above, below in pairwise(numbers) if below - above == 2]
    return sorted({*numbers, *single})


def _is_empty(lines: LineIndex, number: int) -> bool:
    span = lines.span(number)
    return span.start == span.end
