"""The rule size/archive-copied-then-extracted."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from itertools import pairwise

from layerwise.build.archives import TARS, Unpacked, unpacked_copies
from layerwise.build.dependencies.folders import absolute
from layerwise.build.downloads import plain
from layerwise.build.model import Stage
from layerwise.build.relation import Alteration
from layerwise.build.runs import run_text
from layerwise.knowledge.programs import UNPACKING
from layerwise.lint import Applicability, Edit, Finding, Fix, Related, Severity, StageContext, rule
from layerwise.lint.placing import Sheet, keyword_like
from layerwise.shell.join import remove_statement
from layerwise.shell.tree import Command
from layerwise.syntax.tree import Copy, Run, Transfer
from layerwise.text import Span


@rule(
    Stage,
    about=UNPACKING,
    severity=Severity.WARNING,
    aliases=("DL3010",),
    fixes=(Applicability.UNSAFE,),
    changes=(
        Alteration.COMMAND_REMOVED,
        Alteration.CLEANUP_REMOVED,
        Alteration.INSTRUCTION_REMOVED,
        Alteration.INSTRUCTION_REWRITTEN,
    ),
)
def archive_copied_then_extracted(stage: Stage, ctx: StageContext) -> Iterator[Finding]:
    r"""An archive is copied into a layer of its own, and a later step unpacks it: the image carries it twice.

    ## Why
    The layer of the COPY holds the archive for good, whether or not the later step removes it. `ADD` unpacks a local
    tar archive as it copies; a bind mount shows any file to a single RUN, and nothing of it gets into a layer.

    ## Example
    FROM debian:12
    COPY tool.tar.gz /tmp/
    RUN tar -xzf /tmp/tool.tar.gz -C /opt && rm /tmp/tool.tar.gz

    ## Use instead
    FROM debian:12
    ADD tool.tar.gz /opt/

    ## Fix safety
    Unsafe: `ADD` keeps the owners and modes of the archive, and decides by its content whether it is one. The bind
    mount wants BuildKit.
    """
    if not stage.facts.in_result or stage.facts.is_windows:
        return
    for found in unpacked_copies(stage, ctx.text):
        yield Finding(
            found.source,
            f"`{found.name}` is unpacked by a later step: the layer of this copy carries it for good",
            fixes=() if found.is_wanted else _fixes(found, stage, ctx),
            related=[Related(found.command.span, "It is unpacked here")],
        )


def _fixes(found: Unpacked, stage: Stage, ctx: StageContext) -> Iterator[Fix]:
    copy = found.copy.instruction
    if not isinstance(copy, Transfer) or len(copy.sources) > 1 or copy.heredocs or copy.is_json:
        return
    added = _as_add(found, copy, ctx)
    if added:
        yield Fix(
            "Let ADD unpack it",
            *added,
            applicability=Applicability.UNSAFE,
            note="ADD keeps the owners and modes of the archive",
            optimizes=True,
        )
    mounted = _mounted(found, copy, ctx)
    if mounted:
        yield Fix(
            "Mount it where it is unpacked",
            *mounted,
            applicability=Applicability.UNSAFE,
            note="Only BuildKit knows bind mounts",
            optimizes=True,
        )


def _as_add(found: Unpacked, copy: Transfer, ctx: StageContext) -> tuple[Edit, ...]:
    target = _plain_target(found)
    if not isinstance(copy, Copy) or copy.flag("from") or copy.flag("parents") or target is None:
        return ()
    assert copy.destination is not None
    shrunk = _without(found, (found.command, *found.removals), ctx)
    if not shrunk or found.run.instruction.flag("mount"):
        return ()
    keyword = Edit(copy.keyword.span, keyword_like(copy, "ADD"))
    return (keyword, Edit(copy.destination.span, target.rstrip("/") + "/"), *shrunk)


def _plain_target(found: Unpacked) -> str | None:
    """Where ``tar`` unpacks all of the archive; None when it does more than that, or the place is not known."""
    command = found.command
    if command.program != "tar" or not found.name.endswith(TARS) or command.redirections or command.within:
        return None
    words = [plain(word) for word in command.arguments]
    folder: str | None = found.folder
    rest: list[str] = []
    while words:
        word = words.pop(0)
        if word in ("-C", "--directory") and words:
            folder = absolute(words.pop(0), found.folder or "/")
        elif word.startswith("--directory="):
            folder = absolute(word.partition("=")[2], found.folder or "/")
        elif not re.fullmatch(r"-?[xzjJvf]+|--(?:extract|gzip|xz|bzip2|verbose|file)", word):
            rest.append(word)
    is_all = len(rest) == 1 and posixpath.basename(rest[0]) == posixpath.basename(found.path)
    return folder if is_all and folder and re.fullmatch(r"/[\w./+-]*", folder) else None


def _mounted(found: Unpacked, copy: Transfer, ctx: StageContext) -> tuple[Edit, ...]:
    source = copy.sources[0]
    text = getattr(source, "text", "")
    is_plain = re.fullmatch(r"[\w./+-]+", text) and re.fullmatch(r"/[\w./+-]+", found.path)
    if "://" in text or not is_plain or found.path.startswith("/?"):
        return ()
    run = found.run.instruction
    if not isinstance(run, Run) or any(mount.target == found.path for mount in run.mounts):
        return ()
    shrunk = _without(found, found.removals, ctx) if found.removals else ()
    if found.removals and not shrunk:
        return ()
    origin = copy.flag("from")
    from_ = f",from={origin.value.text}" if origin and origin.value else ""
    end = (run.flags[-1] if run.flags else run.keyword).span.end
    mount = f" --mount=type=bind{from_},source={text.removeprefix('./')},target={found.path}"
    sheet = Sheet(ctx.dockerfile)
    return (sheet.removal(sheet.lines_of(copy)), Edit(Span(end, end), mount), *shrunk)


def _without(found: Unpacked, commands: tuple[Command, ...], ctx: StageContext) -> tuple[Edit, ...]:
    """The edits that take commands out of the RUN, or the RUN away with its last one; none when that can't be done."""
    run, script = run_text(found.run, ctx.text), found.run.script
    if run is None or script is None:
        return ()
    if any(len([word for word in each.arguments if not word.text.startswith("-")]) != 1 for each in found.removals):
        return ()
    rest = [each for each in script.commands if each not in commands]
    if not rest:
        instruction = found.run.instruction
        if instruction.comments or script.comments or script.heredoc:
            return ()
        sheet = Sheet(ctx.dockerfile)
        return (sheet.removal(sheet.lines_of(instruction)),)
    edits: list[Edit] = []
    for command in commands:
        removal = remove_statement(run, command)
        if not removal:
            return ()
        edits += removal
    edits.sort(key=lambda edit: edit.span)
    overlap = any(one.span.end > other.span.start for one, other in pairwise(edits))
    return () if overlap else tuple(edits)
