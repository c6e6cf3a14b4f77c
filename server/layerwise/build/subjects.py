"""What an instruction is about, in a few words that cost nothing to compare. By them a rule says what concerns it.

A subject is a type of instruction (``Copy``, and ``Transfer`` for COPY and ADD), the name of a program that a script
runs (``apt-get``), the name of a package manager that it uses (``pip``, also for ``python3 -m pip``), or a flag of the
instruction with its dashes (``--mount``). Those of what an ONBUILD triggers are its own too.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from weakref import WeakKeyDictionary

from layerwise.build.operations import managers_of, program_of
from layerwise.shell import script_of
from layerwise.shell.tree import Command, Dialect
from layerwise.syntax.tree import Instruction, Onbuild

Subject = str | type[Instruction]
Subjects = frozenset[Subject]

_KEPT: WeakKeyDictionary[Any, dict[Dialect, Subjects]] = WeakKeyDictionary()
"""By the identity of the instruction."""


def subjects_of(instruction: Instruction, dialect: Dialect, escape: str) -> Subjects:
    """What an instruction is about. It may stand anywhere.

    :param dialect: the language of the shell in force.
    """
    known = _KEPT.get(instruction.key)
    if known is None:
        known = _KEPT[instruction.key] = {}
    found = known.get(dialect)
    if found is None:
        found = known[dialect] = _subjects(instruction, dialect, escape)
    return found


def subjects_of_command(command: Command) -> Subjects:
    """The program that a command runs, and the package manager that it uses."""
    return frozenset((program_of(command), *managers_of(command)))


def together(each: Iterable[Subjects]) -> Subjects:
    """What several instructions are about. Most of them have it in common, so that sets are compared before members."""
    nothing: Subjects = frozenset()
    return nothing.union(*set(each))


def _subjects(instruction: Instruction, dialect: Dialect, escape: str) -> Subjects:
    found: set[Subject] = set(_kinds(type(instruction)))
    found.update(f"--{flag.name.text}" for flag in instruction.flags)
    if isinstance(instruction, Onbuild) and instruction.trigger is not None:
        found |= _subjects(instruction.trigger, dialect, escape)
    script = script_of(instruction, dialect, escape)
    for command in script.commands if script else ():
        found |= subjects_of_command(command)
    found.discard("")
    return frozenset(found)


def _kinds(kind: type[Instruction]) -> tuple[type[Instruction], ...]:
    return tuple(each for each in kind.__mro__ if issubclass(each, Instruction) and each is not Instruction)
