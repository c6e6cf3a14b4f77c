"""The cache mounts of RUNs: which folder each keeps out of the layer. Does not know what tools write there."""

from __future__ import annotations

from typing import NamedTuple
from weakref import WeakKeyDictionary

from msgspec import Struct

from layerwise.build.dependencies.folders import UNKNOWN, absolute
from layerwise.build.model import Stage, Step
from layerwise.syntax.tree import Layout, Mount, Onbuild, Run, Transfer


class CacheMount(Struct, frozen=True):
    """A ``--mount=type=cache``. ``target`` is absolute, and starts with ``UNKNOWN`` below an unknown folder."""

    flag: Mount
    target: str
    id: str
    """The name under which the builder keeps it: the target, unless it is given one."""
    is_seeded: bool = False
    """It starts with files of a stage or an image, and so is more than a cache."""


def with_cache_mounts(stage: Stage) -> tuple[int, ...]:
    """The indices of the RUNs of a stage that have a cache mount, without those in triggers."""
    return _indices(stage).caching


def taking_files(stage: Stage) -> tuple[int, ...]:
    """The indices of the steps of a stage that take files from another one, or from an image, by COPY or by a mount."""
    return _indices(stage).taking


class _Indices(NamedTuple):
    caching: tuple[int, ...]
    taking: tuple[int, ...]


_BY_LAYOUT: WeakKeyDictionary[Layout, _Indices] = WeakKeyDictionary()


def _indices(stage: Stage) -> _Indices:
    layout = stage.section.layout
    found = _BY_LAYOUT.get(layout)
    if found is None:
        nodes = [node for _, node in layout.instructions]
        caching = tuple(index for index, node in enumerate(nodes) if has_cache_mount(node))
        taking = tuple(index for index, node in enumerate(nodes) if _takes_files(node))
        found = _BY_LAYOUT[layout] = _Indices(caching, taking)
    return found


def _takes_files(node: object) -> bool:
    if isinstance(node, Transfer):
        return node.flag("from") is not None
    return isinstance(node, Run) and any(mount.from_ is not None for mount in node.mounts)


def has_cache_mount(node: object) -> bool:
    """Whether an instruction is a RUN with a cache mount."""
    return isinstance(node, Run) and any(mount.type == "cache" for mount in node.mounts)


def cache_targets(step: Step) -> tuple[str, ...]:
    """The targets of the cache mounts of a RUN, where none starts with files of a stage or an image."""
    return step.once(_targets)


def _targets(step: Step) -> tuple[str, ...]:
    return tuple(mount.target for mount in cache_mounts(step) if not mount.is_seeded)


def cache_mounts(step: Step) -> tuple[CacheMount, ...]:
    """The cache mounts of a RUN, or of the RUN that an ONBUILD triggers."""
    instruction = step.instruction
    if isinstance(instruction, Onbuild) and instruction.trigger:
        instruction = instruction.trigger
    if not isinstance(instruction, Run):
        return ()
    here = step.before.workdir or UNKNOWN
    found = []
    for mount in instruction.mounts:
        target = absolute(_value(step, mount.target), here)
        if mount.type == "cache" and target:
            name = _value(step, mount.get("id")) or target
            found.append(CacheMount(mount, target, name, mount.from_ is not None))
    return tuple(found)


def _value(step: Step, text: str | None) -> str | None:
    return text and (step.value(text) or text)
