"""The server over TCP and WebSocket, and what it says where it cannot be."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .client import COMMAND, SECONDS

BEGIN = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"processId": None, "capabilities": {}}}
OPEN = {
    "jsonrpc": "2.0",
    "method": "textDocument/didOpen",
    "params": {"textDocument": {"uri": "untitled:a", "languageId": "dockerfile", "version": 1, "text": "FROM x\n"}},
}
SHUTDOWN = {"jsonrpc": "2.0", "id": 2, "method": "shutdown"}
EXIT = {"jsonrpc": "2.0", "method": "exit"}


class Listening:
    """A server that listens on a port of its choice."""

    def __init__(self, option: str) -> None:
        self.process = subprocess.Popen([*COMMAND, option, "0"], stdout=subprocess.PIPE, text=True)
        assert self.process.stdout
        self.address = self.process.stdout.readline().strip().removeprefix("Listening on ")
        self.port = int(self.address.rpartition(":")[2])

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        assert self.process.stdout
        self.process.stdout.close()


@pytest.fixture
def tcp() -> Iterator[Listening]:
    listening = Listening("--tcp")
    yield listening
    listening.end()


@pytest.fixture
def ws() -> Iterator[Listening]:
    pytest.importorskip("websockets")
    listening = Listening("--ws")
    yield listening
    listening.end()


def framed(message: Any) -> bytes:
    body = json.dumps(message).encode()
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


def until_closed(connection: socket.socket) -> bytes:
    connection.settimeout(SECONDS)
    data = b""
    while piece := connection.recv(1 << 16):
        data += piece
    return data


def test_a_conversation_over_tcp(tcp: Listening) -> None:
    assert tcp.address.startswith("tcp://127.0.0.1:")
    with socket.create_connection(("127.0.0.1", tcp.port), SECONDS) as connection:
        connection.sendall(b"".join(map(framed, [BEGIN, OPEN])))
        connection.settimeout(SECONDS)
        data = b""
        while b"pin/untagged-image" not in data:
            data += connection.recv(1 << 16)
        connection.sendall(framed(SHUTDOWN) + framed(EXIT))
        data += until_closed(connection)
    assert b'"id":2,"result":null' in data
    assert tcp.process.wait(SECONDS) == 0


def test_a_second_client_is_sent_away(tcp: Listening) -> None:
    with socket.create_connection(("127.0.0.1", tcp.port), SECONDS) as first:
        first.sendall(framed(BEGIN))
        assert first.recv(10)
        with socket.create_connection(("127.0.0.1", tcp.port), SECONDS) as second:
            assert until_closed(second) == b""
        first.sendall(framed(SHUTDOWN) + framed(EXIT))
        assert b"serverInfo" in until_closed(first)
    assert tcp.process.wait(SECONDS) == 0


def test_a_client_that_hangs_up_ends_the_server(tcp: Listening) -> None:
    with socket.create_connection(("127.0.0.1", tcp.port), SECONDS) as connection:
        connection.sendall(framed(BEGIN))
        assert connection.recv(10)
    assert tcp.process.wait(SECONDS) == 1


def test_a_conversation_over_websocket(ws: Listening) -> None:
    from websockets.sync.client import connect

    with connect(f"ws://127.0.0.1:{ws.port}", open_timeout=SECONDS) as connection:
        connection.send(json.dumps(BEGIN))
        assert "serverInfo" in json.loads(connection.recv(SECONDS))["result"]
        connection.send("not JSON")
        assert json.loads(connection.recv(SECONDS))["error"]["code"] == -32700
        connection.send(json.dumps(OPEN).encode())
        while "diagnostics" not in (told := json.loads(connection.recv(SECONDS)))["params"]:
            assert told["method"] == "window/logMessage"
        connection.send(json.dumps(SHUTDOWN))
        assert json.loads(connection.recv(SECONDS)) == {"jsonrpc": "2.0", "id": 2, "result": None}
        connection.send(json.dumps(EXIT))
        assert ws.process.wait(SECONDS) == 0


def test_a_page_from_elsewhere_cannot_talk_to_the_server(ws: Listening) -> None:
    from websockets.exceptions import InvalidStatus
    from websockets.sync.client import connect
    from websockets.typing import Origin

    for origin, admitted in (("https://example.com", False), ("http://localhost:3000", True)):
        try:
            with connect(f"ws://127.0.0.1:{ws.port}", origin=Origin(origin), open_timeout=SECONDS):
                assert admitted
        except InvalidStatus:
            assert not admitted


@pytest.mark.parametrize("address", ["nonsense", "99999", "127.0.0.1:", "localhost:-1"])
def test_an_address_that_is_none_is_wrong_use(address: str) -> None:
    done = subprocess.run([*COMMAND, f"--tcp={address}"], capture_output=True, text=True, timeout=SECONDS)
    assert done.returncode == 2
    assert "PORT" in done.stderr


def test_a_port_that_is_taken_is_named() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run([*COMMAND, "--tcp", f"{port}"], capture_output=True, text=True, timeout=SECONDS)
    assert done.returncode == 2
    assert str(port) in done.stderr


def test_a_missing_package_is_named(tmp_path: Path) -> None:
    code = "import sys; sys.modules['websockets'] = None\nfrom layerwise.lsp.server import main\nsys.exit(main(ws='0'))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=SECONDS)
    assert done.returncode == 2
    assert "pip install 'layerwise[ws]'" in done.stderr
