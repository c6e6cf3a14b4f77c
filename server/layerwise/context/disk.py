"""The files of this machine. Only ``cli`` and ``lsp`` make one; the core is handed it as ``Files``, and asks."""

from __future__ import annotations

import os
import stat
from collections import OrderedDict
from collections.abc import Iterable

MAX_BYTES = 1024 * 1024
"""Larger files are no manifests, and not read."""
MAX_ENTRIES = 20_000
"""A folder with more entries is shown only in part."""
_KEPT = 512


class DiskFiles:
    """Reads what is on the disk now. Texts are kept as long as size and time of the file stay the same.

    Nothing is followed in circles: a symbolic link is no folder, so that no walk enters it. Devices and pipes are not
    opened.
    """

    def __init__(self) -> None:
        self._texts: OrderedDict[str, tuple[tuple[int, int, int], str | None]] = OrderedDict()

    def read(self, path: str) -> str | None:
        try:
            status = os.stat(path)
        except (OSError, ValueError):
            return None
        if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_BYTES:
            return None
        stamp = (status.st_size, status.st_mtime_ns, status.st_ino)
        kept = self._texts.get(path)
        if kept is None or kept[0] != stamp:
            kept = (stamp, _read(path))
            self._texts[path] = kept
            if len(self._texts) > _KEPT:
                self._texts.popitem(last=False)
        self._texts.move_to_end(path)
        return kept[1]

    def list(self, path: str) -> Iterable[tuple[str, bool]]:
        found: list[tuple[str, bool]] = []
        try:
            with os.scandir(path) as entries:
                for entry in entries:
                    found.append((entry.name, entry.is_dir(follow_symlinks=False)))
                    if len(found) >= MAX_ENTRIES:
                        break
        except (OSError, ValueError):
            pass
        return found

    def size(self, path: str) -> int:
        try:
            status = os.stat(path)
        except (OSError, ValueError):
            return 0
        return status.st_size if stat.S_ISREG(status.st_mode) else 0

    def invalidate(self, path: str) -> None:
        """Forget the text of a file that has changed: its time alone may be too coarse to tell."""
        self._texts.pop(path, None)


def _read(path: str) -> str | None:
    try:
        with open(path, "rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError:
        return None
    if len(content) > MAX_BYTES or b"\0" in content:
        return None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
