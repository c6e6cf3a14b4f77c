"""The rule size/npm-cache-left."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from layerwise.build.dependencies.folders import is_within, placed_commands
from layerwise.build.leftovers import all_caches_left, clean_command
from layerwise.build.model import Stage, Step
from layerwise.build.operations import Operation, PackageOperation
from layerwise.build.runs import run_text
from layerwise.lint import Applicability, Finding, Fix, Severity, StageContext, rule
from layerwise.shell.join import append_command
from layerwise.syntax.tree import Run

TOOLS = frozenset({"npm", "yarn"})
FETCHING = frozenset({Operation.INSTALL, Operation.UPGRADE})
LATER_YARN = ("--immutable", "--immutable-cache", "--check-cache", "--mode")
FIRST_YARN = ("--frozen-lockfile", "--pure-lockfile", "--production", "--prod", "--non-interactive", "--no-lockfile")
"""Options by which one sees which release of yarn it is: the later ones run from their cache."""
NOTHING_FETCHED = ("--package-lock-only", "--dry-run", "--offline")


@rule(
    Stage,
    severity=Severity.INFORMATION,
    aliases=("DL3060",),
    fixes=(Applicability.SAFE, Applicability.UNSAFE),
    about=TOOLS,
)
def npm_cache_left(stage: Stage, ctx: StageContext) -> Iterator[Finding]:
    r"""npm and yarn leave all that they have downloaded in the layer, next to what they have installed.

    ## Why
    `npm ci` keeps each package as an archive under `~/.npm/_cacache`, yarn under its cache folder. Nothing reads
    that when the container runs: the same packages are shipped twice. Removing them in a later step saves nothing,
    since a layer keeps what was written in it.

    pnpm is left alone: what it has in its store and in `node_modules` are the same files under two names.

    ## Example
    FROM node:22-slim
    RUN npm ci

    ## Use instead
    FROM node:22-slim
    RUN npm ci && npm cache clean --force

    ## Fix safety
    Safe: the packages are installed, and the next install fetches what it needs. For yarn it is unsafe where
    nothing shows that it is its first release: the later ones may run the program from their cache.
    """
    if not stage.facts.in_result or stage.facts.is_windows:
        return
    for step in stage.steps:
        if step.tools.isdisjoint(TOOLS):
            continue
        inner = step.trigger or step
        for index in inner.once(_leaving):
            operation = inner.operations[index]
            place = inner.once(all_caches_left)[index][0]
            yield Finding(
                operation.place,
                f"`{operation.spoken}` leaves its downloads in the layer, under `{place}`",
                fixes=partial(_clean, step, operation, ctx),
                reported_as=None if operation.manager.name == "yarn" else (),
            )


def _leaving(step: Step) -> tuple[int, ...]:
    """The indices of the operations that leave a cache, the first of each tool."""
    network = step.instruction.flag("network")
    if network and network.value and network.value.text.lower() == "none":
        return ()
    found: dict[str, int] = {}
    for index, operation in enumerate(step.operations):
        manager = operation.manager
        if manager.name not in TOOLS or operation.operation not in FETCHING or manager.name in found:
            continue
        if operation.has_option(*NOTHING_FETCHED) or (manager.name == "yarn" and operation.has_option(*LATER_YARN)):
            continue
        if step.once(all_caches_left)[index] and not _installs_into_a_mount(step, operation):
            found[manager.name] = index
    return tuple(found.values())


def _installs_into_a_mount(step: Step, operation: PackageOperation) -> bool:
    """Whether nothing is kept of an install but its cache, which therefore is what it is for."""
    run = step.instruction
    targets = [mount.target for mount in run.mounts if mount.target] if isinstance(run, Run) else []
    if not targets or "global" in operation.phrase or operation.has_option("-g", "--global"):
        return False
    placed = next(
        (each for each in placed_commands(step, step.before.workdir or "/?") if each.command is operation.command), None
    )
    return placed is not None and placed.folder is not None and any(is_within(placed.folder, each) for each in targets)


def _clean(step: Step, operation: PackageOperation, ctx: StageContext) -> Iterator[Fix]:
    inner = step.trigger or step
    command = clean_command(inner, operation)
    if any(each.operation is Operation.REMOVE for each in inner.operations):
        # The tool itself may be gone at the end of the step.
        place = inner.once(all_caches_left)[inner.operations.index(operation)][0]
        command = f"rm -rf {place}"
    run = run_text(step, ctx.text)
    if command is None or run is None:
        return
    edit = append_command(run, command) or append_command(run, command, after=operation.command)
    if edit is None:
        return
    is_sure = operation.manager.name != "yarn" or operation.has_option(*FIRST_YARN) or "global" in operation.phrase
    yield Fix(
        f"Add `{command}` to the step",
        edit,
        applicability=Applicability.SAFE if is_sure else Applicability.UNSAFE,
        note="" if is_sure else "A later release of yarn may run the program from its cache",
    )
