"""The text that a shell is given, and where each of its characters stands in the file. Knows nothing of commands."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from layerwise.syntax.tree import BrokenWord, Heredoc, ShellForm, Word


class Source(Struct, frozen=True):
    """A script and the place of each character: ``text[i]`` stands from ``places[i]`` to ``ends[i]``.

    In ``sh -c "a \\"b\\""`` the text is ``a "b"``, in which an escaped character takes two places. ``ends`` is None
    where every character takes one. Places never decrease.
    """

    text: str
    places: Sequence[int]
    ends: Sequence[int] | None = None

    def end(self, index: int) -> int:
        """Where the place of a character ends."""
        return self.ends[index] if self.ends else self.places[index] + 1

    def cut(self, start: int, end: int) -> Source:
        return Source(self.text[start:end], self.places[start:end], self.ends and self.ends[start:end])


def of_form(form: ShellForm) -> Source:
    """The command of an instruction in shell form."""
    return _of_word(form.word)


def of_item(item: Word) -> Source:
    """A string of the JSON form."""
    return _of_word(item)


def of_heredoc(heredoc: Heredoc) -> Source:
    """The body of a heredoc as its reader gets it: without leading tabs when it is written ``<<-``."""
    start = heredoc.body.start
    if not heredoc.strips_tabs or "\t" not in heredoc.text:
        return Source(heredoc.text, range(start, start + len(heredoc.text)))
    lines: list[str] = []
    places: list[int] = []
    for line in heredoc.text.splitlines(keepends=True):
        kept = line.lstrip("\t")
        lines.append(kept)
        places.extend(range(start + len(line) - len(kept), start + len(line)))
        start += len(line)
    return Source("".join(lines), places)


def _of_word(word: Word) -> Source:
    if not isinstance(word, BrokenWord):
        start = word.at(0)
        return Source(word.text, range(start, start + len(word.text)))
    parts = list(zip(word.offsets, (*word.offsets[1:], len(word.text)), word.parts, strict=True))
    places: list[int] = []
    ends: list[int] = []
    for offset, stop, part in parts:
        is_even = part.end - part.start == stop - offset
        places.extend(range(part.start, part.end) if is_even else [part.start] * (stop - offset))
        if not is_even or ends:
            ends = ends or [place + 1 for place in places[:offset]]
            ends.extend(range(part.start + 1, part.end + 1) if is_even else [part.end] * (stop - offset))
    return Source(word.text, places, ends or None)
