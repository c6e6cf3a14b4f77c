"""Parser directives: ``# syntax=``, ``# escape=`` and ``# check=`` at the top of the file, and where they stop.

BuildKit reads them twice. Its parser looks for ``escape`` and refuses bad ones; the loader then looks for ``syntax``
and ``check`` on its own, past a ``#!`` line but not behind white space. What neither takes is a mere comment.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from msgspec import Struct

from layerwise.knowledge.instructions import DIRECTIVES
from layerwise.syntax.characters import BYTE_ORDER_MARK, SPACES
from layerwise.syntax.nodes import Directive, Problem, Word
from layerwise.text import Span

DEFAULT_ESCAPE = "\\"
_ESCAPES = ("\\", "`")
_ASSIGNMENT = re.compile(f"[{SPACES}]*([a-zA-Z][a-zA-Z0-9]*)[\t\n\f\r ]*=[\t\n\f\r ]*(.+?)[\t\n\f\r ]*\\Z")


class Prologue(Struct, frozen=True):
    """What the top of a file says. ``end`` is the end of the last line that was looked at."""

    start: int
    """Behind the byte-order mark, if there is one."""
    end: int
    escape: str
    directives: tuple[Directive, ...]
    problems: tuple[Problem, ...]


def read_prologue(text: str) -> Prologue:
    start = len(BYTE_ORDER_MARK) if text.startswith(BYTE_ORDER_MARK) else 0
    escape = DEFAULT_ESCAPE
    found: list[Directive] = []
    problems: list[Problem] = []
    end = start
    seen: set[str] = set()
    for directive, line_end in _run(text, start, indented=True):
        end = line_end
        name = directive.name.text.lower()
        if name in seen:
            message = f"only one {name} parser directive can be used"
            problems.append(Problem(directive.span, message, "duplicate-directive"))
            break
        seen.add(name)
        if name == "escape":
            found.append(directive)
            value = directive.value.text
            if value in _ESCAPES:
                escape = value
            else:
                message = f"invalid escape token '{value}' does not match ` or \\"
                problems.append(Problem(directive.value.span, message, "invalid-escape"))
    loaded, loaded_end = _loaded(text, start)
    found.extend(loaded)
    found.sort(key=lambda directive: directive.span)
    end = _line_end(text, min(max(end, loaded_end) + 1, len(text)))
    return Prologue(start, end, escape, tuple(found), tuple(problems))


def frontend(text: str) -> Word | None:
    """The image that reads this file, as the loader finds it (``DetectSyntax``): in ``# syntax=``, else ``// syntax=``.

    A file that says so in the second way, or in a JSON object, is most likely no Dockerfile at all.
    """
    start = len(BYTE_ORDER_MARK) if text.startswith(BYTE_ORDER_MARK) else 0
    directives, _ = _loaded(text, start)
    named = next((each.value for each in directives if each.name.text.lower() == "syntax"), None)
    return named or _slashed(text, start) or _in_json(text, start)


def _slashed(text: str, start: int) -> Word | None:
    if text.startswith("#!", start):
        start = min(_line_end(text, start) + 1, len(text))
    for directive, _ in _run(text, start, indented=False, mark="//"):
        if directive.name.text.lower() == "syntax":
            return directive.value
    return None


def _in_json(text: str, start: int) -> Word | None:
    if not text[start:].lstrip().startswith("{"):
        return None
    try:
        value = json.loads(text[start:])["syntax"]
    except (ValueError, KeyError, RecursionError):
        return None
    return Word(Span(start, start), value) if isinstance(value, str) else None


def _loaded(text: str, start: int) -> tuple[list[Directive], int]:
    """``syntax`` and ``check`` as the loader finds them, and the end of the last line it took."""
    end = start
    if text.startswith("#!", start):
        end = _line_end(text, start)
        start = min(end + 1, len(text))
    found: list[Directive] = []
    seen: set[str] = set()
    for directive, line_end in _run(text, start, indented=False):
        end = line_end
        name = directive.name.text.lower()
        if name in seen:
            break
        seen.add(name)
        if name != "escape":
            found.append(directive)
    return found, end


def _run(text: str, position: int, *, indented: bool, mark: str = "#") -> Iterator[tuple[Directive, int]]:
    """The directives from ``position`` on with the ends of their lines, up to the first line that is none."""
    while position < len(text):
        end = _line_end(text, position)
        content = text[position:end].rstrip("\r")
        lead = content.lstrip(SPACES) if indented else content
        match = _ASSIGNMENT.match(lead, len(mark)) if lead.startswith(mark) else None
        if not match or match[1].lower() not in DIRECTIVES:
            return
        first = position + len(content) - len(lead)
        name, value = (Word(Span(first + match.start(i), first + match.end(i)), match[i]) for i in (1, 2))
        yield Directive(Span(first, first + len(lead.rstrip(SPACES))), name, value), end
        position = end + 1


def _line_end(text: str, position: int) -> int:
    end = text.find("\n", position)
    return len(text) if end < 0 else end
