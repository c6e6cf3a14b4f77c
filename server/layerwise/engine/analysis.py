"""All that is known of one text under some settings. Immutable; each part is computed when first asked for and kept."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from layerwise.build import build
from layerwise.build.model import Build
from layerwise.context.tree import ContextTree
from layerwise.engine.linting import Failure, Found, Harvest, Linter
from layerwise.engine.orphans import orphans_of
from layerwise.engine.selection import Selection, selection
from layerwise.engine.settings import Settings
from layerwise.engine.suppressing import Silenced, Suppressions
from layerwise.lint import Applicability, Finding, Related, Rule, Severity, Suppression, Tag
from layerwise.syntax import parse
from layerwise.syntax.tree import Dockerfile
from layerwise.text import LineIndex, Span

_DEFAULTS = Settings()


class Reported:
    """A finding of a rule, and how severe it is here. Its spans are put in their place when they are asked for."""

    __slots__ = ("_finding", "at", "kept", "rule", "severity", "start")

    def __init__(self, found: Found, at: int, severity: Severity) -> None:
        self.rule: Rule = found.rule
        self.severity = severity
        self.kept = found.finding
        """The finding relative to ``at``: the same object for as long as nothing that it came from has changed."""
        self.at = at + found.at
        self._finding: Finding | None = None
        self.start = self.at + found.finding.span.start
        """Where the finding starts, the same as ``span.start``."""

    @property
    def span(self) -> Span:
        return self.kept.span.moved(self.at)

    @property
    def message(self) -> str:
        return self.kept.message

    @property
    def tags(self) -> tuple[Tag, ...]:
        return self.kept.tags

    @property
    def grades(self) -> tuple[Applicability, ...]:
        """How far each of its fixes may be trusted, in order of preference."""
        return tuple(fix.applicability for fix in self.kept.fixes)

    @property
    def is_optimizable(self) -> bool:
        """One of its fixes is part of "Optimize this Dockerfile"."""
        return any(fix.optimizes or fix.applicability is Applicability.SAFE for fix in self.kept.fixes)

    @property
    def related(self) -> tuple[Related, ...]:
        return tuple(related.moved(self.at) for related in self.kept.related)

    @property
    def aliases(self) -> tuple[str, ...]:
        """The ids under which other tools would report this very finding."""
        return self.rule.aliases if self.kept.reported_as is None else self.kept.reported_as

    @property
    def finding(self) -> Finding:
        if self._finding is None:
            self._finding = self.kept.moved(self.at)
        return self._finding

    def __repr__(self) -> str:
        return f"<{self.rule.id} {self.severity.label} at {self.span.start}..{self.span.end}: {self.message}>"


class Analysis:
    """A Dockerfile, what its build would do, and what the rules say about it. Made by ``analyse``."""

    def __init__(
        self, text: str, path: str | None, settings: Settings, context: ContextTree | None, previous: Analysis | None
    ) -> None:
        self.text = text
        self.path = path
        self.settings = settings
        self.context = context
        self._before: tuple[Dockerfile | None, Build | None] = (None, None)
        self._linter_before: Linter | None = None
        if previous is not None:
            known = previous.__dict__
            self._before = (
                known.get("dockerfile") or previous._before[0],
                known.get("build") or previous._before[1],
            )
            self._linter_before = known.get("linter") or previous._linter_before

    @cached_property
    def lines(self) -> LineIndex:
        return self.dockerfile.lines

    @cached_property
    def dockerfile(self) -> Dockerfile:
        before, build_before = self._before
        dockerfile = parse(self.text, before)
        self._before = (None, build_before)
        return dockerfile

    @cached_property
    def build(self) -> Build:
        dockerfile = self.dockerfile
        result = build(dockerfile, previous=self._before[1], args=self.settings.args, target=self.settings.target)
        self._before = (None, None)
        return result

    @cached_property
    def selection(self) -> Selection:
        return selection(self.settings, self.path)

    @cached_property
    def linter(self) -> Linter:
        """The rules in force, with what they found in the texts before this one."""
        before, self._linter_before = self._linter_before, None
        if before and before.selection is self.selection and before.context is self.context:
            return before
        return Linter(self.selection, self.context)

    @cached_property
    def findings(self) -> tuple[Reported, ...]:
        """What is to be shown, in the order of the text."""
        reported, _, _ = self._outcome
        return reported

    @cached_property
    def silenced(self) -> tuple[tuple[Reported, Suppression], ...]:
        """Findings that a suppression keeps from being shown, each with the first that does."""
        _, silenced, _ = self._outcome
        first = {id(each.reported): each for each in reversed(silenced)}
        return tuple((each.reported, each.suppression) for each in silenced if first[id(each.reported)] is each)

    @cached_property
    def failures(self) -> tuple[Failure, ...]:
        """Rules that raised an exception, for the caller to log. All else is not affected."""
        _, _, failures = self._outcome
        return failures

    @cached_property
    def suppressions(self) -> tuple[Suppression, ...]:
        return self._suppressions.all

    @cached_property
    def _suppressions(self) -> Suppressions:
        return Suppressions(self.dockerfile)

    @cached_property
    def _outcome(self) -> tuple[tuple[Reported, ...], list[Silenced], tuple[Failure, ...]]:
        reported: list[Reported] = []
        failures: list[Failure] = []
        for at, harvest in self.linter.stages(self.build.stages, self.dockerfile):
            reported += self._report(at, harvest)
            failures += [failure.moved(at) for failure in harvest.failures]
        in_order = len(reported)
        for at, harvest in self._beyond_stages():
            reported += self._report(at, harvest)
            failures += [failure.moved(at) for failure in harvest.failures]
        is_sorted = len(reported) == in_order
        silenced: list[Silenced] = []
        if self._suppressions.all:
            reported, silenced = self._suppressions.applied(reported)
            failed = [failure.rule for failure in failures]
            late: list[Reported] = []
            for suppression, seen in self._suppressions.verdicts(self.selection, silenced, failed):
                harvest = self.linter.suppression(suppression, **seen)
                late += self._report(0, harvest)
                failures += harvest.failures
            shown_late, hidden = self._suppressions.applied(late)
            reported += shown_late
            silenced += hidden
            is_sorted = is_sorted and not shown_late
        shown = [each for each in reported if each.severity is not Severity.OFF]
        if not is_sorted:
            shown.sort(key=_order)
        return tuple(shown), silenced, tuple(failures)

    def _beyond_stages(self) -> Iterator[tuple[int, Harvest]]:
        """What the rules found that is not in the order of the stages, with the place that it is relative to."""
        orphans = orphans_of(self.dockerfile)
        if orphans:
            for at, harvest in Linter(self.selection, self.context).stages([orphans.stage], orphans.dockerfile):
                found = [each for each in harvest.found if orphans.hold(each)]
                yield at + orphans.shift, Harvest(found, harvest.failures)
        yield 0, self.linter.build(self.build)

    def _report(self, at: int, harvest: Harvest) -> list[Reported]:
        if self._suppressions.makes_errors:
            reports = self._reported(at, harvest)
            for each in reports:
                each.severity = self._suppressions.raised(each.severity, each.aliases)
            return reports
        if harvest.reports is None or harvest.reports[0] != at:
            harvest.reports = at, self._reported(at, harvest)
        found: list[Reported] = harvest.reports[1]
        return found

    def _reported(self, at: int, harvest: Harvest) -> list[Reported]:
        return [Reported(found, at, self.selection.severity(found.rule, found.finding)) for found in harvest.found]


def analyse(
    text: str,
    *,
    path: str | None = None,
    settings: Settings = _DEFAULTS,
    files: ContextTree | None = None,
    previous: Analysis | None = None,
) -> Analysis:
    """The analysis of a text.

    :param path: the absolute path of the Dockerfile, with ``/``; None when it has none yet.
    :param files: the build context, None when it can't be seen (see ``context.locate``).
    :param previous: an analysis of an earlier state of the same file: makes this one faster, and changes nothing else.
    """
    return Analysis(text, path, settings, files, previous)


def _order(reported: Reported) -> tuple[int, int, str]:
    return reported.start, reported.span.end, reported.rule.id
