"""How much a COPY or ADD puts into a layer: measured where the context can be seen, else guessed from names."""

from __future__ import annotations

import posixpath
from enum import IntEnum

from layerwise.build.dependencies.apart import is_project_folder
from layerwise.build.dependencies.copies import Copied, Source
from layerwise.build.dependencies.folders import is_within
from layerwise.build.dependencies.work import Work
from layerwise.context import ContextTree
from layerwise.knowledge.weights import (
    CONFIGURATION_FOLDERS,
    LARGE,
    MANY,
    MOSTLY_LARGE,
    MOSTLY_SMALL,
    is_small_folder,
)
from layerwise.syntax.tree import Heredoc, Transfer


class Weight(IntEnum):
    """What is to be expected of the bytes."""

    LITTLE = 0
    """Some scripts or settings."""
    SOME = 1
    """A folder of a project: there is no telling."""
    MUCH = 2
    """A whole project, an artifact, an archive; or what was measured to be large."""


def weight_of(work: Work) -> Weight:
    """The weight of what a step copies."""
    instruction = work.instruction
    destination = work.destination
    if not isinstance(instruction, Transfer) or destination is None:
        return Weight.LITTLE
    copied = work.copied
    if copied is not None and work.tree is not None:
        if _is_large(copied, work.tree):
            return Weight.MUCH
        return Weight.SOME if copied.is_tree else Weight.LITTLE
    if any(is_within(destination, folder) for folder in CONFIGURATION_FOLDERS):
        return Weight.LITTLE
    if copied is not None:
        return max(_guessed(source, copied) for source in copied.sources)
    names = [source.text for source in instruction.sources if not isinstance(source, Heredoc)]
    return max(map(_foreign, names), default=Weight.LITTLE)


def _is_large(copied: Copied, tree: ContextTree) -> bool:
    """Whether it is much in bytes, or so many files that nobody wants to count them while somebody types."""
    files = total = 0
    for source in copied.sources:
        for path in tree.glob(source.path):
            weight = tree.weigh(path, most_files=MANY, most_bytes=LARGE)
            files, total = files + weight.files, total + weight.bytes
            if total >= LARGE or files >= MANY:
                return True
    return False


def _guessed(source: Source, copied: Copied) -> Weight:
    name = posixpath.basename(source.path)
    if source.path in (".", "*"):
        return Weight.MUCH
    if source.path.endswith(MOSTLY_LARGE):
        return Weight.MUCH
    if not source.is_folder or (not copied.into and "." in posixpath.basename(copied.destination)):
        return Weight.LITTLE
    folder = posixpath.basename(posixpath.dirname(source.path)) if set(name) <= set("*.") else name
    is_likely = is_project_folder(copied.destination) and not is_small_folder(folder)
    return Weight.SOME if is_likely else Weight.LITTLE


def _foreign(path: str) -> Weight:
    """Of a file or folder of another stage or image, or one that is fetched."""
    plain = path.partition("?")[0].rstrip("/") if "://" in path else path.rstrip("/")
    suffix = posixpath.splitext(plain)[1]
    return Weight.LITTLE if suffix in MOSTLY_SMALL else Weight.MUCH
