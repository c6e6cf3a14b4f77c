"""Copies from other stages that need nothing of the layers below, and could say so with ``--link``.

A linked COPY makes the whole path of its destination anew, as folders of root with mode 755. So it must be known that
the folders are just that: neither symbolic links nor somebody else's. See the Dockerfile reference, "COPY --link".
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence

from layerwise.build.copy_rows import is_plain_file
from layerwise.build.dependencies import Work, survey
from layerwise.build.dependencies.apart import is_apart, is_project_folder, made_by_copying_to
from layerwise.build.dependencies.folders import UNKNOWN, is_within
from layerwise.build.model import Build, Stage, Step
from layerwise.context import ContextTree
from layerwise.knowledge.base_images import BASE_IMAGES, base_image
from layerwise.knowledge.programs import PLAIN_FOLDERS, PLAIN_PARENTS, STANDING_FOLDERS
from layerwise.syntax.tree import Copy, Heredoc, Run, Transfer
from layerwise.text.patterns import regex

_WITHOUT_LINK = regex(r"(?:docker\.io/)?docker/dockerfile(?:-upstream)?:1\.[0-3](?:\.\d+)?(?:-[\w.-]+)?")
"""Frontends from before the flag, which came with 1.4."""


def linkable(build: Build, tree: ContextTree | None) -> list[Step]:
    """The copies of the final stage that could be linked and stand behind all of its RUNs, in order.

    :param tree: the build context, where it can be seen.
    """
    stage = build.final
    if stage is None or stage.facts.is_scratch or stage.facts.is_windows or not _is_known(stage):
        return []
    if any(
        each.name.text.lower() == "syntax" and _WITHOUT_LINK.fullmatch(each.value.text)
        for each in build.dockerfile.directives
    ):
        return []
    last = max((step.index for step in stage.steps if step.kind is Run), default=-1)
    found = [
        step
        for step in stage.steps_about({"--from"})
        if step.index > last and build.stage_named(step.once(_origin), stage.facts.index)
    ]
    if not found:
        return []
    chain = list(_chain(build, stage))
    if last < 0 and not any(step.kind is Run for each in chain[1:] for step in each.steps):
        return []
    below = [work for each in chain[1:] for work in survey(each, tree)]
    works = survey(stage, tree)
    return [step for step in found if _is_free(works[step.index], [*below, *works[: step.index]], stage)]


def _is_known(stage: Stage) -> bool:
    return stage.facts.image is not None and stage.facts.image.name in BASE_IMAGES


def _chain(build: Build, stage: Stage) -> Iterator[Stage]:
    """The stage and those that it is built on."""
    below: Stage | None = stage
    while below is not None:
        yield below
        below = None if below.parent is None else build.stages[below.parent]


def _origin(step: Step) -> str:
    """Where a copy takes its files from; empty where it says what ``--link`` would give another meaning."""
    copy = step.instruction
    if not isinstance(copy, Copy) or copy.destination is None or copy.problems:
        return ""
    if any(flag.name.text not in ("from", "exclude") for flag in copy.flags):
        return ""
    names = [posixpath.basename(each.text) for each in copy.sources if not isinstance(each, Heredoc)]
    flag = copy.flag("from")
    return flag.value.text if flag and flag.value and not all(map(is_plain_file, names)) else ""


def _is_free(work: Work, below: Sequence[Work], stage: Stage) -> bool:
    """Whether all folders on the way to the destination are plain ones, which no step has made otherwise."""
    copy, path = work.instruction, work.destination
    if not isinstance(copy, Copy) or copy.destination is None or path is None or path.startswith(UNKNOWN):
        return False
    text = work.step.value(copy.destination.text) or ""
    is_folder = text.endswith(("/", "/.")) or text in (".", "..") or len(copy.sources) > 1
    if not is_folder and (path in STANDING_FOLDERS or any(each.once(_makes_folder, path) for each in (*below, work))):
        # It is put into the folder that is there; linked, it would take the place of it.
        return False
    folder = path if is_folder else posixpath.dirname(path)
    if folder in PLAIN_FOLDERS:
        return all(each.once(_leaves_alone, folder if is_folder else path) for each in below)
    top = made_by_copying_to(path)
    if posixpath.dirname(top) not in PLAIN_PARENTS or not is_project_folder(top) or _is_of_base(top, stage):
        return False
    return all(each.once(_keeps_plain, top) for each in below)


def _makes_folder(work: Work, path: str) -> bool:
    """Whether a step makes a folder of this path, or of something within it."""
    if isinstance(work.instruction, Transfer):
        return False
    if isinstance(work.instruction, Run):
        return any(each.command.program == "mkdir" and not is_apart(each, [path], work.value) for each in work.commands)
    return is_within(work.step.after.workdir or UNKNOWN, path)


def _is_of_base(path: str, stage: Stage) -> bool:
    """Whether the base image works there, and may have given the folder to somebody."""
    image = stage.facts.image
    base = base_image(image.name, image.tag or "") if image else None
    home = base.workdir if base else None
    return home not in (None, "/") and (is_within(path, home or "") or is_within(home or "", path))


def _leaves_alone(work: Work, folder: str) -> bool:
    """Whether a step gives a folder that every image has no other owner or mode, and puts no link in its place."""
    changing = ("chown", "chmod", "chgrp", "ln", "mv", "setfacl", "install")
    return all(each.command.program not in changing or is_apart(each, [folder], work.value) for each in work.commands)


def _keeps_plain(work: Work, top: str) -> bool:
    """Whether a step leaves a folder out, or makes it as root would."""
    instruction = work.instruction
    if isinstance(instruction, Transfer):
        path = work.destination
        if path is None or is_within(path, top) or is_within(top, path):
            return path is not None and not (instruction.flag("chown") or instruction.flag("chmod"))
        return True
    if not isinstance(instruction, Run):
        return True
    return work.is_readable and all(
        (each.command.program == "mkdir" and not any(word.text.startswith("-m") for word in each.command.arguments))
        or work.is_clear_command(each.command, [top])
        for each in work.commands
    )
