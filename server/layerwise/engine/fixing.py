"""Applying fixes in bulk until nothing is left to do, and rejecting every fix that would do harm."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from layerwise.engine.analysis import Analysis, Reported, analyse
from layerwise.engine.comments import comments_of
from layerwise.engine.narrowing import narrow_edits
from layerwise.lint import Applicability, Edit, FileEdit, Fix, Rule, Severity
from layerwise.text import apply_edits

MAX_ROUNDS = 25
"""A fix may make room for the next one; no real file needs more than a few rounds."""


class Applied(NamedTuple):
    """A fix that was applied, and the finding that it was for (its spans refer to the text of its round)."""

    rule: Rule
    message: str
    fix: Fix


class Skipped(NamedTuple):
    """A fix that was not applied, and why."""

    rule: Rule
    message: str
    fix: Fix
    reason: str


@dataclass(frozen=True)
class FixResult:
    """What ``fix_all`` made of a file."""

    before: Analysis
    after: Analysis
    applied: tuple[Applied, ...]
    skipped: tuple[Skipped, ...]
    rounds: int
    files: tuple[FileEdit, ...] = ()
    """Changes to other files of the build context."""

    @property
    def text(self) -> str:
        return self.after.text

    @cached_property
    def edits(self) -> tuple[Edit, ...]:
        """The way from the text before to the text after, as narrow edits of the former."""
        return tuple(narrow_edits(self.before.text, self.after.text))


class _Candidate(NamedTuple):
    reported: Reported
    fix: Fix

    @property
    def rule(self) -> Rule:
        return self.reported.rule

    def identity(self, text: str) -> tuple[object, ...]:
        """What the candidate is, wherever it stands."""
        changes = tuple((edit.span.of(text), edit.text) for edit in self.fix.edits)
        return self.rule.id, self.reported.message, self.fix.title, changes, self.fix.files


class _Run:
    """The state of one ``fix_all``."""

    def __init__(self, analysis: Analysis, allowed: frozenset[Applicability], only: frozenset[str] | None) -> None:
        self.analysis = analysis
        self.allowed = allowed
        self.only = only
        self.applied: list[Applied] = []
        self.skipped: list[Skipped] = []
        self.refused: set[tuple[object, ...]] = set()
        self.files: dict[str, FileEdit] = {}

    def candidates(self) -> Iterator[_Candidate]:
        """Of each finding the first fix that is allowed."""
        for reported in self.analysis.findings:
            if self.only is not None and reported.rule.id not in self.only:
                continue
            fix = next((each for each in reported.finding.fixes if each.applicability in self.allowed), None)
            if fix is None:
                continue
            candidate = _Candidate(reported, fix)
            if candidate.identity(self.analysis.text) not in self.refused:
                yield candidate

    def round(self) -> bool:
        """Apply what can be applied side by side. Whether anything was."""
        chosen = _side_by_side(self.candidates())
        return bool(chosen) and self.accept_some(chosen)

    def accept_some(self, chosen: list[_Candidate]) -> bool:
        """Apply all of these, or else as many of the first as do no harm; the others come again in the next round."""
        if self.accept(chosen):
            return True
        half = len(chosen) // 2
        return half > 0 and (self.accept_some(chosen[:half]) or self.accept_some(chosen[half:]))

    def accept(self, chosen: list[_Candidate]) -> bool:
        """Apply these fixes, unless that does harm. What does harm alone is never tried again."""
        text = apply_edits(self.analysis.text, [edit for each in chosen for edit in each.fix.edits])
        after = analyse(
            text,
            path=self.analysis.path,
            settings=self.analysis.settings,
            files=self.analysis.context,
            previous=self.analysis,
        )
        harm = _harm(self.analysis, after, [text for each in chosen for text in each.fix.drops])
        if harm:
            if len(chosen) == 1:
                self.refuse(chosen[0], harm)
            return False
        for each in chosen:
            self.applied.append(Applied(each.rule, each.reported.message, each.fix))
            self.files.update((file.path, file) for file in each.fix.files)
            if each.fix.files:
                self.refused.add(each.identity(self.analysis.text))
        self.analysis = after
        return True

    def refuse(self, candidate: _Candidate, reason: str) -> None:
        self.refused.add(candidate.identity(self.analysis.text))
        self.skipped.append(Skipped(candidate.rule, candidate.reported.message, candidate.fix, reason))


def fix_all(
    analysis: Analysis,
    applicability: Applicability = Applicability.SAFE,
    *,
    only: Collection[Rule] | None = None,
) -> FixResult:
    """Fix all that can be fixed: apply fixes that don't overlap, look again, and go on until nothing changes.

    :param applicability: ``SAFE``, or ``UNSAFE`` for safe and unsafe fixes. Refactorings are never applied in bulk.
    :param only: fix findings of these rules only.
    """
    allowed = {Applicability.SAFE}
    if applicability is not Applicability.SAFE:
        allowed.add(Applicability.UNSAFE)
    ids = None if only is None else frozenset(rule.id for rule in only)
    run = _Run(analysis, frozenset(allowed), ids)
    seen = {analysis.text}
    rounds = 0
    while rounds < MAX_ROUNDS and run.round():
        rounds += 1
        if not run.files and run.analysis.text in seen:
            break
        seen.add(run.analysis.text)
    return FixResult(analysis, run.analysis, tuple(run.applied), tuple(run.skipped), rounds, tuple(run.files.values()))


def _side_by_side(candidates: Iterable[_Candidate]) -> list[_Candidate]:
    """Those that touch none of the text that an earlier one touches."""
    chosen: list[_Candidate] = []
    taken: list[Edit] = []
    files: set[str] = set()
    for candidate in candidates:
        edits, paths = candidate.fix.edits, {file.path for file in candidate.fix.files}
        if any(_collide(edit, other) for edit in edits for other in taken) or not files.isdisjoint(paths):
            continue
        chosen.append(candidate)
        taken += edits
        files |= paths
    return chosen


def _collide(one: Edit, other: Edit) -> bool:
    """Edits that merely touch are kept apart too: which comes first would be a guess."""
    return one.span.start <= other.span.end and other.span.start <= one.span.end


def _harm(before: Analysis, after: Analysis, dropped: Iterable[str]) -> str:
    """What is worse after a change, as a phrase; empty when nothing is."""
    problems = Counter(problem.code for problem in after.dockerfile.problems)
    problems.subtract(problem.code for problem in before.dockerfile.problems)
    new = [code for code, count in problems.items() if count > 0]
    if new:
        return f"the builder would refuse the result: {new[0]}"
    lost = comments_of(before.build) - comments_of(after.build) - Counter(dropped)
    if lost:
        return f"a comment would be lost: {next(iter(lost))}"
    errors = _errors(after) - _errors(before)
    if errors:
        return f"it would bring a new error: {next(iter(errors))}"
    return ""


def _errors(analysis: Analysis) -> Counter[str]:
    return Counter(each.rule.id for each in analysis.findings if each.severity is Severity.ERROR)
