"""The settings that the extension declares are the server's own, and the server reads them as they are declared."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from layerwise.engine import Settings, load_settings, selection, settings_from_editor
from layerwise.engine.docs import declare
from layerwise.engine.editor_schema import TITLE, declared

MANIFEST = Path(__file__).parents[2] / "client-vscode" / "package.json"
CONFIGURATION = json.loads(MANIFEST.read_text(encoding="utf-8"))["contributes"]["configuration"]
PROPERTIES: dict[str, dict[str, Any]] = {
    name: shape for part in CONFIGURATION if part["title"] == TITLE for name, shape in part["properties"].items()
}
DEFAULTS = {name.removeprefix("layerwise."): shape["default"] for name, shape in PROPERTIES.items()}


def nested(flat: dict[str, Any]) -> dict[str, Any]:
    """Settings as VS Code hands them to a server: a dot in a name makes an object."""
    whole: dict[str, Any] = {}
    for name, value in flat.items():
        *parents, last = name.split(".")
        place = whole
        for parent in parents:
            place = place.setdefault(parent, {})
        place[last] = value
    return whole


def test_the_committed_manifest_is_current(tmp_path: Path) -> None:
    copy = tmp_path / "package.json"
    copy.write_bytes(MANIFEST.read_bytes())
    declare(copy)
    assert copy.read_bytes() == MANIFEST.read_bytes(), "client-vscode/package.json is out of date: run `make docs`"


def test_the_settings_of_the_extension_itself_stay() -> None:
    manifest = {"name": "x", "contributes": {"configuration": [{"title": "Server", "properties": {"a.b": {}}}]}}
    once = declared(manifest)
    assert once["name"] == "x"
    assert [part["title"] for part in once["contributes"]["configuration"]] == ["Server", TITLE]
    assert declared(once) == once


def test_what_nobody_has_set_changes_nothing() -> None:
    assert settings_from_editor(nested(DEFAULTS), "/w") == (Settings(root="/w"), ())
    file = {"/w/layerwise.toml": "profile = 'hadolint'\n[build]\ncontext = 'app'\ntarget = 'x'\n"}
    loaded = load_settings("/w/Dockerfile", _Files(file), editor=nested(DEFAULTS), workspace="/w")
    assert not loaded.problems
    assert loaded.settings.context == "/w/app"
    assert loaded.settings.target == "x"
    assert selection(loaded.settings, "/w/Dockerfile").profile == "hadolint"


@pytest.mark.parametrize("name", PROPERTIES)
def test_each_setting_is_described_and_scoped(name: str) -> None:
    shape = PROPERTIES[name]
    assert shape["markdownDescription"].endswith(".")
    assert shape["scope"] == "resource"
    assert "$ref" not in json.dumps(shape)
    jsonschema.Draft7Validator.check_schema(shape)
    jsonschema.validate(shape["default"], shape)


@pytest.mark.parametrize(
    ("name", "value", "is_right"),
    [
        ("profile", "all", True),
        ("profile", "al", False),
        ("select", ["size", "DL3006", "DL30*"], True),
        ("extendSelect", ["style"], True),
        ("extendSelect", [1], False),
        ("ignore", ["pin/untagged-image"], True),
        ("rules", {"pin/untagged-image": "error", "DL4000": {"severity": "off"}}, True),
        ("rules", {"pin/untagged-image": "loud"}, False),
        ("rules", {"pin/untagged-image": {"bogus": 1}}, False),
        ("build.context", "app", True),
        ("build.target", "test", True),
        ("build.args", {"A": "1"}, True),
        ("build.args", {"A": 1}, False),
        ("overrides", [{"paths": ["*.dev"], "extendSelect": ["style"], "rules": {"size": "off"}}], True),
        ("overrides", [{"extendSelect": ["style"]}], False),
        ("syntaxErrors", False, True),
        ("syntaxErrors", "no", False),
    ],
)
def test_the_editor_and_the_server_agree_on_what_is_right(name: str, value: Any, *, is_right: bool) -> None:
    assert jsonschema.Draft7Validator(PROPERTIES[f"layerwise.{name}"]).is_valid(value) is is_right
    settings, mistakes = settings_from_editor(nested({**DEFAULTS, name: value}), "/w")
    assert (not mistakes) is is_right
    if is_right:
        assert settings != Settings(root="/w")
    else:
        assert mistakes[0].path[0] == name.partition(".")[0]


class _Files:
    def __init__(self, texts: dict[str, str]) -> None:
        self.texts = texts

    def read(self, path: str) -> str | None:
        return self.texts.get(path)

    def list(self, path: str) -> list[tuple[str, bool]]:
        return []

    def size(self, path: str) -> int:
        return len(self.texts[path])
