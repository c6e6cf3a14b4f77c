"""What is carried over of a project in Node or PHP, and which of its folders are in any interpreted language."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence

from layerwise.build.dependencies.folders import Placed, absolute, is_within
from layerwise.build.model import Stage
from layerwise.build.operations import Operation, PackageOperation
from layerwise.build.splitting.contract import Carried, UnsplittableError
from layerwise.build.splitting.starting import Start
from layerwise.build.splitting.traffic import Traffic
from layerwise.knowledge.development import PRODUCTION
from layerwise.shell.tree import Command
from layerwise.syntax.tree import Run, Transfer

_BUILDING = frozenset({"build", "compile", "tsc", "build:prod"})


def is_build(command: Command) -> bool:
    """Whether a command makes what runs out of the source."""
    return bool(_BUILDING & {word.value or "" for word in command.arguments}) or command.program == "tsc"


def node_files(image: str, stage: Stage, start: Start, placed: Sequence[Placed], sources: Sequence[str]) -> Carried:
    """The folder of the project, without what only the build needs where a command can take that out."""
    if start.program not in ("node", "npm", "yarn", "pnpm", "npx"):
        raise UnsplittableError(f"where `{start.words[0]}` lies is not known")
    if "pnpm" in start.words:
        raise UnsplittableError(f"whether the final image has `{start.words[0]}` is not known")
    refuse_mounted(stage, sources)
    notes = ["what runs uses no library or program that only the full image has"] if image else []
    tools = [name for each in placed for name in _global(each.command)]
    if tools:
        notes.append(f"what runs does not call {', '.join(f'`{name}`' for name in dict.fromkeys(tools))}")
    prune = _prune(stage, placed)
    if prune:
        notes.append("what runs needs no development dependency")
    return Carried(list(sources), notes, closing=[f"RUN {prune}"] if prune else [])


def _prune(stage: Stage, placed: Sequence[Placed]) -> str:
    """What takes the development dependencies out again, where they are installed for a build in the same folder."""
    installs = [each for step in stage.steps if step.kind is Run for each in step.operations if _is_whole(each)]
    places = {each.folder for each in placed if each.command.program in PRODUCTION}
    builds = [each for each in placed if is_build(each.command)]
    if len(installs) != 1 or not builds or len(places) != 1:
        return ""
    row = PRODUCTION[installs[0].manager.name]
    step = next(each for each in reversed(stage.steps) if each.kind is Run and installs[0] in each.operations)
    is_production = any(
        variable is not None and (not values or variable.value in values)
        for name, values in row.variables.items()
        for variable in [step.before.lookup(name)]
    )
    words = [{word.value for word in each.command.arguments} for each in placed]
    is_pruned = any(row.prunes & found or (row.decided_by | row.other) & found for found in words)
    folder = stage.steps[-1].after.workdir
    return "" if is_production or is_pruned or places != {folder} else row.prune


def _is_whole(operation: PackageOperation) -> bool:
    """Whether an install is one of all that the manifest lists."""
    return (
        operation.manager.name in ("npm", "yarn", "pnpm")
        and operation.operation is Operation.INSTALL
        and not (operation.packages or operation.has_option("-g", "--global"))
    )


def _global(command: Command) -> Iterator[str]:
    """The packages that are installed for all projects."""
    words = [word.value or word.text for word in command.arguments]
    is_global = "-g" in words or "--global" in words or words[:1] == ["global"]
    if command.program not in ("npm", "yarn", "pnpm") or not is_global:
        return
    verbs = ("install", "i", "add", "global")
    names = [word for word in words if not word.startswith("-") and word not in verbs]
    yield from (name[:1] + name[1:].partition("@")[0] for name in names)


def php(stage: Stage, runs: Mapping[int, Traffic], last: int, sources: Sequence[str]) -> Carried:
    programs = {program for each in runs.values() for program in each.programs}
    paths = []
    if any(program.startswith("docker-php-ext") for program in programs):
        paths = ["/usr/local/lib/php/extensions", "/usr/local/etc/php/conf.d"]
    found = list(sources) if "composer" in programs else trees(stage, last, sources)
    refuse_mounted(stage, [*paths, *found])
    return Carried([*paths, *found])


def refuse_mounted(stage: Stage, paths: Sequence[str]) -> None:
    for step in stage.steps:
        if isinstance(step.instruction, Run):
            for mount in step.instruction.mounts:
                target = absolute(mount.target, step.before.workdir or "/")
                if target and any(is_within(path, target) for path in paths):
                    raise UnsplittableError(f"`{target}` is a mount, so that what is built does not stay there")


def trees(stage: Stage, last: int, sources: Sequence[str]) -> list[str]:
    """The folders of the project that more than single manifests are copied to before the last RUN that builds."""
    found: list[str] = []
    for step in stage.steps[1:last]:
        instruction = step.instruction
        if not isinstance(instruction, Transfer) or instruction.flag("from") is not None:
            continue
        names = [getattr(each, "text", "") for each in instruction.sources]
        if all("." in posixpath.basename(name).strip("./") or name.endswith(("lock", "Pipfile")) for name in names):
            continue
        found += sources
    return list(dict.fromkeys(found))
