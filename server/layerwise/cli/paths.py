"""Paths as the system writes them, as the core has them, and as people and services read them."""

from __future__ import annotations

import os


def as_posix(path: str) -> str:
    """An absolute path with ``/``, as the core has it."""
    return os.path.abspath(path).replace(os.sep, "/")


def shown_path(path: str, root: str | None = None) -> str:
    """A path relative to ``root``, by default the current folder, if it lies below; else as it is. With ``/``."""
    try:
        relative = os.path.relpath(path, root)
    except ValueError:  # Windows: it lies on another drive.
        relative = os.pardir
    is_outside = relative == os.pardir or relative.startswith(os.pardir + os.sep)
    return (path if is_outside else relative).replace(os.sep, "/")
