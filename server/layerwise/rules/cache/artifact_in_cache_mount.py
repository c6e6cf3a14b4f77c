"""The rule cache/artifact-in-cache-mount."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from functools import partial

from layerwise.build.lost import Lost, Use, lost_in
from layerwise.build.model import Build, Step
from layerwise.build.mounting import mount_values
from layerwise.build.mounts import cache_mounts
from layerwise.build.operations import Operation
from layerwise.build.relation import Alteration
from layerwise.build.runs import run_text
from layerwise.lint import Applicability, Edit, FileContext, Finding, Fix, Related, Severity, rule
from layerwise.shell.join import append_command
from layerwise.syntax.tree import Mount, Word
from layerwise.text import Span

OUTSIDE = "/usr/local/bin"
"""Where a program that is brought out of a mount goes: a folder that every image has."""
NODE = frozenset({"npm", "yarn", "pnpm", "bun"})


@rule(
    Build,
    severity=Severity.ERROR,
    fixes=(Applicability.UNSAFE,),
    changes=(Alteration.MOUNT_REMOVED, Alteration.COMMAND_ADDED, Alteration.INSTRUCTION_REWRITTEN),
    about={"--mount"},
)
def artifact_in_cache_mount(build: Build, ctx: FileContext) -> Iterator[Finding]:
    r"""Something is made in a cache mount and needed later: it is in no layer, and so it is not there.

    ## Why
    A cache mount lies over a folder while one RUN runs, and is taken away with all that was written into it. The
    layer keeps an empty folder. A later RUN without the mount, a `COPY --from` or the running container finds
    nothing: the build fails with `not found`, or the program does when it starts. Where another build has left an
    old file in the layer's place, that one is used.

    A cache mount belongs on the folder where a tool keeps its downloads, such as `~/.npm`, not on the one where it
    installs. Where it has to be on a folder with results (`target` of cargo), the RUN itself copies them out.

    ## Example
    FROM node:22 AS build
    WORKDIR /app
    COPY package*.json ./
    RUN --mount=type=cache,target=/app/node_modules npm ci

    FROM node:22-slim
    COPY --from=build /app/node_modules /app/node_modules

    ## Use instead
    FROM node:22 AS build
    WORKDIR /app
    COPY package*.json ./
    RUN --mount=type=cache,target=/root/.npm npm ci

    FROM node:22-slim
    COPY --from=build /app/node_modules /app/node_modules

    ## Fix safety
    Unsafe: it changes what is in the image, which is its purpose. The mount of a folder that a package manager
    installs into is moved to where that tool keeps its downloads. A program is copied out by the RUN that makes
    it, and taken from there. For other folders the mount is removed.
    """
    for lost in lost_in(build):
        yield Finding(
            lost.mount.flag.span,
            _message(lost),
            fix=partial(_fix, lost, ctx),
            related=[Related(use.span, f"`{use.path}` is not there") for use in lost.uses],
        )


def _message(lost: Lost) -> str:
    use = lost.uses[0]
    return f"`{use.path}` is made in a cache mount, so that it is in no layer: {_who(use)} does not find it"


def _who(use: Use) -> str:
    name = use.step.instruction.name
    return (
        "`COPY --from`" if use.word else "the running container" if name in ("CMD", "ENTRYPOINT") else f"a later {name}"
    )


def _fix(lost: Lost, ctx: FileContext) -> Fix | None:
    if posixpath.basename(lost.mount.target) in ("node_modules", "vendor"):
        return _elsewhere(lost, ctx)
    return _copied_out(lost, ctx) or _without(lost, ctx)


def _elsewhere(lost: Lost, ctx: FileContext) -> Fix | None:
    """The mounts of a folder that is installed into put on the folder of downloads."""
    edits: list[Edit] = []
    names: dict[str, None] = {}
    for step in lost.steps:
        fetching = [each for each in step.operations if each.operation is not Operation.BUILD]
        installs = [each for each in fetching if each.manager.name in NODE | {"composer"}]
        values = mount_values(step, installs)
        if values is None:
            return None
        names.update((each.manager.name, None) for each in installs)
        edits += _replaced(step, lost, values, ctx)
    if not names:
        return _without(lost, ctx)
    title = f"Mount the download cache of {' and '.join(names)} instead"
    return Fix(title, *edits, applicability=Applicability.UNSAFE, note="The folder is then part of the layer")


def _without(lost: Lost, ctx: FileContext) -> Fix:
    edits = [edit for step in lost.steps for edit in _replaced(step, lost, (), ctx)]
    return Fix(
        "Remove the cache mount",
        *edits,
        applicability=Applicability.UNSAFE,
        note="The folder is then part of the layer",
    )


def _replaced(step: Step, lost: Lost, values: tuple[str, ...], ctx: FileContext) -> Iterator[Edit]:
    """The mounts of the folder replaced by those with these values, or taken out."""
    found = [mount.flag for mount in cache_mounts(step) if mount.flag.target == lost.mount.flag.target]
    for index, flag in enumerate(found):
        if values and not index:
            yield Edit(flag.span, " ".join(f"--mount={value}" for value in values))
        else:
            yield _removed(step, flag, ctx)


def _removed(step: Step, flag: Mount, ctx: FileContext) -> Edit:
    """A flag taken out with what stands between it and the next word."""
    flags = step.instruction.flags
    index = flags.index(flag)
    following = flags[index + 1].span.start if index + 1 < len(flags) else step.instruction.body.start
    gap = Span(flag.span.end, following)
    if any(gap.encloses(comment.span) for comment in step.instruction.comments):
        return Edit(Span(flag.span.start, flag.span.end), "")
    return Edit(Span(flag.span.start, following), "")


def _copied_out(lost: Lost, ctx: FileContext) -> Fix | None:
    """Each file that a COPY takes copied out by the RUN that makes it; None where that is not all that is needed."""
    paths: dict[str, list[Word]] = {}
    for use in lost.uses:
        if use.word is None or not _is_program(use.path, lost.mount.target):
            return None
        paths.setdefault(use.path, []).append(use.word)
    names = {posixpath.basename(path) for path in paths}
    run = run_text(lost.steps[-1], ctx.text)
    if run is None or len(names) < len(paths):
        return None
    added = append_command(run, f"cp {' '.join(paths)} {OUTSIDE}/")
    if added is None:
        return None
    edits = [
        Edit(word.span, f"{OUTSIDE}/{posixpath.basename(path)}") for path, words in paths.items() for word in words
    ]
    return Fix(
        "Copy it out of the mount in the same step",
        added,
        *edits,
        applicability=Applicability.UNSAFE,
        note="Only what other stages take from there is copied out",
    )


def _is_program(path: str, target: str) -> bool:
    """``target/release/server``, and not a folder such as ``target/site``."""
    folder, name = posixpath.split(path)
    is_built = posixpath.basename(folder) in ("release", "debug", "bin")
    return path != target and not set(path) & set("*?[") and (is_built or "." in name.strip("."))
