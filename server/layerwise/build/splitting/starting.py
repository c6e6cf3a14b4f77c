"""What an image starts by itself, and where that lies. Follows no script."""

from __future__ import annotations

import posixpath

from msgspec import Struct

from layerwise.build.dependencies.folders import absolute
from layerwise.build.model import Stage, Step
from layerwise.build.splitting.contract import UnsplittableError
from layerwise.shell.tree import Around
from layerwise.syntax.tree import Cmd, Commanding, Entrypoint, ExecForm
from layerwise.syntax.words import variables

_SHELLS = ("sh", "bash", "ash", "dash")


class Start(Struct, frozen=True):
    """``words`` start with the program. ``path`` is where it lies, None for one that is looked for by its name."""

    words: tuple[str, ...]
    path: str | None
    folder: str
    needs_shell: bool

    @property
    def program(self) -> str:
        return posixpath.basename(self.words[0])


def start_of(stage: Stage, folder: str) -> Start:
    """:param folder: the working directory behind the last step.

    :raises UnsplittableError: where nothing is started, or where that is not to be known.
    """
    entrypoint = _last(stage, Entrypoint)
    cmd = _last(stage, Cmd)
    words: list[str] = []
    needs_shell = False
    for step in (entrypoint, cmd):
        if step is None:
            continue
        found, shell = _words(step)
        if step is cmd and entrypoint is not None and needs_shell:
            break  # An ENTRYPOINT in shell form takes no notice of CMD.
        words += found
        needs_shell = needs_shell or shell
    if not words:
        raise UnsplittableError("the image starts nothing, so that it is not known what it is for")
    if words[0].endswith(".sh") or "entrypoint" in words[0] or words[0] in ("sh", "bash", "/bin/sh", "/bin/bash"):
        raise UnsplittableError(f"it starts the script `{words[0]}`, and what that needs is not known")
    path = absolute(words[0], folder) if "/" in words[0] else None
    return Start(tuple(words), path, folder, needs_shell)


def _last(stage: Stage, kind: type[Commanding]) -> Step | None:
    return next((step for step in reversed(stage.steps) if step.kind is kind), None)


def _words(step: Step) -> tuple[list[str], bool]:
    instruction = step.instruction
    assert isinstance(instruction, Commanding)
    script = step.script
    if isinstance(instruction.command, ExecForm):
        items = [word.text for word in instruction.command.items]
        if items[1:2] != ["-c"] or posixpath.basename(items[0]) not in _SHELLS:
            return items, False
    commands = script.commands if script and not script.broken else ()
    if len(commands) > 1 and commands[0].program in _SHELLS:
        commands = commands[1:]
    if len(commands) != 1 or set(commands[0].within) - {Around.NESTED}:
        raise UnsplittableError("what it starts is a script of its own, and what that needs is not known")
    words: list[str] = []
    for word in commands[0].words[commands[0].start :]:
        value = word.value
        if value is None and not words:
            raise UnsplittableError("the program that it starts is named by a variable")
        words.append(value if value is not None else word.text)
    return words, True


def names_in(step: Step) -> frozenset[str]:
    """The variables that the text of an instruction names."""
    instruction = step.instruction
    words = [*instruction.arguments, *(flag.value for flag in instruction.flags if flag.value)]
    return frozenset(use.name for word in words for use in variables(word))
