"""Removals that fail where there is nothing to remove: ``rm`` without ``-f`` of a pattern that matches no file."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator

from layerwise.build.dependencies.folders import is_within
from layerwise.build.model import Stage, Step
from layerwise.shell.tree import Command

_FORCING = frozenset({"--force", "--interactive=never"})


def bare_removals(stage: Stage, step: Step, folders: Iterable[str]) -> Iterator[Command]:
    """The commands of later steps that fail once nothing is left in these folders."""
    wanted = tuple(folders)
    for later in stage.steps_about({"rm"}):
        if later.index > step.index and later.script is not None:
            yield from (each for each in later.script.commands if _needs_something(each, wanted))


def _needs_something(command: Command, folders: tuple[str, ...]) -> bool:
    if command.program != "rm" or command.is_json:
        return False
    options = {word.text for word in command.arguments if word.text.startswith("-")}
    if options & _FORCING or any("f" in each for each in options if not each.startswith("--")):
        return False
    patterns = [word.text for word in command.arguments if "*" in word.text and word.text.startswith("/")]
    return any(is_within(posixpath.dirname(pattern), folder) for pattern in patterns for folder in folders)
