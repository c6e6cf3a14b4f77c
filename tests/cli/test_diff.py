"""Diffs that `patch` takes."""

import shutil
import subprocess
from pathlib import Path

import pytest

from layerwise.cli.diff import diff_lines
from layerwise.cli.terminal import Look

CHANGES = {
    "a line": ("FROM a\nRUN b\n", "FROM a\nRUN c\n"),
    "windows": ("FROM a\r\nRUN b\r\n", "FROM a\r\nRUN c\r\n"),
    "no line end before": ("FROM a\nRUN b", "FROM a\nRUN c\n"),
    "no line end after": ("FROM a\nRUN b\n", "FROM a\nRUN c"),
    "lines that look like headers": ("-- a\n++ b\nx\n", "-- c\n++ d\nx\n"),
    "a lone carriage return": ("FROM a\rRUN b\n", "FROM a\rRUN c\n"),
    "unusual line separators": ("RUN a\u2028b\x0cc\n", "RUN a\u2028b\x0cd\n"),
    "emptied": ("FROM a\n", ""),
    "filled": ("", "FROM a\n"),
}


@pytest.mark.parametrize(("before", "after"), CHANGES.values(), ids=CHANGES)
@pytest.mark.skipif(not shutil.which("git"), reason="git is the judge of a diff")
def test_git_applies_it(before: str, after: str, tmp_path: Path) -> None:
    file = tmp_path / "Dockerfile"
    file.write_bytes(before.encode())
    diff = "".join(diff_lines("Dockerfile", before, after, Look()))
    command = ["git", "apply", "-p0", "--unsafe-paths", "--whitespace=nowarn", "-"]
    subprocess.run(command, input=diff.encode(), cwd=tmp_path, check=True, env={"GIT_CEILING_DIRECTORIES": "/"})
    assert file.read_bytes() == after.encode()


def test_a_new_file_comes_from_nowhere() -> None:
    assert "".join(diff_lines(".dockerignore", None, ".git\n", Look())) == (
        "--- /dev/null\n+++ .dockerignore\n@@ -0,0 +1 @@\n+.git\n"
    )


def test_lines_are_coloured_by_what_they_are() -> None:
    painted = list(diff_lines("f", "-- a\n", "++ b\n", Look(colour=True)))
    assert painted[0] == "\x1b[1m--- f\x1b[0m\n"
    assert painted[2:] == ["\x1b[36m@@ -1 +1 @@\x1b[0m\n", "\x1b[31m--- a\x1b[0m\n", "\x1b[32m+++ b\x1b[0m\n"]


def test_no_change_is_no_diff() -> None:
    assert list(diff_lines("f", "a\n", "a\n", Look())) == []
