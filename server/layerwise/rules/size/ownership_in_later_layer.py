"""The rule size/ownership-in-later-layer."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from layerwise.build.apart import is_apart, is_project_folder
from layerwise.build.dependencies import Work, copied, survey
from layerwise.build.dependencies.folders import (
    Placed,
    absolute,
    is_within,
    literal,
    placed_commands,
)
from layerwise.build.model import Stage, Step
from layerwise.build.runs import run_text
from layerwise.knowledge.base_images import BASE_IMAGES
from layerwise.knowledge.programs import SPEAKING, STANDING_FOLDERS, WITH_PATHS
from layerwise.knowledge.users import names_in
from layerwise.lint import Applicability, Edit, Finding, Fix, Related, Severity, StageContext, rule
from layerwise.lint.placing import Sheet
from layerwise.shell.join import remove_statement
from layerwise.shell.tree import Command, ShellWord
from layerwise.syntax.tree import Add, Copy, Instruction, Run, Transfer, Workdir
from layerwise.text import Span

_OPTIONS = re.compile(r"-[Rvcf]+|--recursive|--changes|--verbose|--silent|--quiet")
_OWNER = re.compile(r"(?P<user>[\w.${}-]*)(?P<colon>:?)(?P<group>[\w.${}-]*)")
_ARCHIVE = re.compile(r"\.(tar|tgz|txz|tbz2?|gz|xz|bz2|zst)$")
_MAKING_USERS = frozenset({"useradd", "adduser", "groupadd", "addgroup"})


@dataclass(frozen=True, slots=True)
class _Touched:
    """A path that a command changes, and the copies before it that write there, each with its absolute destination."""

    word: ShellWord
    path: str
    copies: tuple[tuple[Step, str], ...]


@dataclass(frozen=True, slots=True)
class _Change:
    """A recursive change of owner or mode, for which ``--chown=value`` or ``--chmod=value`` of a copy would do.

    ``value`` is None where a copy cannot say it.
    """

    step: Step
    command: Command
    flag: str
    value: str | None
    touched: tuple[_Touched, ...]
    is_all: bool
    """The command changes no other paths than those touched."""


@rule(Stage, severity=Severity.WARNING, fixes=(Applicability.SAFE, Applicability.UNSAFE))
def ownership_in_later_layer(stage: Stage, ctx: StageContext) -> Iterator[Finding]:
    r"""Changing the owner or the mode of copied files puts all of them into the image a second time.

    ## Why
    A layer holds whole files. `chown -R` over a folder that an earlier COPY has filled writes each file again with
    another owner, so that the image carries both. `COPY --chown` and `COPY --chmod` set them as the files are
    written.

    ## Example
    FROM node:22
    COPY . /srv/shop
    RUN chown -R node:node /srv/shop
    USER node

    ## Use instead
    FROM node:22
    COPY --chown=node:node . /srv/shop
    USER node

    ## Fix safety
    Safe when the command touches exactly what the copies wrote, and its user exists before them: the owner is the
    same in the end. A folder that a WORKDIR has made keeps a `chown` without `-R`, which writes no file again.
    Unsafe when other steps may have written into the folder, or the base image may have filled it. There is no fix
    where the copy cannot say what the command says: relative modes, users that do not exist yet.
    """
    if not stage.facts.in_result or stage.facts.is_windows:
        return
    works = survey(stage, ctx.files)
    folders = [work.folder for work in works]
    for work in works:
        if work.programs.isdisjoint(("chown", "chmod")) or not work.is_readable:
            continue
        step = stage.steps[work.index]
        for placed in placed_commands(step, work.folder):
            change = _change(step, placed, works, stage)
            if change is not None and change.touched:
                yield _finding(change, stage, folders, ctx)


def _change(step: Step, placed: Placed, works: Sequence[Work], stage: Stage) -> _Change | None:
    command = placed.command
    if command.program not in ("chown", "chmod") or command.within or placed.folder is None:
        return None
    options = [word for word in command.arguments if word.text.startswith("-")]
    operands = [word for word in command.arguments if word not in options]
    if len(operands) < 2 or not any("R" in word.text or word.text == "--recursive" for word in options):
        return None
    touched: list[_Touched] = []
    for word in operands[1:]:
        path = absolute(literal(word, step.value), placed.folder)
        if path and path != "/" and "*" not in path:
            before = works[: step.index]
            copies = tuple(
                (stage.steps[work.index], work.destination)
                for work in before
                if work.destination is not None and is_within(work.destination, path)
            )
            touched += [_Touched(word, path, copies)] if copies else []
    known = all(_OPTIONS.fullmatch(word.text) for word in options) and not command.redirections
    value = _value(command.program, operands[0]) if known else None
    return _Change(step, command, command.program, value, tuple(touched), len(touched) == len(operands) - 1)


def _value(program: str, word: ShellWord) -> str | None:
    """What ``--chown`` or ``--chmod`` would have to say; a user or group that is left out stays root's."""
    text = word.value if word.value is not None else word.text.strip('"')
    if program == "chmod":
        return text if re.fullmatch(r"[0-7]{3,4}", text) else None
    match = _OWNER.fullmatch(text)
    if match is None or (match["colon"] and not match["group"]):
        return None
    return f"{match['user'] or 'root'}:{match['group'] or 'root'}"


def _finding(change: _Change, stage: Stage, folders: Sequence[str], ctx: StageContext) -> Finding:
    what = "owner" if change.flag == "chown" else "mode"
    copies = _all_copies(change)
    fix = _fix(change, stage, folders, ctx)
    return Finding(
        change.command.span,
        f"Changing the {what} of copied files writes all of them into the image once more",
        fixes=(fix,) if fix else (),
        related=[Related(step.instruction.span, "These files are written again") for step in copies],
        severity=None if any(_is_bulky(step, folders, ctx) for step in copies) else Severity.INFORMATION,
    )


def _all_copies(change: _Change) -> list[Step]:
    found = {step.index: step for each in change.touched for step, _ in each.copies}
    return [found[index] for index in sorted(found)]


def _is_bulky(step: Step, folders: Sequence[str], ctx: StageContext) -> bool:
    """Whether a copy is of more than a few files that it names."""
    if isinstance(step.instruction, Copy) and step.instruction.flag("from"):
        return True
    copy = copied(step, folders[step.index], ctx.files)
    return copy is None or any(source.is_folder or _ARCHIVE.search(source.path) for source in copy.sources)


def _fix(change: _Change, stage: Stage, folders: Sequence[str], ctx: StageContext) -> Fix | None:
    value = change.value
    copies = _all_copies(change)
    if value is None or not all(_can_say(step, change, value, stage) for step in copies):
        return None
    shrunk = _without(change, stage, folders, ctx)
    if shrunk is None:
        return None
    flags = [edit for step in copies for edit in _flagged(step.instruction, change.flag, value)]
    reason = next(filter(None, (_doubt(change, each, stage, folders) for each in change.touched)), "")
    return Fix(
        f"Set the {'owner' if change.flag == 'chown' else 'mode'} in the COPY",
        *flags,
        *shrunk,
        applicability=Applicability.UNSAFE if reason else Applicability.SAFE,
        note=reason,
    )


def _can_say(step: Step, change: _Change, value: str, stage: Stage) -> bool:
    """Whether the flag is possible on a copy, and means there what the command means later."""
    instruction = step.instruction
    sources = [getattr(each, "text", "") for each in getattr(instruction, "sources", ())]
    if isinstance(instruction, Add) and any("://" in text or _ARCHIVE.search(text) for text in sources):
        return False
    parts = value.split(":") if change.flag == "chown" else [value]
    if any("$" in part and step.value(part) != change.step.value(part) for part in parts):
        return False
    if change.flag == "chmod":
        return True
    names = [name for name in map(step.value, parts) if name is None or not name.isdecimal()]
    if instruction.flag("link") is not None:
        return not names
    known = _names_before(step, stage)
    return all(name is not None and (name in known or _is_of_base(step, change, stage)) for name in names)


def _names_before(step: Step, stage: Stage) -> set[str]:
    """The users and groups that exist before a step."""
    image = stage.facts.image
    names = set(names_in(image.name, image.tag) if image else ("root",)) | set(step.before.accounts)
    for earlier in stage.steps[: step.index]:
        for command in earlier.script.commands if earlier.script and isinstance(earlier.instruction, Run) else ():
            if command.program in _MAKING_USERS and command.arguments:
                names.add(command.arguments[-1].value or "")
    return names


def _is_of_base(step: Step, change: _Change, stage: Stage) -> bool:
    """Whether nothing between a copy and the change can have made a user, so that it is there before both."""
    for between in stage.steps[step.index + 1 : change.step.index + 1]:
        if not isinstance(between.instruction, Run):
            continue
        for command in between.script.commands if between.script else ():
            if command is change.command:
                break
            if command.program not in SPEAKING and command.program not in WITH_PATHS:
                return False
        if between.script is None or between.script.broken:
            return False
    return True


def _without(change: _Change, stage: Stage, folders: Sequence[str], ctx: StageContext) -> tuple[Edit, ...] | None:
    """The edits that take the command, or some of its paths, away; or make it change nothing but some folders."""
    left = [folder for each in change.touched for folder in _left_out(change, each, stage, folders)]
    if left:
        if not change.is_all or len(change.touched) > 1:
            return None
        word = change.touched[0].word
        others = [folder for folder in left if folder != change.touched[0].path]
        if len(others) == len(left):
            return (*_not_recursive(change.command), Edit(word.span, " ".join(others)))
        more = [Edit(Span(word.span.end, word.span.end), "".join(f" {each}" for each in others))] if others else []
        return (*_not_recursive(change.command), *more)
    if not change.is_all:
        words = change.command.words
        return tuple(
            Edit(Span(words[words.index(each.word) - 1].span.end, each.word.span.end), "") for each in change.touched
        )
    run, script = run_text(change.step, ctx.text), change.step.script
    if run is None or script is None:
        return None
    if len(script.commands) == 1 and not change.step.instruction.comments:
        sheet = Sheet(ctx.dockerfile)
        return (sheet.removal(sheet.lines_of(change.step.instruction)),)
    return remove_statement(run, change.command)


def _left_out(change: _Change, touched: _Touched, stage: Stage, folders: Sequence[str]) -> list[str]:
    """The folders that the flag of a copy leaves as they are: those a WORKDIR made before and, for a mode, its own."""
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
    if change.flag == "chmod" and change.value not in ("755", "0755"):
        made |= by_copies
    return sorted(made)


def _made_by_workdir(step: Step, folders: Sequence[str]) -> Iterator[str]:
    if isinstance(step.instruction, Workdir):
        yield from _between("/", folders[step.index + 1])


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


def _not_recursive(command: Command) -> Iterator[Edit]:
    for index, word in enumerate(command.words):
        if word.text in ("-R", "--recursive"):
            yield Edit(Span(command.words[index - 1].span.end, word.span.end), "")
        elif word.text.startswith("-") and "R" in word.text:
            yield Edit(word.span, word.text.replace("R", ""))


def _flagged(instruction: Instruction, flag: str, value: str) -> Iterator[Edit]:
    """The flag on a copy, in the place of one that stands there."""
    given = instruction.flag(flag)
    if given is None:
        at = instruction.keyword.span.end
        yield Edit(Span(at, at), f" --{flag}={value}")
    elif given.value is None or given.value.text != value:
        yield Edit(given.span, f"--{flag}={value}")


def _doubt(change: _Change, touched: _Touched, stage: Stage, folders: Sequence[str]) -> str:
    """Why the copies may not be all that the command touches, empty when they are."""
    what = "owner" if change.flag == "chown" else "mode"
    path = touched.path
    first, target = touched.copies[0]
    is_file = target == path and isinstance(first.instruction, Transfer) and _names_a_file(first.instruction)
    if not is_file:
        if not is_project_folder(path) or path.startswith(("/home/", "/var/www", "/usr/src")):
            return f"What else the image holds in `{path}` keeps its {what}"
        if stage.parent is not None:
            return f"What the stage below holds in `{path}` keeps its {what}"
        if not stage.facts.is_scratch and (stage.facts.image is None or stage.facts.image.name not in BASE_IMAGES):
            return f"What the base image may hold in `{path}` keeps its {what}"
    above = posixpath.dirname(path)
    made = {each for step in stage.steps[: first.index] for each in _made_by_workdir(step, folders)}
    if change.flag == "chown" and above not in STANDING_FOLDERS and above not in made and not is_file:
        return f"The copy makes `{above}` too, with the same owner"
    start = first.index if is_file else 0
    for step in stage.steps[start : change.step.index + 1]:
        for placed in placed_commands(step, folders[step.index]) if isinstance(step.instruction, Run) else ():
            if placed.command is change.command:
                break
            if placed.command.program not in ("chown", "chmod") and not is_apart(placed, [path], step.value):
                return f"What an earlier RUN may have written into `{path}` keeps its {what}"
    return ""
