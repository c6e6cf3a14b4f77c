"""The stages of a Dockerfile: what each is built on, and which of them the result needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from layerwise.build.images import image_name
from layerwise.build.model import Build, ImageName, Stage, StageFacts, State, Step
from layerwise.build.states import course_of, first_state, state_after
from layerwise.build.values import Origin, Variable, expanded
from layerwise.knowledge.base_images import BASE_IMAGES, SCRATCH, UNKNOWN, BaseImage, is_windows
from layerwise.syntax.tree import Arg, Copy, Dockerfile, From, Instruction, Layout, Onbuild, Run, Section

PLATFORM_ARGS = (
    *("BUILDPLATFORM", "BUILDOS", "BUILDOSVERSION", "BUILDARCH", "BUILDVARIANT"),
    *("TARGETPLATFORM", "TARGETOS", "TARGETOSVERSION", "TARGETARCH", "TARGETVARIANT", "TARGETSTAGE"),
)
"""The ARGs that the builder sets, see the Dockerfile reference, "Automatic platform ARGs in the global scope"."""

_SOURCES: WeakKeyDictionary[Layout, tuple[str, ...]] = WeakKeyDictionary()
_TRIGGERS: WeakKeyDictionary[Layout, tuple[int, ...]] = WeakKeyDictionary()


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
    given = tuple((args or {}).items())
    global_args = _global_args(dockerfile, dict(given), target)
    drafts = _drafts(dockerfile, global_args)
    final = _target(drafts, target)
    needed = _needed(drafts, final)
    inherited = set(_ancestors(drafts, final))
    old = {id(stage.section): stage for stage in previous.stages} if previous else {}
    stages: list[Stage] = []
    for draft in drafts:
        facts = draft.facts(is_final=draft.index == final, inherited=inherited, needed=needed)
        parent = stages[draft.parent] if draft.parent is not None else None
        entry = parent.course.states[-1] if parent else first_state(draft.base, global_args, given, windows=draft.windows)
        stages.append(_stage(draft, facts, entry, parent, dockerfile.escape, old.get(id(draft.section))))
    return Build(dockerfile, tuple(stages), {variable.name: variable for variable in global_args}, final)


def sources_of(instruction: Instruction) -> tuple[str, ...]:
    """The stages or images that an instruction takes files from, by the words that name them."""
    if isinstance(instruction, Copy):
        flag = instruction.flag("from")
        return (flag.value.text,) if flag and flag.value else ()
    if isinstance(instruction, Run):
        return tuple(mount.from_ for mount in instruction.mounts if mount.from_)
    return ()


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

    def facts(self, *, is_final: bool, inherited: set[int], needed: set[int]) -> StageFacts:
        return StageFacts(
            self.index,
            self.name,
            self.image,
            self.scratch,
            is_final,
            self.index in inherited,
            self.index in needed,
            self.windows,
        )


def _global_args(dockerfile: Dockerfile, given: Mapping[str, str], target: str | None) -> tuple[Variable, ...]:
    """Those that a FROM sees. One without a value is listed, since ``--build-arg`` may set it."""
    variables = {name: Variable(name, given.get(name), Origin.PLATFORM) for name in PLATFORM_ARGS}
    if target is not None:
        variables["TARGETSTAGE"] = Variable("TARGETSTAGE", target, Origin.PLATFORM)
    for _, instruction in dockerfile.sections[0].layout.instructions:
        for pair in instruction.pairs if isinstance(instruction, Arg) else ():
            name = pair.key.text
            if name in given:
                value: str | None = given[name]
            elif pair.value is not None:
                value = expanded(pair.value.text, variables.get, dockerfile.escape)
            elif name in variables:
                continue
            else:
                value = None
            variables[name] = Variable(name, value, Origin.GLOBAL_ARG)
    return tuple(variables.values())


def _drafts(dockerfile: Dockerfile, global_args: tuple[Variable, ...]) -> list[_Draft]:
    known = {variable.name: variable for variable in global_args}
    drafts: list[_Draft] = []
    by_name: dict[str, int] = {}
    for section in dockerfile.sections[1:]:
        draft = _draft(section, known, drafts, by_name, dockerfile.escape)
        drafts.append(draft)
        if draft.name:
            by_name[draft.name] = draft.index
    return drafts


def _draft(
    section: Section, global_args: Mapping[str, Variable], before: list[_Draft], by_name: dict[str, int], escape: str
) -> _Draft:
    from_ = section.layout.instructions[0][1]
    assert isinstance(from_, From)
    index = len(before)
    name = from_.alias.text.lower() if from_.alias else None
    written = from_.image.text if from_.image else ""
    value = expanded(written, global_args.get, escape)
    text = written if value is None else value
    parent = by_name.get(text.lower())
    uses = {_referred(word, by_name, index) for word in _sources(section.layout)}
    if parent is not None:
        draft = before[parent]
        uses |= {_referred(word, by_name, index) for word in _sources_of_triggers(draft.section.layout)}
        found = tuple(sorted(use for use in uses if use is not None))
        return _Draft(
            index, section, name, parent, draft.image, draft.scratch, draft.base, draft.windows, found
        )
    scratch = text == "scratch"
    image = image_name(text, known=value is not None) if text and not scratch else None
    platform = from_.flag("platform")
    windows = bool(image and is_windows(image.repository, image.tag))
    windows = windows or bool(platform and platform.value and platform.value.text.lower().startswith("windows"))
    base = SCRATCH if scratch else _base(image, windows=windows)
    found = tuple(sorted(use for use in uses if use is not None))
    return _Draft(index, section, name, None, image, scratch, base, windows, found)


def _base(image: ImageName | None, *, windows: bool) -> BaseImage:
    if image is None or windows:
        return UNKNOWN
    name = image.name
    return BASE_IMAGES.get(name) or BASE_IMAGES.get(f"{image.registry}/{name}") or UNKNOWN


def _referred(word: str, by_name: dict[str, int], index: int) -> int | None:
    """The stage before ``index`` that a word means, None when it means an image or a stage that comes later."""
    found = by_name.get(word.lower())
    if found is None and word.isdecimal() and int(word) < index:
        return int(word)
    return found


def _sources(layout: Layout) -> tuple[str, ...]:
    """All words of a section that name stages or images to take files from."""
    found = _SOURCES.get(layout)
    if found is None:
        found = tuple(dict.fromkeys(word for _, node in layout.instructions for word in sources_of(node)))
        _SOURCES[layout] = found
    return found


def _sources_of_triggers(layout: Layout) -> Iterator[str]:
    for index in _triggers(layout):
        onbuild = layout.instructions[index][1]
        if isinstance(onbuild, Onbuild) and onbuild.trigger is not None:
            yield from sources_of(onbuild.trigger)


def _triggers(layout: Layout) -> tuple[int, ...]:
    """The indices of the ONBUILDs that say what to do."""
    found = _TRIGGERS.get(layout)
    if found is None:
        nodes = enumerate(node for _, node in layout.instructions)
        found = tuple(index for index, node in nodes if isinstance(node, Onbuild) and node.trigger is not None)
        _TRIGGERS[layout] = found
    return found


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


def _stage(
    draft: _Draft, facts: StageFacts, entry: State, parent: Stage | None, escape: str, old: Stage | None
) -> Stage:
    """The stage; the old one where it is the same in every respect, its place included."""
    triggers: tuple[Step, ...] = ()
    if parent is not None and _triggers(parent.section.layout):
        triggers = tuple(_fired(parent, entry, escape))
        entry = triggers[-1].after
    course = course_of(entry, draft.section.layout, escape)
    if (
        old is not None
        and old.course is course
        and old.parent == draft.parent
        and old.facts == facts
        and not (triggers or old.triggers)
    ):
        return old
    return Stage(facts, draft.section, course, draft.parent, triggers, escape)


def _fired(parent: Stage, entry: State, escape: str) -> Iterator[Step]:
    """The triggers of the stage below as steps of this one; those of the stages below that are spent (the reference, ONBUILD)."""
    state = entry
    for index in _triggers(parent.section.layout):
        onbuild = parent.section.instruction(index)
        assert isinstance(onbuild, Onbuild)
        trigger = onbuild.trigger
        assert trigger is not None
        after = state_after(state, trigger, escape)
        yield Step(lambda trigger=trigger: trigger, trigger.key, index, state, after, escape)  # type: ignore[misc]
        state = after

