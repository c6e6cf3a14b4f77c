"""A client that speaks plain JSON-RPC with the real server, so that it can also say what no proper client would."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

SECONDS = 30
"""How long the client waits for anything. Long, for the machine may be busy; a test that passes never waits so long."""

COMMAND = [sys.executable, "-m", "layerwise", "server"]
CAPABILITIES: Mapping[str, Any] = {
    "general": {"positionEncodings": ["utf-16"]},
    "textDocument": {
        "publishDiagnostics": {"versionSupport": True, "relatedInformation": True, "codeDescriptionSupport": True},
        "codeAction": {
            "codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix", "refactor", "source.fixAll"]}},
            "isPreferredSupport": True,
            "disabledSupport": True,
            "dataSupport": True,
            "resolveSupport": {"properties": ["edit"]},
        },
        "hover": {"contentFormat": ["markdown", "plaintext"]},
    },
    "workspace": {
        "applyEdit": True,
        "workspaceEdit": {"documentChanges": True, "resourceOperations": ["create"]},
        "workspaceFolders": True,
    },
}
PULL: Mapping[str, Any] = {
    "textDocument": {"diagnostic": {"dynamicRegistration": False}},
    "workspace": {"diagnostics": {"refreshSupport": True}},
}
"""What a client adds that pulls diagnostics."""

Message = dict[str, Any]


def _inherited() -> dict[str, str]:
    """The environment, in which modules may be kept compiled: a server that compiles them at each start is slow."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


class SilenceError(AssertionError):
    """The server did not say what was waited for."""


class Client:
    """A session. ``settings`` is what it answers when the server asks for its configuration."""

    def __init__(self, root: Path, command: Sequence[str] = COMMAND, **environment: str) -> None:
        self.root = root
        self.settings: Any = None
        self.inbox: list[Message] = []
        self.asked: list[Message] = []
        """The requests of the server, all answered."""
        self.answers: dict[str, Any] = {}
        """What the server's requests are answered with, by method; null for all others."""
        self.is_mute = False
        """It answers none of the server's requests."""
        self.opened: list[str] = []
        """The URIs of all documents that were opened."""
        self._number = 0
        self._buffer = b""
        self.process = subprocess.Popen(
            command,
            cwd=root,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**_inherited(), **environment},
        )

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            if pipe and not pipe.closed:
                pipe.close()

    # A session

    def start(self, *capabilities: Mapping[str, Any], **params: Any) -> Message:
        """Greet the server. The capabilities are merged into those of a modern client."""
        folder = {"uri": self.root.as_uri(), "name": self.root.name}
        merged: Mapping[str, Any] = CAPABILITIES
        for each in capabilities:
            merged = _merged(merged, each)
        answer = self.ask(
            "initialize",
            {"processId": os.getpid(), "rootUri": folder["uri"], "workspaceFolders": [folder], "capabilities": merged}
            | params,
        )
        self.tell("initialized", {})
        assert isinstance(answer, dict)
        return answer

    def stop(self) -> int:
        """Part in order. Returns the exit status."""
        self.ask("shutdown")
        self.tell("exit")
        return self.process.wait(SECONDS)

    def forget(self) -> None:
        """Close all documents, and wait until the server has nothing more to say about them."""
        for uri in self.opened:
            self.close(uri)
        self.opened.clear()
        self.tell("$/setTrace", {"value": "off"})
        self.answer(self.request("layerwise/ping"))
        self.inbox.clear()
        self.asked.clear()

    def uri(self, name: str) -> str:
        return (self.root / name).as_uri()

    def open(self, text: str, name: str = "Dockerfile", version: int = 1) -> str:
        """Open a document without waiting for anything. Returns its URI."""
        uri = name if ":" in name else self.uri(name)
        self.opened.append(uri)
        item = {"uri": uri, "languageId": "dockerfile", "version": version, "text": text}
        self.tell("textDocument/didOpen", {"textDocument": item})
        return uri

    def change(self, uri: str, version: int, *changes: Any) -> None:
        document = {"uri": uri, "version": version}
        self.tell("textDocument/didChange", {"textDocument": document, "contentChanges": list(changes)})

    def close(self, uri: str) -> None:
        self.tell("textDocument/didClose", {"textDocument": {"uri": uri}})

    def diagnostics(self, uri: str, version: int | None = 1) -> list[Message]:
        """Wait for what is published about a version of a document."""

        def is_it(message: Message) -> bool:
            params = message.get("params", {})
            return (
                message.get("method") == "textDocument/publishDiagnostics"
                and params["uri"] == uri
                and params.get("version") == version
            )

        found: list[Message] = self.wait(is_it)["params"]["diagnostics"]
        return found

    def pull(self, uri: str, previous: str | None = None) -> Message:
        params: dict[str, Any] = {"textDocument": {"uri": uri}}
        report: Message = self.ask(
            "textDocument/diagnostic", params if previous is None else params | {"previousResultId": previous}
        )
        return report

    def actions(self, uri: str, place: Message, **context: Any) -> list[Message]:
        params = {"textDocument": {"uri": uri}, "range": place, "context": {"diagnostics": [], **context}}
        found: list[Message] = self.ask("textDocument/codeAction", params)
        return found

    def hover(self, uri: str, line: int, character: int) -> Any:
        place = {"line": line, "character": character}
        return self.ask("textDocument/hover", {"textDocument": {"uri": uri}, "position": place})

    # Messages

    def ask(self, method: str, params: Any = None) -> Any:
        """Send a request and wait for its result."""
        answer = self.answer(self.request(method, params))
        assert "error" not in answer, answer["error"]
        return answer["result"]

    def request(self, method: str, params: Any = None) -> int:
        """Send a request. Returns its id."""
        self._number += 1
        message = {"id": self._number, "method": method}
        self.send(message if params is None else message | {"params": params})
        return self._number

    def answer(self, number: int | str | None) -> Message:
        """Wait for the answer to a request, be it a result or an error."""
        return self.wait(lambda message: "method" not in message and message.get("id") == number)

    def tell(self, method: str, params: Any = None) -> None:
        """Send a notification."""
        self.send({"method": method} if params is None else {"method": method, "params": params})

    def told(self, method: str) -> Message:
        """Wait for a notification. Returns its parameters."""
        params: Message = self.wait(lambda message: message.get("method") == method)["params"]
        return params

    def send(self, message: Any) -> None:
        if isinstance(message, dict):
            message = {"jsonrpc": "2.0", **message}
        self.send_body(json.dumps(message).encode())

    def send_body(self, body: bytes) -> None:
        self.send_bytes(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))

    def send_bytes(self, data: bytes) -> None:
        assert self.process.stdin
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def wait(self, is_it: Callable[[Message], bool], seconds: float = SECONDS) -> Message:
        """Wait for a message, and take it out of the inbox."""
        end = time.monotonic() + seconds
        looked = 0
        while True:
            for index in range(looked, len(self.inbox)):
                if is_it(self.inbox[index]):
                    return self.inbox.pop(index)
            looked = len(self.inbox)
            if not self.receive(end - time.monotonic()):
                seen = [message.get("method", message.get("id")) for message in self.inbox]
                raise SilenceError(f"not among {seen}; exit status {self.process.poll()}")

    def settle(self, seconds: float = 0.3) -> None:
        """Receive until nothing has come for a while."""
        while self.receive(seconds):
            pass

    def receive(self, seconds: float) -> bool:
        """Receive one message. Whether one came."""
        end = time.monotonic() + seconds
        while (message := self._cut()) is None:
            if not self._fill(end - time.monotonic()):
                return False
        if "id" in message and "method" in message:
            self.asked.append(message)
            if not self.is_mute:
                self.send({"id": message["id"], "result": self.reply(message)})
        else:
            self.inbox.append(message)
        return True

    def reply(self, message: Message) -> Any:
        if message["method"] == "workspace/configuration":
            return [self.settings for _ in message["params"]["items"]]
        return self.answers.get(message["method"])

    def _cut(self) -> Message | None:
        header, found, rest = self._buffer.partition(b"\r\n\r\n")
        if not found:
            return None
        length = next(int(line[15:]) for line in header.split(b"\r\n") if line.lower().startswith(b"content-length:"))
        if len(rest) < length:
            return None
        self._buffer = rest[length:]
        message: Message = json.loads(rest[:length])
        return message

    def _fill(self, seconds: float) -> bool:
        assert self.process.stdout
        ready, _, _ = select.select([self.process.stdout], [], [], max(seconds, 0))
        data = os.read(self.process.stdout.fileno(), 1 << 16) if ready else b""
        self._buffer += data
        return bool(data)


def edit(line: int, start: int, end: int, text: str, end_line: int | None = None) -> Message:
    """A change of one line, or from one to another."""
    last = line if end_line is None else end_line
    return {
        "range": {"start": {"line": line, "character": start}, "end": {"line": last, "character": end}},
        "text": text,
    }


def spot(line: int, start: int, end: int | None = None) -> Message:
    """A range within a line."""
    last = start if end is None else end
    return {"start": {"line": line, "character": start}, "end": {"line": line, "character": last}}


def _merged(one: Mapping[str, Any], other: Mapping[str, Any]) -> Message:
    both = {**one}
    for name, value in other.items():
        known = both.get(name)
        both[name] = _merged(known, value) if isinstance(known, Mapping) and isinstance(value, Mapping) else value
    return both
