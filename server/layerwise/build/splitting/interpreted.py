"""What is carried over of a project in an interpreted language: Node, Python with compiled wheels, PHP."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping, Sequence

from layerwise.build.dependencies.folders import absolute, is_within
from layerwise.build.model import Stage
from layerwise.build.splitting.contract import Carried, UnsplittableError
from layerwise.build.splitting.starting import Start
from layerwise.build.splitting.traffic import Traffic
from layerwise.knowledge.splitting import SITE_SERVERS
from layerwise.syntax.tree import Run, Transfer

_MINOR = re.compile(r"(\d+\.\d+)")


def node_files(image: str, stage: Stage, start: Start, sources: Sequence[str]) -> Carried:
    site = _site(start)
    if site is not None:
        raise UnsplittableError(f"`{site}` is installed along with the tools of the build")
    if start.program not in ("node", "npm", "yarn", "pnpm", "npx"):
        raise UnsplittableError(f"where `{start.words[0]}` lies is not known")
    if "pnpm" in start.words:
        raise UnsplittableError(f"whether the final image has `{start.words[0]}` is not known")
    refuse_mounted(stage, sources)
    notes = [] if not image else ["its packages use no library that only the full image has"]
    return Carried(list(sources), notes)


def python(stage: Stage, start: Start, runs: Mapping[int, Traffic], last: int, sources: Sequence[str]) -> Carried:
    image = stage.facts.image
    assert image is not None
    commands = [placed for each in runs.values() for placed in each.commands]
    paths = []
    for placed in commands:
        words = [word.value or "" for word in placed.command.arguments]
        if placed.command.program in ("python", "python3") and words[:2] == ["-m", "venv"]:
            paths.append(absolute(words[-1], placed.folder or "/") or "/")
        if placed.command.program.startswith("pip") and any(
            word in ("--user", "--target", "--prefix", "-t") for word in words
        ):
            raise UnsplittableError("pip installs to a place of its own")
        if placed.command.program.startswith("pip") and any(word in ("-e", "--editable") for word in words):
            raise UnsplittableError("the project is installed as a link to its source")
    notes = []
    if not paths:
        match = _MINOR.match(image.tag)
        if match is None:
            raise UnsplittableError(f"the tag of `{image.text}` does not say where its packages lie")
        paths = [f"/usr/local/lib/python{match[1]}/site-packages", "/usr/local/bin"]
        notes = ["its packages install nothing but modules and programs"]
    refuse_mounted(stage, paths)
    return Carried([*paths, *_trees(stage, last, sources)], notes)


def php(stage: Stage, runs: Mapping[int, Traffic], last: int, sources: Sequence[str]) -> Carried:
    programs = {program for each in runs.values() for program in each.programs}
    paths = []
    if any(program.startswith("docker-php-ext") for program in programs):
        paths = ["/usr/local/lib/php/extensions", "/usr/local/etc/php/conf.d"]
    found = list(sources) if "composer" in programs else _trees(stage, last, sources)
    refuse_mounted(stage, [*paths, *found])
    return Carried([*paths, *found])


def refuse_mounted(stage: Stage, paths: Sequence[str]) -> None:
    for step in stage.steps:
        if isinstance(step.instruction, Run):
            for mount in step.instruction.mounts:
                target = absolute(mount.target, step.before.workdir or "/")
                if target and any(is_within(path, target) for path in paths):
                    raise UnsplittableError(f"`{target}` is a mount, so that what is built does not stay there")


def _site(start: Start) -> str | None:
    words = [posixpath.basename(word) for word in start.words[:3]]
    return next((word for word in words if word in SITE_SERVERS), None)


def _trees(stage: Stage, last: int, sources: Sequence[str]) -> list[str]:
    """The folders of the project that more than single manifests are copied to before the last RUN that builds."""
    found: list[str] = []
    for step in stage.steps[1:last]:
        instruction = step.instruction
        if not isinstance(instruction, Transfer) or instruction.flag("from") is not None:
            continue
        names = [getattr(each, "text", "") for each in instruction.sources]
        if all("." in posixpath.basename(name).strip("./") or name.endswith("lock") for name in names):
            continue
        found += sources
    return list(dict.fromkeys(found))
