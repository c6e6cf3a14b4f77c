"""The client's way of counting characters in a line, and ours. The only module that knows of code units."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from layerwise.text import LineIndex, Span

_CODECS = {"utf-8": "utf-8", "utf-16": "utf-16-le"}
_UNIT = {"utf-8": 1, "utf-16": 2}


class Encoding(StrEnum):
    """What a column counts: bytes of UTF-8, code units of UTF-16, or code points."""

    UTF_8 = "utf-8"
    UTF_16 = "utf-16"
    UTF_32 = "utf-32"


def preferred(offered: Iterable[object]) -> Encoding:
    """The first of the client's encodings that is known; UTF-16, which every client must know, without one."""
    known = {encoding.value: encoding for encoding in Encoding}
    return next((known[each] for each in offered if isinstance(each, str) and each in known), Encoding.UTF_16)


def position_of(lines: LineIndex, offset: int, encoding: Encoding) -> tuple[int, int]:
    """The zero-based line of an offset of the text, and its column as the client counts."""
    line = lines.line_of(offset)
    start = lines.start(line)
    if encoding is Encoding.UTF_32 or lines.text.isascii():
        return line, offset - start
    before = lines.text[start:offset]
    if before.isascii():
        return line, offset - start
    return line, len(before.encode(_CODECS[encoding], "surrogatepass")) // _UNIT[encoding]


def positions_of(lines: LineIndex, offsets: list[int], encoding: Encoding) -> list[tuple[int, int]]:
    """The same of many offsets."""
    if encoding is Encoding.UTF_32 or lines.text.isascii():
        return lines.places(offsets)
    return [position_of(lines, offset, encoding) for offset in offsets]


def offset_of(lines: LineIndex, line: int, column: int, encoding: Encoding) -> int:
    """The offset of a client's position. A column behind the line's end means its end, one inside a character the
    start of that character; a line that isn't there means the nearest end of the text."""
    if encoding is Encoding.UTF_32 or lines.text.isascii() or not 0 <= line < len(lines):
        return lines.offset(line, column)
    span = lines.span(line)
    content = span.of(lines.text)
    if content.isascii():
        return lines.offset(line, column)
    units = content.encode(_CODECS[encoding], "surrogatepass")[: max(column, 0) * _UNIT[encoding]]
    return span.start + len(units.decode(_CODECS[encoding], "ignore"))


def span_of(lines: LineIndex, start: tuple[int, int], end: tuple[int, int], encoding: Encoding) -> Span:
    """The span between two positions, whichever of them comes first."""
    one, other = offset_of(lines, *start, encoding), offset_of(lines, *end, encoding)
    return Span(min(one, other), max(one, other))
