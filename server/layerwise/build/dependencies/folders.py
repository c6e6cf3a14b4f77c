"""Which folder each command of a script runs in. Knows ``cd`` and subshells, not what other commands do."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator
from weakref import WeakKeyDictionary

from msgspec import Struct

from layerwise.build.model import Course, Stage, Step
from layerwise.shell.tree import Around, Command, Compound, Entry, Negation, Pipeline, Script, ShellWord, Statement
from layerwise.syntax.tree import Workdir
from layerwise.text.patterns import regex

UNKNOWN = "/?"
"""Stands for a working directory that the base image sets; what is relative to it can still be compared."""

Value = Callable[[str], str | None]

_NAME = regex(r"\$\{?(\w+)")
_LOST = "/??"
"""The folder behind a ``cd`` whose target cannot be known."""


class Placed(Struct, frozen=True):
    """A command and the absolute folder it runs in, None when that cannot be known."""

    command: Command
    folder: str | None


_FOLDERS: WeakKeyDictionary[Course, list[str]] = WeakKeyDictionary()


def working_directories(stage: Stage) -> list[str]:
    """The folder in force before each step of a stage, which starts with ``UNKNOWN`` when it is not known."""
    found = _FOLDERS.get(stage.course)
    if found is not None:
        return found
    found = []
    here = UNKNOWN
    states = stage.course.states
    for index, node in enumerate(stage.section.layout.own):
        before, after = states[index], states[index + 1]
        here = before.workdir or here
        found.append(here)
        if isinstance(node, Workdir) and after.workdir is None:
            target = before.value(node.value.text, stage.escape) if node.value else None
            here = absolute(target, here) or f"{UNKNOWN}{index}"
    _FOLDERS[stage.course] = found
    return found


def nowhere() -> str:
    """A folder for ``placed_commands`` that stands for not knowing it."""
    return _LOST


def absolute(path: str | None, folder: str) -> str | None:
    """A path as seen from an absolute folder, normalised."""
    return posixpath.normpath(posixpath.join(folder, path)) if path else None


def is_within(path: str, folder: str) -> bool:
    """Whether an absolute path is the folder or lies below it."""
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def placed_commands(step: Step, folder: str) -> tuple[Placed, ...]:
    """All commands of a step with their folders, in the order of the text.

    :param folder: the working directory in force.
    """
    script = step.script
    if script is None:
        return ()
    value = shell_value(step)
    walk = _Walk(script, lambda word: literal(word, value))
    return tuple(walk.placed(folder))


def shell_value(step: Step) -> Value:
    """The value of a word in the script of a step: of ARGs and ENVs that are known and that the script leaves alone.

    None for any other variable, which the script may set in ways that are not followed here.
    """
    assigned = step.once(assigned_in)

    def value(word: str) -> str | None:
        for name in _NAME.findall(word):
            variable = step.before.lookup(name)
            if name in assigned or variable is None or variable.value is None:
                return None
        return step.value(word)

    return value


def assigned_in(step: Step) -> frozenset[str]:
    """The variables that the script of a step sets anywhere; for ``Step.once``."""
    commands = step.script.commands if step.script else ()
    return frozenset(assignment.name for command in commands for assignment in command.assignments)


def literal(word: ShellWord, value: Value) -> str | None:
    """What a word is: by itself, or with the values of ARG and ENV where it is unquoted and they are known."""
    if word.value is not None:
        return word.value
    text = word.text
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = text[1:-1]
    plain = text.replace("$", "").replace("{", "").replace("}", "")
    if any(char in plain for char in "\"'`\\()*?[ \t\n;&|<>!#%"):
        return None
    return value(text)


class _Walk:
    """Follows the lists of a script, so that a subshell keeps its ``cd`` to itself."""

    def __init__(self, script: Script, value: Callable[[ShellWord], str | None]) -> None:
        self.script = script
        self.value = value
        self.folders: dict[int, str] = {}

    def placed(self, folder: str) -> Iterator[Placed]:
        self.list(self.script.entries, folder)
        inner = folder
        for command in self.script.commands:
            here = self.folders.get(command.span.start)
            if here is None:
                # Nested in a word, or in a script that could not be read as a whole.
                nested = Around.NESTED in command.within or self.script.broken
                here = inner if nested else _LOST
                inner = self.after(command, here) if nested else inner
            elif not command.within:
                inner = here
            yield Placed(command, None if here.startswith(_LOST) else here)

    def list(self, entries: Iterable[Entry], folder: str) -> str:
        """The folder in force behind a list."""
        for entry in entries:
            folder = self.statement(entry.statement, folder)
        return folder

    def statement(self, statement: Statement, folder: str) -> str:
        if isinstance(statement, Command):
            self.folders[statement.span.start] = folder
            return self.after(statement, folder)
        if isinstance(statement, Negation):
            return self.statement(statement.statement, folder)
        if isinstance(statement, Compound):
            return self.compound(statement, folder)
        start = folder
        for part in statement.parts:
            folder = self.statement(part, folder)
        # The parts of a pipeline run in shells of their own.
        return start if isinstance(statement, Pipeline) else folder

    def compound(self, statement: Compound, folder: str) -> str:
        if statement.kind in (Around.GROUP, Around.NESTED):
            for entries in statement.lists:
                folder = self.list(entries, folder)
            return folder
        ends = {self.list(entries, folder) for entries in statement.lists}
        if statement.kind is Around.SUBSHELL:
            return folder
        return folder if ends <= {folder} else _LOST

    def after(self, command: Command, folder: str) -> str:
        if command.program not in ("cd", "pushd", "popd"):
            return folder
        words = [word for word in command.arguments if (word.value or "") not in ("-P", "-L", "--")]
        known = len(words) == 1 and command.program != "popd" and words[0].text != "-"
        target = self.value(words[0]) if known else None
        if folder.startswith(_LOST) and not (target or "").startswith("/"):
            return _LOST
        return absolute(target, folder) or _LOST
