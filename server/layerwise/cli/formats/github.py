"""Annotations for GitHub Actions: a workflow command for each finding, shown at its line in a pull request."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from layerwise.cli.formats import Format
from layerwise.cli.paths import shown_path
from layerwise.cli.report import Failure, Report, Totals, region_of
from layerwise.cli.terminal import Look
from layerwise.lint import Severity

if TYPE_CHECKING:
    from layerwise.engine import Reported

_COMMANDS = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.INFORMATION: "notice",
    Severity.HINT: "notice",
}


def format_for(look: Look, *, quiet: bool) -> Format:
    return GithubFormat()


class GithubFormat:
    """Workflow commands; see "Workflow commands for GitHub Actions" in GitHub's documentation."""

    is_for_machines = True
    between = ""

    def begin(self) -> str:
        return ""

    def file(self, report: Report) -> str:
        return "".join(_annotation(report, reported) for reported in report.findings)

    def end(self, totals: Totals, failures: Sequence[Failure]) -> str:
        return "".join(
            f"::error {_properties(file=_in_repository(failure.path))}::{_escape(failure.message)}\n"
            for failure in failures
        )


def _annotation(report: Report, reported: Reported) -> str:
    region = region_of(report.lines, reported.finding.span)
    place = {"line": region.start_line, "endLine": region.end_line}
    if region.start_line == region.end_line:
        # GitHub takes columns only where both lie on one line.
        place |= {"col": region.start_column, "endColumn": region.end_column}
    properties = _properties(
        file=_in_repository(report.path), **place, title=f"{reported.severity.label}: {reported.rule.id}"
    )
    message = "\n".join([reported.finding.message, *_advice(reported)])
    return f"::{_COMMANDS[reported.severity]} {properties}::{_escape(message)}\n"


def _advice(reported: Reported) -> Iterator[str]:
    for fix in reported.finding.fixes[:1]:
        yield f"Fix: {fix.title}"
    yield reported.rule.url


def _in_repository(path: str) -> str:
    """A path as GitHub knows it: relative to the checkout where it lies inside of it."""
    return shown_path(path, os.environ.get("GITHUB_WORKSPACE") or None)


def _properties(**values: object) -> str:
    return ",".join(
        f"{name}={_escape(str(value)).replace(':', '%3A').replace(',', '%2C')}" for name, value in values.items()
    )


def _escape(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
