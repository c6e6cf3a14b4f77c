"""A Python package index on the loopback interface: that of this machine, as a network of a known speed would bring it.

A mirror on the way may drop what lets pip keep a download, and then no cache is worth anything. Here each file comes
with its lifetime, at so many megabits a second, and from the disk once it has been fetched.
"""

from __future__ import annotations

import html
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

ADDRESS = ("127.0.0.1", 48231)
"""The port is a fixed one: the images know it."""
ENVIRONMENT = {
    **dict.fromkeys(("PIP_INDEX_URL", "UV_DEFAULT_INDEX"), f"http://{ADDRESS[0]}:{ADDRESS[1]}/simple/"),
    # Without it pip keeps nothing that came over plain HTTP.
    "PIP_TRUSTED_HOST": ADDRESS[0],
}
MEGABITS = 50
_JSON = "application/vnd.pypi.simple.v1+json"
_PIECE = 1 << 16


class _Index(ThreadingHTTPServer):
    """Answers from ``folder`` what it holds, and fetches what it does not."""

    daemon_threads = True

    def __init__(self, folder: Path) -> None:
        super().__init__(ADDRESS, _Handler)
        self.folder = folder
        self.origins: dict[str, str] = {}
        """Where each file comes from, by its digest, for the projects that were asked for."""
        self.origin = _origin()
        self.lock = threading.Lock()
        self.free_at = 0.0
        """When the line has brought what was asked of it."""

    def page(self, project: str) -> bytes:
        """The files of a project, with where each of them is found here."""
        kept = self.folder / f"{project}.json"
        with self.lock:
            if not kept.exists():
                kept.write_bytes(self._fetch(f"{self.origin}/{project}/", _JSON))
            files = json.loads(kept.read_bytes())["files"]
            self.origins.update((file["hashes"]["sha256"], file["url"]) for file in files)
        return "\n".join(("<!DOCTYPE html>", *map(self._link, files))).encode()

    def _link(self, file: dict[str, Any]) -> str:
        digest = file["hashes"]["sha256"]
        python = file.get("requires-python") or ""
        requires = f' data-requires-python="{html.escape(python)}"' if python else ""
        name = html.escape(file["filename"])
        return f'<a href="/files/{digest}/{name}#sha256={digest}"{requires}>{name}</a>'

    def file(self, digest: str, name: str) -> bytes:
        kept = self.folder / digest / name
        with self.lock:
            if not kept.exists():
                content = self._fetch(self.origins[digest])
                kept.parent.mkdir(parents=True, exist_ok=True)
                kept.write_bytes(content)
        return kept.read_bytes()

    def wait_for(self, size: int) -> None:
        """Take as long as the line needs for so many bytes, behind all that it was asked for before."""
        with self.lock:
            self.free_at = max(self.free_at, time.monotonic()) + size * 8 / (MEGABITS * 1e6)
            left = self.free_at - time.monotonic()
        time.sleep(max(left, 0))

    def _fetch(self, url: str, accept: str = "*/*") -> bytes:
        with urlopen(Request(url, headers={"Accept": accept}), timeout=60) as response:
            return bytes(response.read())


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Index

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        parts = self.path.strip("/").split("/")
        try:
            if parts[0] == "simple" and len(parts) == 2:
                self._send(self.server.page(parts[1]), "text/html", "max-age=600")
            elif parts[0] == "files" and len(parts) == 3:
                self._send(self.server.file(*parts[1:]), "application/octet-stream", "max-age=365000000, immutable")
            else:
                self.send_error(404)
        except (OSError, KeyError):
            self.send_error(404)

    def _send(self, content: bytes, kind: str, lifetime: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", lifetime)
        self.end_headers()
        for start in range(0, len(content) if self.command == "GET" else 0, _PIECE):
            piece = content[start : start + _PIECE]
            self.server.wait_for(len(piece))
            self.wfile.write(piece)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the measurement has its own output."""


@contextmanager
def index(folder: Path) -> Iterator[None]:
    """The index, for as long as the measurement takes. What it has fetched stays in ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    server = _Index(folder)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _origin() -> str:
    """Where this machine's pip finds packages."""
    asked = "from pip._internal.models.index import PyPI; print(PyPI.simple_url)"
    known = subprocess.run([sys.executable, "-m", "pip", "config", "get", "global.index-url"], **_QUIETLY)
    default = subprocess.run([sys.executable, "-c", asked], **_QUIETLY)
    return str(known.stdout.strip() or default.stdout.strip()).rstrip("/")


_QUIETLY: dict[str, Any] = {"capture_output": True, "text": True, "check": False}
