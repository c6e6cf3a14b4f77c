"""Whether the builder does again what ``build.cache`` says it would, step by step, for a change that is really made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from versions import analysis_of

from cache_agreement import numbered
from layerwise.build import Build, Step
from layerwise.build.cache import ArgumentChange, Change, ContextChange, ImageChange, StepChange, rebuilt_by
from layerwise.syntax.tree import Arg, Assigning, Env, Label
from layerwise.text import Edit, Span, apply_edits


@dataclass
class Judgement:
    """How many steps of how many were built, or not, as predicted; and which were not."""

    right: int = 0
    steps: int = 0
    kept: list[str] = field(default_factory=list)
    """Predicted to be done again, but taken from the cache: a stage done again left the same files for them."""
    wrong: list[str] = field(default_factory=list)

    def add(self, other: Judgement) -> None:
        self.right += other.right
        self.steps += other.steps
        self.kept += other.kept
        self.wrong += other.wrong


@dataclass(frozen=True)
class Setting:
    """A change that is no file's: another text, another build argument, another base image."""

    name: str
    change: Change
    text: str
    options: tuple[str, ...] = ()
    image: str = ""


def judge(build: Build, changes: list[Change], places: tuple[tuple[str, int], ...], root: Path) -> Judgement:
    """Compare what the model says of these changes together with what was built.

    :param places: the steps that were built, see ``Built``.
    """
    context = analysis_of(build.dockerfile.text, root).context
    is_ignored = context.ignored if context else lambda path: False
    expected = {step for change in changes for step in rebuilt_by(build, change, is_ignored)}
    names = dict(numbered(build))
    done = {names[place] for place in places if place in names}
    found = Judgement()
    spared = _spared(build, expected, done)
    needed = {id(stage.steps[0]) for stage in build.stages if stage.facts.reachable}
    for stage in build.stages:
        if id(stage.steps[0]) not in needed:
            continue
        for step in dict.fromkeys(each for each in names.values() if each in stage.steps):
            found.steps += 1
            if (step in expected) == (step in done):
                found.right += 1
                continue
            line = step.span.of(build.dockerfile.text).splitlines()[0]
            if step in spared:
                found.kept.append(line)
            else:
                found.wrong.append(f"the model says {'done again' if step in expected else 'kept'}: {line}")
    return found


def _spared(build: Build, expected: set[Step], done: set[Step]) -> set[Step]:
    """What may be kept against the prediction: a step that reads a stage which was done again, and all behind it.

    Nothing else counts: the stage must have been done again, at least in part, and only the content of its files can
    then have saved the step that reads it.
    """
    spared: set[Step] = set()
    for stage in build.stages:
        is_behind = stage.parent is not None and bool(spared & set(build.stages[stage.parent].steps))
        for step in stage.steps:
            sources = [build.stage_named(word, stage.facts.index) for word, _ in step.reads.stages]
            again = [each for each in sources if each is not None and (done | spared) & set(each.steps)]
            is_behind = is_behind or bool(again)
            if is_behind and step in expected and step not in done:
                spared.add(step)
    return spared


def settings(build: Build, nonce: str) -> Iterator[Setting]:
    """One change of each kind that the Dockerfile has: an ARG, an ENV, a LABEL, the base image of the final stage."""
    text = build.dockerfile.text
    argument = next(_assigning(build, Arg), None)
    if argument is not None:
        name = argument.instruction.pairs[0].key.text
        yield Setting("ARG", ArgumentChange(name), text, ("--build-arg", f"{name}={nonce}"))
    for kind, name in ((Env, "ENV"), (Label, "LABEL")):
        step = next(_assigning(build, kind), None)
        value = step.instruction.pairs[0].value if step else None
        if step and value:
            end = value.span.end - (value.span.of(text)[-1] in "\"'")
            yield Setting(name, StepChange(step), apply_edits(text, [Edit(Span(end, end), nonce)]))
    image = build.final.root.base if build.final else None
    if image:
        yield Setting("base image", ImageChange(image), text, image=image)


def _assigning(build: Build, kind: type[Assigning]) -> Iterator[Step]:
    """The steps of this kind whose value may be any: not one that FROM uses."""
    for step in build.steps():
        if isinstance(step.instruction, kind) and step.instruction.pairs:
            yield step


def file_changes(paths: list[str]) -> list[Change]:
    return [ContextChange(path) for path in paths]
