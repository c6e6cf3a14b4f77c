"""Files that exist only in memory: for tests, and for documents that no disk holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping


class MemoryFiles:
    """Files by absolute path. A path that ends in ``/`` is an empty folder."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self._files = {path: text for path, text in files.items() if not path.endswith("/")}
        self._folders: dict[str, dict[str, bool]] = {}
        for path in files:
            self._add(path)

    def read(self, path: str) -> str | None:
        return self._files.get(path)

    def list(self, path: str) -> Iterable[tuple[str, bool]]:
        return self._folders.get(path.rstrip("/") or "/", {}).items()

    def size(self, path: str) -> int:
        return len(self._files.get(path, "").encode())

    def _add(self, path: str) -> None:
        is_folder = path.endswith("/")
        here = path.rstrip("/")
        if is_folder:
            self._folders.setdefault(here or "/", {})
        while here:
            above, _, name = here.rpartition("/")
            entries = self._folders.setdefault(above or "/", {})
            entries[name] = is_folder or entries.get(name, False)
            is_folder, here = True, above
