"""The rule size/package-index-left."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from layerwise.build.emptied import bare_removals
from layerwise.build.leftovers import clean_command, indexes_left
from layerwise.build.model import Stage, Step
from layerwise.build.operations import Operation, PackageOperation
from layerwise.build.package_lists import update_alone
from layerwise.build.runs import run_text
from layerwise.knowledge.packages import MANAGERS
from layerwise.lint import Applicability, Finding, Fix, Related, Severity, StageContext, rule
from layerwise.shell.join import add_option, append_command

REPORTED_AS = {
    "apt": ("DL3009", "DKL-DI-0005"),
    "aptitude": ("DL3009", "DKL-DI-0005"),
    "yum": ("DL3032", "DS-0015"),
    "dnf": ("DL3040", "DS-0019"),
    "microdnf": ("DL3040",),
    "zypper": ("DL3036", "DS-0020"),
}
DISTRIBUTIONS = frozenset(manager.name for manager in MANAGERS if manager.is_distribution and manager.name != "apk")
"""``apk`` has a rule of its own."""
FETCHES = {True: (Operation.UPDATE_INDEX,), False: (Operation.UPDATE_INDEX, Operation.INSTALL, Operation.UPGRADE)}
"""What fetches the lists: where an install needs them, an update alone, and else whatever comes first."""


@rule(
    Stage,
    severity=Severity.WARNING,
    aliases=(*("DL3009", "DL3032", "DL3036", "DL3040", "DS-0015", "DS-0019", "DS-0020", "DS-0027", "DKL-DI-0005"),),
    fixes=(Applicability.SAFE, Applicability.UNSAFE),
    about=DISTRIBUTIONS,
)
def package_index_left(stage: Stage, ctx: StageContext) -> Iterator[Finding]:
    r"""Package lists that an install has fetched stay in the layer, where nothing ever reads them.

    ## Why
    The lists of apt, and the caches of yum, dnf and zypper, are tens of megabytes. Nothing needs them when the
    image runs, and the next build fetches them anew. A later step that removes them saves nothing: a layer
    keeps what was written in it.

    ## Example
    RUN apt-get update && apt-get install -y --no-install-recommends curl

    ## Use instead
    RUN apt-get update && apt-get install -y --no-install-recommends curl && rm -rf /var/lib/apt/lists/*

    ## Fix safety
    Safe: it removes what the tool can fetch again. There is no fix where a later step, or a stage that is built
    on this one, installs from the same lists without an update of its own; join those steps first. Unsafe where no
    step at all installs from them, since they may be meant for what the container runs.
    """
    if not stage.facts.in_result or stage.facts.is_windows:
        return
    for step in stage.steps:
        if step.tools.isdisjoint(DISTRIBUTIONS):
            continue
        inner = step.trigger or step
        for operation in _at(inner, inner.once(_left)):
            yield Finding(
                operation.place,
                _message(stage, step, operation),
                fixes=partial(_fixes, stage, step, operation, ctx),
                related=[Related(use.place, "The lists are still used here") for use in _uses(stage, step, operation)],
                reported_as=REPORTED_AS.get(operation.manager.name, ()),
            )


def _message(stage: Stage, step: Step, operation: PackageOperation) -> str:
    reader = "no step" if _is_for_container(stage, step) else "nobody"
    return f"`{operation.spoken}` leaves {_what(operation)} in the layer: tens of megabytes that {reader} reads"


def _is_for_container(stage: Stage, step: Step) -> bool:
    """Whether a RUN fetches lists that no install of the build can use, so that they may be meant for the container."""
    update = update_alone(step.trigger or step)
    return update is not None and not any(_uses(stage, step, update))


def _what(operation: PackageOperation) -> str:
    return "its package lists" if operation.manager.installs_from_index else f"`{operation.manager.indexes[0]}`"


def _at(step: Step, indices: tuple[int, ...]) -> list[PackageOperation]:
    return [step.operations[index] for index in indices]


def _left(step: Step) -> tuple[int, ...]:
    """The indices of the first operations of each tool in a step that leave its lists there."""
    found: list[int] = []
    seen: set[tuple[str, ...]] = set()
    for index, operation in enumerate(step.operations):
        manager = operation.manager
        if manager.name not in DISTRIBUTIONS or manager.indexes in seen:
            continue
        if operation.operation in FETCHES[manager.installs_from_index] and indexes_left(step, operation):
            seen.add(manager.indexes)
            found.append(index)
    return tuple(found)


def _uses(stage: Stage, step: Step, operation: PackageOperation) -> Iterator[PackageOperation]:
    """What later steps install from these lists."""
    for later in stage.steps[step.index + 1 :]:
        for each in () if later.tools.isdisjoint(DISTRIBUTIONS) else later.operations:
            if each.manager.indexes != operation.manager.indexes:
                continue
            if each.operation is Operation.UPDATE_INDEX:
                return
            if each.lives_on_earlier:
                yield each
                return


def _fixes(stage: Stage, step: Step, operation: PackageOperation, ctx: StageContext) -> Iterator[Fix]:
    inner = step.trigger or step
    command = clean_command(inner, operation)
    run = run_text(step, ctx.text)
    if command is None or run is None or operation.manager.name in stage.facts.feeds:
        return
    if any(_uses(stage, step, operation)):
        return
    related = [each for each in inner.operations if each.manager.indexes == operation.manager.indexes]
    incomplete = next((each for each in related if each.operation is Operation.CLEAN), None)
    if incomplete is not None and incomplete.subcommand is not None and command.endswith(" --all"):
        yield Fix("Clean all of it", add_option(incomplete.command, "--all", after=incomplete.subcommand))
        return
    edit = append_command(run, command) or append_command(run, command, after=related[-1].command)
    if edit is not None:
        # Without these the removals would fail, now that nothing is there.
        removals = bare_removals(stage, step, operation.manager.indexes)
        lenient = (add_option(each, "-f", after=each.name) for each in removals)
        is_meant = _is_for_container(stage, step)
        yield Fix(
            f"Add `{command}` to the step",
            edit,
            *lenient,
            applicability=Applicability.UNSAFE if is_meant else Applicability.SAFE,
            note="Something that the container runs may install from these lists" if is_meant else "",
        )
