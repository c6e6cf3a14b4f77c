"""Archives that a COPY or ADD puts into a layer and that a later RUN unpacks."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from msgspec import Struct

from layerwise.build.dependencies.folders import Placed, absolute, placed_commands, working_directories
from layerwise.build.downloads import File, plain, spelled, unpacks
from layerwise.build.model import Stage, Step
from layerwise.knowledge.programs import UNPACKING
from layerwise.knowledge.weights import ARCHIVES
from layerwise.shell.style import Characters
from layerwise.shell.tree import Command
from layerwise.syntax.tree import Add, Copy, Heredoc, Run, Transfer
from layerwise.text import Span

TARS = tuple(suffix for suffix in ARCHIVES if suffix.startswith((".tar", ".t")))


class Unpacked(Struct, frozen=True):
    """An archive that ``copy`` puts at an absolute path, and the command of ``run`` that unpacks it in ``folder``.

    ``source`` is where it stands in the copy; ``removals`` are the commands of the same RUN that remove it.
    """

    copy: Step
    source: Span
    name: str
    path: str
    run: Step
    command: Command
    folder: str | None
    removals: tuple[Command, ...]
    is_wanted: bool
    """Something else names it too, in this RUN or in another step."""


def unpacked_copies(stage: Stage, characters: Characters) -> tuple[Unpacked, ...]:
    """The archives that are copied and unpacked in a stage, in order."""
    copies = [step for step in stage.steps_about({Transfer}) if step.kind in (Copy, Add) and step.once(_archives)]
    if not copies:
        return ()
    return tuple(_unpacked(stage, copies, characters))


def _archives(step: Step) -> tuple[tuple[Span, str], ...]:
    """The sources that are archives and arrive as such, each with its place relative to the step."""
    instruction = step.instruction
    assert isinstance(instruction, Transfer)
    found = []
    for source in instruction.sources:
        if isinstance(source, Heredoc):
            continue
        name = posixpath.basename(source.text)
        is_local = "://" not in source.text and instruction.flag("from") is None
        if name.endswith(ARCHIVES) and not (isinstance(instruction, Add) and is_local and name.endswith(TARS)):
            found.append((source.span, source.text))
    return tuple(found)


def _unpacked(stage: Stage, copies: list[Step], characters: Characters) -> Iterator[Unpacked]:
    folders = working_directories(stage)
    for copy in copies:
        instruction = copy.instruction
        assert isinstance(instruction, Transfer)
        target = instruction.destination.text if instruction.destination else ""
        into = target.endswith(("/", ".")) or len(instruction.sources) > 1
        folder = absolute(copy.value(target) or spelled(target), folders[copy.index])
        for span, text in copy.once(_archives) if folder else ():
            name = posixpath.basename(text)
            inside = posixpath.join(folder or "", name)
            # What is read later says whether a destination without a slash is a folder.
            for path in (inside,) if into else (folder or "", inside):
                file = File(spelled(posixpath.basename(path)), spelled(path))
                found = _first_user(stage, copy, file, folders)
                if found is not None:
                    break
            if found is not None:
                step, placed = found
                removals, is_wanted = _others(step, placed, file, folders[step.index])
                between = Span(copy.span.end, step.span.start)
                behind = Span(step.span.end, stage.span.end)
                is_wanted = is_wanted or any(file.name in spelled(characters(each)) for each in (between, behind))
                place = span.moved(copy.span.start)
                yield Unpacked(copy, place, name, path, step, placed.command, placed.folder, tuple(removals), is_wanted)


def _first_user(stage: Stage, copy: Step, file: File, folders: list[str]) -> tuple[Step, Placed] | None:
    for step in stage.steps[copy.index + 1 :]:
        if step.kind is not Run or not step.once(_unpacks_something):
            continue
        for placed in placed_commands(step, folders[step.index]):
            if _is_unpacking(placed.command) and any(
                file.is_at(word, placed.folder) for word in placed.command.arguments
            ):
                return step, placed
    return None


def _unpacks_something(step: Step) -> bool:
    return step.script is not None and any(_is_unpacking(command) for command in step.script.commands)


def _is_unpacking(command: Command) -> bool:
    if command.program not in UNPACKING:
        return False
    return command.program not in ("tar", "bsdtar") or unpacks([plain(word) for word in command.arguments])


def _others(user: Step, unpacking: Placed, file: File, folder: str) -> tuple[list[Command], bool]:
    """The commands that remove the archive where it is unpacked, and whether others there name it."""
    removals: list[Command] = []
    is_wanted = False
    for placed in placed_commands(user, folder):
        command = placed.command
        if command is unpacking.command:
            continue
        if command.program == "rm" and any(file.is_at(word, placed.folder) for word in command.arguments):
            removals.append(command)
        else:
            is_wanted = is_wanted or any(file.is_named(word, placed.folder) for word in command.words)
    return removals, is_wanted
