"""Edits to a text, and how several of them are applied at once."""

from collections.abc import Iterable
from typing import NamedTuple

from layerwise.text.span import Span


class OverlapError(ValueError):
    """Two edits want to change the same characters."""


class Edit(NamedTuple):
    """Replace the characters under ``span`` with ``text``. An empty span inserts, an empty text deletes."""

    span: Span
    text: str

    def moved(self, by: int) -> "Edit":
        return Edit(self.span.moved(by), self.text)


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """The text after all ``edits``, whose spans all refer to the text before any of them.

    Insertions at one place keep the order in which they are given.

    :raises OverlapError: if two edits overlap, or one lies outside the text.
    """
    parts: list[str] = []
    done = 0
    for edit in sorted(edits, key=lambda edit: edit.span):
        if edit.span.start < done or edit.span.end > len(text) or edit.span.start > edit.span.end:
            raise OverlapError(f"an edit at {edit.span.start}..{edit.span.end} overlaps another or leaves the text")
        parts.append(text[done : edit.span.start])
        parts.append(edit.text)
        done = edit.span.end
    parts.append(text[done:])
    return "".join(parts)


def unmoved(offset: int, edits: Iterable[Edit]) -> int:
    """Where an offset of the text after ``edits`` was before them; within what they wrote, where they began."""
    by = 0
    for edit in sorted(edits, key=lambda edit: edit.span):
        if edit.span.start + by > offset:
            break
        if offset < edit.span.start + by + len(edit.text):
            return edit.span.start
        by += len(edit.text) - (edit.span.end - edit.span.start)
    return offset - by
