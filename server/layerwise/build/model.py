"""What a builder would do with a Dockerfile: stages, steps, the state at each, and what they read and write."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any, TypeVar

from layerwise.build.accounts import Account
from layerwise.build.effects import Reads, reads_of, writes_of
from layerwise.build.operations import PackageOperation, operations, tools_of
from layerwise.build.subjects import Subject, Subjects, subjects_of, together
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
        start: int | None = None,
    ) -> None:
        """:param start: where the instruction starts, if that is known without putting it in its place."""
        self._place = place
        self._start = start
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

    @property
    def subjects(self) -> Subjects:
        """What the instruction is about, see ``build.subjects``; this too costs no placement."""
        return subjects_of(self._unplaced, self.before.dialect, self.escape)

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
        return self.instruction.span if self._start is None else self._unplaced.span.moved(self._start)

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
    """The final image inherits its layers: it is the target or what the target is built on. False for all stages where
    the last one is, by its name, one that only builds or checks something."""
    reachable: bool
    """The target needs it in some way."""
    is_windows: bool
    feeds: frozenset[str] = frozenset()
    """The package managers by which stages built on this one use lists or caches that they do not fetch themselves."""
    takes_mounts: bool = True
    """The frontend that ``# syntax=`` names knows ``RUN --mount``, as far as that can be told."""


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

    def is_like(self, other: Head) -> bool:
        """Whether another text says the same."""
        return all(getattr(self, name) == getattr(other, name) for name in self.__slots__ if name != "entry") and (
            self.entry is other.entry
        )


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
        like: Stage | None = None,
    ) -> None:
        """:param like: this stage before an edit, from which untouched steps are taken over; it only saves time."""
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
        self._like = like if like and like.section.span.start == section.span.start else None

    def moved_to(self, section: Section) -> Stage:
        """The same stage where its text stands now."""
        moved = Stage(self.facts, self.head, self.root, section, self.course, self.parent, self.triggers, self._escape)
        if "subjects" in self.__dict__:
            moved.__dict__["subjects"] = self.subjects
        return moved

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
        layout, states = self.section.layout, self.course.states
        kept = self._untouched()
        self._like = None
        place, escape, own, start = self.section.instruction, self._escape, layout.own, self.section.span.start
        return (
            *kept,
            *[
                Step(partial(place, index), own[index], index, states[index], states[index + 1], escape, start + at)
                for index, (at, _) in enumerate(layout.instructions[len(kept) :], len(kept))
            ],
        )

    def _untouched(self) -> tuple[Step, ...]:
        """The first steps, as far as they were the same and at the same place before an edit."""
        like = self._like
        if like is None or "steps" not in like.__dict__:
            return ()
        rows = zip(
            like.section.layout.instructions,
            self.section.layout.instructions,
            like.course.states[1:],
            self.course.states[1:],
            strict=False,
        )
        count = 0
        if like.course.states[0] is self.course.states[0]:
            for (start, node), (new_start, new_node), after, new_after in rows:
                if node is not new_node or start != new_start or after is not new_after:
                    break
                count += 1
        return like.steps[:count]

    @cached_property
    def subjects(self) -> Subjects:
        """What its steps are about, and what the stage below adds to them by ONBUILD."""
        return together((*self._subjects, *(step.subjects for step in self.triggers)))

    @cached_property
    def _subjects(self) -> list[Subjects]:
        """Those of each step."""
        rows = zip(self.section.layout.own, self.course.states, strict=False)
        return [subjects_of(node, state.dialect, self._escape) for node, state in rows]

    def steps_about(self, about: Collection[Subject]) -> list[Step]:
        """Its steps that are about at least one of these, in order. The others cost nothing, not even to be made."""
        wanted = frozenset(about)
        steps = self.steps
        return [steps[index] for index, own in enumerate(self._subjects) if not wanted.isdisjoint(own)]

    @property
    def from_(self) -> From:
        instruction = self.section.instruction(0)
        assert isinstance(instruction, From)
        return instruction

    @property
    def name(self) -> str | None:
        return self.facts.name


class Structure:
    """What builds have in common that differ only within their stages, see ``Build.structure``."""

    __slots__ = ("__weakref__",)


class Build:
    """The whole build of a Dockerfile. Immutable; its parts are computed when first asked for."""

    def __init__(
        self,
        dockerfile: Dockerfile,
        stages: tuple[Stage, ...],
        global_args: Mapping[str, Variable],
        final: int,
        target: str | None = None,
        structure: Structure | None = None,
    ) -> None:
        self.dockerfile = dockerfile
        self.stages = stages
        self.structure = structure or Structure()
        """The identical object for a build with the same FROMs and ARGs above them, whose stages take files from the
        same places, so that what follows from these alone need not be found again."""
        self.global_args = global_args
        """The ARGs that a FROM sees."""
        self.target = target
        """The name of the stage that was asked for, None for the last one."""
        self._final = final

    @cached_property
    def subjects(self) -> Subjects:
        """What the steps of all stages are about."""
        return together(stage.subjects for stage in self.stages)

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
