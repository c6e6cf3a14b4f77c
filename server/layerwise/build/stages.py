"""The stages of a Dockerfile: what each is built on, and which of them the result needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple
from weakref import WeakKeyDictionary

from layerwise.build.images import image_name
from layerwise.build.model import Build, Course, ImageName, Stage, StageFacts, State, Step
from layerwise.build.operations import Operation, operations
from layerwise.build.states import course_of, first_state, state_after
from layerwise.build.values import Origin, Variable, expanded
from layerwise.knowledge.base_images import BASE_IMAGES, SCRATCH, UNKNOWN, BaseImage, is_windows
from layerwise.shell import script_of
from layerwise.syntax.tree import Arg, Copy, Dockerfile, From, Instruction, Layout, Onbuild, Run, Section

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
    escape = dockerfile.escape
    global_args = _globals(dockerfile, tuple((args or {}).items()), target)
    drafts = _drafts(dockerfile, global_args)
    final = _target(drafts, target)
    needed = _needed(drafts, final)
    inherited = set(_ancestors(drafts, final))
    plans: list[_Plan] = []
    for draft in drafts:
        plans.append(_plan(draft, plans, escape))
    feeds = _feeds(plans, escape)
    old = {id(stage.section): stage for stage in previous.stages} if previous else {}
    stages: list[Stage] = []
    for draft, plan in zip(drafts, plans, strict=True):
        index, root = draft.index, draft.root
        facts = StageFacts(
            index=index,
            name=draft.head.name,
            image=root.image,
            is_scratch=root.is_scratch,
            is_final=index == final,
            in_result=index in inherited,
            reachable=index in needed,
            is_windows=root.is_windows,
            feeds=feeds.get(index, _NOTHING),
        )
        stages.append(_stage(plan, facts, escape, old.get(id(draft.section))))
    return Build(dockerfile, tuple(stages), global_args.variables, final)


def sources_of(instruction: Instruction) -> tuple[str, ...]:
    """The stages or images that an instruction takes files from, by the words that name them."""
    if isinstance(instruction, Copy):
        flag = instruction.flag("from")
        return (flag.value.text,) if flag and flag.value else ()
    if isinstance(instruction, Run):
        return tuple(mount.from_ for mount in instruction.mounts if mount.from_)
    return ()


@dataclass(frozen=True, slots=True, eq=False)
class _Head:
    """What a section says by itself, under the ARGs before the first FROM."""

    name: str | None
    base_name: str
    """What FROM names, in lower case: a stage, if there is one of that name, or else an image."""
    image: ImageName | None
    is_scratch: bool
    is_windows: bool
    entry: State
    """The state behind the FROM, if it names an image."""
    sources: tuple[str, ...]
    """All words that name stages or images to take files from."""
    has_triggers: bool
    """It has ONBUILDs that say what to do."""
    trigger_sources: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Draft:
    """A stage before it is known what the others do with it."""

    index: int
    section: Section
    head: _Head
    root: _Head
    """That of the stage at the bottom, which is built on an image."""
    parent: int | None
    uses: tuple[int, ...]
    """The indices of the stages that its steps take files from."""


class _Plan(NamedTuple):
    """A stage before it is known what others use of it."""

    draft: _Draft
    course: Course
    triggers: tuple[Step, ...]


class _Globals(NamedTuple):
    """The ARGs that a FROM sees. The identical object for the same text and the same values given."""

    variables: Mapping[str, Variable]
    given: tuple[tuple[str, str], ...]
    target: str | None


_NOTHING: frozenset[str] = frozenset()
_LIVES_ON: WeakKeyDictionary[Course, frozenset[str]] = WeakKeyDictionary()
_GLOBALS: WeakKeyDictionary[Layout, _Globals] = WeakKeyDictionary()
_HEADS: WeakKeyDictionary[Layout, tuple[_Globals, _Head]] = WeakKeyDictionary()


def _globals(dockerfile: Dockerfile, given: tuple[tuple[str, str], ...], target: str | None) -> _Globals:
    layout = dockerfile.sections[0].layout
    found = _GLOBALS.get(layout)
    if found is None or found[1:] != (given, target):
        found = _Globals(_global_args(layout, dict(given), target, dockerfile.escape), given, target)
        _GLOBALS[layout] = found
    return found


def _global_args(layout: Layout, given: Mapping[str, str], target: str | None, escape: str) -> dict[str, Variable]:
    """One without a value is listed, since ``--build-arg`` may set it."""
    variables = {name: Variable(name, given.get(name), Origin.PLATFORM) for name in PLATFORM_ARGS}
    if target is not None:
        variables["TARGETSTAGE"] = Variable("TARGETSTAGE", target, Origin.PLATFORM)
    for _, instruction in layout.instructions:
        for pair in instruction.pairs if isinstance(instruction, Arg) else ():
            name = pair.key.text
            if name in given:
                value: str | None = given[name]
            elif pair.value is not None:
                value = expanded(pair.value.text, variables.get, escape)
            elif name in variables:
                continue
            else:
                value = None
            variables[name] = Variable(name, value, Origin.GLOBAL_ARG)
    return variables


def _drafts(dockerfile: Dockerfile, global_args: _Globals) -> list[_Draft]:
    drafts: list[_Draft] = []
    by_name: dict[str, int] = {}
    for index, section in enumerate(dockerfile.sections[1:]):
        head = _head(section.layout, global_args, dockerfile.escape)
        parent = by_name.get(head.base_name)
        words = head.sources if parent is None else (*head.sources, *drafts[parent].head.trigger_sources)
        root = head if parent is None else drafts[parent].root
        drafts.append(_Draft(index, section, head, root, parent, _referred(words, by_name, index)))
        if head.name:
            by_name[head.name] = index
    return drafts


def _referred(words: tuple[str, ...], by_name: dict[str, int], index: int) -> tuple[int, ...]:
    """The stages before ``index`` that words mean. Others mean an image, or a stage that comes later."""
    if not words:
        return ()
    found: set[int] = set()
    for word in words:
        stage = by_name.get(word.lower())
        if stage is not None:
            found.add(stage)
        elif word.isdecimal() and int(word) < index:
            found.add(int(word))
    return tuple(sorted(found))


def _head(layout: Layout, global_args: _Globals, escape: str) -> _Head:
    known = _HEADS.get(layout)
    if known is not None and known[0] is global_args:
        return known[1]
    head = _read_head(layout, global_args, escape)
    _HEADS[layout] = (global_args, head)
    return head


def _read_head(layout: Layout, global_args: _Globals, escape: str) -> _Head:
    nodes = [node for _, node in layout.instructions]
    from_ = nodes[0]
    assert isinstance(from_, From)
    written = from_.image.text if from_.image else ""
    value = expanded(written, global_args.variables.get, escape)
    text = written if value is None else value
    is_scratch = text == "scratch"
    image = image_name(text, known=value is not None) if text and not is_scratch else None
    windows = _is_windows(from_, image)
    base = SCRATCH if is_scratch else _base(image, windows=windows)
    onbuilds = [node.trigger for node in nodes if isinstance(node, Onbuild) and node.trigger]
    return _Head(
        name=from_.alias.text.lower() if from_.alias else None,
        base_name=text.lower(),
        image=image,
        is_scratch=is_scratch,
        is_windows=windows,
        entry=first_state(base, tuple(global_args.variables.values()), global_args.given, windows=windows),
        sources=tuple(dict.fromkeys(word for node in nodes for word in sources_of(node))),
        has_triggers=bool(onbuilds),
        trigger_sources=tuple(word for trigger in onbuilds for word in sources_of(trigger)),
    )


def _is_windows(from_: From, image: ImageName | None) -> bool:
    platform = from_.flag("platform")
    if platform and platform.value and platform.value.text.lower().startswith("windows"):
        return True
    return bool(image and is_windows(image.repository, image.tag))


def _base(image: ImageName | None, *, windows: bool) -> BaseImage:
    if image is None or windows:
        return UNKNOWN
    return BASE_IMAGES.get(image.name) or BASE_IMAGES.get(f"{image.registry}/{image.name}") or UNKNOWN


def _target(drafts: list[_Draft], target: str | None) -> int:
    if target is not None:
        named = [draft.index for draft in drafts if draft.head.name == target.lower()]
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


def _plan(draft: _Draft, before: list[_Plan], escape: str) -> _Plan:
    parent = before[draft.parent] if draft.parent is not None else None
    entry = parent.course.states[-1] if parent else draft.head.entry
    triggers: tuple[Step, ...] = ()
    if parent is not None and parent.draft.head.has_triggers:
        triggers = tuple(_fired(parent.draft.section, entry, escape))
        entry = triggers[-1].after
    return _Plan(draft, course_of(entry, draft.section.layout, escape), triggers)


def _stage(plan: _Plan, facts: StageFacts, escape: str, old: Stage | None) -> Stage:
    """The stage; the old one where it is the same in every respect, its place included."""
    draft, course, triggers = plan
    is_same = old and old.course is course and old.facts == facts and old.parent == draft.parent
    if old and is_same and not (triggers or old.triggers):
        return old
    return Stage(facts, draft.section, course, draft.parent, triggers, escape)


def _feeds(plans: list[_Plan], escape: str) -> dict[int, frozenset[str]]:
    """For each stage that others are built on, what they live on."""
    feeds: dict[int, frozenset[str]] = {}
    for plan in reversed(plans):
        parent = plan.draft.parent
        if parent is not None:
            own = _lives_on(plan.course, plan.draft.section.layout, escape)
            feeds[parent] = feeds.get(parent, _NOTHING) | own | feeds.get(plan.draft.index, _NOTHING)
    return feeds


def _lives_on(course: Course, layout: Layout, escape: str) -> frozenset[str]:
    """The package managers whose lists or caches a stage finds where it begins, and uses."""
    found = _LIVES_ON.get(course)
    if found is None:
        fresh: set[str] = set()
        used: set[str] = set()
        for state, (_, node) in zip(course.states, layout.instructions, strict=False):
            script = script_of(node, state.dialect, escape) if isinstance(node, Run) else None
            for command in script.commands if script else ():
                for operation in operations(command):
                    if operation.operation is Operation.UPDATE_INDEX:
                        fresh.add(operation.manager.name)
                    elif operation.lives_on_earlier and operation.manager.name not in fresh:
                        used.add(operation.manager.name)
        found = _LIVES_ON[course] = frozenset(used)
    return found


def _fired(section: Section, entry: State, escape: str) -> Iterator[Step]:
    """The triggers of the stage below, which ``section`` is the text of, as steps of this one.

    Those of the stages further down are spent (the Dockerfile reference, "ONBUILD").
    """
    state = entry
    for index, (_, node) in enumerate(section.layout.instructions):
        if isinstance(node, Onbuild) and node.trigger is not None:
            after = state_after(state, node.trigger, escape)
            yield Step(_TriggerPlace(section, index), node.trigger.key, index, state, after, escape)
            state = after


class _TriggerPlace:
    """Puts the instruction inside an ONBUILD in its place when called."""

    def __init__(self, section: Section, index: int) -> None:
        self._section = section
        self._index = index

    def __call__(self) -> Instruction:
        onbuild = self._section.instruction(self._index)
        assert isinstance(onbuild, Onbuild)
        assert onbuild.trigger is not None
        return onbuild.trigger
