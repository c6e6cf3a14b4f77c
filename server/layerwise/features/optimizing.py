"""Optimizing a Dockerfile: all that makes its builds faster and its image smaller as one edit, and why. Plain data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cached_property

from msgspec import Struct

from layerwise.build import Build
from layerwise.build.cache import ContextChange, rebuilt_by
from layerwise.build.relation import relation
from layerwise.context.tree import ContextTree
from layerwise.engine import Analysis, Applied, FixResult, optimize
from layerwise.features.actions import OtherFile, other_files
from layerwise.lint import Applicability, Edit, Rule
from layerwise.text import Span

TITLE = "Optimize this Dockerfile"
_SOME_FILE = "a-file-of-the-source"


class Improvement(Struct, frozen=True):
    """One kind of change that was made, perhaps in several places.

    ``why`` are the messages of the findings, each once; ``places`` the spans in the text before that it comes down to.
    """

    rule: Rule
    title: str
    why: tuple[str, ...]
    notes: tuple[str, ...]
    """What a person has to check; none for what is safe."""
    times: int
    places: tuple[Span, ...]


class AnnotatedEdit(Struct, frozen=True):
    """An edit of the text before, and the improvements that it is part of."""

    edit: Edit
    improvements: tuple[Improvement, ...]


class Rebuild(Struct, frozen=True):
    """How many steps a change makes the builder do again, of all that make a layer; before and after."""

    cause: str
    before: int
    of_before: int
    after: int
    of_after: int


class Optimization(Struct, frozen=True, dict=True):
    """What became of a Dockerfile."""

    result: FixResult

    @cached_property
    def improvements(self) -> tuple[Improvement, ...]:
        """In the order of their first place in the text."""
        groups: dict[tuple[str, str], list[Applied]] = {}
        for applied in self.result.lasting:
            groups.setdefault((applied.rule.id, applied.fix.title), []).append(applied)
        made = (_improvement(self.result, group) for group in groups.values())
        return tuple(sorted(made, key=lambda each: min(each.places, default=Span(0, 0))))

    @cached_property
    def edits(self) -> tuple[AnnotatedEdit, ...]:
        """The edits of the text before, in order, with what each is for."""
        return tuple(AnnotatedEdit(edit, _meant(edit, self.improvements)) for edit in self.result.edits)

    @property
    def others(self) -> tuple[OtherFile, ...]:
        """The changes to other files."""
        return tuple(other_files(self.result.before, self.result.files))

    @cached_property
    def differences(self) -> dict[str, int]:
        """In what the build differs from the one before, and how often, the most frequent first."""
        found = relation(self.result.before.build, self.result.after.build).differences
        return dict(Counter(str(each.alteration) for each in found).most_common())

    @cached_property
    def rebuilds(self) -> tuple[Rebuild, ...]:
        """What the next builds cost, for the changes that people make most."""
        return tuple(_rebuilds(self.result.before, self.result.after))


def can_optimize(analysis: Analysis) -> bool:
    """Whether there is something to begin with. Costs next to nothing."""
    return any(each.is_optimizable for each in analysis.findings)


def optimizing(analysis: Analysis) -> Optimization | None:
    """The file optimized, None when there is nothing to do."""
    result = optimize(analysis)
    return Optimization(result) if result.applied else None


def summary(optimization: Optimization) -> Iterator[str]:
    """What changed and why, in lines: each improvement, what to check about it, and what the next builds cost."""
    lines = optimization.result.before.lines
    for each in optimization.improvements:
        numbers = sorted({lines.line_of(place.start) + 1 for place in each.places})
        where = f"line{'s' if len(numbers) > 1 else ''} {', '.join(map(str, numbers))}" if numbers else ""
        yield f"{each.title} ({', '.join(part for part in (each.rule.id, where) if part)})"
        yield from (f"  why: {why}" for why in each.why)
        yield from (f"  check: {note}" for note in each.notes)
    told = [f"{what}{f' ({times} times)' if times > 1 else ''}" for what, times in optimization.differences.items()]
    if told:
        yield f"The build does the same commands in the same order, but for: {', '.join(told)}"
    for rebuild in optimization.rebuilds:
        yield (
            f"After a change to {rebuild.cause} a build does {rebuild.after} of {rebuild.of_after} steps again; "
            f"it was {rebuild.before} of {rebuild.of_before}"
        )


def _improvement(result: FixResult, group: list[Applied]) -> Improvement:
    first = group[0]
    unsafe = [each.fix for each in group if each.fix.applicability is Applicability.UNSAFE]
    notes = tuple(dict.fromkeys(fix.note or "whether the result is what you mean" for fix in unsafe))
    places = tuple(span for each in group for span in result.origin(each))
    why = tuple(dict.fromkeys(each.message for each in group))
    return Improvement(first.rule, first.fix.title, why, notes, len(group), places)


def _meant(edit: Edit, improvements: Iterable[Improvement]) -> tuple[Improvement, ...]:
    """The improvements that touch the place of an edit, or else the one that comes nearest."""
    found = tuple(each for each in improvements if any(_distance(edit.span, place) == 0 for place in each.places))
    if found:
        return found
    distances = [(_distance(edit.span, place), each) for each in improvements for place in each.places]
    return (min(distances, key=lambda pair: pair[0])[1],) if distances else ()


def _distance(one: Span, other: Span) -> int:
    return max(one.start - other.end, other.start - one.end, 0)


def _rebuilds(before: Analysis, after: Analysis) -> Iterator[Rebuild]:
    is_ignored = after.context.ignored if after.context else lambda path: False
    for cause, path in _likely_changes(before.build, before.context):
        counts = []
        for build in (before.build, after.build):
            again = rebuilt_by(build, ContextChange(path), is_ignored)
            steps = [step for stage in build.stages if stage.facts.reachable for step in stage.steps]
            counts += [len(again), sum(step.makes_layer for step in steps)]
        yield Rebuild(cause, *counts)


def _likely_changes(build: Build, context: ContextTree | None) -> Iterator[tuple[str, str]]:
    """A change to the source as a whole, and else one to each folder that is copied, with a file that stands for it."""
    patterns = [pattern for step in build.steps() for pattern in step.reads.context]
    if "." in patterns:
        yield "a source file", _SOME_FILE
        return
    for pattern in dict.fromkeys(patterns):
        if "*" not in pattern and context is not None and context.is_folder(pattern):
            yield f"a file in {pattern}", f"{pattern.rstrip('/')}/{_SOME_FILE}"
