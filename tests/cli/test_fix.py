"""The command ``fix``: what it changes, what it never changes, and what it says about it."""

import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from layerwise.cli import fix as fixing
from layerwise.engine import RULES
from layerwise.lint import Edit, FileContext, FileEdit, Finding, Fix
from layerwise.syntax.tree import Maintainer

from .conftest import CLEAN, WARNED, Command

Write = Callable[[dict[str, str | bytes]], None]
FIXED = 'FROM debian:12\nLABEL org.opencontainers.image.authors="Ada <ada@example.com>"\n'
MAINTAINER = "build/deprecated-maintainer"


def test_files_are_fixed_and_the_rest_is_counted(layerwise: Command, write: Write, folder: Path) -> None:
    write({"a/Dockerfile": WARNED, "b/Dockerfile": WARNED + "MAINTAINER x\n", "c/Dockerfile": CLEAN})
    result = layerwise("fix", "--select", "DL4000")
    assert (folder / "a/Dockerfile").read_text() == FIXED
    assert result.status == 0
    assert result.err == ""
    lines = result.out.splitlines()
    assert lines[0] == "a/Dockerfile"
    assert lines[1].startswith(f"  fixed {MAINTAINER}: ")
    assert "Fixed 3 problems in 2 files." in lines
    again = layerwise("fix", "--select", "DL4000")
    assert (again.status, again.out) == (0, "Nothing to fix in 3 files.\n")


def test_what_is_left_decides_the_status(layerwise: Command, write: Write) -> None:
    write({"Dockerfile": "FROM debian\nMAINTAINER a\n"})
    result = layerwise("fix", "--select", "pin/untagged-image,DL4000")
    assert result.status == 1
    assert result.out.splitlines()[-3:] == [
        "Fixed 1 problem in 1 file.",
        "1 problem is left: 1 warning.",
        "`layerwise check` shows what is left.",
    ]
    assert layerwise("fix", "--select", "pin/untagged-image", "--fail-on", "error").status == 0


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (WARNED.replace("\n", "\r\n"), FIXED.replace("\n", "\r\n")),
        ("\ufeff" + WARNED, "\ufeff" + FIXED),
        (WARNED[:-1], FIXED[:-1]),
        ("# é🚀\n" + WARNED, "# é🚀\n" + FIXED),
    ],
    ids=["line ends", "byte-order mark", "no last line end", "wide characters"],
)
def test_bytes_that_no_fix_touches_stay(
    before: str, after: str, layerwise: Command, write: Write, folder: Path
) -> None:
    write({"Dockerfile": before})
    layerwise("fix", "--select", "DL4000")
    assert (folder / "Dockerfile").read_bytes() == after.encode()


def test_mode_and_links_stay(layerwise: Command, write: Write, folder: Path) -> None:
    write({"real.txt": WARNED})
    (folder / "real.txt").chmod(0o600)
    (folder / "Dockerfile").symlink_to("real.txt")
    layerwise("fix", "--select", "DL4000")
    assert (folder / "Dockerfile").is_symlink()
    assert (folder / "real.txt").read_text() == FIXED
    assert stat.S_IMODE((folder / "real.txt").stat().st_mode) == 0o600


def test_a_file_without_changes_is_not_written(layerwise: Command, write: Write, folder: Path) -> None:
    write({"Dockerfile": CLEAN})
    before = (folder / "Dockerfile").stat()
    layerwise("fix")
    after = (folder / "Dockerfile").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


class TestDiff:
    def test_it_changes_nothing(self, layerwise: Command, write: Write, folder: Path) -> None:
        write({"a/Dockerfile": WARNED, "b/Dockerfile": CLEAN})
        result = layerwise("fix", "--diff", "--select", "DL4000")
        assert (folder / "a/Dockerfile").read_text() == WARNED
        assert result.status == 1
        assert result.out == (
            "--- a/Dockerfile\n"
            "+++ a/Dockerfile\n"
            "@@ -1,2 +1,2 @@\n"
            " FROM debian:12\n"
            "-MAINTAINER Ada <ada@example.com>\n"
            '+LABEL org.opencontainers.image.authors="Ada <ada@example.com>"\n'
        )
        assert result.err == "Would fix 1 problem in 1 file.\n"

    def test_no_change_is_no_diff(self, layerwise: Command, write: Write) -> None:
        write({"Dockerfile": CLEAN})
        result = layerwise("fix", "--diff")
        assert (result.status, result.out) == (0, "")

    def test_line_ends_are_those_of_the_file(self, layerwise: Command, write: Write) -> None:
        write({"Dockerfile": WARNED.replace("\n", "\r\n")})
        out = layerwise("fix", "--diff", "--select", "DL4000").out
        assert '"Ada <ada@example.com>"\r\n' in out


class TestStandardInput:
    def test_the_fixed_text_goes_to_standard_output(self, layerwise: Command) -> None:
        result = layerwise("fix", "-", "--select", "DL4000", stdin=WARNED.replace("\n", "\r\n").encode())
        assert (result.status, result.out) == (0, FIXED.replace("\n", "\r\n"))
        assert "Fixed 1 problem in 1 file." in result.err

    def test_a_text_without_problems_comes_back(self, layerwise: Command) -> None:
        assert layerwise("fix", "-", "--quiet", stdin=b"\xef\xbb\xbf" + CLEAN.encode()).out == "\ufeff" + CLEAN

    def test_a_name_is_not_a_file_to_write(self, layerwise: Command, write: Write, folder: Path) -> None:
        write({"Dockerfile": CLEAN})
        name = ["--stdin-filename", "Dockerfile"]
        assert layerwise("fix", *name, "--select", "DL4000", stdin=WARNED.encode()).out == FIXED
        assert (folder / "Dockerfile").read_text() == CLEAN

    def test_as_a_diff(self, layerwise: Command) -> None:
        result = layerwise("fix", "--diff", "-", "--select", "DL4000", stdin=WARNED.encode())
        assert result.out.startswith("--- -\n+++ -\n@@")


@pytest.fixture
def ignoring_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes the rule on MAINTAINER, which sees the whole file, offer a change to the ``.dockerignore``."""

    def check(node: object, context: FileContext) -> Iterator[Finding]:
        tree = context.files
        assert tree is not None
        before = tree.files.read(f"{tree.root}/.dockerignore")
        if ".git" in (before or ""):
            return
        edit = FileEdit(".dockerignore", (before or "") + ".git\n", before)
        for each in context.dockerfile.instructions:
            if isinstance(each, Maintainer):
                yield Finding(each.span, "x", fix=Fix("Ignore", Edit(each.span, "LABEL a=b"), files=[edit]))

    monkeypatch.setitem(vars(RULES[MAINTAINER]), "check", check)


@pytest.mark.usefixtures("ignoring_rule")
class TestFilesBeside:
    def test_a_new_one(self, layerwise: Command, write: Write, folder: Path) -> None:
        write({"a/Dockerfile": WARNED})
        result = layerwise("fix", "--select", "DL4000")
        assert (folder / "a/.dockerignore").read_text() == ".git\n"
        assert (folder / "a/Dockerfile").read_text() == "FROM debian:12\nLABEL a=b\n"
        assert "  created .dockerignore" in result.out.splitlines()

    def test_a_changed_one_keeps_its_byte_order_mark(self, layerwise: Command, write: Write, folder: Path) -> None:
        write({"Dockerfile": WARNED, ".dockerignore": "\ufeffdist\r\n"})
        assert layerwise("fix", "--select", "DL4000").status == 0
        assert (folder / ".dockerignore").read_bytes() == b"\xef\xbb\xbfdist\r\n.git\n"

    def test_two_dockerfiles_that_share_it(self, layerwise: Command, write: Write, folder: Path) -> None:
        write({"a.Dockerfile": WARNED, "b.Dockerfile": WARNED})
        result = layerwise("fix", "--select", "DL4000")
        assert (result.status, result.err) == (0, "")
        assert (folder / ".dockerignore").read_text() == ".git\n"
        assert (folder / "b.Dockerfile").read_text() == WARNED

    def test_in_a_diff(self, layerwise: Command, write: Write, folder: Path) -> None:
        write({"a/Dockerfile": WARNED})
        out = layerwise("fix", "--diff", "--select", "DL4000").out
        assert out.endswith("--- /dev/null\n+++ a/.dockerignore\n@@ -0,0 +1 @@\n+.git\n")
        assert not (folder / "a/.dockerignore").exists()


def test_a_file_that_changes_meanwhile_is_fixed_as_it_is_then(
    layerwise: Command, write: Write, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write({"Dockerfile": WARNED})
    fix_all = fixing.fix_all
    saved = ["# saved meanwhile\n" + WARNED]

    def fix_while_somebody_saves(*arguments: object) -> object:
        if saved:
            write({"Dockerfile": saved.pop()})
        return fix_all(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(fixing, "fix_all", fix_while_somebody_saves)
    assert layerwise("fix", "--select", "DL4000").status == 0
    assert (folder / "Dockerfile").read_text() == "# saved meanwhile\n" + FIXED


def test_a_file_that_cannot_be_written_is_named_and_the_others_are_fixed(
    layerwise: Command, write: Write, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write({"a/Dockerfile": WARNED, "b/Dockerfile": WARNED})
    write_file = fixing.write_file

    def refuse(path: str, data: bytes) -> None:
        if path.endswith("a/Dockerfile"):
            raise fixing.UnreadableError("is write-protected")
        write_file(path, data)

    monkeypatch.setattr(fixing, "write_file", refuse)
    result = layerwise("fix", "--select", "DL4000")
    assert result.status == 2
    assert result.err == "error: a/Dockerfile: is write-protected\n"
    assert "Fixed 1 problem in 1 file." in result.out
    assert (folder / "b/Dockerfile").read_text() == FIXED


def test_unsafe_fixes_are_asked_for(layerwise: Command, write: Write, folder: Path) -> None:
    shell_form = "FROM debian:12\nCMD exec a $HOME\nMAINTAINER A\n"
    write({"Dockerfile": shell_form})
    layerwise("fix", "--ignore", "DL4000")
    assert (folder / "Dockerfile").read_text() == shell_form


def test_several_processes_do_the_same(layerwise: Command, write: Write, folder: Path) -> None:
    write({f"{number:02}/Dockerfile": WARNED for number in range(12)})
    result = layerwise("fix", "--select", "DL4000", "--jobs", "2")
    assert "Fixed 12 problems in 12 files." in result.out
    assert {file.read_text() for file in folder.rglob("Dockerfile")} == {FIXED}


UNORDERED = """\
FROM python:3.12
WORKDIR /app
COPY . .
RUN pip install -r requirements.txt
RUN apt-get update && apt-get install -y jq
CMD ["python", "app.py"]
"""
CONTEXT: dict[str, str | bytes] = {"app.py": "", "requirements.txt": "flask==3.0.3\n", "Dockerfile": UNORDERED}


def test_optimizing_says_what_it_did_why_and_what_it_is_worth(layerwise: Command, write: Write, folder: Path) -> None:
    write(CONTEXT)
    result = layerwise("fix", "--optimize", "--diff", "Dockerfile")
    assert result.status == 1
    assert (folder / "Dockerfile").read_text() == UNORDERED
    assert result.out.startswith("--- Dockerfile")
    assert "--no-install-recommends" in result.out
    lines = [line.strip() for line in result.err.splitlines()]
    assert lines[0] == "Dockerfile"
    assert "Add `--no-install-recommends` (size/recommended-packages, line 5)" in lines
    assert "why: `apt-get install` installs recommended packages too" in lines
    assert "check: Name the recommended packages that the image needs" in lines
    assert "After a change to a source file a build does 1 of 5 steps again; it was 3 of 4" in lines
    plain = layerwise("fix", "--diff", "Dockerfile")
    assert "--no-install-recommends" not in plain.out


def test_optimizing_is_done_once(layerwise: Command, write: Write, folder: Path) -> None:
    write(CONTEXT)
    layerwise("fix", "--optimize", "Dockerfile")
    done = (folder / "Dockerfile").read_text()
    assert done.index("apt-get") < done.index("COPY . .")
    again = layerwise("fix", "--optimize", "Dockerfile")
    assert again.out.startswith("Nothing to fix in 1 file.")
    assert (folder / "Dockerfile").read_text() == done


def test_optimizing_and_unsafe_fixes_exclude_each_other(layerwise: Command, write: Write) -> None:
    write(CONTEXT)
    result = layerwise("fix", "--optimize", "--unsafe")
    assert result.status == 2
    assert "not allowed with" in result.err


GO = 'FROM golang:1.22-bookworm\nWORKDIR /src\nCOPY . .\nRUN CGO_ENABLED=0 go build -o server .\nCMD ["./server"]\n'
GO_SPLIT = """\
FROM golang:1.22-bookworm AS build
WORKDIR /src
COPY . .
RUN CGO_ENABLED=0 go build -o server .

FROM alpine:3
RUN apk add --no-cache ca-certificates tzdata
WORKDIR /src
COPY --from=build /src/server /src/server
COPY --from=build /src/static /src/static
CMD ["./server"]
"""
GO_FILES = {"go.mod": "module shop\n", "main.go": "package main\n", "static/a.css": "x\n"}


def test_split_writes_two_stages_with_what_the_context_shows(layerwise: Command, write: Write, folder: Path) -> None:
    write({"Dockerfile": GO, **GO_FILES})
    result = layerwise("fix", "--split", "--fail-on", "error")
    assert (folder / "Dockerfile").read_text() == GO_SPLIT
    assert result.out.splitlines()[:3] == [
        "Dockerfile",
        "  Split into stages: build the Go program, run it on alpine:3",
        "  Runs on alpine:3, with /src/server, /src/static of the build.",
    ]
    assert (result.status, result.err) == (0, "")


def test_split_as_a_diff_writes_nothing_and_says_what_it_assumes(
    layerwise: Command, write: Write, folder: Path
) -> None:
    write({"Dockerfile": GO, **GO_FILES, "main.go": 'package main\nimport "os/exec"\n'})
    result = layerwise("fix", "--split", "--diff")
    assert (folder / "Dockerfile").read_text() == GO
    assert "+COPY --from=build /src/server /src/server" in result.out.splitlines()
    assert " FROM golang" not in result.out
    assert "  Check: it starts no other program of `golang:1.22-bookworm`" in result.err.splitlines()
    assert result.status == 1


def test_split_says_why_it_does_nothing(layerwise: Command, write: Write, folder: Path) -> None:
    text = GO.replace("go build -o server .", "go build -o server . && frobnicate")
    write({"Dockerfile": text, **GO_FILES})
    result = layerwise("fix", "--split", "--fail-on", "error")
    assert (folder / "Dockerfile").read_text() == text
    assert "  not split: what `frobnicate` does may be needed by what runs" in result.out.splitlines()
    assert result.status == 0
