"""What one run has found, in the form that the output formats and the exit status need."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct, field

from layerwise.lint import Applicability, Severity
from layerwise.text import LineIndex, Span

if TYPE_CHECKING:
    from layerwise.engine import Reported


class Report(Struct, frozen=True):
    """The findings in one file, in order of their place."""

    path: str
    lines: LineIndex
    findings: Sequence[Reported]
    context_root: str = ""
    """The absolute path of the build context, which fixes name other files relative to; empty when it is unknown."""


class Failure(Struct, frozen=True):
    """A file that could not be read, or a path that leads to none, and why in a few words."""

    path: str
    message: str


class Totals(Struct):
    """Counts over some files. Plain data, so that one process can send it to another."""

    files: int = 0
    files_with_findings: int = 0
    severities: Counter[Severity] = field(default_factory=Counter)
    safe_fixes: int = 0
    """Findings whose first safe fix would be applied."""
    unsafe_fixes: int = 0
    """Findings that have an unsafe fix and no safe one."""

    def add(self, other: Totals) -> None:
        self.files += other.files
        self.files_with_findings += other.files_with_findings
        self.severities.update(other.severities)
        self.safe_fixes += other.safe_fixes
        self.unsafe_fixes += other.unsafe_fixes

    @property
    def findings(self) -> int:
        return self.severities.total()

    def reaches(self, threshold: Severity | None) -> bool:
        """Whether something was found that is at least as grave; never for None."""
        return threshold is not None and any(severity <= threshold for severity in self.severities)


def totals_of(findings: Sequence[Reported]) -> Totals:
    """The counts of one file."""
    grades = [{fix.applicability for fix in reported.finding.fixes} for reported in findings]
    return Totals(
        files=1,
        files_with_findings=1 if findings else 0,
        severities=Counter(reported.severity for reported in findings),
        safe_fixes=sum(Applicability.SAFE in grade for grade in grades),
        unsafe_fixes=sum(Applicability.UNSAFE in grade and Applicability.SAFE not in grade for grade in grades),
    )


class Region(Struct, frozen=True):
    """A span as people count: lines and columns from 1, columns in code points, the end behind the last character."""

    start_line: int
    start_column: int
    end_line: int
    end_column: int


def region_of(lines: LineIndex, span: Span) -> Region:
    start, end = lines.position(span.start), lines.position(span.end)
    return Region(start.line + 1, start.column + 1, end.line + 1, end.column + 1)
