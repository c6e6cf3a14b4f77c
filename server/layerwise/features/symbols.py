"""The outline of a Dockerfile: its stages, and in each the instructions with the variables that they set."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from msgspec import Struct

from layerwise.build import Stage
from layerwise.engine import Analysis
from layerwise.features.place import section_of
from layerwise.syntax.tree import Arg, Env, From, Instruction, Pair
from layerwise.text import Span

_DETAIL = 80


class SymbolKind(StrEnum):
    STAGE = "stage"
    INSTRUCTION = "instruction"
    VARIABLE = "variable"


class Symbol(Struct, frozen=True):
    """An entry of the outline. ``span`` is all that belongs to it, ``name_span`` what to select; it lies inside."""

    name: str
    detail: str
    kind: SymbolKind
    span: Span
    name_span: Span
    children: tuple[Symbol, ...] = ()


def symbols(analysis: Analysis) -> tuple[Symbol, ...]:
    """What stands before the first FROM, then one entry a stage."""
    before = tuple(_instruction(analysis, each) for each in section_of(analysis, None).instructions)
    return (*before, *(_stage(analysis, stage) for stage in analysis.build.stages))


def _stage(analysis: Analysis, stage: Stage) -> Symbol:
    instructions = section_of(analysis, stage).instructions
    from_ = stage.from_
    image = from_.image.text if from_.image else ""
    alias = from_.alias.text if from_.alias else ""
    name_span = from_.alias.span if from_.alias else from_.image.span if from_.image else from_.keyword.span
    return Symbol(
        alias or image or "FROM",
        f"FROM {image}" if alias else "FROM",
        SymbolKind.STAGE,
        Span(from_.span.start, instructions[-1].span.end),
        name_span,
        tuple(_instruction(analysis, each) for each in instructions if not isinstance(each, From)),
    )


def _instruction(analysis: Analysis, instruction: Instruction) -> Symbol:
    detail = " ".join(instruction.body.of(analysis.text).split())
    return Symbol(
        instruction.name,
        detail if len(detail) <= _DETAIL else detail[: _DETAIL - 1] + "…",
        SymbolKind.INSTRUCTION,
        instruction.span,
        instruction.keyword.span,
        tuple(_variables(instruction)),
    )


def _variables(instruction: Instruction) -> Iterator[Symbol]:
    pairs: tuple[Pair, ...] = instruction.pairs if isinstance(instruction, Arg | Env) else ()
    for pair in pairs:
        if pair.key.text:
            value = pair.value.text if pair.value else ""
            yield Symbol(pair.key.text, value[:_DETAIL], SymbolKind.VARIABLE, pair.span, pair.key.span)
