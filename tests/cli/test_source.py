"""Files are read exactly, and replaced whole or not at all."""

import os
import stat
from pathlib import Path

import pytest

from layerwise.cli import source
from layerwise.cli.source import UnreadableError, decode, read_source, write_file

TEXTS = {
    "plain": b"FROM a\nRUN b\n",
    "windows": b"FROM a\r\nRUN b\r\n",
    "mixed": b"FROM a\r\nRUN b\nCMD c\rUSER d",
    "mark": b"\xef\xbb\xbfFROM a\n",
    "wide": "FROM é日本🚀\n".encode(),
    "zero": b"FROM a\x00b\n",
    "empty": b"",
}


@pytest.mark.parametrize("data", TEXTS.values(), ids=TEXTS)
def test_what_is_read_and_written_back_is_the_same(data: bytes) -> None:
    read = decode(data)
    assert read.encode(read.text) == data
    assert not read.text.startswith("\ufeff")


UNREADABLE = {
    "latin-1": (b"FROM a\n# caf\xe9\n", "is not UTF-8: byte 0xe9 in line 2; a builder reads only UTF-8"),
    "after a mark": (b"\xef\xbb\xbf\xff", "is not UTF-8: byte 0xff in line 1; a builder reads only UTF-8"),
    "utf-16": ("FROM a\n".encode("utf-16"), "is UTF-16, and a builder reads only UTF-8; save it as UTF-8"),
    "utf-16-be": (b"\xfe\xff\x00F", "is UTF-16, and a builder reads only UTF-8; save it as UTF-8"),
    "utf-32": ("FROM a\n".encode("utf-32"), "is UTF-32, and a builder reads only UTF-8; save it as UTF-8"),
}


@pytest.mark.parametrize(("data", "message"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_a_builder_cannot_read_is_said_plainly(data: bytes, message: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        decode(data)
    assert str(caught.value) == message


def test_a_missing_file_and_a_folder_are_said_plainly(tmp_path: Path) -> None:
    for path, message in ((tmp_path / "no", "no such file or folder"), (tmp_path, "is a directory")):
        with pytest.raises(UnreadableError) as caught:
            read_source(str(path))
        assert str(caught.value) == message


def test_writing_keeps_the_mode_and_leaves_nothing_else_behind(tmp_path: Path) -> None:
    file = tmp_path / "Dockerfile"
    file.write_bytes(b"old")
    file.chmod(0o640)
    write_file(str(file), b"new\r\n")
    assert file.read_bytes() == b"new\r\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert os.listdir(tmp_path) == ["Dockerfile"]


def test_writing_through_a_link_keeps_the_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    target, link = tmp_path / "real/Dockerfile", tmp_path / "Dockerfile"
    target.write_bytes(b"old")
    link.symlink_to("real/Dockerfile")
    write_file(str(link), b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"


def test_a_new_file_has_the_mode_that_any_new_file_has(tmp_path: Path) -> None:
    (tmp_path / "usual").write_bytes(b"")
    write_file(str(tmp_path / ".dockerignore"), b".git\n")
    assert (tmp_path / ".dockerignore").stat().st_mode == (tmp_path / "usual").stat().st_mode


def test_a_failure_half_way_leaves_the_old_file_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "Dockerfile"
    file.write_bytes(b"old")

    def fail(*paths: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(source.os, "fsync", fail)
    with pytest.raises(UnreadableError, match="cannot be written: no space left on device"):
        write_file(str(file), b"new")
    assert file.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["Dockerfile"]


def test_a_protected_file_is_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "Dockerfile"
    file.write_bytes(b"old")
    # The superuser may write everything, so the answer of the system is given here.
    monkeypatch.setattr(source.os, "access", lambda path, mode: False)
    with pytest.raises(UnreadableError, match="is write-protected"):
        write_file(str(file), b"new")
    assert file.read_bytes() == b"old"
