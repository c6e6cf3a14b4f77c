"""Values that are others in every build, and the steps that run again because they stand above them for nothing.

BuildKit puts all ARGs and ENVs in scope into the cache key of each RUN (``ExecOp.CacheMap``), also those that it never
looks at. A COPY, ADD or WORKDIR depends on those alone that it names, and on the layers below.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from layerwise.build.deaf import Hearing, hearing
from layerwise.build.dependencies import Work, survey
from layerwise.build.model import Stage, Step
from layerwise.build.operations import Operation, operations
from layerwise.context import ContextTree
from layerwise.knowledge.volatile import CHANGING, HARMLESS, MOMENT, PLACEHOLDER, TAKES_COMMITS
from layerwise.shell.tree import Command
from layerwise.syntax.tree import (
    Add,
    Arg,
    Assigning,
    Cmd,
    Entrypoint,
    From,
    Healthcheck,
    Label,
    Maintainer,
    Pair,
    Run,
    Transfer,
    Workdir,
)
from layerwise.syntax.words import variables

_NOT_BUILT = (Cmd, Entrypoint, From, Healthcheck, Maintainer)
_FETCHES = frozenset({Operation.INSTALL, Operation.UPGRADE, Operation.DOWNLOAD, Operation.UPDATE_INDEX})
_MOVING = frozenset({"git clone", "curl", "wget"})
"""What brings something else from one day to the next."""
_SLOW = frozenset({"curl", "wget", "docker-php-ext-install", "install-php-extensions", "pecl"})


class Early(Struct, frozen=True):
    """Volatile ARGs that stand next to each other, above RUNs that have no use for them.

    All numbers are indices of steps. ``moved`` are the ARGs with those LABELs, ENVs and ARGs made of them that stand
    above the last of ``again``; None when these cannot be moved without changing something. ``anchor`` is the step
    below which they may stand.
    """

    declared: tuple[int, ...]
    names: tuple[str, ...]
    again: tuple[int, ...]
    """The steps that are done again with each value, without need."""
    slow: tuple[str, ...]
    """What takes long among them, as one says it."""
    anchor: int
    used_by: int | None
    """The first step that uses a value, or may do so; None when there is none."""
    moved: tuple[int, ...] | None
    hardly: tuple[int, ...]
    """Those of ``again`` that run scripts, which might look at the values after all."""
    parts: Mapping[int, tuple[int, ...]]
    """Of those of ``moved`` that set something else too: which of their pairs move, the others stay."""


def volatile_names(step: Step) -> tuple[str, ...]:
    """The names that an ARG declares for values which are others in every build, see ``Step.once``."""
    instruction = step.instruction
    if not isinstance(instruction, Arg):
        return ()
    return tuple(pair.key.text for pair in instruction.pairs if _is_volatile(pair, step))


def _is_volatile(pair: Pair, step: Step) -> bool:
    name = pair.key.text
    if not CHANGING.fullmatch(name):
        return False
    variable = step.after.args.get(name)
    value = variable.value if variable else None
    return value is None or PLACEHOLDER.fullmatch(value) is not None


def early_values(stage: Stage, tree: ContextTree | None) -> Iterator[Early]:
    """Volatile values of a stage that stand above slow steps which do not use them."""
    found = [(step.index, names) for step in stage.steps_about({Arg}) if (names := step.once(volatile_names))]
    if not found:
        return
    works = survey(stage, tree)
    groups: dict[tuple[object, ...], list[_Reach]] = {}
    for index, names in found:
        reach = _reach(works, index, names)
        if reach is not None and reach.again:
            groups.setdefault((reach.stop, reach.again[0]), []).append(reach)
    for group in groups.values():
        early = _early(works, group)
        if early is not None:
            yield early


class _Reach(Struct, frozen=True):
    """How far one declaration may go down: to the step ``stop``. ``carriers`` are the assignments made of it."""

    index: int
    names: tuple[str, ...]
    stop: int
    again: tuple[int, ...]
    carriers: tuple[int, ...]
    tainted: frozenset[str]
    hardly: tuple[int, ...]
    is_used: bool


def _reach(works: Sequence[Work], index: int, names: tuple[str, ...]) -> _Reach | None:
    """None where a value is given anew, or is that of another project."""
    own = works[index].instruction
    assert isinstance(own, Assigning)
    tainted = {*names, *(pair.key.text for pair in _made_of(own, names, works[index].step.escape))}
    carriers: list[int] = []
    again: list[int] = []
    hardly: list[int] = []
    stop = None
    is_used = False
    for work in works[index + 1 :]:
        instruction = work.instruction
        if isinstance(instruction, Assigning):
            made = _made_of(instruction, tainted, work.step.escape)
            if not isinstance(instruction, Label):
                if any(pair.key.text in tainted and pair not in made for pair in instruction.pairs):
                    return None
                if stop is None and any(not _is_harmless(pair.key.text) for pair in made):
                    stop = work.index
                tainted.update(pair.key.text for pair in made)
            is_used = is_used or bool(made)
            if made and stop is None:
                carriers.append(work.index)
            continue
        if isinstance(instruction, _NOT_BUILT):
            continue
        if _mentions(work, tainted):
            if isinstance(instruction, Add) or _is_pin(work, tainted):
                return None
            stop = work.index if stop is None else stop
            is_used = True
        elif stop is None and isinstance(instruction, Run):
            heard = hearing(work, works[: work.index])
            if heard is Hearing.MAY:
                stop = work.index
                continue
            again.append(work.index)
            if heard is Hearing.HARDLY:
                hardly.append(work.index)
    stop = len(works) if stop is None else stop
    return _Reach(index, names, stop, tuple(again), tuple(carriers), frozenset(tainted), tuple(hardly), is_used)


def _made_of(instruction: Assigning, tainted: Iterable[str], escape: str) -> list[Pair]:
    names = set(tainted)
    return [
        pair
        for pair in instruction.pairs
        if pair.value and any(use.name in names for use in variables(pair.value, escape))
    ]


def _is_harmless(name: str) -> bool:
    return CHANGING.fullmatch(name) is not None or HARMLESS.fullmatch(name) is not None


def _mentions(work: Work, names: Iterable[str]) -> bool:
    return not names_in(work).isdisjoint(names)


def names_in(work: Work) -> frozenset[str]:
    """All words of an instruction, heredocs included, that may be the name of a variable."""
    return work.step.once(_names_in)


def _names_in(step: Step) -> frozenset[str]:
    instruction = step.instruction
    texts = [
        *(word.text for word in instruction.arguments),
        *(flag.value.text for flag in instruction.flags if flag.value),
        *(heredoc.text for heredoc in instruction.heredocs),
    ]
    return frozenset(name for text in texts for name in re.findall(r"[A-Za-z_]\w*", text))


def _is_pin(work: Work, tainted: Iterable[str]) -> bool:
    """Whether the value says what to fetch, so that it is the revision of another project."""
    for placed in work.commands:
        command = placed.command
        words = (
            command.words if command.program in TAKES_COMMITS else [w for o in operations(command) for w in o.packages]
        )
        if not set(re.findall(r"\w+", " ".join(word.text for word in words))).isdisjoint(tainted):
            return True
    return False


def _early(works: Sequence[Work], group: Sequence[_Reach]) -> Early | None:
    again = group[0].again
    stop = group[0].stop
    tree = next((work.index for work in works if work.copied is not None and work.copied.is_tree), len(works))
    # Behind the source all is done again with every commit anyway.
    slow = list(dict.fromkeys(text for index in again if index < tree for text in works[index].step.once(_slow)))
    group = [reach for reach in group if not _is_meant_to(reach, slow)]
    if not slow or not group:
        return None
    layers = [work.index for work in works[again[-1] : stop] if isinstance(work.instruction, Run | Transfer | Workdir)]
    anchor = layers[-1]
    tainted = frozenset[str]().union(*(reach.tainted for reach in group))
    own = {reach.index for reach in group}
    made = {index for reach in group for index in reach.carriers if index < anchor}
    moved = tuple(sorted(own | made))
    parts = {index: pairs for index in moved if (pairs := _part(works[index], tainted))}
    return Early(
        tuple(sorted(own)),
        tuple(name for reach in group for name in reach.names),
        tuple(work.index for work in works[again[0] : stop] if isinstance(work.instruction, Run | Transfer | Workdir)),
        tuple(slow),
        anchor,
        stop if stop < len(works) else None,
        moved if _may_move(works, moved, parts, anchor) else None,
        group[0].hardly,
        parts,
    )


def _is_meant_to(reach: _Reach, slow: Sequence[str]) -> bool:
    """Whether a value that nothing uses most likely stands there to have downloads made anew."""
    if reach.is_used:
        return False
    return any(map(MOMENT.fullmatch, reach.names)) or not _MOVING.isdisjoint(slow)


def _part(work: Work, tainted: frozenset[str]) -> tuple[int, ...]:
    """The pairs of an ARG or ENV that are volatile, where others beside them are not."""
    instruction = work.instruction
    if not isinstance(instruction, Assigning) or isinstance(instruction, Label):
        return ()
    found = tuple(index for index, pair in enumerate(instruction.pairs) if pair.key.text in tainted)
    return found if len(found) < len(instruction.pairs) else ()


def _may_move(works: Sequence[Work], moved: Sequence[int], parts: Mapping[int, tuple[int, ...]], anchor: int) -> bool:
    """Whether nothing else than the volatile values gets another place by it, and they get no other value."""
    staying = [works[index] for index in range(moved[0], anchor + 1) if index not in moved]
    assigned = {name for work in staying for name in _keys(work, of_labels=False)}
    labels = {name for work in staying for name in _keys(work, of_labels=True)}
    for index in parts:
        instruction = works[index].instruction
        assert isinstance(instruction, Assigning)
        keys = [pair.key.text for pair in instruction.pairs]
        if instruction.comments or len(set(keys)) < len(keys):
            return False
        assigned.update(key for number, key in enumerate(keys) if number not in parts[index])
    for index in moved:
        instruction = works[index].instruction
        assert isinstance(instruction, Assigning)
        if isinstance(instruction, Label) and any(pair.key.text in labels for pair in instruction.pairs):
            return False
        pairs = [instruction.pairs[number] for number in parts.get(index, range(len(instruction.pairs)))]
        used = {use.name for pair in pairs if pair.value for use in variables(pair.value, works[index].step.escape)}
        if not used.isdisjoint(assigned):
            return False
    return True


def _keys(work: Work, *, of_labels: bool) -> Iterator[str]:
    instruction = work.instruction
    if isinstance(instruction, Assigning) and isinstance(instruction, Label) is of_labels:
        yield from (pair.key.text for pair in instruction.pairs)


def _slow(step: Step) -> tuple[str, ...]:
    return tuple(text for command in (step.script.commands if step.script else ()) for text in _slow_by(command))


def _slow_by(command: Command) -> Iterator[str]:
    found = [each for each in operations(command) if each.operation in _FETCHES]
    yield from (each.spoken for each in found if each.operation is not Operation.UPDATE_INDEX)
    if not found and _downloads(command):
        yield "git clone" if command.program == "git" else command.program


def _downloads(command: Command) -> bool:
    words = {word.value for word in command.arguments}
    return command.program in _SLOW or (command.program == "git" and "clone" in words)
