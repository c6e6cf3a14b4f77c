"""What a script does to the shell that runs it, and what it takes for granted of that shell.

This decides what must be fenced off when several scripts become one. It errs on the side of a fence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from layerwise.shell.dialects import SHELLS, program_of
from layerwise.shell.tree import AndOr, Around, Command, Compound, Entry, Negation, Pipeline, Script, Statement


class Option(StrEnum):
    """The options of ``set`` that decide how a script goes on."""

    ERREXIT = "errexit"
    NOUNSET = "nounset"
    PIPEFAIL = "pipefail"
    XTRACE = "xtrace"


_LETTERS = {"e": Option.ERREXIT, "u": Option.NOUNSET, "x": Option.XTRACE}
_NAMES = {option.value: option for option in Option}
_APART = frozenset({Around.SUBSHELL, Around.SUBSTITUTION, Around.NESTED, Around.PIPELINE, Around.BACKGROUND})
"""What a command inside of these does to its shell is gone behind them."""

_LASTING = frozenset(
    (
        *("cd", "pushd", "popd", "export", "unset", "readonly", "declare", "typeset", "local", "set", "shopt", "umask"),
        *("ulimit", "trap", "exec", "return", "shift", "getopts", "read", "mapfile", "readarray", "let", "eval", "."),
        *("source", "enable", "hash", "wait"),
    )
)
"""Builtins whose effect lasts until the shell ends."""
_RUNS_TEXT = frozenset({"eval", ".", "source"})
"""Builtins that run commands which we do not see."""
_DAEMONS = frozenset(
    (
        *("service", "systemctl", "nohup", "setsid", "daemonize", "start-stop-daemon", "pg_ctl", "pg_ctlcluster"),
        *("mysqld_safe", "mysqld", "mariadbd", "supervisord", "dockerd", "containerd", "dbus-daemon", "ssh-agent"),
        *("rabbitmq-server", "Xvfb", "redis-server", "mongod", "httpd", "nginx", "apachectl", "gpg-agent"),
    )
)
"""Programs that may leave a process behind, which ends with its RUN."""
_ASSIGNS_IN_EXPANSION = re.compile(r"\$\{\w+:?=|\$\(\([^)]*(?:\+\+|--|[^=!<>]=[^=])")


def base_options(shell: tuple[str, ...] | None) -> frozenset[Option]:
    """The options that a SHELL such as ``["/bin/bash", "-eo", "pipefail", "-c"]`` turns on."""
    words = tuple(shell or ())
    start = next((index for index in range(len(words) - 1, -1, -1) if program_of(words[index]) in SHELLS), len(words))
    return _options(tuple(word for word in words[start + 1 :] if word[:2] != "--")).on


class _Options(NamedTuple):
    """What the words of ``set`` do. ``only_on``: nothing but turning on options that we know."""

    on: frozenset[Option]
    only_on: bool
    touches_errexit: bool


def _options(words: tuple[str, ...]) -> _Options:
    names: list[Option | None] = []
    only_on = True
    touches = False
    index = 0
    while index < len(words):
        word = words[index]
        index += 1
        only_on &= word[:1] == "-" and word[:2] != "--"
        for letter in word[1:]:
            if letter == "o" and index < len(words):
                name = _NAMES.get(words[index])
                index += 1
            else:
                name = _LETTERS.get(letter)
            names.append(name)
            touches |= name is Option.ERREXIT
    on = frozenset(name for name in names if name) if only_on else frozenset()
    return _Options(on, only_on and None not in names, touches)


class Meaning:
    """What there is to know of one script. ``text`` is its text in the file."""

    def __init__(self, script: Script, text: str) -> None:
        self.script = script
        self.text = text
        self.opening = self._opening()
        """The options that its first statement turns on for the rest: ``set -eux; …``. Empty when it does not."""
        self.lasting = tuple(self._lasting())
        """The commands whose effect outlives them, in words for a reader; its opening and plain options excepted."""

    def _opening(self) -> frozenset[Option]:
        entries = self.script.entries
        if len(entries) < 2 or entries[0].terminator == "&":
            return frozenset()
        first = entries[0].statement
        return _set_options(first) or frozenset() if isinstance(first, Command) else frozenset()

    @property
    def sets(self) -> frozenset[Option]:
        """All options that it may leave turned on."""
        found: set[Option] = set()
        for command in self._own_commands():
            found |= _set_options(command) or frozenset()
        return frozenset(found)

    @property
    def uses_errexit(self) -> bool:
        """Whether it relies, or may rely, on the shell ending at the first failure."""
        if any(_touches_errexit(command) for command in self.script.commands if Around.NESTED not in command.within):
            return not self.is_chain
        return not self.is_chain and any(command.program in _RUNS_TEXT for command in self.script.commands)

    @property
    def is_chain(self) -> bool:
        """One list of plain commands joined by ``&&`` and ``||``: where errexit is on or not, it does the same."""
        entries = self.script.entries
        if len(entries) != 1 or entries[0].terminator == "&":
            return False
        if any(command.program in _RUNS_TEXT for command in _last_commands(entries[0].statement)):
            return False
        inside = sum(Around.SUBSTITUTION in command.within for command in self.script.commands)
        return inside <= 1 and not any(isinstance(each, Compound) for each in statements(entries))

    def is_changed_by(self, option: Option) -> bool:
        """Whether it may do something else when this option is on from the start."""
        if option is Option.ERREXIT:
            return not self.is_chain
        if option is Option.NOUNSET:
            return "$" in self.text
        if option is Option.PIPEFAIL:
            return any(isinstance(each, Pipeline) for each in statements(self.script.entries)) or (
                any(Around.PIPELINE in command.within for command in self.script.commands)
            )
        return False

    @property
    def ends_at_failure(self) -> bool:
        """With errexit on: if its last statement fails, the shell ends there."""
        return bool(self.script.entries) and ends_at_failure(self.script.entries[-1])

    @property
    def leaves_processes(self) -> str | None:
        """Something that may go on running behind it, in words for a reader."""
        for command in self.script.commands:
            if Around.BACKGROUND in command.within:
                return "runs a job in the background"
            names = [*_programs(command) & _DAEMONS, *(["/etc/init.d"] if "/init.d/" in command.name.text else [])]
            if names:
                return f"may start a service with `{names[0]}`"
        backgrounds = any(entry.terminator == "&" for list_ in lists(self.script.entries) for entry in list_)
        return "runs a job in the background" if backgrounds else None

    @property
    def defines_alias(self) -> bool:
        return any(command.program == "alias" for command in self.script.commands)

    def _own_commands(self) -> Iterator[Command]:
        """The commands that this very shell runs."""
        for command in self.script.commands:
            if not _APART.intersection(command.within):
                yield command

    def _lasting(self) -> Iterator[str]:
        for command in self._own_commands():
            program = command.program
            if not command.words or command.words[0].text.startswith("(("):
                yield "an assignment"
            elif program == "exit":
                code = command.arguments[0].value if command.arguments else "0"
                if not (code and code.isdecimal() and int(code) % 256):
                    yield "`exit`"
            elif program == "printf" and any(word.text == "-v" for word in command.arguments):
                yield "`printf -v`"
            elif _set_options(command) is None and (lasting := _programs(command) & _LASTING):
                yield f"`{min(lasting)}`"
        if any(isinstance(each, Compound) and each.kind is Around.FUNCTION for each in statements(self.script.entries)):
            yield "a function"
        if _ASSIGNS_IN_EXPANSION.search(self.text):
            yield "an assignment"

    def loop_variables(self) -> frozenset[str]:
        return frozenset(re.findall(r"\b(?:for|select)\s+(\w+)\s+in\b", self.text))


def statements(entries: tuple[Entry, ...]) -> Iterator[Statement]:
    """All statements of a list at any depth, those in substitutions excepted."""
    for entry in entries:
        yield from _within(entry.statement)


def lists(entries: tuple[Entry, ...]) -> Iterator[tuple[Entry, ...]]:
    """A list and all lists of the compound commands in it, at any depth."""
    yield entries
    for entry in entries:
        for statement in _within(entry.statement):
            if isinstance(statement, Compound):
                yield from statement.lists


def _within(statement: Statement) -> Iterator[Statement]:
    yield statement
    if isinstance(statement, AndOr | Pipeline):
        for part in statement.parts:
            yield from _within(part)
    elif isinstance(statement, Negation):
        yield from _within(statement.statement)
    elif isinstance(statement, Compound):
        for entries in statement.lists:
            yield from statements(entries)


def ends_simply(statement: Statement) -> bool:
    """Whether what stands last in its ``&&`` list is a plain command, which does the same if errexit does not count."""
    if isinstance(statement, AndOr):
        return ends_simply(statement.parts[-1])
    if isinstance(statement, Negation):
        return ends_simply(statement.statement)
    if isinstance(statement, Pipeline):
        return all(ends_simply(part) for part in statement.parts)
    return isinstance(statement, Command) and statement.program not in _RUNS_TEXT


def _last_commands(statement: Statement) -> Iterator[Command]:
    """The commands that stand last in a list of ``&&`` and ``||``: where errexit is on, it counts for them."""
    while not isinstance(statement, Command):
        if isinstance(statement, AndOr):
            statement = statement.parts[-1]
        elif isinstance(statement, Negation):
            statement = statement.statement
        else:
            yield from (each for each in _within(statement) if isinstance(each, Command))
            return
    yield statement


def _programs(command: Command) -> frozenset[str]:
    """The program and the wrappers around it: ``exec`` in ``exec nohup x``."""
    words = command.words[: command.start + 1]
    return frozenset((word.value or "").rpartition("/")[2] for word in words)


def _set_options(command: Command) -> frozenset[Option] | None:
    """What ``set -eux`` turns on; None for any other command, and for a ``set`` that does something else as well."""
    if command.program != "set" or command.start or command.redirections or command.assignments:
        return None
    words = tuple(word.value or "?" for word in command.arguments)
    options = _options(words)
    return options.on if words and options.only_on else None


def _touches_errexit(command: Command) -> bool:
    if command.program != "set":
        return False
    words = tuple(word.value or "?" for word in command.arguments)
    return "?" in words or _options(words).touches_errexit


def ends_at_failure(entry: Entry) -> bool:
    """With errexit on, and where it counts: whether the shell ends when this element of a list fails."""
    return entry.terminator == "&" or _fails_loudly(entry.statement)


def _fails_loudly(statement: Statement) -> bool:
    """With errexit on, the shell ends when this statement fails. POSIX, "set", option ``-e``."""
    if isinstance(statement, Command | Pipeline):
        return True
    if isinstance(statement, Negation):
        return False
    if isinstance(statement, AndOr):
        return statement.operators[-1] == "||" and _fails_loudly(statement.parts[-1])
    if statement.kind in (Around.SUBSHELL, Around.FUNCTION):
        return True
    return all(not list_ or ends_at_failure(list_[-1]) for list_ in _bodies(statement))


def _bodies(compound: Compound) -> tuple[tuple[Entry, ...], ...]:
    """The lists whose status may become that of the compound; its conditions do not, but asking of them is harmless."""
    return compound.lists
