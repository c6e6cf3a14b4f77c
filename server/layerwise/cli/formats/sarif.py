"""SARIF 2.1.0, the OASIS standard that code-scanning services read. Numbers in brackets name its sections."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from layerwise import __version__
from layerwise.cli.formats import Format
from layerwise.cli.paths import shown_path
from layerwise.cli.report import Failure, Report, Totals, region_of
from layerwise.cli.terminal import Look
from layerwise.lint import FileEdit, Fix, Rule, Severity
from layerwise.lint.rule import DOCS
from layerwise.text import LineIndex, Span

if TYPE_CHECKING:
    from layerwise.engine import Reported

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.INFORMATION: "note",
    Severity.HINT: "note",
    Severity.OFF: "none",
}


def format_for(look: Look, *, quiet: bool) -> Format:
    return SarifFormat()


class SarifFormat:
    """One run; every rule of the tool is described, so that a result can name its rule by its index."""

    is_for_machines = True
    between = ",\n"

    def begin(self) -> str:
        run = {"tool": {"driver": _driver(self._rules)}, "columnKind": "unicodeCodePoints"}
        head = json.dumps({"$schema": _SCHEMA, "version": "2.1.0"}, ensure_ascii=False)
        return f'{head[:-1]}, "runs": [{json.dumps(run, ensure_ascii=False)[:-1]}, "results": [\n'

    def file(self, report: Report) -> str:
        results = (self._result(report, reported) for reported in report.findings)
        return self.between.join(json.dumps(result, ensure_ascii=False) for result in results)

    def end(self, totals: Totals, failures: Sequence[Failure]) -> str:
        invocation: dict[str, Any] = {"executionSuccessful": not failures}
        if failures:
            invocation["toolExecutionNotifications"] = [_notification(failure) for failure in failures]
        return f'\n], "invocations": [{json.dumps(invocation, ensure_ascii=False)}]}}]}}\n'

    @cached_property
    def _rules(self) -> tuple[Rule, ...]:
        from layerwise.engine import RULES

        return tuple(RULES.values())

    @cached_property
    def _index(self) -> dict[str, int]:
        return {rule.id: index for index, rule in enumerate(self._rules)}

    def _result(self, report: Report, reported: Reported) -> dict[str, Any]:
        """[3.27]"""
        finding = reported.finding
        result: dict[str, Any] = {
            "ruleId": reported.rule.id,
            "ruleIndex": self._index[reported.rule.id],
            "level": _LEVELS[reported.severity],
            "message": {"text": finding.message},
            "locations": [_location(report, finding.span)],
        }
        if finding.related:
            result["relatedLocations"] = [
                {"id": index, "message": {"text": related.message}, **_location(report, related.span)}
                for index, related in enumerate(finding.related)
            ]
        if finding.fixes:
            result["fixes"] = [_fix(report, fix) for fix in finding.fixes]
        if reported.aliases:
            result["properties"] = {"aliases": list(reported.aliases)}
        return result


def _driver(rules: Sequence[Rule]) -> dict[str, Any]:
    """[3.19]"""
    return {
        "name": "Layerwise",
        "version": __version__,
        "semanticVersion": __version__,
        "informationUri": DOCS,
        "rules": [_descriptor(rule) for rule in rules],
    }


def _descriptor(rule: Rule) -> dict[str, Any]:
    """[3.49]"""
    return {
        "id": rule.id,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": rule.section("Why").strip() or rule.summary},
        "help": {"text": rule.manual, "markdown": rule.manual},
        "helpUri": rule.url,
        "defaultConfiguration": {"level": _LEVELS[rule.severity], "enabled": rule.severity is not Severity.OFF},
        "properties": {"tags": [rule.family, *rule.aliases]},
    }


def _location(report: Report, span: Span) -> dict[str, Any]:
    """[3.28]"""
    return {"physicalLocation": {**_artifact(report.path), "region": _region(report.lines, span)}}


def _artifact(path: str) -> dict[str, Any]:
    """[3.4]; relative to the working folder where it lies below, which is what code-scanning services match."""
    path = shown_path(path)
    uri = quote(path, errors="surrogateescape")
    is_absolute = path.startswith("/") or path[1:3] == ":/"
    return {"artifactLocation": {"uri": f"file:///{uri.lstrip('/')}" if is_absolute else uri}}


def _region(lines: LineIndex, span: Span) -> dict[str, int]:
    """[3.30]; the end column is that behind the last character."""
    region = region_of(lines, span)
    return {
        "startLine": region.start_line,
        "startColumn": region.start_column,
        "endLine": region.end_line,
        "endColumn": region.end_column,
    }


def _fix(report: Report, fix: Fix) -> dict[str, Any]:
    """[3.55]"""
    title = fix.title if fix.applicability.value == "safe" else f"{fix.title} ({fix.applicability.value})"
    replacements = [
        {"deletedRegion": _region(report.lines, edit.span), "insertedContent": {"text": edit.text}}
        for edit in fix.edits
    ]
    own = [{**_artifact(report.path), "replacements": replacements}] if replacements else []
    return {
        "description": {"text": title},
        "artifactChanges": [*own, *(_file_change(report, edit) for edit in fix.files)],
    }


def _file_change(report: Report, edit: FileEdit) -> dict[str, Any]:
    lines = LineIndex(edit.before or "")
    whole = _region(lines, Span(0, len(lines.text)))
    return {
        **_artifact(f"{report.context_root}/{edit.path}" if report.context_root else edit.path),
        "replacements": [{"deletedRegion": whole, "insertedContent": {"text": edit.text}}],
    }


def _notification(failure: Failure) -> dict[str, Any]:
    """[3.58]"""
    return {
        "level": "error",
        "message": {"text": f"{failure.path}: {failure.message}"},
        "locations": [{"physicalLocation": _artifact(failure.path)}],
    }
