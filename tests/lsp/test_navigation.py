"""Finding one's way, and typing: what the features say arrives in the protocol's shape."""

from __future__ import annotations

from typing import Any

import pytest

from .client import Client

TEXT = 'FROM debian:12 AS bäse\nARG NAME=x\nFROM bäse\nARG NAME\nRUN echo "$NAME" 🚀 $NAME\nCOPY --from=bäse /a /b\n'


def place(line: int, character: int) -> dict[str, int]:
    return {"line": line, "character": character}


def spot(line: int, start: int, end: int) -> dict[str, Any]:
    return {"start": place(line, start), "end": place(line, end)}


@pytest.mark.parametrize(
    ("method", "more", "expected"),
    [
        ("definition", {}, lambda uri: {"uri": uri, "range": spot(0, 18, 22)}),
        (
            "references",
            {"context": {"includeDeclaration": False}},
            lambda uri: [{"uri": uri, "range": spot(2, 5, 9)}, {"uri": uri, "range": spot(5, 12, 16)}],
        ),
        ("prepareRename", {}, lambda uri: spot(5, 12, 16)),
        (
            "documentHighlight",
            {},
            lambda uri: [
                {"range": spot(0, 18, 22), "kind": 3},
                {"range": spot(2, 5, 9), "kind": 2},
                {"range": spot(5, 12, 16), "kind": 2},
            ],
        ),
    ],
)
def test_a_stage_is_found(started: Client, method: str, more: dict[str, Any], expected: Any) -> None:
    uri = started.open(TEXT)
    params = {"textDocument": {"uri": uri}, "position": place(5, 13), **more}
    assert started.ask(f"textDocument/{method}", params) == expected(uri)


def test_a_stage_is_renamed_everywhere(started: Client) -> None:
    uri = started.open(TEXT)
    params = {"textDocument": {"uri": uri}, "position": place(2, 6), "newName": "base"}
    edit = started.ask("textDocument/rename", params)
    edits = edit["documentChanges"][0]["edits"] if "documentChanges" in edit else edit["changes"][uri]
    assert [(each["range"], each["newText"]) for each in edits] == [
        (spot(0, 18, 22), "base"),
        (spot(2, 5, 9), "base"),
        (spot(5, 12, 16), "base"),
    ]


def test_outline_and_folds(started: Client) -> None:
    uri = started.open("FROM debian:12 AS one\nRUN a \\\n  && b\nFROM busybox:1\n")
    params = {"textDocument": {"uri": uri}}
    assert [each["name"] for each in started.ask("textDocument/documentSymbol", params)] == ["one", "busybox:1"]
    folds = started.ask("textDocument/foldingRange", params)
    assert (1, 2) in {(each["startLine"], each["endLine"]) for each in folds}
    assert [each["target"] for each in started.ask("textDocument/documentLink", params)]


def test_completion_replaces_what_is_typed(started: Client) -> None:
    uri = started.open("FROM debian:12 AS base\nFROM debian:12\nCOPY --from=ba\n")
    params = {"textDocument": {"uri": uri}, "position": place(2, 14)}
    items = started.ask("textDocument/completion", params)["items"]
    offered = {item["label"]: item["textEdit"] for item in items}
    assert offered["base"] == {"range": spot(2, 12, 14), "newText": "base"}


def test_signature_help_knows_the_part(started: Client) -> None:
    uri = started.open("FROM debian:12\nCOPY --chown=app a b\n")
    params = {"textDocument": {"uri": uri}, "position": place(1, 18)}
    found = started.ask("textDocument/signatureHelp", params)
    active = found["signatures"][found.get("activeSignature") or 0]["parameters"][found["activeParameter"]]
    assert "source" in str(active["label"])
