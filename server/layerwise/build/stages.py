"""The stages of a Dockerfile: what each is built on, and which of them the result needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple
from weakref import WeakKeyDictionary

from msgspec import Struct

from layerwise.build.heads import PLATFORM_ARGS, Globals, globals_of, head_of, sources_of
from layerwise.build.model import Build, Course, Head, Stage, StageFacts, Stages, State, Step
from layerwise.build.operations import Operation, PackageOperation, operations, tools_of
from layerwise.build.states import course_of, state_after
from layerwise.knowledge.purposes import is_work
from layerwise.shell import script_of
from layerwise.syntax.tree import Cmd, Dockerfile, Entrypoint, Instruction, Layout, Onbuild, Run, Section
from layerwise.text import shared_ends
from layerwise.text.patterns import regex

__all__ = ["PLATFORM_ARGS", "build", "sources_of"]

_NOTHING: frozenset[str] = frozenset()
_WITHOUT_MOUNTS = regex(r"(?:docker\.io/)?docker/dockerfile:1\.[01](?:\.\d+)?")
"""Frontends from before ``RUN --mount``, which came with 1.2 (its experimental releases had it earlier)."""
_WITHOUT_SECRET_ENV = regex(
    r"(?:docker\.io/)?docker/dockerfile(?:-upstream)?:(?:1\.\d(?:\.\d+)?(?:-[\w.-]+)?|(?:[\w.-]*-)?experimental)"
)
"""Frontends from before the key ``env`` of a secret mount, which came with 1.10."""
_USES: WeakKeyDictionary[Course, _Use] = WeakKeyDictionary()


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
    global_args = globals_of(dockerfile, tuple((args or {}).items()), target)
    if previous is not None and previous.global_args is global_args.variables and previous.target == target:
        again = _again(dockerfile, previous, global_args)
        if again is not None:
            return again
    plans: list[_Plan] = []
    by_name: dict[str, int] = {}
    for section in dockerfile.sections[1:]:
        head = head_of(section.layout, global_args, dockerfile.escape)
        plans.append(_plan(section, head, plans, by_name, dockerfile.escape))
        if head.name:
            by_name[head.name] = len(plans) - 1
    final = _final(plans, by_name, target)
    old = previous.stages if previous else ()
    stages = _stages(plans, final, dockerfile, old, asked_for=target is not None)
    return Build(dockerfile, Stages(stages, dockerfile.sections), global_args.variables, final, target)


def _again(dockerfile: Dockerfile, previous: Build, global_args: Globals) -> Build | None:
    """The build where an edit has touched one stage at most, and nothing in it that other stages depend on; else None.

    This is what nearly every keystroke does, and it must not cost more the more stages there are.
    """
    old, layouts = previous.dockerfile.sections.layouts, dockerfile.sections.layouts
    if len(old) != len(layouts) or previous.dockerfile.escape != dockerfile.escape:
        return None
    if previous.structure.has_triggers or _abilities(previous.dockerfile) != _abilities(dockerfile):
        return None
    head, tail = shared_ends(old[1:], layouts[1:])
    if head + tail < len(previous.stages) - 1:
        return None
    changed = None
    stages = previous.stages
    if head + tail < len(stages):
        changed = _edited(stages[head], dockerfile.sections[head + 1], global_args, dockerfile.escape)
        if changed is None:
            return None
    return Build(
        dockerfile,
        stages.moved_to(dockerfile.sections, head, changed),
        previous.global_args,
        previous._final,
        previous.target,
        like=previous,
        changed=None if changed is None else head,
    )


def _edited(stage: Stage, section: Section, global_args: Globals, escape: str) -> Stage | None:
    """A stage after an edit that no other stage notices; None where one may."""
    before, layout = stage.section.layout, section.layout
    head = head_of(layout, global_args, escape)
    if head.has_triggers or layout.own[0] is not before.own[0] or not stage.head.is_like(head):
        return None
    course = course_of(stage.course.states[0], layout, escape, (before, stage.course))
    if stage.facts.is_parent and course.states[-1] is not stage.course.states[-1]:
        return None
    if stage.facts.is_final and _starts_something(layout) != _starts_something(before):
        return None
    is_related = stage.parent is not None or stage.facts.is_parent
    if is_related and _use_of(course, layout, escape) != _use_of(stage.course, before, escape):
        return None
    return Stage(stage.facts, stage.head, stage.root, section, course, stage.parent, (), escape, like=stage)


class _Plan(Struct, eq=False):
    """A stage before it is known what others do with it."""

    index: int
    section: Section
    head: Head
    root: Head
    """That of the stage at the bottom, which is built on an image."""
    parent: int | None
    uses: tuple[int, ...]
    """The stages that its steps take files from."""
    course: Course
    triggers: tuple[Step, ...]


def _plan(section: Section, head: Head, before: list[_Plan], by_name: Mapping[str, int], escape: str) -> _Plan:
    index = len(before)
    at = by_name.get(head.base_name)
    if at is None:
        uses = _referred(head.sources, by_name, index)
        return _Plan(index, section, head, head, None, uses, course_of(head.entry, section.layout, escape), ())
    parent = before[at]
    entry = parent.course.states[-1]
    triggers: tuple[Step, ...] = ()
    if parent.head.has_triggers:
        triggers = tuple(_fired(parent.section, entry, escape))
        entry = triggers[-1].after
    uses = _referred((*head.sources, *parent.head.trigger_sources), by_name, index)
    return _Plan(index, section, head, parent.root, at, uses, course_of(entry, section.layout, escape), triggers)


def _referred(words: tuple[str, ...], by_name: Mapping[str, int], index: int) -> tuple[int, ...]:
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


def _final(plans: list[_Plan], by_name: Mapping[str, int], target: str | None) -> int:
    if target is not None:
        if target.lower() in by_name:
            return by_name[target.lower()]
        if target.isdecimal() and int(target) < len(plans):
            return int(target)
    return len(plans) - 1


def _stages(
    plans: list[_Plan], final: int, dockerfile: Dockerfile, old: Sequence[Stage], *, asked_for: bool
) -> tuple[Stage, ...]:
    """:param asked_for: the final stage is the one that somebody wants, and not just the last."""
    escape, abilities = dockerfile.escape, _abilities(dockerfile)
    inherited, needed = _ancestors(plans, final), _needed(plans, final)
    if plans and not asked_for and _is_aside(plans[final]):
        inherited = set()
    feeds, fed = _feeds(plans, escape), _fed(plans, escape)
    parents = {plan.parent for plan in plans}
    stages: list[Stage] = []
    for plan in plans:
        index = plan.index
        before = old[index] if index < len(old) else None
        standing = _Standing(
            index == final,
            index in inherited,
            index in needed,
            feeds.get(index, _NOTHING),
            *abilities,
            index in parents,
            fed[index],
        )
        facts = _facts(plan, standing, before)
        if before is not None and _is_same(before, plan, facts):
            stages.append(before)
        else:
            stages.append(
                Stage(
                    facts, plan.head, plan.root, plan.section, plan.course, plan.parent, plan.triggers, escape, before
                )
            )
    return tuple(stages)


class _Standing(NamedTuple):
    """What a stage is among the others; the names are those of ``StageFacts``."""

    is_final: bool
    in_result: bool
    reachable: bool
    feeds: frozenset[str]
    takes_mounts: bool
    takes_secret_env: bool
    is_parent: bool
    fed: frozenset[str]

    def is_that_of(self, facts: StageFacts) -> bool:
        return all(getattr(facts, name) == value for name, value in zip(self._fields, self, strict=True))


def _abilities(dockerfile: Dockerfile) -> tuple[bool, bool]:
    """Whether the frontend knows mounts, and whether it knows secrets in variables."""
    named = [each.value.text for each in dockerfile.directives if each.name.text.lower() == "syntax"]
    takes_mounts = not any(_WITHOUT_MOUNTS.fullmatch(name) for name in named)
    return takes_mounts, not any(_WITHOUT_SECRET_ENV.fullmatch(name) for name in named)


def _facts(plan: _Plan, standing: _Standing, before: Stage | None) -> StageFacts:
    """The facts of a stage, the identical object where it had the same before."""
    root, head = plan.root, plan.head
    if before is not None and before.root is root and before.head is head and standing.is_that_of(before.facts):
        return before.facts
    return StageFacts(
        index=plan.index,
        name=head.name,
        image=root.image,
        is_scratch=root.is_scratch,
        is_windows=root.is_windows,
        **standing._asdict(),
    )


def _is_same(stage: Stage, plan: _Plan, facts: StageFacts) -> bool:
    """The same in every respect, its place included. What triggers add has a place elsewhere."""
    is_placed = stage.section is plan.section and stage.course is plan.course
    return is_placed and stage.facts is facts and stage.parent == plan.parent and not (plan.triggers or stage.triggers)


def _is_aside(plan: _Plan) -> bool:
    """Whether a last stage is, by its name, none that is shipped, and starts nothing: the file goes on elsewhere."""
    if plan.head.name is None or not is_work(plan.head.name):
        return False
    return not _starts_something(plan.section.layout)


def _starts_something(layout: Layout) -> bool:
    return any(isinstance(node, Cmd | Entrypoint) for node in layout.own)


def _ancestors(plans: list[_Plan], index: int) -> set[int]:
    found: set[int] = set()
    at: int | None = index if plans else None
    while at is not None:
        found.add(at)
        at = plans[at].parent
    return found


def _needed(plans: list[_Plan], final: int) -> set[int]:
    needed: set[int] = set()
    todo = [final] if plans else []
    while todo:
        index = todo.pop()
        if index not in needed:
            needed.add(index)
            parent = plans[index].parent
            todo += plans[index].uses if parent is None else (*plans[index].uses, parent)
    return needed


def _feeds(plans: list[_Plan], escape: str) -> dict[int, frozenset[str]]:
    """For each stage that others are built on, what they live on."""
    feeds: dict[int, frozenset[str]] = {}
    for plan in reversed(plans):
        if plan.parent is not None:
            own = _use_of(plan.course, plan.section.layout, escape).found
            feeds[plan.parent] = feeds.get(plan.parent, _NOTHING) | own | feeds.get(plan.index, _NOTHING)
    return feeds


def _fed(plans: list[_Plan], escape: str) -> list[frozenset[str]]:
    """For each stage, what those that it is built on have filled."""
    fed: list[frozenset[str]] = []
    for plan in plans:
        below = None if plan.parent is None else plans[plan.parent]
        own = _NOTHING if below is None else _use_of(below.course, below.section.layout, escape).fetched
        fed.append(own if below is None else own | fed[below.index])
    return fed


class _Use(NamedTuple):
    """What a stage does with caches and lists, by the names of the package managers."""

    found: frozenset[str]
    """Those whose lists or caches it finds where it begins, and uses."""
    fetched: frozenset[str]
    """Those with which it has fetched what a project needs, and not just some tool by its name."""


def _use_of(course: Course, layout: Layout, escape: str) -> _Use:
    use = _USES.get(course)
    if use is None:
        fresh: set[str] = set()
        found: set[str] = set()
        fetched: set[str] = set()
        for operation in _operations(course, layout, escape):
            name = operation.manager.name
            if operation.operation is Operation.UPDATE_INDEX:
                fresh.add(name)
            elif operation.lives_on_earlier:
                found.update({name} - fresh)
                fetched.update(() if _is_tool(operation) else {name})
        use = _USES[course] = _Use(frozenset(found), frozenset(fetched))
    return use


def _operations(course: Course, layout: Layout, escape: str) -> Iterator[PackageOperation]:
    for state, node in zip(course.states, layout.own, strict=False):
        if isinstance(node, Run) and tools_of(node, state.dialect, escape):
            script = script_of(node, state.dialect, escape)
            for command in script.commands if script else ():
                yield from operations(command)


def _is_tool(operation: PackageOperation) -> bool:
    """``cargo install cargo-chef``, ``go install example.com/tool@v1``"""
    names = [word.text for word in operation.packages]
    is_install = operation.operation is Operation.INSTALL and bool(names)
    return is_install and all("@" in name or not {".", "/"} & set(name) for name in names)


def _fired(section: Section, entry: State, escape: str) -> Iterator[Step]:
    """The triggers of the stage below, which ``section`` is the text of, as steps of this one.

    Those of the stages further down are spent (the Dockerfile reference, "ONBUILD").
    """
    state = entry
    for index, (_, node) in enumerate(section.layout.instructions):
        if isinstance(node, Onbuild) and node.trigger is not None:
            after = state_after(state, node.trigger, escape)
            yield Step(_TriggerPlace(section, index), node.trigger, index, state, after, escape)
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
