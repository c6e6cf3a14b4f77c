"""A text that the client has open. Knows how the client's changes make one version of it from another."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from layerwise.lsp.encoding import Encoding, span_of
from layerwise.lsp.uris import path_of
from layerwise.text import Edit, LineIndex

MAX_TEXT = 1_000_000
MAX_LINES = 20_000
"""A text of more characters or lines is not checked. The longest that people write have a tenth of that."""
_SURROGATE = re.compile("[\ud800-\udfff]")


class Document(Struct, frozen=True, eq=False):
    """One version of an open text. Another version is another object."""

    uri: str
    version: int
    text: str
    lines: LineIndex
    path: str | None
    """None for a text that is not on disk."""
    changed: int = 0
    """How many characters came or went since the document was opened: what it costs to look at it again."""

    @property
    def is_too_large(self) -> bool:
        """Whether it would take too long, and too much memory, to look at it."""
        return len(self.text) > MAX_TEXT or len(self.lines) > MAX_LINES

    def after(self, changes: Iterable[Mapping[str, Any]], version: int, encoding: Encoding) -> Document:
        """The version that the client's ``contentChanges`` lead to: ranges with a text each, or whole new texts.

        Each refers to what the one before it left. A range that leaves the text is cut down to it.

        :raises KeyError, TypeError: when a change has not the shape that the protocol prescribes.
        """
        lines, changed = self.lines, self.changed
        for change in changes:
            text = _clean(change["text"])
            place = change.get("range")
            if place is None:
                changed += len(lines.text) + len(text)
                lines = LineIndex(text)
            else:
                span = span_of(lines, _position(place["start"]), _position(place["end"]), encoding)
                changed += span.end - span.start + len(text)
                lines = lines.edited(Edit(span, text))
        return Document(self.uri, version, lines.text, lines, self.path, changed)


def opened(uri: str, version: int, text: str) -> Document:
    """A document as the client opens it."""
    text = _clean(text)
    return Document(uri, version, text, LineIndex(text), path_of(uri))


def _position(data: Mapping[str, Any]) -> tuple[int, int]:
    line, column = data["line"], data["character"]
    if not isinstance(line, int) or not isinstance(column, int):
        raise TypeError("a position is two numbers")
    return line, column


def _clean(text: str) -> str:
    """Halves of surrogate pairs are no characters; a mark of the same width in every encoding stands in for them."""
    if not isinstance(text, str):
        raise TypeError("a text is a string")
    return text if text.isascii() or not _SURROGATE.search(text) else _SURROGATE.sub("\ufffd", text)
