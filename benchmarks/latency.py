"""The whole way of a keystroke: from the change that a client writes to the diagnostics that it reads, over stdio.

    python benchmarks/latency.py [--edits N] [--mode push|pull|both] [-- SERVER ARG ...]

Types letters into a RUN of Dockerfiles of about 60, 300 and 2,000 lines, which are written for it, and prints
milliseconds: until the server has greeted, until the first diagnostics, and for the keystrokes median, 95th percentile
and maximum, with the processor time of the server for each. Without SERVER it is ours; another one that pushes
diagnostics can be measured beside it. The last column is the round trip of an unknown request, which is answered
without any work: what transport and machine cost, and how busy the machine is.
"""

from __future__ import annotations

import argparse
import json
import os
import select
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

OURS = [sys.executable, "-m", "layerwise", "server"]
LINES = (60, 300, 2000)
TIMEOUT = 60
PAUSE = 0.01
"""Seconds between two keystrokes. A person needs ten times as long."""
TYPED = 'echo "typing here'
SERVICE = """
# service {number}
FROM node:20.11-bookworm AS build-{number}
WORKDIR /srv/service-{number}
COPY services/{number} .
RUN npm ci && \\
    npm run build
RUN apt-get update && apt-get install -y \\
    curl \\
    git

FROM node:20.11-bookworm-slim AS service-{number}
ENV PORT={number} \\
    NODE_ENV=production
WORKDIR /srv/service-{number}
COPY --from=build-{number} /srv/service-{number}/dist ./dist
RUN useradd app-{number}
USER app-{number}
EXPOSE {number}
CMD ["node", "dist/server.js"]
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--edits", type=int, default=60)
    parser.add_argument("--mode", choices=("push", "pull", "both"), default="both")
    parser.add_argument("server", nargs="*", help="the command of a language server")
    options = parser.parse_args()
    columns = ("greeted", "first", "median", "p95", "max", "cpu", "bare")
    print(f"{'mode':4} {'lines':>6} " + " ".join(f"{name:>8}" for name in columns) + "   (ms)")
    for mode in ("push", "pull") if options.mode == "both" else (options.mode,):
        for lines in LINES:
            figures = measure(options.server or OURS, text_of(lines), options.edits, pulls=mode == "pull")
            print(f"{mode:4} {lines:6} " + " ".join(f"{figure:8.2f}" for figure in figures), flush=True)


def text_of(lines: int) -> str:
    """A Dockerfile of about so many lines, with a place to type in its middle."""
    services = [SERVICE.format(number=3000 + number) for number in range(max(lines // SERVICE.count("\n"), 2))]
    services.insert(len(services) // 2, f'\nFROM debian:12 AS typed\nRUN {TYPED}"\n')
    return "# syntax=docker/dockerfile:1\n" + "".join(services)


def measure(command: Sequence[str], text: str, edits: int, *, pulls: bool) -> Iterator[float]:
    """The figures of one session, in milliseconds."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "Dockerfile")
        path.write_text(text)
        session = Session(command, path.as_uri(), pulls=pulls)
        try:
            yield timed(session.greet)
            yield timed(lambda: session.open(text))
            time.sleep(0.5)
            line = text[: text.index(TYPED)].count("\n")
            column = len("RUN " + TYPED)
            before = session.processor_time()
            times = [timed(lambda at=at: session.type(line, column + at)) for at in range(edits)]  # type: ignore[misc]
            spent = session.processor_time() - before
            yield statistics.median(times)
            yield sorted(times)[int(len(times) * 0.95)]
            yield max(times)
            yield 1000 * spent / edits
            yield statistics.median(timed(session.ping) for _ in range(edits))
        finally:
            session.end()


def timed(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    took = 1000 * (time.perf_counter() - start)
    time.sleep(PAUSE)
    return took


class Session:
    """A conversation with a server about one document."""

    def __init__(self, command: Sequence[str], uri: str, *, pulls: bool) -> None:
        self.uri = uri
        self.pulls = pulls
        self.version = 1
        self._number = 0
        self._buffer = b""
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )

    def greet(self) -> None:
        document: dict[str, Any] = {"publishDiagnostics": {"versionSupport": True}}
        if self.pulls:
            document["diagnostic"] = {}
        self._ask("initialize", {"processId": os.getpid(), "rootUri": None, "capabilities": {"textDocument": document}})
        self._tell("initialized", {})

    def open(self, text: str) -> None:
        item = {"uri": self.uri, "languageId": "dockerfile", "version": 1, "text": text}
        self._tell("textDocument/didOpen", {"textDocument": item})
        self._diagnostics()

    def type(self, line: int, column: int) -> None:
        self.version += 1
        place = {"line": line, "character": column}
        change = {"range": {"start": place, "end": place}, "text": "abcdefghijklmnopqrstuvwxyz "[self.version % 27]}
        document = {"uri": self.uri, "version": self.version}
        self._tell("textDocument/didChange", {"textDocument": document, "contentChanges": [change]})
        self._diagnostics()

    def ping(self) -> None:
        self._ask("benchmark/unknown", {})

    def processor_time(self) -> float:
        """Seconds that the server has used; 0 where the system does not tell."""
        try:
            fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return 0
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def end(self) -> None:
        self.process.kill()
        self.process.wait()

    def _diagnostics(self) -> None:
        if self.pulls:
            self._ask("textDocument/diagnostic", {"textDocument": {"uri": self.uri}})
        else:
            self._wait(self._is_published)

    def _is_published(self, message: dict[str, Any]) -> bool:
        if message.get("method") != "textDocument/publishDiagnostics":
            return False
        published = message["params"]
        return bool(published["uri"] == self.uri and published.get("version", self.version) == self.version)

    def _ask(self, method: str, params: Any) -> None:
        self._number += 1
        self._send({"id": self._number, "method": method, "params": params})
        self._wait(lambda message: message.get("id") == self._number and "method" not in message)

    def _tell(self, method: str, params: Any) -> None:
        self._send({"method": method, "params": params})

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self.process.stdin
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.process.stdin.flush()

    def _wait(self, is_it: Callable[[dict[str, Any]], bool]) -> None:
        while not is_it(message := self._receive()):
            if "id" in message and "method" in message:
                self._send({"id": message["id"], "result": None})

    def _receive(self) -> dict[str, Any]:
        assert self.process.stdout
        while True:
            header, found, rest = self._buffer.partition(b"\r\n\r\n")
            if found:
                length = int(header.lower().partition(b"content-length:")[2].split()[0])
                if len(rest) >= length:
                    self._buffer = rest[length:]
                    message: dict[str, Any] = json.loads(rest[:length])
                    return message
            if not select.select([self.process.stdout], [], [], TIMEOUT)[0]:
                raise SystemExit("the server says nothing")
            data = os.read(self.process.stdout.fileno(), 1 << 18)
            if not data:
                raise SystemExit(f"the server has ended with status {self.process.wait()}")
            self._buffer += data


if __name__ == "__main__":
    main()
