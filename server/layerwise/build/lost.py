"""What a cache mount keeps out of the layer although somebody needs it there.

Follows paths that are written out, and what well-known tools need. A script that reads a folder by itself is not known.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from weakref import WeakKeyDictionary

from msgspec import Struct

from layerwise.build.dependencies.folders import (
    Placed,
    absolute,
    assigned_in,
    is_within,
    literal,
    placed_commands,
    shell_value,
    working_directories,
)
from layerwise.build.model import Build, Course, Stage, Step
from layerwise.build.mounts import CacheMount, cache_mounts, cache_targets, taking_files, with_cache_mounts
from layerwise.build.operations import Operation, operations
from layerwise.shell.tree import Around, Command, ShellWord
from layerwise.syntax.tree import Cmd, Entrypoint, ExecForm, Heredoc, Run, Transfer, Word
from layerwise.text import Span

_TAKING = frozenset(
    {"cp", "mv", "install", "rsync", "tar", "ln", "zip", "find", "cpio", "dd", "cat", "strip", "objcopy"}
)
"""Programs that may bring something out of a folder when it is among their words."""
_READING = frozenset(
    {"cp", "mv", "install", "strip", "upx", "node", "php", "java", "chmod", "chown", "ls", "cat", "tar"}
)
_COPYING = frozenset({"cp", "mv", "install"})
_HARMLESS = frozenset({"rm", "test", "[", "echo"})
_INSTALLED = frozenset({"node_modules", "vendor"})
_INSTALLING = frozenset({Operation.INSTALL})
_MAKING = frozenset({Operation.BUILD, Operation.INSTALL, Operation.DOWNLOAD})
_ELSEWHERE = ("--out-dir", "--artifact-dir", "--root", "--target-dir", "--outdir", "--outDir", "--output-path")
"""Options by which a build puts its result into another folder than its usual one."""
_NODE_MANAGERS = frozenset({"npm", "yarn", "pnpm", "bun"})
_NODE_PROGRAMS = frozenset(
    {"node", "npx", "tsc", "next", "vite", "webpack", "nest", "ng", "tsx", "ts-node", "nodemon", "pm2"}
)


class Use(Struct, frozen=True, eq=False):
    """Who needs it. ``path`` is absolute in the stage that has the mount, ``word`` names it where it is a source."""

    step: Step
    span: Span
    path: str
    word: Word | None = None


class Lost(Struct, frozen=True, eq=False):
    """A folder in a cache mount, and the later uses that find nothing there. ``steps`` are all that mount it."""

    stage: Stage
    mount: CacheMount
    steps: tuple[Step, ...]
    uses: tuple[Use, ...]


def lost_in(build: Build) -> list[Lost]:
    """What is lost in the cache mounts of a build, once for each folder of a stage."""
    return build.search(_lost_in, None, about={"--mount"})


def _lost_in(build: Build, stage: Stage, given: None) -> Iterator[Lost]:
    if with_cache_mounts(stage):
        yield from _Search(build, stage).lost()


class _Search:
    """The uses of what the cache mounts of one stage hold."""

    def __init__(self, build: Build, stage: Stage) -> None:
        self.build = build
        self.stage = stage
        self.by_stage: dict[int, list[str]] = {}
        self.folders = self.folders_of(stage)
        family = build.structure.family(stage.facts.index)
        later = {*family, *build.structure.takers_of(family)} - {stage.facts.index}
        self.takers = [(build.stages[each], taking_files(build.stages[each])) for each in sorted(later)]

    def folders_of(self, stage: Stage) -> list[str]:
        """The working directory before each step of a stage."""
        index = stage.facts.index
        if index not in self.by_stage:
            self.by_stage[index] = working_directories(stage)
        return self.by_stage[index]

    def lost(self) -> Iterator[Lost]:
        for target, own in _own(self.stage).items():
            uses = tuple(self._uses(target, own))
            if not uses:
                continue
            steps = tuple(self.stage.steps[index] for index in own.mounting)
            if not any(_brings_out(step, target, self.folders[step.index]) for step in steps):
                mount = next(each for each in cache_mounts(steps[0]) if each.target == target)
                yield Lost(self.stage, mount, steps, uses)

    def _uses(self, target: str, own: _Own) -> Iterator[Use]:
        for use in self._used_by_steps([self.stage.steps[index] for index in own.perhaps], self.folders, target):
            if not self._is_written(use.path, target, self.stage, use.step):
                yield use
        yield from self._needed_at_run_time(self.stage, target)
        family = self._family()
        for stage, takers in self.takers:
            if stage.facts.index in family:
                for use in self._used_by_steps(_perhaps(stage.steps, target), self.folders_of(stage), target):
                    if not self._is_written(use.path, target, stage, use.step):
                        yield use
                yield from self._needed_at_run_time(stage, target)
            for use in self._taken(stage, takers, family, target):
                if not self._is_written(use.path, target, self.stage, None):
                    yield use

    def _family(self) -> set[int]:
        """The indices of the stage and of those that are built on it."""
        return set(self.build.structure.family(self.stage.facts.index))

    def _taken(self, stage: Stage, takers: tuple[int, ...], family: set[int], target: str) -> Iterator[Use]:
        """What a stage copies from there, or mounts."""
        for index in takers:
            step = stage.steps[index]
            if step.kind is Run:
                yield from self._mounted(stage, step, family, target)
            instruction = step.instruction
            flag = instruction.flag("from")
            if not isinstance(instruction, Transfer) or flag is None or not self._is_from(flag.value, stage, family):
                continue
            for source in instruction.sources:
                path = None if isinstance(source, Heredoc) else absolute(step.value(source.text), "/")
                if path and isinstance(source, Word):
                    path = absolute(path.lstrip("/"), "/") or path
                    if is_within(path, target):
                        yield Use(step, source.span, path, source)

    def _is_from(self, word: Word | None, stage: Stage, family: set[int]) -> bool:
        found = self.build.stage_named(word.text, stage.facts.index) if word else None
        return found is not None and found.facts.index in family

    def _mounted(self, stage: Stage, step: Step, family: set[int], target: str) -> Iterator[Use]:
        instruction = step.instruction
        for mount in instruction.mounts if isinstance(instruction, Run) else ():
            key = next((each for each in mount.keys if each.name.text == "from"), None)
            path = absolute(mount.source and step.value(mount.source), "/")
            if key and path and self._is_from(key.value, stage, family) and is_within(path, target):
                yield Use(step, mount.span, path)

    def _used_by_steps(self, steps: Iterable[Step], folders: list[str], target: str) -> Iterator[Use]:
        """Commands behind the mount that read from the folder without it, the first of each step."""
        for step in steps:
            use = next(self._used_by(step, folders[step.index], target), None)
            if use:
                yield use

    def _used_by(self, step: Step, folder: str, target: str) -> Iterator[Use]:
        for placed in placed_commands(step, folder):
            command = placed.command
            if _needs_modules(command, placed.folder, target):
                yield Use(step, command.name.span, target)
            if not command.within or Around.NESTED in command.within:
                words = [command.name, *command.arguments] if command.program in _READING else [command.name]
                words = words[:-1] if command.program in _COPYING else words
                for word in words:
                    path = _path(word, placed, step)
                    if path and path != target and is_within(path, target):
                        yield Use(step, word.span, path)

    def _needed_at_run_time(self, stage: Stage, target: str) -> Iterator[Use]:
        """CMD and ENTRYPOINT of the result that name a file there."""
        if not stage.facts.is_final:
            return
        for step in stage.steps:
            if step.kind not in (Cmd, Entrypoint):
                continue
            folders = self.folders_of(stage)
            instruction = step.instruction
            command = instruction.command if isinstance(instruction, Cmd | Entrypoint) else None
            if isinstance(command, ExecForm):
                words: list[tuple[str | None, Span]] = [(item.text, item.span) for item in command.items[:3]]
            else:
                words = [
                    (word.value, word.span)
                    for each in (step.script.commands if step.script else ())[:1]
                    for word in each.words
                ]
            for text, span in words:
                path = absolute(text if text and "/" in text and " " not in text else None, folders[step.index])
                if not path or path == target or not is_within(path, target):
                    continue
                if not self._is_written(path, target, stage, step):
                    yield Use(step, span, path)

    def _is_written(self, path: str, target: str, stage: Stage, before: Step | None) -> bool:
        """Whether some step that does not mount the folder puts something there."""
        chain = [stage]
        while chain[-1].parent is not None:
            chain.append(self.build.stages[chain[-1].parent])
        for each in chain:
            folders = self.folders_of(each)
            for step in each.steps:
                if step is before:
                    break
                if self._writes(step, folders, path, target):
                    return True
        return False

    def _writes(self, step: Step, folders: list[str], path: str, target: str) -> bool:
        if issubclass(step.kind, Transfer):
            return any(is_within(path, each) and is_within(each, target) for each in _destinations(step, folders))
        if step.kind is not Run or _has(step, target):
            return False
        return any(_may_write(placed, step, target) for placed in placed_commands(step, folders[step.index]))


class _Own(NamedTuple):
    """What a stage has to do with a target by itself: the indices of steps."""

    mounting: tuple[int, ...]
    perhaps: tuple[int, ...]
    """Those behind the first one that do not mount it and may use it."""


_OWN: WeakKeyDictionary[Course, dict[str, _Own]] = WeakKeyDictionary()


def _own(stage: Stage) -> dict[str, _Own]:
    """For each target of the cache mounts of a stage who mounts it, and who may use it."""
    found = _OWN.get(stage.course)
    if found is None:
        mounting: dict[str, list[int]] = {}
        for index in with_cache_mounts(stage):
            for target in cache_targets(stage.steps[index]):
                mounting.setdefault(target, []).append(index)
        found = {
            target: _Own(tuple(indices), tuple(each.index for each in _perhaps(stage.steps[indices[0] + 1 :], target)))
            for target, indices in mounting.items()
        }
        _OWN[stage.course] = found
    return found


def _perhaps(steps: Iterable[Step], target: str) -> list[Step]:
    """The RUNs that do not mount a target and may use it, at a quick look."""
    return [step for step in steps if step.kind is Run and _may_use(step, target) and not _has(step, target)]


def _has(step: Step, target: str) -> bool:
    """Whether the step mounts the folder, or one around it or within."""
    return any(is_within(target, each) or is_within(each, target) for each in cache_targets(step))


def _words(step: Step) -> tuple[str, frozenset[str]]:
    """All words of a script in one, and the programs that it runs; for ``Step.once``."""
    commands = step.script.commands if step.script else ()
    text = " ".join(word.text for command in commands for word in command.words)
    return text, frozenset(command.program for command in commands)


def _may_use(step: Step, target: str) -> bool:
    text, programs = step.once(_words)
    name = posixpath.basename(target)
    return name in text or (name == "node_modules" and not programs.isdisjoint(_NODE_PROGRAMS | _NODE_MANAGERS))


def _destinations(step: Step, folders: list[str]) -> Iterator[str]:
    instruction = step.instruction
    assert isinstance(instruction, Transfer)
    target = step.value(instruction.destination.text) if instruction.destination else None
    path = absolute(target, folders[step.index])
    if path:
        yield path
        for source in instruction.sources:
            if not isinstance(source, Heredoc):
                yield posixpath.join(path, posixpath.basename(source.text.rstrip("/")))


def _may_write(placed: Placed, step: Step, target: str) -> bool:
    command = placed.command
    around = posixpath.dirname(target)
    here = placed.folder is None or is_within(placed.folder, around) or is_within(around, placed.folder)
    filling = _INSTALLING if posixpath.basename(target) in _INSTALLED else _MAKING
    if here and any(each.operation in filling for each in operations(command)):
        return True
    if command.program in _COPYING:
        words = command.arguments[-1:]
    else:
        words = () if command.program in _READING | _HARMLESS else command.arguments
    return any((path := _path(word, placed, step)) and is_within(path, target) for word in words)


def _brings_out(step: Step, target: str, folder: str) -> bool:
    """Whether a step that mounts the folder puts something of it elsewhere."""
    for placed in placed_commands(step, folder):
        command = placed.command
        if any(word.text.partition("=")[0] in _ELSEWHERE for word in command.arguments):
            return True
        if command.program not in _TAKING:
            continue
        if placed.folder is None or is_within(placed.folder, target):
            return True
        if any((path := _path(word, placed, step)) and is_within(path, target) for word in command.arguments):
            return True
    return False


def _path(word: ShellWord, placed: Placed, step: Step) -> str | None:
    """The path that a word names, up to the first part of it that cannot be known; None for no path at all."""
    text = literal(word, shell_value(step))
    if text is None:
        text = word.text.strip("\"'")
        for name in step.once(assigned_in):
            text = text.replace(f"${{{name}}}", "$").replace(f"${name}", "$")
    for mark in "$*?`{":
        text = text.partition(mark)[0] if mark in text else text
    if not text or text.startswith("-") or "://" in text or (placed.folder is None and not text.startswith("/")):
        return None
    if "/" not in text and text == word.value and word is placed.command.name:
        return None
    return absolute(text, placed.folder or "/")


def _needs_modules(command: Command, folder: str | None, target: str) -> bool:
    """Whether a command does not work without the ``node_modules`` of its folder."""
    if posixpath.basename(target) != "node_modules" or folder != posixpath.dirname(target):
        return False
    if command.program in _NODE_PROGRAMS - {"node", "npx"}:
        return True
    return any(
        each.operation is Operation.BUILD
        and each.manager.name in _NODE_MANAGERS
        and each.phrase in ("run", "run-script", "build", "")
        for each in operations(command)
    )
