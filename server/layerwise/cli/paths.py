"""Paths between the three ways of writing them: as the system has them, as the core has them, and as people read them."""

from __future__ import annotations

import os


def as_posix(path: str) -> str:
    """An absolute path with ``/``, as the core has it."""
    return os.path.abspath(path).replace(os.sep, "/")


def shown_path(path: str) -> str:
    """A path for people: relative to where they are if it lies below, else as it is."""
    relative = os.path.relpath(path)
    return path if relative.startswith("..") else relative
