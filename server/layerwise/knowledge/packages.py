"""Package managers: how to recognise what they do, where their caches lie, and how to keep those out of a layer."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PackageManager:
    """A row of the table. Paths are absolute inside the image; ``~`` is the home folder of the user who runs it."""

    name: str
    programs: tuple[str, ...]
