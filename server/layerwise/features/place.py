"""Where a cursor is: the instruction under it, the step of the build, and its stage. Every feature starts here."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

from msgspec import Struct

from layerwise.build import Stage, Step
from layerwise.engine import Analysis
from layerwise.syntax.tree import Add, Assigning, Copy, Heredoc, Instruction, Onbuild, Section, Word
from layerwise.text import Span

_BLANK = " \t"


class Place(Struct, frozen=True):
    """An offset inside of an instruction. Inside an ONBUILD ``instruction`` is the trigger, and ``step`` its step."""

    analysis: Analysis
    offset: int
    instruction: Instruction
    outer: Instruction
    """The instruction as it stands in the file: the ONBUILD around a trigger."""
    stage: Stage | None
    """None before the first FROM."""
    step: Step | None

    @property
    def escape(self) -> str:
        return self.analysis.dockerfile.escape

    @property
    def in_onbuild(self) -> bool:
        return self.outer is not self.instruction

    def line(self, offset: int) -> int:
        """The line of an offset, counted from one as people do."""
        return self.analysis.lines.line_of(offset) + 1


def place_at(analysis: Analysis, offset: int) -> Place | None:
    """The place of a cursor, None when it touches no instruction."""
    outer = analysis.dockerfile.instruction_at(offset)
    return place_of(analysis, outer, offset) if outer else None


def place_of(analysis: Analysis, outer: Instruction, offset: int) -> Place:
    """The place of a cursor that belongs to this instruction."""
    stage = stage_at(analysis, outer.span.start)
    step = _step_of(stage, outer) if stage else None
    instruction = outer
    if isinstance(outer, Onbuild) and outer.trigger and offset >= outer.trigger.span.start:
        instruction = outer.trigger
        step = step.trigger if step else None
    return Place(analysis, offset, instruction, outer, stage, step)


def instruction_behind(analysis: Analysis, offset: int) -> Instruction | None:
    """The instruction that a cursor is in, or behind with nothing but blanks of the same line between."""
    found = analysis.dockerfile.instruction_at(offset)
    if found is None:
        while offset > 0 and analysis.text[offset - 1] in _BLANK:
            offset -= 1
        found = analysis.dockerfile.instruction_at(offset)
    return found


def stage_at(analysis: Analysis, offset: int) -> Stage | None:
    """The stage that holds an offset, None before the first FROM."""
    stages = analysis.build.stages
    index = bisect_right(stages, offset, key=lambda stage: stage.span.start) - 1
    return stages[index] if index >= 0 else None


def section_of(analysis: Analysis, stage: Stage | None) -> Section:
    """The text of a stage; what stands before the first FROM for None."""
    return analysis.dockerfile.section_at(stage.span.start) if stage else analysis.dockerfile.sections[0]


def words_of(instruction: Instruction) -> Iterator[Word]:
    """The words in which a variable may stand, those of flags included."""
    for flag in instruction.flags:
        if flag.keys:
            yield from (key.value for key in flag.keys if key.value)
        elif flag.value:
            yield flag.value
    if isinstance(instruction, Onbuild):
        if instruction.trigger:
            yield from words_of(instruction.trigger)
    elif isinstance(instruction, Assigning):
        for pair in instruction.pairs:
            yield pair.key
            if pair.value:
                yield pair.value
    else:
        yield from instruction.arguments


def heredoc_words(instruction: Instruction, offset: int | None = None) -> Iterator[Word]:
    """The words of heredoc bodies, cut at white space; with an offset only the one that a cursor there touches."""
    for heredoc in instruction.heredocs:
        if not (isinstance(instruction, Copy | Add) and heredoc.quoted):
            yield from _body_words(heredoc, offset)


def _body_words(heredoc: Heredoc, offset: int | None) -> Iterator[Word]:
    text, start = heredoc.text, heredoc.body.start
    if offset is not None:
        if not heredoc.body.contains(offset):
            return
        line_start = text.rfind("\n", 0, offset - start) + 1
        line_end = text.find("\n", offset - start)
        text = text[line_start:] if line_end < 0 else text[line_start:line_end]
        start += line_start
    done = 0
    for part in text.split():
        at = text.index(part, done)
        done = at + len(part)
        word = Word(Span(start + at, start + done), part)
        if offset is None or word.span.contains(offset):
            yield word


def _step_of(stage: Stage, instruction: Instruction) -> Step | None:
    steps = stage.steps
    index = bisect_right(steps, instruction.span.start, key=lambda step: step.instruction.span.start) - 1
    return steps[index] if index >= 0 and steps[index].instruction.span == instruction.span else None
