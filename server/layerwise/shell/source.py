"""The text that a shell is given, and where each of its characters stands in the file. Knows nothing of commands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from layerwise.syntax.tree import BrokenWord, Heredoc, ShellForm, Word


@dataclass(frozen=True, slots=True)
class Source:
    """A script and the place of each character: ``text[i]`` stands at ``places[i]``, which never decreases.

    In ``sh -c "a \\"b\\""`` the text is ``a "b"``; an escaped character stands where its escape does.
    """

    text: str
    places: Sequence[int]

    def cut(self, start: int, end: int) -> Source:
        return Source(self.text[start:end], self.places[start:end])


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
    places: list[int] = []
    ends = (*word.offsets[1:], len(word.text))
    for offset, end, part in zip(word.offsets, ends, word.parts, strict=True):
        start = part.start
        length = end - offset
        if part.end - part.start == length:
            places.extend(range(start, start + length))
        else:
            places.extend([start] * length)
    return Source(word.text, places)
