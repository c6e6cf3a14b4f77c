"""What can be done about the findings at a place: their fixes, silencing them, and merging RUNs. Plain data."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from layerwise.engine import Analysis, Reported, fix_all, ignore_edits
from layerwise.lint import Applicability, Edit, FileEdit, Fix
from layerwise.text import Span, apply_edits


class ActionKind(StrEnum):
    """The kinds of the Language Server Protocol that are on offer."""

    QUICK_FIX = "quickfix"
    REWRITE = "refactor.rewrite"
    FIX_ALL = "source.fixAll.layerwise"


@dataclass(frozen=True, slots=True)
class Action:
    """Something on offer. ``reported`` is the finding that it is about, None for one that is about a selection.

    ``disabled`` says why it cannot be done; then there are no edits. ``files`` are changes to other files.
    """

    title: str
    kind: ActionKind
    edits: tuple[Edit, ...] = ()
    reported: Reported | None = None
    preferred: bool = False
    disabled: str | None = None
    files: tuple[FileEdit, ...] = ()


def quick_fixes(analysis: Analysis, span: Span) -> Iterator[Action]:
    """The fixes of the findings that touch a span; the safe one that comes first is preferred."""
    for reported in _touched(analysis, span):
        for index, fix in enumerate(reported.finding.fixes):
            safe = fix.applicability is Applicability.SAFE
            kind = ActionKind.REWRITE if fix.applicability is Applicability.REFACTOR else ActionKind.QUICK_FIX
            yield Action(_title(fix), kind, fix.edits, reported, preferred=safe and not index, files=fix.files)


def silencing(analysis: Analysis, span: Span) -> Iterator[Action]:
    """ "Ignore on this line" for each rule that has a finding in a span."""
    seen: set[str] = set()
    for reported in _touched(analysis, span):
        if reported.rule.id not in seen:
            seen.add(reported.rule.id)
            title = f"Ignore {reported.rule.id} on this line"
            yield Action(title, ActionKind.QUICK_FIX, ignore_edits(analysis, reported), reported)


def fixing_all(analysis: Analysis) -> Action | None:
    """All safe fixes of the file as one action, None when there are none."""
    result = fix_all(analysis)
    if not result.applied:
        return None
    count = len(result.applied)
    title = f"Fix all {count} safely fixable problems" if count > 1 else "Fix the one safely fixable problem"
    return Action(title, ActionKind.FIX_ALL, result.edits, files=result.files)


def touched_rules(analysis: Analysis, span: Span) -> tuple[Reported, ...]:
    """One finding of each rule that has some in a span."""
    return tuple({each.rule.id: each for each in reversed(list(_touched(analysis, span)))}.values())[::-1]


def turned_off(rule_id: str, path: str, settings: str | None) -> tuple[Edit, ...] | None:
    """The edits that turn a rule off in a settings file.

    :param path: of the file, whose name says where in it the settings stand.
    :param settings: its text, None for one that does not exist yet.
    :returns: None when the file is such that we can't be sure to leave it valid.
    """
    table = "tool.layerwise.rules" if path.endswith("pyproject.toml") else "rules"
    line = f'"{rule_id}" = "off"'
    if settings is None:
        return (Edit(Span(0, 0), f"[{table}]\n{line}\n"),)
    header = f"[{table}]"
    edit = Edit(Span(len(settings), len(settings)), _separation(settings) + f"{header}\n{line}\n")
    start = 0
    for content in settings.splitlines(keepends=True):
        start += len(content)
        if content.strip() == header:
            end = "" if content.endswith("\n") else "\n"
            edit = Edit(Span(start, start), f"{end}{line}\n")
            break
    try:
        tomllib.loads(apply_edits(settings, [edit]).replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError:
        return None
    return (edit,)


def _separation(settings: str) -> str:
    if not settings.strip():
        return ""
    return "\n" if settings.endswith("\n") else "\n\n"


def _title(fix: Fix) -> str:
    if fix.applicability is Applicability.UNSAFE:
        return f"{fix.title} (check the result{': ' + fix.note if fix.note else ''})"
    return fix.title


def _touched(analysis: Analysis, span: Span) -> Iterator[Reported]:
    for reported in analysis.findings:
        if reported.start > span.end:
            return
        if reported.span.end >= span.start:
            yield reported
