"""Findings as they are shown: with their severity, at their place, in the order of the text."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from msgspec import Struct

from layerwise.lint import Applicability, Finding, Related, Rule, Severity, Tag
from layerwise.text import Span


class Failure(NamedTuple):
    """A rule that raised. ``span`` is the step, stage or file it looked at."""

    rule: Rule
    span: Span
    error: Exception

    def moved(self, by: int) -> Failure:
        return Failure(self.rule, self.span.moved(by), self.error)


class Found(Struct, frozen=True):
    """A finding, kept relative to ``at``."""

    at: int
    rule: Rule
    finding: Finding

    @property
    def start(self) -> int:
        return self.at + self.finding.span.start


class Harvest(Struct, frozen=True, eq=False):
    """What some rules found, in the order of the text and with its severity, and which of them failed."""

    graded: tuple[tuple[Found, Severity], ...] = ()
    failures: tuple[Failure, ...] = ()


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

    def reports(self) -> list[Reported]:
        """Itself."""
        return [self]

    def __repr__(self) -> str:
        return f"<{self.rule.id} {self.severity.label} at {self.span.start}..{self.span.end}: {self.message}>"


class Piece(Struct, frozen=True):
    """Findings that follow each other, relative to ``at``.

    ``harvest`` is the identical object for as long as nothing that it came from has changed.
    """

    at: int
    harvest: Harvest

    @property
    def start(self) -> int:
        """Before all that is in it, and behind all that stands before it."""
        return self.at

    def reports(self) -> list[Reported]:
        """All of it, also what is off."""
        return [Reported(found, self.at, severity) for found, severity in self.harvest.graded]


Shown = Piece | Reported


def merged(pieces: Sequence[Piece], loose: Iterable[Reported]) -> Sequence[Shown]:
    """All that is to be shown, in the order of the text. A piece among which something loose belongs is taken apart.

    :param pieces: in the order of the text; one ends where the next begins.
    """
    apart = [each for each in loose if each.severity is not Severity.OFF]
    if not apart:
        return pieces
    places = [piece.at for piece in pieces]
    broken = {bisect_right(places, each.start) - 1 for each in apart}
    apart += [reported for index in broken if index >= 0 for reported in pieces[index].reports()]
    whole: list[Shown] = [piece for index, piece in enumerate(pieces) if index not in broken]
    return sorted([*whole, *sorted(apart, key=_order)], key=lambda each: each.start)


def _order(reported: Reported) -> tuple[int, int, str]:
    return reported.start, reported.span.end, reported.rule.id
