"""Settings files: which one counts for a Dockerfile, and what is wrong with it, where. Reads through ``Files``."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from layerwise.context.tree import Files
from layerwise.engine.reading_settings import Mistake, settings_from, settings_from_editor
from layerwise.engine.settings import Settings
from layerwise.engine.toml_places import KeyPath, places
from layerwise.text import LineIndex, Span
from layerwise.text.patterns import regex

FILE_NAMES = ("layerwise.toml", ".layerwise.toml", "pyproject.toml")
"""In this order within a folder; a ``pyproject.toml`` counts only when it has a table ``[tool.layerwise]``."""

_TABLE_IN: Mapping[str, KeyPath] = {"pyproject.toml": ("tool", "layerwise")}
_PLACE_IN_ERROR = regex(r" \(at (?:line (\d+), column (\d+)|end of document)\)")


class SettingsProblem(Struct, frozen=True):
    """Something wrong in a settings file. ``span`` is a place in ``text``, the file's content.

    ``path`` is None for the editor's settings, which have no text; then the message names the setting.
    """

    path: str | None
    text: str
    span: Span
    message: str


class Loaded(Struct, frozen=True):
    """The settings in force for a file, what is wrong with them, and the settings file they come from."""

    settings: Settings
    problems: tuple[SettingsProblem, ...] = ()
    path: str | None = None


def load_settings(
    path: str | None,
    files: Files | None,
    *,
    editor: Mapping[str, Any] | None = None,
    workspace: str | None = None,
) -> Loaded:
    """The settings for the Dockerfile at ``path``: those of the nearest settings file, over them the editor's.

    :param path: absolute, with ``/``; may also be a folder. None for a file without a place.
    :param editor: the section ``layerwise`` of the editor's settings.
    :param workspace: the folder that the editor's patterns are relative to.
    """
    loaded = Loaded(Settings())
    if path is not None and files is not None:
        found = find_settings(path, files)
        if found:
            loaded = read_settings(*found)
    if not editor:
        return loaded
    own, mistakes = settings_from_editor(editor, workspace)
    problems = [SettingsProblem(None, "", Span(0, 0), _named(mistake)) for mistake in mistakes]
    return Loaded(own.over(loaded.settings), (*loaded.problems, *problems), loaded.path)


def find_settings(path: str, files: Files) -> tuple[str, str] | None:
    """The path and the text of the settings file that counts for ``path``: the nearest on the way up."""
    for folder in _upwards(path):
        for name in FILE_NAMES:
            candidate = f"{folder}/{name}"
            text = files.read(candidate)
            if text is not None and (name not in _TABLE_IN or _has_table(text)):
                return candidate, text
    return None


def read_settings(path: str, text: str) -> Loaded:
    """The settings in the file at ``path``, which holds ``text``."""
    folder, _, name = path.rpartition("/")
    table = _TABLE_IN.get(name, ())
    plain = text.removeprefix("\ufeff")
    shift = len(text) - len(plain)
    try:
        data: Any = tomllib.loads(plain.replace("\r\n", "\n"))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        problem = SettingsProblem(path, text, _place_of_error(text, str(error)), _wording(error))
        return Loaded(Settings(root=folder), (problem,), path)
    for key in table:
        data = data.get(key, {}) if isinstance(data, Mapping) else {}
    settings, mistakes = settings_from(data, folder)
    where = places(plain) if mistakes else {}
    problems = []
    for mistake in mistakes:
        place = _nearest(where, (*table, *mistake.path))
        span = (place[0] if mistake.at_key else place[1]).moved(shift)
        problems.append(SettingsProblem(path, text, span, mistake.message))
    return Loaded(settings, tuple(problems), path)


def _upwards(path: str) -> Iterator[str]:
    """The path itself, should it be a folder, and each folder above it; the root is the empty string."""
    folder = path.rstrip("/")
    while folder:
        yield folder
        folder = folder.rpartition("/")[0]
    yield ""


def _has_table(text: str) -> bool:
    """Whether a ``pyproject.toml`` is meant for us; a broken one is when it names the table."""
    if "layerwise" not in text:
        return False
    try:
        tool = tomllib.loads(text.removeprefix("\ufeff").replace("\r\n", "\n")).get("tool")
    except (tomllib.TOMLDecodeError, RecursionError):
        return "[tool.layerwise" in text
    return isinstance(tool, Mapping) and "layerwise" in tool


def _nearest(where: Mapping[KeyPath, Any], path: KeyPath) -> tuple[Span, Span]:
    """The place of a setting, or of the closest table around it that has one."""
    while path:
        if path in where:
            return where[path].key, where[path].value
        path = path[:-1]
    return Span(0, 0), Span(0, 0)


def _place_of_error(text: str, message: str) -> Span:
    lines = LineIndex(text)
    match = _PLACE_IN_ERROR.search(message)
    if not match or not match.group(1):
        return Span(len(text), len(text))
    line = int(match.group(1)) - 1
    start = lines.offset(line, int(match.group(2)) - 1)
    return Span(start, max(lines.span(min(line, len(lines) - 1)).end, start))


def _wording(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "not valid TOML: nested too deeply"
    text = _PLACE_IN_ERROR.sub("", str(error))
    return "not valid TOML: " + text[:1].lower() + text[1:]


def _named(mistake: Mistake) -> str:
    name = ".".join(str(part) for part in mistake.path)
    return mistake.message if mistake.at_key else f"`layerwise.{name}`: {mistake.message}"
