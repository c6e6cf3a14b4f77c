"""Writes cache mounts into a RUN in the style of its stage. Which ones is for ``build.mounting`` to say."""

from __future__ import annotations

from collections.abc import Iterable

from layerwise.build.model import Step
from layerwise.build.mounting import add_mounts, gap_of
from layerwise.build.runs import run_text
from layerwise.lint.context import StageContext
from layerwise.lint.placing import Sheet
from layerwise.shell.join import style_of
from layerwise.text import Edit


def written_mounts(step: Step, values: Iterable[str], ctx: StageContext) -> Edit | None:
    """The mounts as one insertion behind the flags of a step; None where there is none to add."""
    run = run_text(step, ctx.text)
    style = style_of([run]) if run else style_of([])
    newline = Sheet(ctx.dockerfile).newline(step.span.start)
    return add_mounts(step, values, gap=ctx.text(gap_of(step)), newline=newline, indent=style.indent)
