"""The build context as far as it can be seen: which files a builder would be sent."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol


class Files(Protocol):
    """Reading files, in whatever way. Paths are absolute, with ``/``. None of these raises for a missing file."""

    def read(self, path: str) -> str | None:
        """The text of a file, None when it is missing, a folder, not text, or too large to be worth it."""
        ...

    def list(self, path: str) -> Iterable[tuple[str, bool]]:
        """The entries of a folder as (name, is it a folder), in any order; nothing when it is none."""
        ...

    def size(self, path: str) -> int:
        """The size of a file in bytes, 0 when it is missing."""
        ...


class ContextTree:
    """A build context: a folder, seen through its ``.dockerignore``. Paths are relative to its root, with ``/``."""

    def __init__(self, files: Files, root: str, ignore_path: str | None) -> None:
        self.files = files
        self.root = root
        self.ignore_path = ignore_path
