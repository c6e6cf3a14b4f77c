"""Heredocs: which words of a line open one, and where its body ends. What becomes of the content is not known here."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from layerwise.knowledge.instructions import INSTRUCTIONS
from layerwise.syntax.lexer import Lexer, WordError

_OPERATOR = re.compile(r"([0-9]*)<<(-?)[\t\n\f\r ]*([^<]*)\Z")
_WORDS_OF_SCRIPTS = ("ADD", "ARG", "CMD", "ENV", "FROM", "LABEL", "SHELL", "USER")
_KEYWORDS = [*INSTRUCTIONS, *(name.lower() for name in INSTRUCTIONS if name not in _WORDS_OF_SCRIPTS)]
_KEYWORD_LINE = re.compile(rf"(?:{'|'.join(_KEYWORDS)}|from(?!.*\bimport\b))[ \t]")
"""A line that is an instruction rather than part of a script, where some keywords in lower case are words, too."""


class Opening(NamedTuple):
    """A word that opens a heredoc; ``start`` and ``end`` are its place in the logical line."""

    start: int
    end: int
    name: str
    file_descriptor: int
    quoted: bool
    strips_tabs: bool


class Body(NamedTuple):
    """The lines of a heredoc: ``start`` to ``end`` with their line ends, then the closing line, if there is one."""

    start: int
    end: int
    terminator: tuple[int, int] | None
    next: int
    """Where the line behind all of it starts."""


@lru_cache(maxsize=1024)
def openings(line: str) -> tuple[Opening, ...]:
    """The heredocs that a logical line opens, as BuildKit's ``heredocsFromLine`` finds them.

    :raises WordError: when a delimiter cannot be read; BuildKit refuses the line then.
    """
    try:
        words = Lexer(line, keep_quotes=True, keep_escapes=True, keep_unset=True).words()
    except WordError:
        return ()
    found = (opening(word.text, word.start, word.end) for word in words if "<<" in word.text)
    return tuple(each for each in found if each)


def opening(word: str, start: int = 0, end: int = 0) -> Opening | None:
    """The heredoc that this word opens, as BuildKit's ``ParseHeredoc`` has it.

    :raises WordError: when the delimiter has a quote that does not close.
    """
    match = _OPERATOR.match(word)
    if not match or not match[3]:
        return None
    names = Lexer(match[3], keep_unset=True).words()
    if len(names) != 1:
        return None
    raw = Lexer(match[3], keep_unset=True, keep_quotes=True).words()
    quoted = _quotes(names[0].text) != _quotes(raw[0].text) if raw else False
    return Opening(start, end, names[0].text, int(match[1] or "0"), quoted, match[2] == "-")


def body(text: str, start: int, opening: Opening, absent: set[tuple[str, bool]] | None = None) -> Body:
    """The body of a heredoc whose first line starts at ``start``.

    One that is never closed takes the whole rest for BuildKit, which then refuses the file. Since it is most likely
    just being typed, we end it before the next line that starts with a keyword, and spare all that follows.

    :param absent: delimiters that are known to close nothing in the rest of the text, with and without tabs in front;
        those found missing are added.
    """
    name, key = opening.name, (opening.name, opening.strips_tabs)
    position = start - 1
    while not absent or key not in absent:
        position = text.find(name, position + 1)
        if position < 0:
            if absent is not None:
                absent.add(key)
            break
        line = text.rfind("\n", 0, position) + 1
        if line >= start and _closes(text, line, position, opening):
            end = text.find("\n", position)
            end = len(text) if end < 0 else end
            content_end = position + len(name)
            return Body(start, line, (line, content_end), min(end + 1, len(text)))
    return _unclosed(text, start)


def _closes(text: str, line: int, position: int, opening: Opening) -> bool:
    """Whether the delimiter at ``position`` stands alone on its line, but for tabs in front where they are stripped."""
    before = text[line:position]
    if before and not (opening.strips_tabs and not before.strip("\t")):
        return False
    if opening.strips_tabs and opening.name[0] == "\t":
        return False
    end = text.find("\n", position)
    rest = text[position : len(text) if end < 0 else end]
    return rest.rstrip("\r") == opening.name


def _unclosed(text: str, start: int) -> Body:
    position = start
    while position < len(text) and not _KEYWORD_LINE.match(text, position):
        end = text.find("\n", position)
        position = len(text) if end < 0 else end + 1
    position = min(position, len(text))
    return Body(min(start, position), position, None, position)


def _quotes(text: str) -> int:
    return text.count("'") + text.count('"')


def chomped(text: str) -> str:
    """The content of a ``<<-`` heredoc: without the tabs at the start of its lines."""
    return re.sub(r"^\t+", "", text, flags=re.MULTILINE)
