"""What an install reads, as it is being gathered; the ecosystems' own modules fill it."""

from __future__ import annotations

import posixpath
from typing import Any

from msgspec import Struct, field

from layerwise.build.dependencies.installs import Install
from layerwise.build.dependencies.view import View

_MAX_VALUES = 20_000


class Gathering(Struct):
    """The files that an install reads, and what speaks against its needing nothing else.

    Paths are absolute in the image.
    """

    install: Install
    view: View
    files: dict[str, None] = field(default_factory=dict)
    folders: dict[str, None] = field(default_factory=dict)
    reasons: dict[str, None] = field(default_factory=dict)
    stand_ins: dict[str, None] = field(default_factory=dict)
    """Files that have to be there, whatever they hold."""
    builds_project: bool = False
    """It builds the project itself too, which ``Manifests.without_project`` would keep it from."""

    @property
    def folder(self) -> str:
        return self.install.folder

    def read(self, path: str) -> str | None:
        return self.view.read(path)

    def add(self, path: str) -> bool:
        """Take a file or folder along if it is there. Whether it is."""
        if self.view.is_file(path):
            self.files[path] = None
        elif self.view.is_folder(path):
            self.folders[path] = None
        else:
            return False
        return True

    def add_pattern(self, folder: str, pattern: str) -> list[str]:
        found = [path for path in self.view.glob(folder, pattern) if self.view.is_file(path)]
        self.files.update(dict.fromkeys(found))
        return found

    def needs(self, reason: str) -> None:
        """Remember why the install may need more than the files gathered: one sentence without a full stop."""
        self.reasons[reason] = None

    def shown(self, path: str) -> str:
        """A path as people write it, relative to the project."""
        return posixpath.relpath(path, self.folder)


def at(folder: str, path: str) -> str:
    """A path as seen from a folder of the image."""
    return posixpath.normpath(posixpath.join(folder, path))


def strings(value: Any) -> list[str]:
    """The strings in a list or a table, in order, up to a bound: aliases in YAML make lists that hold each other."""
    found: list[str] = []
    todo = [value]
    for _ in range(_MAX_VALUES):
        if not todo:
            break
        each = todo.pop()
        if isinstance(each, str):
            found.append(each)
        elif isinstance(each, dict):
            todo += reversed(each.values())
        elif isinstance(each, list):
            todo += reversed(each)
    return found


def table(value: Any, *keys: str) -> dict[str, Any]:
    """The table under these keys, an empty one when there is none."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}
