"""From the state before a step to the state after it. The same step behind the same state gives the identical state.

An instruction remembers what followed it behind which state, and a state what it becomes by which change. So a key
pressed inside a RUN that goes on installing the same packages leaves every later state as it was.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Hashable
from dataclasses import replace
from functools import lru_cache
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from layerwise.build.accounts import Account, account_made_by
from layerwise.build.model import Course, State
from layerwise.build.operations import Operation, operations
from layerwise.build.package_names import package_name
from layerwise.build.settings import settings_made_by
from layerwise.build.values import Origin, Variable, expanded
from layerwise.knowledge.base_images import BaseImage
from layerwise.shell import Dialect, dialect_of, script_of
from layerwise.syntax.tree import Arg, Env, Instruction, Layout, Run, Shell, Transfer, User, Workdir
from layerwise.text import shared_ends

_MOST = 1000
"""How many variables and how many installed packages a state knows. No real file comes near it, and a made one with a
new variable on each of its thousand lines would cost the square of their number."""
_REMEMBERED = 64
"""How many states that differ from it a state remembers, the last ones."""
_AFTER: WeakKeyDictionary[Any, dict[int, tuple[State, State]]] = WeakKeyDictionary()
"""By the identity of an instruction: the states behind it, by the identity of that before it."""
_COURSES: WeakKeyDictionary[Layout, dict[int, tuple[State, Course]]] = WeakKeyDictionary()
"""The courses of a text, by the identity of the state that they begin with."""
_KEPT = 8
"""How many of them are kept for one text, the last ones."""
_NAMELESS = frozenset({"BUILDKIT_SBOM_SCAN_CONTEXT", "BUILDKIT_SBOM_SCAN_STAGE"})
"""ARGs that speak to the builder and never become variables."""

T = TypeVar("T")


@lru_cache(maxsize=64)
def first_state(
    image: BaseImage, global_args: tuple[Variable, ...], given: tuple[tuple[str, str], ...], *, windows: bool
) -> State:
    """What is in force right behind a FROM of this image.

    :param given: the values of ``--build-arg``.
    """
    env = {name: Variable(name, value, Origin.IMAGE) for name, value in image.env}
    return State(
        env=env,
        args={},
        scope=env,
        global_args={variable.name: variable for variable in global_args},
        given=dict(given),
        user=image.user,
        workdir=image.workdir,
        shell=image.shell,
        dialect=dialect_of(image.shell, windows=windows),
        tool_settings=image.tool_settings,
        installed=frozenset(),
        accounts={name: Account(name, uid, home) for name, uid, home in image.accounts},
        complete=image.complete,
    )


def state_after(before: State, instruction: Instruction, escape: str) -> State:
    """What is in force behind an instruction, which may stand anywhere: its place does not matter."""
    step = _STEPS.get(type(instruction))
    if step is None:
        return before
    known = _AFTER.get(instruction.key)
    if known is None:
        known = _AFTER[instruction.key] = {}
    found = known.get(id(before))
    if found is not None:
        return found[1]
    after = step(before, instruction, escape)
    _put(known, id(before), (before, after), _KEPT)
    return after


def course_of(entry: State, layout: Layout, escape: str, like: tuple[Layout, Course] | None = None) -> Course:
    """The states of the stage with these instructions, the FROM included, which changes nothing by itself.

    :param like: another text and its course, most likely before an edit. It only saves time.
    """
    known = _COURSES.get(layout)
    if known is None:
        known = _COURSES[layout] = {}
    found = known.get(id(entry))
    if found is not None:
        return found[1]
    nodes = layout.own
    states, stop = [entry], len(nodes)
    rest: tuple[State, ...] = ()
    if like is not None and like[1].states[0] is entry:
        head, tail = shared_ends(like[0].own, nodes)
        states = list(like[1].states[: head + 1])
        stop -= tail
        rest = like[1].states[len(like[0].own) - tail :]
    for node in nodes[len(states) - 1 : stop]:
        states.append(state_after(states[-1], node, escape))
    if rest and states[-1] is rest[0]:
        states += rest[1:]
    else:
        for node in nodes[stop:]:
            states.append(state_after(states[-1], node, escape))
    course = Course(tuple(states))
    _put(known, id(entry), (entry, course), _KEPT)
    return course


def _remembered(state: State, key: Hashable, make: Callable[[], T]) -> T:
    memo = state.memo
    if key not in memo:
        _put(memo, key, make(), _REMEMBERED)
    found: T = memo[key]
    return found


def _put(memo: dict[Any, Any], key: Hashable, value: object, limit: int) -> None:
    if len(memo) >= limit:
        del memo[next(iter(memo))]
    memo[key] = value


def _changed(state: State, **changes: Any) -> State:
    """The state with other values, the identical one for the identical changes."""
    changes = {name: value for name, value in changes.items() if getattr(state, name) != value}
    if not changes:
        return state
    key = tuple((name, tuple(value.items()) if isinstance(value, dict) else value) for name, value in changes.items())
    return _remembered(state, key, lambda: replace(state, **changes, memo={}))


def _env(before: State, instruction: Env, escape: str) -> State:
    """All values of one instruction are expanded with what was in force before it (Dockerfile reference, "ENV")."""
    found = {}
    for pair in instruction.pairs:
        name = before.value(pair.key.text, escape)
        if name:
            found[name] = Variable(name, before.value(pair.value.text, escape) if pair.value else "", Origin.ENV)
    if len(before.scope) + len(found) > _MOST:
        kept = {name: variable for name, variable in found.items() if name in before.env}
        return _changed(before, env={**before.env, **kept}, scope={**before.scope, **kept}, complete=False)
    return _changed(before, env={**before.env, **found}, scope={**before.scope, **found})


def _arg(before: State, instruction: Arg, escape: str) -> State:
    """One after the other, so that a later one sees those before it (BuildKit's ``dispatchArg``)."""
    state = before
    for pair in instruction.pairs:
        name = pair.key.text
        if not name or name in _NAMELESS:
            continue
        if max(len(state.args), len(state.scope)) >= _MOST and name not in state.args:
            state = _changed(state, complete=False)
            continue
        variable = _declared(state, name, pair.value.text if pair.value else None, escape)
        args = {**state.args, name: variable}
        if variable.value is None and pair.value is None:
            # It may be set by --build-arg, and else leaves what the name meant before.
            state = _changed(state, args=args)
        else:
            state = _changed(state, args=args, scope={**state.scope, name: variable})
    return state


def _declared(state: State, name: str, default: str | None, escape: str) -> Variable:
    if name in state.given:
        return Variable(name, state.given[name], Origin.ARG)
    if default is not None:
        return Variable(name, expanded(default, state.lookup, escape, complete=state.complete), Origin.ARG)
    return state.global_args.get(name) or Variable(name, None, Origin.ARG)


def _user(before: State, instruction: User, escape: str) -> State:
    if instruction.value is None:
        return before
    written = instruction.value.text
    return _changed(before, user=before.value(written, escape) or written)


def _workdir(before: State, instruction: Workdir, escape: str) -> State:
    if instruction.value is None:
        return before
    folder = before.value(instruction.value.text, escape)
    return _changed(before, workdir=_folder(before, folder) if folder else None)


def _folder(before: State, folder: str) -> str | None:
    """A path of WORKDIR, relative to the one before (BuildKit's ``NormalizeWorkdir``)."""
    if before.dialect in (Dialect.CMD, Dialect.POWERSHELL):
        return _windows_folder(before, folder.replace("\\", "/"))
    if not folder.startswith("/"):
        if before.workdir is None:
            return None
        folder = posixpath.join(before.workdir, folder)
    return "/" + posixpath.normpath(folder).lstrip("/")


def _windows_folder(before: State, folder: str) -> str | None:
    drive, colon, path = folder.rpartition(":")
    if colon or path.startswith("/"):
        return f"{drive.upper()}:{posixpath.normpath(path)}" if colon else posixpath.normpath(path)
    return posixpath.normpath(posixpath.join(before.workdir, path)) if before.workdir else None


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
    accounts = dict(before.accounts)
    for command in script.commands:
        account = account_made_by(command)
        if account is not None:
            accounts[account.name] = account
        for operation in operations(command):
            if not operation.manager.is_distribution:
                continue
            names = {package_name(word.value) for word in operation.packages if word.value}
            if operation.operation is Operation.INSTALL:
                installed |= names
            elif operation.operation is Operation.REMOVE:
                installed -= names
    settings = before.tool_settings | settings_made_by(instruction, script)
    if len(installed) > _MOST:
        installed &= before.installed
    return _changed(before, installed=frozenset(installed), tool_settings=settings, accounts=accounts)


def _transfer(before: State, instruction: Transfer, escape: str) -> State:
    return _changed(before, tool_settings=before.tool_settings | settings_made_by(instruction, None))


_STEPS: dict[type, Callable[[State, Any, str], State]] = {
    Arg: _arg,
    Env: _env,
    Run: _run,
    Shell: _shell,
    User: _user,
    Workdir: _workdir,
    **dict.fromkeys(Transfer.__subclasses__(), _transfer),
}
