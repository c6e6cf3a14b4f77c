"""``layerwise rules``: all rules in a table, or as JSON."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections.abc import Iterator
from typing import Any

from layerwise.cli.errors import CLEAN
from layerwise.cli.formats.text import SEVERITY_STYLES
from layerwise.cli.markdown import painted, plain
from layerwise.cli.terminal import Look, look_of, never_fail, use_utf8
from layerwise.engine import RULES, Selection, Settings, selection
from layerwise.lint import Rule, Severity


def list_rules(arguments: Namespace) -> int:
    """Print the catalogue."""
    chosen = selection(Settings(profile=arguments.profile), None)
    if arguments.output_format == "json":
        use_utf8(sys.stdout)
        json.dump({"version": 1, "rules": list(_described(chosen))}, sys.stdout, ensure_ascii=False, indent=1)
        sys.stdout.write("\n")
        return CLEAN
    never_fail(sys.stdout)
    for line in _table(chosen, look_of(sys.stdout, arguments.color)):
        print(line)
    return CLEAN


def _described(chosen: Selection) -> Iterator[dict[str, Any]]:
    for rule in RULES.values():
        yield {
            "rule": rule.id,
            "aliases": list(rule.aliases),
            "severity": chosen.severity(rule).label,
            "fixes": [grade.value for grade in rule.fixes],
            "summary": rule.summary,
            "url": rule.url,
            "options": {
                name: {"default": option.default, "description": option.description}
                for name, option in rule.options.items()
            },
        }


def _table(chosen: Selection, look: Look) -> Iterator[str]:
    rows = [_row(rule, chosen.severity(rule)) for rule in RULES.values()]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(3)]
    last = max(20, look.width - sum(widths) - 2 * len(widths))
    for rule, (name, severity, fixes, summary) in zip(RULES.values(), rows, strict=True):
        styles = SEVERITY_STYLES.get(chosen.severity(rule), ("faint",))
        cells = [
            look.paint(name.ljust(widths[0]), "bold"),
            look.paint(severity.ljust(widths[1]), *styles),
            fixes.ljust(widths[2]),
            painted(_shortened(summary, last), look),
        ]
        yield "  ".join(cells).rstrip()
    yield ""
    yield "`layerwise rule ID` explains one."


def _row(rule: Rule, severity: Severity) -> tuple[str, str, str, str]:
    fixes = ", ".join(grade.value for grade in rule.fixes) or "no fix"
    return rule.id, severity.label, fixes, rule.summary


def _shortened(text: str, width: int) -> str:
    return text if len(plain(text)) <= width else text[: width - 3].rstrip() + "..."
