"""What changes the owner or the mode of copied files, and whether the copies could have said so themselves."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Sequence
from enum import Enum

from msgspec import Struct

from layerwise.build.dependencies.apart import is_apart, is_project_folder
from layerwise.build.dependencies.folders import (
    UNKNOWN,
    Placed,
    absolute,
    is_within,
    literal,
    placed_commands,
    shell_value,
)
from layerwise.build.dependencies.work import Work
from layerwise.build.model import Stage, Step
from layerwise.build.weights import Weight, weight_of
from layerwise.knowledge.base_images import BASE_IMAGES
from layerwise.knowledge.programs import SPEAKING, STANDING_FOLDERS, WITH_PATHS
from layerwise.knowledge.users import names_in
from layerwise.shell.tree import Command, ShellWord
from layerwise.syntax.tree import Add, Run, Transfer, Workdir
from layerwise.text.patterns import regex

MAKING_USERS = frozenset({"useradd", "adduser", "groupadd", "addgroup"})
ARCHIVE = regex(r"\.(tar|tgz|txz|tbz2?|gz|xz|bz2|zst)$")

_ADDING = frozenset({"mkdir", "touch", "install", "cp", "mv"})
"""What puts something into a folder by name."""
_OPTIONS = regex(r"-[Rvcf]+|--recursive|--changes|--verbose|--silent|--quiet")
_OWNER = regex(r"(?P<user>[\w.${}-]*)(?P<colon>:?)(?P<group>[\w.${}-]*)")


class Saying(Enum):
    """Whether ``--chown`` or ``--chmod`` of a copy can say what a later command says."""

    NO = "no"
    YES = "yes"
    WITH_USER = "with user"
    """It could if the user were there, which the RUN of that command makes first."""


class Touched(Struct, frozen=True):
    """A path that a command changes, and the copies before it that write there, each with its absolute destination."""

    word: ShellWord
    path: str
    copies: tuple[tuple[Step, str], ...]


class Change(Struct, frozen=True):
    """A recursive change of owner or mode, for which ``--chown=value`` or ``--chmod=value`` of a copy would do.

    ``value`` is None where a copy cannot say it.
    """

    step: Step
    command: Command
    flag: str
    value: str | None
    touched: tuple[Touched, ...]
    is_all: bool
    """The command changes no other paths than those touched."""

    @property
    def what(self) -> str:
        return "owner" if self.flag == "chown" else "mode"

    @property
    def copies(self) -> list[Step]:
        """The copies whose files it changes, in order."""
        found = {step.index: step for each in self.touched for step, _ in each.copies}
        return [found[index] for index in sorted(found)]


def changes(stage: Stage, works: Sequence[Work]) -> Iterator[Change]:
    """The commands of a stage that change the owner or mode of copied files, folder by folder."""
    for work in works:
        if work.programs.isdisjoint(("chown", "chmod")) or not work.is_readable:
            continue
        step = stage.steps[work.index]
        for placed in placed_commands(step, work.folder):
            change = _change(step, placed, works, stage)
            if change is not None and change.touched:
                yield change


def _change(step: Step, placed: Placed, works: Sequence[Work], stage: Stage) -> Change | None:
    command = placed.command
    if command.program not in ("chown", "chmod") or command.within or placed.folder is None:
        return None
    options = [word for word in command.arguments if word.text.startswith("-")]
    operands = [word for word in command.arguments if word not in options]
    if len(operands) < 2 or not any("R" in word.text or word.text == "--recursive" for word in options):
        return None
    touched: list[Touched] = []
    value = shell_value(step)
    for word in operands[1:]:
        path = absolute(literal(word, value), placed.folder)
        if path and path != "/" and "*" not in path:
            copies = tuple(
                (stage.steps[work.index], work.destination)
                for work in works[: step.index]
                if work.destination is not None and is_within(work.destination, path)
            )
            touched += [Touched(word, path, copies)] if copies else []
    known = all(_OPTIONS.fullmatch(word.text) for word in options) and not command.redirections
    said = _value(command.program, operands[0]) if known else None
    return Change(step, command, command.program, said, tuple(touched), len(touched) == len(operands) - 1)


def _value(program: str, word: ShellWord) -> str | None:
    """What ``--chown`` or ``--chmod`` would have to say; a user or group that is left out stays root's."""
    text = word.value if word.value is not None else word.text.strip('"')
    if program == "chmod":
        return text if re.fullmatch(r"[0-7]{3,4}", text) else None
    match = _OWNER.fullmatch(text)
    if match is None or (match["colon"] and not match["group"]):
        return None
    return f"{match['user'] or 'root'}:{match['group'] or 'root'}"


def weight_written_again(change: Change, works: Sequence[Work]) -> Weight:
    """How much of what the copies wrote gets another owner or mode. What they gave the same one counts for nothing."""
    return max(
        (weight_of(works[step.index]) for step in change.copies if not _says(step, change)), default=Weight.LITTLE
    )


def _says(step: Step, change: Change) -> bool:
    given = step.instruction.flag(change.flag)
    return given is not None and given.value is not None and given.value.text == change.value


def can_say(step: Step, change: Change, value: str, stage: Stage) -> Saying:
    """Whether the flag is possible on a copy, and means there what the command means later."""
    instruction = step.instruction
    if _says(step, change):
        return Saying.YES
    sources = [getattr(each, "text", "") for each in getattr(instruction, "sources", ())]
    if isinstance(instruction, Add) and any("://" in text or ARCHIVE.search(text) for text in sources):
        return Saying.NO
    parts = value.split(":") if change.flag == "chown" else [value]
    if any("$" in part and step.value(part) != change.step.value(part) for part in parts):
        return Saying.NO
    if change.flag == "chmod":
        return Saying.YES
    names = [name for name in map(step.value, parts) if name is None or not name.isdecimal()]
    if None in names or (names and instruction.flag("link") is not None):
        return Saying.NO
    unknown = {name for name in names if name} - _names_before(step, stage)
    if not unknown or _is_of_base(step, change, stage):
        return Saying.YES
    made = {command.arguments[-1].value for command in _commands_before(change) if _makes_user(command)}
    return Saying.WITH_USER if unknown <= made else Saying.NO


def _makes_user(command: Command) -> bool:
    return command.program in MAKING_USERS and bool(command.arguments)


def _commands_before(change: Change) -> Iterator[Command]:
    for command in change.step.script.commands if change.step.script else ():
        if command is change.command:
            return
        yield command


def _names_before(step: Step, stage: Stage) -> set[str]:
    """The users and groups that exist before a step."""
    image = stage.facts.image
    names = set(names_in(image.name, image.tag) if image else ("root",)) | set(step.before.accounts)
    for earlier in stage.steps[: step.index]:
        for command in earlier.script.commands if earlier.script and isinstance(earlier.instruction, Run) else ():
            if _makes_user(command):
                names.add(command.arguments[-1].value or "")
    return names


def _is_of_base(step: Step, change: Change, stage: Stage) -> bool:
    """Whether nothing between a copy and the change can have made a user, so that it is there before both."""
    for between in stage.steps[step.index + 1 : change.step.index + 1]:
        if not isinstance(between.instruction, Run):
            continue
        if between.script is None or between.script.broken:
            return False
        for command in between.script.commands:
            if command is change.command:
                break
            if command.program not in SPEAKING and command.program not in WITH_PATHS:
                return False
    return True


def left_out(change: Change, stage: Stage, folders: Sequence[str]) -> list[str]:
    """The folders that the flags of the copies leave as they are.

    Those that a WORKDIR made before them and, for a mode, those that the copies make themselves. What the copies make
    belongs to the user of ``--chown`` (BuildKit, ``solver/llbsolver/file``).
    """
    return sorted({folder for each in change.touched for folder in _left_out(change, each, stage, folders)})


def _left_out(change: Change, touched: Touched, stage: Stage, folders: Sequence[str]) -> set[str]:
    made: set[str] = set()
    by_copies: set[str] = set()
    targets = {step.index: target for step, target in touched.copies}
    for step in stage.steps[: change.step.index]:
        if isinstance(step.instruction, Workdir):
            made.update(set(_between(touched.path, folders[step.index + 1])) - by_copies)
        elif step.index in targets and isinstance(step.instruction, Transfer):
            target = targets[step.index]
            folder = posixpath.dirname(target) if _names_a_file(step.instruction) else target
            by_copies.update(set(_between(touched.path, folder)) - made)
    return made | by_copies if change.flag == "chmod" and change.value not in ("755", "0755") else made


def made_by_workdirs(steps: Sequence[Step], folders: Sequence[str]) -> set[str]:
    """The folders that the WORKDIRs among some steps make, and those around them."""
    return {
        folder
        for step in steps
        if isinstance(step.instruction, Workdir)
        for folder in _between("/", folders[step.index + 1])
    }


def _names_a_file(instruction: Transfer) -> bool:
    """Whether the destination is the name of a file: one source with the same extension, and no slash at the end."""
    text = instruction.destination.text if instruction.destination else ""
    extension = posixpath.splitext(text)[1]
    sources = [getattr(each, "text", "") for each in instruction.sources]
    return len(sources) == 1 and bool(extension) and posixpath.splitext(sources[0])[1] == extension


def _between(top: str, folder: str) -> Iterator[str]:
    """The folders from ``folder`` up to ``top``, both included; none when it does not lie within."""
    while is_within(folder, top):
        yield folder
        if folder == top:
            return
        folder = posixpath.dirname(folder)


def is_shared(change: Change, stage: Stage, folders: Sequence[str]) -> bool:
    """Whether the command surely changes more than what was copied: a RUN names something of its own in the folder."""
    if any(touched.path.startswith(UNKNOWN) for touched in change.touched):
        return True
    for step in stage.steps_about(_ADDING):
        if step.index > change.step.index or step.script is None:
            continue
        for placed in placed_commands(step, folders[step.index]):
            if placed.command is not change.command and placed.command.program in _ADDING and placed.folder:
                paths = [absolute(literal(word, shell_value(step)), placed.folder) for word in _targets(placed.command)]
                if any(path and _is_inside(path, change) for path in paths):
                    return True
    return False


def _targets(command: Command) -> Sequence[ShellWord]:
    """What a command makes: all that it names, or the last where it puts the others there."""
    return command.arguments if command.program in ("mkdir", "touch") else command.arguments[-1:]


def _is_inside(path: str, change: Change) -> bool:
    """Whether a path is in one of the folders, and not one that a copy fills."""
    return any(
        is_within(path, touched.path) and not any(is_within(target, path) for _, target in touched.copies)
        for touched in change.touched
    )


def doubt(change: Change, stage: Stage, folders: Sequence[str]) -> str:
    """Why the copies may not be all that the command changes, a sentence; empty when they are."""
    return next(filter(None, (_doubt(change, each, stage, folders) for each in change.touched)), "")


def _doubt(change: Change, touched: Touched, stage: Stage, folders: Sequence[str]) -> str:
    path = touched.path
    first, target = touched.copies[0]
    is_file = target == path and isinstance(first.instruction, Transfer) and _names_a_file(first.instruction)
    if not is_file:
        if not is_project_folder(path) or path.startswith(("/home/", "/var/www", "/usr/src")):
            return f"What else the image holds in `{path}` keeps its {change.what}"
        if stage.parent is not None:
            return f"What the stage below holds in `{path}` keeps its {change.what}"
        if not stage.facts.is_scratch and (stage.facts.image is None or stage.facts.image.name not in BASE_IMAGES):
            return f"What the base image may hold in `{path}` keeps its {change.what}"
        above = posixpath.dirname(path)
        stands = above in STANDING_FOLDERS or above in made_by_workdirs(stage.steps[: first.index], folders)
        if change.flag == "chown" and not stands:
            return f"The copy makes `{above}` too, with the same owner"
    if _may_be_written(change, path, stage.steps[first.index if is_file else 0 : change.step.index + 1], folders):
        return f"What an earlier RUN may have written into `{path}` keeps its {change.what}"
    return ""


def may_be_mixed(change: Change, stage: Stage, folders: Sequence[str]) -> bool:
    """Whether a RUN between the copies and the command may have put something there too, as `npm install` does."""
    return any(
        _may_be_written(change, each.path, stage.steps[each.copies[0][0].index : change.step.index + 1], folders)
        for each in change.touched
    )


def _may_be_written(change: Change, path: str, steps: Iterable[Step], folders: Sequence[str]) -> bool:
    """Whether a command of some steps, up to that of the change, may write into a folder."""
    for step in steps:
        for placed in placed_commands(step, folders[step.index]) if isinstance(step.instruction, Run) else ():
            if placed.command is change.command:
                break
            if placed.command.program not in ("chown", "chmod") and not is_apart(placed, [path], shell_value(step)):
                return True
    return False
