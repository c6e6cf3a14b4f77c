"""Reading a Dockerfile from disk, exactly, and writing it back without ever leaving half a file."""

from __future__ import annotations

import os
import sys

from msgspec import Struct

_MARK = b"\xef\xbb\xbf"
_FOREIGN_MARKS = {
    b"\xff\xfe\x00\x00": "UTF-32",
    b"\x00\x00\xfe\xff": "UTF-32",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
}


class UnreadableError(Exception):
    """A file that cannot be read or written; the message says why in a few words, without the path."""


class Source(Struct, frozen=True):
    """The text of a file, line ends untouched, without the byte-order mark that ``has_mark`` remembers.

    Positions are counted without the mark, as an editor counts them.
    """

    text: str
    has_mark: bool = False

    def encode(self, text: str) -> bytes:
        """Another text, in the encoding of this source."""
        return (_MARK if self.has_mark else b"") + text.encode()


def read_source(path: str) -> Source:
    """The text of a file.

    :raises UnreadableError: when it cannot be opened, or is not UTF-8, the only encoding that a builder reads.
    """
    data = read_bytes(path)
    if data is None:
        raise UnreadableError("no such file or folder")
    return decode(data)


def read_bytes(path: str) -> bytes | None:
    """The content of a file, None when there is none.

    :raises UnreadableError: when it cannot be opened.
    """
    try:
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UnreadableError(_reason(error)) from None


def read_standard_input() -> Source:
    """All of standard input.

    :raises UnreadableError: when it is closed or not UTF-8.
    """
    if sys.stdin is None:
        raise UnreadableError("standard input is closed")
    try:
        return decode(sys.stdin.buffer.read())
    except OSError as error:
        raise UnreadableError(_reason(error)) from None


def decode(data: bytes) -> Source:
    """The text in some bytes.

    :raises UnreadableError: when they are not UTF-8.
    """
    has_mark = data.startswith(_MARK)
    try:
        return Source(data[len(_MARK) if has_mark else 0 :].decode(), has_mark)
    except UnicodeDecodeError as error:
        raise UnreadableError(_not_utf8(data, error.start + (len(_MARK) if has_mark else 0))) from None


def write_file(path: str, data: bytes) -> None:
    """Replace the content of a file, keeping its mode and owner; a reader sees the old bytes or the new, never a mix.

    A symbolic link stays one: the file that it leads to is replaced.

    :raises UnreadableError: when that is not allowed or the disk is full; the file is then as it was.
    """
    target = os.path.realpath(path)
    if os.path.exists(target) and not os.access(target, os.W_OK):
        raise UnreadableError("is write-protected")
    try:
        _replace(target, data)
    except OSError as error:
        raise UnreadableError(f"cannot be written: {_reason(error)}") from None


def _replace(target: str, data: bytes) -> None:
    import shutil
    import tempfile

    descriptor, temporary = tempfile.mkstemp(prefix=f".{os.path.basename(target)}.", dir=os.path.dirname(target))
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if os.path.exists(target):
            shutil.copystat(target, temporary)
            os.utime(temporary)
            _keep_owner(target, temporary)
        else:
            os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, target)
    except BaseException:
        os.unlink(temporary)
        raise


def _keep_owner(target: str, temporary: str) -> None:
    if not hasattr(os, "chown"):
        return
    wanted, present = os.stat(target), os.stat(temporary)
    if (wanted.st_uid, wanted.st_gid) != (present.st_uid, present.st_gid):
        os.chown(temporary, wanted.st_uid, wanted.st_gid)
        os.chmod(temporary, wanted.st_mode & 0o7777)


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def _reason(error: OSError) -> str:
    if isinstance(error, PermissionError):
        return "permission denied"
    return (error.strerror or str(error)).lower()


def _not_utf8(data: bytes, at: int) -> str:
    for mark, name in _FOREIGN_MARKS.items():
        if data.startswith(mark):
            return f"is {name}, and a builder reads only UTF-8; save it as UTF-8"
    line = data.count(b"\n", 0, at) + 1
    return f"is not UTF-8: byte 0x{data[at]:02x} in line {line}; a builder reads only UTF-8"
