"""From the state before a step to the state after it. The same step behind the same state gives the identical state.

A state remembers what followed it: by the identity of the instruction, and by what that instruction changes. So a key
pressed inside a RUN that goes on installing the same packages leaves every later state as it was.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any, TypeVar

from layerwise.build.model import State
from layerwise.build.operations import Operation, operations
from layerwise.build.settings import settings_made_by
from layerwise.build.values import Origin, Variable, expanded
from layerwise.knowledge.base_images import BaseImage
from layerwise.shell import Dialect, dialect_of, script_of
from layerwise.syntax.tree import Arg, Assigning, Env, Instruction, Run, Shell, User, Workdir

_REMEMBERED = 64
"""How many followers a state remembers before it forgets them all."""

T = TypeVar("T")


@lru_cache(maxsize=256)
def first_state(image: BaseImage, global_args: tuple[Variable, ...], *, windows: bool) -> State:
    """What is in force right behind a FROM of this image."""
    return State(
        {name: Variable(name, value, Origin.IMAGE) for name, value in image.env},
        {},
        {variable.name: variable for variable in global_args},
        image.user,
        image.workdir,
        None,
        dialect_of(None, windows=windows),
        image.tool_settings,
        frozenset(),
    )


def state_after(before: State, instruction: Instruction, escape: str) -> State:
    """What is in force behind an instruction, which may stand anywhere: its place does not matter."""
    step = _STEPS.get(type(instruction))
    if step is None:
        return before
    return _remembered(before, instruction.key, lambda: step(before, instruction, escape))


def _remembered(state: State, key: Hashable, make: Callable[[], T]) -> T:
    memo = state.memo
    if key not in memo:
        if len(memo) >= _REMEMBERED:
            memo.clear()
        memo[key] = make()
    found: T = memo[key]
    return found


def _changed(state: State, **changes: Any) -> State:
    """The state with other values, the identical one for the identical changes."""
    changes = {name: value for name, value in changes.items() if getattr(state, name) != value}
    if not changes:
        return state
    key = tuple((name, tuple(value.values()) if isinstance(value, dict) else value) for name, value in changes.items())
    return _remembered(state, key, lambda: replace(state, **changes, memo={}))


def _env(before: State, instruction: Env, escape: str) -> State:
    return _changed(before, env={**before.env, **_named(_assigned(before, instruction, escape, Origin.ENV))})


def _arg(before: State, instruction: Arg, escape: str) -> State:
    state = before
    for pair in instruction.pairs:
        name = expanded(pair.key.text, state.lookup, escape)
        if not name:
            continue
        outside = before.global_args.get(name)
        if pair.value is not None:
            variable = Variable(name, expanded(pair.value.text, state.lookup, escape), Origin.ARG)
        elif outside is not None:
            variable = outside
        else:
            variable = Variable(name, None, Origin.ARG)
        state = _changed(state, args={**state.args, name: variable})
    return state


def _assigned(before: State, instruction: Assigning, escape: str, origin: Origin) -> Iterator[Variable]:
    """All values of one instruction are expanded with what was in force before it (Dockerfile reference, "ENV")."""
    for pair in instruction.pairs:
        name = expanded(pair.key.text, before.lookup, escape)
        if name:
            yield Variable(name, expanded(pair.value.text, before.lookup, escape) if pair.value else "", origin)


def _named(variables: Iterable[Variable]) -> dict[str, Variable]:
    return {variable.name: variable for variable in variables}


def _user(before: State, instruction: User, escape: str) -> State:
    return (
        _changed(before, user=expanded(instruction.value.text, before.lookup, escape)) if instruction.value else before
    )


def _workdir(before: State, instruction: Workdir, escape: str) -> State:
    if instruction.value is None:
        return before
    folder = expanded(instruction.value.text, before.lookup, escape)
    if folder is not None and not folder.startswith("/"):
        windows = before.dialect in (Dialect.CMD, Dialect.POWERSHELL)
        known = before.workdir is not None and not windows
        folder = posixpath.join(before.workdir or "/", folder) if known else None
    return _changed(before, workdir=posixpath.normpath(folder) if folder else None)


def _shell(before: State, instruction: Shell, escape: str) -> State:
    if instruction.command is None:
        return before
    shell = tuple(item.text for item in instruction.command.items)
    return _changed(before, shell=shell or None, dialect=dialect_of(shell, windows=False) if shell else before.dialect)


def _run(before: State, instruction: Run, escape: str) -> State:
    script = script_of(instruction, before.dialect, escape)
    if script is None:
        return before
    installed = set(before.installed)
    settings = set(before.tool_settings)
    for command in script.commands:
        settings |= settings_made_by(command)
        for operation in operations(command):
            names = {word.value.partition("=")[0] for word in operation.packages if word.value}
            if operation.operation is Operation.INSTALL and operation.manager.is_distribution:
                installed |= names
            elif operation.operation is Operation.REMOVE and operation.manager.is_distribution:
                installed -= names
    return _changed(before, installed=frozenset(installed), tool_settings=frozenset(settings))


_STEPS: dict[type, Callable[[State, Any, str], State]] = {
    Arg: _arg,
    Env: _env,
    Run: _run,
    Shell: _shell,
    User: _user,
    Workdir: _workdir,
}
