"""The build context as far as it can be seen: which files a builder would be sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from itertools import count, islice
from typing import Any, Protocol, TypeVar

from msgspec import Struct

from layerwise.context.ignore import IgnoreRules, read_ignore
from layerwise.context.paths import PatternError, clean, is_pattern, join, matcher, parent

MAX_FILES = 20_000
"""A census and a search stop after so many entries, those on the way that are left out among them."""
MAX_DEPTH = 40

T = TypeVar("T")

_VERSIONS = count(1)
_MAX_KEPT = 200


class Files(Protocol):
    """Reading files, in whatever way. Paths are absolute, with ``/``. None of these raises for a missing file."""

    def read(self, path: str) -> str | None:
        """The text of a file, None when it is missing, a folder, not text, or too large to be worth it."""
        ...

    def list(self, path: str) -> Iterable[tuple[str, bool]]:
        """The entries of a folder as (name, is it a folder), in any order; nothing when it is none."""
        ...

    def size(self, path: str) -> int:
        """The size of a file in bytes, 0 when it is missing."""
        ...


class Weight(Struct, frozen=True):
    """How much of the context lies in a folder, all levels counted."""

    files: int
    bytes: int


class Census(Struct, frozen=True):
    """What the builder is sent, by folder. ``folders`` holds each one that is sent, ``.`` for the whole context."""

    folders: dict[str, Weight]
    complete: bool
    """False when there was too much to count; then the weights are lower bounds."""


class ContextTree:
    """A build context: a folder, seen through its ``.dockerignore``. Paths are relative to its root, with ``/``.

    Each file and folder is read when it is first asked for, and then stays as it was seen, so that all who look see the
    same. When files change, ``locate(…, previous=tree)`` gives the tree to go on with. Paths are taken as a COPY takes
    them: a leading slash and ``..`` stay inside.
    """

    def __init__(
        self,
        files: Files,
        root: str,
        ignore_path: str | None,
        *,
        told: bool = False,
        dockerfile: str | None = None,
        patient: bool = True,
    ) -> None:
        self.files = files
        self.root = root
        """Absolute, without a slash at the end (but for ``/`` itself)."""
        self.ignore_path = ignore_path
        """The absolute path of the ignore file in force, None when there is none."""
        self.told = told
        """A compose file, a bake file or a setting names this folder; else it is the Dockerfile's own, by default."""
        self.dockerfile = dockerfile
        """The absolute path of the Dockerfile that this is the context of, None when that does not matter."""
        self.patient = patient
        """Whether there is time to look at all of it. Else somebody waits, and what takes a walk is not asked for."""
        self.version = next(_VERSIONS)
        """Another number for every tree, to be part of a memo's key."""
        self._texts: dict[str, str | None] = {}
        self._lists: dict[str, dict[str, bool]] = {}
        self._sizes: dict[str, int] = {}
        self._observed: dict[Callable[[ContextTree], Any], Any] = {}
        self._facts: dict[Callable[[ContextTree], Any], Any] = {}
        self._kept: dict[Any, Any] = {}
        self._brought_back: dict[str, bool] = {}
        self._weighed: dict[tuple[str, int, int], Weight] = {}

    @cached_property
    def ignore(self) -> IgnoreRules:
        """The patterns of the ignore file."""
        text = None if self.ignore_path is None else self._text(self.ignore_path)
        return read_ignore(text or "")

    def ignored(self, path: str) -> bool:
        """Whether the ignore file leaves this file or folder out. It need not exist."""
        return self.ignore.ignores(clean(path))

    def exists(self, path: str) -> bool:
        """Whether the builder is sent this file or folder."""
        path = clean(path)
        if path == ".":
            return True
        is_folder = self._entries(parent(path)).get(path.rpartition("/")[2])
        return is_folder is not None and self._is_sent(path, is_folder=is_folder)

    def is_folder(self, path: str) -> bool:
        """Whether the builder is sent this folder."""
        path = clean(path)
        if path == ".":
            return True
        return bool(self._entries(parent(path)).get(path.rpartition("/")[2])) and self._is_sent(path, is_folder=True)

    def read(self, path: str) -> str | None:
        """The text of a file; None when it is left out, missing, a folder, not text or too large."""
        path = clean(path)
        return self._text(self.absolute(path)) if path != "." and not self.ignore.ignores(path) else None

    def size(self, path: str) -> int:
        """The size of a file in bytes; 0 when it is left out or missing."""
        path = clean(path)
        if self.ignore.ignores(path):
            return 0
        absolute = self.absolute(path)
        if absolute not in self._sizes:
            self._sizes[absolute] = self.files.size(absolute)
        return self._sizes[absolute]

    def list(self, path: str = ".") -> Iterator[tuple[str, bool]]:
        """The entries of a folder that are sent, as (name, is it a folder), by name."""
        path = clean(path)
        for name, is_folder in sorted(self._entries(path).items()):
            if self._is_sent(join(path, name), is_folder=is_folder):
                yield name, is_folder

    def files_below(self, path: str = ".") -> Iterator[str]:
        """The files below a folder that are sent, up to a bound. A folder left out as a whole is not looked into."""
        for found, is_folder, is_sent in islice(self._walk(clean(path)), MAX_FILES):
            if is_sent and not is_folder:
                yield found

    def glob(self, pattern: str) -> tuple[str, ...]:
        """The files and folders that a COPY source means, with Go's ``filepath.Match``; a plain path means itself."""
        pattern = clean(pattern)
        if not is_pattern(pattern):
            return (pattern,) if self.exists(pattern) else ()
        found = ["."]
        try:
            for part in pattern.split("/"):
                found = [path for folder in found for path in self._matching(folder, part)]
        except PatternError:
            return ()
        return tuple(path for path in found if self.exists(path))

    def census(self) -> Census:
        """How much is sent, by folder."""
        files: Counter[str] = Counter()
        sizes: Counter[str] = Counter()
        folders = {"."}
        complete = True
        for number, (path, is_folder, is_sent) in enumerate(self._walk(".")):
            if number >= MAX_FILES:
                complete = False
                break
            if not is_sent:
                continue
            if is_folder:
                folders.add(path)
                continue
            for folder in _around(path):
                files[folder] += 1
                sizes[folder] += self.size(path)
        return Census(
            {folder: Weight(files[folder], sizes[folder]) for folder in sorted(folders | files.keys())}, complete
        )

    def weigh(self, path: str, *, most_files: int, most_bytes: int) -> Weight:
        """How much of a file or folder is sent, counted up to where it is that many files or bytes.

        It is weighed once. Nothing is taken note of, so that the tree stays current when what was weighed changes.
        """
        key = (clean(path), most_files, most_bytes)
        if key not in self._weighed:
            self._weighed[key] = self._weight(*key)
        return self._weighed[key]

    def patiently(self) -> ContextTree:
        """The same context for one who has time."""
        if self.patient:
            return self
        tree = ContextTree(self.files, self.root, self.ignore_path, told=self.told, dockerfile=self.dockerfile)
        for name in ("_texts", "_lists", "_sizes", "_observed", "_facts", "_weighed"):
            setattr(tree, name, dict(getattr(self, name)))
        return tree

    def raw_list(self, path: str = ".") -> Iterable[tuple[str, bool]]:
        """The entries of a folder as they are now, also those that are left out; nothing is taken note of."""
        return self.files.list(self.absolute(clean(path)))

    def text_at(self, absolute: str) -> str | None:
        """The text of a file by its absolute path: one that is left out, or lies outside of the context."""
        return self._text(absolute)

    def observed(self, look: Callable[[ContextTree], T]) -> T:
        """What a function sees in the files. Kept; and the tree is current for as long as it would see the same.

        :param look: a function of a module that compares by value what it gives, and asks for nothing but what is not
            taken note of (``raw_list``, ``files``, ``ignore``).
        """
        if look not in self._observed:
            self._observed[look] = look(self)
        found: T = self._observed[look]
        return found

    def has_observed(self, look: Callable[[ContextTree], object]) -> bool:
        """Whether that has been looked at, so that to ask again costs nothing."""
        return look in self._observed

    def fact(self, find: Callable[[ContextTree], T]) -> T:
        """What a function of a module finds out, without anybody minding when it changes. Found out once."""
        if find not in self._facts:
            self._facts[find] = find(self)
        found: T = self._facts[find]
        return found

    def share(self, other: ContextTree) -> None:
        """Have what is observed and found out in common with the same context of another Dockerfile."""
        self._observed, self._facts = other._observed, other._facts

    def kept(self, key: object, compute: Callable[[], T]) -> T:
        """What follows from what was seen, computed once for a key."""
        if key not in self._kept:
            if len(self._kept) > _MAX_KEPT:
                self._kept.clear()
            self._kept[key] = compute()
        found: T = self._kept[key]
        return found

    def is_current(self) -> bool:
        """Whether all that was seen of the files is still so. Others may go on looking meanwhile."""
        return (
            all(self.files.read(path) == text for path, text in list(self._texts.items()))
            and all(dict(self.files.list(path)) == entries for path, entries in list(self._lists.items()))
            and all(self.files.size(path) == size for path, size in list(self._sizes.items()))
            and all(look(self) == seen for look, seen in list(self._observed.items()))
        )

    def absolute(self, path: str) -> str:
        """The absolute path of a cleaned one."""
        return self.root if path == "." else f"{self.root.rstrip('/')}/{path}"

    def _text(self, absolute: str) -> str | None:
        if absolute not in self._texts:
            self._texts[absolute] = self.files.read(absolute)
        return self._texts[absolute]

    def _entries(self, path: str) -> dict[str, bool]:
        """All entries of a folder, also those that are left out."""
        absolute = self.absolute(path)
        if absolute not in self._lists:
            self._lists[absolute] = dict(self.files.list(absolute))
        return self._lists[absolute]

    def _is_sent(self, path: str, *, is_folder: bool) -> bool:
        if not self.ignore.ignores(path):
            return True
        # A folder that is left out is sent all the same for the sake of a file in it that is brought back.
        if not is_folder or not self.ignore.may_include_below(path):
            return False
        if path not in self._brought_back:
            self._brought_back[path] = self._is_brought_back(path)
        return self._brought_back[path]

    def _is_brought_back(self, folder: str) -> bool:
        """Whether a file in a folder is sent, or there are too many to tell that none is."""
        for number, (_, is_folder, is_sent) in enumerate(self._walk(folder), start=1):
            if number == MAX_FILES or (is_sent and not is_folder):
                return True
        return False

    def _weight(self, path: str, most_files: int, most_bytes: int) -> Weight:
        files = total = 0
        below: Iterable[tuple[str, bool, bool]] = ((path, False, self.exists(path)),)
        if self.is_folder(path):
            below = self._walk(path, self.raw_list)
        for found, is_folder, is_sent in islice(below, MAX_FILES):
            if is_sent and not is_folder:
                files += 1
                total += self.files.size(self.absolute(found))
            if files >= most_files or total >= most_bytes:
                break
        return Weight(files, total)

    def _walk(
        self, folder: str, entries: Callable[[str], Iterable[tuple[str, bool]]] | None = None, depth: int = 0
    ) -> Iterator[tuple[str, bool, bool]]:
        """What is on the way to all that is sent of a folder, each folder before its content.

        As (path, is it a folder, is it sent): who takes so many of them has a bound for the walk too.

        :param entries: gives those of a folder; they are taken note of where nothing else is said.
        """
        for name, is_folder in sorted(entries(folder) if entries else self._entries(folder).items()):
            path = join(folder, name)
            is_sent = not self.ignore.ignores(path)
            yield path, is_folder, is_sent
            if is_folder and depth < MAX_DEPTH and (is_sent or self.ignore.may_include_below(path)):
                yield from self._walk(path, entries, depth + 1)

    def _matching(self, folder: str, part: str) -> Iterator[str]:
        entries = self._entries(folder)
        if not is_pattern(part):
            if part in entries:
                yield join(folder, part)
            return
        matches = matcher(part)
        for name in sorted(entries):
            if matches.fullmatch(name):
                yield join(folder, name)


def _around(path: str) -> Iterator[str]:
    while path != ".":
        path = parent(path)
        yield path
