"""A step of a build, and what is in force before and after it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from msgspec import Struct

from layerwise.build.accounts import Account
from layerwise.build.effects import Reads, reads_of, writes_of
from layerwise.build.operations import PackageOperation, operations, tools_of
from layerwise.build.subjects import Subjects, subjects_of
from layerwise.build.values import Variable, expanded
from layerwise.shell import script_of
from layerwise.shell.tree import Dialect, Script
from layerwise.syntax.memo import Memo
from layerwise.syntax.tree import Instruction, Onbuild, Run, Transfer, Workdir
from layerwise.text import Span
from layerwise.text.patterns import regex

T = TypeVar("T")
_MAJOR = regex(r"v?(\d+)(?=[.-]|$)")


class ImageName(Struct, frozen=True):
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

    @property
    def major(self) -> int | None:
        """The number that the tag begins with: 18 for ``18.2-alpine``."""
        found = _MAJOR.match(self.tag)
        return int(found[1]) if found else None


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


class Course(Struct, frozen=True, eq=False, weakref=True):
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
