"""The files of the machine: nothing on a disk makes reading slow, endless or wrong."""

import os
from pathlib import Path

from layerwise.context import locate
from layerwise.context.disk import MAX_BYTES, DiskFiles


def test_reads_text_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "text").write_bytes("\ufeffé\r\n".encode())
    (tmp_path / "binary").write_bytes(b"a\0b")
    (tmp_path / "latin").write_bytes(b"\xe9")
    (tmp_path / "large").write_bytes(b"a" * (MAX_BYTES + 1))
    os.mkfifo(tmp_path / "pipe")
    files = DiskFiles()
    assert files.read(f"{tmp_path}/text") == "é\r\n"
    for name in ("binary", "latin", "large", "pipe", "missing", "text/x", ".", "a\0b"):
        assert files.read(f"{tmp_path}/{name}") is None, name
    assert files.size(f"{tmp_path}/large") == MAX_BYTES + 1
    assert [files.size(f"{tmp_path}/{name}") for name in ("missing", ".", "pipe")] == [0, 0, 0]


def test_what_changes_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("one")
    files = DiskFiles()
    assert files.read(str(path)) == "one"
    path.write_text("three")
    assert files.read(str(path)) == "three"
    stamp = path.stat()
    path.write_text("seven")
    os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    files.invalidate(str(path))
    assert files.read(str(path)) == "seven"
    path.unlink()
    assert files.read(str(path)) is None


def test_links_are_not_walked_in_circles(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "file").write_text("x")
    (tmp_path / "a" / "loop").symlink_to(tmp_path)
    (tmp_path / "link").symlink_to(tmp_path / "a" / "file")
    (tmp_path / "dangling").symlink_to("nowhere")
    (tmp_path / "Dockerfile").write_text("FROM a")
    tree = locate(f"{tmp_path}/Dockerfile", DiskFiles())
    assert list(tree.files_below()) == ["Dockerfile", "a/file", "a/loop", "dangling", "link"]
    assert tree.read("link") == "x"
    assert tree.read("dangling") is None
    assert tree.census().complete


def test_a_missing_folder_is_empty(tmp_path: Path) -> None:
    assert list(DiskFiles().list(f"{tmp_path}/missing")) == []
