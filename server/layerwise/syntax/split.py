"""Cutting a text into instructions and comments, as BuildKit's ``parser.Parse`` does. It knows no single instruction.

``dockerfile_parse`` says what the keyword of each instruction is and which lines it has. Alone it knows no heredocs,
ends an instruction at a blank line inside a continuation, takes a doubled backslash for a continuation and drops what
is bare at the end of the file, so it reads a neutral copy in which nothing of that is left; spans are cut from the
original.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from io import BytesIO
from typing import NamedTuple

from dockerfile_parse import DockerfileParser  # type: ignore[import-untyped]

from layerwise.knowledge.instructions import INSTRUCTIONS
from layerwise.syntax.characters import BLANKS, SPACES, is_too_long
from layerwise.syntax.flags import read_flags
from layerwise.syntax.heredocs import body, openings
from layerwise.syntax.json_form import NotStringsError, json_array
from layerwise.syntax.line import Line, continues, join
from layerwise.syntax.words import WordError

_HEREDOC_KEYWORDS = ("RUN", "COPY", "ADD")
_UNSAFE = {ord(character): "x" for character in SPACES if character not in "\t\n\v\f\r "}
_UNSAFE.update(dict.fromkeys(range(0x1C, 0x20), "x"))
_UNSAFE.update({0: "x", ord("\\"): "/", ord("`"): "/"})


class Holder(Enum):
    """What a line with ``<<`` in it is to heredocs."""

    NONE = 0
    KNOWN = 1
    UNKNOWN = 2
    """Its keyword is none, most likely not yet: BuildKit refuses it anyway, and the lines below are no instructions."""


class Block(NamedTuple):
    """An instruction or a comment line, from its first character to its last."""

    start: int
    end: int
    next: int
    """Where the line behind it starts, or the length of the text."""
    is_comment: bool
    open_ended: bool = False
    """It has a heredoc that is never closed."""


class Statement(NamedTuple):
    """An instruction as ``dockerfile_parse`` tells it: its text, and how many characters of it are its keyword."""

    text: str
    keyword_length: int


def blocks(text: str, start: int, escape: str) -> Iterator[Block]:
    """The blocks from ``start`` on, which is the start of a line or of a block; what lies between them is blank."""
    position = start
    absent: set[tuple[str, bool]] = set()
    while position < len(text):
        end = text.find("\n", position)
        end = len(text) if end < 0 else end
        content = text[position:end]
        lead = content.lstrip(SPACES)
        if not lead:
            position = end + 1
            continue
        first = end - len(lead)
        if lead[0] == "#":
            block = Block(first, first + len(lead.rstrip("\r")), min(end + 1, len(text)), True)
        else:
            block = _instruction(text, first, end, lead, escape, absent)
        yield block
        position = block.next


def _instruction(text: str, start: int, end: int, lead: str, escape: str, absent: set[tuple[str, bool]]) -> Block:
    """The instruction that starts at ``start``, on a line that ends at ``end``; ``lead`` is what lies between."""
    more = continues(lead.rstrip("\r"), escape) >= 0
    # The two characters of the operator may stand on two lines.
    marked = ("<" if more else "<<") in lead and not is_too_long(lead)
    content = lead
    while more and end + 1 < len(text):
        first = end + 1
        end = text.find("\n", first)
        end = len(text) if end < 0 else end
        content = text[first:end]
        bare = content.lstrip(SPACES)
        if bare and bare[0] != "#":
            marked = marked or ("<" in content and not is_too_long(content))
            more = continues(content.rstrip("\r"), escape) >= 0
    bare = content.rstrip(SPACES)
    # An escape character at the very end would continue the line, which the white space behind it may prevent.
    stop = end - len(content) + len(bare if bare and bare[-1] != escape else content.rstrip("\r"))
    following = min(end + 1, len(text))
    if not marked:
        return Block(start, stop, following, False)
    return _with_heredocs(text, Block(start, stop, following, False), escape, absent)


def _with_heredocs(text: str, block: Block, escape: str, absent: set[tuple[str, bool]]) -> Block:
    line = join(text[block.start : block.end], escape).line
    holder = heredoc_holder(line) if "<<" in line.text else Holder.NONE
    try:
        opened = () if holder is Holder.NONE else openings(line.text)
    except WordError:
        return block
    end, following, open_ended = block.end, block.next, False
    for opening in opened:
        found = body(text, following, opening, absent)
        following = found.next
        if found.terminator:
            end = found.terminator[1]
        elif holder is Holder.UNKNOWN:
            return block._replace(open_ended=True)
        else:
            open_ended = True
            last = _last_character(text, found.start, found.end)
            end = last if last > found.start else end
    return Block(block.start, end, following, False, open_ended)


def _last_character(text: str, start: int, end: int) -> int:
    """The end of ``text[start:end]`` without the line ends it closes with."""
    while end > start and text[end - 1] in "\r\n":
        end -= 1
    return end


def heredoc_holder(line: Line) -> Holder:
    """Whether BuildKit looks for heredocs in this line: RUN, COPY and ADD, also behind ONBUILD, unless in JSON form."""
    text = line.text.rstrip(SPACES)
    start = len(text) - len(text.lstrip(SPACES))
    for _ in range(2):
        blank = BLANKS.search(text, start)
        if not blank:
            return Holder.NONE
        keyword = text[start : blank.start()].upper()
        _, start = read_flags(line, blank.end(), len(text))
        if keyword in _HEREDOC_KEYWORDS:
            return Holder.NONE if _is_json(text, start) else Holder.KNOWN
        if keyword != "ONBUILD":
            return Holder.NONE if keyword in INSTRUCTIONS else Holder.UNKNOWN
    return Holder.NONE


def _is_json(text: str, start: int) -> bool:
    try:
        return json_array(text, start, len(text)) is not None
    except NotStringsError:
        return True


def statements(texts: list[str], escape: str) -> list[Statement]:
    """What ``dockerfile_parse`` says of these instructions, each with its heredocs."""
    if not texts:
        return []
    original = "\n".join(texts)
    copy = "\n".join(_neutral(text, escape) for text in texts) + "\n"
    parser = DockerfileParser(fileobj=BytesIO(copy.encode("ascii", "replace")))
    lines = original.split("\n")
    return [
        Statement("\n".join(lines[each["startline"] : each["endline"] + 1]), len(each["instruction"]))
        for each in parser.structure
        if not each["content"].startswith("#")
    ]


def _neutral(text: str, escape: str) -> str:
    """A copy of an instruction with the same number of lines that ``dockerfile_parse`` cannot misread.

    The logical line stands on the first line; the lines below are comments, and the last one ends the continuation.
    """
    line = join(text, escape).line.text.strip(SPACES)
    blank = BLANKS.search(line)
    head = line[: max(blank.end() if blank else len(line), 1000)].translate(_UNSAFE) or "?"
    breaks = text.count("\n")
    if not breaks:
        return head + " x"
    return head + " \\" + "\n#" * (breaks - 1) + "\nx"
