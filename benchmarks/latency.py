"""The whole way of a keystroke: from the change that a client writes to the diagnostics that it reads, over stdio.

    python benchmarks/latency.py [--edits N] [--mode push|pull|both] [--lines N ...] [--peers] [-- SERVER ARG ...]

Types letters into a RUN of Dockerfiles of about 60, 300, 2,000 and 10,000 lines, which are written for it, in one
session, and prints milliseconds: until the first diagnostics, and for the keystrokes median, 95th percentile and
maximum; from the last of 50 edits 15 ms apart to its diagnostics, the median of five such bursts; the processor time of
an edit, which is what to compare on a busy machine; the round trip of an unknown request, which is answered without any
work; and the memory of the server and its children in MiB. Then how long the greeting took, and a keystroke with 50
documents open.
A server whose median keystroke takes longer than ``--patience`` is measured without the burst, and not with longer
files; and at most twenty seconds are typed into one file. Both are said where they happen.
With ``--peers`` two other servers that push diagnostics take their turn in the same run: ``tally lsp`` (PyPI tally-cli)
and ``docker-langserver`` (npm dockerfile-language-server-nodejs, which checks syntax only and is installed into
``.cache`` once). A server behind ``--`` is measured instead of ours.
"""

from __future__ import annotations

import argparse
import json
import os
import select
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

OURS = [sys.executable, "-m", "layerwise", "server"]
LINES = (60, 300, 2000, 10_000)
BURST, BURST_PAUSE, BURSTS = 50, 0.015, 5
DOCUMENTS = 50
PEERS_FOLDER = Path(__file__).resolve().parents[1] / ".cache" / "peers"
NODE_SERVER = "dockerfile-language-server-nodejs@0.15.0"
TIMEOUT = 60
QUIET = 1.0
"""Seconds of silence after which a server has nothing more to say."""
PATIENCE = 500
"""Milliseconds of a median keystroke from which on longer files are not measured."""
LONG_ENOUGH = 20
"""Seconds of typing into one file, in which a slow server takes fewer letters than it was meant to."""
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
    parser.add_argument("--mode", choices=("push", "pull", "both"), default="push")
    parser.add_argument("--lines", type=int, nargs="+", default=LINES)
    parser.add_argument("--patience", type=float, default=PATIENCE, metavar="MS", help=f"{PATIENCE} ms by default")
    parser.add_argument("--peers", action="store_true", help="also measure other servers, which push")
    parser.add_argument("server", nargs="*", help="the command of a language server")
    options = parser.parse_args()
    servers = {"layerwise" if not options.server else options.server[0]: options.server or OURS}
    if options.peers:
        servers |= peers()
    columns = ("first", "median", "p95", "max", "burst", "cpu", "bare", "MiB")
    print(f"{'server':18} {'mode':4} {'lines':>6} " + " ".join(f"{name:>8}" for name in columns) + "   (ms)")
    for mode in ("push", "pull") if options.mode == "both" else (options.mode,):
        for name, command in servers.items():
            if mode == "push" or command is OURS:
                measure(name, command, options, pulls=mode == "pull")


def peers() -> dict[str, list[str]]:
    """The other servers that are there, or can be installed."""
    found = {}
    tally = Path(sys.executable).with_name("tally")
    if tally.exists():
        found["tally lsp"] = [str(tally), "lsp", "--stdio"]
    else:
        print("no tally: pip install tally-cli", file=sys.stderr)
    node = PEERS_FOLDER / "node_modules" / ".bin" / "docker-langserver"
    if not node.exists() and shutil.which("npm"):
        command = ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(PEERS_FOLDER), NODE_SERVER]
        PEERS_FOLDER.mkdir(parents=True, exist_ok=True)
        subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
    if node.exists():
        found["docker-langserver"] = [str(node), "--stdio"]
    else:
        print(f"no docker-langserver: npm install {NODE_SERVER}", file=sys.stderr)
    return found


def text_of(lines: int) -> str:
    """A Dockerfile of about so many lines, with a place to type in its middle."""
    services = [SERVICE.format(number=3000 + number) for number in range(max(lines // SERVICE.count("\n"), 2))]
    services.insert(len(services) // 2, f'\nFROM debian:12 AS typed\nRUN {TYPED}"\n')
    return "# syntax=docker/dockerfile:1\n" + "".join(services)


def measure(name: str, command: Sequence[str], options: argparse.Namespace, *, pulls: bool) -> None:
    """Print the figures of one server."""
    mode = "pull" if pulls else "push"
    with tempfile.TemporaryDirectory() as folder:
        session = Session(command, pulls=pulls)
        try:
            greeted = timed(lambda: session.greet(Path(folder).as_uri()))
            slow = ""
            for lines in sorted(options.lines):
                if slow:
                    print(f"{name:18} {mode:4} {lines:6} not measured: {slow}", flush=True)
                    continue
                figures = list(_figures(session, folder, lines, options))
                print(f"{name:18} {mode:4} {lines:6} {' '.join(f'{each:8.2f}' for each in figures)}", flush=True)
                if figures[1] > options.patience:
                    slow = f"a keystroke took more than {options.patience:.0f} ms at {lines} lines"
            crowd = _with_many_open(session, folder, options.edits)
            print(f"{name:18} {mode:4} greeted after {greeted:.0f} ms; {DOCUMENTS} documents open: {crowd:.2f} ms\n")
        finally:
            session.end()


def _figures(session: Session, folder: str, lines: int, options: argparse.Namespace) -> Iterator[float]:
    edits = options.edits
    text = text_of(lines)
    yield timed(lambda: session.open(_written(folder, f"{lines}", text), text))
    time.sleep(0.5)
    line, column = _typing_place(text)
    before = session.processor_time()
    times: list[float] = []
    while len(times) < edits and sum(times) < 1000 * LONG_ENOUGH:
        times.append(timed(lambda: session.type(line, column + len(times))))
    spent = session.processor_time() - before
    if len(times) < edits:
        print(f"only {len(times)} letters at {lines} lines, for {LONG_ENOUGH} s have passed:")
    yield statistics.median(times)
    yield sorted(times)[int(len(times) * 0.95)]
    yield max(times)
    is_quick = statistics.median(times) <= options.patience
    yield statistics.median(session.burst(line, column) for _ in range(BURSTS)) if is_quick else float("nan")
    yield 1000 * spent / len(times)
    yield statistics.median(timed(session.ping) for _ in range(edits))
    yield session.memory()
    session.close()


def _with_many_open(session: Session, folder: str, edits: int) -> float:
    """A keystroke in the last of many open documents."""
    text = text_of(60)
    for number in range(DOCUMENTS):
        session.open(_written(folder, f"many-{number}", text), text)
    line, column = _typing_place(text)
    return statistics.median(timed(lambda at=at: session.type(line, column + at)) for at in range(edits))  # type: ignore[misc]


def _typing_place(text: str) -> tuple[int, int]:
    return text[: text.index(TYPED)].count("\n"), len("RUN " + TYPED)


def _written(folder: str, name: str, text: str) -> str:
    path = Path(folder, name, "Dockerfile")
    path.parent.mkdir()
    path.write_text(text)
    return path.as_uri()


def timed(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    took = 1000 * (time.perf_counter() - start)
    time.sleep(PAUSE)
    return took


class Session:
    """A conversation with a server about the document that was opened last."""

    def __init__(self, command: Sequence[str], *, pulls: bool) -> None:
        self.uri = ""
        self.pulls = pulls
        self.version = 1
        self._number = 0
        self._tells_versions = True
        self._buffer = b""
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=_as_installed()
        )

    def greet(self, root: str) -> None:
        document: dict[str, Any] = {"publishDiagnostics": {"versionSupport": True}}
        if self.pulls:
            document["diagnostic"] = {}
        params = {"processId": os.getpid(), "rootUri": root, "capabilities": {"textDocument": document}}
        answer = self._ask("initialize", params)
        sync = answer["result"]["capabilities"].get("textDocumentSync", 1)
        self._takes_ranges = (sync.get("change", 1) if isinstance(sync, dict) else sync) == 2
        self._tell("initialized", {})

    def open(self, uri: str, text: str) -> None:
        self.uri, self._text, self.version = uri, text, 1
        item = {"uri": self.uri, "languageId": "dockerfile", "version": 1, "text": text}
        self._tell("textDocument/didOpen", {"textDocument": item})
        self._diagnostics()

    def close(self) -> None:
        self._tell("textDocument/didClose", {"textDocument": {"uri": self.uri}})

    def type(self, line: int, column: int) -> None:
        self._change(line, column)
        self._diagnostics()

    def burst(self, line: int, column: int) -> float:
        """Milliseconds from the last of many edits to its diagnostics."""
        for at in range(BURST):
            began = time.perf_counter()
            self._change(line, column + at)
            while at + 1 < BURST and (left := began + BURST_PAUSE - time.perf_counter()) > 0:
                # What has come is read meanwhile, as an editor does; else the last wait would be for our own reading.
                self._receive(left)
        self._diagnostics()
        ended = time.perf_counter()
        while not self._tells_versions and (message := self._receive(QUIET)):
            # Without versions the last that is published is about the last edit.
            ended = time.perf_counter() if self._is_published(message) else ended
        return 1000 * (ended - began)

    def _change(self, line: int, column: int) -> None:
        self.version += 1
        letter = "abcdefghijklmnopqrstuvwxyz "[self.version % 27]
        offset = self._text.index(TYPED) + len(TYPED) + column - len("RUN " + TYPED)
        self._text = self._text[:offset] + letter + self._text[offset:]
        place = {"line": line, "character": column}
        change = {"range": {"start": place, "end": place}, "text": letter}
        document = {"uri": self.uri, "version": self.version}
        changes = [change if self._takes_ranges else {"text": self._text}]
        self._tell("textDocument/didChange", {"textDocument": document, "contentChanges": changes})

    def ping(self) -> None:
        self._ask("benchmark/unknown", {})

    def processor_time(self) -> float:
        """Seconds that the server and its children have used; 0 where the system does not tell."""
        ticks = sum(int(each[11]) + int(each[12]) for each in map(_stat, self._processes()) if each)
        return ticks / os.sysconf("SC_CLK_TCK")

    def memory(self) -> float:
        """Resident MiB of the server and its children."""
        pages = sum(int(each[21]) for each in map(_stat, self._processes()) if each)
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20

    def _processes(self) -> list[int]:
        found = [self.process.pid]
        parents = {int(each.name): _stat(int(each.name)) for each in Path("/proc").glob("[0-9]*")}
        for pid in found:
            found += [child for child, stat in parents.items() if stat and int(stat[1]) == pid]
        return found

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
        self._tells_versions = "version" in published
        return bool(published["uri"] == self.uri and published.get("version", self.version) == self.version)

    def _ask(self, method: str, params: Any) -> dict[str, Any]:
        self._number += 1
        self._send({"id": self._number, "method": method, "params": params})
        return self._wait(lambda message: message.get("id") == self._number and "method" not in message)

    def _tell(self, method: str, params: Any) -> None:
        self._send({"method": method, "params": params})

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self.process.stdin
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.process.stdin.flush()

    def _wait(self, is_it: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        while not is_it(message := self._received()):
            if "id" in message and "method" in message:
                items = message["params"].get("items") if message["method"] == "workspace/configuration" else None
                self._send({"id": message["id"], "result": items and [None] * len(items)})
        return message

    def _received(self) -> dict[str, Any]:
        message = self._receive(TIMEOUT)
        if message is None:
            raise SystemExit("the server says nothing")
        return message

    def _receive(self, seconds: float) -> dict[str, Any] | None:
        """The next message; None when none comes in time."""
        assert self.process.stdout
        while True:
            header, found, rest = self._buffer.partition(b"\r\n\r\n")
            if found:
                length = int(header.lower().partition(b"content-length:")[2].split()[0])
                if len(rest) >= length:
                    self._buffer = rest[length:]
                    message: dict[str, Any] = json.loads(rest[:length])
                    return message
            if not select.select([self.process.stdout], [], [], seconds)[0]:
                return None
            data = os.read(self.process.stdout.fileno(), 1 << 18)
            if not data:
                raise SystemExit(f"the server has ended with status {self.process.wait()}")
            self._buffer += data


def _stat(pid: int) -> list[str]:
    """The fields of a process behind its name, empty where there are none."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _as_installed() -> dict[str, str]:
    """An environment in which Python keeps what it compiles, as it has for an installed package."""
    return {
        **{name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"},
        "PYTHONPYCACHEPREFIX": str(PEERS_FOLDER.parent / "bytecode"),
    }


if __name__ == "__main__":
    main()
