"""Paths and path patterns inside a build context, with the meaning that Go's ``path/filepath`` gives them."""

from __future__ import annotations

import posixpath
import re
from functools import lru_cache

from layerwise.text.patterns import regex

_MAGIC = regex(r"[*?\[\\]")


class PatternError(ValueError):
    """A pattern that Go's ``filepath.Match`` refuses."""


def clean(path: str) -> str:
    """A path relative to the root of the context: no leading slash, no ``.`` or ``..``, and ``.`` for the root itself.

    A ``..`` that would leave the context stays at its root, as it does in a COPY.
    """
    return posixpath.normpath("/" + path).lstrip("/") or "."


def join(folder: str, path: str) -> str:
    """A path below a folder of the context, cleaned."""
    return clean(f"{folder}/{path}")


def parent(path: str) -> str:
    """The folder that holds a cleaned path; the root for the root."""
    return path.rpartition("/")[0] or "."


def is_pattern(path: str) -> bool:
    """Whether a COPY source is matched against the context rather than named in it."""
    return _MAGIC.search(path) is not None


def match(pattern: str, path: str) -> bool:
    """Go's ``filepath.Match``: ``*`` and ``?`` do not cross a slash, and the whole path must match.

    :raises PatternError: for an unfinished ``[…]`` or a lone ``\\`` at the end.
    """
    return matcher(pattern).fullmatch(path) is not None


@lru_cache(maxsize=4096)
def matcher(pattern: str) -> re.Pattern[str]:
    """The pattern as a regular expression to be matched in full.

    :raises PatternError: when Go refuses the pattern.
    """
    parts: list[str] = []
    at = 0
    while at < len(pattern):
        char = pattern[at]
        at += 1
        if char == "*":
            parts.append("[^/]*")
        elif char == "?":
            parts.append("[^/]")
        elif char == "[":
            found, at = read_class(pattern, at)
            parts.append(found)
        elif char == "\\":
            if at == len(pattern):
                raise PatternError("syntax error in pattern")
            parts.append(re.escape(pattern[at]))
            at += 1
        else:
            parts.append(re.escape(char))
    return re.compile("".join(parts), re.DOTALL)


def read_class(pattern: str, at: int, *, strict: bool = False) -> tuple[str, int]:
    """The class ``[…]`` whose inside starts at ``at``, as a regular expression, and the place behind its ``]``.

    Unlike ``?`` a class may match a slash.

    :param strict: refuse a range like ``z-a`` too. For ``filepath.Match`` it is one that holds nothing, for the
        regular expressions of a ``.dockerignore`` it is an error.
    :raises PatternError: when it is not a class for Go: empty, unfinished, or with a bare ``-`` or ``]``.
    """
    negated = pattern.startswith("^", at)
    at += negated
    ranges: list[str] = []
    while not (ranges and pattern.startswith("]", at)):
        low, at = _class_char(pattern, at)
        high = low
        if pattern.startswith("-", at):
            high, at = _class_char(pattern, at + 1)
        if strict and low > high:
            raise PatternError("syntax error in pattern")
        ranges.append(f"{re.escape(low)}-{re.escape(high)}" if low <= high else "")
    inside = "".join(ranges)
    if not inside:
        return ("." if negated else "(?!)"), at + 1
    return f"[{'^' if negated else ''}{inside}]", at + 1


def _class_char(pattern: str, at: int) -> tuple[str, int]:
    if at >= len(pattern) or pattern[at] in "-]":
        raise PatternError("syntax error in pattern")
    if pattern[at] == "\\":
        at += 1
        if at >= len(pattern):
            raise PatternError("syntax error in pattern")
    if at + 1 >= len(pattern):
        raise PatternError("syntax error in pattern")
    return pattern[at], at + 1
