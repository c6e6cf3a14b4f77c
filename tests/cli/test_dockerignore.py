"""``layerwise fix --dockerignore``: the file that it writes, what it says, and that it does nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from .conftest import Command

Write = Callable[[Mapping[str, str]], None]

TEXT = "FROM node:22\nWORKDIR /app\nCOPY . .\nRUN npm ci\nMAINTAINER Ada\n"
FILES = {"Dockerfile": TEXT, "package.json": "{}", "node_modules/x/y.js": "x", ".git/HEAD": "x", ".env": "TOKEN=x\n"}
WRITTEN = """\
# Version control
.git

# Dependencies, which the build installs
**/node_modules

# Secrets and settings of one machine
**/.env

# What tells the builder what to do
Dockerfile
.dockerignore
"""


def test_a_new_file(layerwise: Command, write: Write, folder: Path) -> None:
    write(FILES)
    result = layerwise("fix", "--dockerignore", "--fail-on", "never")
    assert (result.status, result.err) == (0, "")
    assert (folder / ".dockerignore").read_text() == WRITTEN
    assert (folder / "Dockerfile").read_text() == TEXT
    told = [line.strip() for line in result.out.splitlines()]
    assert told[:3] == [
        "Dockerfile",
        "Create a .dockerignore from what is in the context",
        "Leaves out 71 bytes in 4 files",
    ]
    assert "Check: the image does not read `.env`, or gets it when it is started" in told
    again = layerwise("fix", "--dockerignore", "--fail-on", "never").out
    assert "nothing to leave out: nothing more in the context is known to be useless" in again
    assert (folder / ".dockerignore").read_text() == WRITTEN


def test_as_a_diff(layerwise: Command, write: Write, folder: Path) -> None:
    write(FILES)
    result = layerwise("fix", "--dockerignore", "--diff")
    assert result.status == 1
    assert result.out.startswith("--- /dev/null\n+++ .dockerignore\n@@ -0,0 +1,12 @@\n+# Version control\n")
    assert "Create a .dockerignore" in result.err
    assert not (folder / ".dockerignore").exists()


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_lines_of_the_user_stay(layerwise: Command, write: Write, folder: Path, end: bytes) -> None:
    write(FILES)
    own = end.join([b"# mine", b"!keep", b"", b"*.log"])
    (folder / ".dockerignore").write_bytes(own)
    layerwise("fix", "--dockerignore")
    after = (folder / ".dockerignore").read_bytes()
    assert after.startswith(own + end)
    assert end + b".git" + end in after
    assert after.count(b"\r\n") == (after.count(b"\n") if end == b"\r\n" else 0)


def test_dockerfiles_that_share_a_context_share_the_file(layerwise: Command, write: Write, folder: Path) -> None:
    write({**FILES, "worker.Dockerfile": "FROM node:22\nCOPY . .\nRUN npm ci\nCOPY .git/HEAD /version\n"})
    diff = layerwise("fix", "--dockerignore", "--diff").out
    assert diff.count("+++ .dockerignore") == 1
    assert diff.count("+**/node_modules") == 1
    assert "+!.git/HEAD" in diff
    layerwise("fix", "--dockerignore")
    text = (folder / ".dockerignore").read_text()
    assert ".git\n!.git/HEAD\n" in text
    assert layerwise("check", "--select", "size/unignored-context").status == 0
    assert text.count("node_modules") == 1


def test_the_file_of_a_dockerfile_in_another_folder(layerwise: Command, write: Write, folder: Path) -> None:
    build = {"services": {"web": {"build": {"context": "app", "dockerfile": "../docker/web.Dockerfile"}}}}
    write({f"app/{path}": text for path, text in FILES.items() if path != "Dockerfile"})
    write({"compose.yaml": str(build), "docker/web.Dockerfile": TEXT, "docker/web.Dockerfile.dockerignore": "dist\n"})
    diff = layerwise("fix", "--dockerignore", "--diff", "docker").out
    assert diff.startswith("--- docker/web.Dockerfile.dockerignore\n+++ docker/web.Dockerfile.dockerignore\n")
    layerwise("fix", "--dockerignore", "docker")
    assert (folder / "docker/web.Dockerfile.dockerignore").read_text().startswith("dist\n.git\n**/node_modules\n")
    assert not (folder / "app/.dockerignore").exists()


def test_what_is_kept_and_why(layerwise: Command, write: Write) -> None:
    write({**FILES, "Dockerfile": "FROM node:22\nCOPY . .\nRUN git describe > /version\n"})
    out = layerwise("fix", "--dockerignore", "--diff").err
    assert "Kept: `.git`, for `git describe` reads it" in out
    assert "Kept: `node_modules`, for nothing is seen to make it again, as `npm install` would" in out


def test_an_unreadable_ignore_file_is_left_alone(layerwise: Command, write: Write, folder: Path) -> None:
    write(FILES)
    (folder / ".dockerignore").write_bytes(b"\xff\xfe")
    assert "nothing to leave out: .dockerignore cannot be read" in layerwise("fix", "--dockerignore").out
    assert (folder / ".dockerignore").read_bytes() == b"\xff\xfe"


def test_standard_input_writes_nothing(layerwise: Command, write: Write, folder: Path) -> None:
    write(FILES)
    result = layerwise("fix", "--dockerignore", "--stdin-filename", "Dockerfile", "-", stdin=TEXT.encode())
    assert result.out == TEXT
    assert not (folder / ".dockerignore").exists()


def test_the_rule_and_its_fix(layerwise: Command, write: Write, folder: Path) -> None:
    write(FILES)
    assert layerwise("check", "--select", "DKL-LI-0003").status == 1
    assert "created .dockerignore" in layerwise("fix", "--select", "DKL-LI-0003", "--unsafe").out
    assert layerwise("check", "--select", "DKL-LI-0003").status == 0
    assert layerwise("fix", "--select", "DKL-LI-0003", "--unsafe", "--diff").out == ""
