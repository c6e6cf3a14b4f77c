"""The rule cache/defeated-cache-mount."""

from __future__ import annotations

from collections.abc import Iterator

from layerwise.build.defeats import ARCHIVES, DOCKER_CLEAN, defeats, is_hooked, looks_like_cache
from layerwise.build.dependencies.folders import is_within
from layerwise.build.environment import Environment
from layerwise.build.model import Stage, Step
from layerwise.build.mounting import cache_places, mount_value
from layerwise.build.mounts import CacheMount, cache_mounts, has_cache_mount
from layerwise.build.operations import Operation, PackageOperation
from layerwise.build.relation import Alteration
from layerwise.build.runs import run_text
from layerwise.build.settings import PIP_CONFIGURED
from layerwise.lint import Applicability, Edit, Finding, Fix, Severity, StageContext, rule
from layerwise.shell.join import RunText, prepend_command
from layerwise.syntax.tree import Onbuild, Run

PLAIN_KEYS = frozenset({"type", "target", "dst", "destination", "sharing"})


@rule(
    Stage,
    severity=Severity.WARNING,
    fixes=(Applicability.SAFE, Applicability.UNSAFE),
    changes=(
        Alteration.OPTION_REMOVED,
        Alteration.CLEANUP_REMOVED,
        Alteration.COMMAND_REWRITTEN,
        Alteration.MOUNT_REMOVED,
    ),
)
def defeated_cache_mount(stage: Stage, ctx: StageContext) -> Iterator[Finding]:
    r"""A cache mount that stays empty, or that the same step empties again: it costs a little and saves nothing.

    ## Why
    A cache mount keeps a folder from one build to the next. `--no-cache-dir` and its kin keep the tool from using
    that folder, `rm -rf` and clean commands empty it before the step ends, and a mount on a folder that the tool
    does not use (another home, another `PIP_CACHE_DIR` or `GOMODCACHE`) sees none of it. What is in a cache mount
    is in no layer, so that none of this makes the image smaller.

    The images of Debian and Ubuntu have a hook, `docker-clean`, that removes what apt has downloaded right after
    each install.

    ## Example
    FROM python:3.12-slim
    RUN --mount=type=cache,target=/root/.cache/pip pip install --no-cache-dir flask

    ## Use instead
    FROM python:3.12-slim
    RUN --mount=type=cache,target=/root/.cache/pip pip install flask

    ## Fix safety
    Safe: options and clean-ups that concern nothing but the mounted folder are taken out, and a target that is
    surely wrong is corrected. Removing the hook `docker-clean` is unsafe: an install without a mount, in a later
    step or in the running container, then keeps its downloads.
    """
    if stage.facts.is_windows:
        return
    hook_reported = False
    for step in stage.steps:
        if step.kind not in (Run, Onbuild) or not step.tools or not step.once(_mounts):
            continue
        inner = step.trigger or step
        if not inner.once(_is_suspect):
            continue
        mounts = [mount for mount in cache_mounts(inner) if not mount.is_seeded]
        run = run_text(step, ctx.text)
        if run is None or not mounts:
            continue
        targets = [mount.target for mount in mounts]
        for defeat in defeats(run, inner, targets):
            fix = Fix(defeat.title, *defeat.edits) if defeat.edits else None
            yield Finding(defeat.span, defeat.message, fix=fix)
        hooked = None if hook_reported else _hooked(inner, mounts, stage)
        if hooked:
            hook_reported = True
            yield _hook(run, *hooked)
        yield from _elsewhere(inner, mounts)


def _mounts(step: Step) -> bool:
    instruction = step.instruction
    return has_cache_mount(instruction.trigger if isinstance(instruction, Onbuild) else instruction)


def _is_suspect(step: Step) -> bool:
    """A look at what does not depend on the place of a step; for ``Step.once``."""
    commands = step.script.commands if step.script else ()
    if not step.tools.isdisjoint(("apt", "aptitude")) or any(command.program == "rm" for command in commands):
        return True
    for operation in step.operations:
        if operation.operation is Operation.CLEAN or operation.has_option(*operation.manager.no_cache_options):
            return True
    return any(_elsewhere(step, [mount for mount in cache_mounts(step) if not mount.is_seeded]))


def _hooked(step: Step, mounts: list[CacheMount], stage: Stage) -> tuple[CacheMount, PackageOperation] | None:
    mount = next((each for each in mounts if is_within(ARCHIVES, each.target)), None)
    operation = next((each for each in step.operations if is_hooked(step, each, stage.facts)), None)
    return (mount, operation) if mount and operation else None


def _hook(run: RunText, mount: CacheMount, operation: PackageOperation) -> Finding:
    assert run.script is not None
    edit = prepend_command(run, f"rm -f {DOCKER_CLEAN}", before=run.script.commands[0])
    return Finding(
        mount.flag.span,
        "The image's own `docker-clean` removes what apt downloads, so that this mount stays empty",
        fix=Fix(
            "Remove the hook `docker-clean` first",
            edit,
            applicability=Applicability.UNSAFE,
            note="An install without a mount then keeps its downloads",
        )
        if edit
        else None,
    )


def _elsewhere(step: Step, mounts: list[CacheMount]) -> Iterator[Finding]:
    """Mounts on a folder that the tool of the step does not use, and those that a variable turns off."""
    reported: set[str] = set()
    for operation in step.operations:
        manager = operation.manager
        if operation.operation is Operation.CLEAN or operation.operation not in manager.filled_by:
            continue
        environment = Environment(step, operation.command)
        places = cache_places(step, operation)
        if places is None or manager.name in reported:
            continue
        covering = next((each for each in mounts if any(is_within(place, each.target) for place in places)), None)
        if covering:
            for switch in manager.switches:
                if (environment.get(switch.name) or "").lower() in switch.values:
                    reported.add(manager.name)
                    yield Finding(covering.flag.span, f"`{switch.name}` keeps {manager.name} from using this mount")
            continue
        wrong = [each for each in mounts if looks_like_cache(each.target, manager.name)]
        if len(wrong) == len(places) == 1 and _is_sure(step, environment, operation):
            reported.add(manager.name)
            yield _wrong(step, wrong[0], places[0], operation)


def _is_sure(step: Step, environment: Environment, operation: PackageOperation) -> bool:
    """Whether the folder of the tool is known beyond doubt."""
    manager = operation.manager
    if manager.is_distribution or PIP_CONFIGURED in step.before.tool_settings:
        return False
    if any(name in environment for folder in (*manager.caches, *manager.mounts) for name, _ in folder.moved_by):
        return True
    has_home = step.before.complete or step.before.user is not None
    return has_home and environment.home is not None and "config" not in (word.text for word in operation.command.words)


def _wrong(step: Step, mount: CacheMount, place: str, operation: PackageOperation) -> Finding:
    keys = {key.name.text.lower() for key in mount.flag.keys}
    target = next(key.value for key in mount.flag.keys if key.name.text.lower() in ("target", "dst", "destination"))
    assert target is not None
    if keys <= PLAIN_KEYS:
        edit = Edit(mount.flag.span, f"--mount={mount_value(step, place, operation.manager)}")
    else:
        edit = Edit(target.span, place)
    name = operation.manager.name
    return Finding(
        mount.flag.span,
        f"`{operation.spoken}` does not use this mount: its cache lies under `{place}`",
        fix=Fix(f"Mount the folder that {name} uses", edit),
    )
