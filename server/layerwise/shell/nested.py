"""Scripts inside of scripts: which word ``sh -c``, ``eval`` or ``su -c`` runs, and who reads one from a heredoc."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import NamedTuple

from layerwise.shell.dialects import SHELLS, program_of
from layerwise.shell.tree import Command, Dialect, ShellWord

_VALUED = frozenset({"-o", "+o", "-O", "+O", "--rcfile", "--init-file"})


class NestedScript(NamedTuple):
    """The words of a command that are run as a script: several for ``eval``, which joins them with blanks."""

    dialect: Dialect
    words: tuple[ShellWord, ...]


def may_nest(text: str) -> bool:
    """Whether a script names any of the programs that run another script. Cheap, and never wrong about a no."""
    return _PROGRAM.search(text) is not None


def nested_script(command: Command, outer: Dialect) -> NestedScript | None:
    """What a command runs as a script that stands in its own words."""
    name = command.name.value
    if not name:
        return None
    program = program_of(name)
    find = _FINDERS.get(program)
    return find(command, outer) if find else None


def reads_script_from_input(command: Command) -> Dialect | None:
    """The language of what a shell reads from its standard input: ``bash -e`` and ``sh -s``, but not ``sh file``."""
    dialect = SHELLS.get(program_of(command.name.value or ""))
    if dialect is None:
        return None
    given = tuple(_behind_options(command.arguments))
    options = command.arguments[: len(command.arguments) - len(given)]
    if _has_letter(options, "c") or (given and not _has_letter(options, "s")):
        return None
    return dialect if all(option.is_literal for option in options) else None


def _of_shell(command: Command, outer: Dialect) -> NestedScript | None:
    arguments = command.arguments
    given = tuple(_behind_options(arguments))
    if not given or not _has_letter(arguments[: len(arguments) - len(given)], "c"):
        return None
    return NestedScript(SHELLS[program_of(command.name.value or "")], given[:1])


def _of_eval(command: Command, outer: Dialect) -> NestedScript | None:
    words = command.arguments
    if words and words[0].text == "--":
        words = words[1:]
    return NestedScript(outer, words) if words else None


def _of_su(command: Command, outer: Dialect) -> NestedScript | None:
    """``su x -c 'script'`` and ``su - x -c 'script'``, also runuser; the login shell is taken for one like sh."""
    words = command.arguments
    for option, word in pairwise(words):
        if option.value in ("-c", "--command", "--session-command", "-lc"):
            return NestedScript(Dialect.SH, (word,))
    return None


def _of_scl(command: Command, outer: Dialect) -> NestedScript | None:
    """``scl enable collection 'script'``; with ``--`` it runs a program, which the table of wrappers knows."""
    words = command.arguments
    return NestedScript(Dialect.BASH, words[2:3]) if len(words) == 3 and words[0].value == "enable" else None


_FINDERS: dict[str, Callable[[Command, Dialect], NestedScript | None]] = {
    **dict.fromkeys(SHELLS, _of_shell),
    "eval": _of_eval,
    "su": _of_su,
    "runuser": _of_su,
    "scl": _of_scl,
}


_PROGRAM = re.compile("|".join(rf"{name}(?![\w-])" for name in _FINDERS if not name.endswith("sh")) + r"|sh(?![\w-])")


def _behind_options(words: tuple[ShellWord, ...]) -> Iterator[ShellWord]:
    """The words of a shell from its first one that is no option."""
    index = 0
    while index < len(words):
        text = words[index].value or words[index].text
        if text in ("--", "-"):
            index += 1
            break
        if text[:1] not in ("-", "+"):
            break
        takes_value = text in _VALUED or (text[:2] != "--" and text[-1] in "oO")
        index += 2 if takes_value else 1
    yield from words[index:]


def _has_letter(options: tuple[ShellWord, ...], letter: str) -> bool:
    texts = (option.value or option.text for option in options)
    return any(text[:1] == "-" and text[:2] != "--" and letter in text for text in texts)
