"""The edit that turns a rule off in a settings file, merged into what stands there. Knows TOML, not Dockerfiles."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from layerwise.engine import read_settings, selection
from layerwise.engine.toml_places import KeyPath, Place, places
from layerwise.lint import Edit, Rule, Severity
from layerwise.text import Span, apply_edits
from layerwise.text.patterns import regex

_MARK = "\ufeff"
_HEADER = regex(r"^[ \t]*\[", re.MULTILINE)
_OPENING_COMMENTS = regex(r"(?:[ \t]*#[^\n]*\n)+[ \t]*\r?\n")


def turning_off(rule: Rule, path: str, text: str | None) -> tuple[Edit, ...] | None:
    """The edits of a settings file after which the rule is off.

    :param path: of the file; its name says in which table the settings stand.
    :param text: what it holds, None when there is none yet.
    :returns: None when the file is broken, or no edit is sure to do it.
    """
    if not text or not text.strip(_MARK + " \t\r\n"):
        return (Edit(Span(len(text or ""), len(text or "")), _in_new_file(rule, path)),)
    settings = _read(path, text)
    if settings is None:
        return None
    louder = list(_severities(settings, rule))
    for way in _WAYS:
        for edits in way(settings, rule):
            if _does_it(rule, path, text, [*louder, *edits]):
                return tuple(sorted([*louder, *edits]))
    return None


class _Settings(Struct, frozen=True):
    """A settings file: its text, our table in it, and where each setting stands."""

    text: str
    """With a space for a byte-order mark."""
    table: KeyPath
    data: Mapping[str, Any]
    found: Mapping[KeyPath, Place]
    has_mark: bool

    @property
    def line_end(self) -> str:
        return "\r\n" if "\r\n" in self.text else "\n"

    def place(self, *path: str | int) -> Place | None:
        return self.found.get((*self.table, *path))

    def end_of_line(self, offset: int) -> int:
        end = self.text.find("\n", offset)
        end = len(self.text) if end < 0 else end
        return end - 1 if self.text[:end].endswith("\r") else end

    def line_behind(self, offset: int, line: str) -> Edit:
        """One more line behind the one that ``offset`` is on."""
        end = self.end_of_line(offset)
        return Edit(Span(end, end), self.line_end + line)


def _read(path: str, text: str) -> _Settings | None:
    # A mark at the start is taken for a space, which moves nothing.
    plain = text.replace(_MARK, " ", 1) if text.startswith(_MARK) else text
    table: KeyPath = ("tool", "layerwise") if path.endswith("/pyproject.toml") else ()
    try:
        data: Any = tomllib.loads(plain.replace("\r\n", "\n"))
    except (tomllib.TOMLDecodeError, RecursionError):
        return None
    for name in table:
        data = data.get(name, {}) if isinstance(data, Mapping) else {}
    return _Settings(plain, table, data if isinstance(data, Mapping) else {}, places(plain), plain is not text)


def _does_it(rule: Rule, path: str, before: str, edits: list[Edit]) -> bool:
    """Whether the rule is off after the edits, and the file no worse than it was."""
    loaded = read_settings(path, apply_edits(before, edits))
    if len(loaded.problems) > len(read_settings(path, before).problems):
        return False
    return selection(loaded.settings, None).severity(rule) is Severity.OFF


def _severities(settings: _Settings, rule: Rule) -> Iterator[Edit]:
    """Each severity that is set for the rule, under whichever of its names, becomes ``off``."""
    for name in (rule.id, *rule.aliases):
        for path in (("rules", name), ("rules", name, "severity")):
            place = settings.place(*path)
            if place and isinstance(_at(settings.data, path), str):
                yield Edit(place.value, '"off"')


def _set_severity(settings: _Settings, rule: Rule) -> Iterator[list[Edit]]:
    """The rule's own table says ``off``, or there is nothing more to do."""
    yield []
    place = settings.place("rules", rule.id)
    if place and settings.text[place.value.start] == "{":
        at = place.value.start + 1
        yield [Edit(Span(at, at), ' severity = "off",')]
    elif place:
        yield [settings.line_behind(place.value.end, 'severity = "off"')]


def _add_to_ignored(settings: _Settings, rule: Rule) -> Iterator[list[Edit]]:
    """The array ``ignore`` gets one more item, in the style of the others."""
    place = settings.place("ignore")
    ignored = settings.data.get("ignore")
    if not place or not isinstance(ignored, list):
        return
    item = f'"{rule.id}"'
    last = settings.place("ignore", len(ignored) - 1) if ignored else None
    if last is None:
        yield [Edit(place.value, f"[{item}]")]
        return
    behind = Span(last.value.end, last.value.end)
    line = settings.text.rfind("\n", 0, last.value.start) + 1
    indent = settings.text[line : last.value.start]
    end = settings.end_of_line(last.value.end)
    if indent.strip() or end >= place.value.end:
        yield [Edit(behind, f", {item}")]
        return
    # One item a line: what stands behind the last one, a comma and a comment, stays with it.
    has_comma = settings.text[last.value.end : end].lstrip().startswith(",")
    new_line = f"{settings.line_end}{indent}{item}{',' if has_comma else ''}"
    yield [*([] if has_comma else [Edit(behind, ",")]), Edit(Span(end, end), new_line)]


def _add_to_rules(settings: _Settings, rule: Rule) -> Iterator[list[Edit]]:
    """The table ``[rules]`` gets one more line, behind its last."""
    header = settings.place("rules")
    if not header or settings.text[header.value.start] != "[":
        return
    depth = len(settings.table) + 2
    inside = [place.value.end for path, place in settings.found.items() if len(path) == depth and path[-2] == "rules"]
    below = _HEADER.search(settings.text, header.value.end)
    limit = below.start() if below else len(settings.text)
    last = max([header.value.end, *(end for end in inside if end < limit)])
    yield [settings.line_behind(last, f'"{rule.id}" = "off"')]


def _add_setting(settings: _Settings, rule: Rule) -> Iterator[list[Edit]]:
    """``ignore`` is set, where the settings of our table begin."""
    line = f'ignore = ["{rule.id}"]'
    header = settings.place()
    if settings.table and header:
        yield [settings.line_behind(header.value.end, line)]
        return
    if settings.table:
        end, gap = len(settings.text), settings.line_end
        start = "" if settings.text.endswith("\n") else gap
        yield [Edit(Span(end, end), f"{start}{gap}[{'.'.join(map(str, settings.table))}]{gap}{line}{gap}")]
        return
    first = _HEADER.search(settings.text)
    limit = first.start() if first else len(settings.text)
    above = [place.value.end for path, place in settings.found.items() if len(path) == 1 and place.value.end <= limit]
    if above:
        yield [settings.line_behind(max(above), line)]
        return
    at = 1 if settings.has_mark else 0
    comments = _OPENING_COMMENTS.match(settings.text, at)
    at = comments.end() if comments else at
    yield [Edit(Span(at, at), line + settings.line_end * 2)]


_WAYS: tuple[Callable[[_Settings, Rule], Iterator[list[Edit]]], ...] = (
    _set_severity,
    _add_to_ignored,
    _add_to_rules,
    _add_setting,
)
"""In order of preference."""


def _in_new_file(rule: Rule, path: str) -> str:
    header = "[tool.layerwise]\n" if path.endswith("/pyproject.toml") else ""
    return f'{header}ignore = ["{rule.id}"]\n'


def _at(data: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    found: Any = data
    for name in path:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found
