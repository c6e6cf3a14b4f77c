"""What a Dockerfile wants of its build context: the paths that it names, and what it does with what it takes."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from fnmatch import fnmatchcase, translate
from itertools import pairwise

from msgspec import Struct

from layerwise.build.effects import pattern_of
from layerwise.build.model import Build, Stage, Step
from layerwise.build.operations import program_of
from layerwise.context import read_ignore
from layerwise.context.paths import PatternError, clean, is_pattern, match
from layerwise.knowledge.litter import LITTER, MAKING_HISTORY, PLACING, READERS, READING_HISTORY, SCRIPTS, STAMPS
from layerwise.shell.tree import Command
from layerwise.syntax.tree import (
    Add,
    Cmd,
    Copy,
    Entrypoint,
    Healthcheck,
    Heredoc,
    Instruction,
    Onbuild,
    Run,
    Transfer,
    Word,
    Workdir,
)
from layerwise.text import Span
from layerwise.text.patterns import regex

_REMOTE = ("http://", "https://", "git@", "git://", "ssh://")
_MAX_WORDS = 12


class Wanted(Struct, frozen=True):
    """A source of a COPY, an ADD or a bind mount, as a path or pattern of the context.

    ``excluded`` are the patterns of ``--exclude``. ``guessed`` says that a variable without a known value stands in it,
    for which the pattern has ``*``.
    """

    path: str
    excluded: str = ""
    guessed: bool = False

    def takes(self, path: str) -> bool:
        """Whether it takes this path along without naming it: with a folder around it, or by a lone ``*``."""
        if self.guessed or self.names(path):
            return False
        return any(self._is(each) for each in (*_above(path), path)) and not self._excludes(path)

    def names(self, path: str) -> bool:
        """Whether it names this very path."""
        if self.guessed:
            # What stands for a variable may hold any number of slashes.
            return fnmatchcase(path, self.path)
        return not set(posixpath.basename(self.path)) <= {"*"} and self.path != "." and self._is(path)

    def below(self, path: str) -> str:
        """What it names below this path, as a path or pattern below exactly that; empty if there is nothing."""
        parts, depth = self.path.split("/"), path.count("/") + 1
        if len(parts) <= depth or not _matches("/".join(parts[:depth]), path):
            return ""
        return "/".join((path, *parts[depth:]))

    def _is(self, path: str) -> bool:
        return self.path == "." or _matches(self.path, path)

    def _excludes(self, path: str) -> bool:
        if not self.excluded:
            return False
        below = path if self.path == "." or is_pattern(self.path) else posixpath.relpath(path, self.path)
        return read_ignore(self.excluded).ignores(below)


class Act(Struct, frozen=True):
    """What a step wants and does. ``words`` are its programs, and each program with one of its words."""

    wanted: tuple[Wanted, ...] = ()
    words: frozenset[str] = frozenset()
    reads_history: str = ""
    """The call of git that does, empty if there is none."""
    places: frozenset[str] = frozenset()
    """The names of the folders in which something is done: of a WORKDIR, a ``cd``, an option such as ``--prefix``."""
    stamps: frozenset[str] = frozenset()
    """Commands that put the commit into what they make, see ``knowledge.litter.STAMPS``."""


class Demand(Struct, frozen=True):
    """What a whole Dockerfile wants and does. Compares by value."""

    wanted: tuple[Wanted, ...] = ()
    words: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()
    reads_history: tuple[str, ...] = ()
    stamps: frozenset[str] = frozenset()

    def takes(self, path: str) -> bool:
        return any(each.takes(path) for each in self.wanted)


def demand(build: Build) -> Demand:
    """What the steps of all stages want and do, also of those that are not built by default."""
    wanted: dict[Wanted, None] = {}
    words: set[str] = set()
    places: set[str] = set()
    reads: dict[str, None] = {}
    stamps: set[str] = set()
    for stage in build.stages:
        own: set[str] = set()
        for step in stage.steps_about(_ASKED):
            act = step.once(act_of)
            wanted.update(dict.fromkeys(act.wanted))
            words |= act.words
            places |= act.places
            own |= act.words
            if act.reads_history:
                reads[act.reads_history] = None
            if act.stamps and not _knows_no_git(stage, own):
                stamps |= act.stamps
    return Demand(tuple(wanted), frozenset(words), frozenset(places), tuple(reads), frozenset(stamps))


def wanted_by(step: Step) -> tuple[Wanted, ...]:
    """What a step takes of the context."""
    return step.once(act_of).wanted


def source_span(step: Step, path: str) -> Span:
    """The first source of a COPY or ADD that takes this path along."""
    instruction = step.instruction
    if isinstance(instruction, Transfer):
        for source in instruction.sources:
            if isinstance(source, Heredoc):
                continue
            if any(each.takes(path) for each in _source(step, source.text, "")):
                return source.span
    return instruction.span


def act_of(step: Step) -> Act:
    """What a step wants and does; for ``Step.once``. An ONBUILD wants nothing: its context is another build's."""
    instruction = step.instruction
    if isinstance(instruction, Onbuild):
        return Act()
    commands = step.script.commands if step.script else ()
    words = frozenset(word for command in commands for word in _words(command) if _tells(word))
    wanted, places = tuple(_wanted(step, instruction)), frozenset(_places(step, commands))
    return Act(wanted, words, _reading(commands), places, frozenset(_stamping(commands)))


def _wanted(step: Step, instruction: Instruction) -> Iterator[Wanted]:
    if isinstance(instruction, Transfer):
        if isinstance(instruction, Copy) and instruction.flag("from"):
            return
        excluded = "\n".join(
            flag.value.text for flag in instruction.flags if flag.name.text == "exclude" and flag.value is not None
        )
        for source in instruction.sources:
            if not isinstance(source, Heredoc) and not (
                isinstance(instruction, Add) and source.text.startswith(_REMOTE)
            ):
                yield from _source(step, source.text, excluded)
    elif isinstance(instruction, Run):
        for mount in instruction.mounts:
            if mount.type == "bind" and not mount.from_:
                yield from _source(step, mount.source or "/", "")


def _source(step: Step, written: str, excluded: str) -> Iterator[Wanted]:
    value = step.value(written)
    if value is not None:
        yield Wanted(clean(value), excluded)
        return
    pattern = pattern_of(Word(Span(0, len(written)), written), step.escape)
    yield Wanted(clean(pattern), excluded, guessed=True)


def _words(command: Command) -> Iterator[str]:
    program = program_of(command)
    if not program:
        return
    yield program
    for word in command.arguments[:_MAX_WORDS]:
        text = word.value or word.text
        if not text.startswith("-"):
            yield f"{program} {text.removeprefix('./')}"


def _places(step: Step, commands: tuple[Command, ...]) -> Iterator[str]:
    """The names of the folders in which a step works, or has later ones work."""
    instruction = step.instruction
    if isinstance(instruction, Workdir) and instruction.value:
        yield from (step.value(instruction.value.text) or "").split("/")
    for command in commands:
        words = [word.value or word.text for word in command.words]
        for before, word in pairwise(words):
            option, equals, value = word.partition("=")
            if before in PLACING or before in ("cd", "pushd"):
                yield from word.split("/")
            elif equals and option in PLACING:
                yield from value.split("/")


def _tells(word: str) -> bool:
    """Whether it makes a difference to anything what these words say."""
    return (
        _TELLING.fullmatch(word) is not None
        or _SCRIPT.fullmatch(word.rpartition(" ")[2].rpartition("/")[2]) is not None
    )


def _reading(commands: tuple[Command, ...]) -> str:
    """The first call of git that needs a history which no command of the same script has made."""
    for command in commands:
        words = set(_words(command))
        if not MAKING_HISTORY.isdisjoint(words):
            return ""
        found = READING_HISTORY.intersection(words)
        if found:
            return min(found)
    return ""


def _stamping(commands: tuple[Command, ...]) -> Iterator[str]:
    for command in commands:
        if not any("buildvcs=false" in word.text for word in command.words):
            yield from STAMPS.keys() & set(_words(command))


def _knows_no_git(stage: Stage, words: set[str]) -> bool:
    """Whether the image of a stage has no git: those of Go that are based on Alpine, unless it is installed."""
    image = stage.facts.image
    return image is not None and image.name == "golang" and "alpine" in image.tag and "apk git" not in words


def _above(path: str) -> Iterator[str]:
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path


def _matches(pattern: str, path: str) -> bool:
    if not is_pattern(pattern):
        return pattern == path
    try:
        return match(pattern, path)
    except PatternError:
        return False


_TELLING = regex(
    "|".join(
        translate(glob)
        for glob in dict.fromkeys(
            (
                *(glob for row in LITTER for glob in (*row.made_by, *row.spoiled_by)),
                *(glob for reader in READERS for glob in reader.run_by),
                "apk git",
            )
        )
    )
)
_SCRIPT = regex("|".join(map(translate, SCRIPTS)))
_ASKED: tuple[type[Instruction], ...] = (Transfer, Run, Cmd, Entrypoint, Healthcheck, Workdir)
