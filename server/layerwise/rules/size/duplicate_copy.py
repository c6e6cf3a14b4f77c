"""The rule size/duplicate-copy."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from layerwise.build.copy_rows import is_manifest
from layerwise.build.model import Stage
from layerwise.build.overwritten import Overwritten, Place, Relation, overwritten
from layerwise.lint import Finding, Related, Severity, StageContext, rule
from layerwise.syntax.tree import Copy, Run, Transfer
from layerwise.text import Span


@rule(Stage, severity=Severity.INFORMATION, about={Copy})
def duplicate_copy(stage: Stage, ctx: StageContext) -> Iterator[Finding]:
    r"""A file is copied to the same place twice, and nothing needs it in between.

    ## Why
    One of the two copies has no effect, but its bytes stay in their layer all the same, and who reads the file has to
    find out which one counts. Often the second is left over from the time before the whole folder was copied, or the
    first is a default that nobody gets to see.

    A folder with defaults over which some files are put is not meant, and neither is a manifest that is copied for
    an install before the sources are.

    ## Example
    FROM nginx:1.27
    COPY nginx/default.conf /etc/nginx/conf.d/default.conf
    COPY nginx/shop.conf /etc/nginx/conf.d/default.conf

    ## Use instead
    FROM nginx:1.27
    COPY nginx/shop.conf /etc/nginx/conf.d/default.conf
    """
    if stage.facts.is_windows:
        return
    for found in overwritten(stage, ctx.files):
        if found.relation is Relation.INCLUDED and _is_for_an_install(found, stage):
            continue
        here, there = found.later, found.earlier
        if found.relation is Relation.INCLUDED:
            here, there = there, here
        yield Finding(_span(here, stage), _message(found, stage), related=[_related(found, _span(there, stage))])


def _message(found: Overwritten, stage: Stage) -> str:
    if found.relation is Relation.SAME:
        return f"`{found.path}` is there already: an earlier COPY has put the same file into place"
    if found.relation is Relation.HIDDEN:
        return f"`{found.path}` is copied twice: what the earlier COPY has put there is never used"
    return f"`{found.path}` is copied twice: it comes along with a later COPY, and nothing needs it before"


def _related(found: Overwritten, span: Span) -> Related:
    return Related(span, "The later COPY" if found.relation is Relation.INCLUDED else "The earlier COPY")


def _is_for_an_install(found: Overwritten, stage: Stage) -> bool:
    """Whether it is a manifest, and the COPY of the folder stands in the way of an install: that is what is wrong."""
    is_followed = any(step.kind is Run for step in stage.steps[found.later[0] :])
    return is_followed and is_manifest(posixpath.basename(found.path))


def _span(place: Place, stage: Stage) -> Span:
    step, index = place
    instruction = stage.steps[step].instruction
    assert isinstance(instruction, Transfer)
    return instruction.sources[index].span
