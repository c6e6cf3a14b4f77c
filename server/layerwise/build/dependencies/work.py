"""The steps of a stage as far as the source and the dependencies go: what each copies, installs and leaves alone.

All of it is kept by the instruction and the state before it, so that a keystroke pays for the step that it touches.
Spans are those of an instruction that starts at 0; ``span_of`` tells where it stands.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from functools import cached_property
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from layerwise.build.dependencies.apart import is_apart
from layerwise.build.dependencies.copies import Copied, copied
from layerwise.build.dependencies.folders import (
    Placed,
    absolute,
    is_within,
    literal,
    nowhere,
    placed_commands,
    shell_value,
    working_directories,
)
from layerwise.build.dependencies.installs import Install, installs_of
from layerwise.build.model import Stage, Step
from layerwise.context import ContextTree
from layerwise.knowledge.programs import SETTING_UP
from layerwise.shell.tree import Command
from layerwise.syntax.memo import Memo
from layerwise.syntax.tree import Instruction, Run, Transfer
from layerwise.text import Span

T = TypeVar("T")

_MEMO: Memo[Work] = Memo(20_000)
_SURVEYS: WeakKeyDictionary[Stage, tuple[ContextTree | None, int, tuple[Work, ...]]] = WeakKeyDictionary()
"""Several rules ask for that of the same stage."""


class Work:
    """A step of a stage, and the folder it runs in. Immutable; all that follows from it is found when asked for."""

    def __init__(self, step: Step, folder: str, tree: ContextTree | None) -> None:
        self.step = step
        self.folder = folder
        self.tree = tree
        self._apart: dict[tuple[object, ...], bool] = {}
        self._answers: dict[tuple[object, ...], Any] = {}

    @property
    def index(self) -> int:
        return self.step.index

    @property
    def instruction(self) -> Instruction:
        return self.step.instruction

    def once(self, compute: Callable[..., T], *arguments: Hashable) -> T:
        """What a pure function says of this and some arguments, computed once for as long as the step is the same."""
        key = (compute, *arguments)
        if key not in self._answers:
            self._answers[key] = compute(self, *arguments)
        answer: T = self._answers[key]
        return answer

    @cached_property
    def copied(self) -> Copied | None:
        """What it copies of the build context."""
        return copied(self.step, self.folder, self.tree)

    @cached_property
    def destination(self) -> str | None:
        """The absolute path that a COPY or ADD of any source writes to, None when it can't be known."""
        word = self.instruction.destination if isinstance(self.instruction, Transfer) else None
        return absolute(self.step.value(word.text), self.folder) if word else None

    @cached_property
    def commands(self) -> tuple[Placed, ...]:
        return placed_commands(self.step, self.folder) if isinstance(self.instruction, Run) else ()

    @cached_property
    def programs(self) -> frozenset[str]:
        """The names of the programs that a RUN starts."""
        return frozenset(placed.command.program for placed in self.commands)

    @cached_property
    def installs(self) -> tuple[Install, ...]:
        """The installs from manifests in a RUN."""
        return installs_of(self.step, self.folder) if isinstance(self.instruction, Run) else ()

    @cached_property
    def value(self) -> Callable[[str], str | None]:
        """The value of a word in its script, see ``folders.shell_value``."""
        return shell_value(self.step)

    @property
    def is_readable(self) -> bool:
        """Whether it is a RUN all of whose commands are known."""
        script = self.step.script
        return isinstance(self.instruction, Run) and script is not None and not script.broken and bool(script.commands)

    def is_apart(self, folders: Sequence[str], *, anywhere: bool = False) -> bool:
        """Whether a RUN touches nothing in these absolute folders.

        :param anywhere: wherever it is run.
        """
        key = ("apart", anywhere, *folders)
        if key not in self._apart:
            commands = placed_commands(self.step, nowhere()) if anywhere else self.commands
            self._apart[key] = self.is_readable and all(is_apart(each, folders, self.value) for each in commands)
        return self._apart[key]

    def is_apart_but(self, index: int, folders: Sequence[str]) -> bool:
        """Whether all commands of a RUN but that of this index touch nothing in these folders, wherever it is run."""
        commands = enumerate(placed_commands(self.step, nowhere()))
        return self.is_readable and all(
            number == index or is_apart(each, folders, self.value) for number, each in commands
        )

    def is_clear(self, folders: Sequence[str]) -> bool:
        """Whether all commands of a RUN install from manifests, or touch nothing in these folders."""
        key = ("clear", *folders)
        if key not in self._apart:
            commands = (placed.command for placed in self.commands)
            self._apart[key] = self.is_readable and all(self.is_clear_command(each, folders) for each in commands)
        return self._apart[key]

    def is_clear_command(self, command: Command, folders: Sequence[str]) -> bool:
        """Whether a command installs from manifests, goes where that is done, or touches nothing in these folders."""
        plain = [each for each in self.installs if not each.builds and not each.own]
        if any(each.command is command for each in plain):
            return True
        placed = next((each for each in self.commands if each.command is command), None)
        if placed is None:
            return False
        if any(word.value in SETTING_UP.get(command.program, ()) for word in command.arguments[:1]):
            return not any(word.value in ("--local", "--project") for word in command.arguments)
        if command.program == "cd" and len(command.arguments) == 1 and placed.folder is not None:
            target = absolute(literal(command.arguments[0], self.value), placed.folder)
            return target is not None and (
                any(is_within(each.folder, target) for each in plain) or not any(is_within(target, f) for f in folders)
            )
        return is_apart(placed, folders, self.value)


def survey(stage: Stage, tree: ContextTree | None) -> tuple[Work, ...]:
    """What each step of a stage has to do with the source.

    :param tree: the build context, where it can be seen.
    """
    version = tree.version if tree else 0
    known = _SURVEYS.get(stage)
    if known is None or known[0] is not tree or known[1] != version:
        known = _SURVEYS[stage] = (tree, version, tuple(_works(stage, tree, version)))
    return known[2]


def _works(stage: Stage, tree: ContextTree | None, version: int) -> Iterator[Work]:
    states = stage.course.states
    for index, ((_, node), folder) in enumerate(
        zip(stage.section.layout.instructions, working_directories(stage), strict=True)
    ):
        key = (id(node.key), id(states[index]), index, folder, version)
        work = _MEMO.get(key, 1)
        if work is None:
            step = Step(_Same(node), node, index, states[index], states[index + 1], stage.escape)
            work = Work(step, folder, tree)
            _MEMO.put(key, work, 1)
        yield work


def span_of(stage: Stage, index: int) -> Span:
    """Where the instruction of this index stands in the file."""
    start, node = stage.section.layout.instructions[index]
    return node.span.moved(stage.span.start + start)


class _Same:
    """Gives an instruction as it is, with spans from 0."""

    __slots__ = ("_node",)

    def __init__(self, node: Instruction) -> None:
        self._node = node

    def __call__(self) -> Instruction:
        return self._node
