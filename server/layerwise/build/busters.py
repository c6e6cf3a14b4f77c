"""ARGs that are there to have steps done again, by their names, and whether there is any step that they can reach.

BuildKit puts the ARGs in scope into the cache key of each RUN; everything else depends on those alone that it names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from layerwise.build.model import Build, Stage, Step
from layerwise.knowledge.volatile import BUSTER
from layerwise.syntax.tree import Arg, Assigning, From, Heredoc, Run, Transfer, User, Workdir
from layerwise.text import Span

_BUILT = (Run, Transfer, Workdir, User)


class Idle(Struct, frozen=True):
    """A declaration that reaches no step. ``above`` is the RUN that it would reach if it stood above it.

    ``instruction`` is the span of the ARG, ``place`` that of the name in it.
    """

    name: str
    instruction: Arg
    place: Span
    is_global: bool
    above: Step | None


def idle_busters(build: Build) -> Iterator[Idle]:
    """Those before the first FROM come first."""
    yield from _global(build)
    yield from build.search(_idle_in, None, about={Arg})


def _global(build: Build) -> Iterator[Idle]:
    for instruction in build.dockerfile.sections[0].instructions:
        if not isinstance(instruction, Arg):
            continue
        for pair in instruction.pairs:
            name = pair.key.text
            if BUSTER.fullmatch(name) and not any(_takes(stage, name) for stage in build.stages):
                stages = [stage for stage in build.stages if any(step.kind is Run for step in stage.steps)]
                runs = [step for step in stages[0].steps if step.kind is Run] if len(stages) == 1 else []
                yield Idle(name, instruction, pair.key.span, True, next(iter(runs), None))


def _takes(stage: Stage, name: str) -> bool:
    """Whether a stage declares the name, or its FROM uses it."""
    if name in _words(stage.steps[0]):
        return True
    found = (step.instruction for step in stage.steps_about({Arg}))
    return any(pair.key.text == name for each in found if isinstance(each, Arg) for pair in each.pairs)


def _idle_in(build: Build, stage: Stage, _: None) -> Iterator[Idle]:
    for step in stage.steps_about({Arg}):
        instruction = step.instruction
        if not isinstance(instruction, Arg):
            continue
        for pair in instruction.pairs:
            name = pair.key.text
            if BUSTER.fullmatch(name) and not _reaches(build, stage, step.index + 1, frozenset({name})):
                runs = [each for each in stage.steps[: step.index] if each.kind is Run]
                yield Idle(name, instruction, pair.key.span, False, runs[-1] if runs else None)


def _reaches(build: Build, stage: Stage, first: int, names: frozenset[str]) -> bool:
    """Whether it has a say in a step from that of index ``first`` on, also in stages that are built on this one."""
    for step in stage.steps[first:]:
        if step.kind is Run or (issubclass(step.kind, _BUILT) and not names.isdisjoint(_words(step))):
            return True
        if issubclass(step.kind, Assigning) and not names.isdisjoint(_words(step)):
            # What becomes of a value that is passed on is not followed.
            return True
    return any(
        _reaches(build, each, 1, names)
        for each in build.stages
        if each.parent == stage.facts.index and each is not stage
    )


def _words(step: Step) -> frozenset[str]:
    """All that may be the name of a variable in an instruction."""
    return step.once(_names)


def _names(step: Step) -> frozenset[str]:
    instruction = step.instruction
    texts = [word.text for word in instruction.arguments]
    texts += [flag.value.text for flag in instruction.flags if flag.value]
    if isinstance(instruction, Transfer):
        texts += [source.text for source in instruction.sources if isinstance(source, Heredoc)]
    if isinstance(instruction, From) and instruction.image:
        texts.append(instruction.image.text)
    if isinstance(instruction, Arg):
        texts = [pair.value.text for pair in instruction.pairs if pair.value]
    return frozenset(name for text in texts for name in re.findall(r"[A-Za-z_]\w*", text))
