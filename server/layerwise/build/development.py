"""Development dependencies that an install leaves in an image, directly or by a copy of the folder they lie in.

Follows an install through the stages: what is built with it, what takes them out again, and what carries its folder
into the result. Says nothing where the container is by all signs one to develop in.
"""

from __future__ import annotations

import json
import posixpath
import re
import tomllib
from collections.abc import Iterator
from typing import Any, NamedTuple

from msgspec import Struct

from layerwise.build.dependencies.copies import copied
from layerwise.build.dependencies.folders import UNKNOWN, absolute, is_within, placed_commands
from layerwise.build.development_groups import Asked, asked
from layerwise.build.environment import Environment
from layerwise.build.model import Build, Stage, Step
from layerwise.build.operations import Operation, PackageOperation
from layerwise.build.purpose import (
    holds_application,
    is_for_people,
    is_mounted,
    is_named_for_developers,
    started_words,
    starts_application,
)
from layerwise.context.tree import ContextTree
from layerwise.knowledge.development import ASKING, BUILDING, PRODUCTION, RUBY_MODES, RUNNING, Production
from layerwise.knowledge.programs import SHELLS
from layerwise.shell.tree import Around, Command
from layerwise.syntax.tree import Copy, Heredoc, Run

_MAYBE = frozenset({Around.IF, Around.CASE, Around.OR, Around.TRIED, Around.FUNCTION, Around.LOOP})
_NOT_BUILDING = frozenset({"dump-autoload", "dumpautoload", "pack", "publish"})
_STARTS = frozenset({"npm", "yarn", "pnpm", "bun"})
_SYSTEM = Production(frozenset(), "", frozenset(), "/usr/local/lib")
"""For installers that put packages beside those of the system."""


class Shipped(Struct, frozen=True):
    """An install whose development dependencies get into the image.

    ``copy`` is the step of another stage that brings them there, None where the layers of the install's own stage are
    in the image. ``user`` is the last step that builds with them, if any does.
    """

    stage: Stage
    step: Step
    operation: PackageOperation
    copy: Step | None
    user: Step | None
    shared: bool
    """Another stage is built on this one, and builds with them."""


class AskedFor(Struct, frozen=True):
    """A group or a file for developers that an install asks for by its name, and that gets into the image."""

    shipped: Shipped
    asked: Asked
    """With its spans at their places in the file."""


class _Given(NamedTuple):
    """What matters beside the stages that an install has to do with."""

    tree: ContextTree | None
    version: int
    started: tuple[str, ...]
    """The words that the final image starts."""
    is_production: bool
    """Its variables tell an application of Ruby that it is in production."""


def shipped(build: Build, tree: ContextTree | None) -> list[Shipped]:
    """What a build ships, in the order of the text."""
    final = build.final
    if final is None or not final.once(_runs_in_production) or is_named_for_developers(tree):
        return []
    env = final.steps[-1].after.env
    is_production = any(name in env and env[name].value == "production" for name in RUBY_MODES)
    given = _Given(tree, tree.version if tree else 0, started_words(final), is_production)
    return build.search(_shipped_by, given, about=PRODUCTION)


def asked_for(build: Build, tree: ContextTree | None) -> list[AskedFor]:
    """What the installs of a build ask for by name and ship, in the order of the text."""
    found = build.search(_asked_by, None, about=ASKING)
    final = build.final
    if not found or final is None or not final.once(_runs_in_production) or is_named_for_developers(tree):
        return []
    return found


def _asked_by(build: Build, stage: Stage, given: None) -> Iterator[AskedFor]:
    for step in stage.steps_about(ASKING):
        for each in step.once(asked):
            operation = step.operations[each.index]
            for found in _found(build, stage, step, operation, PRODUCTION.get(operation.manager.name, _SYSTEM)):
                if found.user is None and not found.shared:
                    yield AskedFor(found, each.moved(step.span.start))


def _shipped_by(build: Build, stage: Stage, given: _Given) -> Iterator[Shipped]:
    for step in stage.steps_about(PRODUCTION):
        for index in step.once(_whole_installs):
            operation = step.operations[index]
            row = PRODUCTION[operation.manager.name]
            # An application of Ruby loads its development dependencies unless it is told that it is in production.
            if operation.manager.name == "bundler" and not given.is_production:
                continue
            if _is_configured(build, stage, step, operation):
                continue
            names = development_of(stage, step, operation, given.tree)
            if names == () or _starts_with_them(given, stage, step, names):
                continue
            yield from _found(build, stage, step, operation, row)


def _found(build: Build, stage: Stage, step: Step, operation: PackageOperation, row: Production) -> Iterator[Shipped]:
    family = [build.stages[index] for index in build.structure.family(stage.facts.index)]
    later = [
        (each, follower)
        for each in family
        for follower in each.steps
        if each is not stage or follower.index >= step.index
    ]
    if any(_prunes(follower, step, operation, row) for _, follower in later):
        return
    users = [(each, follower) for each, follower in later if _builds(follower, step, operation)]
    if stage.facts.in_result:
        if not any(each.facts.in_result for each, _ in users):
            yield Shipped(stage, step, operation, None, None, bool(users))
        return
    target = folder_of(step, operation, row)
    if target is None:
        return
    for origin in family:
        copy = _copy_into_result(build, origin, target)
        if copy is None:
            continue
        own = [follower for each, follower in users if each is origin]
        others = any(each is not origin for each, _ in users)
        yield Shipped(origin, step, operation, copy, own[-1] if own else None, others)
        return


def folder_of(step: Step, operation: PackageOperation, row: Production) -> str | None:
    """The absolute path of the folder that an install fills; None when that can't be known."""
    if row.folder.startswith("/"):
        return row.folder
    here = project_of(step, operation)
    return absolute(row.folder, here) if here else None


def project_of(step: Step, operation: PackageOperation) -> str | None:
    """The folder an install runs in; None when that can't be known, or an option names another."""
    if operation.has_option("--prefix", "-C", "--cwd", "--dir", "--directory", "--working-dir", "-d", "--project"):
        return None
    placed = placed_commands(step, step.before.workdir or UNKNOWN)
    folder = next((each.folder for each in placed if each.command.span == operation.command.span), None)
    return None if folder is None or folder.startswith(UNKNOWN) else folder


def development_of(
    stage: Stage, step: Step, operation: PackageOperation, tree: ContextTree | None
) -> tuple[str, ...] | None:
    """The development dependencies that the manifest lists; None where it can't be seen or read."""
    row = PRODUCTION[operation.manager.name]
    text = _manifest(stage, step, operation, row.manifest, tree)
    if text is None:
        return None
    try:
        data = json.loads(text) if row.manifest.endswith(".json") else tomllib.loads(text)
    except ValueError:
        return None
    return tuple(_listed(data, operation.manager.name)) if isinstance(data, dict) else None


def _manifest(stage: Stage, step: Step, operation: PackageOperation, name: str, tree: ContextTree | None) -> str | None:
    folder = project_of(step, operation)
    if tree is None or not name or folder is None:
        return None
    path = None
    for each in stage.steps[: step.index]:
        taken = copied(each, each.before.workdir or UNKNOWN, tree) if each.kind is Copy else None
        path = (taken.context_path(posixpath.join(folder, name)) if taken else None) or path
    return tree.read(path) if path else None


def _listed(data: dict[str, Any], manager: str) -> Iterator[str]:
    if manager == "composer":
        yield from _keys(data.get("require-dev"))
    elif manager == "poetry":
        poetry = _table(_table(data.get("tool")).get("poetry"))
        yield from _keys(poetry.get("dev-dependencies"))
        for name, group in _table(poetry.get("group")).items():
            if name != "main" and not _table(group).get("optional"):
                yield from _keys(_table(group).get("dependencies"))
        yield from _in_groups(data)
    elif manager in ("uv", "pdm"):
        tool = _table(_table(data.get("tool")).get(manager))
        yield from map(str, tool.get("dev-dependencies") or ())
        yield from _in_groups(data)
    else:
        yield from _keys(data.get("devDependencies"))


def _in_groups(data: dict[str, Any]) -> Iterator[str]:
    for name, group in _table(data.get("dependency-groups")).items():
        if name == "dev" and isinstance(group, list):
            yield from (re.split(r"[\s<>=!~\[;]", each)[0] for each in group if isinstance(each, str))


def _table(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _keys(value: object) -> Iterator[str]:
    yield from (key for key in _table(value) if key != "python")


def _runs_in_production(final: Stage) -> bool:
    if not final.facts.in_result or final.facts.is_windows or not starts_application(final):
        return False
    if not holds_application(final) or is_for_people(final) or is_mounted(final):
        return False
    words = {word.rpartition("/")[2] for word in started_words(final)}
    return words.isdisjoint(RUNNING)


def _whole_installs(step: Step) -> tuple[int, ...]:
    """The indices of the operations that install all that a project lists, as far as they say nothing of groups."""
    if step.kind is not Run:
        return ()
    return tuple(index for index, each in enumerate(step.operations) if _is_whole(each, step))


def _is_whole(operation: PackageOperation, step: Step) -> bool:
    row = PRODUCTION.get(operation.manager.name)
    if row is None or operation.operation is not Operation.INSTALL or operation.phrase not in row.phrases:
        return False
    if operation.packages or not _MAYBE.isdisjoint(operation.command.within):
        return False
    if operation.has_option(*row.decided_by, "--help", "--version", "--dry-run", "--package-lock-only"):
        return False
    if any(word.value is None and "$" in word.text for word in operation.command.arguments):
        return False
    environment = Environment(step, operation.command)
    return not any(_leaves_out(environment, name, values) for name, values in row.variables.items())


def _leaves_out(environment: Environment, name: str, values: frozenset[str]) -> bool:
    if name not in environment:
        return False
    value = environment.get(name)
    return value is None or not values or value.lower() in values


def _is_configured(build: Build, stage: Stage, step: Step, operation: PackageOperation) -> bool:
    name = operation.manager.name
    if any(name in each.once(_configured) for each in stage.steps[: step.index]):
        return True
    parent = stage.parent
    while parent is not None:
        if any(name in each.once(_configured) for each in build.stages[parent].steps):
            return True
        parent = build.stages[parent].parent
    commands = step.script.commands if step.script else ()
    return any(
        command.span.start < operation.command.span.start and name in _configures(command) for command in commands
    )


def _configured(step: Step) -> frozenset[str]:
    """The managers that a step tells for good to leave them out."""
    commands = step.script.commands if step.kind is Run and step.script else ()
    return frozenset(name for command in commands for name in _configures(command))


def _configures(command: Command) -> Iterator[str]:
    words = [word.value or "" for word in command.arguments]
    if not {"config", "set"}.intersection(words[:1]):
        return
    program = "bundler" if command.program == "bundle" else command.program
    row = PRODUCTION.get(program)
    if row and any(word.partition("=")[0] in row.config for word in words):
        yield program


def _prunes(step: Step, install: Step, operation: PackageOperation, row: Production) -> bool:
    """Whether a step takes them out of the folder again, or the folder away."""
    if step.kind is not Run or step.script is None:
        return False
    start = operation.command.span.start if step is install else -1
    for each in step.operations:
        if each.command.span.start <= start or each.manager.name != operation.manager.name:
            continue
        if (
            each.phrase in row.phrases
            and (each.has_option(*row.decided_by) or not _is_whole(each, step))
            and not each.packages
        ):
            return True
    name = posixpath.basename(row.folder)
    for command in step.script.commands:
        removes = command.program == "rm" and any(name in word.text for word in command.arguments)
        prunes = command.program in operation.manager.programs and not row.prunes.isdisjoint(
            word.value for word in command.arguments
        )
        if command.span.start > start and (removes or prunes or command.program in ("npm-prune", "modclean")):
            return True
    return False


def _builds(step: Step, install: Step, operation: PackageOperation) -> bool:
    """Whether a step may need a development dependency."""
    if step.kind is not Run or step.script is None:
        return False
    start = operation.command.span.start if step is install else -1
    ecosystem = operation.manager.ecosystem
    for each in step.operations:
        is_later = each.command.span.start > start and each.manager.ecosystem == ecosystem
        if is_later and each.operation is Operation.BUILD and each.phrase not in _NOT_BUILDING:
            return True
    return any(command.span.start > start and _may_need(command, ecosystem) for command in step.script.commands)


def _may_need(command: Command, ecosystem: str) -> bool:
    words = [word.value or word.text for word in command.words[command.start :]]
    if not words:
        return False
    if not BUILDING.get(ecosystem, frozenset()).isdisjoint(word.rpartition("/")[2] for word in words):
        return words[1:] not in (["--version"], ["-v"])
    if any(".bin/" in word or "vendor/bin/" in word for word in words):
        return True
    if command.program in SHELLS:
        return any(not word.startswith("-") for word in words[1:2])
    return words[0].startswith("./") or command.program in ("make", "gmake", "just", "task", "source", ".")


def _copy_into_result(build: Build, origin: Stage, target: str) -> Step | None:
    """The step that copies a folder of a stage, or one around it, into the image."""
    for index in build.structure.takers[origin.facts.index]:
        stage = build.stages[index]
        if not stage.facts.in_result:
            continue
        for step in stage.steps_about({"--from"}):
            if step.kind is Copy and _takes(build, stage, step, origin, target):
                return step
    return None


def _takes(build: Build, stage: Stage, step: Step, origin: Stage, target: str) -> bool:
    instruction = step.instruction
    assert isinstance(instruction, Copy)
    flag = instruction.flag("from")
    named = step.value(flag.value.text) if flag and flag.value else None
    if named is None or build.stage_named(named, stage.facts.index) is not origin:
        return False
    name = posixpath.basename(target)
    if any(each.name.text == "exclude" and each.value and name in each.value.text for each in instruction.flags):
        return False
    for source in instruction.sources:
        value = None if isinstance(source, Heredoc) else step.value(source.text)
        path = absolute(value, "/") if value else None
        if path and path != "/" and is_within(target, path):
            return True
    return False


def _starts_with_them(given: _Given, stage: Stage, step: Step, names: tuple[str, ...] | None) -> bool:
    """Whether the script that ``npm start`` stands for runs a development dependency, where it can be seen."""
    words, tree = given.started, given.tree
    programs = [word.rpartition("/")[2] for word in words]
    if tree is None or _STARTS.isdisjoint(programs):
        return False
    for operation in step.operations:
        if operation.manager.ecosystem != "node":
            continue
        text = _manifest(stage, step, operation, "package.json", tree)
        scripts = _table(_table(_loaded(text)).get("scripts")) if text else {}
        for word in words:
            used = set(re.findall(r"[\w@/:.-]+", str(scripts.get(word, ""))))
            if used & (RUNNING | set(names or ())):
                return True
    return False


def _loaded(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return None
