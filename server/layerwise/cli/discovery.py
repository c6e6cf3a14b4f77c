"""From the paths of a command line to the files that it is about, in a fixed order."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator

from msgspec import Struct

from layerwise.cli.gitignore import IgnoreRules, rules_above, rules_in
from layerwise.cli.names import is_dockerfile_name

STANDARD_INPUT = "-"
_SKIPPED_FOLDERS = frozenset({".git", ".hg", ".svn", ".jj", "node_modules", ".venv", ".tox", "__pycache__"})


class Missing(Struct, frozen=True):
    """A path of the command line that leads to no Dockerfile, and why."""

    path: str
    message: str


class Discovery(Struct, frozen=True):
    """The files to read, as paths to show and to open, each once; and what could not be found."""

    files: tuple[str, ...]
    missing: tuple[Missing, ...]


def discover(
    paths: Iterable[str], *, honour_gitignore: bool = True, excludes: Callable[[str], bool] = lambda path: False
) -> Discovery:
    """The Dockerfiles under some paths: the order of the arguments, sorted within a folder, files before folders.

    A file that is named is taken whatever its name; a folder is searched for Dockerfiles, without following links to
    folders. Standard input (``-``) is passed through.

    :param excludes: whether a search leaves out a file or folder, by its absolute path.
    """
    files: dict[str, str] = {}
    search = _Search(honour_gitignore, excludes, [])
    for path in paths:
        if path == STANDARD_INPUT:
            files.setdefault(path, path)
        elif os.path.isdir(path):
            for file in search.dockerfiles(path):
                files.setdefault(os.path.abspath(file), file)
        else:
            files.setdefault(os.path.abspath(path), os.path.normpath(path))
    return Discovery(tuple(files.values()), tuple(search.missing))


class _Search(Struct, frozen=True):
    """A walk through folders; ``missing`` collects what it could not look into."""

    honour_gitignore: bool
    excludes: Callable[[str], bool]
    missing: list[Missing]

    def dockerfiles(self, folder: str) -> Iterator[str]:
        start = os.path.normpath(folder)
        absolute = os.path.realpath(folder)
        rules = rules_above(absolute) if self.honour_gitignore else None
        before = len(self.missing)
        found = False
        for file in self._walk("" if start == "." else start, absolute, rules):
            found = True
            yield file
        if not found and len(self.missing) == before:
            self.missing.append(Missing(start, "there is no Dockerfile in this folder"))

    def _walk(self, start: str, absolute: str, rules: IgnoreRules | None) -> Iterator[str]:
        waiting = [(start, absolute, rules)]
        while waiting:
            shown, folder, outer = waiting.pop()
            entries = self._entries(shown, folder)
            has_rules = self.honour_gitignore and any(entry.name == ".gitignore" for entry in entries)
            rules = rules_in(folder, outer) if has_rules else outer
            for entry in entries:
                if is_dockerfile_name(entry.name) and _is_file(entry) and self._takes(entry, rules, is_folder=False):
                    yield os.path.join(shown, entry.name)
            waiting += [
                (os.path.join(shown, entry.name), entry.path, rules)
                for entry in reversed(entries)
                if _is_searched(entry) and self._takes(entry, rules, is_folder=True)
            ]

    def _takes(self, entry: os.DirEntry[str], rules: IgnoreRules | None, *, is_folder: bool) -> bool:
        if rules is not None and rules.ignores(entry.path, is_folder=is_folder):
            return False
        return not self.excludes(entry.path)

    def _entries(self, shown: str, folder: str) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(folder) as scan:
                return sorted(scan, key=lambda entry: entry.name)
        except OSError as error:
            self.missing.append(Missing(shown or ".", f"this folder cannot be searched: {error.strerror}"))
            return []


def _is_searched(entry: os.DirEntry[str]) -> bool:
    return entry.name not in _SKIPPED_FOLDERS and entry.is_dir(follow_symlinks=False)


def _is_file(entry: os.DirEntry[str]) -> bool:
    """Whether this can be a Dockerfile; a link that leads nowhere stays in, so that reading it can say so."""
    try:
        return not entry.is_dir()
    except OSError:
        return False
