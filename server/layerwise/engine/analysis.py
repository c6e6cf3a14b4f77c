"""All that is known of one text under some settings. Immutable; each part is computed when first asked for and kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import compress

from layerwise.build import build
from layerwise.build.model import Build
from layerwise.context.tree import ContextTree
from layerwise.engine.linting import Linter
from layerwise.engine.orphans import orphans_of
from layerwise.engine.reported import Failure, Piece, Reported, Shown, merged
from layerwise.engine.selection import Selection, selection
from layerwise.engine.settings import Settings
from layerwise.engine.suppressing import Silenced, Suppressions
from layerwise.lint import Severity, Suppression
from layerwise.syntax import parse
from layerwise.syntax.tree import Dockerfile
from layerwise.text import LineIndex

_DEFAULTS = Settings()


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
        reports = [reported for piece in self.shown for reported in piece.reports()]
        return tuple([each for each in reports if each.severity is not Severity.OFF])

    @property
    def shown(self) -> Sequence[Shown]:
        """The same, and what is off, in pieces: all of a stage is one for as long as the stage is the same."""
        pieces, _, _ = self._outcome
        return pieces

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

    @property
    def late_failures(self) -> tuple[Failure, ...]:
        """Rules that raised an exception when they were asked for the fixes of a finding, as far as they were."""
        failed = (each for each in self.findings if each.kept.failure is not None)
        return tuple(Failure(each.rule, each.span, each.kept.failure) for each in failed if each.kept.failure)

    @cached_property
    def suppressions(self) -> tuple[Suppression, ...]:
        return self._suppressions.all

    @cached_property
    def _suppressions(self) -> Suppressions:
        return Suppressions(self.dockerfile)

    @cached_property
    def _outcome(self) -> tuple[Sequence[Shown], list[Silenced], tuple[Failure, ...]]:
        pieces = self.linter.stages(self.build.stages, self.dockerfile)
        beyond = list(self._beyond_stages())
        failing = [piece for piece in (*pieces, *beyond) if piece.harvest.failures]
        failures = [failure.moved(piece.at) for piece in failing for failure in piece.harvest.failures]
        suppressions = self._suppressions
        if not suppressions.all and not suppressions.makes_errors:
            return merged(pieces, [each for piece in beyond for each in piece.reports()]), [], tuple(failures)
        touched = [suppressions.may_touch(piece) for piece in pieces]
        loose = [*compress(pieces, touched), *beyond]
        reports, silenced = suppressions.applied([each for piece in loose for each in self._raised(piece)])
        failed = [failure.rule for failure in failures]
        late: list[Reported] = []
        for suppression, seen in suppressions.verdicts(self.selection, silenced, failed):
            piece = Piece(0, self.linter.suppression(suppression, **seen))
            late += self._raised(piece)
            failures += piece.harvest.failures
        shown_late, hidden = suppressions.applied(late)
        whole = [piece for piece, is_touched in zip(pieces, touched, strict=True) if not is_touched]
        return merged(whole, [*reports, *shown_late]), [*silenced, *hidden], tuple(failures)

    def _beyond_stages(self) -> Iterator[Piece]:
        """What the rules found that is not in the order of the stages."""
        orphans = orphans_of(self.dockerfile)
        if orphans:
            linter = Linter(self.selection, self.context)
            for piece in linter.stages(orphans.stages, orphans.dockerfile):
                found = [found for found, _ in piece.harvest.graded if orphans.hold(found)]
                yield Piece(piece.at + orphans.shift, linter.harvest(found, piece.harvest.failures))
        yield Piece(0, self.linter.build(self.build))

    def _raised(self, piece: Piece) -> list[Reported]:
        reports = piece.reports()
        if self._suppressions.makes_errors:
            for each in reports:
                each.severity = self._suppressions.raised(each.severity, each.aliases)
        return reports


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
