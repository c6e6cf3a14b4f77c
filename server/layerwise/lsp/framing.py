"""Messages in a stream of bytes: headers, an empty line, a body. Knows nothing of what a body says, and does no IO."""

from __future__ import annotations

import re
from collections.abc import Iterator

_LENGTH = re.compile(rb"(?i)^[ \t]*content-length[ \t]*:[ \t]*([0-9]{1,12})[ \t]*\r?$", re.MULTILINE)
_HEADER_END = re.compile(rb"\r?\n\r?\n")
_LOOKS_LIKE_HEADER = re.compile(rb"(?i)content-length[ \t]*:")
MAX_HEADER = 16 * 1024
MAX_BODY = 512 * 1024 * 1024


class FramingError(ValueError):
    """Bytes that are not a message. Reading goes on at the next thing that looks like a header."""


class Framing:
    """Cuts a stream into bodies. Feed it what arrives, in whatever pieces."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._size = 0
        self._wanted: int | None = None
        """The length of the body that is being read, None while its headers are."""

    def feed(self, data: bytes) -> Iterator[bytes | FramingError]:
        """The bodies that are complete with ``data``, and what was wrong between them, in order."""
        self._parts.append(data)
        self._size += len(data)
        while True:
            if self._wanted is None:
                yield from self._headers()
            if self._wanted is None or self._size < self._wanted:
                return
            buffer = b"".join(self._parts)
            body, rest = buffer[: self._wanted], buffer[self._wanted :]
            self._keep(rest)
            self._wanted = None
            yield body

    def _headers(self) -> Iterator[FramingError]:
        """Reads on until the headers of a message are complete, or there is nothing more to read."""
        buffer = b"".join(self._parts).lstrip(b"\r\n")
        while end := _HEADER_END.search(buffer):
            header = buffer[: end.start()]
            length = _LENGTH.search(header)
            if length and int(length.group(1)) <= MAX_BODY:
                self._wanted = int(length.group(1))
                self._keep(buffer[end.end() :])
                return
            following = _LOOKS_LIKE_HEADER.search(buffer, 1)
            buffer = buffer[following.start() if following else end.end() :].lstrip(b"\r\n")
            yield FramingError(f"not the header of a message: {header[:80]!r}")
        if len(buffer) > MAX_HEADER:
            buffer = buffer[-len(b"content-length:") :]
            yield FramingError("no end of the headers in sight")
        self._keep(buffer)

    def _keep(self, rest: bytes) -> None:
        self._parts = [rest] if rest else []
        self._size = len(rest)
