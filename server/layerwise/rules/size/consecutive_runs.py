"""The rule size/consecutive-runs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct, field

from layerwise.build.dependencies.folders import (
    absolute,
    is_within,
    literal,
    placed_commands,
    shell_value,
    working_directories,
)
from layerwise.build.model import Stage, Step
from layerwise.build.refetching import refetched
from layerwise.build.relation import Alteration
from layerwise.build.runs import rows_of_runs, run_text, style_in
from layerwise.build.traces import Kind, Written, traces
from layerwise.knowledge.packages import DISTRIBUTION_MANAGERS
from layerwise.lint import Applicability, Edit, Finding, Fix, Related, Severity, StageContext, rule
from layerwise.shell.join import Refusal, RunText, merge_runs, remove_statement, without
from layerwise.shell.tree import Command, ShellWord
from layerwise.text import Span

REWRITES = frozenset({"chown", "chgrp", "chmod", "strip", "upx"})


class Saving(Struct, frozen=True):
    """Why the RUNs of a row from ``first`` to ``last`` should be one.

    ``command`` does again what was done at ``cause``; ``drops`` and ``words`` are superfluous in the merged RUN.
    """

    first: int
    last: int
    command: Command
    cause: Span
    message: str
    drops: tuple[Command, ...] = ()
    words: tuple[ShellWord, ...] = field(default=())


@rule(
    Stage,
    severity=Severity.INFORMATION,
    aliases=("DL3059",),
    fixes=(Applicability.SAFE,),
    changes=(
        Alteration.CLEANUP_REMOVED,
        Alteration.COMMAND_REMOVED,
        Alteration.COMMAND_REWRITTEN,
    ),
    about=REWRITES | DISTRIBUTION_MANAGERS,
)
def consecutive_runs(stage: Stage, ctx: StageContext) -> Iterator[Finding]:
    r"""Neighbouring RUNs do the same work twice, or store the same bytes twice.

    ## Why
    Each RUN is a layer. A second one that fetches the package index again costs its download at every build, and one
    that changes the owner or the mode of files stores them a second time. Other neighbours cost nothing, and are not
    reported; the editor offers to merge them all the same.

    ## Example
    RUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*
    RUN apt-get update && apt-get install -y git && rm -rf /var/lib/apt/lists/*

    ## Use instead
    RUN apt-get update && apt-get install -y curl \
        && apt-get install -y git && rm -rf /var/lib/apt/lists/*

    ## Fix safety
    Safe: whatever a RUN does to its shell is fenced off, a failure stays a failure, and the second update is only
    dropped where nothing between can have changed what it would fetch. RUNs that cannot be merged are not reported;
    where only a comment that silences rules stands between them, there is no fix.
    """
    if not stage.facts.in_result:
        return
    folders = working_directories(stage)
    for row in rows_of_runs(stage):
        for last in range(1, len(row)):
            saving = _index_fetched_twice(row, last, folders) or _bytes_stored_twice(row, last, folders)
            edits = _merged(stage, row, saving, ctx) if saving else None
            if saving and edits is not None:
                count = last - saving.first + 1
                title = "Merge the two RUNs" if count == 2 else f"Merge the {count} RUNs"
                yield Finding(
                    saving.command.span,
                    saving.message,
                    fix=Fix(title, *edits) if edits else None,
                    related=[Related(saving.cause, "This is where it was done before")],
                )


def _index_fetched_twice(row: Sequence[Step], last: int, folders: Sequence[str]) -> Saving | None:
    above, step = row[last - 1 : last + 1]
    found = refetched(above, step, (folders[above.index], folders[step.index]))
    if found is None:
        return None
    command = found.again.command
    name = " ".join(word.text for word in (command.name, found.again.subcommand) if word)
    message = f"`{name}` fetches the package index that the RUN above has just fetched"
    return Saving(last - 1, last, command, found.before.command.span, message, found.commands, found.words)


def _bytes_stored_twice(row: Sequence[Step], last: int, folders: Sequence[str]) -> Saving | None:
    """A change of owner or mode of what one of the RUNs above has written."""
    step = row[last]
    for placed in placed_commands(step, folders[step.index]):
        command = placed.command
        if command.program not in REWRITES or placed.folder is None:
            continue
        targets = [absolute(literal(word, shell_value(step)), placed.folder) for word in command.arguments]
        for first in range(last):
            for trace in traces(row[first], folders[row[first].index]):
                if isinstance(trace, Written) and any(
                    target and _rewrites(command, target, trace) for target in targets
                ):
                    message = f"`{command.program}` in a RUN of its own stores `{trace.name}` a second time"
                    return Saving(first, last, command, trace.span, message)
    return None


def _rewrites(command: Command, target: str, written: Written) -> bool:
    if any(word.text == "--recursive" or re.fullmatch("-[a-zA-Z]*R[a-zA-Z]*", word.text) for word in command.arguments):
        return is_within(written.name, target) or is_within(target, written.name)
    return written.kind is Kind.DOWNLOAD and written.name == target


def _merged(stage: Stage, row: Sequence[Step], saving: Saving, ctx: StageContext) -> tuple[Edit, ...] | None:
    """The edits that merge the RUNs and drop what is superfluous then; None when that cannot be done.

    Where only a comment that silences rules is in the way there are no edits, but the finding stands: it may be the
    very one that the comment silences.
    """
    runs: list[RunText] = []
    removed: list[Edit] = []
    for step in row[saving.first : saving.last + 1]:
        run = run_text(step, ctx.text)
        for command in saving.drops:
            if run is None or not run.instruction.span.encloses(command.span):
                continue
            shorter = without(run, command)
            edits = () if shorter else remove_statement(run, command)
            if edits is None:
                return None
            run = shorter or run
            removed += edits
        if run is None:
            return None
        runs.append(run)
    merged = merge_runs(runs, style_in(stage, runs, ctx.text))
    if isinstance(merged, Refusal):
        return () if merged.silenced else None
    if any("\n" in ctx.text(_with_gap(word, runs)) for word in saving.words):
        return None
    return (*merged, *removed, *(Edit(_with_gap(word, runs), "") for word in saving.words))


def _with_gap(word: ShellWord, runs: Sequence[RunText]) -> Span:
    """A word and the white space in front of it."""
    words = [each.span.end for run in runs for command in run.script.commands for each in command.words]
    return Span(max((end for end in words if end <= word.span.start), default=word.span.start), word.span.end)
