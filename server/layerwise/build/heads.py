"""What the text of a stage says by itself: what it is built on, and from where it takes files."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple
from weakref import WeakKeyDictionary

from layerwise.build.images import image_name
from layerwise.build.model import Head, ImageName
from layerwise.build.states import first_state
from layerwise.build.values import Origin, Variable, expanded
from layerwise.knowledge.base_images import SCRATCH, UNKNOWN, BaseImage, base_image, is_windows
from layerwise.syntax.tree import Arg, Copy, Dockerfile, From, Instruction, Layout, Onbuild, Run

PLATFORM_ARGS = (
    *("BUILDPLATFORM", "BUILDOS", "BUILDOSVERSION", "BUILDARCH", "BUILDVARIANT"),
    *("TARGETPLATFORM", "TARGETOS", "TARGETOSVERSION", "TARGETARCH", "TARGETVARIANT", "TARGETSTAGE"),
)
"""The ARGs that the builder sets, see the Dockerfile reference, "Automatic platform ARGs in the global scope"."""


class Globals(NamedTuple):
    """The ARGs that a FROM sees. The identical object for the same text and the same values given."""

    variables: Mapping[str, Variable]
    given: tuple[tuple[str, str], ...]
    """The values of ``--build-arg``."""
    target: str | None


_GLOBALS: WeakKeyDictionary[Layout, Globals] = WeakKeyDictionary()
_HEADS: WeakKeyDictionary[Layout, tuple[Globals, Head]] = WeakKeyDictionary()


def globals_of(dockerfile: Dockerfile, given: tuple[tuple[str, str], ...], target: str | None) -> Globals:
    """Those that the builder sets, and those declared before the first FROM."""
    layout = dockerfile.sections[0].layout
    found = _GLOBALS.get(layout)
    if found is None or found[1:] != (given, target):
        variables = _global_args(layout, dict(given), target, dockerfile.escape)
        found = _GLOBALS[layout] = _identical(tuple(variables.items()), given, target)
    return found


@lru_cache(maxsize=64)
def _identical(
    variables: tuple[tuple[str, Variable], ...], given: tuple[tuple[str, str], ...], target: str | None
) -> Globals:
    """The same object for the same variables: a comment at the top of the file changes nothing."""
    return Globals(dict(variables), given, target)


def head_of(layout: Layout, global_args: Globals, escape: str) -> Head:
    """The head of a stage; the identical object as long as its text and what it sees are the same."""
    known = _HEADS.get(layout)
    if known is not None and known[0] is global_args:
        return known[1]
    head = _read_head(layout, global_args, escape)
    _HEADS[layout] = (global_args, head)
    return head


def sources_of(instruction: Instruction) -> tuple[str, ...]:
    """The stages or images that an instruction takes files from, by the words that name them."""
    if isinstance(instruction, Copy):
        flag = instruction.flag("from")
        return (flag.value.text,) if flag and flag.value else ()
    if isinstance(instruction, Run):
        return tuple(mount.from_ for mount in instruction.mounts if mount.from_)
    return ()


def _global_args(layout: Layout, given: Mapping[str, str], target: str | None, escape: str) -> dict[str, Variable]:
    """One without a value is listed, since ``--build-arg`` may set it."""
    variables = {name: Variable(name, given.get(name), Origin.PLATFORM) for name in PLATFORM_ARGS}
    if target is not None:
        variables["TARGETSTAGE"] = Variable("TARGETSTAGE", target, Origin.PLATFORM)
    for _, instruction in layout.instructions:
        for pair in instruction.pairs if isinstance(instruction, Arg) else ():
            name = pair.key.text
            if name in given:
                value: str | None = given[name]
            elif pair.value is not None:
                value = expanded(pair.value.text, variables.get, escape)
            elif name in variables:
                continue
            else:
                value = None
            variables[name] = Variable(name, value, Origin.GLOBAL_ARG)
    return variables


def _read_head(layout: Layout, global_args: Globals, escape: str) -> Head:
    nodes = [node for _, node in layout.instructions]
    from_ = nodes[0]
    assert isinstance(from_, From)
    written = from_.image.text if from_.image else ""
    value = expanded(written, global_args.variables.get, escape)
    text = written if value is None else value
    is_scratch = text == "scratch"
    image = image_name(text, known=value is not None) if text and not is_scratch else None
    windows = _is_windows(from_, image)
    base = SCRATCH if is_scratch else _base(image, windows=windows)
    onbuilds = [node.trigger for node in nodes if isinstance(node, Onbuild) and node.trigger]
    return Head(
        name=from_.alias.text.lower() if from_.alias else None,
        base=value,
        base_name=text.lower(),
        image=image,
        is_scratch=is_scratch,
        is_windows=windows,
        entry=first_state(base, tuple(global_args.variables.values()), global_args.given, windows=windows),
        sources=tuple(dict.fromkeys(word for node in nodes for word in sources_of(node))),
        has_triggers=bool(onbuilds),
        trigger_sources=tuple(word for trigger in onbuilds for word in sources_of(trigger)),
    )


def _is_windows(from_: From, image: ImageName | None) -> bool:
    platform = from_.flag("platform")
    if platform and platform.value and platform.value.text.lower().startswith("windows"):
        return True
    return bool(image and is_windows(image.repository, image.tag))


def _base(image: ImageName | None, *, windows: bool) -> BaseImage:
    if image is None or windows:
        return UNKNOWN
    tag = image.tag or ""
    return base_image(image.name, tag) or base_image(f"{image.registry}/{image.name}", tag) or UNKNOWN
