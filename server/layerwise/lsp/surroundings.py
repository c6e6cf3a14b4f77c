"""What is around a document: its settings and its build context. Knows the folders, the editor's settings, the disk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from threading import Lock
from typing import Any

from msgspec import Struct, field

from layerwise.build.ignoring import look_through
from layerwise.context import ContextTree, locate
from layerwise.context.disk import DiskFiles
from layerwise.engine import Loaded, Settings, find_settings, load_settings

SETTINGS_FILES = ("layerwise.toml", ".layerwise.toml", "pyproject.toml")


class Surroundings(Struct, frozen=True):
    """The settings in force for a document, what is wrong with them, and its build context where there is one."""

    loaded: Loaded
    context: ContextTree | None

    @property
    def settings(self) -> Settings:
        return self.loaded.settings


class SharedFiles:
    """The files of this machine, for several threads."""

    def __init__(self) -> None:
        self._disk = DiskFiles()
        self._lock = Lock()

    def read(self, path: str) -> str | None:
        with self._lock:
            return self._disk.read(path)

    def list(self, path: str) -> Iterable[tuple[str, bool]]:
        return self._disk.list(path)

    def size(self, path: str) -> int:
        return self._disk.size(path)

    def invalidate(self, path: str) -> None:
        """Forget the text of a file that has changed."""
        with self._lock:
            self._disk.invalidate(path)


class Project(Struct):
    """The folders that the client has open, and what its user has set for each."""

    folders: tuple[str, ...] = ()
    settings: Mapping[str | None, Mapping[str, Any]] = field(default_factory=dict)
    """The editor's settings by folder; under None those for files outside of all folders."""
    files: SharedFiles = field(default_factory=SharedFiles)

    def folder_of(self, path: str | None) -> str | None:
        """The innermost folder that holds a file; the first for a text without a place."""
        if path is None:
            return self.folders[0] if self.folders else None
        holding = (folder for folder in self.folders if path.startswith(folder.rstrip("/") + "/"))
        return max(holding, key=len, default=None)

    def around(self, path: str | None, previous: Surroundings | None = None) -> Surroundings:
        """The surroundings of the document at ``path``. Reads the disk; may be called on any thread.

        :param previous: returned itself when nothing has changed since. Without it somebody waits for the first
            diagnostics, and the context is not looked through.
        """
        folder = self.folder_of(path)
        editor = self.settings.get(folder) or self.settings.get(None)
        loaded = load_settings(path or folder, self.files, editor=editor, workspace=folder)
        context = None
        if path is not None:
            before = previous.context if previous else None
            is_first = previous is None
            context = locate(path, self.files, context=loaded.settings.context, previous=before, patient=not is_first)
            if not is_first and (context is not before or not context.patient):
                context = _looked_through(context)
        if previous and previous.context is context and previous.loaded == loaded:
            return previous
        return Surroundings(loaded, context)

    def settings_file(self, path: str | None) -> tuple[str, str | None]:
        """The settings file that counts for a document, or that would if it were there, and its text if it is.

        The path is empty when there is no place for one.
        """
        found = find_settings(path, self.files) if path else None
        if found:
            return found
        folder = self.folder_of(path) or (path or "").rpartition("/")[0]
        candidate = f"{folder.rstrip('/')}/{SETTINGS_FILES[0]}"
        return (candidate, self.files.read(candidate)) if folder else ("", None)


def _looked_through(context: ContextTree) -> ContextTree:
    """A context with all that takes longer found out. The same one, where that makes no difference to anybody."""
    has_litter = look_through(context)
    if has_litter:
        return context.patiently()
    context.patient = True
    return context
