"""The stages of a Dockerfile: what each is built on, and which of them the result needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from layerwise.build.images import image_name
from layerwise.build.model import Build, ImageName, Stage, StageFacts, State, Step
from layerwise.build.states import first_state, state_after
from layerwise.build.values import Origin, Variable, expanded
from layerwise.knowledge.base_images import BASE_IMAGES, SCRATCH, UNKNOWN, BaseImage, is_windows
from layerwise.syntax.tree import Arg, Copy, Dockerfile, From, Instruction, Run, Section

PLATFORM_ARGS = (
    *("BUILDPLATFORM", "BUILDOS", "BUILDOSVERSION", "BUILDARCH", "BUILDVARIANT"),
    *("TARGETPLATFORM", "TARGETOS", "TARGETOSVERSION", "TARGETARCH", "TARGETVARIANT", "TARGETSTAGE"),
)
"""The ARGs that the builder sets, see the Dockerfile reference, "Automatic platform ARGs in the global scope"."""


def build(
    dockerfile: Dockerfile,
    *,
    previous: Build | None = None,
    args: Mapping[str, str] | None = None,
    target: str | None = None,
) -> Build:
    """What a builder would do with the file.

    :param previous: the build of an earlier version, from which untouched stages are taken over. It makes no
        difference to the result.
    :param args: values given with ``--build-arg``.
    :param target: the stage to build, by its name or number; the last one if there is none of that name.
    """
    global_args = _global_args(dockerfile, args or {})
    drafts = _drafts(dockerfile, global_args)
    final = _target(drafts, target)
    needed = _needed(drafts, final)
    inherited = set(_ancestors(drafts, final))
    old = {id(stage.section): stage for stage in previous.stages} if previous else {}
    stages: list[Stage] = []
    for draft in drafts:
        facts = StageFacts(
            draft.index,
            draft.name,
            draft.image,
            draft.scratch,
            draft.index == final,
            draft.index in inherited,
            draft.index in needed,
            draft.windows,
        )
        parent = stages[draft.parent] if draft.parent is not None else None
        entry = parent.steps[-1].after if parent else first_state(draft.base, global_args, windows=draft.windows)
        stages.append(_stage(draft, facts, entry, dockerfile.escape, old.get(id(draft.section))))
    return Build(dockerfile, tuple(stages), {variable.name: variable for variable in global_args}, final)


@dataclass(frozen=True, slots=True)
class _Draft:
    """A stage before it is known what the others do with it."""

    index: int
    section: Section
    name: str | None
    parent: int | None
    image: ImageName | None
    scratch: bool
    base: BaseImage
    windows: bool
    uses: tuple[int, ...]
    """The indices of the stages that its steps take files from."""


def _global_args(dockerfile: Dockerfile, given: Mapping[str, str]) -> tuple[Variable, ...]:
    variables = {name: Variable(name, None, Origin.PLATFORM) for name in PLATFORM_ARGS}
    for instruction in dockerfile.sections[0].instructions:
        for pair in instruction.pairs if isinstance(instruction, Arg) else ():
            name = pair.key.text
            value = expanded(pair.value.text, variables.get, dockerfile.escape) if pair.value else None
            variables[name] = Variable(name, given.get(name, value), Origin.GLOBAL_ARG)
    for name, value in given.items():
        variables[name] = Variable(name, value, Origin.GLOBAL_ARG)
    return tuple(variables.values())


def _drafts(dockerfile: Dockerfile, global_args: tuple[Variable, ...]) -> list[_Draft]:
    known = {variable.name: variable for variable in global_args}
    drafts: list[_Draft] = []
    for section in dockerfile.sections[1:]:
        drafts.append(_draft(section, known, drafts, dockerfile.escape))
    return drafts


def _draft(section: Section, global_args: Mapping[str, Variable], before: list[_Draft], escape: str) -> _Draft:
    nodes = [node for _, node in section.layout.instructions]
    from_ = nodes[0]
    assert isinstance(from_, From)
    index = len(before)
    name = from_.alias.text.lower() if from_.alias else None
    written = from_.image.text if from_.image else ""
    value = expanded(written, global_args.get, escape)
    text = written if value is None else value
    parent = next((draft.index for draft in reversed(before) if draft.name == text.lower()), None)
    uses = tuple(sorted(_uses(nodes, before)))
    if parent is not None:
        draft = before[parent]
        return replace(draft, index=index, section=section, name=name, parent=parent, uses=uses)
    scratch = text == "scratch"
    image = image_name(text, known=value is not None) if text and not scratch else None
    base = SCRATCH if scratch else BASE_IMAGES.get(image.name, UNKNOWN) if image else UNKNOWN
    windows = bool(image and is_windows(image.repository, image.tag))
    return _Draft(index, section, name, None, image, scratch, base, windows, uses)


def _uses(nodes: Iterable[Instruction], before: list[_Draft]) -> set[int]:
    found: set[int] = set()
    for node in nodes:
        for word in sources_of(node):
            named = [draft.index for draft in before if draft.name == word.lower()]
            if named:
                found.add(named[-1])
            elif word.isdecimal() and int(word) < len(before):
                found.add(int(word))
    return found


def sources_of(instruction: Instruction) -> tuple[str, ...]:
    """The stages or images that an instruction takes files from, by the words that name them."""
    if isinstance(instruction, Copy):
        flag = instruction.flag("from")
        return (flag.value.text,) if flag and flag.value else ()
    if isinstance(instruction, Run):
        return tuple(mount.from_ for mount in instruction.mounts if mount.from_)
    return ()


def _target(drafts: list[_Draft], target: str | None) -> int:
    if target is not None:
        named = [draft.index for draft in drafts if draft.name == target.lower()]
        if named:
            return named[-1]
        if target.isdecimal() and int(target) < len(drafts):
            return int(target)
    return len(drafts) - 1


def _ancestors(drafts: list[_Draft], index: int) -> Iterable[int]:
    at: int | None = index
    while at is not None and 0 <= at < len(drafts):
        yield at
        at = drafts[at].parent


def _needed(drafts: list[_Draft], final: int) -> set[int]:
    needed: set[int] = set()
    todo = [final] if drafts else []
    while todo:
        index = todo.pop()
        if index in needed:
            continue
        needed.add(index)
        parent = drafts[index].parent
        todo += drafts[index].uses if parent is None else (*drafts[index].uses, parent)
    return needed


def _stage(draft: _Draft, facts: StageFacts, entry: State, escape: str, old: Stage | None) -> Stage:
    """The stage with its steps; the old one where it is the same in every respect, its place included."""
    if old is not None and old.facts == facts and old.steps[0].before is entry and old.parent == draft.parent:
        return old
    section = draft.section
    steps: list[Step] = []
    state = entry
    for index, (_, node) in enumerate(section.layout.instructions):
        after = state_after(state, node, escape)
        steps.append(Step(_Placed(section, index), node.key, index, state, after, escape))
        state = after
    return Stage(facts, tuple(steps), section.span, draft.parent, section)


class _Placed:
    """Puts an instruction of a section in its place when called."""

    __slots__ = ("_index", "_section")

    def __init__(self, section: Section, index: int) -> None:
        self._section = section
        self._index = index

    def __call__(self) -> Any:
        return self._section.instruction(self._index)
