"""The text of two stages out of one: each instruction as it stands, with its comments, in the stage it belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, auto

from msgspec import Struct, field

from layerwise.build.model import Stage, Step
from layerwise.build.splitting.starting import names_in
from layerwise.syntax.tree import (
    Add,
    Arg,
    Cmd,
    Comment,
    Copy,
    Entrypoint,
    Healthcheck,
    Instruction,
    Run,
    User,
    Workdir,
)


class Place(Enum):
    BUILD = auto()
    FINAL = auto()
    BOTH = auto()
    NOWHERE = auto()
    """The image that it runs on does it by itself. Its comments stay."""


class Part(Struct):
    """A step and the stage it goes to. ``instead`` stands for it in the final stage."""

    step: Step
    place: Place
    instead: str = ""


class Layout(Struct):
    """What the new final stage holds. ``at`` is the step before which the artifacts are copied."""

    head: str
    parts: list[Part]
    at: int
    first: list[str] = field(default_factory=list)
    """Lines behind its FROM."""
    copies: list[str] = field(default_factory=list)
    last: list[str] = field(default_factory=list)
    """Lines behind the copies."""
    closing: list[str] = field(default_factory=list)
    """Lines at the end of the build stage."""


class Plan(Struct):
    """All that is decided. ``copied`` are pairs of a path in the build stage and one in the final stage."""

    layout: Layout
    language: str
    runtime: str
    copied: list[tuple[str, str]]
    chown: str
    assumptions: list[str]
    left: list[str]
    title: str = ""
    """What it does, where that is not to build a program and run it."""


_DEPENDENT: tuple[type[Instruction], ...] = (Run, Copy, Add, Cmd, Entrypoint, Healthcheck)


def text_of(stage: Stage, layout: Layout, text: str, name: str, end: str) -> str:
    """The text of both stages; ``name`` is that of the first."""
    build = _build_text(stage, layout, text, name).rstrip()
    build += "".join(end + line for line in layout.closing)
    final = _final_lines(stage, layout, text, end)
    trailing = _trailing(stage, text)
    rest = end + end + trailing.rstrip() if trailing else ""
    closing = end if stage.span.of(text).endswith("\n") else ""
    return build + end + end + end.join(final) + rest + closing


def head_of(stage: Stage) -> str:
    """The keyword and the flags of its FROM."""
    flags = [f"--{flag.name.text}={flag.value.text}" for flag in stage.from_.flags if flag.value]
    return " ".join(["from" if stage.from_.keyword.text.islower() else "FROM", *flags])


def _head(stage: Stage, text: str, name: str) -> str:
    from_ = stage.from_
    assert from_.image is not None
    stop = from_.image.span.end
    lead = text[from_.span.start : stop]
    keyword = "as" if from_.keyword.text.islower() else "AS"
    return f"{lead} {keyword} {name}"


def _build_text(stage: Stage, layout: Layout, text: str, name: str) -> str:
    extents = zip(layout.parts, _extents(stage), strict=True)
    kept = [text[start:stop] for part, (start, stop) in extents if part.place in (Place.BUILD, Place.BOTH)]
    return "".join([_head(stage, text, name), *kept])


def _extents(stage: Stage) -> list[tuple[int, int]]:
    """From the end of the instruction before, comments and blank lines included, to that of each instruction."""
    found = []
    start = stage.from_.span.end
    for step in stage.steps[1:]:
        found.append((start, step.span.end))
        start = step.span.end
    return found


def _trailing(stage: Stage, text: str) -> str:
    """The comments behind the last instruction."""
    rest = [piece for piece in stage.section.comments if piece.span.start >= stage.steps[-1].span.end]
    return text[rest[0].span.start : stage.span.end] if rest else ""


def _final_lines(stage: Stage, layout: Layout, text: str, end: str) -> list[str]:
    lines = [layout.head, *layout.first]
    wanted = _arguments(layout)
    pending: list[str] = []
    is_copied = False
    comments = stage.section.comments
    previous_end = stage.from_.span.end
    for part in layout.parts:
        step = part.step
        if not is_copied and step.index >= layout.at:
            lines += [*_flush(pending), *layout.copies, *layout.last]
            is_copied = True
        is_late = part.place in (Place.FINAL, Place.NOWHERE)
        lead = _comments(comments, previous_end, step.span.start, text, end) if is_late else ""
        if part.place is Place.FINAL and lines[-1:] != [""] and _is_set_off(text, previous_end, step.span.start):
            lead = end + lead
        previous_end = step.span.end
        if step.kind is Arg and part.place is Place.BUILD and not _names(step).isdisjoint(wanted):
            lines.append(step.span.of(text))
            continue
        if part.place is Place.NOWHERE:
            lines += [lead.rstrip("\r\n")] if lead.strip() else []
            continue
        if part.place is Place.BUILD and not part.instead:
            continue
        body = part.instead or step.span.of(text)
        if step.kind in (Workdir, User):
            _replace(pending, lead + body, step.kind, step)
            continue
        if step.kind in _DEPENDENT or part.instead:
            lines += _flush(pending)
        lines.append(lead + body)
    if not is_copied:
        lines += [*_flush(pending), *layout.copies, *layout.last]
    lines += _flush(pending)
    return lines


def _replace(pending: list[str], line: str, kind: type[Instruction], step: Step) -> None:
    """A WORKDIR or USER takes the place of an earlier one that nothing has needed."""
    word = "WORKDIR" if kind is Workdir else "USER"
    value = step.instruction.arguments[0].text if step.instruction.arguments else ""
    if kind is User or value.startswith("/"):
        pending[:] = [each for each in pending if word not in each.rstrip().split("\n")[-1].split(" ")[0].upper()]
    pending.append(line)


def _flush(pending: list[str]) -> list[str]:
    found = list(pending)
    pending.clear()
    return found


def _comments(comments: Sequence[Comment], start: int, stop: int, text: str, end: str) -> str:
    return "".join(each.span.of(text).rstrip() + end for each in comments if start <= each.span.start < stop)


def _is_set_off(text: str, start: int, stop: int) -> bool:
    """Whether a blank line stands before an instruction or its comments."""
    return text[start:stop].lstrip(" \t\r").replace("\r", "").startswith("\n\n")


def _names(step: Step) -> frozenset[str]:
    instruction = step.instruction
    return frozenset(pair.key.text for pair in instruction.pairs) if isinstance(instruction, Arg) else frozenset()


def _arguments(layout: Layout) -> frozenset[str]:
    """The variables that the final stage names, also by the defaults of the ARGs that it needs for that."""
    found: set[str] = set()
    for part in reversed(layout.parts):
        is_wanted = part.place in (Place.FINAL, Place.BOTH) or (
            part.step.kind is Arg and not _names(part.step).isdisjoint(found)
        )
        if is_wanted:
            found |= names_in(part.step)
    return frozenset(found)
