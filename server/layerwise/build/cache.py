"""What a change makes the builder do again, by the cache keys that BuildKit really uses.

- A RUN depends on its command, flags and mounts, the user, the folder and the shell, all variables in scope, and the
  file system below (``ExecOp.CacheMap``). What a bind mount shows it counts by content.
- A COPY or ADD depends on the content of its sources, also of another stage, on its destination and flags, and without
  ``--link`` on the file system below (``FileOp.CacheMap``).
- A WORKDIR makes a folder, and so depends on the file system below.
- LABEL, EXPOSE, CMD and the like are settings of the image: they are never built.

A step that is done again may well leave the same files behind; then a COPY from its stage is taken from the cache after
all. That cannot be known beforehand, so such a COPY counts as done again.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatchcase

from msgspec import Struct, field
from msgspec.structs import replace

from layerwise.build.model import Build, Stage, Step
from layerwise.syntax.tree import (
    Arg,
    Env,
    From,
    Heredoc,
    Instruction,
    Run,
    Shell,
    ShellForm,
    Transfer,
    User,
    Word,
    Workdir,
)
from layerwise.syntax.words import variables


class ContextChange(Struct, frozen=True):
    """A file of the build context has other content. ``path`` is relative to the root of the context."""

    path: str


class ArgumentChange(Struct, frozen=True):
    """Another value is given for a build argument, or its default in the ARG before the first FROM is another."""

    name: str


class ImageChange(Struct, frozen=True):
    """The reference of an image, as FROM or ``--from`` write it, means another image than before."""

    name: str


class StepChange(Struct, frozen=True):
    """The text of a step is another, but does the same kind of thing: another value of an ENV, another command."""

    step: Step


Change = ContextChange | ArgumentChange | ImageChange | StepChange
IsIgnored = Callable[[str], bool]
"""Whether ``.dockerignore`` keeps a path of the context from the builder."""


def rebuilt_by(build: Build, change: Change, is_ignored: IsIgnored = lambda path: False) -> tuple[Step, ...]:
    """The steps that are done again after a change, in order, without those of stages that the target does not need.

    The steps that ONBUILD adds to a stage are among them. A FROM never is: an image is fetched, not built.
    """
    spread = _Spread(build, change, is_ignored)
    return tuple(step for stage in build.stages if stage.facts.reachable for step in spread.through(stage))


class _Effect(Struct):
    """How far a change has come at some point of a stage: what may be another than before."""

    below: bool = False
    """The file system."""
    names: frozenset[str] = frozenset()
    """The values of these variables."""
    user: bool = False
    folder: bool = False
    shell: bool = False
    rebuilt: list[Step] = field(default_factory=list)


class _Spread:
    """Follows one change through the stages, which are asked for in order."""

    def __init__(self, build: Build, change: Change, is_ignored: IsIgnored) -> None:
        self._build = build
        self._change = change
        self._is_ignored = is_ignored
        self._given = _with_derived(build, change)
        self._ends: dict[int, _Effect] = {}

    def through(self, stage: Stage) -> list[Step]:
        """The steps of a stage that are done again."""
        if stage.parent in self._ends:
            effect = replace(self._ends[stage.parent], rebuilt=[])
        else:
            effect = _Effect(below=self._starts_otherwise(stage))
        for step in (stage.steps[0], *stage.triggers, *stage.steps[1:]):
            if self._pass(step, stage, effect):
                effect.rebuilt.append(step)
        self._ends[stage.facts.index] = effect
        return effect.rebuilt

    def _starts_otherwise(self, stage: Stage) -> bool:
        """The image at the bottom may be another."""
        from_, image = stage.from_, stage.facts.image
        if isinstance(self._change, ImageChange):
            names = (from_.image.text if from_.image else "", image.text if image else "")
            return self._change.name in names
        words = [from_.image, *(flag.value for flag in from_.flags)]
        return _use(words, self._given, self._build.dockerfile.escape)

    def _pass(self, step: Step, stage: Stage, effect: _Effect) -> bool:
        """Whether the step is done again; ``effect`` is then what holds behind it."""
        instruction = step.instruction
        is_changed = isinstance(self._change, StepChange) and self._change.step is step
        uses = is_changed or _use(instruction.arguments, effect.names, step.escape)
        if isinstance(instruction, From):
            effect.below = effect.below or is_changed
        elif isinstance(instruction, Arg | Env):
            effect.names = self._assigned(step, instruction, effect, is_changed=is_changed)
        elif isinstance(instruction, User):
            effect.user = uses
        elif isinstance(instruction, Shell):
            effect.shell = uses
        elif isinstance(instruction, Run | Transfer | Workdir):
            again = step.makes_layer and (is_changed or self._is_done_again(step, stage, effect))
            if isinstance(instruction, Workdir):
                effect.folder = uses or (effect.folder and _is_relative(instruction.value))
            effect.below = effect.below or again
            return again
        return False

    def _assigned(self, step: Step, instruction: Arg | Env, effect: _Effect, *, is_changed: bool) -> frozenset[str]:
        """The variables with another value behind an assignment, which may also give one its old value back."""
        names = effect.names
        for pair in instruction.pairs:
            # The values of one ENV are those from before it; an ARG sees the ones to its left.
            known = names if isinstance(instruction, Arg) else effect.names
            is_given = isinstance(instruction, Arg) and pair.key.text in self._given
            if is_changed or is_given or _use([pair.value], known, step.escape):
                names |= {pair.key.text}
            elif pair.value is not None:
                names -= {pair.key.text}
        return names

    def _is_done_again(self, step: Step, stage: Stage, effect: _Effect) -> bool:
        instruction = step.instruction
        if self._reads_other_files(step, stage):
            return True
        if isinstance(instruction, Run):
            settings = effect.user or effect.folder or (effect.shell and isinstance(instruction.command, ShellForm))
            return effect.below or bool(effect.names) or settings
        if isinstance(instruction, Workdir):
            moved = effect.folder and _is_relative(instruction.value)
            return effect.below or effect.user or moved or _use([instruction.value], effect.names, step.escape)
        assert isinstance(instruction, Transfer)
        if _use(_words(instruction), effect.names, step.escape):
            return True
        moved = effect.folder and _is_relative(instruction.destination)
        return moved or (effect.below and not _is_linked(instruction))

    def _reads_other_files(self, step: Step, stage: Stage) -> bool:
        change, reads = self._change, step.reads
        path = change.path if isinstance(change, ContextChange) and not self._is_ignored(change.path) else None
        if path is not None and any(_takes(pattern, path) for pattern in reads.context):
            return True
        for word, paths in reads.stages:
            source = self._build.stage_named(word, stage.facts.index)
            if source is None:
                if isinstance(change, ImageChange) and change.name == word:
                    return True
            elif self._may_differ(source, paths):
                return True
        return False

    def _may_differ(self, source: Stage, paths: tuple[str, ...]) -> bool:
        """Whether the files under these paths of a stage may have other content than before."""
        for stage in self._chain(source):
            effect = self._ends.get(stage.facts.index)
            if effect and any(isinstance(step.instruction, Run) or _touches(step, paths) for step in effect.rebuilt):
                return True
        return self._starts_otherwise(stage)

    def _chain(self, stage: Stage) -> Iterator[Stage]:
        """The stage, and those it is built on."""
        yield stage
        while stage.parent is not None:
            stage = self._build.stages[stage.parent]
            yield stage


def _with_derived(build: Build, change: Change) -> frozenset[str]:
    """The build argument that changes, and those before the first FROM whose defaults are made from it."""
    if not isinstance(change, ArgumentChange):
        return frozenset()
    names = frozenset({change.name})
    for instruction in build.dockerfile.sections[0].instructions:
        for pair in instruction.pairs if isinstance(instruction, Arg) else ():
            if _use([pair.value], names, build.dockerfile.escape):
                names |= {pair.key.text}
    return names


def _use(words: Iterable[Word | None], names: frozenset[str], escape: str) -> bool:
    """Whether one of the words uses one of the variables."""
    return bool(names) and any(use.name in names for word in words if word for use in variables(word, escape))


def _words(instruction: Transfer) -> Iterator[Word | None]:
    for source in instruction.sources:
        if not isinstance(source, Heredoc):
            yield source
        elif not source.quoted:
            yield Word(source.body, source.text)
    yield instruction.destination
    yield from (flag.value for flag in instruction.flags)


def _is_relative(path: Word | None) -> bool:
    return path is not None and not path.text.startswith("/")


def _is_linked(instruction: Instruction) -> bool:
    """With ``--link`` it is a layer of its own; not together with ``--chmod`` (BuildKit's ``dispatchCopy``)."""
    link = instruction.flag("link")
    if link is None or instruction.flag("chmod") is not None:
        return False
    return link.value is None or link.value.text.lower() not in ("false", "0", "f")


def _takes(pattern: str, path: str) -> bool:
    """Whether a source of COPY takes a path of the context: itself, or what lies in a folder that it names."""
    if pattern == ".":
        return True
    wanted, parts = pattern.split("/"), path.split("/")
    return len(wanted) <= len(parts) and all(map(fnmatchcase, parts, wanted))


def _touches(step: Step, paths: tuple[str, ...]) -> bool:
    """Whether the step may write under one of these paths, or a folder around them."""
    written = [posixpath.join(target, "") for target in step.writes]
    wanted = [posixpath.join(posixpath.normpath("/" + path.lstrip("/")), "") for path in paths]
    return not written or any(a.startswith(b) or b.startswith(a) for a in written for b in wanted)
