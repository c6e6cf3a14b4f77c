"""The shape of the settings as a JSON schema and as a page, both made from the dataclasses in ``settings``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

from layerwise.engine.discovery import FAMILIES, RULES
from layerwise.engine.settings import PROFILES, BuildSettings, Override, Settings
from layerwise.lint import DOCS, Option, Rule, Severity

_STRINGS = {"type": "array", "items": {"type": "string"}}
_SELECTORS = {"type": "array", "items": {"$ref": "#/$defs/selector"}}
_TYPES = {bool: "boolean", int: "integer", str: "string"}


def schema() -> dict[str, Any]:
    """The JSON schema of ``layerwise.toml``."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": f"{DOCS}layerwise.schema.json",
        "title": "Settings of Layerwise",
        **_object(Settings),
        "$defs": {
            "severity": {"enum": [severity.label for severity in Severity]},
            "selector": {
                "description": "A rule by its id or an alias, a family of rules, or a pattern with `*`.",
                "anyOf": [{"enum": _selectors()}, {"type": "string"}],
            },
            "rule": {
                "anyOf": [
                    {"$ref": "#/$defs/severity"},
                    {"type": "object", "properties": {"severity": {"$ref": "#/$defs/severity"}}},
                ]
            },
        },
    }


def _object(kind: type) -> dict[str, Any]:
    visible = [each for each in fields(kind) if not each.metadata.get("hidden")]
    described = {
        each.name.replace("_", "-"): {"description": each.metadata["about"], **_VALUES[each.name]} for each in visible
    }
    required = [each.name for each in visible if each.metadata.get("required")]
    extra = {"required": required} if required else {}
    return {"type": "object", "additionalProperties": False, "properties": described, **extra}


def _selectors() -> list[str]:
    aliases = {alias for rule in RULES.values() for alias in rule.aliases}
    return ["*", *FAMILIES, *RULES, *sorted(aliases)]


def _rules() -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {rule.id: _rule(rule) for rule in RULES.values()},
        "additionalProperties": {"$ref": "#/$defs/rule"},
    }


def _rule(rule: Rule) -> dict[str, Any]:
    options = {name: _option(option) for name, option in sorted(rule.options.items())}
    table = {
        "type": "object",
        "properties": {"severity": {"$ref": "#/$defs/severity"}, **options},
        "additionalProperties": False,
    }
    return {"description": rule.summary, "anyOf": [{"$ref": "#/$defs/severity"}, table]}


def _option(option: Option) -> dict[str, Any]:
    if isinstance(option.default, tuple):
        return {"description": option.description, "default": list(option.default), **_STRINGS}
    return {"description": option.description, "default": option.default, "type": _TYPES[type(option.default)]}


_VALUES: Mapping[str, dict[str, Any]] = {
    "profile": {"enum": list(PROFILES), "default": "recommended"},
    "select": _SELECTORS,
    "extend_select": _SELECTORS,
    "ignore": _SELECTORS,
    "rules": _rules(),
    "paths": _STRINGS,
    "exclude": _STRINGS,
    "context": {"type": "string"},
    "target": {"type": "string"},
    "args": {"type": "object", "additionalProperties": {"type": "string"}},
}
_VALUES = {
    **_VALUES,
    "build": _object(BuildSettings),
    "overrides": {"type": "array", "items": _object(Override)},
}


def settings_table(kind: type) -> Iterator[str]:
    """The rows of a table that says what each setting means."""
    yield "| setting | type | meaning |"
    yield "|---|---|---|"
    for each in fields(kind):
        if not each.metadata.get("hidden"):
            name = each.name.replace("_", "-")
            yield f"| `{name}` | {_type(_VALUES[each.name])} | {each.metadata['about']} |"


def _type(value: Mapping[str, Any]) -> str:
    if "enum" in value:
        return ", ".join(f"`{item}`" for item in value["enum"])
    if value["type"] == "array":
        return "array of tables" if value["items"].get("type") == "object" else "array of strings"
    return "table" if value["type"] == "object" else str(value["type"])
