"""What an editor may fold: stages, instructions over several lines, heredocs, and blocks of comments."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from msgspec import Struct

from layerwise.engine import Analysis
from layerwise.syntax.tree import Comment, Directive, Gap, Instruction, Section
from layerwise.text import Span


class FoldKind(StrEnum):
    COMMENT = "comment"
    REGION = "region"


class Fold(Struct, frozen=True):
    """A piece of several lines, from the first character that stays to the last that is hidden."""

    span: Span
    kind: FoldKind


def folds(analysis: Analysis) -> tuple[Fold, ...]:
    """All folds, by their start; of those that start on one line only the longest."""
    lines = analysis.lines
    chosen: dict[int, Fold] = {}
    for fold in _folds(analysis):
        first, last = lines.line_of(fold.span.start), lines.line_of(fold.span.end)
        if first < last and (first not in chosen or fold.span.end > chosen[first].span.end):
            chosen[first] = fold
    return tuple(chosen[line] for line in sorted(chosen))


def _folds(analysis: Analysis) -> Iterator[Fold]:
    for section in analysis.dockerfile.sections:
        yield from _comments(analysis, section)
        for instruction in section.instructions:
            yield Fold(instruction.span, FoldKind.REGION)
            yield from _inside(instruction)
    for stage in analysis.build.stages if len(analysis.build.stages) > 1 else ():
        last = analysis.dockerfile.section_at(stage.span.start).instructions[-1]
        yield Fold(Span(stage.span.start, last.span.end), FoldKind.REGION)


def _inside(instruction: Instruction) -> Iterator[Fold]:
    for heredoc in instruction.heredocs[1:]:
        yield Fold(Span(heredoc.body.start, heredoc.terminator.end), FoldKind.REGION)


def _comments(analysis: Analysis, section: Section) -> Iterator[Fold]:
    """Runs of comment lines; a blank line between two of them ends one."""
    start = end = -1
    for piece in section.pieces:
        if isinstance(piece, Comment | Directive):
            start = piece.span.start if start < 0 else start
            end = piece.span.end
        elif not isinstance(piece, Gap) or piece.span.of(analysis.text).count("\n") > 1:
            if start >= 0:
                yield Fold(Span(start, end), FoldKind.COMMENT)
            start = -1
    if start >= 0:
        yield Fold(Span(start, end), FoldKind.COMMENT)
