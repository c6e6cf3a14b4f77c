"""Whatever comes in is answered as JSON-RPC wants it, and the server lives."""

from __future__ import annotations

import json
from typing import Any

import pytest

from .client import Client, edit

FROM = "FROM debian\n"


def lives(client: Client) -> bool:
    return bool(client.diagnostics(client.open(FROM, "Lives.Dockerfile")))


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff\xfe{}", b"[" * 100_000, b'{"jsonrpc":"2.0","id":1,"method":', b"not JSON"],
    ids=["empty", "open", "bytes", "deep", "cut", "words"],
)
def test_what_is_not_json_is_a_parse_error(started: Client, body: bytes) -> None:
    started.send_body(body)
    assert started.answer(None)["error"]["code"] == -32700
    assert lives(started)


@pytest.mark.parametrize("noise", [b"hello\r\n\r\n", b"Content-Length: x\r\n\r\n", b"\0\0\0\r\n\r\n"])
def test_noise_between_messages_is_a_parse_error(started: Client, noise: bytes) -> None:
    started.send_bytes(noise)
    assert started.answer(None)["error"]["code"] == -32700
    assert lives(started)


@pytest.mark.parametrize(
    "message",
    [
        5,
        None,
        "text",
        [],
        [{"jsonrpc": "2.0", "id": 1, "method": "shutdown"}],
        {},
        {"method": 5},
        {"id": None, "method": "textDocument/hover", "params": {}},
        {"id": True, "method": "textDocument/hover", "params": {}},
        {"id": [1], "method": "textDocument/hover", "params": {}},
        {"id": 1.5, "method": "textDocument/hover", "params": {}},
    ],
)
def test_what_is_no_message_is_an_invalid_request(started: Client, message: Any) -> None:
    started.send(message)
    assert started.answer(None)["error"]["code"] == -32600
    assert lives(started)


def test_another_version_of_json_rpc_is_an_invalid_request(started: Client) -> None:
    started.send_body(b'{"jsonrpc":"1.0","id":7,"method":"textDocument/hover","params":{}}')
    assert started.answer(7)["error"]["code"] == -32600


@pytest.mark.parametrize("method", ["layerwise/unknown", "textDocument/definitionS", "$/unknown", ""])
def test_an_unknown_request_is_not_found(started: Client, method: str) -> None:
    assert started.answer(started.request(method, {}))["error"]["code"] == -32601
    assert lives(started)


def test_unknown_notifications_and_answers_are_passed_over(started: Client) -> None:
    started.tell("layerwise/unknown", {"a": 1})
    started.tell("$/unknown")
    for answer in ({"id": "never asked", "result": None}, {"id": [1], "result": 5}, {"id": 9, "error": "odd"}):
        started.send(answer)
    assert lives(started)


@pytest.mark.parametrize(
    "params",
    [
        None,
        [],
        {},
        {"textDocument": {"uri": 5}},
        {"textDocument": {"uri": "file:///x"}},
        {"textDocument": {"uri": "file:///x"}, "position": {"line": "a", "character": 0}},
    ],
)
def test_parameters_that_cannot_be_read_are_invalid(started: Client, params: Any) -> None:
    assert started.answer(started.request("textDocument/hover", params))["error"]["code"] == -32602
    assert lives(started)


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("textDocument/didOpen", {}),
        ("textDocument/didOpen", {"textDocument": {"uri": "file:///x", "version": "1", "text": 5}}),
        ("textDocument/didChange", {"textDocument": {"uri": "file:///never", "version": 2}, "contentChanges": []}),
        ("textDocument/didChange", {"textDocument": {"uri": 5}}),
        ("textDocument/didClose", {"textDocument": {"uri": "file:///never"}}),
        ("textDocument/didClose", None),
        ("textDocument/didSave", {}),
        ("workspace/didChangeConfiguration", {"settings": 5}),
        ("workspace/didChangeWatchedFiles", {"changes": 5}),
        ("workspace/didChangeWorkspaceFolders", {}),
        ("$/cancelRequest", {"id": [5]}),
        ("$/setTrace", {"value": "louder"}),
        ("window/workDoneProgress/cancel", {"token": "never"}),
    ],
)
def test_notifications_that_cannot_be_read_do_no_harm(started: Client, method: str, params: Any) -> None:
    started.tell(method, params)
    assert lives(started)
    assert not any(message.get("method") == "window/showMessage" for message in started.inbox)


def test_a_broken_change_leaves_the_text_as_it_was(started: Client) -> None:
    uri = started.open("FROM debian\nMAINTAINER me\n")
    before = started.diagnostics(uri)
    started.change(uri, 2, {"range": {"start": {}}, "text": "x"})
    started.change(uri, 3, edit(0, 0, 0, ""))
    after = started.diagnostics(uri, 3)
    assert [each["range"] for each in after] == [each["range"] for each in before]


def test_a_request_can_be_cancelled(started: Client) -> None:
    """Request and cancellation arrive in one piece, as when the server was busy."""
    uri = started.open(FROM)
    started.diagnostics(uri)
    request = {"jsonrpc": "2.0", "id": "r", "method": "workspace/executeCommand"}
    request["params"] = {"command": "layerwise.fixAll", "arguments": [uri]}  # type: ignore[assignment]
    cancel = {"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": "r"}}
    bodies = [json.dumps(each).encode() for each in (request, cancel)]
    started.send_bytes(b"".join(b"Content-Length: %d\r\n\r\n%s" % (len(body), body) for body in bodies))
    assert started.answer("r")["error"]["code"] == -32800


def test_the_id_of_a_request_may_be_a_string(started: Client) -> None:
    started.send({"id": "a-b", "method": "textDocument/hover", "params": 5})
    assert started.answer("a-b")["error"]["code"] == -32602


def test_the_conversation_can_be_traced(started: Client) -> None:
    started.tell("$/setTrace", {"value": "messages"})
    uri = started.open(FROM)
    traced = started.told("$/logTrace")
    while "didOpen" not in traced["message"]:
        traced = started.told("$/logTrace")
    assert "verbose" not in traced
    started.tell("$/setTrace", {"value": "verbose"})
    started.hover(uri, 0, 0)
    traced = started.told("$/logTrace")
    while "hover" not in traced["message"]:
        traced = started.told("$/logTrace")
    assert uri in traced["verbose"]
    started.tell("$/setTrace", {"value": "off"})
    started.settle()
    started.inbox.clear()
    started.hover(uri, 0, 0)
    assert not any(message.get("method") == "$/logTrace" for message in started.inbox)


def test_the_trace_may_be_on_from_the_start(client: Client) -> None:
    client.start(trace="messages")
    assert "initialize" in client.told("$/logTrace")["message"]


def test_a_notification_that_cannot_be_read_is_logged(started: Client) -> None:
    started.tell("textDocument/didOpen", {"textDocument": {"uri": 5}})
    logged = started.told("window/logMessage")
    assert logged["type"] == 2
    assert "textDocument" in logged["message"]
