"""The rule size/download-cache-left."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from layerwise.build.defeats import defeats
from layerwise.build.leftovers import all_caches_left, clean_command
from layerwise.build.model import Stage, Step
from layerwise.build.mounting import cache_places, mount_values
from layerwise.build.operations import Operation, PackageOperation
from layerwise.build.relation import Alteration
from layerwise.build.runs import run_text
from layerwise.knowledge.packages import MANAGERS, PackageManager
from layerwise.lint import Applicability, Edit, Finding, Fix, Related, Severity, StageContext, rule
from layerwise.lint.mounts import written_mounts
from layerwise.shell.join import add_option, append_command

ECOSYSTEMS = frozenset({"python", "conda", "ruby", "php", "rust", "go"})
TOOLS = frozenset(manager.name for manager in MANAGERS if manager.ecosystem in ECOSYSTEMS and manager.clean)
OFFLINE = ("--no-index", "--dry-run", "--download-only", "--offline")
"""With these nothing is fetched, or nothing but the cache is the purpose."""


@rule(
    Stage,
    severity=Severity.WARNING,
    aliases=("DL3042",),
    fixes=(Applicability.SAFE, Applicability.UNSAFE),
    changes=(Alteration.CLEANUP_REMOVED, Alteration.OPTION_REMOVED),
    about=TOOLS,
)
def download_cache_left(stage: Stage, ctx: StageContext) -> Iterator[Finding]:
    r"""An install leaves what it has downloaded in the layer, next to what it has installed.

    ## Why
    pip, uv, poetry, conda, gem, composer, cargo and go keep their downloads so that the next install is faster.
    In an image there is no next install: the bytes are shipped twice, once as packages and once as archives.
    Removing them in a later step saves nothing, since a layer keeps what was written in it.

    ## Example
    FROM python:3.12-slim
    RUN pip install flask

    ## Use instead
    FROM python:3.12-slim
    RUN pip install --no-cache-dir flask

    ## Fix safety
    Safe where the tool has an option for it, or a command that removes the downloads in the same step. For
    cargo and go it is unsafe, since a program in the image may call them again, and not offered where a later
    step does. The other fix keeps the downloads in a cache mount, from one build to the next. It is unsafe
    because only BuildKit knows such mounts.

    `PIP_NO_CACHE_DIR` turns pip's cache off whatever truth value it has, `0` and `off` too; only an empty value
    leaves it on.
    """
    if not stage.facts.in_result or stage.facts.is_windows:
        return
    reported: set[str] = set()
    for step in stage.steps:
        if step.tools.isdisjoint(TOOLS):
            continue
        inner = step.trigger or step
        mounts: dict[str, tuple[Fix, ...]] = {}
        for index, places in inner.once(_leaving):
            operation = inner.operations[index]
            if operation.manager.name in reported:
                continue
            later = _later(stage, step, operation)
            if later:
                reported.add(operation.manager.name)
            if operation.manager.name not in mounts:
                users = [inner, *dict.fromkeys(user for user, _ in later)]
                mounts[operation.manager.name] = tuple(_mount(users, operation.manager, ctx))
            yield Finding(
                operation.place,
                f"`{operation.spoken}` leaves its cache in the layer, under `{places[0]}`",
                fixes=[*_fixes(stage, step, operation, later, ctx), *mounts[operation.manager.name]],
                related=[Related(each.place, "It is filled further here") for _, each in later],
                reported_as=None if operation.manager.name == "pip" else (),
            )


def _leaving(step: Step) -> tuple[tuple[int, tuple[str, ...]], ...]:
    """The indices of the operations that leave a cache behind, and where it lies.

    Of several that one and the same clean-up will serve, the first.
    """
    network = step.instruction.flag("network")
    if network and network.value and network.value.text.lower() == "none":
        return ()
    found: list[tuple[int, tuple[str, ...]]] = []
    cleaned: set[str] = set()
    for index, operation in enumerate(step.operations):
        manager = operation.manager
        if manager.name not in TOOLS or manager.name in cleaned:
            continue
        if operation.operation is Operation.CLEAN or operation.has_option(*OFFLINE):
            continue
        places = step.once(all_caches_left)[index]
        if places:
            found.append((index, places))
            if manager.no_cache is None:
                cleaned.add(manager.name)
    return tuple(found)


def _later(stage: Stage, step: Step, operation: PackageOperation) -> list[tuple[Step, PackageOperation]]:
    """The later operations of a tool that finds there what this one has fetched, and adds to it."""
    if not operation.manager.feeds_later:
        return []
    return [
        (later, each)
        for later in stage.steps[step.index + 1 :]
        if operation.manager.name in later.tools
        for each in later.operations
        if each.manager is operation.manager and each.lives_on_earlier
    ]


def _fixes(
    stage: Stage,
    step: Step,
    operation: PackageOperation,
    later: list[tuple[Step, PackageOperation]],
    ctx: StageContext,
) -> Iterator[Fix]:
    manager = operation.manager
    if manager.cache_option and operation.has_option(manager.cache_option):
        pass
    elif manager.no_cache and operation.subcommand:
        yield Fix(
            f"Add `{manager.no_cache}`", add_option(operation.command, manager.no_cache, after=operation.subcommand)
        )
    elif not later and manager.name not in stage.facts.feeds:
        yield from _clean(step, operation, ctx)


def _clean(step: Step, operation: PackageOperation, ctx: StageContext) -> Iterator[Fix]:
    command = clean_command(step.trigger or step, operation)
    run = run_text(step, ctx.text)
    if command is None or run is None:
        return
    edit = append_command(run, command) or append_command(run, command, after=operation.command)
    if edit is not None:
        is_unsafe = operation.manager.feeds_later
        yield Fix(
            f"Add `{command}` to the step",
            edit,
            applicability=Applicability.UNSAFE if is_unsafe else Applicability.SAFE,
            note=f"A {operation.manager.name} in the running container has to fetch them again" if is_unsafe else "",
        )


def _mount(steps: list[Step], manager: PackageManager, ctx: StageContext) -> Iterator[Fix]:
    """A cache mount on each step in whose layer the caches of a tool stay."""
    edits: list[Edit] = []
    for step in steps:
        values = step.once(_mounts)[manager.name]
        if values is None:
            return
        edit = written_mounts(step, values, ctx)
        if edit is None:
            continue
        in_the_way = _in_the_way(step, manager.name, ctx)
        if in_the_way is None:
            return
        edits += [edit, *in_the_way]
    if edits:
        yield Fix(
            "Keep its cache in a cache mount",
            *edits,
            applicability=Applicability.UNSAFE,
            note="Only BuildKit knows cache mounts",
            optimizes=True,
        )


def _in_the_way(step: Step, manager: str, ctx: StageContext) -> list[Edit] | None:
    """The edits that take out what would empty the mounts; None where that cannot be done."""
    run = run_text(step, ctx.text)
    own = [each for each in step.operations if each.manager.name == manager]
    targets = [place for each in own for place in cache_places(step, each) or ()]
    edits: list[Edit] = []
    for each in defeats(run, step, targets) if run else ():
        if each.edits is None:
            return None
        edits += each.edits
    ordered = sorted(edits, key=lambda edit: edit.span)
    return None if any(a.span.end > b.span.start for a, b in pairwise(ordered)) else edits


def _mounts(step: Step) -> dict[str, tuple[str, ...] | None]:
    """By tool the values of ``--mount`` that keep its caches out of a step; None when their place is unknown."""
    leaving: dict[str, list[PackageOperation]] = {}
    for operation, left in zip(step.operations, step.once(all_caches_left), strict=True):
        leaving.setdefault(operation.manager.name, []).extend([operation] if left else [])
    return {name: mount_values(step, operations) for name, operations in leaving.items()}
