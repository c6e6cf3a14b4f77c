"""The settings and build contexts of the files of one run: what the command line says, over what settings files say."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable
from typing import Any

from layerwise.cli.errors import UsageError
from layerwise.cli.paths import as_posix
from layerwise.context import ContextTree, locate
from layerwise.context.disk import DiskFiles
from layerwise.engine import Loaded, Settings, load_settings, settings_from


class Snapshot:
    """The files of this machine as they are during one run: each folder is listed once, which many files ask for."""

    def __init__(self) -> None:
        self._disk = DiskFiles()
        self._folders: dict[str, tuple[tuple[str, bool], ...]] = {}
        self.read = self._disk.read
        self.size = self._disk.size

    def list(self, path: str) -> tuple[tuple[str, bool], ...]:
        if path not in self._folders:
            self._folders[path] = tuple(self._disk.list(path))
        return self._folders[path]


class Project:
    """What is around the files. Reads each settings file once."""

    def __init__(self, overriding: Settings, *, isolated: bool) -> None:
        self.overriding = overriding
        self.isolated = isolated
        self.files = Snapshot()
        self._loaded: dict[str, Loaded] = {}
        self._trees: dict[tuple[str, str | None], ContextTree] = {}

    def settings_for(self, path: str | None) -> Loaded:
        """The settings in force for the file at an absolute path, and what is wrong with them."""
        if path is None or self.isolated:
            return Loaded(self.overriding)
        folder = path.rpartition("/")[0]
        if folder not in self._loaded:
            found = load_settings(folder, self.files)
            self._loaded[folder] = Loaded(self.overriding.over(found.settings), found.problems, found.path)
        return self._loaded[folder]

    def context_for(self, path: str | None, settings: Settings) -> ContextTree | None:
        """The build context of the file at an absolute path; None for one without a place."""
        if path is None:
            return None
        tree = locate(path, self.files, context=settings.context)
        # Many Dockerfiles may stand in one folder, which need be looked through but once.
        tree.share(self._trees.setdefault((tree.root, tree.ignore_path), tree))
        return tree

    def excludes(self, path: str) -> bool:
        """Whether the settings keep a folder search from this file or folder."""
        absolute = as_posix(path)
        return self.settings_for(absolute).settings.excludes(absolute)


def settings_from_arguments(arguments: Namespace) -> Settings:
    """What the options of the command line set.

    :raises UsageError: for an unknown rule or severity.
    """
    said: dict[str, Any] = {
        "profile": arguments.profile,
        "select": _split(arguments.select),
        "extend-select": _split(arguments.extend_select),
        "ignore": _split(arguments.ignore),
        "rules": dict(map(_severity, arguments.severity or ())) or None,
    }
    settings, mistakes = settings_from(said, None)
    if mistakes:
        option = {"rules": "severity"}.get(str(mistakes[0].path[0]), mistakes[0].path[0])
        raise UsageError(f"--{option}: {mistakes[0].message}")
    return settings


def _split(values: Iterable[str] | None) -> list[str] | None:
    if values is None:
        return None
    return [name.strip() for value in values for name in value.split(",") if name.strip()]


def _severity(value: str) -> tuple[str, str]:
    rule, equals, severity = value.partition("=")
    if not equals:
        raise UsageError(f"--severity: RULE=SEVERITY is expected, not `{value}`")
    return rule.strip(), severity.strip()
