"""The rule size/ownership-in-later-layer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from layerwise.build.dependencies import Work, survey
from layerwise.build.dependencies.apart import made_by_copying_to
from layerwise.build.model import Stage
from layerwise.build.ownership import (
    MAKING_USERS,
    Change,
    Saying,
    can_say,
    changes,
    doubt,
    is_shared,
    left_out,
    made_by_workdirs,
    may_be_mixed,
    weight_written_again,
)
from layerwise.build.relation import Alteration
from layerwise.build.runs import run_text
from layerwise.build.weights import Weight
from layerwise.lint import Applicability, Edit, Finding, Fix, Related, Severity, StageContext, rule
from layerwise.lint.placing import Sheet
from layerwise.shell.join import remove_statement
from layerwise.shell.tree import Command
from layerwise.syntax.tree import Arg, Env, Instruction, Run, Shell, User
from layerwise.text import Span, apply_edits


@rule(
    Stage,
    severity=Severity.WARNING,
    fixes=(Applicability.SAFE, Applicability.UNSAFE),
    changes=(
        Alteration.COMMAND_REMOVED,
        Alteration.COMMAND_REWRITTEN,
        Alteration.FLAG_REMOVED,
        Alteration.MOVED,
        Alteration.OPTION_REMOVED,
    ),
    about={"chown", "chmod"},
)
def ownership_in_later_layer(stage: Stage, ctx: StageContext) -> Iterator[Finding]:
    r"""Changing the owner or the mode of copied files puts all of them into the image a second time.

    ## Why
    A layer holds whole files. `chown -R` over a folder that an earlier COPY has filled writes each file again with
    another owner, so that the image carries both. `COPY --chown` and `COPY --chmod` set them as the files are
    written. A few scripts or settings are not worth a word, and are not reported.

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
    Unsafe when other steps may have written into the folder, or the base image may have filled it; where a RUN between
    the copies and the command may have done so, it is not part of "Optimize this Dockerfile" either. There is no fix
    where the copy cannot say what the command says: relative modes, users that do not exist yet. Nor is there one where
    an earlier RUN has put something of its own into the folder, or where it is not known which folder that is.
    """
    if not stage.facts.in_result or stage.facts.is_windows:
        return
    works = survey(stage, ctx.files)
    for change in changes(stage, works):
        weight = weight_written_again(change, works)
        if weight is Weight.LITTLE:
            continue
        yield Finding(
            change.command.span,
            f"Changing the {change.what} of copied files writes all of them into the image once more",
            fix=partial(_fix, change, stage, works, ctx),
            related=[Related(step.instruction.span, "These files are written again") for step in change.copies],
            severity=None if weight is Weight.MUCH else Severity.INFORMATION,
        )


def _fix(change: Change, stage: Stage, works: Sequence[Work], ctx: StageContext) -> Fix | None:
    value = change.value
    folders = [work.folder for work in works]
    if value is None or is_shared(change, stage, folders):
        return None
    sayings = {can_say(step, change, value, stage) for step in change.copies}
    left = left_out(change, stage, folders)
    shrunk = None if Saying.NO in sayings else _without(change, left, ctx)
    if shrunk is not None and Saying.WITH_USER in sayings:
        shrunk = _moved_up(change, left, shrunk, stage, works, ctx)
    if shrunk is None:
        return None
    flags = [edit for step in change.copies for edit in _flagged(step.instruction, change.flag, value)]
    reason = doubt(change, stage, folders)
    before = ", and make the user before it" if Saying.WITH_USER in sayings else ""
    return Fix(
        f"Set the {change.what} in the COPY{before}",
        *flags,
        *shrunk,
        applicability=Applicability.UNSAFE if reason else Applicability.SAFE,
        note=reason,
        optimizes=not may_be_mixed(change, stage, folders),
    )


def _flagged(instruction: Instruction, flag: str, value: str) -> Iterator[Edit]:
    """The flag on a copy, in the place of one that stands there."""
    given = instruction.flag(flag)
    if given is None:
        at = instruction.keyword.span.end
        yield Edit(Span(at, at), f" --{flag}={value}")
    elif given.value is None or given.value.text != value:
        yield Edit(given.span, f"--{flag}={value}")


def _without(change: Change, left: Sequence[str], ctx: StageContext) -> tuple[Edit, ...] | None:
    """The edits that take the command, or some of its paths, away; or make it change nothing but some folders."""
    if left:
        if not change.is_all or len(change.touched) > 1:
            return None
        word, path = change.touched[0].word, change.touched[0].path
        others = " ".join(folder for folder in left if folder != path)
        if path not in left:
            return (*_not_recursive(change.command), Edit(word.span, others))
        more = (Edit(Span(word.span.end, word.span.end), " " + others),) if others else ()
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


def _not_recursive(command: Command) -> Iterator[Edit]:
    for index, word in enumerate(command.words):
        if word.text in ("-R", "--recursive"):
            yield Edit(Span(command.words[index - 1].span.end, word.span.end), "")
        elif word.text.startswith("-") and "R" in word.text:
            yield Edit(word.span, word.text.replace("R", ""))


def _moved_up(
    change: Change,
    left: Sequence[str],
    shrunk: Sequence[Edit],
    stage: Stage,
    works: Sequence[Work],
    ctx: StageContext,
) -> tuple[Edit, ...] | None:
    """The edits that put what is left of the RUN above the copies, so that the user is there; None if that can't be."""
    first = change.copies[0].index
    between = works[first : change.step.index]
    if any(isinstance(work.instruction, Env | Arg | User | Shell) for work in between) or not change.is_all:
        return None
    folders = [work.folder for work in works]
    if not made_by_workdirs(stage.steps[:first], folders).issuperset(left):
        return None
    own = works[change.step.index]
    makes_users = all(placed.command.program in (*MAKING_USERS, "chown", "set", "true") for placed in own.commands)
    if any(isinstance(work.instruction, Run) for work in between) and not makes_users:
        return None
    targets = [made_by_copying_to(work.destination) for work in between if work.destination is not None]
    script = change.step.script
    if script is None or not own.is_apart_but(script.commands.index(change.command), targets):
        return None
    sheet = Sheet(ctx.dockerfile)
    block = sheet.block_of(change.step.instruction)
    text = apply_edits(sheet.whole(block), [edit.moved(-block.start) for edit in shrunk])
    top = sheet.block_of(change.copies[0].instruction)
    return (sheet.insertion_above(top, text, spaced=sheet.is_spaced(top)), sheet.removal(block))
