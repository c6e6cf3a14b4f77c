"""A line of a file as a terminal shows it: tabs, wide characters and what must not reach a terminal."""

from __future__ import annotations

from unicodedata import category, east_asian_width

from msgspec import Struct

_TAB = 4


class Cells(Struct, frozen=True):
    """A line made fit for a terminal. ``columns[i]`` is the cell, from 0, at which its code point ``i`` starts.

    ``columns`` has one more entry than the line has code points: the cell behind the last.
    """

    shown: str
    columns: tuple[int, ...]

    @property
    def width(self) -> int:
        return self.columns[-1]

    def column(self, index: int) -> int:
        """The cell at which code point ``index`` starts; past the end, where the line ends."""
        return self.columns[min(index, len(self.columns) - 1)]


def cells_of(line: str) -> Cells:
    """Lay out one line, given without its line end.

    A tab fills up to the next multiple of four. Control characters and those that turn the direction of writing are
    replaced by visible ones, so that a Dockerfile can neither command a terminal nor show what it does not say.
    """
    if line.isascii() and line.isprintable():
        return Cells(line, tuple(range(len(line) + 1)))
    shown: list[str] = []
    columns: list[int] = []
    cell = 0
    for character in line:
        columns.append(cell)
        piece, width = _piece(character, cell)
        shown.append(piece)
        cell += width
    return Cells("".join(shown), (*columns, cell))


def width_of(text: str) -> int:
    """The number of cells that a text without line ends takes."""
    return cells_of(text).width


def crop(text: str, start: int, end: int) -> str:
    """The part of a laid-out text from one cell to another; a wide character cut in two becomes spaces."""
    taken: list[str] = []
    cell = 0
    for character in text:
        width = _width(character)
        if cell >= start and cell + width <= end:
            taken.append(character)
        elif cell < end and cell + width > start:
            taken.append(" " * (min(cell + width, end) - max(cell, start)))
        cell += width
    return "".join(taken)


def _piece(character: str, cell: int) -> tuple[str, int]:
    if character == "\t":
        width = _TAB - cell % _TAB
        return " " * width, width
    if character < " ":
        return chr(0x2400 + ord(character)), 1
    kind = category(character)
    if character == "\x7f" or kind in ("Cc", "Cs", "Zl", "Zp") or (kind == "Cf" and character in _DIRECTIONS):
        return "\ufffd", 1
    return character, _width(character)


_DIRECTIONS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def _width(character: str) -> int:
    if character.isascii():
        return 1
    if category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if east_asian_width(character) in "WF" else 1
