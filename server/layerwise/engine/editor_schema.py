"""The settings as the extension declares them to VS Code, made from the dataclasses in ``settings``.

The extension's manifest holds them beside those that are the extension's own; it knows no setting of the server by
name. Every default is empty, so that what nobody has set leaves the settings file in force.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import Field, fields
from typing import Any

from layerwise.engine.discovery import FAMILIES, RULES
from layerwise.engine.reading_settings import camel
from layerwise.engine.schema import schema
from layerwise.engine.settings import PROFILES, BuildSettings, Choice, EditorSettings, Settings

TITLE = "Findings"
"""The heading that the server's settings stand under in the editor."""

_NAMES = (
    "A rule is named by its id (`size/apk-cache-left`), another tool's id (`DL3019`), its family (`size`), or a "
    "pattern (`DL30*`)."
)
_EMPTY: Mapping[str, Any] = {"string": "", "array": [], "object": {}}
# A form can be shown for a list of plain strings only; the examples are proposed in ``settings.json``.
_SELECTOR = {"type": "string", "examples": [*FAMILIES, *RULES]}
_PROFILE = {"type": "string", "enum": ["", *PROFILES], "enumItemLabels": ["as the settings file says", *PROFILES]}


def declared(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """An extension's manifest (``package.json``) with the server's settings as they are now."""
    contributes = manifest["contributes"]
    others = [each for each in contributes["configuration"] if each["title"] != TITLE]
    ours = {"title": TITLE, "properties": dict(_properties())}
    return {**manifest, "contributes": {**contributes, "configuration": [*others, ours]}}


def _properties() -> Iterator[tuple[str, dict[str, Any]]]:
    """Each setting by its full name, in the order in which the editor shows them."""
    for order, (name, about, shape) in enumerate(_settings()):
        unset = shape["default"] if shape["type"] == "boolean" else _EMPTY[shape["type"]]
        shown = {**shape, "markdownDescription": about, "default": unset, "order": order, "scope": "resource"}
        yield f"layerwise.{name}", shown


def _settings() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Name, meaning and JSON schema of each setting; those about the build are single ones in an editor."""
    whole = schema()
    shapes = {**whole["properties"], "profile": _PROFILE, "overrides": _overrides(whole["properties"]["overrides"])}
    known = _for_editor(shapes, {**whole["$defs"], "selector": _SELECTOR})
    for each in fields(EditorSettings):
        yield camel(each.name), each.metadata["about"], {"type": "boolean", "default": each.default}
    for each in fields(Settings):
        if each.metadata.get("hidden") or each.metadata.get("only_in_files"):
            continue
        if each.name == "build":
            for part in fields(BuildSettings):
                yield f"build.{part.name}", part.metadata["about"], known["build"]["properties"][part.name]
        else:
            yield camel(each.name), _meaning(each), known[each.name.replace("_", "-")]


def _meaning(setting: Field[Any]) -> str:
    about: str = setting.metadata["about"]
    if setting.name == "profile":
        return f"{about} Empty: as the settings file says, else `{setting.metadata['default']}`."
    return f"{about} {_NAMES}" if setting.name in Choice.__dataclass_fields__ else about


def _overrides(shape: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of the overrides, whose names are in camel case too. What the rules are need not be said again."""
    rules = {"type": "object", "additionalProperties": {"$ref": "#/$defs/rule"}}
    properties = {camel(name): each for name, each in {**shape["items"]["properties"], "rules": rules}.items()}
    return {**shape, "items": {**shape["items"], "properties": properties}}


def _for_editor(shape: Any, definitions: Mapping[str, Any]) -> Any:
    """A schema as an editor reads it in a manifest: its texts are Markdown, and it refers to nothing."""
    if isinstance(shape, list):
        return [_for_editor(each, definitions) for each in shape]
    if not isinstance(shape, Mapping):
        return shape
    if "$ref" in shape:
        return _for_editor(definitions[shape["$ref"].rpartition("/")[2]], definitions)
    return {
        "markdownDescription" if name == "description" and isinstance(each, str) else name: _for_editor(
            each, definitions
        )
        for name, each in shape.items()
    }
