"""Names of stages: where they are given, where they are used, and which stage or image a reference means."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from layerwise.build import Stage
from layerwise.engine import Analysis
from layerwise.features.place import Place, section_of
from layerwise.syntax.tree import Copy, From, Instruction, Run, Word


class Reference(Struct, frozen=True):
    """A word that names a stage or an image, and the stage it stands in (by index; -1 before the first FROM)."""

    word: Word
    instruction: Instruction
    stage: int

    def target(self, analysis: Analysis) -> Stage | None:
        """The stage that is meant, None when it is an image."""
        return analysis.build.stage_named(self.word.text, self.stage)


def reference_at(place: Place) -> Reference | None:
    """The reference that the cursor touches: FROM's image, ``COPY --from`` or a mount's ``from``."""
    index = place.stage.facts.index if place.stage else -1
    for word in _words(place.instruction):
        if word.span.contains(place.offset):
            return Reference(word, place.instruction, index)
    return None


def alias_at(place: Place) -> Stage | None:
    """The stage whose name after AS the cursor touches."""
    instruction = place.instruction
    if isinstance(instruction, From) and instruction.alias and instruction.alias.span.contains(place.offset):
        return place.stage
    return None


def references(analysis: Analysis) -> Iterator[Reference]:
    """Every reference of the file, in order; those inside ONBUILD mean stages of another build and are left out."""
    for stage in analysis.build.stages:
        section = section_of(analysis, stage)
        for index, (_, node) in enumerate(section.layout.instructions):
            if isinstance(node, From | Copy | Run) and next(_words(node), None):
                instruction = section.instruction(index)
                for word in _words(instruction):
                    yield Reference(word, instruction, stage.facts.index)


def references_to(analysis: Analysis, stage: Stage) -> Iterator[Reference]:
    """The references that mean this stage."""
    for reference in references(analysis):
        if reference.stage > stage.facts.index:
            target = reference.target(analysis)
            if target and target.facts.index == stage.facts.index:
                yield reference


def _words(instruction: Instruction) -> Iterator[Word]:
    if isinstance(instruction, From) and instruction.image:
        yield instruction.image
    if isinstance(instruction, Copy):
        yield from (flag.value for flag in instruction.flags if flag.name.text == "from" and flag.value)
    if isinstance(instruction, Run):
        for mount in instruction.mounts:
            yield from (key.value for key in mount.keys if key.name.text.lower() == "from" and key.value)
