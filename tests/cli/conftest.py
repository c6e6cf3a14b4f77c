"""A folder to work in, and the command, run in this process as ``main`` runs it."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from layerwise.cli.main import main

WARNED = "FROM debian:12\nMAINTAINER Ada <ada@example.com>\n"
"""One warning (build/deprecated-maintainer), with a safe fix."""
INFORMED = 'FROM debian:12\nCMD ["a"]\n'
CLEAN = "FROM debian:12\n"


@dataclass(frozen=True)
class Result:
    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    def rules(self) -> dict[str, list[str]]:
        """The ids of what was found, by path."""
        return {file["path"]: [each["rule"] for each in file["findings"]] for file in self.json["files"]}


Command = Callable[..., Result]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, which is the current one."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    return tmp_path


@pytest.fixture
def layerwise(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs the command with some arguments and some bytes on standard input."""

    def run(*arguments: str, stdin: bytes = b"") -> Result:
        streams = [io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2)]
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
            patch.setattr(sys, "stdout", streams[0])
            patch.setattr(sys, "stderr", streams[1])
            status = main(list(arguments))
        out, err = (stream.buffer.getvalue().decode() for stream in streams)
        return Result(status, out, err)

    return run


@pytest.fixture
def write(folder: Path) -> Callable[..., None]:
    """Writes files by their path; a text is written as UTF-8 with its line ends untouched."""

    def files(contents: dict[str, str | bytes]) -> None:
        for path, content in contents.items():
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content.encode() if isinstance(content, str) else content)

    return files
