"""The rule size/apk-cache-left."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import pairwise

from layerwise.build.emptied import bare_removals
from layerwise.build.leftovers import clean_command, indexes_left
from layerwise.build.model import Stage, Step
from layerwise.build.operations import Operation, PackageOperation
from layerwise.build.relation import Alteration
from layerwise.build.runs import run_text
from layerwise.lint import Applicability, Edit, Finding, Fix, Severity, StageContext, rule
from layerwise.shell.join import add_option, append_command, remove_statement

INSTALLS = frozenset({Operation.INSTALL, Operation.UPGRADE})
ASKING = frozenset({"search", "fetch", "policy", "list", "query", "dot", "version"})
REFRESHING = ("-U", "--update", "--update-cache")


@rule(
    Stage,
    severity=Severity.WARNING,
    aliases=("DL3019", "DS-0025", "DKL-DI-0004"),
    fixes=(Applicability.SAFE,),
    changes=(Alteration.COMMAND_REMOVED,),
    about={"apk"},
)
def apk_cache_left(stage: Stage, ctx: StageContext) -> Iterator[Finding]:
    r"""`apk` keeps the package index that it has fetched, unless it is told not to.

    ## Why
    The index is some two megabytes under `/var/cache/apk`, on an image that has seven. With `--no-cache`, apk
    fetches it, uses it and keeps nothing, so that an `apk update` before it is not needed either.

    ## Example
    FROM alpine:3.20
    RUN apk update && apk add curl

    ## Use instead
    FROM alpine:3.20
    RUN apk add --no-cache curl

    ## Fix safety
    Safe: the same packages are installed from the same index. An `apk update` in front goes when all installs of its
    RUN fetch the index themselves, and nothing else there asks for it. One whose index later steps use stays, and
    then there is no fix for it. A later `rm /var/cache/apk/*`, which would fail now that nothing is
    there, is given `-f`.
    """
    if not stage.facts.in_result:
        return
    is_there = False
    for step in stage.steps:
        if "apk" not in step.tools:
            continue
        inner = step.trigger or step
        leaving = inner.once(_leaving)
        for index in leaving:
            operation = inner.operations[index]
            yield Finding(
                operation.place,
                _message(step, operation, is_there=is_there),
                fixes=partial(_lenient, stage, step, operation, ctx),
                reported_as=None if operation.operation is Operation.INSTALL else (),
            )
        is_there = is_there or (bool(leaving) and inner is step)


def _message(step: Step, operation: PackageOperation, *, is_there: bool) -> str:
    """:param is_there: an earlier layer carries an index, which apk takes unless it is told to fetch it anew."""
    if is_there and _uses_index(step) and not operation.has_option(*REFRESHING):
        return f"`{operation.spoken}` works from a package index that an earlier layer carries for good"
    return f"`{operation.spoken}` leaves its package index in the layer"


def _leaving(step: Step) -> tuple[int, ...]:
    """The indices of the operations that leave an index behind."""
    found = enumerate(step.operations)
    return tuple(index for index, each in found if each.manager.name == "apk" and _leaves(step, each))


def _leaves(step: Step, operation: PackageOperation) -> bool:
    """An index is left. An update in front of an install that is flagged itself does not count: its fix is the same."""
    if not indexes_left(step, operation) or operation.has_option(*operation.manager.no_cache_options):
        return False
    if operation.operation in INSTALLS:
        return True
    alone = operation.operation is Operation.UPDATE_INDEX and operation.subcommand is not None
    return alone and not any(_leaves(step, each) for each in _installs_behind(step, operation))


def _installs_behind(step: Step, operation: PackageOperation) -> list[PackageOperation]:
    return [
        each
        for each in step.operations
        if each.manager.name == "apk" and each.operation in INSTALLS and each.command.span > operation.command.span
    ]


def _fixes(stage: Stage, step: Step, operation: PackageOperation, ctx: StageContext) -> Iterator[Fix]:
    inner = step.trigger or step
    updates = [
        each
        for each in inner.operations
        if each.manager.name == "apk" and each.operation is Operation.UPDATE_INDEX and each.subcommand is not None
    ]
    is_needed = "apk" in stage.facts.feeds or any(
        "apk" in later.tools and (_uses_index(later) or later.once(_asks_index))
        for later in stage.steps[step.index + 1 :]
    )
    if operation.operation is Operation.UPDATE_INDEX:
        edits = () if is_needed else _without_index(step, operation, ctx)
        if edits:
            yield Fix("Leave no package index", *edits)
        return
    assert operation.subcommand is not None
    flag = add_option(operation.command, "--no-cache", after=operation.subcommand)
    if not updates:
        yield Fix("Add `--no-cache`", flag)
    elif not is_needed:
        yield from _without_updates(step, operation, updates, flag, ctx)


def _lenient(stage: Stage, step: Step, operation: PackageOperation, ctx: StageContext) -> Iterator[Fix]:
    """The fixes, with what makes later removals bear it that there is nothing to remove."""
    for fix in _fixes(stage, step, operation, ctx):
        removals = bare_removals(stage, step, operation.manager.indexes)
        yield Fix(fix.title, *fix.edits, *(add_option(each, "-f", after=each.name) for each in removals))


def _uses_index(step: Step) -> bool:
    """The step installs from an index that an earlier one has left."""
    own = [each for each in (step.trigger or step).operations if each.manager.name == "apk"]
    first = next((each for each in own if each.operation is Operation.UPDATE_INDEX or each.lives_on_earlier), None)
    return first is not None and first.operation is not Operation.UPDATE_INDEX


def _without_updates(
    step: Step, operation: PackageOperation, updates: list[PackageOperation], flag: Edit, ctx: StageContext
) -> Iterator[Fix]:
    """``--no-cache`` instead of an update in the same step, for all installs that leave an index there."""
    inner = step.trigger or step
    others = [each for each in _apk_installs(inner) if each is not operation and _leaves(inner, each)]
    flags = [flag, *(add_option(each.command, "--no-cache", after=each.subcommand) for each in others)]
    run = run_text(step, ctx.text)
    removals = [edit for each in updates for edit in (run and remove_statement(run, each.command)) or ()]
    if removals and not inner.once(_asks_index) and not _overlap(removals):
        yield Fix("Add `--no-cache` in place of `apk update`", *removals, *flags)
    elif others:
        yield Fix("Add `--no-cache`", flag)
    else:
        edits = _without_index(step, operation, ctx)
        if edits:
            yield Fix("Remove the package index in the step", *edits)


def _overlap(edits: list[Edit]) -> bool:
    spans = sorted(edit.span for edit in edits)
    return any(one.end > other.start for one, other in pairwise(spans))


def _asks_index(step: Step) -> bool:
    """Whether a step looks something up in an index that it does not fetch itself."""
    commands = step.script.commands if step.script else ()
    return any(
        each.program == "apk"
        and not ASKING.isdisjoint(words := [word.value for word in each.arguments])
        and {*REFRESHING, "--no-cache"}.isdisjoint(words)
        for each in commands
    )


def _apk_installs(step: Step) -> Iterator[PackageOperation]:
    return (each for each in step.operations if each.manager.name == "apk" and each.operation in INSTALLS)


def _without_index(step: Step, operation: PackageOperation, ctx: StageContext) -> tuple[Edit, ...]:
    """The update taken out where every install of the step fetches its own index, or else the index removed."""
    inner = step.trigger or step
    run = run_text(step, ctx.text)
    command = clean_command(inner, operation)
    if run is None or command is None:
        return ()
    behind = _installs_behind(inner, operation)
    if operation.operation is Operation.UPDATE_INDEX and behind:
        removal = None if inner.once(_asks_index) else remove_statement(run, operation.command)
        if removal:
            return removal
    edit = append_command(run, command)
    return (edit,) if edit else ()
