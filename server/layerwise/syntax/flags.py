"""Flags: ``--name=value`` words in front of an instruction's arguments. Which of them are right is not known here."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

from layerwise.syntax.characters import SPACES
from layerwise.syntax.line import Line
from layerwise.syntax.nodes import BrokenWord, Flag, Key, Mount, Word

_PLAIN = re.compile(f"--[^{SPACES}'\"\\\\]*(?=[{SPACES}]|\\Z)")


class Cooked(NamedTuple):
    """A text without its quotes and escapes; ``places[i]`` is where its i-th character stands in the logical line."""

    text: str
    places: range | list[int]

    def cut(self, start: int, end: int) -> Cooked:
        return Cooked(self.text[start:end], self.places[start:end])


class CsvError(ValueError):
    """The fields of a ``--mount`` cannot be told apart, in the wording of Go's ``encoding/csv``."""


def read_flags(line: Line, start: int, end: int) -> tuple[tuple[Flag, ...], int]:
    """The flags of ``line.text[start:end]``, and where what follows them starts in the logical line."""
    flags: list[Flag] = []
    at = start
    text = line.text[:end]
    while True:
        while at < len(text) and text[at] in SPACES:
            at += 1
        if not text.startswith("--", at):
            return tuple(flags), at
        cooked, word_end = _cook(text, at)
        if cooked.text == "--":
            return tuple(flags), word_end
        flags.append(_flag(line, cooked, at, word_end))
        at = word_end


def _cook(text: str, start: int) -> tuple[Cooked, int]:
    """The word at ``start`` and its end. Quotes and backslashes vanish, whatever the escape character of the file."""
    match = _PLAIN.match(text, start)
    if match:
        return Cooked(match[0], range(start, match.end())), match.end()
    characters: list[str] = []
    places: list[int] = []
    quote = ""
    at = start
    while at < len(text):
        character = text[at]
        if character == quote:
            quote = ""
        elif not quote and character in SPACES:
            break
        elif not quote and character in "'\"":
            quote = character
        else:
            if character == "\\":
                at += 1
            if at < len(text):
                characters.append(text[at])
                places.append(at)
        at += 1
    return Cooked("".join(characters), places), min(at, len(text))


def _flag(line: Line, cooked: Cooked, start: int, end: int) -> Flag:
    name, equals, _ = cooked.text.partition("=")
    named = word_of(line, cooked.cut(2, len(name)), start + 2)
    if not equals:
        return Flag(line.span(start, end), named, None)
    cooked_value = cooked.cut(len(name) + 1, len(cooked.text))
    value = word_of(line, cooked_value, min(cooked.places[len(name)] + 1, end))
    if named.text == "mount":
        return Mount(line.span(start, end), named, value, _keys(line, cooked_value))
    return Flag(line.span(start, end), named, value)


def word_of(line: Line, cooked: Cooked, otherwise: int) -> Word:
    """:param otherwise: where the word stands when it is empty."""
    places = cooked.places
    if not places:
        return Word(line.span(otherwise, otherwise), "")
    if places[-1] - places[0] == len(places) - 1:
        return line.word(places[0], places[-1] + 1)
    spots = [line.at(place) for place in places]
    cuts = [0, *(i for i in range(1, len(spots)) if spots[i] != spots[i - 1] + 1), len(spots)]
    parts = tuple(line.span(places[cut], places[stop - 1] + 1) for cut, stop in pairwise(cuts))
    return BrokenWord(line.span(places[0], places[-1] + 1), cooked.text, tuple(cuts[:-1]), parts)


def _keys(line: Line, value: Cooked) -> tuple[Key, ...]:
    try:
        fields = csv_fields(value)
    except CsvError:
        fields = _split(value)
    return tuple(_key(line, field) for field in fields if field.text)


def _key(line: Line, field: Cooked) -> Key:
    name, equals, _ = field.text.partition("=")
    span = word_of(line, field, 0).span
    named = word_of(line, field.cut(0, len(name)), field.places[0])
    if not equals:
        return Key(span, named, None)
    value = word_of(line, field.cut(len(name) + 1, len(field.text)), field.places[len(name)] + 1)
    return Key(span, named, value)


def csv_fields(value: Cooked) -> list[Cooked]:
    """The comma-separated fields of a ``--mount`` or ``--device``.

    :raises CsvError: for a quote where none may be. Quotes seldom get here, since those of the flag are gone already.
    """
    if not value.text:
        raise CsvError("EOF")
    if '"' not in value.text:
        return _split(value)
    fields: list[Cooked] = []
    at = 0
    while True:
        field, at = _quoted(value, at) if value.text.startswith('"', at) else _unquoted(value, at)
        fields.append(field)
        if at >= len(value.text):
            return fields
        at += 1


def _split(value: Cooked) -> list[Cooked]:
    fields: list[Cooked] = []
    at = 0
    for part in value.text.split(","):
        fields.append(value.cut(at, at + len(part)))
        at += len(part) + 1
    return fields


def _unquoted(value: Cooked, at: int) -> tuple[Cooked, int]:
    end = value.text.find(",", at)
    end = len(value.text) if end < 0 else end
    bare = value.text.find('"', at, end)
    if bare >= 0:
        raise CsvError(f'parse error on line 1, column {_column(value, bare)}: bare " in non-quoted-field')
    return value.cut(at, end), end


def _quoted(value: Cooked, at: int) -> tuple[Cooked, int]:
    text = value.text
    characters: list[str] = []
    places: list[int] = []
    at += 1
    while at < len(text):
        if text[at] == '"':
            if text[at + 1 : at + 2] != '"':
                break
            at += 1
        characters.append(text[at])
        places.append(value.places[at])
        at += 1
    if at >= len(text) or text[at + 1 : at + 2] not in ("", ","):
        column = _column(value, min(at, len(text)))
        raise CsvError(f'parse error on line 1, column {column}: extraneous or missing " in quoted-field')
    return Cooked("".join(characters), places), at + 1


def _column(value: Cooked, index: int) -> int:
    return len(value.text[:index].encode("utf-8", "replace")) + 1
