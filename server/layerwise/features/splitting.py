"""Splitting the final stage on request: whether a cursor means it, the edits, and what they assume. Plain data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from weakref import WeakKeyDictionary

from msgspec import Struct

from layerwise.build.splitting import Refusal, Split, may_split, split
from layerwise.engine import Analysis, analyse
from layerwise.engine.narrowing import narrow_edits
from layerwise.lint import Severity
from layerwise.syntax.tree import Cmd, Entrypoint, From, Instruction, Run
from layerwise.text import Edit, Span

__all__ = ["Refusal", "SplitOffer", "description", "split_stage", "splitting"]

_PLACES: tuple[type[Instruction], ...] = (From, Run, Cmd, Entrypoint)
_AS_BEFORE = "size/development-dependencies"
"""What it says of the result was true before, when the build itself still needed them."""
_FOUND: WeakKeyDictionary[Analysis, Split | Refusal] = WeakKeyDictionary()


class SplitOffer(Struct, frozen=True):
    """What may be done. ``title`` says the first assumption; ``description`` all of them, and what is left behind."""

    title: str
    edits: tuple[Edit, ...]
    description: str


def splitting(analysis: Analysis, span: Span) -> SplitOffer | None:
    """The split of the final stage, if the span touches its FROM, a RUN, its CMD or ENTRYPOINT; else None."""
    final = analysis.build.final
    if final is None or not may_split(final) or not final.span.contains(span.start):
        return None
    touched = (step for step in final.steps if step.span.start <= span.end and step.span.end >= span.start)
    if not any(step.kind in _PLACES for step in touched):
        return None
    found = split_stage(analysis)
    if isinstance(found, Refusal):
        return None
    edits = tuple(narrow_edits(analysis.text, found.text))
    return SplitOffer(found.title, edits, "\n".join(description(found)))


def split_stage(analysis: Analysis) -> Split | Refusal:
    """The final stage in two, or why not. A result about which a rule newly warns is refused too.

    An editor asks whenever the cursor moves, so that the answer is kept for as long as the analysis is.
    """
    found = _FOUND.get(analysis)
    if found is None:
        found = _FOUND[analysis] = _split_stage(analysis)
    return found


def _split_stage(analysis: Analysis) -> Split | Refusal:
    final = analysis.build.final
    if final is None:
        return Refusal("there is no stage")
    found = split(analysis.build, final, analysis.context)
    if isinstance(found, Refusal):
        return found
    after = analyse(found.text, path=analysis.path, settings=analysis.settings, files=analysis.context)
    if after.dockerfile.problems:
        return Refusal("the result would not be read by the builder")
    before = _warnings(analysis)
    worse = {rule for rule in _warnings(after) - before if rule != _AS_BEFORE}
    # The image is named twice now, so that what is said of it is said twice.
    worse = {rule for rule in worse if not (rule.startswith("pin/") and rule in before)}
    return Refusal(f"`{min(worse)}` would warn about the result") if worse else found


def _warnings(analysis: Analysis) -> Counter[str]:
    return Counter(each.rule.id for each in analysis.findings if each.severity <= Severity.WARNING)


def description(found: Split) -> Iterator[str]:
    """What the split does, assumes and leaves behind, in lines."""
    yield f"Runs on {found.runtime}, with {', '.join(found.artifacts)} of the build."
    yield from (f"Check: {each}" for each in found.assumptions)
    if found.left_behind:
        yield f"Left behind: {', '.join(found.left_behind)}"
