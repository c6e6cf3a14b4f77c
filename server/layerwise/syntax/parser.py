"""Parsing a whole file, and parsing it again after an edit at the cost of what the edit touches.

``parse(text, previous)`` equals ``parse(text)``. Cutting a text into instructions can start at any instruction and
needs to know nothing of what stands above it but the escape character; so after an edit it starts at the instruction in
which the edit begins, and stops as soon as it meets an instruction of old behind the edit. One exception is a heredoc
that is never closed: any later line may close it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import NamedTuple

from layerwise.syntax.directives import Prologue, read_prologue
from layerwise.syntax.instruction import read
from layerwise.syntax.line import comment_at
from layerwise.syntax.memo import Memo
from layerwise.syntax.nodes import Comment, Directive, Problem
from layerwise.syntax.place import moved
from layerwise.syntax.split import Block, blocks, statements
from layerwise.syntax.tree import Arg, Dockerfile, From, Instruction, Layout, Section, Sections, Unknown
from layerwise.text import Edit, Span

_OVERHEAD = 200
"""What an entry of a memo weighs beside its text, in characters."""
_INSTRUCTIONS: Memo[Instruction] = Memo(1_500_000)
_LAYOUTS: Memo[Layout] = Memo(1_500_000)

_PIECE = 1 << 13
"""So many characters of two texts are compared at once."""

_Entry = tuple[int, Instruction | Comment | Directive, bool]
"""Where a node starts in the file, the node relative to its own start, and whether it is open-ended."""


class _Edit(NamedTuple):
    """``old[start:old_end]`` was replaced by ``new[start:new_end]``."""

    start: int
    old_end: int
    new_end: int

    @property
    def shift(self) -> int:
        return self.new_end - self.old_end


def parse(text: str, previous: Dockerfile | None = None) -> Dockerfile:
    """The tree of any text.

    :param previous: the tree of another text, most likely the one before the last edit. It only saves time.
    """
    if previous is None:
        return _parse_anew(text, read_prologue(text))
    if text == previous.text:
        return previous
    edit = _edit(previous.text, text)
    prologue = previous.prologue
    if edit.start <= prologue.end:
        prologue = read_prologue(text)
        if prologue.escape != previous.escape:
            return _parse_anew(text, prologue)
    dockerfile = _dockerfile(text, prologue, _resplit(text, prologue, previous, edit))
    dockerfile.follow(previous, Edit(Span(edit.start, edit.old_end), text[edit.start : edit.new_end]))
    return dockerfile


def _parse_anew(text: str, prologue: Prologue) -> Dockerfile:
    found = list(blocks(text, prologue.start, prologue.escape))
    sections = _sections(text, prologue, 0, _entries(text, found, prologue), len(text), first=True)
    return _dockerfile(text, prologue, Sections(sections))


def _dockerfile(text: str, prologue: Prologue, sections: Sections) -> Dockerfile:
    return Dockerfile(
        text,
        escape=prologue.escape,
        directives=prologue.directives,
        sections=sections,
        problems=(*prologue.problems, *_file_problems(text, sections)),
        prologue=prologue,
    )


def _file_problems(text: str, sections: Sections) -> list[Problem]:
    before = sections[0].layout.instructions
    if not before and len(sections) == 1:
        end = len(text.rstrip())
        start = text.rfind("\n", 0, end) + 1
        return [Problem(Span(start, end), "file with no instructions", "no-instructions")]
    if len(sections) == 1:
        # A file without any FROM is a fragment that something else puts together; nobody builds it as it is.
        return []
    for start, instruction in before:
        if not isinstance(instruction, Arg | Unknown):
            keyword = moved(instruction.keyword, sections[0].span.start + start)
            return [Problem(keyword.span, "no build stage in current context", "no-build-stage")]
    return []


def _entries(text: str, found: list[Block], prologue: Prologue) -> list[_Entry]:
    directives = {directive.span.start: directive for directive in prologue.directives}
    texts = [text[block.start : block.end] for block in found]
    read_now = _instructions(
        [own for block, own in zip(found, texts, strict=True) if not block.is_comment], prologue.escape
    )
    entries: list[_Entry] = []
    for block, own in zip(found, texts, strict=True):
        node: Instruction | Comment | Directive
        if not block.is_comment:
            node = read_now[own]
        elif block.start in directives:
            node = moved(directives[block.start], -block.start)
        else:
            node = comment_at(0, own)
        entries.append((block.start, node, block.open_ended))
    return entries


def _instructions(texts: list[str], escape: str) -> dict[str, Instruction]:
    """The instructions with these texts, read only where they were not read before."""
    known: dict[str, Instruction] = {}
    missing: list[str] = []
    for own in dict.fromkeys(texts):
        instruction = _INSTRUCTIONS.get((escape, own), len(own) + _OVERHEAD)
        if instruction is None:
            missing.append(own)
        else:
            known[own] = instruction
    for statement in statements(missing, escape):
        own = statement.text
        known[own] = read(own, statement.keyword_length, escape)
        _INSTRUCTIONS.put((escape, own), known[own], len(own) + _OVERHEAD)
    return known


def _sections(
    text: str, prologue: Prologue, start: int, entries: list[_Entry], end: int, *, first: bool
) -> list[Section]:
    """The sections of ``text[start:end]``.

    :param first: the first of them is what stands before the first FROM.
    """
    sections: list[Section] = []
    own: list[_Entry] = []
    for entry in entries:
        if isinstance(entry[1], From) and (own or first):
            sections.append(_section(text, prologue, start, own, entry[0], first=first))
            start, own, first = entry[0], [], False
        own.append(entry)
    sections.append(_section(text, prologue, start, own, end, first=first))
    return sections


def _section(text: str, prologue: Prologue, start: int, own: list[_Entry], end: int, *, first: bool) -> Section:
    content = text[start:end]
    key = (content, prologue.escape, first)
    layout = _LAYOUTS.get(key, len(content) + _OVERHEAD)
    if layout is None:
        layout = Layout(
            tuple([entry[0] - start for entry in own]),
            tuple([entry[1] for entry in own]),
            open_ended=any(entry[2] for entry in own),
        )
        _LAYOUTS.put(key, layout, len(content) + _OVERHEAD)
    return Section(Span(start, end), layout)


def _resplit(text: str, prologue: Prologue, previous: Dockerfile, edit: _Edit) -> Sections:
    old = previous.sections
    touched = _first_touched(previous, edit)
    section = old[touched]
    start = section.span.start if touched else prologue.start
    head = _entries_before(section, edit.start)
    restart = head.pop()[0] if head else start
    if touched and not head:
        # The edit may have made something else of the FROM; then this section belongs to the one before it.
        touched -= 1
        head = _entries_before(old[touched], section.span.start)
    if section.layout.open_ended or (not touched and edit.start <= max(prologue.end, previous.prologue.end)):
        head, restart = [], old[touched].span.start if touched else prologue.start

    found: list[Block] = []
    for block in blocks(text, restart, prologue.escape):
        if block.start >= edit.new_end:
            place = _place_of(previous, block.start - edit.shift)
            if place:
                entries = [*head, *_entries(text, found, prologue)]
                return _spliced(text, prologue, previous, edit, touched, entries, place)
        found.append(block)
    entries = [*head, *_entries(text, found, prologue)]
    changed = _sections(text, prologue, old[touched].span.start, entries, len(text), first=touched == 0)
    return old.replaced(touched, len(old), _kept(changed, old[touched]), 0)


def _kept(changed: list[Section], old: Section) -> list[Section]:
    """The sections, the first of them as the object it was if it turned out to be unchanged."""
    if changed[0].layout is old.layout and changed[0].span == old.span:
        return [old, *changed[1:]]
    return changed


def _first_touched(previous: Dockerfile, edit: _Edit) -> int:
    """The section in which cutting must begin again."""
    sections = previous.sections
    touched = max(bisect_left(sections.starts, edit.start) - 1, 0)
    open_ended = [layout.open_ended for layout in sections.layouts[:touched]]
    return open_ended.index(True) if True in open_ended else touched


def _entries_before(section: Section, end: int) -> list[_Entry]:
    layout = section.layout
    start = section.span.start
    count = bisect_left(layout.starts, end - start)
    return [
        (start + place, node, False) for place, node in zip(layout.starts[:count], layout.nodes[:count], strict=True)
    ]


def _place_of(previous: Dockerfile, offset: int) -> tuple[int, int] | None:
    """Section and index of the node that starts at ``offset``."""
    if offset < 0:
        return None
    index = max(bisect_right(previous.sections.starts, offset) - 1, 0)
    section = previous.sections[index]
    starts = section.layout.starts
    within = bisect_left(starts, offset - section.span.start)
    found = within < len(starts) and starts[within] == offset - section.span.start
    return (index, within) if found else None


def _spliced(
    text: str,
    prologue: Prologue,
    previous: Dockerfile,
    edit: _Edit,
    touched: int,
    entries: list[_Entry],
    place: tuple[int, int],
) -> Sections:
    """The sections before the edit, those that it changed, and those from ``place`` on that it merely moved."""
    old = previous.sections
    index, within = place
    section = old[index]
    if within or index == 0:
        layout = section.layout
        origin = section.span.start + edit.shift
        rest = zip(layout.starts[within:], layout.nodes[within:], strict=True)
        entries.extend((origin + start, node, False) for start, node in rest)
        open_ended = layout.open_ended
        index += 1
    else:
        open_ended = False
    end = old.starts[index] + edit.shift if index < len(old) else len(text)
    if open_ended and entries:
        start, node, _ = entries[-1]
        entries[-1] = (start, node, True)
    changed = _sections(text, prologue, old[touched].span.start, entries, end, first=touched == 0)
    return old.replaced(touched, index, _kept(changed, old[touched]), edit.shift)


def _edit(old: str, new: str) -> _Edit:
    """The smallest replacement that leads from one text to the other."""
    start = _common_prefix(old, new)
    limit = min(len(old), len(new)) - start
    suffix = _common_suffix(old, new, limit)
    return _Edit(start, len(old) - suffix, len(new) - suffix)


def _common_prefix(first: str, second: str) -> int:
    """In pieces and then by bisection: comparing slices is much faster than comparing characters in Python."""
    limit = min(len(first), len(second))
    low = 0
    while low < limit and second.startswith(first[low : min(low + _PIECE, limit)], low):
        low = min(low + _PIECE, limit)
    high = min(low + _PIECE, limit)
    while low < high:
        middle = (low + high + 1) // 2
        if first[low:middle] == second[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _common_suffix(first: str, second: str, limit: int) -> int:
    by = len(second) - len(first)
    end = len(first)
    low = 0
    while low < limit and second.startswith(
        first[end - min(low + _PIECE, limit) : end - low], end + by - min(low + _PIECE, limit)
    ):
        low = min(low + _PIECE, limit)
    high = min(low + _PIECE, limit)
    while low < high:
        middle = (low + high + 1) // 2
        if first[end - middle : end - low] == second[end + by - middle : end + by - low]:
            low = middle
        else:
            high = middle - 1
    return low
