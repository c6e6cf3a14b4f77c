"""Looks through a build context for what is no part of the project. Knows names, not whether a build needs them."""

from __future__ import annotations

import posixpath
import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase, translate
from itertools import islice

from msgspec import Struct

from layerwise.context import ContextTree, Weight
from layerwise.context.paths import join
from layerwise.knowledge.litter import FIXTURES, LITTER, READERS, SCRIPTS, Kind, Litter
from layerwise.text.patterns import regex

MAX_ENTRIES = 20_000
MAX_FOLDERS = 2_000
"""So much of a context is looked at. What lies below the folders that were found is not counted."""
MAX_WEIGHED = 10_000
"""So many files are weighed, in all that was found together."""
_FIRST = 300
"""So many files of each are weighed before there is too much of one."""
_MAX_INSIDE = 500
_DOCKERFILE = regex(
    r"(?i:(?:docker|container)file)(?:\.(?!dockerignore$|md$|j2$|tmpl$|template$|bak$|orig$)[\w.-]+)?"
    r"|[\w.-]+\.(?:[Dd]ockerfile|[Cc]ontainerfile)"
)


class Found(Struct, frozen=True):
    """Something in the context that is sent to the builder and is no part of the project, as far as it looks."""

    path: str
    """Relative to the root of the context."""
    row: Litter
    is_folder: bool


class Sight(Struct, frozen=True):
    """What there is to know of a build context before a Dockerfile is read. Compares by value."""

    found: tuple[Found, ...] = ()
    strangers: frozenset[str] = frozenset()
    """Names of which something else was found too, so that no pattern may stand for all that is called so."""
    dockerfiles: tuple[str, ...] = ()
    """Absolute paths."""
    readers: tuple[str, ...] = ()
    """Files in which a tool may be told to read the history, by their paths in the context."""
    complete: bool = True
    is_littered: bool = False
    """There is something of which more than its name has to be known."""


def sight(tree: ContextTree) -> Sight:
    """What is found in a context; for ``ContextTree.observed``."""
    look = _Look(tree)
    look.walk()
    return Sight(
        tuple(look.found),
        frozenset(look.strangers),
        tuple(look.dockerfiles),
        tuple(look.readers),
        look.complete,
        any(each.row.kind not in (Kind.DOCKER, Kind.EDITOR) for each in look.found),
    )


def weights(tree: ContextTree) -> Mapping[str, tuple[Weight, bool]]:
    """How much lies below each path that was found, and whether that is all: there is an end to the counting.

    It is weighed once, and not again when it grows.
    """
    return tree.fact(_weights)


def _weights(tree: ContextTree) -> Mapping[str, tuple[Weight, bool]]:
    found = tree.observed(sight).found
    ordered = sorted(found, key=lambda one: (one.row.kind is not Kind.HISTORY, one.path))
    sizes = {each.path: _sizes(tree, each) for each in ordered}
    weighed = dict.fromkeys(sizes, (0, 0))
    done: set[str] = set()
    left = MAX_WEIGHED
    for most in (_FIRST, MAX_WEIGHED):
        for path, rest in sizes.items():
            taken = list(islice(rest, max(min(most, left), 0)))
            left -= len(taken)
            count, total = weighed[path]
            weighed[path] = count + len(taken), total + sum(taken)
            if len(taken) < most and left > 0:
                done.add(path)
    return {path: (Weight(*counted), path in done) for path, counted in weighed.items()}


def _sizes(tree: ContextTree, found: Found) -> Iterator[int]:
    """The size of each file, in bytes."""
    waiting = [found.path] if found.is_folder else []
    if not found.is_folder:
        yield tree.files.size(tree.absolute(found.path))
    while waiting:
        folder = waiting.pop()
        for name, is_folder in sorted(tree.raw_list(folder)):
            path = join(folder, name)
            if is_folder:
                waiting.append(path)
            else:
                yield tree.files.size(tree.absolute(path))


class _Look:
    """One walk, level by level, so that what lies near the root is seen if there is too much."""

    def __init__(self, tree: ContextTree) -> None:
        self.tree = tree
        self.found: list[Found] = []
        self.strangers: set[str] = set()
        self.dockerfiles: list[str] = []
        self.readers: list[str] = []
        self.complete = True
        self._told: dict[str, frozenset[str]] = {}

    def walk(self) -> None:
        waiting = deque(["."])
        folders = entries = 0
        while waiting:
            folder = waiting.popleft()
            folders += 1
            listed = dict(self.tree.raw_list(folder))
            entries += len(listed)
            if folders > MAX_FOLDERS or entries > MAX_ENTRIES:
                self.complete = False
                return
            waiting.extend(self._into(folder, listed))

    def _into(self, folder: str, listed: Mapping[str, bool]) -> Iterator[str]:
        """Takes note of what is in a folder. Gives those folders in it that are to be looked into."""
        rules = self.tree.ignore
        for name, is_folder in sorted(listed.items()):
            path = join(folder, name)
            if not is_folder and _DOCKERFILE.fullmatch(name):
                self.dockerfiles.append(self.tree.absolute(path))
            if rules.ignores(path):
                if is_folder and rules.may_include_below(path):
                    yield path
                continue
            if _KNOWN.fullmatch(name):
                row = self._row(path, listed)
                if row is not None:
                    self.found.append(Found(path, row, is_folder))
                    continue
                self.strangers.add(name)
            if is_folder:
                yield path
            elif _READER.fullmatch(name):
                self.readers.append(path)

    def _row(self, path: str, listed: Mapping[str, bool]) -> Litter | None:
        """What it is, by its name and what stands beside it (``listed``) and in it."""
        folder, _, name = path.rpartition("/")
        is_folder = listed[name]
        if not FIXTURES.isdisjoint(folder.split("/")) or _is_awkward(path):
            return None
        for row in rows_named(name):
            if row.is_folder is not None and row.is_folder is not is_folder:
                continue
            if row.at_root and folder:
                continue
            if row.beside and not any(_matches(each, row.beside) for each in listed):
                continue
            if row.inside and not any(_matches(each, row.inside) for each in self._inside(path)):
                continue
            if row.holds and not re.search(row.holds, self.tree.files.read(self.tree.absolute(path)) or ""):
                continue
            if row.is_told and not self._is_told(folder or ".", name):
                continue
            return row
        return None

    def _inside(self, path: str) -> list[str]:
        return [name for name, _ in self.tree.raw_list(path)][:_MAX_INSIDE]

    def _is_told(self, folder: str, name: str) -> bool:
        """Whether a line of a ``.gitignore`` in this folder or above names this folder, and nothing brings it back."""
        here, below = self.tree.absolute(folder), name
        for _ in range(12):
            lines = self._lines(here)
            if f"!{name}" in lines or f"!/{below}" in lines:
                return False
            if not lines.isdisjoint((name, f"/{below}", below, f"**/{name}")):
                return True
            above = posixpath.dirname(here)
            if above == here or any(each == ".git" for each, _ in self.tree.files.list(here)):
                return False
            here, below = above, f"{posixpath.basename(here)}/{below}"
        return False

    def _lines(self, folder: str) -> frozenset[str]:
        """The lines of a ``.gitignore`` without the marks that make no difference for a folder."""
        if folder not in self._told:
            text = self.tree.files.read(posixpath.join(folder, ".gitignore")) or ""
            lines = (line.strip() for line in text.splitlines())
            self._told[folder] = frozenset(
                line.removesuffix("**").removesuffix("*").rstrip("/") for line in lines if line and line[0] != "#"
            )
        return self._told[folder]


def rows_named(name: str) -> Iterator[Litter]:
    """The rows for something of this name."""
    yield from _BY_NAME.get(name, ())
    yield from (row for row in _BY_GLOB if fnmatchcase(name, row.name))


def _matches(name: str, globs: Iterable[str]) -> bool:
    return any(fnmatchcase(name, glob) for glob in globs)


def _is_awkward(path: str) -> bool:
    """Whether no line of an ignore file can name it: such lines are trimmed."""
    return path != path.strip() or any(ord(char) < 32 for char in path)


_IS_GLOB = regex(r"[*?\[]")
_BY_NAME: dict[str, tuple[Litter, ...]] = {}
for _each in LITTER:
    if not _IS_GLOB.search(_each.name):
        _BY_NAME[_each.name] = (*_BY_NAME.get(_each.name, ()), _each)
_BY_GLOB = tuple(row for row in LITTER if _IS_GLOB.search(row.name))
_KNOWN = regex("|".join(dict.fromkeys(translate(row.name) for row in LITTER)))
_READER = regex("|".join(translate(name) for name in (*SCRIPTS, *(n for row in READERS for n in row.names))))
