"""Unified diffs that `patch` and `git apply -p0` take, also of files without a last line end."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import unified_diff

from layerwise.cli.terminal import Look

_NO_LINE_END = "\\ No newline at end of file"
_STYLES = {"+": ("green",), "-": ("red",), "@": ("cyan",)}


def diff_lines(path: str, before: str | None, after: str, look: Look) -> Iterator[str]:
    """The lines of a diff with their line ends. ``before`` is None for a file that does not exist yet."""
    old, new = _lines(before or ""), _lines(after)
    header = "/dev/null" if before is None else path
    for number, line in enumerate(unified_diff(old, new, header, path, lineterm="\n")):
        styles = ("bold",) if number < 2 else _STYLES.get(line[0], ())
        content, line_end, _ = line.partition("\n")
        yield look.paint(content, *styles) + "\n"
        if not line_end:
            yield look.paint(_NO_LINE_END, "faint") + "\n"


def _lines(text: str) -> list[str]:
    """Lines as diffs have them: only a line feed ends one, and a carriage return before it belongs to the line."""
    lines = [line + "\n" for line in text.split("\n")]
    lines[-1] = lines[-1][:-1]
    return lines if lines[-1] else lines[:-1]
