"""The stable JSON format; ``docs/json-output.md`` and ``docs/json-output.schema.json`` describe it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from layerwise.cli.formats import Format
from layerwise.cli.report import Failure, Report, Totals, region_of
from layerwise.cli.terminal import Look
from layerwise.lint import Edit, Fix
from layerwise.text import LineIndex, Span

if TYPE_CHECKING:
    from layerwise.engine import Reported

VERSION = 1
"""The version of the format. New keys may be added under the same number; it grows when one changes or goes."""


def format_for(look: Look, *, quiet: bool) -> Format:
    return JsonFormat()


class JsonFormat:
    """One object, a file on a line."""

    is_for_machines = True
    between = ",\n"

    def begin(self) -> str:
        return f'{{"version": {VERSION}, "files": [\n'

    def file(self, report: Report) -> str:
        findings = [_finding(report.lines, reported) for reported in report.findings]
        return json.dumps({"path": report.path.replace("\\", "/"), "findings": findings}, ensure_ascii=False)

    def end(self, totals: Totals, failures: Sequence[Failure]) -> str:
        return "\n]}\n"


def _finding(lines: LineIndex, reported: Reported) -> dict[str, Any]:
    return {
        "rule": reported.rule.id,
        "aliases": list(reported.aliases),
        "severity": reported.severity.label,
        "message": reported.finding.message,
        **_range(lines, reported.finding.span),
        "url": reported.rule.url,
        "fixes": [_fix(lines, fix) for fix in reported.finding.fixes],
    }


def _fix(lines: LineIndex, fix: Fix) -> dict[str, Any]:
    described: dict[str, Any] = {
        "title": fix.title,
        "applicability": fix.applicability.value,
        "edits": [_edit(lines, edit) for edit in fix.edits],
    }
    if fix.files:
        described["files"] = [{"path": edit.path, "text": edit.text} for edit in fix.files]
    return described


def _edit(lines: LineIndex, edit: Edit) -> dict[str, Any]:
    return {**_range(lines, edit.span), "text": edit.text}


def _range(lines: LineIndex, span: Span) -> dict[str, dict[str, int]]:
    region = region_of(lines, span)
    return {
        "start": {"line": region.start_line, "column": region.start_column},
        "end": {"line": region.end_line, "column": region.end_column},
    }
