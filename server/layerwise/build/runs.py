"""The RUN steps of a stage as scripts to be edited, and which of them are neighbours. Decides nothing about them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from layerwise.build.model import Stage, Step
from layerwise.shell.join import Refusal, RunText, Style, merge_runs, style_of
from layerwise.shell.style import Characters
from layerwise.syntax.tree import Onbuild, Run
from layerwise.text import Edit


def run_text(step: Step, characters: Characters) -> RunText | None:
    """The RUN of a step, or the one that its ONBUILD triggers; None when it is neither, or has no command."""
    inner = step.trigger or step
    if not isinstance(inner.instruction, Run) or inner.script is None:
        return None
    around = step.instruction.span if isinstance(step.instruction, Onbuild) else None
    return RunText(inner.instruction, inner.script, characters, step.escape, step.before.shell, around)


def rows_of_runs(stage: Stage) -> Iterator[tuple[Step, ...]]:
    """The RUNs that stand next to each other with no other instruction between, two or more in a row."""
    row: list[Step] = []
    for step in (*stage.steps, None):
        if step is not None and isinstance(step.instruction, Run):
            row.append(step)
            continue
        if len(row) > 1:
            yield tuple(row)
        row = []


def style_in(stage: Stage, runs: Sequence[RunText], characters: Characters) -> Style:
    """The style in which these RUNs are broken into lines, or else the other RUNs of the stage."""
    others = (run_text(step, characters) for step in stage.steps)
    return style_of(runs, (run for run in others if run is not None))


def merge_steps(stage: Stage, steps: Sequence[Step], characters: Characters) -> tuple[Edit, ...] | Refusal:
    """The edits that make one RUN of the steps, or why that cannot be done."""
    runs = [run for step in steps if (run := run_text(step, characters))]
    if len(runs) < len(steps):
        return Refusal("not all of them are RUNs with a command")
    return merge_runs(runs, style_in(stage, runs, characters))
