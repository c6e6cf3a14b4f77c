"""Files as they will be: some with another text, or new, and all others as they are."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping

from layerwise.context.tree import ContextTree, Files


class EditedFiles:
    """Files under others. Knows only texts, so that nothing can be removed."""

    def __init__(self, files: Files, texts: Mapping[str, str]) -> None:
        self._files = files
        self._texts = texts
        """By absolute path."""

    def read(self, path: str) -> str | None:
        return self._texts[path] if path in self._texts else self._files.read(path)

    def list(self, path: str) -> Iterable[tuple[str, bool]]:
        entries = dict(self._files.list(path))
        folder = path.rstrip("/") + "/"
        for each in self._texts:
            if each.startswith(folder):
                name, slash, _ = each[len(folder) :].partition("/")
                entries.setdefault(name, bool(slash))
        return entries.items()

    def size(self, path: str) -> int:
        return len(self._texts[path].encode()) if path in self._texts else self._files.size(path)


def edited(tree: ContextTree, texts: Mapping[str, str]) -> ContextTree:
    """The build context as it will be when these files, by their paths in it, have these texts."""
    absolute = {absolute_path(tree, path): text for path, text in texts.items()}
    ignore = absolute_path(tree, ".dockerignore")
    ignore_path = tree.ignore_path or (ignore if ignore in absolute else None)
    files = EditedFiles(tree.files, absolute)
    return ContextTree(files, tree.root, ignore_path, told=tree.told, dockerfile=tree.dockerfile, patient=tree.patient)


def absolute_path(tree: ContextTree, path: str) -> str:
    """The absolute path of a file by its path relative to the build context, outside of which it may lie."""
    return posixpath.normpath(posixpath.join(tree.root, path))
