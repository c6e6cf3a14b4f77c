"""What a ``.dockerignore`` leaves out of the build context, as the builder's own matcher decides it.

The rules are those of ``moby/patternmatcher`` and of the page "Build context, .dockerignore files". They are not
git's: every pattern is anchored at the root, ``*`` does not stand for folders in between, the last matching pattern
decides, and a file below an excluded folder can be brought back.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from enum import Enum
from functools import lru_cache

from msgspec import Struct

from layerwise.context.paths import PatternError, is_pattern, read_class
from layerwise.text import Span

_MAX_PATTERNS = 2000


class IgnorePattern(Struct, frozen=True):
    """A line of the file. ``text`` is cleaned, without ``!``; ``span`` is its place in the file as it was written."""

    span: Span
    text: str
    includes: bool
    """Written with ``!``: what it matches is not left out after all."""
    matches: Callable[[str], bool]

    def may_match_below(self, folder: str) -> bool:
        """Whether it could match something inside this folder; True in case of doubt."""
        names, parts = folder.split("/"), self.text.split("/")
        for name, part in zip(names, parts, strict=False):
            if "**" in part:
                return True
            if not is_pattern(part) and part != name:
                return False
        return len(parts) > len(names)


class IgnoreProblem(Struct, frozen=True):
    """A line that the builder refuses, and with it the whole build."""

    span: Span
    message: str


class IgnoreRules:
    """The patterns of a ``.dockerignore``. Paths are relative to the root of the context."""

    def __init__(self, patterns: tuple[IgnorePattern, ...], problems: tuple[IgnoreProblem, ...] = ()) -> None:
        self.patterns = patterns
        self.problems = problems
        self._includes = tuple(pattern for pattern in patterns if pattern.includes)
        self._folders: dict[str, tuple[bool, ...]] = {}

    def ignores(self, path: str) -> bool:
        """Whether a file or folder is left out; something inside a folder left out may still be brought back."""
        if not self.patterns or path == ".":
            return False
        folder, slash, _ = path.rpartition("/")
        return self._verdict(path, self._matched(folder) if slash else ())[1]

    def may_include_below(self, folder: str) -> bool:
        """Whether a pattern with ``!`` could bring back something inside a folder that is left out."""
        return any(pattern.may_match_below(folder) for pattern in self._includes)

    def _matched(self, folder: str) -> tuple[bool, ...]:
        """Which patterns have matched this folder or one around it."""
        found = self._folders.get(folder)
        if found is None:
            above, slash, _ = folder.rpartition("/")
            found, _ = self._verdict(folder, self._matched(above) if slash else ())
            if len(self._folders) > 10_000:
                self._folders.clear()
            self._folders[folder] = found
        return found

    def _verdict(self, path: str, around: tuple[bool, ...]) -> tuple[tuple[bool, ...], bool]:
        """Which patterns match a path, given those that match its folder, and whether it is left out in the end."""
        matched: list[bool] = []
        ignored = False
        for index, pattern in enumerate(self.patterns):
            hit = bool(around) and around[index]
            # A pattern that could not change the verdict is not tried, and then does not count as matched below.
            if not hit and pattern.includes == ignored:
                hit = pattern.matches(path)
            matched.append(hit)
            if hit:
                ignored = not pattern.includes
        return tuple(matched), ignored


@lru_cache(maxsize=64)
def read_ignore(text: str) -> IgnoreRules:
    """The rules in the text of a ``.dockerignore``. A pattern that the builder refuses is left out, and named."""
    patterns: list[IgnorePattern] = []
    problems: list[IgnoreProblem] = []
    start = 1 if text.startswith("\ufeff") else 0
    for line in text[start:].split("\n"):
        written = line.strip()
        span = Span(start + line.find(written), start + line.find(written) + len(written))
        start += len(line) + 1
        if not written or line.startswith("#") or len(patterns) >= _MAX_PATTERNS:
            continue
        try:
            patterns.append(_pattern(written, span))
        except PatternError as error:
            problems.append(IgnoreProblem(span, str(error)))
    return IgnoreRules(tuple(patterns), tuple(problems))


def _pattern(written: str, span: Span) -> IgnorePattern:
    """:raises PatternError: in the builder's words."""
    includes = written.startswith("!")
    text = written[1:].strip() if includes else written
    if not text:
        raise PatternError('illegal exclusion pattern: "!"')
    text = posixpath.normpath(re.sub("/+", "/", text))
    if len(text) > 1:
        text = text.removeprefix("/")
    return IgnorePattern(span, text, includes, _compiled(text))


class _Kind(Enum):
    """How a pattern is matched: those without a wildcard but ``**`` at one end are compared as they are written."""

    EXACT = "exact"
    PREFIX = "prefix"
    SUFFIX = "suffix"
    EXPRESSION = "expression"


def _compiled(text: str) -> Callable[[str], bool]:
    expression, kind = _translated(text)
    if kind is _Kind.EXACT:
        return lambda path: path == text
    if kind is _Kind.PREFIX:
        prefix = text[:-2]
        return lambda path: path.startswith(prefix)
    if kind is _Kind.SUFFIX:
        suffix = text[2:]
        # Here `**/name` matches `name` too, and `**name` whatever ends so.
        return lambda path: path.endswith(suffix) or (suffix.startswith("/") and path == suffix[1:])
    matches = re.compile(expression, re.DOTALL).fullmatch
    return lambda path: matches(path) is not None


def _translated(text: str) -> tuple[str, _Kind]:
    """A cleaned pattern as a regular expression, and whether that is needed.

    :raises PatternError: when Go's ``filepath.Match`` refuses the pattern.
    """
    parts: list[str] = []
    kind = _Kind.EXACT
    at = 0
    while at < len(text):
        char, start = text[at], at
        at += 1
        if char == "*" and text.startswith("*", at):
            at += 2 if text.startswith("*/", at) else 1
            last = at >= len(text)
            parts.append(".*" if last else "(.*/)?")
            prefix = last and kind is _Kind.EXACT
            kind = _Kind.SUFFIX if start == 0 else _Kind.PREFIX if prefix else _Kind.EXPRESSION
            continue
        found, at = _piece(text, start)
        parts.append(found)
        if char in "*?[]\\":
            kind = _Kind.EXPRESSION
    return "".join(parts), kind


def _piece(text: str, at: int) -> tuple[str, int]:
    char = text[at]
    if char in "*?":
        return "[^/]*" if char == "*" else "[^/]", at + 1
    if char == "[":
        return read_class(text, at + 1, strict=True)
    if char == "\\":
        if at + 1 == len(text):
            raise PatternError("syntax error in pattern")
        return re.escape(text[at + 1]), at + 2
    return re.escape(char), at + 1
