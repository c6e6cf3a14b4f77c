"""What an editor offers to do about a finding, and that the edits do it: to the version they were made for, and narrowly."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from layerwise.lsp.encoding import Encoding, span_of
from layerwise.text import Edit, LineIndex, apply_edits

from .client import Client, spot

TEXT = "FROM debian\nMAINTAINER Ada\nCMD echo $HOME\n"
MAINTAINER, CMD = spot(1, 3), spot(2, 5)
OLD: dict[str, Any] = {"textDocument": {"codeAction": {"codeActionLiteralSupport": None}}}
"""A client that knows actions only as commands."""


def titles(actions: list[Any]) -> list[str]:
    return [each["title"] for each in actions]


def action(actions: list[Any], start: str) -> Any:
    return next(each for each in actions if each["title"].startswith(start))


def applied(text: str, edits: list[Any]) -> str:
    lines = LineIndex(text)

    def spans() -> Iterator[Edit]:
        for each in edits:
            start, end = each["range"]["start"], each["range"]["end"]
            places = (start["line"], start["character"]), (end["line"], end["character"])
            yield Edit(span_of(lines, *places, Encoding.UTF_16), each["newText"])

    return apply_edits(text, spans())


def only_document(edit: Any) -> Any:
    (change,) = edit["documentChanges"]
    return change


def test_a_safe_fix_is_preferred_and_made_for_the_version(started: Client) -> None:
    uri = started.open(TEXT, version=7)
    found = started.diagnostics(uri, 7)
    fix = action(started.actions(uri, MAINTAINER, diagnostics=found[1:2]), "Replace with `LABEL")
    assert fix["kind"] == "quickfix"
    assert fix["isPreferred"] is True
    assert fix["diagnostics"] == found[1:2]
    change = only_document(fix["edit"])
    assert change["textDocument"] == {"uri": uri, "version": 7}
    assert applied(TEXT, change["edits"]) == TEXT.replace(
        "MAINTAINER Ada", 'LABEL org.opencontainers.image.authors="Ada"'
    )


def test_an_unsafe_fix_says_that_a_person_should_look(started: Client) -> None:
    uri = started.open(TEXT)
    fix = action(started.actions(uri, CMD), "Use exec form")
    assert "(check the result: the shell expands" in fix["title"]
    assert not fix.get("isPreferred")


def test_what_two_rules_would_do_alike_is_offered_once(started: Client) -> None:
    uri = started.open("FROM python:3.12-slim\nCOPY requirements.txt ./\nRUN pip install -r requirements.txt\n")
    codes = {each["code"] for each in started.diagnostics(uri)}
    assert {"size/download-cache-left", "cache/missing-cache-mount"} <= codes
    offered = titles(started.actions(uri, spot(2, 4, 15)))
    assert [each for each in offered if "in a cache mount" in each] == [
        "Keep the cache of pip in a cache mount (check the result: only BuildKit knows cache mounts)"
    ]


def test_the_diagnostics_that_the_client_names_are_the_ones_that_count(started: Client) -> None:
    uri = started.open(TEXT)
    found = started.diagnostics(uri)
    whole = {"start": {"line": 0, "character": 0}, "end": {"line": 3, "character": 0}}
    everything = titles(started.actions(uri, whole))
    assert {f"Ignore {each['code']} on this line" for each in found} <= set(everything)
    named = titles(started.actions(uri, whole, diagnostics=found[1:2]))
    assert "Ignore build/deprecated-maintainer on this line" in named
    assert "Ignore pin/untagged-image on this line" not in named
    foreign = {"range": whole, "message": "x", "source": "other"}
    assert titles(started.actions(uri, whole, diagnostics=[foreign])) == everything


def test_a_diagnostic_of_an_earlier_version_is_found_again(started: Client) -> None:
    uri = started.open(TEXT)
    found = started.diagnostics(uri)
    started.change(uri, 2, {"text": "# a\n# b\n" + TEXT})
    fix = action(started.actions(uri, MAINTAINER, diagnostics=found[1:2]), "Replace with `LABEL")
    change = only_document(fix["edit"])
    assert change["textDocument"]["version"] == 2
    assert "MAINTAINER" not in applied("# a\n# b\n" + TEXT, change["edits"])


@pytest.mark.parametrize(
    ("only", "kinds"),
    [
        (["quickfix"], {"quickfix"}),
        (["source"], {"source.fixAll.layerwise", "source.optimize.layerwise"}),
        (["source.fixAll"], {"source.fixAll.layerwise"}),
        (["source.fixAll.layerwise"], {"source.fixAll.layerwise"}),
        (["source.fixAll.other"], set()),
        (["source.organizeImports"], set()),
        (["refactor.extract"], set()),
        ([""], {"quickfix", "source.fixAll.layerwise", "source.optimize.layerwise"}),
        (["source.optimize"], {"source.optimize.layerwise"}),
        (["refactor", "source.fixAll"], {"source.fixAll.layerwise"}),
    ],
)
def test_only_the_kinds_that_are_asked_for_are_offered(started: Client, only: list[str], kinds: set[str]) -> None:
    uri = started.open(TEXT)
    assert {each["kind"] for each in started.actions(uri, MAINTAINER, only=only)} - {"refactor.rewrite"} == kinds


def test_fix_all_is_not_offered_by_itself_while_the_cursor_moves(started: Client) -> None:
    uri = started.open(TEXT)
    assert any(each["kind"].startswith("source") for each in started.actions(uri, MAINTAINER, triggerKind=1))
    assert not any(each["kind"].startswith("source") for each in started.actions(uri, MAINTAINER, triggerKind=2))


def test_fix_all_gets_its_edits_when_it_is_chosen(started: Client) -> None:
    text = TEXT + "# 🚀\nFROM debian:12\nMAINTAINER Bob 🚀\n"
    uri = started.open(text)
    (offer,) = started.actions(uri, spot(0, 0), only=["source.fixAll"])
    assert "edit" not in offer
    change = only_document(started.ask("codeAction/resolve", offer)["edit"])
    assert change["textDocument"] == {"uri": uri, "version": 1}
    assert applied(text, change["edits"]).count("LABEL org.opencontainers.image.authors=") == 2
    assert all(each["range"]["start"]["line"] in (1, 5) for each in change["edits"])


def test_fix_all_of_an_earlier_version_is_refused(started: Client) -> None:
    uri = started.open(TEXT)
    (offer,) = started.actions(uri, spot(0, 0), only=["source.fixAll"])
    started.change(uri, 2, {"text": TEXT + "\n"})
    assert started.answer(started.request("codeAction/resolve", offer))["error"]["code"] == -32801


def test_fix_all_is_not_offered_when_there_is_nothing_to_fix(started: Client) -> None:
    uri = started.open("FROM debian\n")
    assert started.actions(uri, spot(0, 0), only=["source.fixAll"]) == []


def test_a_client_that_cannot_resolve_gets_the_edits_at_once(client: Client) -> None:
    client.start({"textDocument": {"codeAction": {"resolveSupport": None}}})
    uri = client.open(TEXT)
    (offer,) = client.actions(uri, spot(0, 0), only=["source.fixAll"])
    assert "LABEL" in applied(TEXT, only_document(offer["edit"])["edits"])


def test_ignoring_a_line_merges_into_the_comment_that_stands(started: Client) -> None:
    uri = started.open("# layerwise: ignore=build/other-rule because\nMAINTAINER Ada\nFROM debian\n")
    uri = started.open("FROM debian:12\n# layerwise: ignore=pin/untagged-image for now\nMAINTAINER Ada\n")
    found = started.diagnostics(uri)
    ignore = action(started.actions(uri, spot(2, 0)), "Ignore build/deprecated-maintainer")
    (change,) = only_document(ignore["edit"])["edits"]
    assert change["range"]["start"] == change["range"]["end"]
    assert change["newText"] == ",build/deprecated-maintainer"
    assert found


def test_ignoring_a_line_silences_the_finding(started: Client) -> None:
    uri = started.open(TEXT)
    ignore = action(started.actions(uri, MAINTAINER), "Ignore build/deprecated-maintainer")
    assert not ignore.get("isPreferred")
    text = applied(TEXT, only_document(ignore["edit"])["edits"])
    assert "# layerwise: ignore=build/deprecated-maintainer\nMAINTAINER Ada\n" in text
    started.change(uri, 2, {"text": text})
    assert "build/deprecated-maintainer" not in [each["code"] for each in started.diagnostics(uri, 2)]


RUNS = "FROM debian:12\nRUN one\nRUN two 🚀\nUSER app\nRUN three\n"


def test_neighbouring_runs_can_be_merged(started: Client) -> None:
    uri = started.open(RUNS)
    merge = action(started.actions(uri, spot(1, 2)), "Merge this RUN with the next")
    assert merge["kind"] == "refactor.rewrite"
    text = applied(RUNS, only_document(merge["edit"])["edits"])
    assert text.count("RUN") == 2
    assert "&& two 🚀" in text


def test_runs_that_cannot_be_merged_are_offered_with_the_reason(started: Client) -> None:
    uri = started.open(RUNS)
    (refused,) = started.actions(uri, spot(4, 2), only=["refactor"])
    assert "USER" in refused["disabled"]["reason"]
    assert "edit" not in refused
    selection = {"start": {"line": 2, "character": 0}, "end": {"line": 4, "character": 3}}
    assert any("disabled" in each for each in started.actions(uri, selection))
    assert not any("disabled" in each for each in started.actions(uri, spot(4, 2)))


def test_a_client_that_cannot_show_disabled_actions_gets_none(client: Client) -> None:
    client.start({"textDocument": {"codeAction": {"disabledSupport": False}}})
    uri = client.open(RUNS)
    assert client.actions(uri, spot(4, 2), only=["refactor"]) == []


def test_turning_a_rule_off_makes_a_settings_file(client: Client) -> None:
    client.start()
    uri = client.open(TEXT)
    off = action(client.actions(uri, MAINTAINER), "Turn off build/deprecated-maintainer in the workspace")
    create, change = off["edit"]["documentChanges"]
    assert create == {"kind": "create", "uri": client.uri("layerwise.toml")}
    assert change["textDocument"] == {"uri": client.uri("layerwise.toml"), "version": None}
    assert tomllib.loads(applied("", change["edits"])) == {"ignore": ["build/deprecated-maintainer"]}


def test_turning_a_rule_off_edits_the_settings_file_that_counts(client: Client, tmp_path: Path) -> None:
    """A change of it that the server makes, and is told of, is in force at once."""
    settings = tmp_path / "layerwise.toml"
    settings.write_text('# ours\nignore = ["pin/untagged-image"] # é🚀\n[rules]\n')
    client.start({"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": True}}})
    uri = client.open(TEXT)
    assert "build/deprecated-maintainer" in [each["code"] for each in client.diagnostics(uri)]
    change = only_document(action(client.actions(uri, MAINTAINER), "Turn off")["edit"])
    assert unquote(urlsplit(change["textDocument"]["uri"]).path) == str(settings)
    text = applied(settings.read_text(), change["edits"])
    assert text == '# ours\nignore = ["pin/untagged-image", "build/deprecated-maintainer"] # é🚀\n[rules]\n'
    settings.write_text(text)
    client.tell("workspace/didChangeWatchedFiles", {"changes": [{"uri": client.uri("layerwise.toml"), "type": 2}]})
    assert "build/deprecated-maintainer" not in [each["code"] for each in client.diagnostics(uri)]


def test_what_a_client_cannot_apply_is_not_offered(client: Client) -> None:
    client.start({"workspace": {"workspaceEdit": {"resourceOperations": []}}})
    uri = client.open(TEXT)
    offered = client.actions(uri, MAINTAINER)
    assert action(offered, "Replace with `LABEL")
    assert not any(title.startswith("Turn off") for title in titles(offered))


def test_a_client_without_versions_gets_plain_changes(client: Client) -> None:
    client.start({"workspace": {"workspaceEdit": {"documentChanges": False}}})
    uri = client.open(TEXT)
    fix = action(client.actions(uri, MAINTAINER), "Replace with `LABEL")
    assert list(fix["edit"]) == ["changes"]
    assert "LABEL" in applied(TEXT, fix["edit"]["changes"][uri])


def test_a_client_that_knows_only_commands_gets_commands(client: Client) -> None:
    client.start(OLD)
    client.answers["workspace/applyEdit"] = {"applied": True}
    uri = client.open(TEXT)
    command = action(client.actions(uri, MAINTAINER), "Replace with `LABEL")
    assert isinstance(command["command"], str)
    client.ask("workspace/executeCommand", {"command": command["command"], "arguments": command["arguments"]})
    (request,) = (each for each in client.asked if each["method"] == "workspace/applyEdit")
    assert "LABEL" in applied(TEXT, only_document(request["params"]["edit"])["edits"])
    client.change(uri, 2, {"text": TEXT + "\n"})
    again = client.request(
        "workspace/executeCommand", {"command": command["command"], "arguments": command["arguments"]}
    )
    assert client.answer(again)["error"]["code"] == -32801


def test_fixing_all_is_a_command_too(started: Client) -> None:
    started.answers["workspace/applyEdit"] = {"applied": True}
    uri = started.open(TEXT)
    started.ask("workspace/executeCommand", {"command": "layerwise.fixAll", "arguments": [uri]})
    (request,) = (each for each in started.asked if each["method"] == "workspace/applyEdit")
    assert "LABEL" in applied(TEXT, only_document(request["params"]["edit"])["edits"])


@pytest.mark.parametrize(
    "params",
    [
        {"command": "layerwise.unknown"},
        {"command": "layerwise.fixAll"},
        {"command": "layerwise.fixAll", "arguments": ["file:///never", 5]},
        {"command": "layerwise.fixAll", "arguments": ["file:///never"]},
        {"command": "layerwise.applyEdit", "arguments": [5, 5, 5]},
    ],
)
def test_a_command_that_cannot_be_run_is_refused(started: Client, params: Any) -> None:
    assert started.answer(started.request("workspace/executeCommand", params))["error"]["code"] == -32602


def test_a_document_that_is_not_open_has_no_actions(started: Client) -> None:
    assert not started.actions("file:///never/Dockerfile", spot(0, 0))
    stale = {"title": "Fix all", "data": {"uri": "file:///never/Dockerfile", "version": 1}}
    assert started.ask("codeAction/resolve", stale)["title"] == "Fix all"


UNORDERED = "FROM debian:12\nCOPY . /app\nRUN apt-get update && apt-get install -y 🚀 jq\nCMD serve\n"
ANNOTATING: dict[str, Any] = {"workspace": {"workspaceEdit": {"changeAnnotationSupport": {"groupsOnLabel": True}}}}


def test_optimizing_is_one_edit_that_says_of_each_change_what_it_is_for(client: Client) -> None:
    client.start(ANNOTATING)
    uri = client.open(UNORDERED)
    (offer,) = client.actions(uri, spot(0, 0), only=["source.optimize.layerwise"])
    assert offer["title"] == "Optimize this Dockerfile"
    assert "edit" not in offer
    edit = client.ask("codeAction/resolve", offer)["edit"]
    change = only_document(edit)
    assert change["textDocument"] == {"uri": uri, "version": 1}
    result = applied(UNORDERED, change["edits"])
    assert result.index("apt-get") < result.index("COPY")
    assert "--no-install-recommends" in result
    used = {each["annotationId"] for each in change["edits"]}
    assert used == set(edit["changeAnnotations"])
    assert not any(each["needsConfirmation"] for each in edit["changeAnnotations"].values())
    described = "\n".join(each["description"] for each in edit["changeAnnotations"].values())
    assert "size/recommended-packages: " in described
    assert "Check: Name the recommended packages" in described


def test_optimizing_for_a_client_that_knows_no_annotations(started: Client) -> None:
    uri = started.open(UNORDERED)
    (offer,) = started.actions(uri, spot(0, 0), only=["source.optimize"])
    edit = started.ask("codeAction/resolve", offer)["edit"]
    assert "changeAnnotations" not in edit
    assert "--no-install-recommends" in applied(UNORDERED, only_document(edit)["edits"])


def test_optimizing_by_command(client: Client) -> None:
    client.start(OLD)
    uri = client.open(UNORDERED)
    (offer,) = list(client.actions(uri, spot(0, 0), only=["source.optimize"]))
    assert offer["command"] == "layerwise.optimize"
    client.answers["workspace/applyEdit"] = {"applied": True}
    client.ask("workspace/executeCommand", {"command": offer["command"], "arguments": offer["arguments"]})
    (asked,) = [each for each in client.asked if each["method"] == "workspace/applyEdit"]
    assert "--no-install-recommends" in applied(UNORDERED, only_document(asked["params"]["edit"])["edits"])


def test_optimizing_is_not_offered_when_there_is_nothing_to_do(started: Client) -> None:
    uri = started.open("FROM debian\n")
    assert started.actions(uri, spot(0, 0), only=["source.optimize"]) == []


GO = 'FROM golang:1.22-bookworm\nWORKDIR /src\nCOPY . .\nRUN go build -o server . # 🚀\nEXPOSE 80\nCMD ["./server"]\n'


def test_the_final_stage_can_be_split(started: Client) -> None:
    uri = started.open(GO, version=3)
    (split,) = started.actions(uri, spot(3, 2), only=["refactor.extract"])
    assert split["kind"] == "refactor.extract"
    assert split["title"] == (
        "Split into stages: build the Go program, run it on debian:bookworm-slim"
        " (assumes that it reads no other file of `/src`, and 1 more)"
    )
    change = only_document(split["edit"])
    assert change["textDocument"] == {"uri": uri, "version": 3}
    text = applied(GO, change["edits"])
    assert text.startswith(GO.replace("-bookworm\n", "-bookworm AS build\n").partition("\nEXPOSE")[0])
    assert text.endswith('COPY --from=build /src/server /src/server\nEXPOSE 80\nCMD ["./server"]\n')


def test_a_split_is_not_offered_where_the_cursor_means_something_else(started: Client) -> None:
    uri = started.open(GO)
    assert started.actions(uri, spot(2, 2), only=["refactor.extract"]) == []
