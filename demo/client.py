"""A small Language Server Protocol client: starts a server and talks to it over its standard input and output."""

from __future__ import annotations

import json
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

CAPABILITIES: Mapping[str, Any] = {
    "general": {"positionEncodings": ["utf-32", "utf-16"]},
    "textDocument": {
        "synchronization": {"dynamicRegistration": False},
        "publishDiagnostics": {"relatedInformation": True, "versionSupport": True, "codeDescriptionSupport": True},
        "codeAction": {
            "codeActionLiteralSupport": {
                "codeActionKind": {"valueSet": ["quickfix", "refactor", "refactor.rewrite", "source", "source.fixAll"]}
            },
            "isPreferredSupport": True,
            "dataSupport": True,
            "resolveSupport": {"properties": ["edit"]},
        },
        "hover": {"contentFormat": ["markdown", "plaintext"]},
    },
    "workspace": {"workspaceEdit": {"documentChanges": True}, "configuration": True, "workspaceFolders": True},
}


class ServerError(Exception):
    """The server answered with an error, too late, or not at all."""


class Client:
    """A session with a server. ``seconds`` is how long it waits for any one answer."""

    def __init__(self, command: Sequence[str], root: Path, seconds: float = 20) -> None:
        self.root = root
        self.seconds = seconds
        self.diagnostics: dict[str, SimpleQueue[dict[str, Any]]] = {}
        self.answers: dict[int, SimpleQueue[dict[str, Any]]] = {}
        self.process = subprocess.Popen(command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        threading.Thread(target=self._listen, daemon=True).start()

    def start(self) -> dict[str, Any]:
        """Greet the server. Returns what it said about itself."""
        folder = {"uri": self.root.as_uri(), "name": self.root.name}
        parameters = {"processId": None, "rootUri": folder["uri"], "workspaceFolders": [folder]}
        answer: dict[str, Any] = self.ask("initialize", {**parameters, "capabilities": CAPABILITIES})
        self.tell("initialized", {})
        return answer

    def stop(self) -> int:
        """Part from the server in order. Returns the exit status of its process."""
        self.ask("shutdown", None)
        self.tell("exit", None)
        return self.process.wait(self.seconds)

    def open(self, path: Path, text: str) -> list[dict[str, Any]]:
        """Open a document, and wait for what the server says about it."""
        item = {"uri": path.as_uri(), "languageId": "dockerfile", "version": 1, "text": text}
        self.tell("textDocument/didOpen", {"textDocument": item})
        return self.diagnostics_of(path, 1)

    def change(self, path: Path, text: str, version: int) -> list[dict[str, Any]]:
        """Give a document another text, and wait for what the server says about that."""
        document = {"uri": path.as_uri(), "version": version}
        self.tell("textDocument/didChange", {"textDocument": document, "contentChanges": [{"text": text}]})
        return self.diagnostics_of(path, version)

    def diagnostics_of(self, path: Path, version: int) -> list[dict[str, Any]]:
        """What the server publishes about a version of a document."""
        queue = self.diagnostics.setdefault(path.as_uri(), SimpleQueue())
        while True:
            published = self._wait(queue, f"diagnostics of {path.name}")
            if published.get("version") == version:
                found: list[dict[str, Any]] = published["diagnostics"]
                return found

    def ask(self, method: str, parameters: Any) -> Any:
        """Send a request and wait for its answer."""
        number = len(self.answers) + 1
        self.answers[number] = SimpleQueue()
        self._send({"id": number, "method": method, "params": parameters})
        answer = self._wait(self.answers[number], method)
        if "error" in answer:
            raise ServerError(f"{method}: {answer['error']['message']}")
        return answer["result"]

    def tell(self, method: str, parameters: Any) -> None:
        """Send a notification."""
        self._send({"method": method, "params": parameters})

    def _wait(self, queue: SimpleQueue[dict[str, Any]], what: str) -> dict[str, Any]:
        until = time.monotonic() + self.seconds
        while time.monotonic() < until:
            status = self.process.poll()
            try:
                return queue.get(timeout=0.1)
            except Empty:
                if status is not None:
                    raise ServerError(f"no {what}: the server ended with status {status}") from None
        raise ServerError(f"no {what} within {self.seconds:g} seconds")

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
            self.process.stdin.flush()
        except OSError:
            raise ServerError(f"the server does not listen any more (status {self.process.poll()})") from None

    def _listen(self) -> None:
        while message := self._receive():
            if "method" not in message:
                self.answers[message["id"]].put(message)
            elif "id" in message:
                self._send({"id": message["id"], "result": _reply(message)})
            elif message["method"] == "textDocument/publishDiagnostics":
                self.diagnostics.setdefault(message["params"]["uri"], SimpleQueue()).put(message["params"])

    def _receive(self) -> dict[str, Any] | None:
        assert self.process.stdout is not None
        length = 0
        while line := self.process.stdout.readline().strip():
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        if not length:
            return None
        message: dict[str, Any] = json.loads(self.process.stdout.read(length))
        return message


def _reply(request: dict[str, Any]) -> Any:
    """The answer to a request of the server: no settings of our own, and yes to all else."""
    if request["method"] == "workspace/configuration":
        return [None for _ in request["params"]["items"]]
    return None
