"""Where each key and value of a TOML document stands. Takes what ``tomllib`` has accepted, and reads no values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from layerwise.text import Span
from layerwise.text.patterns import regex

KeyPath = tuple[str | int, ...]
"""Keys from the root of the document, with the indices of arrays in between."""

_BLANK = regex(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = regex(r"[ \t]*")
_BARE_KEY = regex(r"[A-Za-z0-9_-]+")
_STRING = regex(
    r'"""(?:[^"\\]|\\.|"(?!""))*"{3,5}' r"|'''(?:[^']|'(?!''))*'{3,5}" r'|"(?:[^"\\\n]|\\.)*"' r"|'[^'\n]*'",
    re.DOTALL,
)
_SCALAR = regex(r"[^,\]}\r\n#]*")


class Place(NamedTuple):
    """``key`` is the last part of the key (for an item of an array: the item), ``value`` what is set."""

    key: Span
    value: Span


def places(source: str) -> Mapping[KeyPath, Place]:
    """The place of every key, also of tables and of the items of arrays."""
    scan = _Scan(source)
    scan.document()
    return scan.found


class _Scan:
    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.found: dict[KeyPath, Place] = {}
        self.items: dict[KeyPath, int] = {}
        """How many tables each array of tables has."""

    def document(self) -> None:
        table: KeyPath = ()
        while self.skip(_BLANK) < len(self.source):
            if self.source[self.at] == "[":
                table = self.header()
            else:
                self.pair(table)

    def header(self) -> KeyPath:
        start = self.at
        many = self.source.startswith("[[", start)
        self.at += 1 + many
        names = self.names()
        self.at += 1 + many
        path: KeyPath = ()
        for name, _ in names[:-1]:
            path = self.inside((*path, name))
        path = (*path, names[-1][0])
        place = Place(names[-1][1], Span(start, self.at))
        self.found.setdefault(path, place)
        if not many:
            return path
        self.items[path] = self.items.get(path, 0) + 1
        item = self.inside(path)
        self.found[item] = place
        return item

    def inside(self, path: KeyPath) -> KeyPath:
        """The last table of an array of tables, or the table itself."""
        return (*path, self.items[path] - 1) if path in self.items else path

    def pair(self, table: KeyPath) -> None:
        names = self.names()
        self.at += 1
        self.skip(_SPACE)
        path = table
        for name, key in names[:-1]:
            path = (*path, name)
            self.found.setdefault(path, Place(key, key))
        path = (*path, names[-1][0])
        start = self.at
        self.value(path)
        self.found[path] = Place(names[-1][1], Span(start, self.at))

    def names(self) -> list[tuple[str, Span]]:
        """A dotted key; the scan stands behind it, at ``=`` or ``]``."""
        names = []
        while True:
            self.skip(_SPACE)
            start = self.at
            match = _STRING.match(self.source, start) or _BARE_KEY.match(self.source, start)
            assert match, "tomllib has accepted the document"
            self.at = match.end()
            text = match.group()
            names.append((text[1:-1] if text[0] in "\"'" else text, Span(start, self.at)))
            self.skip(_SPACE)
            if self.source[self.at] != ".":
                return names
            self.at += 1

    def value(self, path: KeyPath) -> None:
        string = _STRING.match(self.source, self.at)
        if string:
            self.at = string.end()
        elif self.source[self.at] == "[":
            self.array(path)
        elif self.source[self.at] == "{":
            self.inline_table(path)
        else:
            match = _SCALAR.match(self.source, self.at)
            assert match, "the pattern matches anything"
            self.at += len(match.group().rstrip())

    def array(self, path: KeyPath) -> None:
        self.at += 1
        index = 0
        while self.source[self.skip(_BLANK)] != "]":
            start = self.at
            self.value((*path, index))
            self.found[(*path, index)] = Place(Span(start, self.at), Span(start, self.at))
            index += 1
            if self.source[self.skip(_BLANK)] == ",":
                self.at += 1
        self.at += 1

    def inline_table(self, path: KeyPath) -> None:
        self.at += 1
        while self.source[self.skip(_BLANK)] != "}":
            self.pair(path)
            if self.source[self.skip(_BLANK)] == ",":
                self.at += 1
        self.at += 1

    def skip(self, what: re.Pattern[str]) -> int:
        match = what.match(self.source, self.at)
        self.at = match.end() if match else self.at
        return self.at
