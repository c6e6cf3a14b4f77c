"""For people: each finding with its place in the code, what else matters for it, and what can be done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from layerwise.cli.cells import cells_of
from layerwise.cli.formats import Format
from layerwise.cli.frame import Mark, frame, gutter_width
from layerwise.cli.report import Failure, Report, Totals, region_of
from layerwise.cli.terminal import Look
from layerwise.lint import Applicability, Fix, Severity

if TYPE_CHECKING:
    from layerwise.engine import Reported

SEVERITY_STYLES = {
    Severity.ERROR: ("red", "bold"),
    Severity.WARNING: ("yellow", "bold"),
    Severity.INFORMATION: ("cyan", "bold"),
    Severity.HINT: ("green", "bold"),
}
_MOST_RELATED = 6


def format_for(look: Look, *, quiet: bool) -> Format:
    return TextFormat(look, quiet=quiet)


class TextFormat:
    """Code frames in the manner of rustc, and a line of totals."""

    is_for_machines = False
    between = ""

    def __init__(self, look: Look, *, quiet: bool) -> None:
        self.look = look
        self.quiet = quiet

    def begin(self) -> str:
        return ""

    def file(self, report: Report) -> str:
        return "".join(
            line + "\n" for reported in report.findings for line in [*finding_lines(report, reported, self.look), ""]
        )

    def end(self, totals: Totals, failures: Sequence[Failure]) -> str:
        return "" if self.quiet else "".join(line + "\n" for line in _summary(totals, failures, self.look))


def finding_lines(report: Report, reported: Reported, look: Look) -> Iterator[str]:
    """One finding, as the lines that show it."""
    finding, styles = reported.finding, SEVERITY_STYLES[reported.severity]
    region = region_of(report.lines, finding.span)
    marks = [Mark(finding.span), *(Mark(related.span, _fit(related.message)) for related in finding.related)]
    kept, dropped = marks[: 1 + _MOST_RELATED], len(marks) - 1 - _MOST_RELATED
    gutter = " " * gutter_width(report.lines, kept)

    head = look.paint(f"{reported.severity.label}[{reported.rule.id}]", *styles)
    yield f"{head}: {look.paint(_fit(finding.message), 'bold')}"
    yield f"{gutter}{look.paint('-->', 'blue', 'bold')} {_fit(report.path)}:{region.start_line}:{region.start_column}"
    yield from frame(report.lines, kept, look, *styles)
    hints = [*([f"note: and {dropped} more like these"] if dropped > 0 else []), *_fix_hints(finding.fixes)]
    if hints:
        yield gutter + look.paint(" |", "blue", "bold")
    for hint in hints:
        word, _, rest = hint.partition(": ")
        yield f"{gutter} {look.paint('=', 'blue', 'bold')} {look.paint(word, 'bold')}: {_fit(rest)}"


def count(number: int, noun: str) -> str:
    """``1 file``, ``2 files``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _fix_hints(fixes: Sequence[Fix]) -> Iterator[str]:
    for fix in fixes:
        grade = "" if fix.applicability is Applicability.SAFE else f" ({fix.applicability.value})"
        yield f"fix{grade}: {fix.title}"
        if fix.note:
            yield f"note: {fix.note}"


def severity_counts(totals: Totals, look: Look) -> str:
    """``1 error, 3 warnings``, each painted in its colour."""
    return ", ".join(
        look.paint(_severity_count(severity, totals.severities[severity]), *SEVERITY_STYLES[severity])
        for severity in sorted(totals.severities)
    )


def failure_count(failures: Sequence[Failure], look: Look) -> Iterator[str]:
    if failures:
        yield look.paint(f"{count(len(failures), 'path')} could not be checked.", "red", "bold")


def _summary(totals: Totals, failures: Sequence[Failure], look: Look) -> Iterator[str]:
    if totals.findings:
        found = look.paint(f"Found {count(totals.findings, 'problem')}", "bold")
        where = f"{totals.files_with_findings} of {count(totals.files, 'file')}"
        yield f"{found} in {where}: {severity_counts(totals, look)}."
        yield from _advice(totals)
    elif totals.files:
        yield look.paint(f"No problem found in {count(totals.files, 'file')}.", "green", "bold")
    yield from failure_count(failures, look)


def _advice(totals: Totals) -> Iterator[str]:
    safe, unsafe = totals.safe_fixes, totals.unsafe_fixes
    if safe and unsafe:
        yield f"`layerwise fix` removes {safe} of them, `layerwise fix --unsafe` {unsafe} more."
    elif safe or unsafe:
        yield f"`layerwise fix{'' if safe else ' --unsafe'}` removes {safe or unsafe} of them."
    yield "`layerwise rule ID` explains a rule."


def _severity_count(severity: Severity, number: int) -> str:
    if severity is Severity.INFORMATION:
        return f"{number} information"
    return count(number, severity.label)


def _fit(text: str) -> str:
    """A text from a file, as one line that a terminal can be trusted with."""
    return cells_of(text).shown
