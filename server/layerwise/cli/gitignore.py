"""What git would ignore below a folder: ``.gitignore`` at every level and ``.git/info/exclude``."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec


class IgnoreRules(Struct, frozen=True):
    """The patterns in force in a folder: its own, and through ``outer`` those of the folders above it.

    ``folder`` is the absolute path that the patterns of ``spec`` are relative to.
    """

    folder: str
    spec: GitIgnoreSpec
    outer: IgnoreRules | None

    def ignores(self, path: str, *, is_folder: bool) -> bool:
        """Whether git leaves this absolute path out. The innermost file with a matching pattern decides."""
        rules: IgnoreRules | None = self
        while rules is not None:
            relative = os.path.relpath(path, rules.folder).replace(os.sep, "/")
            verdict = rules.spec.check_file(relative + "/" if is_folder else relative).include
            if verdict is not None:
                return verdict
            rules = rules.outer
        return False


def rules_above(folder: str) -> IgnoreRules | None:
    """What the repository around an absolute folder says about it, the folder's own ``.gitignore`` excluded.

    A folder that its repository ignores as a whole was named by somebody who wants it read: then nothing above counts.
    """
    root = _repository(folder)
    if root is None:
        return None
    rules = _read(os.path.join(root, ".git", "info", "exclude"), root, None)
    here = root
    for part in _parts_between(root, folder):
        rules = rules_in(here, rules)
        here = os.path.join(here, part)
        if rules and rules.ignores(here, is_folder=True):
            return None
    return rules


def rules_in(folder: str, outer: IgnoreRules | None) -> IgnoreRules | None:
    """The rules in force inside an absolute folder, given those in force around it."""
    return _read(os.path.join(folder, ".gitignore"), folder, outer)


def _read(path: str, folder: str, outer: IgnoreRules | None) -> IgnoreRules | None:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            lines = file.read().splitlines()
    except OSError:
        return outer
    from pathspec import GitIgnoreSpec

    try:
        return IgnoreRules(folder, GitIgnoreSpec.from_lines(lines), outer)
    except ValueError:
        # Git skips a pattern that it cannot read, and so do we, line by line.
        return IgnoreRules(folder, GitIgnoreSpec.from_lines(filter(_is_valid, lines)), outer)


def _is_valid(line: str) -> bool:
    from pathspec import GitIgnoreSpec

    try:
        GitIgnoreSpec.from_lines([line])
    except ValueError:
        return False
    return True


def _repository(folder: str) -> str | None:
    while True:
        if os.path.exists(os.path.join(folder, ".git")):
            return folder
        above = os.path.dirname(folder)
        if above == folder:
            return None
        folder = above


def _parts_between(root: str, folder: str) -> list[str]:
    relative = os.path.relpath(folder, root)
    return [] if relative == "." else relative.split(os.sep)
