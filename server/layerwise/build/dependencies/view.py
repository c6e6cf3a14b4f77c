"""The files that copies of the build context put into the image, seen at their places in the image."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence

from layerwise.build.dependencies.copies import Copied
from layerwise.context import ContextTree
from layerwise.context.paths import PatternError, match


class View:
    """What the image holds of the context after some copies. Paths are absolute in the image."""

    def __init__(self, tree: ContextTree, copies: Sequence[Copied]) -> None:
        self.tree = tree
        self.copies = copies

    def context_path(self, path: str) -> str | None:
        """Where in the context a path of the image comes from, None when none of the copies puts it there."""
        for copy in reversed(self.copies):
            found = copy.context_path(path)
            if found is not None and self.tree.exists(found):
                return found
        return None

    def exists(self, path: str) -> bool:
        return self.context_path(path) is not None

    def is_folder(self, path: str) -> bool:
        found = self.context_path(path)
        return found is not None and self.tree.is_folder(found)

    def is_file(self, path: str) -> bool:
        found = self.context_path(path)
        return found is not None and not self.tree.is_folder(found)

    def read(self, path: str) -> str | None:
        found = self.context_path(path)
        return None if found is None else self.tree.read(found)

    def glob(self, folder: str, pattern: str) -> list[str]:
        """What lies below a folder and matches a pattern, in which ``**`` stands for any number of folders."""
        found = [folder]
        for part in pattern.removeprefix("./").rstrip("/").split("/"):
            if part == "**":
                found = [path for each in found for path in self._folders_below(each, 0)]
            elif part not in ("", "."):
                found = [path for each in found for path in self._matching(each, part)]
        return list(dict.fromkeys(found))

    def _matching(self, folder: str, part: str) -> Iterator[str]:
        for name in self._names(folder):
            try:
                if match(part, name):
                    yield posixpath.join(folder, name)
            except PatternError:
                return

    def _names(self, folder: str) -> list[str]:
        names: set[str] = set()
        for copy in self.copies:
            found = copy.context_path(folder)
            if copy.root is not None and found is not None:
                names.update(name for name, _ in self.tree.list(found))
            elif copy.root is None and copy.destination == folder:
                globs = (path for source in copy.sources for path in self.tree.glob(source.path))
                names.update(posixpath.basename(path) for path in globs)
        return sorted(names)

    def _folders_below(self, folder: str, depth: int) -> Iterator[str]:
        yield folder
        for name in self._names(folder) if depth < 8 else ():
            path = posixpath.join(folder, name)
            if name not in ("node_modules", ".git") and self.is_folder(path):
                yield from self._folders_below(path, depth + 1)
