"""Variables of a Dockerfile: where they are defined, where they are used, and which definition a use means.

What is said here is about names and places; values are the build's (``State.lookup``).
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from layerwise.build import Stage
from layerwise.engine import Analysis
from layerwise.features.place import Place, heredoc_words, section_of, words_of
from layerwise.syntax.tree import (
    Arg,
    Cmd,
    Entrypoint,
    Env,
    From,
    Healthcheck,
    Instruction,
    Onbuild,
    Pair,
    Run,
    Section,
    Word,
)
from layerwise.syntax.words import VariableUse, unquote, variables

BY_SHELL = (Run, Cmd, Entrypoint, Healthcheck)
"""The instructions whose variables a shell expands, not the builder."""


class Definition(Struct, frozen=True):
    """An ENV or ARG that names a variable, and the stage it stands in; None before the first FROM."""

    pair: Pair
    instruction: Instruction
    stage: Stage | None

    @property
    def is_env(self) -> bool:
        return isinstance(self.instruction, Env)

    @property
    def is_whole(self) -> bool:
        """False for an ENV whose value is still missing: the builder refuses it, so that it gives no value."""
        return self.pair.value is not None or not self.is_env

    @property
    def keyword(self) -> str:
        return "ENV" if self.is_env else "ARG"


def use_at(place: Place) -> VariableUse | None:
    """The variable under the cursor; of those inside each other the inner one."""
    words = [word for word in words_of(place.instruction) if word.span.contains(place.offset)]
    words += heredoc_words(place.instruction, place.offset)
    uses = [
        use for word in words for use in _uses(place.instruction, word, place.escape) if use.span.contains(place.offset)
    ]
    touched = [use for use in uses if place.offset < use.span.end] or uses
    return min(touched, key=lambda use: use.span.end - use.span.start, default=None)


def definition_at(place: Place) -> Definition | None:
    """The definition whose name the cursor touches."""
    if not isinstance(place.instruction, Env | Arg):
        return None
    for pair in place.instruction.pairs:
        if pair.key.span.contains(place.offset):
            return Definition(pair, place.instruction, place.stage)
    return None


def meaning(place: Place, name: str) -> Definition | None:
    """The definition that ``$name`` means at a place: an ENV, else an ARG, of those above it the last.

    Looks through the stages that this one is built on too. A FROM sees only the ARGs before the first one.
    """
    before = place.outer.span.start
    if isinstance(place.outer, From):
        return global_arg(place.analysis, name)
    arg: Definition | None = None
    stage = place.stage
    while True:
        for definition in reversed(list(_definitions(place.analysis, stage, name))):
            if definition.instruction.span.start >= before:
                continue
            if definition.is_env:
                return definition
            arg = arg or definition
        if stage is None or stage.parent is None:
            return arg
        stage = place.analysis.build.stages[stage.parent]


def global_arg(analysis: Analysis, name: str) -> Definition | None:
    """The ARG before the first FROM that gives this name its default."""
    found = [each for each in _definitions(analysis, None, name) if not each.is_env]
    return found[-1] if found else None


def definitions(analysis: Analysis, name: str) -> Iterator[Definition]:
    """Every ENV and ARG of this name, in the order of the file."""
    for stage in (None, *analysis.build.stages):
        yield from _definitions(analysis, stage, name)


def uses_in(analysis: Analysis, stage: Stage | None, name: str) -> Iterator[tuple[Instruction, VariableUse]]:
    """Every use of a name in a stage, with the kind of instruction it stands in, ONBUILD triggers included.

    The use has its place in the file. The instruction does not: it only tells what it is, so that a large file costs
    no more than its words.
    """
    section = section_of(analysis, stage)
    for start, node in section.layout.instructions:
        for word in (*words_of(node), *heredoc_words(node)):
            if name in word.text and "$" in word.text:
                for use in _uses(node, word, analysis.dockerfile.escape):
                    if use.name == name:
                        yield node, _moved(use, section.span.start + start)


def key_of(pair: Pair, escape: str) -> str:
    """The name that a pair sets, without quotes."""
    return unquote(pair.key.text, escape)


def _uses(instruction: Instruction, word: Word, escape: str) -> tuple[VariableUse, ...]:
    """The uses in a word. For a shell, single quotes may belong to a longer text or hold another script: they count."""
    inner = instruction.trigger if isinstance(instruction, Onbuild) else instruction
    if "'" in word.text and isinstance(inner, BY_SHELL):
        word = replace(word, text=word.text.replace("'", " "))
    return variables(word, escape)


def _moved(use: VariableUse, by: int) -> VariableUse:
    return use._replace(span=use.span.moved(by), name_span=use.name_span.moved(by))


def _definitions(analysis: Analysis, stage: Stage | None, name: str) -> Iterator[Definition]:
    escape = analysis.dockerfile.escape
    for instruction in _assigning(analysis, section_of(analysis, stage), name):
        for pair in instruction.pairs:
            if key_of(pair, escape) == name:
                yield Definition(pair, instruction, stage)


def _assigning(analysis: Analysis, section: Section, name: str) -> Iterator[Env | Arg]:
    """The ENVs and ARGs of a section that may define the name."""
    for index, (_, node) in enumerate(section.layout.instructions):
        if isinstance(node, Env | Arg) and any(name in pair.key.text for pair in node.pairs):
            placed = section.instruction(index)
            if isinstance(placed, Env | Arg):
                yield placed
