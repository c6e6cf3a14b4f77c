"""The JSON (exec) form: when BuildKit takes a text for a JSON array of strings, and where each string stands."""

from __future__ import annotations

import json
import re
from typing import NamedTuple

_BLANKS = " \t\r\n"
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"')
_SCALAR = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?|true|false|null")
_ESCAPE = re.compile(r"\\(?:u[0-9a-fA-F]{4}|.)")
_SURROGATE = re.compile("[\ud800-\udfff]")


class NotStringsError(ValueError):
    """It is a JSON array, but not only of strings; ``start`` and ``end`` are the place of the first other thing."""

    def __init__(self, start: int, end: int) -> None:
        super().__init__("when using JSON array syntax, arrays must be comprised of strings only")
        self.start = start
        self.end = end


class Item(NamedTuple):
    """A string: its value, the place of its literal with the quotes, and where each run of the value stands.

    ``runs`` are triples of an offset into the value and the start and end of its source.
    """

    value: str
    start: int
    end: int
    runs: tuple[tuple[int, int, int], ...]


class _NotJsonError(Exception):
    pass


def json_array(text: str, start: int, end: int) -> list[Item] | None:
    """The strings of the JSON array that is all of ``text[start:end]``; None when it is none, then it is shell form.

    :raises NotStringsError: for an array of other things, which BuildKit refuses instead of falling back.
    """
    if start >= end or text[start] != "[":
        return None
    try:
        return _array(text, start, end)
    except _NotJsonError:
        return None


def _array(text: str, start: int, end: int) -> list[Item]:
    items: list[Item] = []
    other: tuple[int, int] | None = None
    at = _skip(text, start + 1, end)
    while text[at : at + 1] != "]" or items or other:
        match = _STRING.match(text, at, end)
        stop = match.end() if match else _value_end(text, at, end)
        if match:
            items.append(_item(text, at, stop))
        else:
            other = other or (at, stop)
        at = _skip(text, stop, end)
        if at < end and text[at] == "]":
            break
        if at >= end or text[at] != ",":
            raise _NotJsonError
        at = _skip(text, at + 1, end)
    if at >= end or _skip(text, at + 1, end) != end:
        raise _NotJsonError
    if other:
        raise NotStringsError(*other)
    return items


def _skip(text: str, at: int, end: int) -> int:
    while at < end and text[at] in _BLANKS:
        at += 1
    return at


def _value_end(text: str, at: int, end: int) -> int:
    """Where the value that is no string ends. Walks nested ones without recursion, however deep they are."""
    closers: list[str] = []
    while True:
        if at < end and text[at] in "[{":
            closers.append("]" if text[at] == "[" else "}")
            at = _skip(text, at + 1, end)
            if at < end and text[at] == closers[-1]:
                at = _skip(text, at, end)
            else:
                at = _member(text, at, end) if closers[-1] == "}" else at
                continue
        else:
            match = _STRING.match(text, at, end) or _SCALAR.match(text, at, end)
            if not match:
                raise _NotJsonError
            at = match.end()
        while closers:
            at = _skip(text, at, end)
            if at < end and text[at] == closers[-1]:
                closers.pop()
                at += 1
                continue
            if at >= end or text[at] != ",":
                raise _NotJsonError
            at = _skip(text, at + 1, end)
            at = _member(text, at, end) if closers[-1] == "}" else at
            break
        if not closers:
            return at


def _member(text: str, at: int, end: int) -> int:
    """Past the name of an object's member and its colon."""
    match = _STRING.match(text, at, end)
    at = _skip(text, match.end(), end) if match else end
    if at >= end or text[at] != ":":
        raise _NotJsonError
    return _skip(text, at + 1, end)


def _item(text: str, start: int, end: int) -> Item:
    raw = text[start + 1 : end - 1]
    if "\\" not in raw:
        return Item(raw, start, end, ((0, start + 1, end - 1),))
    value: str = json.loads(text[start:end])
    runs: list[tuple[int, int, int]] = []
    at, offset = 0, 0
    while at < len(raw):
        match = _ESCAPE.match(raw, at)
        stop = match.end() if match else raw.find("\\", at)
        stop = len(raw) if stop < 0 else stop
        runs.append((offset, start + 1 + at, start + 1 + stop))
        offset += 1 if match else stop - at
        at = stop
    # A pair of surrogate escapes is one character: then the runs behind it lie one off, which moves a variable's place.
    return Item(_SURROGATE.sub("\ufffd", value), start, end, tuple(runs))
