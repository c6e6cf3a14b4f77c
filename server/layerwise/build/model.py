"""What a builder would do with a Dockerfile: stages, steps, the state at each, and what they read and write."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any, TypeVar

from layerwise.build.accounts import Account
from layerwise.build.effects import Reads, reads_of, writes_of
from layerwise.build.operations import PackageOperation, operations, tools_of
from layerwise.build.values import Variable, expanded
from layerwise.shell import script_of
from layerwise.shell.tree import Dialect, Script
from layerwise.syntax.memo import Memo
from layerwise.syntax.tree import Dockerfile, From, Instruction, Onbuild, Run, Section, Transfer, Workdir
from layerwise.text import Span

T = TypeVar("T")


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


@dataclass(frozen=True)
class State:
    """What is in force between two steps. Compares by value; holds no spans, so that it survives an edit above it.

    States are made by ``build.states`` alone, which sees to it that the same step behind the same state gives the
    identical one.
    """

    env: Mapping[str, Variable]
    """What the image's configuration holds: ENV, and what the base image brings along."""
    args: Mapping[str, Variable]
    """The ARGs declared so far, here and in the stages this one is built on."""
    scope: Mapping[str, Variable]
    """What each name means: the last ENV, or ARG with a value, of that name (BuildKit's ``dispatchArg``)."""
    global_args: Mapping[str, Variable]
    """Those declared before the first FROM, and the ones that the builder sets: a stage brings them in by ARG."""
    given: Mapping[str, str]
    """The values of ``--build-arg``."""
    user: str | None
    """As in USER after expansion, as written where its value can't be known; None when the stage has set none, so that
    it is the base image's, mostly root."""
    workdir: str | None
    """Absolute, after expansion; None when it can't be known, as that of an unknown base image."""
    shell: tuple[str, ...] | None
    """The SHELL in force, None for the default."""
    dialect: Dialect
    tool_settings: frozenset[str]
    """What earlier steps have set for later ones: ``pip:no-cache`` by ``pip config set global.no-cache-dir``."""
    installed: frozenset[str]
    """Names of distribution packages installed by earlier steps of this stage and of those it is built on."""
    accounts: Mapping[str, Account]
    """The users that earlier steps created, and those we know of the base image, by name."""
    complete: bool
    """All variables of the base image are known, so that one without declaration is unset."""
    memo: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)
    """What ``build.states`` remembers of the states that follow this one."""

    __hash__ = object.__hash__

    def lookup(self, name: str) -> Variable | None:
        """The variable that ``$name`` means here."""
        return self.scope.get(name) or self.args.get(name)

    def value(self, word: str, escape: str) -> str | None:
        """The word with the variables in force put in; None when one of them has no known value."""
        return expanded(word, self.lookup, escape, complete=self.complete)


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Course:
    """The states of a stage: ``states[i]`` is in force before step ``i``, and the last one behind the last step."""

    states: tuple[State, ...]


class Step:
    """One instruction of a stage. ``index`` counts from 0, the FROM, within the stage.

    Immutable; the instruction is put in its place, and all that follows from it computed, when first asked for.
    """

    def __init__(
        self,
        place: Callable[[], Instruction],
        unplaced: Instruction,
        index: int,
        before: State,
        after: State,
        escape: str,
    ) -> None:
        self._place = place
        self._unplaced = unplaced
        self.escape = escape
        self.index = index
        self.before = before
        self.after = after

    @property
    def key(self) -> object:
        """The same as ``instruction.key``."""
        return self._unplaced.key

    @property
    def kind(self) -> type[Instruction]:
        """The type of the instruction, which need not be put in its place for that."""
        return type(self._unplaced)

    @property
    def tools(self) -> frozenset[str]:
        """The names of the package managers in a RUN, also in that of an ONBUILD; this too costs no placement."""
        return tools_of(self._unplaced, self.before.dialect, self.escape)

    def once(self, compute: Callable[[Step], T]) -> T:
        """What a pure function says of the step, computed once and kept from build to build, wherever the step moves.

        The function is given the step at offset 0, so that spans are relative to its start, and ``index`` is 0.
        """
        kept = self._at_zero
        if compute not in kept._answers:
            kept._answers[compute] = compute(kept)
        answer: T = kept._answers[compute]
        return answer

    @cached_property
    def _at_zero(self) -> Step:
        identity = (id(self._unplaced), id(self.before), id(self.after))
        found = _AT_ZERO.get(identity, 1)
        if found is None:
            unplaced = self._unplaced
            found = Step(lambda: unplaced, unplaced, 0, self.before, self.after, self.escape)
            _AT_ZERO.put(identity, found, 1)
        return found

    @cached_property
    def _answers(self) -> dict[Any, Any]:
        return {}

    @cached_property
    def instruction(self) -> Instruction:
        return self._place()

    @property
    def span(self) -> Span:
        return self.instruction.span

    @cached_property
    def script(self) -> Script | None:
        """The script of the step, None when it has none."""
        return script_of(self.instruction, self.before.dialect, self.escape)

    @cached_property
    def operations(self) -> tuple[PackageOperation, ...]:
        """What the commands of a RUN do with package managers, in order."""
        if self.script is None or not isinstance(self.instruction, Run):
            return ()
        return tuple(operation for command in self.script.commands for operation in operations(command))

    @cached_property
    def reads(self) -> Reads:
        return reads_of(self.instruction, frozenset(self.before.scope), self.value, self.escape)

    @cached_property
    def writes(self) -> tuple[str, ...]:
        """Absolute paths that the step is known to write, folders with a trailing slash."""
        return writes_of(self.instruction, self.script, self.before.workdir, self.value)

    def value(self, word: str) -> str | None:
        """The word with the variables in force put in; None when one of them has no known value."""
        return self.before.value(word, self.escape)

    @property
    def makes_layer(self) -> bool:
        """RUN, COPY and ADD make one, and WORKDIR but for ``/``; the others only change the image's configuration."""
        if isinstance(self.instruction, Workdir):
            return self.after.workdir != "/"
        return isinstance(self.instruction, Run | Transfer)

    @cached_property
    def trigger(self) -> Step | None:
        """The step inside an ONBUILD. It does not happen in this build: nothing is in force after it."""
        if self.kind is not Onbuild:
            return None
        instruction = self.instruction
        if not isinstance(instruction, Onbuild) or instruction.trigger is None:
            return None
        inner = instruction.trigger
        return Step(lambda: inner, inner, self.index, self.before, self.before, self.escape)


_AT_ZERO: Memo[Step] = Memo(8192)
"""Steps at offset 0, by the identities of what they hold, which keeps those from being used again."""


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
    feeds: frozenset[str] = frozenset()
    """The package managers by which stages built on this one use lists or caches that they do not fetch themselves."""


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """What the text of a stage says by itself, under the ARGs before the first FROM."""

    name: str | None
    """The alias in lower case."""
    base: str | None
    """What FROM names, after expansion; None when it can't be known."""
    base_name: str
    """The same in lower case, or as it is written: a stage, if there is one of that name, or else an image."""
    image: ImageName | None
    is_scratch: bool
    is_windows: bool
    entry: State
    """The state behind the FROM, if it names an image."""
    sources: tuple[str, ...]
    """All words that name stages or images to take files from."""
    has_triggers: bool
    """It has ONBUILDs that say what to do."""
    trigger_sources: tuple[str, ...]


class Stage:
    """A FROM and what follows. ``steps[0]`` is the FROM itself. Immutable; the steps are made when first asked for."""

    def __init__(
        self,
        facts: StageFacts,
        head: Head,
        root: Head,
        section: Section,
        course: Course,
        parent: int | None,
        triggers: tuple[Step, ...],
        escape: str,
    ) -> None:
        self.facts = facts
        self.head = head
        self.root = root
        """The head of the stage at the bottom, which is built on an image."""
        self.section = section
        self.course = course
        """The states between the steps. The identical object for the same instructions behind the same state."""
        self.parent = parent
        """The index of the stage it is built on, None when that is an image."""
        self.triggers = triggers
        """The steps that the ONBUILDs of ``parent`` add right behind the FROM, with the places that they have there."""
        self._escape = escape

    @property
    def escape(self) -> str:
        """The escape character of the file."""
        return self._escape

    @property
    def span(self) -> Span:
        """From the FROM to the next FROM or the end of the file."""
        return self.section.span

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        section, states = self.section, self.course.states
        return tuple(
            Step(partial(section.instruction, index), node, index, states[index], states[index + 1], self._escape)
            for index, (_, node) in enumerate(section.layout.instructions)
        )

    @property
    def from_(self) -> From:
        instruction = self.section.instruction(0)
        assert isinstance(instruction, From)
        return instruction

    @property
    def name(self) -> str | None:
        return self.facts.name


class Build:
    """The whole build of a Dockerfile. Immutable; its parts are computed when first asked for."""

    def __init__(
        self,
        dockerfile: Dockerfile,
        stages: tuple[Stage, ...],
        global_args: Mapping[str, Variable],
        final: int,
        target: str | None = None,
    ) -> None:
        self.dockerfile = dockerfile
        self.stages = stages
        self.global_args = global_args
        """The ARGs that a FROM sees."""
        self.target = target
        """The name of the stage that was asked for, None for the last one."""
        self._final = final

    @property
    def final(self) -> Stage | None:
        """The stage that is built, mostly the last; None when there is none."""
        return self.stages[self._final] if self.stages else None

    def steps(self) -> Iterator[Step]:
        for stage in self.stages:
            yield from stage.steps

    def stage_named(self, word: str, before: int) -> Stage | None:
        """The stage that ``word`` (a name in any case, or a number) means in stage ``before``; None for an image."""
        found = [stage for stage in self.stages[:before] if stage.name == word.lower()]
        if found:
            return found[-1]
        return self.stages[int(word)] if word.isdecimal() and int(word) < before else None
