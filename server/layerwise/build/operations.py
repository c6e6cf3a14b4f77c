"""Recognises what a command does with a package manager. What the managers are stands in ``knowledge.packages``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from layerwise.knowledge.packages import BY_MODULE, BY_PROGRAM, Operation, PackageManager
from layerwise.shell.tree import Command, ShellWord

__all__ = ["Operation", "PackageOperation", "operations"]

_PYTHON = re.compile(r"(python|pypy)[0-9.]*(\.exe)?")
_VERSION = re.compile(r"[-.]?[0-9]+(\.[0-9]+)*$")


@dataclass(frozen=True, slots=True)
class PackageOperation:
    """One thing that one command does with a package manager.

    ``subcommand`` is the last word that says what (``install``), None where the program itself says it (``yarn``).
    ``packages`` are the words that name packages, folders or files; ``options`` those that start with a dash;
    ``manifests`` the words that name requirement files, as in ``-r requirements.txt`` or ``--requirement=dev.txt``.
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
            bundled = len(text) > 1 and text[0] == "-" and text[1] != "-"
            if bundled and any(len(name) == 2 and name[1] in text[1:] for name in names):
                return True
        return False

    def option(self, *names: str) -> str | None:
        """The value of the last of these options, None when none is given or its value is not known."""
        words = self.command.words
        for index in range(len(words) - 1, -1, -1):
            name, equals, value = (words[index].value or "").partition("=")
            if name in names:
                return value if equals else words[index + 1].value if index + 1 < len(words) else None
        return None


def operations(command: Command) -> tuple[PackageOperation, ...]:
    """What the command does, an empty tuple when it is no package manager's. ``pacman -Syu x`` does several things."""
    if not command.words:
        return ()
    found = _manager(command)
    if found is None:
        return ()
    manager, first = found
    if manager.name == "pacman":
        return tuple(_pacman(manager, command, first))
    operation = _operation(manager, command, first)
    return (operation,) if operation else ()


def _manager(command: Command) -> tuple[PackageManager, int] | None:
    """The package manager, and the index of the first word that belongs to it."""
    words = command.words
    program = command.program.removesuffix(".exe")
    if program == "corepack" and len(words) > command.start + 1:
        row = BY_PROGRAM.get(words[command.start + 1].value or "")
        return (row, command.start + 2) if row else None
    row = BY_PROGRAM.get(program) or _versioned(program)
    if row is not None:
        return row, command.start + 1
    if _PYTHON.fullmatch(program):
        for index in range(command.start + 1, len(words) - 1):
            value = words[index].value or ""
            if value == "-m":
                row = BY_MODULE.get(words[index + 1].value or "")
                return (row, index + 2) if row else None
            if not value.startswith("-"):
                return None
    return None


@lru_cache(maxsize=256)
def _versioned(program: str) -> PackageManager | None:
    row = BY_PROGRAM.get(_VERSION.sub("", program))
    return row if row is not None and row.versioned else None


def _operation(manager: PackageManager, command: Command, first: int) -> PackageOperation | None:
    longest = max((name.count(" ") + 1 for name in manager.operations), default=1)
    operands: list[ShellWord] = []
    options: list[ShellWord] = []
    manifests: list[ShellWord] = []
    subcommands: list[ShellWord] = []
    operation: Operation | None = None
    words = command.words
    index = first
    while index < len(words):
        word = words[index]
        value = word.value if word.value is not None else word.text
        index += 1
        if value.startswith("-") and value != "-":
            options.append(word)
            name, equals, _ = value.partition("=")
            takes_next = name in manager.valued and not equals
            if name in manager.manifest_options:
                if equals:
                    manifests.append(word)
                elif index < len(words):
                    manifests.append(words[index])
            elif value[:2] in manager.manifest_options and not value.startswith("--") and len(value) > 2:
                manifests.append(word)
            index += takes_next
        elif operation is None:
            subcommands.append(word)
            name = " ".join(each.value or each.text for each in subcommands)
            operation = manager.operations.get(name)
            if operation is None and len(subcommands) >= longest:
                return None
        else:
            operands.append(word)
    if operation is None:
        if subcommands or manager.bare is None:
            return None
        operation = manager.bare
    subcommand = subcommands[-1] if subcommands else None
    return PackageOperation(manager, operation, command, subcommand, tuple(operands), tuple(options), tuple(manifests))


def _pacman(manager: PackageManager, command: Command, first: int) -> list[PackageOperation]:
    words = command.words[first:]
    options = tuple(word for word in words if (word.value or "").startswith("-"))
    packages = tuple(word for word in words if word not in options)
    letters = "".join((word.value or "")[1:] for word in options if not (word.value or "").startswith("--"))
    kinds: list[Operation] = []
    if "S" in letters:
        kinds += [Operation.CLEAN] if "c" in letters else []
        kinds += [Operation.UPDATE_INDEX] if "y" in letters else []
        kinds += [Operation.UPGRADE] if "u" in letters else []
        kinds += [Operation.INSTALL] if packages and "c" not in letters else []
    elif "R" in letters:
        kinds.append(Operation.REMOVE)
    return [PackageOperation(manager, kind, command, None, packages, options) for kind in kinds]
