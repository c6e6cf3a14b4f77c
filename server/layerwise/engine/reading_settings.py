"""From plain data (a TOML table, an editor's settings) to ``Settings``. What is wrong is named, the rest applies."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields
from difflib import get_close_matches
from typing import Any, NamedTuple

from layerwise.engine.discovery import FAMILIES, RULES, is_foreign, resolve
from layerwise.engine.settings import PROFILES, BuildSettings, Choice, EditorSettings, Override, RuleSettings, Settings
from layerwise.engine.toml_places import KeyPath
from layerwise.lint import Option, Severity

SEVERITIES: Mapping[str, Severity] = {severity.label: severity for severity in Severity}


class Mistake(NamedTuple):
    """What is wrong with the setting at ``path``; ``at_key`` when it is the key that is wrong, not its value."""

    path: KeyPath
    message: str
    at_key: bool = False


def settings_from(data: Mapping[str, Any], root: str | None) -> tuple[Settings, tuple[Mistake, ...]]:
    """The settings in a table, and what is wrong with it.

    :param data: names are in kebab case, as in TOML; ``None`` counts as not set.
    :param root: the absolute folder that patterns are relative to.
    """
    reader = _Reader()
    values = reader.table(data, (), Settings)
    return Settings(**values, root=root), tuple(reader.mistakes)


def settings_from_editor(data: Mapping[str, Any], root: str | None) -> tuple[Settings, tuple[Mistake, ...]]:
    """The same for an editor's settings: names may be in camel case, what is empty counts as not set, and what is not
    ours (the client keeps settings of its own beside them) is passed over."""
    known = {_kebab(each.name) for each in _visible(Settings) if not each.metadata.get("only_in_files")}
    plain = {_kebab(name): _from_editor(_kebab(name), value) for name, value in data.items()}
    settings, mistakes = settings_from({name: value for name, value in plain.items() if name in known}, root)
    off, more = _turned_off(plain)
    found = tuple(each._replace(path=(camel(str(each.path[0])), *each.path[1:])) for each in (*mistakes, *more))
    return (Settings(rules=off).over(settings) if off else settings), found


def camel(name: str) -> str:
    """The name of a setting as an editor writes it."""
    first, *others = name.replace("_", "-").split("-")
    return first + "".join(map(str.capitalize, others))


def _turned_off(data: Mapping[str, Any]) -> tuple[tuple[tuple[str, RuleSettings], ...], list[Mistake]]:
    """The rules whose findings an editor does not show, and what is wrong with the settings that say so."""
    off: list[tuple[str, RuleSettings]] = []
    mistakes: list[Mistake] = []
    for each in fields(EditorSettings):
        value = data.get(_kebab(each.name), True)
        if value is False:
            off += [(rule, RuleSettings(severity=Severity.OFF)) for rule in each.metadata["rules"]]
        elif value not in (True, None):
            mistakes.append(Mistake((_kebab(each.name),), f"a boolean is expected, not {_kind(value)}"))
    return tuple(off), mistakes


class _Reader:
    def __init__(self) -> None:
        self.mistakes: list[Mistake] = []

    def wrong(self, path: KeyPath, message: str, *, at_key: bool = False) -> None:
        self.mistakes.append(Mistake(path, message, at_key))

    def table(self, data: Any, path: KeyPath, kind: type) -> dict[str, Any]:
        """The values of a table by field name; what is missing or wrong is left out."""
        if not isinstance(data, Mapping):
            self.wrong(path, f"a table is expected, not {_kind(data)}")
            return {}
        known = {_kebab(each.name): each.name for each in _visible(kind)}
        values: dict[str, Any] = {}
        for name, value in data.items():
            if value is None:
                continue
            if name not in known:
                self.wrong((*path, name), f"unknown setting `{name}`{_meant(name, known)}", at_key=True)
                continue
            read = _READERS[known[name]](self, value, (*path, name))
            if read is not None:
                values[known[name]] = read
        return values

    def text(self, value: Any, path: KeyPath) -> str | None:
        if isinstance(value, str):
            return value
        self.wrong(path, f"a string is expected, not {_kind(value)}")
        return None

    def texts(self, value: Any, path: KeyPath) -> tuple[str, ...] | None:
        if not isinstance(value, list | tuple):
            self.wrong(path, f"an array of strings is expected, not {_kind(value)}")
            return None
        read = [self.text(item, (*path, index)) for index, item in enumerate(value)]
        return tuple(item for item in read if item is not None)

    def profile(self, value: Any, path: KeyPath) -> str | None:
        if value in PROFILES:
            return str(value)
        self.wrong(path, f"unknown profile `{value}`{_meant(value, PROFILES) or _list('profiles', PROFILES)}")
        return None

    def selectors(self, value: Any, path: KeyPath) -> tuple[str, ...] | None:
        read = self.texts(value, path)
        if read is None:
            return None
        known = tuple(each for index, each in enumerate(read) if self.is_known(each, (*path, index)))
        return known if known or not value else None

    def is_known(self, selector: str, path: KeyPath, *, at_key: bool = False) -> bool:
        if resolve(selector) or is_foreign(selector) or selector in ("*", *FAMILIES):
            return True
        names = [*RULES, *FAMILIES, *(alias for rule in RULES.values() for alias in rule.aliases)]
        self.wrong(path, f"unknown rule `{selector}`{_meant(selector, names)}", at_key=at_key)
        return False

    def severity(self, value: Any, path: KeyPath) -> Severity | None:
        if isinstance(value, str) and value in SEVERITIES:
            return SEVERITIES[value]
        self.wrong(path, f"unknown severity `{value}`{_meant(value, SEVERITIES) or _list('severities', SEVERITIES)}")
        return None

    def rules(self, value: Any, path: KeyPath) -> tuple[tuple[str, RuleSettings], ...] | None:
        if not isinstance(value, Mapping):
            self.wrong(path, f"a table of rules is expected, not {_kind(value)}")
            return None
        return tuple(
            (selector, self.rule(selector, chosen, (*path, selector)))
            for selector, chosen in value.items()
            if chosen is not None and self.is_known(selector, (*path, selector), at_key=True)
        )

    def rule(self, selector: str, value: Any, path: KeyPath) -> RuleSettings:
        if not isinstance(value, Mapping):
            return RuleSettings(severity=self.severity(value, path))
        severity = None
        options: list[tuple[str, Any]] = []
        known = {name: option for rule in resolve(selector) for name, option in rule.options.items()}
        for name, each in value.items():
            if name == "severity":
                severity = self.severity(each, (*path, name))
            elif name not in known:
                meant = _meant(name, ["severity", *known])
                self.wrong((*path, name), f"`{selector}` has no option `{name}`{meant}", at_key=True)
            else:
                read = self.option(known[name], each, (*path, name))
                if read is not None:
                    options.append((name, read))
        return RuleSettings(severity=severity, options=tuple(options))

    def option(self, option: Option, value: Any, path: KeyPath) -> Any:
        if isinstance(option.default, tuple):
            return self.texts(value, path)
        if type(value) is type(option.default):
            return value
        self.wrong(path, f"{_kind(option.default)} is expected, not {_kind(value)}")
        return None

    def overrides(self, value: Any, path: KeyPath) -> tuple[Override, ...] | None:
        if not isinstance(value, list | tuple):
            self.wrong(path, f"an array of tables is expected, not {_kind(value)}")
            return None
        return tuple(override for index, each in enumerate(value) for override in self.override(each, (*path, index)))

    def override(self, value: Any, path: KeyPath) -> Iterator[Override]:
        values = self.table(value, path, Override)
        if values.get("paths"):
            yield Override(**values)
        elif isinstance(value, Mapping) and "paths" not in value:
            self.wrong(path, "an override needs `paths`", at_key=True)

    def build(self, value: Any, path: KeyPath) -> BuildSettings:
        return BuildSettings(**self.table(value, path, BuildSettings))

    def args(self, value: Any, path: KeyPath) -> tuple[tuple[str, str], ...] | None:
        if not isinstance(value, Mapping):
            self.wrong(path, f"a table of strings is expected, not {_kind(value)}")
            return None
        read = [(name, self.text(each, (*path, name))) for name, each in value.items()]
        return tuple((name, each) for name, each in read if each is not None)


_READERS: Mapping[str, Callable[[_Reader, Any, KeyPath], Any]] = {
    "profile": _Reader.profile,
    "select": _Reader.selectors,
    "extend_select": _Reader.selectors,
    "ignore": _Reader.selectors,
    "rules": _Reader.rules,
    "paths": _Reader.texts,
    "exclude": _Reader.texts,
    "build": _Reader.build,
    "overrides": _Reader.overrides,
    "context": _Reader.text,
    "target": _Reader.text,
    "args": _Reader.args,
}
"""How each field is read, by its name."""


def _visible(kind: type[Choice] | type) -> list[Any]:
    return [each for each in fields(kind) if not each.metadata.get("hidden")]


def _kebab(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).replace("_", "-").lower()


def _from_editor(name: str, value: Any) -> Any:
    """A value as it would stand in a settings file. An editor gives something empty for what nobody has set."""
    if name == "build" and isinstance(value, Mapping):
        return {inner: _unset_if_empty(each) for inner, each in value.items()}
    if name == "overrides" and isinstance(value, list):
        return [_in_kebab(each) if isinstance(each, Mapping) else each for each in value]
    return _unset_if_empty(value)


def _in_kebab(table: Mapping[str, Any]) -> dict[str, Any]:
    return {_kebab(name): value for name, value in table.items()}


def _unset_if_empty(value: Any) -> Any:
    return None if value in ([], {}, "") else value


def _meant(name: object, known: Mapping[str, Any] | list[str] | tuple[str, ...]) -> str:
    close = get_close_matches(str(name), list(known), n=1, cutoff=0.7)
    return f"; did you mean `{close[0]}`?" if close else ""


def _list(what: str, names: Iterable[str]) -> str:
    return f"; the {what} are " + ", ".join(f"`{name}`" for name in names)


def _kind(value: object) -> str:
    names: dict[type, str] = {
        bool: "a boolean",
        int: "an integer",
        float: "a number",
        str: "a string",
        list: "an array",
        tuple: "an array",
        dict: "a table",
    }
    return names.get(type(value), type(value).__name__)
