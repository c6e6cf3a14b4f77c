"""The rule cache/missing-cache-mount."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from itertools import pairwise

from layerwise.build.defeats import DOCKER_CLEAN, defeats, may_be_hooked
from layerwise.build.dependencies.folders import is_within
from layerwise.build.emptied import bare_removals
from layerwise.build.model import Stage, Step
from layerwise.build.mounting import cache_places, mount_values
from layerwise.build.mounts import cache_targets
from layerwise.build.operations import Operation, PackageOperation
from layerwise.build.package_lists import lives_on_lists
from layerwise.build.package_names import package_name
from layerwise.build.relation import Alteration
from layerwise.build.runs import run_text
from layerwise.knowledge.packages import MANAGERS, PackageManager
from layerwise.knowledge.weights import is_heavy_package
from layerwise.lint import Applicability, Edit, Finding, Fix, Related, Severity, StageContext, rule
from layerwise.lint.mounts import written_mounts
from layerwise.shell.join import add_option, prepend_command
from layerwise.syntax.tree import Cmd, Entrypoint, Run

TOOLS = frozenset(manager.name for manager in MANAGERS if manager.caches and manager.name not in ("gem", "r", "emerge"))
OFFLINE = ("--no-index", "--dry-run", "--offline", "-o", "--no-network")
MANY = 6
"""Packages of a distribution in one step, from which on they take a while to fetch."""
MANY_OF_ALPINE = 12
"""The same for apk, whose packages are a fraction of that size."""
SEVERAL = 3
"""The same for what is installed by name with one of ``SMALL``."""
SMALL = frozenset({"pip", "uv", "npm", "yarn", "pnpm", "bun", "composer"})
"""Package managers that one also uses to install some tool by its name."""
ELSEWHERE = ("--installroot", "--root", "-p")
"""Options by which a package manager keeps its downloads below another root."""
FETCHING_NOTHING: Mapping[str, tuple[str, ...]] = {"mix": ("local.", "archive."), "go": ("generate",)}
"""How subcommands begin that leave the cache alone: what ``mix`` installs for itself, and what only runs generators."""
KEEPING = dict.fromkeys(("yum", "dnf", "microdnf"), "--setopt=keepcache=1")
"""What has a tool keep the packages that it has installed, where it would only keep their lists."""
KEEP = """echo 'Binary::apt::APT::Keep-Downloaded-Packages "true";' > /etc/apt/apt.conf.d/keep-cache"""
"""For ``apt``, which unlike ``apt-get`` removes its downloads by itself."""


@rule(
    Stage,
    severity=Severity.HINT,
    fixes=(Applicability.UNSAFE,),
    changes=(
        Alteration.OPTION_REMOVED,
        Alteration.COMMAND_ADDED,
        Alteration.CLEANUP_REMOVED,
        Alteration.COMMAND_REWRITTEN,
    ),
    about=TOOLS,
)
def missing_cache_mount(stage: Stage, ctx: StageContext) -> Iterator[Finding]:
    r"""A package manager or compiler starts from nothing each time its step is built, although its cache could be kept.

    ## Why
    When one line of a lock file changes, the step is built again, and everything is downloaded and compiled again.
    With a cache mount the builder keeps the tool's own cache from one build to the next, outside of the image: only
    what is new is fetched, and no clean-up is needed.

    The packages of a distribution are fetched again only when the step itself or what is below it changes. So a step
    that installs a few small ones is left alone, and one that removes what it has installed.

    ## Example
    FROM python:3.12-slim
    RUN pip install --no-cache-dir -r requirements.txt

    ## Use instead
    FROM python:3.12-slim
    RUN --mount=type=cache,target=/root/.cache/pip pip install -r requirements.txt

    ## Fix safety
    Unsafe: only BuildKit knows cache mounts, and a builder that is thrown away after each build has nothing to keep.
    The mount is put on the folder that the tool uses for the user in force, on each step of the stage that uses
    the tool; options and clean-ups that would empty it are taken out, and with apt the hook `docker-clean` of
    Debian's images. There is no fix where a stage that is built on this one, or the container, lives on the cache,
    nor where an install reads package lists that an earlier step has left in its layer: a mount would hide them. The
    same goes for packages that the stage below has fetched, so that the rule is silent on what is built from those.
    """
    if stage.facts.is_windows or not stage.facts.takes_mounts or not stage.facts.reachable:
        return
    by_tool: dict[str, list[tuple[Step, tuple[PackageOperation, ...]]]] = {}
    for step in stage.steps:
        if step.kind is not Run or step.tools.isdisjoint(TOOLS):
            continue
        for name, indices in step.once(_lacking).items():
            operations = tuple(step.operations[index] for index in indices)
            by_tool.setdefault(name, []).append((step, operations))
    for name, found in by_tool.items():
        if name in stage.facts.feeds or _runs_it(stage, found[0][1][0]):
            continue
        if name in stage.facts.fed and found[0][1][0].manager.feeds_later:
            continue  # It starts from what the stage below has fetched, which a mount would hide.
        first = next((operations[0] for step, operations in found if _is_worth_it(step, operations)), None)
        if first is None:
            continue
        yield Finding(
            first.place,
            f"`{first.spoken}` starts from nothing at each build of this step: a cache mount would keep {_what(first)}",
            fix=partial(_fix, stage, found, ctx),
            related=[Related(each[0].place, "Here too") for _, each in found if each[0] is not first],
        )


def _is_worth_it(step: Step, operations: tuple[PackageOperation, ...]) -> bool:
    """Whether there is much to fetch again, or a reason to do it often.

    What a project depends on changes with the project. Packages that a line names are fetched again only when that
    line changes, so that a few small ones are not worth a mount, nor are those that the same step removes.
    """
    manager = operations[0].manager
    if not manager.is_distribution and manager.name not in SMALL:
        return True
    if any(each.operation is Operation.REMOVE and each.manager is manager for each in step.operations):
        return False
    names = [package_name(word.text) for each in operations for word in each.packages if not _is_option(word.text)]
    if not manager.is_distribution and any(not each.packages or _has_manifest(each) for each in operations):
        return True
    many = MANY_OF_ALPINE if manager.name == "apk" else MANY if manager.is_distribution else SEVERAL
    return len(names) >= many or any(map(is_heavy_package, names))


def _has_manifest(operation: PackageOperation) -> bool:
    return operation.has_option("-r", "--requirement", "-e", "--editable") or any(
        word.text.strip("'\"").startswith((".", "/", "$")) for word in operation.packages
    )


def _is_option(text: str) -> bool:
    return text.startswith(("-", "$"))


def _what(operation: PackageOperation) -> str:
    compiles = operation.operation is Operation.BUILD and operation.manager.name == "go"
    return "its downloads and what it has compiled" if compiles else "its downloads"


def _lacking(step: Step) -> Mapping[str, tuple[int, ...]]:
    """By tool the indices of the operations that have no cache mount; for ``Step.once``."""
    network = step.instruction.flag("network")
    if network and network.value and network.value.text.lower() == "none":
        return {}
    found: dict[str, list[int]] = {}
    settled: set[str] = set()
    for index, operation in enumerate(step.operations):
        manager = operation.manager
        if manager.name not in TOOLS or not _fills(operation):
            continue
        places = cache_places(step, operation)
        if places is None or any(is_within(each, target) for each in places for target in cache_targets(step)):
            settled.add(manager.name)
        else:
            found.setdefault(manager.name, []).append(index)
    return {name: tuple(indices) for name, indices in found.items() if name not in settled}


def _fills(operation: PackageOperation) -> bool:
    manager = operation.manager
    if operation.operation not in manager.filled_by or operation.has_option(
        *OFFLINE[: 5 if manager.name == "maven" else 3]
    ):
        return False
    if manager.name == "dotnet" and (operation.option("--add-source") or "").startswith(("/", ".")):
        return False
    subcommand = operation.subcommand.text if operation.subcommand else ""
    if subcommand.startswith(FETCHING_NOTHING.get(manager.name, ())):
        return False
    # What is installed from a file is not fetched.
    packages = operation.packages
    if manager.is_distribution and operation.has_option(*ELSEWHERE[: 3 if manager.name == "apk" else 2]):
        return False
    return not packages or not all(_is_file(word.text, manager) for word in packages)


def _is_file(text: str, manager: PackageManager) -> bool:
    if manager.name in ("pip", "uv"):
        return text.endswith(".whl") or "/wheels/" in text
    # Elsewhere a path is that of a project, whose dependencies are fetched: ``go build ./cmd/tool``.
    return manager.is_distribution and text.startswith(("/", "./"))


def _runs_it(stage: Stage, operation: PackageOperation) -> bool:
    """Whether the container calls the tool, and may want to find there what it has fetched."""
    if not stage.facts.in_result or not operation.manager.feeds_later:
        return False
    starting = (step for step in stage.steps if step.kind in (Cmd, Entrypoint))
    words = {word.text for step in starting for word in step.instruction.arguments[:4]}
    return not words.isdisjoint({*operation.manager.programs, "./mvnw", "./gradlew"})


def _fix(stage: Stage, found: list[tuple[Step, tuple[PackageOperation, ...]]], ctx: StageContext) -> Fix | None:
    if any(_needs_what_is_hidden(step, operations) for step, operations in found):
        return None
    edits: list[Edit] = []
    for index, (step, operations) in enumerate(found):
        values = mount_values(step, operations)
        run = run_text(step, ctx.text)
        if not values or run is None:
            return None
        mounts = written_mounts(step, values, ctx)
        targets = [place for each in operations for place in cache_places(step, each) or ()]
        in_the_way = [each.edits for each in defeats(run, step, targets)]
        if mounts is None or None in in_the_way or _makes_folders(step, targets):
            return None
        edits += [mounts, *(edit for each in in_the_way for edit in each or ()), *_keeping(operations)]
        if not index and any(may_be_hooked(step, each) for each in operations):
            uses_apt = any(each.command.program == "apt" for each in operations)
            text = f"rm -f {DOCKER_CLEAN}" + (f" && {KEEP}" if uses_apt else "")
            hook = prepend_command(run, text, before=run.script.commands[0])
            if hook is None:
                return None
            edits.append(hook)
    first = found[0][0]
    manager = found[0][1][0].manager
    places = {place for step, operations in found for each in operations for place in cache_places(step, each) or ()}
    places.update(manager.indexes)
    edits += (add_option(each, "-f", after=each.name) for each in bare_removals(stage, first, places))
    ordered = sorted(edits, key=lambda edit: edit.span)
    if any(one.span.end > other.span.start for one, other in pairwise(ordered)):
        return None
    return Fix(
        f"Keep the cache of {manager.name} in a cache mount",
        *edits,
        applicability=Applicability.UNSAFE,
        note="Only BuildKit knows cache mounts",
        optimizes=True,
    )


def _makes_folders(step: Step, targets: Iterable[str]) -> bool:
    """Whether the step makes a folder below a target, which is there already where a mount has kept it."""
    commands = step.script.commands if step.script else ()
    words = [word.text for each in commands if each.program == "mkdir" for word in each.arguments]
    return any(is_within(text, target) for text in words for target in targets)


def _keeping(operations: Iterable[PackageOperation]) -> Iterator[Edit]:
    for each in operations:
        option = KEEPING.get(each.manager.name)
        words = " ".join(word.text for word in each.command.words)
        if option and each.subcommand and each.operation is not Operation.UPDATE_INDEX and "keepcache=" not in words:
            yield add_option(each.command, option, after=each.subcommand)


def _needs_what_is_hidden(step: Step, operations: Iterable[PackageOperation]) -> bool:
    """Whether an install reads package lists that an earlier step has left in its layer."""
    return any(each.manager.installs_from_index for each in operations) and lives_on_lists([step])
