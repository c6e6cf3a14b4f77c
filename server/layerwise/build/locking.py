"""Installs that may get other versions than the lock file of the project says, though it is there.

A lock file is known to be there when a COPY or a bind mount names it, or when the build context shows it. Says nothing
where an option, a variable or a file of settings has decided what becomes of it.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from msgspec import Struct

from layerwise.build.dependencies import View, Work, survey
from layerwise.build.dependencies.folders import absolute
from layerwise.build.environment import Environment
from layerwise.build.model import Stage
from layerwise.build.operations import Operation, PackageOperation, operations
from layerwise.context import ContextTree
from layerwise.context.documents import read_json
from layerwise.knowledge.locks import LOCKS, Locking
from layerwise.knowledge.programs import REMOVING
from layerwise.shell.tree import Around, Command
from layerwise.syntax.tree import Run
from layerwise.text.patterns import regex

_GROUPS = ("dependencies", "devDependencies", "optionalDependencies")
_UNSURE = frozenset({Around.FUNCTION, Around.SUBSTITUTION, Around.OR, Around.TRIED, Around.CONDITION})
_BERRY = regex(r"yarn@(?!1\.|0\.)\d")


class Unlocked(Struct, frozen=True):
    """An install that need not keep to a lock file. Spans are those of ``Work``: the RUN starts at 0."""

    index: int
    """That of the step."""
    operation: PackageOperation | None
    command: Command
    row: Locking
    lock: str
    """The name of the lock file."""
    brought_by: int
    """The index of the step that puts it there."""
    ignores: bool
    """It resolves again, whatever the lock file says."""
    is_sure: bool
    """The lock file was read and fits the manifest, so that the remedy cannot fail, and installs the same."""
    is_berry: bool | None
    """For yarn, whether it is version 2 or later; None where that is not known."""


def unlocked(stage: Stage, tree: ContextTree | None) -> Iterator[Unlocked]:
    """The installs of a stage that may get other versions than their lock file says."""
    works = survey(stage, tree)
    for step in stage.steps_about(LOCKS):
        work = works[step.index]
        if isinstance(work.instruction, Run) and work.is_readable:
            yield from _of_run(work, works, stage)


def _of_run(work: Work, works: Sequence[Work], stage: Stage) -> Iterator[Unlocked]:
    installs = {id(each.command): each for each in work.installs}
    for placed in work.commands:
        if placed.folder is None or not _UNSURE.isdisjoint(placed.command.within):
            continue
        found = _what(placed.command)
        if found is None:
            continue
        name, operation = found
        row = LOCKS[name]
        install = installs.get(id(placed.command))
        ignores = operation is None or operation.operation is Operation.UPGRADE
        if not ignores and (install is None or install.subcommand not in row.subcommands):
            continue
        folder = install.folder if install else placed.folder
        scene = _Scene(work, works[: work.index], folder, placed.command)
        lock = scene.lock(row)
        if lock is None or scene.is_settled(row, name, operation):
            continue
        is_berry = scene.is_berry(stage) if name == "yarn" else None
        if name == "yarn" and is_berry is not False and "CI" in Environment(work.step, placed.command):
            continue
        is_sure = not ignores and stage.parent is None and scene.fits(name, lock[0])
        yield Unlocked(work.index, operation, placed.command, row, *lock, ignores, is_sure, is_berry)


def _what(command: Command) -> tuple[str, PackageOperation | None] | None:
    """The package manager and what it does, None as the latter for one that only locks again."""
    found = operations(command)
    if len(found) == 1:
        operation = found[0]
        name = operation.manager.name
        known = name in LOCKS and not operation.packages and not operation.has_option("-g", "--global")
        return (name, operation) if known else None
    words = [word.value or "" for word in command.arguments]
    row = LOCKS.get(command.program)
    return (command.program, None) if row and words[:1] and words[0] in row.relocks else None


class _Scene:
    """What an install finds when it comes to run."""

    def __init__(self, work: Work, earlier: Sequence[Work], folder: str, command: Command) -> None:
        self.work = work
        self.earlier = earlier
        self.folder = folder
        self.command = command
        copies = [each.copied for each in earlier if each.copied]
        self.view = View(work.tree, copies) if work.tree else None

    def lock(self, row: Locking) -> tuple[str, int] | None:
        """The lock file and the step that brings it, None when there is none, or may be none."""
        for name in row.files:
            brought_by = self._brought_by(name)
            if brought_by is not None and not self._is_removed(name):
                return name, brought_by
        return None

    def _brought_by(self, name: str) -> int | None:
        path = posixpath.join(self.folder, name)
        if self._is_mounted(path, name):
            return self.work.index
        for each in reversed(self.earlier):
            copied = each.copied
            found = copied.context_path(path) if copied else None
            if copied is None or found is None:
                continue
            named = any(source.path == found and not source.is_pattern for source in copied.sources)
            if self.view.tree.exists(found) if self.view else named:
                return each.index
        return None

    def _is_mounted(self, path: str, name: str) -> bool:
        assert isinstance(self.work.instruction, Run)
        for mount in self.work.instruction.mounts:
            if mount.type == "bind" and not mount.from_ and mount.target and mount.source:
                target = absolute(mount.target, self.work.folder)
                if target == path and posixpath.basename(mount.source) == name:
                    return self.work.tree is None or self.work.tree.exists(mount.source.lstrip("/"))
        return False

    def _is_removed(self, name: str) -> bool:
        """Whether a command removes the lock file, or changes it in a way that is meant."""
        for command in self._commands_before():
            texts = [word.value or word.text for word in command.arguments]
            if command.program in (REMOVING | {"mv", "sed", "cp"}) and any(
                "lock" in text or posixpath.basename(text) == name for text in texts
            ):
                return True
        return False

    def _commands_before(self) -> Iterator[Command]:
        for work in self.earlier:
            yield from (placed.command for placed in work.commands)
        for placed in self.work.commands:
            if placed.command is self.command:
                return
            yield placed.command

    def is_settled(self, row: Locking, name: str, operation: PackageOperation | None) -> bool:
        """Whether somebody has decided what becomes of the lock file."""
        texts = {(word.value or word.text).partition("=")[0] for word in self.command.arguments}
        environment = Environment(self.work.step, self.command)
        if not texts.isdisjoint(row.settled) or any(each in environment for each in row.variables):
            return True
        for command in self._commands_before():
            words = {word.value or word.text for word in command.arguments}
            if "config" in words and any(each in word for word in words for each in row.settings):
                return True
            if "import" in words or (name == "yarn" and "set" in words and "immutable" in " ".join(words)):
                return True
        return any(word in (self._text(file) or "") for file, word in row.configured.items()) or (
            name == "bundler" and self._is_copied(".bundle")
        )

    def is_berry(self, stage: Stage) -> bool | None:
        """Whether yarn is of version 2 or later; None where it may be either."""
        lock = self._text("yarn.lock")
        if lock is not None:
            # A lock file of yarn 1 may well be read by a later one, which then writes it anew.
            return "__metadata:" in lock or _BERRY.search(self._text("package.json") or "") is not None
        if self._is_copied(".yarnrc.yml") or self._is_copied(".yarn"):
            return True
        words = {word.value or "" for command in self._commands_before() for word in command.words}
        if "corepack" in words or "berry" in words or any(word.startswith("yarn@") for word in words):
            return True if any(_BERRY.fullmatch(word) for word in words) else None
        return False if stage.facts.image is not None and stage.facts.image.name == "node" else None

    def fits(self, name: str, lock: str) -> bool:
        """Whether the lock file is known to say the same as the manifest, and nothing is installed there yet."""
        if any(install.folder == self.folder for each in self.earlier for install in each.installs):
            return False
        manifest, text = self._text("package.json"), self._text(lock)
        if self.view is None or manifest is None or text is None:
            return False
        if self.view.exists(posixpath.join(self.folder, "node_modules")):
            return False
        if name == "npm":
            return _npm_fits(manifest, text)
        return name == "yarn" and _yarn_fits(manifest, text)

    def _text(self, name: str) -> str | None:
        return self.view.read(posixpath.join(self.folder, name)) if self.view else None

    def _is_copied(self, name: str) -> bool:
        """Whether a COPY names a file or folder of this name."""
        if self.view is not None and self.view.exists(posixpath.join(self.folder, name)):
            return True
        sources = (source for each in self.earlier if each.copied for source in each.copied.sources)
        return any(posixpath.basename(source.path) == name for source in sources)


@lru_cache(maxsize=64)
def _npm_fits(manifest: str, lock: str) -> bool:
    """Whether ``npm ci`` accepts the lock file, from version 2 of its format on, which repeats what was asked for."""
    wanted, locked = read_json(manifest), read_json(lock)
    if not isinstance(wanted, dict) or not isinstance(locked, dict):
        return False
    if "workspaces" in wanted or "overrides" in wanted:
        return False
    packages = locked.get("packages")
    root: Any = packages.get("") if isinstance(packages, dict) else None
    return isinstance(root, dict) and all(
        (wanted.get(group) or {}) == (root.get(group) or {}) for group in (*_GROUPS, "peerDependencies")
    )


@lru_cache(maxsize=64)
def _yarn_fits(manifest: str, lock: str) -> bool:
    """Whether the lock file of yarn 1 has all that the manifest asks for."""
    wanted = read_json(manifest)
    if "# yarn lockfile v1" not in lock or not isinstance(wanted, dict):
        return False
    if "workspaces" in wanted or "resolutions" in wanted or _BERRY.match(str(wanted.get("packageManager"))):
        return False
    lines = (line for line in lock.splitlines() if line.endswith(":") and not line.startswith((" ", "#")))
    known = {each.strip().strip('"') for line in lines for each in line[:-1].split(",")}
    groups = [wanted.get(group) or {} for group in _GROUPS]
    return all(f"{name}@{version}" in known for group in groups for name, version in group.items())
