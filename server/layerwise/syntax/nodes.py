"""The small parts that instructions are made of. They know their place and their text, not what they mean.

Every node carries an absolute span into the text of its ``Dockerfile``; nodes are immutable.
"""

from __future__ import annotations

from bisect import bisect_right

from msgspec import Struct

from layerwise.text import Span


class Node(Struct, frozen=True):
    """Anything with a place. ``span`` is half-open, in code points from the start of the file."""

    span: Span


class Word(Node, frozen=True):
    """A word as the builder sees it: continuations, and comments inside them, are gone; quotes and variables stay.

    In exec form ``text`` is the decoded value of the JSON string and the span includes its quotes.
    """

    text: str

    def at(self, offset: int) -> int:
        """Where the character ``text[offset]`` stands in the file; for the length of ``text``, where it ends."""
        quoted = self.span.end - self.span.start > len(self.text)
        return self.span.start + offset + quoted

    def part(self, start: int, end: int) -> Span:
        """The place of ``text[start:end]`` in the file."""
        return Span(self.at(start), self.at(end - 1) + 1) if start < end else Span(self.at(start), self.at(start))


class BrokenWord(Word, frozen=True):
    """A word whose characters do not stand side by side in the file: a continuation or an escape lies between.

    ``text[offsets[i]:offsets[i + 1]]`` stands at ``parts[i]``.
    """

    offsets: tuple[int, ...]
    parts: tuple[Span, ...]

    def at(self, offset: int) -> int:
        if not self.parts:
            return self.span.start
        index = max(bisect_right(self.offsets, offset) - 1, 0)
        return min(self.parts[index].start + offset - self.offsets[index], self.parts[index].end)


class Comment(Node, frozen=True):
    """A comment line from its ``#`` to the end of the line, wherever it is. ``text`` is stripped and has no ``#``."""

    text: str


class Directive(Node, frozen=True):
    """A parser directive that is in force, such as ``# syntax=docker/dockerfile:1``. The span starts at the ``#``."""

    name: Word
    value: Word


class Gap(Node, frozen=True):
    """What stands between two pieces: white space, line ends, continuations, and the brackets and commas of JSON."""


class Problem(Node, frozen=True):
    """Something that the builder refuses, in BuildKit's own wording.

    ``code`` is a stable, hyphenated name of the kind of problem. ``replacement``, where one spelling is clearly meant,
    is what should stand under ``span`` instead.
    """

    message: str
    code: str
    replacement: str | None = None


class Key(Node, frozen=True):
    """One ``name=value`` of a structured flag; ``value`` is None when there is no ``=``."""

    name: Word
    value: Word | None


class Flag(Node, frozen=True):
    """``--name=value`` before the arguments. ``name`` is without dashes; ``keys`` are the fields of a ``--mount``."""

    name: Word
    value: Word | None
    keys: tuple[Key, ...] = ()

    def get(self, *names: str) -> str | None:
        """The value of the last key with one of these names; the empty string for a key without ``=``."""
        for key in reversed(self.keys):
            if key.name.text.lower() in names:
                return key.value.text if key.value else ""
        return None


class Mount(Flag, frozen=True):
    """A ``RUN --mount=…`` with its keys, see the Dockerfile reference, "RUN --mount"."""

    @property
    def type(self) -> str:
        return (self.get("type") or "bind").lower()

    @property
    def target(self) -> str | None:
        return self.get("target", "dst", "destination")

    @property
    def source(self) -> str | None:
        return self.get("source", "src")

    @property
    def from_(self) -> str | None:
        return self.get("from")


class Heredoc(Node, frozen=True):
    """A heredoc. ``span`` covers its operator (``<<EOF``); the body lies below the instruction's last line.

    ``body`` covers the lines between the two, with their line ends; ``terminator`` the closing delimiter without its
    line end, empty when the heredoc is never closed. ``text`` is the body as it stands, tabs not yet chomped.
    """

    delimiter: str
    body: Span
    terminator: Span
    text: str
    file_descriptor: int = 0
    quoted: bool = False
    """The delimiter is quoted, so that nothing in the body is expanded."""
    strips_tabs: bool = False
    """Written ``<<-``: leading tabs of each line are not part of the content."""
    closed: bool = True


class ShellForm(Node, frozen=True):
    """A command for a shell. ``text`` is what the shell is given: continuations and comment lines are gone.

    ``span`` covers the command in the file, without heredoc bodies. ``word`` is the whole command as one word, which
    knows the place of each character.
    """

    text: str
    word: Word


class ExecForm(Node, frozen=True):
    """A command in JSON form. ``span`` includes the brackets."""

    items: tuple[Word, ...]


CommandForm = ShellForm | ExecForm


class Pair(Node, frozen=True):
    """One ``key=value`` of ENV, LABEL or ARG. ``legacy`` marks the notation ``ENV key value``.

    ``value`` is None for an ARG without default, and where it is missing.
    """

    key: Word
    value: Word | None
    legacy: bool = False
