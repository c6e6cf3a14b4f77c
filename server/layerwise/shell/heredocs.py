"""Heredocs that a shell reads inside a script: where their operators and bodies are."""

from __future__ import annotations

import re
from typing import NamedTuple

_TOKEN = re.compile(
    r"""\\.|'[^']*'|"(?:\\.|[^"\\])*"|(?:(?<=[\s;&|(])|^)\#[^\n]*|(?P<string><<<)"""
    r"""|<<(?P<dash>-?)[ \t]*(?P<word>(?:\\.|'[^'\n]*'|"(?:\\.|[^"\\\n])*"|[^\s;&|()<>'"\\])+)|(?P<line>\n)""",
    re.DOTALL | re.VERBOSE,
)


class ShellHeredoc(NamedTuple):
    """A heredoc in a script. ``operator`` is where its ``<<`` stands; ``start`` to ``end`` are its lines without the
    delimiter, which stands from ``end`` to ``stop``."""

    operator: int
    dash: bool
    quoted: bool
    start: int
    end: int
    stop: int


def heredocs_of(text: str) -> tuple[ShellHeredoc, ...]:
    """The heredocs of a script, in the order of their bodies. One without its end is none."""
    found: list[ShellHeredoc] = []
    pending: list[re.Match[str]] = []
    position = 0
    while match := _TOKEN.search(text, position):
        position = match.end()
        if match["word"] is not None:
            pending.append(match)
        elif match["line"] and pending:
            for opening in pending:
                heredoc = _body(text, position, opening)
                if heredoc is None:
                    break
                found.append(heredoc)
                position = min(heredoc.stop, len(text))
                if position < len(text):
                    position += 1
            pending = []
            position -= position > 0 and text[position - 1] == "\n" and position > match.end()
    return tuple(found)


def opening_at(text: str, start: int) -> ShellHeredoc:
    """The heredoc of an instruction, whose operator stands at or right behind ``start`` and whose body is elsewhere."""
    operator = text.index("<<", start)
    return ShellHeredoc(operator, text.startswith("<<-", operator), False, operator, operator, operator)


def masked(text: str, heredocs: tuple[ShellHeredoc, ...]) -> str:
    """The script with ``<<EOF`` made a ``< EOF`` and the bodies blanked, at equal length.

    tree-sitter puts what follows a heredoc's operator on its line inside of the redirection. This way it need not know.
    """
    characters = list(text)
    for heredoc in heredocs:
        characters[heredoc.operator + 1] = " "
        if heredoc.dash:
            characters[heredoc.operator + 2] = " "
        for index in range(heredoc.start, heredoc.stop):
            if characters[index] != "\n":
                characters[index] = " "
    return "".join(characters)


def _body(text: str, start: int, opening: re.Match[str]) -> ShellHeredoc | None:
    word = opening["word"]
    name = re.sub(r"\\(.)|['\"]", r"\1", word)
    position = start
    while position <= len(text):
        end = text.find("\n", position)
        end = len(text) if end < 0 else end
        line = text[position:end]
        if (line.lstrip("\t") if opening["dash"] else line) == name:
            return ShellHeredoc(opening.start(), bool(opening["dash"]), name != word, start, position, end)
        position = end + 1
    return None
