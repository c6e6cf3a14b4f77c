"""Sources that a RUN fetches, installs something from, and then leaves in its layer."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence

from msgspec import Struct

from layerwise.build.dependencies.folders import UNKNOWN, Placed, absolute, is_within, placed_commands
from layerwise.build.downloads import File, plain, spelled, unpacks
from layerwise.build.model import Step
from layerwise.build.operations import Operation, operations
from layerwise.build.traces import cloned_folders
from layerwise.knowledge.programs import COPYING_OUT, INSTALLING_SOURCES, REMOVING, STANDING_FOLDERS
from layerwise.shell.tree import Around, Command
from layerwise.syntax.tree import Run


class Sources(Struct, frozen=True):
    """A folder of sources, by its absolute path.

    ``fetch`` and ``install`` are indices among the commands of the script.
    """

    fetch: int
    install: int
    path: str


def sources_left(step: Step) -> tuple[Sources, ...]:
    """What a RUN leaves behind, see ``Step.once``."""
    if not isinstance(step.instruction, Run) or step.script is None or step.script.broken:
        return ()
    start = step.before.workdir or UNKNOWN
    placed = placed_commands(step, start)
    installs = [index for index, each in enumerate(placed) if _installs(each.command)]
    if not installs:
        return ()
    found = {each.path: each for index in installs for each in _installed_from(placed, index, start)}
    mounts = [posixpath.join("/", mount.target) for mount in step.instruction.mounts if mount.target]
    return tuple(each for each in found.values() if not any(is_within(each.path, mount) for mount in mounts))


def _installs(command: Command) -> bool:
    words = [plain(word) for word in command.arguments]
    needed = INSTALLING_SOURCES.get(command.program)
    if needed is not None:
        return not needed.isdisjoint(words) and "--dry-run" not in words
    return any(
        each.operation is Operation.INSTALL
        and each.manager.name == "pip"
        and any(word.value == "." for word in each.packages)
        and not each.has_option("-e", "--editable")
        for each in operations(command)
    )


def _installed_from(placed: Sequence[Placed], install: int, start: str) -> Iterator[Sources]:
    """The folder that the sources lie in, if the same RUN has made it and neither removes nor needs it."""
    here = placed[install].folder
    if here is None or Around.FUNCTION in placed[install].command.within:
        return
    for index in range(install - 1, -1, -1):
        top = _made(placed[index], here)
        if top is None or any(_makes_folder(each, top) for each in placed[index:install]):
            continue
        is_apart = not is_within(start, top) and top not in STANDING_FOLDERS and "$" not in top
        is_apart = is_apart and not _is_target(placed[index:install], top)
        if is_apart and not top.startswith(UNKNOWN) and not _is_needed(placed[install + 1 :], top):
            yield Sources(index, install, top)
        return


def _made(placed: Placed, here: str) -> str | None:
    """The folder around ``here`` that a command makes by cloning or unpacking."""
    command, folder = placed.command, placed.folder
    words = [plain(word) for word in command.arguments]
    if folder is None:
        return None
    if command.program == "git" and "clone" in words:
        for name in cloned_folders(words):
            path = absolute(spelled(name), folder)
            if path and is_within(here, path):
                return path
    if command.program not in ("tar", "bsdtar", "unzip"):
        return None
    if command.program != "unzip" and not unpacks(words):
        return None
    target = absolute(_target(words), folder) or folder
    if not is_within(here, target):
        return None
    if any(word.startswith("--strip") for word in words):
        return target
    below = posixpath.relpath(here, target).split("/")[0]
    return posixpath.join(target, below) if below != "." else None


def _makes_folder(placed: Placed, path: str) -> bool:
    """Whether a folder is no part of what was unpacked, since it is made by hand."""
    return placed.command.program == "mkdir" and any(
        absolute(spelled(plain(word)), placed.folder or "/") == path for word in placed.command.arguments
    )


def _is_target(placed: Sequence[Placed], top: str) -> bool:
    """Whether what is built is told to be installed into the folder itself: ``./configure --prefix=…``."""
    words = [plain(word) for each in placed for word in each.command.words]
    return any(top in word and "prefix" in word.lower() for word in words)


def _target(words: list[str]) -> str | None:
    for index, word in enumerate(words[:-1]):
        if word in ("-C", "--directory", "-d"):
            return words[index + 1]
    return next((word.partition("=")[2] for word in words if word.startswith("--directory=")), None)


def _is_needed(rest: Sequence[Placed], top: str) -> bool:
    """Whether later commands of the script remove the folder, or may need it to stay."""
    file = File(posixpath.basename(top), top)
    for each in rest:
        command = each.command
        if command.program in REMOVING or command.program == "find":
            operands = [word for word in command.arguments if not word.text.startswith("-")]
            if any(file.is_named(word, each.folder) or file.is_below(word, each.folder) for word in operands):
                return True
        elif command.program not in COPYING_OUT and any(top in spelled(plain(word)) for word in command.words):
            return True
    return False
