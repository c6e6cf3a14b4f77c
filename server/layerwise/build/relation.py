"""How one build relates to another that was made of it: the same acts in the same order, or named differences.

Compares what is done, not how it is written, and judges nothing: which differences are harmless is for others to say.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from enum import StrEnum
from functools import cached_property
from itertools import pairwise

from msgspec import Struct

from layerwise.build.acts import Act, acts_of, visible
from layerwise.build.matching import Match, Pair, is_cleanup
from layerwise.build.model import Build, Stage, Step
from layerwise.build.stages import build
from layerwise.syntax import parse
from layerwise.syntax.tree import Arg
from layerwise.text.patterns import regex

_NAME = regex(r"\w+")


class Alteration(StrEnum):
    """The kinds of differences, in words."""

    OPTION_ADDED = "an option added to a command"
    OPTION_REMOVED = "an option removed from a command"
    WORDS_REORDERED = "the words of a command in another order"
    COMMAND_REWRITTEN = "a command rewritten"
    COMMAND_ADDED = "a command added"
    COMMAND_REMOVED = "a command removed"
    CLEANUP_ADDED = "a cleanup added"
    CLEANUP_REMOVED = "a cleanup removed"
    COMMANDS_JOINED = "commands joined into one layer"
    COMMANDS_PARTED = "commands parted into layers"
    LINK_CHANGED = "commands that depend on each other otherwise"
    COPY_SPLIT = "a copy split"
    COPIES_JOINED = "copies joined into one layer"
    MOVED = "a step moved"
    MOVED_TO_STAGE = "a step moved to another stage"
    SETTINGS_CHANGED = "a step with another user, folder, shell or variable of its own"
    ENVIRONMENT_CHANGED = "a command that sees another variable, which it does not name"
    MOUNT_ADDED = "a mount added"
    MOUNT_REMOVED = "a mount removed"
    FLAG_ADDED = "a flag added to an instruction"
    FLAG_REMOVED = "a flag removed from an instruction"
    FORM_CHANGED = "shell form and exec form exchanged"
    IMAGE_REPLACED = "a base image replaced"
    INSTRUCTION_ADDED = "an instruction added"
    INSTRUCTION_REMOVED = "an instruction removed"
    INSTRUCTION_REWRITTEN = "an instruction rewritten"
    STAGE_ADDED = "a stage added"
    STAGE_REMOVED = "a stage removed"


HARMLESS = frozenset(
    {
        Alteration.OPTION_ADDED,
        Alteration.CLEANUP_ADDED,
        Alteration.COMMANDS_JOINED,
        Alteration.COPY_SPLIT,
        Alteration.COPIES_JOINED,
        Alteration.MOUNT_ADDED,
        Alteration.FLAG_ADDED,
        Alteration.FORM_CHANGED,
    }
)
"""The differences that leave every command in its place, with the words and the settings that it had."""


class Difference(Struct, frozen=True, eq=False):
    """One difference. ``detail`` are the words that it is about, ``before`` and ``after`` the steps where there are."""

    alteration: Alteration
    detail: str = ""
    before: Step | None = None
    after: Step | None = None

    def __str__(self) -> str:
        return f"{self.alteration}: {self.detail}" if self.detail else str(self.alteration)


class Relation(Struct, frozen=True, dict=True):
    """What became of a build. No differences: in each stage the same commands in the same order."""

    differences: tuple[Difference, ...]

    @cached_property
    def alterations(self) -> frozenset[Alteration]:
        return frozenset(each.alteration for each in self.differences)


def relation(before: Build, after: Build) -> Relation:
    """How ``after`` differs from ``before``, stage by stage, in the order of the steps."""
    before, after = _with_from(before), _with_from(after)
    stages = _Stages()
    for old, new in _paired_stages(before, after):
        if old and new:
            stages.compare(old, new)
        elif new:
            stages.differences.append(Difference(Alteration.STAGE_ADDED, new.name or "", after=new.steps[0]))
            stages.added += acts_of(new)[1:]
        elif old:
            stages.differences.append(Difference(Alteration.STAGE_REMOVED, old.name or "", old.steps[0]))
            stages.removed += acts_of(old)[1:]
    return Relation((*_global(before, after), *stages.differences, *stages.left()))


class _Stages:
    """Collects the differences of all stages, and what has no counterpart in its own stage."""

    def __init__(self) -> None:
        self.differences: list[Difference] = []
        self.removed: list[Act] = []
        self.added: list[Act] = []

    def compare(self, old: Stage, new: Stage) -> None:
        match = Match(acts_of(old), acts_of(new))
        self.differences += _differences(match)
        self.removed += match.removed
        self.added += match.added

    def left(self) -> Iterator[Difference]:
        """What one side alone has, but for what is found in another stage."""
        elsewhere = defaultdict(list)
        for act in self.added:
            if not is_cleanup(act):
                elsewhere[act.words].append(act)
        for act in self.removed:
            if elsewhere[act.words]:
                there = elsewhere[act.words].pop(0)
                self.added.remove(there)
                yield Difference(Alteration.MOVED_TO_STAGE, _spoken(act), act.step, there.step)
                continue
            command = Alteration.CLEANUP_REMOVED if is_cleanup(act) else Alteration.COMMAND_REMOVED
            alteration = command if act.command else Alteration.INSTRUCTION_REMOVED
            yield Difference(alteration, _spoken(act), act.step)
        for act in self.added:
            command = Alteration.CLEANUP_ADDED if is_cleanup(act) else Alteration.COMMAND_ADDED
            alteration = command if act.command else Alteration.INSTRUCTION_ADDED
            yield Difference(alteration, _spoken(act), after=act.step)


def _differences(match: Match) -> Iterator[Difference]:
    """What differs between acts that have a counterpart, and copies that have become two."""
    for a, b in match.rewritten:
        yield from _rewriting(a, b)
    for a, b in _once_a_step(match.displaced):
        yield Difference(Alteration.MOVED, _spoken(a), a.step, b.step)
    yield from _flags(match.pairs)
    for a, b in match.pairs:
        yield from _forms(a, b)
        yield from _surroundings(a, b)
    yield from _layers(match.pairs)
    yield from _links(match.pairs, match.old, match.new)
    for act in tuple(match.added):
        source = next((each for each in match.old if _holds(each, act)), None)
        if source:
            match.added.remove(act)
            yield Difference(Alteration.COPY_SPLIT, _spoken(act), source.step, act.step)


def _paired_stages(before: Build, after: Build) -> Iterator[tuple[Stage | None, Stage | None]]:
    """The stages of both, each with the one it has become; one side is None where there is no counterpart."""
    old, new = list(before.stages), list(after.stages)
    if len(old) == len(new):
        yield from zip(old, new, strict=True)
        return
    pairs: dict[int, Stage] = {}
    left = list(new)
    for is_same in (_have_same_name, _are_final, _have_same_image):
        for stage in old:
            there = next((each for each in left if is_same(stage, each)), None)
            if there and stage.facts.index not in pairs:
                pairs[stage.facts.index] = there
                left.remove(there)
    yield from ((stage, pairs.get(stage.facts.index)) for stage in old)
    yield from ((None, stage) for stage in left)


def _with_from(found: Build) -> Build:
    """The build; for a file whose first FROM is missing, as if one stood where it must."""
    text = found.dockerfile.text
    orphans = (each for each in found.dockerfile.sections[0].instructions if not isinstance(each, Arg))
    start = next((each.span.start for each in orphans), None)
    return found if start is None else build(parse(f"{text[:start]}FROM scratch\n{text[start:]}"))


def _have_same_name(one: Stage, other: Stage) -> bool:
    return one.name is not None and one.name == other.name


def _are_final(one: Stage, other: Stage) -> bool:
    return one.facts.is_final and other.facts.is_final


def _have_same_image(one: Stage, other: Stage) -> bool:
    return one.head.base is not None and one.head.base == other.head.base


def _global(before: Build, after: Build) -> Iterator[Difference]:
    """What differs before the first FROM."""

    def texts(found: Build) -> list[str]:
        text = found.dockerfile.text
        instructions = found.dockerfile.sections[0].instructions
        return [" ".join((each.name, *each.body.of(text).split())) for each in instructions]

    old, new = texts(before), texts(after)
    for tag, a, b, c, d in SequenceMatcher(None, old, new, False).get_opcodes():
        both = tag == "replace"
        alteration = Alteration.INSTRUCTION_ADDED if tag == "insert" else Alteration.INSTRUCTION_REMOVED
        for text in new[c:d] if tag != "delete" else old[a:b]:
            if tag != "equal":
                yield Difference(Alteration.INSTRUCTION_REWRITTEN if both else alteration, text)


def _rewriting(one: Act, other: Act) -> Iterator[Difference]:
    """What became of an act that says nearly the same."""
    if one.keyword == "FROM":
        yield Difference(Alteration.IMAGE_REPLACED, _spoken(other), one.step, other.step)
    elif one.command is None or other.command is None:
        yield Difference(Alteration.INSTRUCTION_REWRITTEN, _spoken(other), one.step, other.step)
    elif sorted(one.words) == sorted(other.words):
        yield Difference(Alteration.WORDS_REORDERED, _spoken(other), one.step, other.step)
    else:
        yield from _other_words(one, other)


def _other_words(one: Act, other: Act) -> Iterator[Difference]:
    added: list[str] = []
    removed: list[str] = []
    for tag, a, b, c, d in SequenceMatcher(None, one.words, other.words, False).get_opcodes():
        if tag == "equal":
            continue
        if not (_are_options(one.words[a:b]) and _are_options(other.words[c:d])):
            yield Difference(Alteration.COMMAND_REWRITTEN, _spoken(other), one.step, other.step)
            return
        removed += one.words[a:b]
        added += other.words[c:d]
    if added:
        yield Difference(Alteration.OPTION_ADDED, " ".join(added), one.step, other.step)
    if removed:
        yield Difference(Alteration.OPTION_REMOVED, " ".join(removed), one.step, other.step)


def _are_options(words: Sequence[str]) -> bool:
    """Whether the words are options with their values, or variables for the command alone; also none at all."""
    return not words or words[0].startswith("-") or all("=" in word for word in words)


def _forms(one: Act, other: Act) -> Iterator[Difference]:
    if one.form != other.form and one.form and other.form:
        yield Difference(Alteration.FORM_CHANGED, _spoken(other), one.step, other.step)


def _surroundings(one: Act, other: Act) -> Iterator[Difference]:
    """What a RUN or a copy finds around it: a setting that matters to it, or a variable that it does not name."""
    if one.keyword not in ("RUN", "COPY", "ADD"):
        return
    old, new = one.state, other.state
    is_run = one.keyword == "RUN"
    changed = [
        name for name, a, b in (("USER", old.user, new.user), ("SHELL", old.shell, new.shell)) if is_run and a != b
    ]
    if is_run and old.workdir != new.workdir:
        changed.append("WORKDIR")
    seen, now = visible(one), visible(other)
    names = [name for name in {**seen, **now} if seen.get(name) != now.get(name) or (name in seen) != (name in now)]
    own = set(_NAME.findall(" ".join((*one.words, *one.flags))))
    named = [name for name in names if name in own]
    if changed or named:
        yield Difference(Alteration.SETTINGS_CHANGED, " ".join((*changed, *named)), one.step, other.step)
    elif names and is_run:
        yield Difference(Alteration.ENVIRONMENT_CHANGED, " ".join(names), one.step, other.step)


def _layers(pairs: Sequence[Pair]) -> Iterator[Difference]:
    """Acts of several steps that are now those of one, and the other way round."""
    steps: dict[tuple[int, bool], dict[int, Pair]] = defaultdict(dict)
    for one, other in pairs:
        if one.keyword in ("RUN", "COPY", "ADD"):
            # Cleanups are much alike: that of another step may be taken for the one of this step that is gone.
            if not is_cleanup(one):
                steps[id(one.step), False].setdefault(id(other.step), (one, other))
            steps[id(other.step), True].setdefault(id(one.step), (one, other))
    for (_, is_joined), parts in steps.items():
        if len(parts) < 2:
            continue
        one, other = list(parts.values())[1]
        if one.keyword == "RUN":
            alteration = Alteration.COMMANDS_JOINED if is_joined else Alteration.COMMANDS_PARTED
        else:
            alteration = Alteration.COPIES_JOINED if is_joined else Alteration.COPY_SPLIT
        yield Difference(alteration, _spoken(one), one.step, other.step)


def _links(pairs: Sequence[Pair], old: Sequence[Act], new: Sequence[Act]) -> Iterator[Difference]:
    """Commands that run under other conditions, or follow the same command otherwise, than they did."""
    earlier = {id(b): a for a, b in pairwise(old)}
    now = {id(b): a for a, b in pairwise(new)}
    twins = {id(a): b for a, b in pairs}
    for one, other in pairs:
        changed = one.guards != other.guards
        if one.link and other.link and one.link != other.link:
            follows = now.get(id(other))
            changed = changed or (follows is not None and twins.get(id(earlier.get(id(one)))) is follows)
        if changed:
            yield Difference(Alteration.LINK_CHANGED, _spoken(one), one.step, other.step)


def _flags(pairs: Sequence[Pair]) -> Iterator[Difference]:
    done: set[tuple[int, int]] = set()
    for one, other in pairs:
        if (id(one.step), id(other.step)) in done:
            continue
        done.add((id(one.step), id(other.step)))
        old, new = one.flags, other.flags
        for flags, mount, plain in (
            (new - old, Alteration.MOUNT_ADDED, Alteration.FLAG_ADDED),
            (old - new, Alteration.MOUNT_REMOVED, Alteration.FLAG_REMOVED),
        ):
            for flag in sorted(flags):
                yield Difference(mount if flag.startswith("--mount") else plain, flag, one.step, other.step)


def _holds(one: Act, other: Act) -> bool:
    """Whether what one COPY takes from the build context is part of what an earlier version took with another."""
    if one.keyword not in ("COPY", "ADD") or other.keyword not in ("COPY", "ADD"):
        return False
    (_, origin, whole, _), (_, same_origin, part, _) = one.words[-4:], other.words[-4:]
    return origin == same_origin and (whole in (".", part) or part.startswith(whole + "/"))


def _once_a_step(pairs: Iterable[Pair]) -> Iterator[Pair]:
    done: set[int] = set()
    for one, other in pairs:
        if id(one.step) not in done:
            done.add(id(one.step))
            yield one, other


def _spoken(act: Act) -> str:
    words = [word for word in act.words if word]
    return " ".join(words[1:] if act.command else words)
