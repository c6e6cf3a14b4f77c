"""Moving whole instructions: with the comments that belong to them, and with the blank lines around them in order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from layerwise.syntax.tree import Dockerfile, Instruction
from layerwise.text import Edit, Span


class Sheet:
    """The lines of a Dockerfile, as what an instruction stands on."""

    def __init__(self, dockerfile: Dockerfile) -> None:
        self.dockerfile = dockerfile
        self.text = dockerfile.text
        self.lines = dockerfile.lines

    def newline(self, at: int) -> str:
        """The line end that is used around an offset."""
        line = self.lines.line_of(at)
        for number in (line, line - 1):
            if number >= 0:
                end = Span(self.lines.span(number).end, self.lines.full_span(number).end).of(self.text)
                if end:
                    return end
        return "\n"

    def lines_of(self, instruction: Instruction) -> Span:
        """The whole lines of an instruction, with the last line end if there is one."""
        first = self.lines.line_of(instruction.span.start)
        last = self.lines.line_of(max(instruction.span.end - 1, instruction.span.start))
        return Span(self.lines.start(first), self.lines.full_span(last).end)

    def block_of(self, instruction: Instruction) -> Span:
        """The same with the comments right above, between which and the instruction there is no blank line."""
        lines = self.lines_of(instruction)
        section = self.dockerfile.section_at(instruction.span.start)
        commented = {self.lines.line_of(comment.span.start) for comment in section.comments}
        first = self.lines.line_of(lines.start)
        while first - 1 in commented and self.lines.start(first - 1) >= section.span.start:
            first -= 1
        return Span(self.lines.start(first), lines.end)

    def is_spaced(self, block: Span) -> bool:
        """Whether a blank line stands above a block."""
        return self._is_blank(self.lines.line_of(block.start) - 1)

    def whole(self, block: Span) -> str:
        """The text of a block, which ends with a line end even if the file does not."""
        text = block.of(self.text)
        return text if text.endswith(("\n", "\r")) else text + self.newline(block.start)

    def removal(self, block: Span) -> Edit:
        """Take a block away. Where a blank line would be left on both sides, those below go with it."""
        start, end = block
        above = self.lines.line_of(start) - 1
        below = self.lines.line_of(end) if end < len(self.text) else len(self.lines)
        if end >= len(self.text) or all(self._is_blank(number) for number in range(below, len(self.lines))):
            while self._is_blank(above):
                start = self.lines.start(above)
                above -= 1
            if not self.text[block.start : block.end].endswith(("\n", "\r")) and start > 0:
                start -= len(self.newline(start - 1))
            return Edit(Span(start, block.end), "")
        if above < 0 or self._is_blank(above):
            while below < len(self.lines) and self._is_blank(below):
                end = self.lines.full_span(below).end
                below += 1
        return Edit(Span(start, end), "")

    def removals(self, blocks: Iterable[Span]) -> Iterator[Edit]:
        """Take several blocks away, given in order. Those that touch each other leave one gap, not one each."""
        whole: Span | None = None
        for block in blocks:
            if whole is not None and block.start != whole.end:
                yield self.removal(whole)
                whole = None
            whole = whole.to(block) if whole else block
        if whole is not None:
            yield self.removal(whole)

    def insertion_above(self, block: Span, text: str, *, spaced: bool = False) -> Edit:
        """Put whole lines above a block, with a blank line between if asked for."""
        return Edit(Span(block.start, block.start), text + (self.newline(block.start) if spaced else ""))

    def insertion_below(self, block: Span, text: str, *, spaced: bool = False) -> Edit:
        """Put whole lines below a block, with a blank line between if asked for."""
        newline = self.newline(block.start)
        blank = newline if spaced else ""
        if not block.of(self.text).endswith(("\n", "\r")):
            return Edit(Span(block.end, block.end), newline + blank + text.removesuffix(newline))
        return Edit(Span(block.end, block.end), blank + text)

    def _is_blank(self, line: int) -> bool:
        return 0 <= line < len(self.lines) and not self.lines.span(line).of(self.text).strip()


def keyword_like(instruction: Instruction, name: str) -> str:
    """A keyword in the casing of an instruction that stands already."""
    return name.lower() if instruction.keyword.text.islower() else name.upper()
