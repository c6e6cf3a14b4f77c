"""Applying fixes in bulk until nothing is left to do, and rejecting every fix that would do harm."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

from msgspec import Struct

from layerwise.context import ContextTree, edited
from layerwise.engine.analysis import Analysis, analyse
from layerwise.engine.comments import comments_of
from layerwise.engine.lasting import Owned, lasting
from layerwise.engine.narrowing import narrow_edits
from layerwise.engine.reported import Reported
from layerwise.lint import Applicability, Edit, FileEdit, Fix, Rule, Severity
from layerwise.text import Span, apply_edits, unmoved

MAX_ROUNDS = 25
"""A fix may make room for the next one; no real file needs more than a few rounds."""


class Applied(NamedTuple):
    """A fix that was applied, and the finding that it was for.

    Its spans refer to the text behind the first ``step`` sets of fixes, see ``FixResult.origin``.
    """

    rule: Rule
    message: str
    fix: Fix
    step: int = 0


class Skipped(NamedTuple):
    """A fix that was not applied, and why."""

    rule: Rule
    message: str
    fix: Fix
    reason: str


class FixResult(Struct, frozen=True, dict=True):
    """What ``fix_all`` made of a file."""

    before: Analysis
    after: Analysis
    applied: tuple[Applied, ...]
    skipped: tuple[Skipped, ...]
    rounds: int
    files: tuple[FileEdit, ...] = ()
    """Changes to other files of the build context."""
    history: tuple[tuple[Edit, ...], ...] = ()
    """The edits of each set of fixes that were applied side by side, in order."""

    @property
    def text(self) -> str:
        return self.after.text

    @cached_property
    def edits(self) -> tuple[Edit, ...]:
        """The way from the text before to the text after, as narrow edits of the former."""
        return tuple(narrow_edits(self.before.text, self.after.text))

    @cached_property
    def lasting(self) -> tuple[Applied, ...]:
        """The fixes that show in the result: not a cleanup that was added, and the fix that took it out again."""
        steps: list[list[Owned]] = [[] for _ in self.history]
        for owner, applied in enumerate(self.applied):
            steps[applied.step] += (Owned(owner, edit) for edit in applied.fix.edits)
        seen = lasting(self.before.text, steps)
        return tuple(each for owner, each in enumerate(self.applied) if owner in seen or each.fix.files)

    def origin(self, applied: Applied) -> tuple[Span, ...]:
        """The places in the text before that the edits of a fix come down to."""
        spans = [edit.span for edit in applied.fix.edits]
        for edits in reversed(self.history[: applied.step]):
            spans = [Span(unmoved(span.start, edits), unmoved(span.end, edits)) for span in spans]
        return tuple(spans)


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

    def __init__(
        self,
        analysis: Analysis,
        choose: Callable[[Reported], Iterable[Fix]],
        worst: Severity,
        only: frozenset[str] | None,
    ) -> None:
        self.analysis = analysis
        self.choose = choose
        self.worst = worst
        """The severity from which on no fix may bring a new finding."""
        self.only = only
        self.history: list[tuple[Edit, ...]] = []
        self.applied: list[Applied] = []
        self.skipped: list[Skipped] = []
        self.refused: set[tuple[object, ...]] = set()
        self.files: dict[str, FileEdit] = {}

    def candidates(self) -> Iterator[_Candidate]:
        """Of each finding the first fix that is to be applied and has not done harm."""
        for reported in self.analysis.findings:
            if self.only is not None and reported.rule.id not in self.only:
                continue
            candidates = (_Candidate(reported, fix) for fix in self.choose(reported))
            candidate = next((each for each in candidates if not self.is_refused(each)), None)
            if candidate:
                yield candidate

    def is_refused(self, candidate: _Candidate) -> bool:
        return candidate.identity(self.analysis.text) in self.refused

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
        edits = tuple(edit for each in chosen for edit in each.fix.edits)
        text = apply_edits(self.analysis.text, edits)
        after = analyse(
            text,
            path=self.analysis.path,
            settings=self.analysis.settings,
            files=self.context_after(chosen),
            previous=self.analysis,
        )
        harm = _harm(self.analysis, after, [text for each in chosen for text in each.fix.drops], self.worst)
        if harm:
            if len(chosen) == 1:
                self.refuse(chosen[0], harm)
            return False
        for each in chosen:
            self.applied.append(Applied(each.rule, each.reported.message, each.fix, len(self.history)))
            self.files.update((file.path, self.from_the_start(file)) for file in each.fix.files)
            if each.fix.files:
                self.refused.add(each.identity(self.analysis.text))
        self.history.append(edits)
        self.analysis = after
        return True

    def context_after(self, chosen: list[_Candidate]) -> ContextTree | None:
        """The build context with what the fixes write into it."""
        texts = {file.path: file.text for each in chosen for file in each.fix.files}
        context = self.analysis.context
        return edited(context, texts) if context and texts else context

    def from_the_start(self, file: FileEdit) -> FileEdit:
        """The same new text, for the file as it was before any fix."""
        known = self.files.get(file.path)
        return file if known is None else FileEdit(file.path, file.text, known.before)

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
    return _until_nothing_changes(_Run(analysis, _first_of(frozenset(allowed)), Severity.ERROR, ids))


def optimize(analysis: Analysis) -> FixResult:
    """All safe fixes, and those unsafe ones that make builds faster or images smaller (``Fix.optimizes``).

    A person is to look at the whole before it counts. In the end there is no warning that was not there before.
    """
    result = _until_nothing_changes(_Run(analysis, _best, Severity.ERROR, None))
    # What one fix leaves to be done the next one mostly does. Where none does, no fix may leave anything.
    if _findings(result.after, Severity.WARNING) - _findings(analysis, Severity.WARNING):
        return _until_nothing_changes(_Run(analysis, _best, Severity.WARNING, None))
    return result


def _first_of(allowed: frozenset[Applicability]) -> Callable[[Reported], Iterable[Fix]]:
    """Chooses of each finding the first fix of these grades."""
    return lambda reported: [fix for fix in reported.finding.fixes if fix.applicability in allowed][:1]


def _best(reported: Reported) -> Iterator[Fix]:
    """The fixes of a finding that may be part of an optimization, those made for it first."""
    fixes = [fix for fix in reported.finding.fixes if fix.applicability is not Applicability.REFACTOR]
    yield from (fix for fix in fixes if fix.optimizes)
    yield from (fix for fix in fixes if fix.applicability is Applicability.SAFE and not fix.optimizes)


def _until_nothing_changes(run: _Run) -> FixResult:
    before = run.analysis
    seen = {before.text}
    rounds = 0
    while rounds < MAX_ROUNDS:
        refused = len(run.refused)
        if not run.round():
            if len(run.refused) == refused:
                break
            # What was refused makes room for another fix of its finding, or for one that it stood in the way of.
            continue
        rounds += 1
        if not run.files and run.analysis.text in seen:
            break
        seen.add(run.analysis.text)
    files, history = tuple(run.files.values()), tuple(run.history)
    return FixResult(before, run.analysis, tuple(run.applied), tuple(run.skipped), rounds, files, history)


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


def _harm(before: Analysis, after: Analysis, dropped: Iterable[str], worst: Severity) -> str:
    """What is worse after a change, as a phrase; empty when nothing is."""
    problems = Counter(problem.code for problem in after.dockerfile.problems)
    problems.subtract(problem.code for problem in before.dockerfile.problems)
    new = [code for code, count in problems.items() if count > 0]
    if new:
        return f"the builder would refuse the result: {new[0]}"
    lost = comments_of(before.build) - comments_of(after.build) - Counter(dropped)
    if lost:
        return f"a comment would be lost: {next(iter(lost))}"
    new_findings = _findings(after, worst) - _findings(before, worst)
    if new_findings:
        return f"it would bring a new {worst.label}: {next(iter(new_findings))}"
    return ""


def _findings(analysis: Analysis, worst: Severity) -> Counter[str]:
    """How many findings there are of each rule that are at least so severe."""
    return Counter(each.rule.id for each in analysis.findings if each.severity <= worst)
