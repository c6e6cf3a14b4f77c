"""Settings come from files and from the editor; a change re-reports at once, and a bad one is shown where it stands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from .client import Client, spot

TEXT = "FROM debian\nMAINTAINER Ada\n"
IDS = ["pin/untagged-image", "build/deprecated-maintainer"]
CONFIGURATION = {"workspace": {"configuration": True}}
WATCHING = {"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": True}}}


def ids(diagnostics: list[Any]) -> list[str]:
    return [each["code"] for each in diagnostics]


def changed(client: Client, name: str) -> None:
    client.tell("workspace/didChangeWatchedFiles", {"changes": [{"uri": client.uri(name), "type": 2}]})


def test_the_settings_file_counts_from_the_start(client: Client, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.layerwise]\nignore = ["pin/untagged-image"]\n')
    client.start(WATCHING)
    assert ids(client.diagnostics(client.open(TEXT))) == IDS[1:]


def test_a_change_of_a_settings_file_re_reports_at_once(client: Client, tmp_path: Path) -> None:
    client.start(WATCHING)
    uri = client.open(TEXT)
    assert ids(client.diagnostics(uri)) == IDS
    watched = [each for each in client.asked if each["method"] == "client/registerCapability"]
    globs = [each["globPattern"] for each in watched[0]["params"]["registrations"][0]["registerOptions"]["watchers"]]
    assert any("layerwise" in glob for glob in globs)
    assert any("dockerignore" in glob for glob in globs)
    settings = tmp_path / "layerwise.toml"
    settings.write_text('[rules]\n"pin/untagged-image" = "error"\n')
    changed(client, "layerwise.toml")
    assert [each["severity"] for each in client.diagnostics(uri)] == [1, 2]
    settings.write_text('ignore = ["build/*"]\n')
    changed(client, "layerwise.toml")
    assert ids(client.diagnostics(uri)) == IDS[:1]
    settings.unlink()
    changed(client, "layerwise.toml")
    assert ids(client.diagnostics(uri)) == IDS


def test_without_word_from_the_client_files_are_looked_at_now_and_then(client: Client, tmp_path: Path) -> None:
    client.start()
    uri = client.open(TEXT)
    assert ids(client.diagnostics(uri)) == IDS
    assert not client.asked
    (tmp_path / "layerwise.toml").write_text('ignore = ["pin/untagged-image"]\n')
    assert ids(client.diagnostics(uri)) == IDS[1:]


def test_a_bad_setting_is_shown_where_it_stands_and_the_rest_applies(client: Client, tmp_path: Path) -> None:
    settings = tmp_path / "layerwise.toml"
    settings.write_text('# é🚀\nignore = ["pin/untagged-image", "no/such-rule"]\n')
    client.start(WATCHING)
    uri = client.open(TEXT)
    (problem,) = client.diagnostics(client.uri("layerwise.toml"), None)
    assert problem["range"] == spot(1, 32, 46)
    assert problem["severity"] == 2
    assert "no/such-rule" in problem["message"]
    assert ids(client.diagnostics(uri)) == IDS[1:]
    settings.write_text("ignore = [")
    changed(client, "layerwise.toml")
    (broken,) = client.diagnostics(client.uri("layerwise.toml"), None)
    assert "TOML" in broken["message"]
    settings.write_text("")
    changed(client, "layerwise.toml")
    assert client.diagnostics(client.uri("layerwise.toml"), None) == []


def test_a_problem_of_a_settings_file_goes_with_the_last_document(client: Client, tmp_path: Path) -> None:
    (tmp_path / "layerwise.toml").write_text("no-such-setting = 1\n")
    client.start(WATCHING)
    uri = client.open(TEXT)
    assert client.diagnostics(client.uri("layerwise.toml"), None)
    client.close(uri)
    assert client.diagnostics(client.uri("layerwise.toml"), None) == []


def test_the_settings_of_the_editor_are_pulled_and_win(client: Client, tmp_path: Path) -> None:
    (tmp_path / "layerwise.toml").write_text('rules."pin/untagged-image" = "hint"\n')
    client.settings = {"rules": {"pin/untagged-image": "error"}}
    client.start(CONFIGURATION, WATCHING)
    uri = client.open(TEXT)
    assert [each["severity"] for each in client.diagnostics(uri)] == [1, 2]
    items = next(each for each in client.asked if each["method"] == "workspace/configuration")["params"]["items"]
    assert items == [{"section": "layerwise"}, {"scopeUri": client.root.as_uri(), "section": "layerwise"}]
    client.settings = None
    client.tell("workspace/didChangeConfiguration", {"settings": None})
    assert [each["severity"] for each in client.diagnostics(uri)] == [4, 2]


def test_settings_can_be_pushed_by_an_editor_that_cannot_be_asked(client: Client) -> None:
    client.start(WATCHING)
    uri = client.open(TEXT)
    assert ids(client.diagnostics(uri)) == IDS
    client.tell("workspace/didChangeConfiguration", {"settings": {"layerwise": {"ignore": ["pin/untagged-image"]}}})
    assert ids(client.diagnostics(uri)) == IDS[1:]


@pytest.mark.parametrize("wrapped", [None, "layerwise", "settings"])
def test_settings_can_come_with_initialize(client: Client, wrapped: str | None) -> None:
    settings = {"ignore": ["pin/untagged-image"]}
    client.start(WATCHING, initializationOptions={wrapped: settings} if wrapped else settings)
    assert ids(client.diagnostics(client.open(TEXT))) == IDS[1:]


@pytest.mark.parametrize("louder", [{}, {"profile": "all"}, {"rules": {"build/syntax": "warning"}}])
def test_syntax_errors_can_be_left_to_another_extension(client: Client, louder: dict[str, Any]) -> None:
    client.settings = louder
    client.start(CONFIGURATION, WATCHING)
    uri = client.open("FROM debian:12\nRUNN x\nMAINTAINER Ada\n")
    assert "build/syntax" in ids(client.diagnostics(uri))
    client.settings = {**louder, "syntaxErrors": False}
    client.tell("workspace/didChangeConfiguration", {"settings": None})
    left = ids(client.diagnostics(uri))
    assert "build/syntax" not in left
    assert "build/deprecated-maintainer" in left


def test_a_client_that_never_answers_gets_diagnostics_all_the_same(client: Client) -> None:
    client.is_mute = True
    client.start(CONFIGURATION, WATCHING)
    assert ids(client.diagnostics(client.open(TEXT))) == IDS
    assert client.asked


def test_a_mistake_in_the_settings_of_the_editor_is_told_once(client: Client) -> None:
    client.settings = {"profile": "no such profile"}
    client.start(CONFIGURATION)
    uri = client.open(TEXT)
    client.diagnostics(uri)
    assert "no such profile" in client.told("window/showMessage")["message"]
    client.open(TEXT, "Other.Dockerfile")
    client.diagnostics(client.uri("Other.Dockerfile"))
    client.settle()
    assert not any(each.get("method") == "window/showMessage" for each in client.inbox)


def test_each_workspace_folder_has_its_own_settings(client: Client, tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    folders = [{"uri": client.uri(name), "name": name} for name in ("one", "two")]

    def reply(message: Any) -> Any:
        items = message["params"].get("items", ())
        return [
            {"ignore": ["pin/untagged-image"]} if item.get("scopeUri") == folders[1]["uri"] else {} for item in items
        ]

    client.reply = reply  # type: ignore[method-assign]
    client.start(CONFIGURATION, workspaceFolders=folders)
    assert ids(client.diagnostics(client.open(TEXT, "one/Dockerfile"))) == IDS
    assert ids(client.diagnostics(client.open(TEXT, "two/Dockerfile"))) == IDS[1:]
    gone = {"added": [], "removed": [folders[1]]}
    client.tell("workspace/didChangeWorkspaceFolders", {"event": gone})
    assert ids(client.diagnostics(client.uri("two/Dockerfile"))) == IDS
