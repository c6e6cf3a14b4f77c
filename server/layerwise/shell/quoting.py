"""What a word means to a shell once its quotes are gone. Expands nothing: a word with a variable has no known value."""

from __future__ import annotations

import re
from functools import lru_cache

from layerwise.shell.source import Source

_PLAIN = re.compile(r"[\w@%+=:,./^\[\]#!*?~-]+\Z")
_PARTS = re.compile(
    r"""'(?P<single>[^']*)'|"(?P<double>(?:[^"\\$`]|\\.)*)"|\\(?P<escaped>.)|(?P<bare>[^'"\\$`{}]+)|(?P<brace>[{}])""",
    re.DOTALL,
)
_IN_DOUBLE = re.compile(r'\\(?:([$`"\\])|\n)')
_EXPANDED_BRACES = re.compile(r"\{[^{}]*(?:,|\.\.)[^{}]*\}|\{[^{}]*\{")


@lru_cache(maxsize=8192)
def value_of(text: str) -> str | None:
    """The word without its quotes, or None when what the shell makes of it cannot be known from the word alone."""
    if _PLAIN.match(text):
        return text
    parts: list[str] = []
    position = 0
    while position < len(text):
        match = _PARTS.match(text, position)
        part = _part(match, text) if match else None
        if match is None or part is None:
            return None
        parts.append(part)
        position = match.end()
    return "".join(parts)


def _part(match: re.Match[str], text: str) -> str | None:
    kind = match.lastgroup
    content = match[kind or 0]
    if kind == "double":
        return _IN_DOUBLE.sub(r"\1", content)
    if kind == "escaped":
        return "" if content == "\n" else content
    if kind == "brace" and _EXPANDED_BRACES.search(text):
        return None
    return content


def unquoted(source: Source, skipped: tuple[tuple[int, int], ...] = ()) -> Source:
    """The text of a word once its quotes are gone, with variables left as they are: what ``sh -c`` is given.

    :param skipped: ranges of ``source.text`` that another shell runs before (``$(…)``); stand-ins of the same length
        take their place.
    """
    text = source.text
    for start, end in skipped:
        text = text[:start] + "$" + "_" * (end - start - 1) + text[end:]
    out: list[str] = []
    places: list[int] = []
    ends: list[int] = []
    quote = ""
    index = 0
    while index < len(text):
        character = text[index]
        following = text[index + 1 : index + 2]
        if character == "\\" and quote != "'" and following and (not quote or following in '$`"\\\n'):
            if following != "\n":
                out.append(following)
                places.append(source.places[index])
                ends.append(source.end(index + 1))
            index += 2
            continue
        if character in "'\"" and quote in ("", character):
            quote = "" if quote else character
        else:
            out.append(character)
            places.append(source.places[index])
            ends.append(source.end(index))
        index += 1
    return Source("".join(out), places, ends)
