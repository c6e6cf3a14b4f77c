"""Says in words how much lies in a build context for nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from layerwise.build.ignoring.judging import Verdict
from layerwise.context import Weight

_UNITS = ((1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB"))
_MANY = 1_000
"""So many files are worth a word."""


def size_of(count: int) -> str:
    """A number of bytes as people say it: ``1.2 MB``."""
    for unit, name in _UNITS:
        if count >= unit:
            value = count / unit
            return f"{value:.0f} {name}" if value >= 10 else f"{value:.1f} {name}"
    return f"{count} byte{'s' if count != 1 else ''}"


def described(path: str, weight: Weight, *, is_all: bool) -> str:
    """A path and what lies below it: ```node_modules` (at least 210 MB, 20,000 files)``."""
    files = f", {weight.files:,} files" if weight.files >= _MANY else ""
    return f"`{path}` ({'' if is_all else 'at least '}{size_of(weight.bytes)}{files})"


def listed(verdicts: Iterable[Verdict], weighed: Mapping[str, tuple[Weight, bool]], most: int) -> str:
    """The heaviest of them with their weights, and how many there are besides."""
    ordered = sorted(verdicts, key=lambda each: -weighed[each.path][0].bytes)
    shown = [described(each.path, weighed[each.path][0], is_all=weighed[each.path][1]) for each in ordered[:most]]
    if len(ordered) > most:
        shown.append(f"{len(ordered) - most} more")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"
