"""The rule cache/independent-run-after-copy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from layerwise.build.dependencies import Copied, Work, span_of, survey
from layerwise.build.dependencies.passing import follows, passed
from layerwise.build.model import Stage
from layerwise.build.relation import Alteration
from layerwise.lint import Applicability, Edit, Finding, Fix, Related, Severity, StageContext, rule
from layerwise.lint.placing import Sheet
from layerwise.syntax.tree import Instruction, Run, Transfer

_MOST_RELATED = 20
"""So many copies are named. Nobody reads on, and every one of them goes to the editor with each keystroke."""


@rule(
    Stage,
    severity=Severity.WARNING,
    fixes=(Applicability.SAFE,),
    changes=(
        Alteration.MOVED,
        Alteration.SETTINGS_CHANGED,
    ),
    about={Transfer},
)
def independent_run_after_copy(stage: Stage, ctx: StageContext) -> Iterator[Finding]:
    r"""A RUN that reads nothing of what was copied runs again whenever one of the copied files changes.

    ## Why
    Each step depends on all layers below it. System packages, users, folders and downloads do not change with the
    source, yet behind a COPY of the source they are made anew after every edit. Above it they are made once.

    The rule knows the package managers of the distributions, installs of named packages, downloads, and the usual
    tools for users, folders and files. It is silent on a RUN with any other command in it.

    ## Example
    FROM python:3.12-slim
    COPY . /app
    RUN apt-get update && apt-get install -y libpq5 && rm -rf /var/lib/apt/lists/*

    ## Use instead
    FROM python:3.12-slim
    RUN apt-get update && apt-get install -y libpq5 && rm -rf /var/lib/apt/lists/*
    COPY . /app

    ## Fix safety
    Safe. A RUN is moved only when all its commands are known to touch nothing in the folders that are copied, and
    past nothing but copies, WORKDIRs that it does not depend on, and instructions that no step depends on. It stays
    behind an ENV, ARG, USER or SHELL. Copies into folders of the system, where packages may look, are never passed.
    """
    if stage.facts.is_windows:
        return
    works = survey(stage, ctx.files)
    group: list[Work] = []
    for work in works:
        if not isinstance(work.instruction, Run):
            continue
        if not group or not follows(works, group[-1], work):
            group = []
        above = passed(works, group[0] if group else work, work)
        copies = [each.copied for each in above if each.copied is not None]
        if copies:
            group.append(work)
            yield _finding(work, group, copies, stage, ctx)
        else:
            group = []


def _finding(work: Work, group: Sequence[Work], copies: Sequence[Copied], stage: Stage, ctx: StageContext) -> Finding:
    top = copies[-1]
    lasts = not work.programs.isdisjoint(("curl", "wget")) or bool(work.step.operations)
    weighs = lasts and any(copy.is_tree for copy in copies)
    runs = [stage.steps[each.index].instruction for each in group]
    return Finding(
        span_of(stage, work.index),
        "Every change of the copied files runs this again, though it reads none of them",
        fix=Fix(_title(top), *_edits(runs, stage.steps[top.step.index].instruction, ctx)),
        related=[
            Related(span_of(stage, copy.step.index), "Nothing that this copies is read")
            for copy in copies[: -_MOST_RELATED - 1 : -1]
        ],
        severity=None if weighs else Severity.INFORMATION if lasts else Severity.HINT,
    )


def _title(top: Copied) -> str:
    return f"Move it above `{top.instruction.name} {' '.join(source.written for source in top.sources)} …`"


def _edits(runs: Sequence[Instruction], top: Instruction, ctx: StageContext) -> Iterator[Edit]:
    """Move the RUNs above a copy, each with the comments on it."""
    sheet = Sheet(ctx.dockerfile)
    target = sheet.block_of(top)
    blocks = [sheet.block_of(run) for run in runs]
    yield sheet.insertion_above(target, "".join(sheet.whole(block) for block in blocks), spaced=sheet.is_spaced(target))
    for block in blocks:
        yield sheet.removal(block)
