"""Merging RUNs on request: which of them a cursor or a selection means, and the edits or the reason against them."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from layerwise.build.model import Stage, Step
from layerwise.build.runs import merge_steps, run_text
from layerwise.engine import Analysis
from layerwise.shell.join import Refusal
from layerwise.text import Edit, Span

__all__ = ["MergeOffer", "Refusal", "merge"]


class MergeOffer(Struct, frozen=True):
    """What may be done. ``title`` is an imperative, shown to the user; the edits refer to the text of the analysis."""

    title: str
    edits: tuple[Edit, ...]


def merge(analysis: Analysis, start: int, end: int) -> MergeOffer | Refusal | None:
    """One RUN of all that a selection touches; for a cursor, of the one under it and the next, or else the one above.

    :returns: None when no RUN is meant, or a stage has only one; a refusal when they cannot be merged, with the reason.
    """
    touched = [stage for stage in analysis.build.stages if stage.span.overlaps(Span(start, max(end, start + 1)))]
    chosen = [(stage, step) for stage in touched for step in stage.steps if _touches(step, start, end)]
    runs = [(stage, step) for stage, step in chosen if _is_run(analysis, step)]
    if not runs:
        return None
    if len(runs) > 1:
        if len({id(stage) for stage, _ in runs}) > 1:
            return Refusal("the RUNs belong to different stages")
        stage, first = runs[0]
        return _merged(analysis, stage, stage.steps[first.index : runs[-1][1].index + 1])
    stage, step = runs[0]
    return _with_neighbour(analysis, stage, step)


def _touches(step: Step, start: int, end: int) -> bool:
    """A selection that ends in front of an instruction does not touch it; a cursor at either end does."""
    span = step.span
    return span.contains(start) if start == end else span.start < end and start < span.end


def _is_run(analysis: Analysis, step: Step) -> bool:
    return run_text(step, lambda span: span.of(analysis.text)) is not None


def _with_neighbour(analysis: Analysis, stage: Stage, step: Step) -> MergeOffer | Refusal | None:
    runs = [each for each in stage.steps if _is_run(analysis, each)]
    index = runs.index(step)
    following = runs[index + 1 : index + 2]
    offers = [_merged(analysis, stage, stage.steps[step.index : other.index + 1]) for other in following]
    if offers and isinstance(offers[0], MergeOffer):
        return MergeOffer("Merge this RUN with the next", offers[0].edits)
    for other in runs[max(index - 1, 0) : index]:
        offer = _merged(analysis, stage, stage.steps[other.index : step.index + 1])
        if isinstance(offer, MergeOffer):
            return MergeOffer("Merge this RUN with the one above", offer.edits)
        offers.append(offer)
    return offers[0] if offers else None


def _merged(analysis: Analysis, stage: Stage, steps: Sequence[Step]) -> MergeOffer | Refusal:
    between = [step for step in steps if not _is_run(analysis, step)]
    if between:
        return Refusal(f"`{between[0].instruction.name}` stands between the RUNs")
    merged = merge_steps(stage, steps, lambda span: span.of(analysis.text))
    return merged if isinstance(merged, Refusal) else MergeOffer(f"Merge {len(steps)} RUNs into one", merged)
