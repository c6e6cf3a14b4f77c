"""What a builder would do with a Dockerfile: its stages, and what they are to each other."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from typing import Any, TypeVar, overload

from msgspec import Struct

from layerwise.build.step import Course, ImageName, State, Step
from layerwise.build.structure import Structure
from layerwise.build.subjects import Subject, Subjects, subjects_of, together
from layerwise.build.values import Variable
from layerwise.syntax.tree import Dockerfile, From, Section, Sections
from layerwise.text import Span

__all__ = [
    "Build",
    "Course",
    "Head",
    "ImageName",
    "Stage",
    "StageFacts",
    "Stages",
    "State",
    "Step",
    "Structure",
]

T = TypeVar("T")
GivenT = TypeVar("GivenT")


class StageFacts(Struct, frozen=True):
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
    takes_secret_env: bool = True
    """It knows ``RUN --mount=type=secret,env=…`` too."""
    is_parent: bool = False
    """Other stages are built on it."""
    fed: frozenset[str] = frozenset()
    """The package managers whose caches the stages that it is built on have filled, so that they are in its layers."""


class Head(Struct, frozen=True, eq=False):
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
        alike = (getattr(self, name) == getattr(other, name) for name in self.__struct_fields__ if name != "entry")
        return self.entry is other.entry and all(alike)


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
        self._answers: dict[Any, Any] = {}
        self._like = like if like and like.section.span.start == section.span.start else None

    def moved_to(self, section: Section) -> Stage:
        """The same stage where its text stands now."""
        moved = Stage(self.facts, self.head, self.root, section, self.course, self.parent, self.triggers, self._escape)
        if "subjects" in self.__dict__:
            moved.__dict__["subjects"] = self.subjects
        moved._answers = self._answers
        return moved

    def once(self, compute: Callable[[Stage], T]) -> T:
        """What a pure function says of the stage, computed once for as long as nothing but its place changes.

        So the answer must hold no places; and the function may look at nothing but the stage.
        """
        if compute not in self._answers:
            self._answers[compute] = compute(self)
        answer: T = self._answers[compute]
        return answer

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

    def steps_about(self, about: Collection[Subject]) -> tuple[Step, ...]:
        """Its steps that are about at least one of these, in order. The others cost nothing, not even to be made."""
        wanted = frozenset(about)
        found = self._about.get(wanted)
        if found is None:
            steps = self.steps
            rows = enumerate(self._subjects)
            found = self._about[wanted] = tuple([steps[index] for index, own in rows if not wanted.isdisjoint(own)])
        return found

    @cached_property
    def _about(self) -> dict[frozenset[Subject], tuple[Step, ...]]:
        """What ``steps_about`` has been asked for."""
        return {}

    @property
    def from_(self) -> From:
        instruction = self.steps[0].instruction
        assert isinstance(instruction, From)
        return instruction

    @property
    def name(self) -> str | None:
        return self.facts.name


class Stages(Sequence[Stage]):
    """The stages of a build. Each is put in its place when it is asked for; those that nobody asks for cost nothing.

    ``models`` are the stages wherever they stood when something in them changed last: the identical objects for as long
    as nothing but their place does. What needs no place may ask them.
    """

    __slots__ = ("_placed", "_sections", "models")

    def __init__(self, stages: Iterable[Stage], sections: Sections) -> None:
        self.models = list(stages)
        self._sections = sections
        self._placed = self.models.copy()

    def moved_to(self, sections: Sections, index: int, changed: Stage | None) -> Stages:
        """The stages where their texts stand now, with ``changed`` in the place of that with the index, if given."""
        found = Stages(self.models, sections)
        found._placed = self._placed.copy()
        if changed is not None:
            found.models[index] = found._placed[index] = changed
        return found

    def are_about_the_same(self, others: Stages) -> bool:
        """Whether as many stages are, one by one, about the same."""
        rows = zip(self.models, others.models, strict=True)
        return all(one.subjects == other.subjects for one, other in rows if one is not other)

    @property
    def starts(self) -> list[int]:
        """Where each stage starts."""
        return self._sections.starts[1:]

    def __len__(self) -> int:
        return len(self.models)

    @overload
    def __getitem__(self, index: int) -> Stage: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Stage, ...]: ...
    def __getitem__(self, index: int | slice) -> Stage | tuple[Stage, ...]:
        if isinstance(index, slice):
            return tuple([self[each] for each in range(*index.indices(len(self)))])
        index = range(len(self))[index]
        section, known = self._sections[index + 1], self._placed[index]
        if known.section is not section:
            known = self._placed[index] = known.moved_to(section)
        return known

    def __iter__(self) -> Iterator[Stage]:
        return iter(self[:])


class Build:
    """The whole build of a Dockerfile. Immutable; its parts are computed when first asked for."""

    def __init__(
        self,
        dockerfile: Dockerfile,
        stages: Stages,
        global_args: Mapping[str, Variable],
        final: int,
        target: str | None = None,
        like: Build | None = None,
        changed: int | None = None,
    ) -> None:
        """:param like: this build before an edit, with the same structure. It only saves time.
        :param changed: the index of the only stage in which something but its place is not as it was there.
        """
        self.dockerfile = dockerfile
        self.stages = stages
        self.structure: Structure = like.structure if like else _structure(stages)
        """The identical object for a build with the same FROMs and ARGs above them, whose stages take files from the
        same places, so that what follows from these alone need not be found again."""
        self.global_args = global_args
        """The ARGs that a FROM sees."""
        self.target = target
        """The name of the stage that was asked for, None for the last one."""
        self._final = final
        self._telling: dict[Any, tuple[object, set[int]]] = {}
        """By what has been looked for: under which circumstances, and in which stages there may be something."""
        if like is not None:
            self._follow(like, changed)

    def _follow(self, like: Build, changed: int | None) -> None:
        if "subjects" in like.__dict__ and self.stages.are_about_the_same(like.stages):
            self.__dict__["subjects"] = like.subjects
        concerned = set() if changed is None or not like._telling else self.structure.concerned(changed)
        self._telling = {look: (given, telling | concerned) for look, (given, telling) in like._telling.items()}

    def search(
        self,
        look: Callable[[Build, Stage, GivenT], Iterable[T]],
        given: GivenT,
        *,
        about: Collection[Subject] = (),
    ) -> list[T]:
        """What ``look``, a function of a module, finds in each stage that is about one of ``about``; in order.

        This is how a rule on the whole build stays cheap. A stage in which nothing was found is not looked at again for
        as long as nothing has changed in it, in those that it is built on or takes files from, in those that are
        built on it, and in those that take files from it or from one of those. So ``look`` must ask no other stage.
        What else it depends on, such as the final stage or files, is ``given``: values that compare by what matters.
        """
        wanted = frozenset(about)
        known = self._telling.get(look)
        indices = sorted(known[1]) if known is not None and known[0] == given else range(len(self.stages))
        found: list[T] = []
        telling: set[int] = set()
        for index in indices:
            if wanted and wanted.isdisjoint(self.stages.models[index].subjects):
                continue
            own = list(look(self, self.stages[index], given))
            found += own
            if own:
                telling.add(index)
        self._telling[look] = given, telling
        return found

    @cached_property
    def subjects(self) -> Subjects:
        """What the steps of all stages are about."""
        return together([stage.subjects for stage in self.stages.models])

    @property
    def final(self) -> Stage | None:
        """The stage that is built, mostly the last; None when there is none."""
        return self.stages[self._final] if self.stages else None

    def steps(self) -> Iterator[Step]:
        for stage in self.stages:
            yield from stage.steps

    def stage_named(self, word: str, before: int) -> Stage | None:
        """The stage that ``word`` (a name in any case, or a number) means in stage ``before``; None for an image."""
        index = self.structure.named(word, before)
        return None if index is None else self.stages[index]


def _structure(stages: Stages) -> Structure:
    return Structure(
        names=[stage.name for stage in stages.models],
        parents=[stage.parent for stage in stages.models],
        sources=[stage.head.sources for stage in stages.models],
        has_triggers=any(stage.triggers for stage in stages.models),
    )
