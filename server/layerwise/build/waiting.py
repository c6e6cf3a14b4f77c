"""Which RUNs wait for another stage although they need nothing of it.

A builder makes stages side by side, and a COPY from one of them waits until it is ready; so does all that stands below.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from weakref import WeakKeyDictionary

from msgspec import Struct

from layerwise.build.dependencies import Work, survey
from layerwise.build.dependencies.passing import follows, passed
from layerwise.build.model import Build, Stage, Step
from layerwise.context import ContextTree
from layerwise.syntax.tree import Run, Transfer


class Waiting(Struct, frozen=True, eq=False):
    """RUNs that follow each other, and the copies which they need not wait for, the topmost first."""

    stage: Stage
    runs: tuple[Step, ...]
    copies: tuple[Step, ...]
    sources: tuple[Stage, ...]
    """The stages that are waited for on that account alone."""


Rows = tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]
"""Indices of RUNs, and of the copies above them."""
_ROWS: WeakKeyDictionary[Stage, tuple[ContextTree | None, int, Rows]] = WeakKeyDictionary()


def waiting(build: Build, tree: ContextTree | None) -> list[Waiting]:
    """The RUNs of all stages that are needed which wait for nothing.

    :param tree: the build context, where it can be seen.
    """
    return build.search(_waiting_in, (tree, tree.version if tree else 0), about={"--from"})


def _waiting_in(build: Build, stage: Stage, given: tuple[ContextTree | None, int]) -> Iterator[Waiting]:
    if not stage.facts.reachable or stage.facts.is_windows:
        return
    for runs, copies in _rows(stage, given[0]):
        steps = [stage.steps[index] for index in copies]
        needed = _needed_before(build, stage, copies[0])
        found = [each for step in steps if (each := _source(build, stage, step))]
        sources = {
            each.facts.index: each for each in found if each.facts.index not in needed and _takes_time(build, each)
        }
        if sources:
            yield Waiting(stage, tuple(stage.steps[index] for index in runs), tuple(steps), tuple(sources.values()))


def _rows(stage: Stage, tree: ContextTree | None) -> Rows:
    """The rows of a stage, as far as its own text tells."""
    version = tree.version if tree else 0
    known = _ROWS.get(stage)
    if known is None or known[0] is not tree or known[1] != version:
        known = _ROWS[stage] = (tree, version, tuple(_find_rows(survey(stage, tree))))
    return known[2]


def _find_rows(works: Sequence[Work]) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    group: list[Work] = []
    above: list[Work] = []
    for work in works:
        if not isinstance(work.instruction, Run):
            continue
        if group and not follows(works, group[-1], work):
            yield from _row(group, above)
            group = []
        found = passed(works, group[0] if group else work, work, programs=True)
        if found and all(each.copied is None for each in found):
            group.append(work)
            above = found if len(group) == 1 else above
        elif group:
            yield from _row(group, above)
            group = []
    yield from _row(group, above)


def _row(group: Sequence[Work], above: Sequence[Work]) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    """The group, if it takes its time."""
    if any(work.step.operations or not work.programs.isdisjoint(("curl", "wget")) for work in group):
        yield tuple(work.index for work in group), tuple(work.index for work in reversed(above))


def _source(build: Build, stage: Stage, step: Step) -> Stage | None:
    flag = step.instruction.flag("from") if isinstance(step.instruction, Transfer) else None
    return build.stage_named(flag.value.text, stage.facts.index) if flag and flag.value else None


def _needed_before(build: Build, stage: Stage, before: int) -> set[int]:
    """What a stage waits for above one of its steps: the stages it is built on, and those that steps take files of."""
    found: set[int] = set()
    waits = [] if stage.parent is None else [stage.parent]
    for step in stage.steps[:before]:
        waits += _taken(build, stage, step)
    while waits:
        index = waits.pop()
        if index in found:
            continue
        found.add(index)
        other = build.stages[index]
        waits += [] if other.parent is None else [other.parent]
        waits += [each.facts.index for word in other.head.sources if (each := build.stage_named(word, index))]
    return found


def _taken(build: Build, stage: Stage, step: Step) -> Iterator[int]:
    """The stages from which a step takes files."""
    instruction = step.instruction
    names = [mount.from_ for mount in instruction.mounts] if isinstance(instruction, Run) else []
    flag = instruction.flag("from") if isinstance(instruction, Transfer) else None
    names += [flag.value.text] if flag and flag.value else []
    for name in names:
        found = build.stage_named(name, stage.facts.index) if name else None
        if found is not None:
            yield found.facts.index


def _takes_time(build: Build, stage: Stage) -> bool:
    """Whether a stage runs anything, or waits for one that does."""
    if any(step.kind is Run for step in stage.steps):
        return True
    indices = _needed_before(build, stage, len(stage.steps))
    return any(step.kind is Run for index in indices for step in build.stages[index].steps)
