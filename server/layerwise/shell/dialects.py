"""Which language a shell speaks, from the name of its program."""

from __future__ import annotations

from collections.abc import Sequence

from layerwise.shell.tree import Dialect

SHELLS: dict[str, Dialect] = {
    "sh": Dialect.SH,
    "ash": Dialect.SH,
    "dash": Dialect.SH,
    "ksh": Dialect.SH,
    "mksh": Dialect.SH,
    "bash": Dialect.BASH,
    "rbash": Dialect.BASH,
}
"""The shells whose scripts are read. zsh and fish differ too much."""

_WINDOWS = {
    "powershell": Dialect.POWERSHELL,
    "pwsh": Dialect.POWERSHELL,
    "cmd": Dialect.CMD,
}


def program_of(word: str) -> str:
    """The name of a program without folders and, for Windows, without ``.exe``, in lower case there."""
    name = word.replace("\\", "/").rpartition("/")[2]
    lower = name.lower()
    return lower.removesuffix(".exe") if lower.removesuffix(".exe") in _WINDOWS or lower.endswith(".exe") else name


def dialect_of(shell: tuple[str, ...] | None, windows: bool) -> Dialect:  # noqa: FBT001
    """The language of the SHELL in force; None is the default of the platform.

    ``["conda", "run", "-n", "env", "/bin/bash", "-c"]`` speaks bash: the last shell that is given ``-c`` counts.
    """
    if shell is None:
        return Dialect.CMD if windows else Dialect.SH
    for index in range(len(shell) - 1, -1, -1):
        program = program_of(shell[index])
        if program in _WINDOWS:
            return _WINDOWS[program]
        if program in SHELLS and takes_command(shell[index + 1 :]):
            return SHELLS[program]
    return Dialect.OTHER


def takes_command(options: Sequence[str]) -> bool:
    """Whether options of a shell hold ``-c``, so that what follows them is a script."""
    return any(option[:1] == "-" and option[:2] != "--" and "c" in option for option in options)


def dialect_of_shebang(line: str) -> Dialect:
    """The language that ``#!/bin/bash -e`` or ``#!/usr/bin/env bash`` names."""
    words = [word for word in line.removeprefix("#!").split() if "=" not in word]
    if words and program_of(words[0]) == "env":
        words = [word for word in words[1:] if not word.startswith("-")]
    return SHELLS.get(program_of(words[0]), Dialect.OTHER) if words else Dialect.OTHER
