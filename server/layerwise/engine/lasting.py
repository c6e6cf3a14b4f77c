"""Which of the edits that were made one after another can still be seen in the end. Knows texts and edits, no fixes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from layerwise.text import Edit
from layerwise.text.patterns import regex

_ORIGINAL = -1
_WORD = regex(r"\S+")


class Owned(NamedTuple):
    """An edit, and the number of the change that it is part of."""

    owner: int
    edit: Edit


class _Word(NamedTuple):
    """A word that a change takes away or writes: the number of its edit, and where it begins there."""

    text: str
    edit: int
    start: int


def lasting(text: str, steps: Iterable[Sequence[Owned]]) -> frozenset[int]:
    """The owners that moved words, took some from ``text``, or wrote some that no later edit took away.

    White space does not count. The edits of a step refer to the text behind the steps before it, and don't overlap.
    """
    now = text
    owners = [_ORIGINAL] * len(text)
    found: set[int] = set()
    for step in steps:
        written: list[tuple[Edit, list[int]]] = []
        for owner, group in groupby(sorted(step), key=attrgetter("owner")):
            edits = [each.edit for each in group]
            new, shows = _owners_after(now, owners, edits, owner)
            written += zip(edits, new, strict=True)
            if shows:
                found.add(owner)
        # From the last to the first, so that the spans of those still to come stay right.
        for edit, new_owners in sorted(written, key=lambda each: each[0].span, reverse=True):
            start, end = edit.span
            now = now[:start] + edit.text + now[end:]
            owners[start:end] = new_owners
    found.update(owner for owner, character in zip(owners, now, strict=True) if not character.isspace())
    return frozenset(found - {_ORIGINAL})


def _owners_after(text: str, owners: list[int], edits: Sequence[Edit], owner: int) -> tuple[list[list[int]], bool]:
    """Whose each character of the new texts of one change is, and whether it moves or takes what is not its own.

    A word that the change takes away and writes again stays whose it was.
    """
    new = [[owner] * len(edit.text) for edit in edits]
    taken = list(_words(text[edit.span.start : edit.span.end] for edit in edits))
    written = list(_words(edit.text for edit in edits))
    again: set[_Word] = set()
    moves = False
    matcher = SequenceMatcher(None, [each.text for each in taken], [each.text for each in written], autojunk=False)
    for old, fresh, size in matcher.get_matching_blocks():
        for was, now in zip(taken[old : old + size], written[fresh : fresh + size], strict=True):
            at = edits[was.edit].span.start + was.start
            new[now.edit][now.start : now.start + len(now.text)] = owners[at : at + len(was.text)]
            again.add(was)
            moves = moves or was.edit != now.edit
    gone = (owners[edits[each.edit].span.start + each.start] for each in taken if each not in again)
    return new, moves or _ORIGINAL in gone


def _words(texts: Iterable[str]) -> Iterator[_Word]:
    for index, text in enumerate(texts):
        yield from (_Word(match[0], index, match.start()) for match in _WORD.finditer(text))
