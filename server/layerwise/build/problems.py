"""What BuildKit refuses once it knows the stages: names that mean nothing, circles, and images that cannot be.

The wording is BuildKit's (``dockerfile2llb/convert.go``, and ``reference`` of the distribution project).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from weakref import WeakKeyDictionary

from layerwise.build.images import reference_error
from layerwise.build.model import Build, Stage, Step, Structure
from layerwise.build.values import expanded
from layerwise.syntax.suggest import suggestion
from layerwise.syntax.tree import Copy, Problem, Run, Word
from layerwise.text import Span

_FINE: WeakKeyDictionary[Structure, bool] = WeakKeyDictionary()
"""Where nothing was found, which stays so as long as the structure is the same."""


def problems(build: Build) -> tuple[Problem, ...]:
    """All of them, in the order of the text; the builder stops at the first that it meets."""
    if not build.stages or build.structure in _FINE:
        return ()
    names = _Names(build)
    found = [problem for stage in build.stages for problem in _of_stage(stage, names)]
    found += _unknown_target(build, names)
    if not found:
        _FINE[build.structure] = True
    return tuple(sorted(found, key=lambda problem: problem.span))


class _Names:
    """What words mean that name stages: for the builder the last stage of a name, even if it comes later."""

    def __init__(self, build: Build) -> None:
        self.build = build
        self._by_name = {stage.head.name: stage for stage in build.stages if stage.head.name}

    def meant(self, word: str) -> Stage | None:
        if word.isdecimal():
            index = int(word)
            return self.build.stages[index] if index < len(self.build.stages) else None
        return self._by_name.get(word.lower())

    @cached_property
    def circular(self) -> frozenset[int]:
        """The stages that take files from themselves, on whatever way round."""
        nexts = [
            {target.facts.index for word in stage.head.sources if (target := self.meant(word))}
            for stage in self.build.stages
        ]
        return frozenset(index for index in range(len(nexts)) if index in _reached(nexts, index))

    def is_fine(self, word: str, stage: Stage) -> bool:
        """The word means an earlier stage, or may be an image."""
        target = self.meant(word)
        if target is not None:
            return target.facts.index < stage.facts.index
        return word in ("", "scratch") or (not word.isdecimal() and reference_error(word) is None)


def _reached(nexts: list[set[int]], start: int) -> set[int]:
    """Where one gets from a node of a graph."""
    seen: set[int] = set()
    todo = list(nexts[start])
    while todo:
        index = todo.pop()
        if index not in seen:
            seen.add(index)
            todo += nexts[index]
    return seen


def _of_stage(stage: Stage, names: _Names) -> Iterator[Problem]:
    yield from _base(stage)
    yield from _platform(stage, names.build)
    if all(names.is_fine(word, stage) for word in stage.head.sources):
        return
    for step in stage.steps:
        for word in _words(step):
            if not names.is_fine(word.text, stage):
                yield _source(stage, word, names)


def _base(stage: Stage) -> Iterator[Problem]:
    base = stage.head.base
    if base is None or base == "scratch" or (stage.parent is not None and base == base.lower()):
        return
    image = stage.from_.image
    if image is None:
        return
    if not base and "$" not in image.text:
        # The parser has said so: the blank does not depend on a variable.
        return
    if not base:
        yield Problem(image.span, f"base name ({image.text}) should not be blank", "blank-base-name")
        return
    error = reference_error(base)
    if error:
        meant = base.lower() if stage.parent is not None and base == image.text else None
        yield Problem(image.span, f'failed to parse stage name "{base}": {error}', "bad-image-reference", meant)


def _platform(stage: Stage, build: Build) -> Iterator[Problem]:
    flags = stage.section.layout.instructions[0][1].flags
    if not flags:
        return
    flag = stage.from_.flag("platform")
    if flag is None or flag.value is None or not flag.value.text:
        return
    if expanded(flag.value.text, build.global_args.get, build.dockerfile.escape) == "":
        message = f"empty platform value from expression {flag.value.text}"
        yield Problem(flag.value.span, message, "empty-platform")


def _words(step: Step) -> Iterator[Word]:
    """The words that name stages or images to take files from, with their places."""
    instruction = step.instruction
    if isinstance(instruction, Copy):
        flag = instruction.flag("from")
        if flag and flag.value:
            yield flag.value
    elif isinstance(instruction, Run):
        for mount in instruction.mounts:
            yield from (key.value for key in mount.keys if key.name.text.lower() == "from" and key.value)


def _source(stage: Stage, word: Word, names: _Names) -> Problem:
    target = names.meant(word.text)
    own = stage.name or f"stage-{stage.facts.index}"
    if target is not None and stage.facts.index in names.circular:
        return Problem(word.span, f"circular dependency detected on stage: {own}", "circular-dependency")
    if target is not None:
        message = f'cannot copy from stage "{word.text}", it needs to be defined before current stage "{own}"'
        return Problem(word.span, message, "stage-defined-later")
    if word.text.isdecimal():
        return Problem(word.span, f"invalid stage index {int(word.text)}", "invalid-stage-index")
    message = f'failed to parse stage name "{word.text}": {reference_error(word.text)}'
    return Problem(word.span, message, "bad-image-reference")


def _unknown_target(build: Build, names: _Names) -> Iterator[Problem]:
    target = build.target
    if target is None or target.isdecimal() or names.meant(target):
        return
    listed = tuple(stage.name or f"stage-{stage.facts.index}" for stage in build.stages)
    near = suggestion(target, listed, case_sensitive=True)
    meant = f" (did you mean {near}?)" if near else ""
    yield Problem(Span(0, 0), f'target stage "{target}" could not be found{meant}', "unknown-target")
