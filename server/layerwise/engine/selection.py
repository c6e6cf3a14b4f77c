"""Which rules are on for a file, and how severe each of their findings is. Follows from the settings alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from layerwise.engine.discovery import RULES, names_alias, names_rule
from layerwise.engine.settings import Choice, Settings
from layerwise.knowledge.profiles import BUILDKIT, HADOLINT
from layerwise.lint import Finding, Rule, Severity

_SEVERITIES = {severity.label: severity for severity in Severity}
_TABLES: Mapping[str, Mapping[str, Severity]] = {
    "hadolint": {code: _SEVERITIES[level] for code, level in HADOLINT.items()},
    "buildkit": {code: _SEVERITIES[level] for code, level in BUILDKIT.items()},
}


class _Switch(NamedTuple):
    """Turns what ``selector`` means on (severity None), off, or to a severity."""

    selector: str
    severity: Severity | None


class Selection:
    """The rules that are on for one file. Immutable, but for what it remembers; compare with ``is``."""

    def __init__(self, choices: Iterable[Choice]) -> None:
        self.profile = "recommended"
        self._only: tuple[str, ...] | None = None
        self._switches: list[_Switch] = []
        self._options: dict[str, dict[str, Any]] = {}
        for choice in choices:
            self._apply(choice)
        self._known: dict[tuple[str, tuple[str, ...], Severity | None], Severity] = {}
        self.rules: tuple[Rule, ...] = tuple(rule for rule in RULES.values() if self._is_on(rule))
        """The rules that can report something."""

    def severity(self, rule: Rule, finding: Finding | None = None) -> Severity:
        """How severe a finding of the rule is; without a finding, what the rule's findings are as a rule.

        An alias counts for the findings that the other tool would report under it, and for no others.
        """
        names = rule.aliases if finding is None or finding.reported_as is None else finding.reported_as
        own = finding.severity if finding else None
        key = (rule.id, names, own)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._severity(rule, names, own)
        return known

    def options(self, rule: Rule) -> Mapping[str, Any]:
        """The value of each option that the rule declares."""
        defaults = {name: option.default for name, option in rule.options.items()}
        return {**defaults, **self._options.get(rule.id, {})}

    def _apply(self, choice: Choice) -> None:
        if choice.profile is not None:
            self.profile, self._only = choice.profile, None
        if choice.select is not None:
            self._only = choice.select
            self._switches = [each for each in self._switches if each.severity not in (None, Severity.OFF)]
        self._switches += [_Switch(selector, None) for selector in choice.extend_select]
        self._switches += [_Switch(selector, Severity.OFF) for selector in choice.ignore]
        for selector, chosen in sorted(choice.rules, key=lambda each: _breadth(each[0])):
            if chosen.severity is not None:
                self._switches.append(_Switch(selector, chosen.severity))
            if chosen.options:
                for rule in RULES.values():
                    if names_rule(selector, rule) or names_alias(selector, rule.aliases):
                        self._options.setdefault(rule.id, {}).update(chosen.options)

    def _is_on(self, rule: Rule) -> bool:
        """Whether any finding the rule could make would be shown, under whichever of its aliases it is reported."""
        reported = [(), rule.aliases, *((alias,) for alias in rule.aliases)]
        return any(self._severity(rule, names, None) is not Severity.OFF for names in reported)

    def _severity(self, rule: Rule, names: tuple[str, ...], own: Severity | None) -> Severity:
        severity = self._by_profile(rule, names, own)
        if self._only is not None:
            chosen = any(names_rule(each, rule) or names_alias(each, names) for each in self._only)
            severity = _turned_on(severity, rule, own) if chosen else Severity.OFF
        for switch in self._switches:
            if names_rule(switch.selector, rule) or names_alias(switch.selector, names):
                severity = _turned_on(severity, rule, own) if switch.severity is None else switch.severity
        return severity

    def _by_profile(self, rule: Rule, names: tuple[str, ...], own: Severity | None) -> Severity:
        if self.profile == "all":
            return _turned_on(Severity.OFF, rule, own)
        table = _TABLES.get(self.profile)
        if table is None:
            return rule.severity if own is None else own
        found = [table[name] for name in (rule.id, *names) if name in table]
        return min(found, default=Severity.OFF)


def selection(settings: Settings, path: str | None) -> Selection:
    """The selection for the file at ``path`` (absolute, with ``/``; None for one without a place).

    Files for which the same is chosen share the identical one.
    """
    return _selection(tuple(settings.choices(path)))


@lru_cache(maxsize=256)
def _selection(choices: tuple[Choice, ...]) -> Selection:
    return Selection(choices)


def _turned_on(severity: Severity, rule: Rule, own: Severity | None) -> Severity:
    """A severity for what is asked for by name: its usual one, or information for what is off by default."""
    for candidate in (severity, own, rule.severity):
        if candidate is not None and candidate is not Severity.OFF:
            return candidate
    return Severity.INFORMATION


def _breadth(selector: str) -> int:
    """Broad selectors come first, so that narrow ones have the last word."""
    if "*" in selector:
        return 0
    if selector.islower() and "/" not in selector:
        return 1
    return 2 if "/" in selector else 3
