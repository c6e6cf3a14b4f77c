"""Which RUNs of a stage use a build argument, so that it can be given to them alone. Judges no names and no values."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator

from msgspec import Struct

from layerwise.build.model import Stage, Step
from layerwise.syntax.tree import Arg, Cmd, Entrypoint, Env, From, Healthcheck, Maintainer, Onbuild, Pair, Run
from layerwise.text import Span

_AT_RUN_TIME = (Cmd, Entrypoint, Healthcheck, Maintainer)
"""What these name is a variable of the container, in which there is no build argument any more."""


class Handover(Struct, frozen=True):
    """``users`` are the RUNs that use the argument, ``declarations`` the pairs that make it known, with their steps."""

    users: tuple[Step, ...]
    declarations: tuple[tuple[Step, Pair], ...]


class _OtherwiseUsedError(Exception):
    """Something besides RUNs uses the argument, or may."""


def handover(stage: Stage, name: str, readers: Collection[str], characters: Callable[[Span], str]) -> Handover | None:
    """None where something else uses the argument too, where it has a value of its own, and where no RUN is known to.

    In a stage that is thrown away, an ENV that only passes the argument on belongs to the declarations.

    :param readers: programs that read the variable without being told so.
    """
    entry = stage.course.states[0]
    declared = entry.global_args.get(name)
    if name in entry.scope or name in entry.args or (declared is not None and declared.value is not None):
        return None
    if stage.facts.is_parent or stage.triggers:
        return None
    try:
        found = list(_found(stage, name, readers, characters))
    except _OtherwiseUsedError:
        return None
    users = tuple(step for step, pair in found if pair is None)
    return Handover(users, tuple((step, pair) for step, pair in found if pair)) if users else None


def _found(
    stage: Stage, name: str, readers: Collection[str], characters: Callable[[Span], str]
) -> Iterator[tuple[Step, Pair | None]]:
    """Each declaration, and each RUN behind the first of them that uses it.

    :raises _OtherwiseUsedError: see there.
    """
    is_declared = False
    for step in stage.steps[1:]:
        kind = step.kind
        if issubclass(kind, Arg | Env):
            for pair in _pairs(step, name, stage):
                is_declared = True
                yield step, pair
        elif not is_declared or issubclass(kind, (*_AT_RUN_TIME, From)):
            continue
        elif issubclass(kind, Run):
            if _expands(characters(_flags_of(step)), name):
                raise _OtherwiseUsedError
            if _is_used(step, name, readers, characters):
                yield step, None
        elif _names(characters(step.span), name) if kind is Onbuild else _expands(characters(step.span), name):
            raise _OtherwiseUsedError


def _pairs(step: Step, name: str, stage: Stage) -> Iterator[Pair]:
    instruction = step.instruction
    assert isinstance(instruction, Arg | Env)
    for pair in instruction.pairs:
        value = pair.value.text if pair.value else ""
        if pair.key.text == name:
            is_passed_on = isinstance(instruction, Env) and value.strip("\"'") in (f"${name}", f"${{{name}}}")
            is_unset = isinstance(instruction, Arg) and value in ("", '""', "''")
            if not (is_unset or (is_passed_on and not stage.facts.in_result)):
                raise _OtherwiseUsedError
            yield pair
        elif _expands(value, name):
            raise _OtherwiseUsedError


def _is_used(step: Step, name: str, readers: Collection[str], characters: Callable[[Span], str]) -> bool:
    """Whether a RUN names the variable, or calls a program that reads it; not where it has it from a secret already."""
    instruction = step.instruction
    assert isinstance(instruction, Run)
    if any(mount.type == "secret" and name in (mount.get("env"), mount.get("id")) for mount in instruction.mounts):
        return False
    text = characters(instruction.body) + "".join(heredoc.text for heredoc in instruction.heredocs)
    return _names(text, name) or not step.subjects.isdisjoint(readers)


def _flags_of(step: Step) -> Span:
    instruction = step.instruction
    flags = instruction.flags
    return flags[0].span.to(flags[-1].span) if flags else Span(instruction.span.start, instruction.span.start)


def _names(text: str, name: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None


def _expands(text: str, name: str) -> bool:
    return re.search(rf"\$\{{?{re.escape(name)}(?!\w)", text) is not None
