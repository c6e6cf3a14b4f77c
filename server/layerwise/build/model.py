"""What a builder would do with a Dockerfile: stages, steps, the state in force at each, and what they read and write."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from layerwise.knowledge.packages import PackageManager
from layerwise.shell.tree import Command, Dialect, Script, ShellWord
from layerwise.syntax.tree import Dockerfile, From, Instruction
from layerwise.text import Span


@dataclass(frozen=True, slots=True)
class ImageName:
    """An image reference, split: ``registry/repository:tag@digest``. Unset parts are empty strings.

    ``text`` is the reference after expansion. ``known`` is False when it holds a variable without a known value; then
    the parts are those that could be read.
    """

    text: str
    registry: str
    repository: str
    tag: str
    digest: str
    known: bool = True

    @property
    def name(self) -> str:
        """The repository without ``docker.io`` and ``library/``: ``python`` for the official image."""
        return self.repository.removeprefix("library/") if self.registry in ("", "docker.io") else self.repository


class Origin(StrEnum):
    ENV = "env"
    ARG = "arg"
    GLOBAL_ARG = "global arg"
    """Declared before the first FROM; in a stage only after an ARG without default brings it in."""
    PLATFORM = "platform"
    """One of the ARGs that the builder sets by itself, such as TARGETARCH."""
    IMAGE = "image"
    """From the base image, as far as we know that image."""


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable in scope. ``value`` is None when it can't be known (an ARG without default, or built from one)."""

    name: str
    value: str | None
    origin: Origin


@dataclass(frozen=True, slots=True)
class State:
    """What is in force between two steps. Compares by value; holds no spans, so that it survives an edit above it."""

    env: Mapping[str, Variable]
    args: Mapping[str, Variable]
    user: str | None
    """As written in USER after expansion; None when the stage has set none (then it is the base image's, mostly root)."""
    workdir: str | None
    """Absolute, after expansion; None when it is the base image's, which we do not know."""
    shell: tuple[str, ...] | None
    """The SHELL in force, None for the default."""
    dialect: Dialect
    tool_settings: frozenset[str]
    """What earlier steps have set up for later ones, such as ``pip:no-cache`` by ``pip config set global.no-cache-dir``."""
    installed: frozenset[str]
    """Names of distribution packages installed by earlier steps of this stage and of those it is built on."""

    def lookup(self, name: str) -> Variable | None:
        """The variable that ``$name`` means here: ENV wins over ARG."""
        return self.env.get(name) or self.args.get(name)


class Operation(StrEnum):
    """What a command does with a package manager."""

    INSTALL = "install"
    UPDATE_INDEX = "update index"
    UPGRADE = "upgrade"
    CLEAN = "clean"
    REMOVE = "remove"
    DOWNLOAD = "download"
    BUILD = "build"


@dataclass(frozen=True, slots=True)
class PackageOperation:
    """One thing that one command does with a package manager.

    ``subcommand`` is the word that says what (``install``), None where the program itself says it (``apk-install``).
    ``packages`` are the words that name packages, ``options`` those that start with a dash; ``manifests`` the words that
    name requirement or manifest files, as in ``-r requirements.txt``.
    """

    manager: PackageManager
    operation: Operation
    command: Command
    subcommand: ShellWord | None
    packages: tuple[ShellWord, ...] = ()
    options: tuple[ShellWord, ...] = ()
    manifests: tuple[ShellWord, ...] = ()

    def has_option(self, *names: str) -> bool:
        """Whether one of these options is given, also as ``--name=value``; a single dash matches bundled letters."""
        for word in self.options:
            text = (word.value or word.text).partition("=")[0]
            if text in names:
                return True
            if len(text) > 1 and text[0] == "-" and text[1] != "-" and any(len(n) == 2 and n[1] in text[1:] for n in names):
                return True
        return False


@dataclass(frozen=True, slots=True)
class Reads:
    """What a step depends on besides its own text and the layers below.

    ``context`` are the paths it takes from the build context, as patterns relative to its root, ``"."`` for all of it;
    ``stages`` the paths it takes from other stages or images, by the word that names them; ``variables`` the names of
    the ARGs and ENVs in its cache key.
    """

    context: tuple[str, ...] = ()
    stages: tuple[tuple[str, tuple[str, ...]], ...] = ()
    variables: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Step:
    """One instruction of a stage. ``index`` counts from 0, the FROM, within the stage.

    ``trigger`` is the step inside an ONBUILD. It does not happen in this build, so ``after`` equals ``before``.
    """

    instruction: Instruction
    index: int
    before: State
    after: State
    script: Script | None = None
    operations: tuple[PackageOperation, ...] = ()
    reads: Reads = Reads()
    writes: tuple[str, ...] = ()
    """Absolute paths that the step is known to write, folders with a trailing slash."""
    makes_layer: bool = False
    """RUN, COPY, ADD and WORKDIR make one; the others only change the image's configuration."""
    trigger: Step | None = None

    @property
    def span(self) -> Span:
        return self.instruction.span


@dataclass(frozen=True, slots=True)
class StageFacts:
    """What a step may know of its stage. Compares by value and holds no spans."""

    index: int
    """Counted from 0."""
    name: str | None
    """The alias in lower case, None when there is none."""
    image: ImageName | None
    """The image at the bottom, through all earlier stages it is built on; None for ``scratch``, or when unknown."""
    is_scratch: bool
    is_final: bool
    """It is the target: the last stage."""
    in_result: bool
    """The final image inherits its layers: it is the target or what the target is built on."""
    reachable: bool
    """The target needs it in some way."""
    is_windows: bool


@dataclass(frozen=True)
class Stage:
    """A FROM and what follows. ``steps[0]`` is the FROM itself."""

    facts: StageFacts
    steps: tuple[Step, ...]
    span: Span
    """From the FROM to the next FROM or the end of the file."""
    parent: int | None
    """The index of the stage it is built on, None when that is an image."""

    @property
    def from_(self) -> From:
        instruction = self.steps[0].instruction
        assert isinstance(instruction, From)
        return instruction

    @property
    def name(self) -> str | None:
        return self.facts.name


class Build:
    """The whole build of a Dockerfile. Immutable; its parts are computed when first asked for."""

    def __init__(self, dockerfile: Dockerfile, stages: tuple[Stage, ...], global_args: Mapping[str, Variable]) -> None:
        self.dockerfile = dockerfile
        self.stages = stages
        self.global_args = global_args

    @cached_property
    def final(self) -> Stage | None:
        return self.stages[-1] if self.stages else None

    def steps(self) -> Iterator[Step]:
        for stage in self.stages:
            yield from stage.steps

    def stage_named(self, word: str, before: int) -> Stage | None:
        """The stage that ``word`` (a name in any case, or a number) means in stage ``before``; None for an image."""
        found = [stage for stage in self.stages[:before] if stage.name == word.lower()]
        if found:
            return found[-1]
        return self.stages[int(word)] if word.isdecimal() and int(word) < before else None
