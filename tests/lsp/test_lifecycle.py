"""How a conversation begins and ends, and that no server outlives its client."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from .client import COMMAND, SECONDS, Client

FROM = "FROM debian\n"


def test_the_server_says_who_it_is_and_what_it_can(client: Client) -> None:
    answer = client.start()
    assert answer["serverInfo"]["name"] == "layerwise"
    capabilities = answer["capabilities"]
    assert capabilities["textDocumentSync"]["change"] == 2
    assert capabilities["positionEncoding"] == "utf-16"
    assert "source.fixAll.layerwise" in capabilities["codeActionProvider"]["codeActionKinds"]
    assert capabilities["hoverProvider"]
    assert "diagnosticProvider" not in capabilities


def test_an_orderly_end_has_status_0(client: Client) -> None:
    client.start()
    assert client.stop() == 0
    assert client.process.stderr
    assert client.process.stderr.read() == b""


def test_an_exit_without_shutdown_has_status_1(client: Client) -> None:
    client.start()
    client.tell("exit")
    assert client.process.wait(SECONDS) == 1


def test_an_exit_before_anything_else_has_status_1(client: Client) -> None:
    client.tell("exit")
    assert client.process.wait(SECONDS) == 1


def test_the_end_of_the_input_ends_the_server(client: Client) -> None:
    client.start()
    assert client.process.stdin
    client.process.stdin.close()
    assert client.process.wait(SECONDS) == 1


def test_the_end_of_the_input_after_shutdown_has_status_0(client: Client) -> None:
    client.start()
    client.ask("shutdown")
    assert client.process.stdin
    client.process.stdin.close()
    assert client.process.wait(SECONDS) == 0


def test_a_client_that_stops_reading_and_goes_ends_the_server(client: Client) -> None:
    client.start()
    assert client.process.stdout
    client.process.stdout.close()
    client.open(FROM)
    assert client.process.wait(SECONDS) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="another process that lives on cannot be had so simply there")
def test_a_client_process_that_has_ended_ends_the_server(client: Client) -> None:
    """Its end of the pipe may live on in a child of its."""
    parent = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    client.start(processId=parent.pid)
    client.open(FROM)
    client.settle()
    parent.communicate(b"\n")
    assert client.process.wait(SECONDS) == 1


def test_a_client_process_that_cannot_be_seen_does_not_end_the_server(client: Client) -> None:
    """As from inside a container. The watch looks at once, and every two seconds."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    client.start(processId=ended.pid)
    client.settle(3)
    assert client.process.poll() is None


@pytest.mark.parametrize("method", ["textDocument/hover", "shutdown", "layerwise/unknown"])
def test_nothing_is_answered_before_initialize(client: Client, method: str) -> None:
    assert client.answer(client.request(method, {}))["error"]["code"] == -32002
    client.tell("textDocument/didOpen", {"textDocument": {}})
    assert "capabilities" in client.start()


def test_initialize_comes_once(started: Client) -> None:
    assert started.answer(started.request("initialize", {"capabilities": {}}))["error"]["code"] == -32600


def test_nothing_is_answered_after_shutdown(client: Client) -> None:
    client.start()
    client.ask("shutdown")
    assert client.answer(client.request("textDocument/hover", {}))["error"]["code"] == -32600
    client.inbox.clear()
    client.open(FROM)
    client.settle()
    assert not client.inbox


@pytest.mark.parametrize(
    "capabilities",
    [
        {},
        {"general": {"positionEncodings": ["utf-7"]}, "unknown": {"later": [1]}},
        {"textDocument": {"completion": {"completionItemKind": {"valueSet": [1, 999]}}}},
        {"workspace": {"workspaceEdit": {"failureHandling": "something new"}}, "textDocument": None},
    ],
)
def test_a_client_may_be_older_or_newer(client: Client, capabilities: dict[str, object]) -> None:
    client.ask("initialize", {"processId": None, "rootUri": None, "capabilities": capabilities})
    client.tell("initialized", {})
    assert client.diagnostics(client.open(FROM))


@pytest.mark.parametrize("params", [None, [], {}, {"capabilities": 5}, {"processId": "x", "capabilities": {}}])
def test_an_initialize_that_cannot_be_read_is_refused_and_may_be_tried_again(client: Client, params: object) -> None:
    assert client.answer(client.request("initialize", params))["error"]["code"] == -32602
    assert "capabilities" in client.start()


LOUD = """
import os, sys
from layerwise.lsp import server
quiet = server.Server.on_open
def loud(self, params):
    print("noise", flush=True)
    os.write(1, b"noise")
    quiet(self, params)
server.Server.on_open = loud
sys.exit(server.main())
"""


def test_what_is_printed_by_mistake_does_not_disturb_the_conversation(tmp_path: Path) -> None:
    with Client(tmp_path, [sys.executable, "-c", LOUD]) as client:
        client.start()
        assert client.diagnostics(client.open(FROM))
        assert client.stop() == 0
        assert client.process.stderr
        assert client.process.stderr.read() == b"noise\nnoise"


def test_a_session_can_come_from_a_file(tmp_path: Path) -> None:
    """An event loop cannot watch a file as it does a pipe."""
    messages = [
        b'{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"processId":null,"rootUri":null,"capabilities":{}}}',
        b'{"jsonrpc":"2.0","id":2,"method":"shutdown"}',
        b'{"jsonrpc":"2.0","method":"exit"}',
    ]
    session = tmp_path / "session"
    session.write_bytes(b"".join(b"Content-Length: %d\r\n\r\n%s" % (len(each), each) for each in messages))
    with session.open("rb") as source:
        done = subprocess.run(COMMAND, stdin=source, capture_output=True, timeout=SECONDS)
    assert done.returncode == 0
    assert b'"id":2,"result":null' in done.stdout
