"""Files that the COPYs of a stage write twice, so that one of them has no effect. Says nothing of what to do about it.

Only what is certain: a destination is a file by its name or in the build context, both sources are named, and no step
between touches the file.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum

from msgspec import Struct

from layerwise.build.copy_rows import is_plain_file
from layerwise.build.dependencies import Work, survey
from layerwise.build.dependencies.apart import is_project_folder
from layerwise.build.dependencies.copies import Source
from layerwise.build.dependencies.folders import is_within
from layerwise.build.model import Stage
from layerwise.context import ContextTree
from layerwise.context.paths import is_pattern
from layerwise.syntax.tree import Copy, Heredoc, Onbuild, Run, Transfer


class Relation(StrEnum):
    """What the two writes have to do with each other."""

    SAME = "same"
    """The later one writes the same file with the same owner and mode."""
    HIDDEN = "hidden"
    """What the earlier one has written is gone."""
    INCLUDED = "included"
    """The earlier one writes a file that comes along with a folder which the later one copies."""


Place = tuple[int, int]
"""A source: the index of its step in the stage, and its own index within the COPY."""


class Overwritten(Struct, frozen=True):
    """A path that is written twice, and the sources of both."""

    path: str
    relation: Relation
    earlier: Place
    later: Place


class _Write(Struct, frozen=True, eq=False):
    """One source of a COPY. ``origin`` is the stage or image it comes from, and its path there."""

    work: Work
    place: Place
    path: str
    origin: tuple[str, str]
    is_file: bool
    """It surely is a file, and not a folder whose files get there."""

    @property
    def flags(self) -> frozenset[str]:
        return self.work.once(_flags)


def overwritten(stage: Stage, tree: ContextTree | None) -> Iterator[Overwritten]:
    """What is written twice in a stage, in the order of the second write.

    :param tree: the build context, where it can be seen.
    """
    if len(stage.steps_about({Transfer})) < 2:
        return
    works = survey(stage, tree)
    done: dict[str, _Write] = {}
    trees: list[Work] = []
    for step in stage.steps_about({Transfer}):
        work = works[step.index]
        if step.kind is Copy:
            own = work.once(_writes)
            for write in own:
                yield from _found(write, done.get(write.path), trees, works)
            if work.once(_is_tree) and done:
                yield from _included(work, done.values(), works)
            done.update((write.path, write) for write in own)
        if step.kind is not Onbuild and work.once(_is_tree):
            trees.append(work)


def _is_tree(work: Work) -> bool:
    return work.copied is not None and work.copied.root is not None


def _found(write: _Write, before: _Write | None, trees: Sequence[Work], works: Sequence[Work]) -> Iterator[Overwritten]:
    """Whether something was there already: a file of its own, or one that came along with a folder."""
    if before is None and write.is_file:
        yield from _already_there(write, trees, works)
    if before is not None and _is_twice(before, write, works):
        same = before.origin == write.origin and before.flags == write.flags
        yield Overwritten(write.path, Relation.SAME if same else Relation.HIDDEN, before.place, write.place)


def _writes(work: Work) -> tuple[_Write, ...]:
    """The files that a COPY names, and the folders whose content it puts somewhere; for ``Work.once``."""
    return tuple(_found_writes(work))


def _found_writes(work: Work) -> Iterator[_Write]:
    copy, target = work.instruction, work.destination
    if not isinstance(copy, Copy) or target is None or copy.destination is None or copy.problems:
        return
    if any(flag.name.text in ("parents", "exclude") for flag in copy.flags):
        return
    text = work.step.value(copy.destination.text) or ""
    into = text.endswith(("/", "/.")) or text in (".", "..") or len(copy.sources) > 1
    flag = copy.flag("from")
    stage = flag.value.text if flag and flag.value else ""
    for index, source in enumerate(copy.sources):
        if isinstance(source, Heredoc):
            if not into:
                yield _Write(work, (work.index, index), target, ("<<", source.text), is_file=True)
            continue
        value = work.step.value(source.text)
        if value is None or is_pattern(value):
            continue
        path = posixpath.normpath("/" + value).lstrip("/")
        name = posixpath.basename(path)
        seen = work.copied.sources[index] if work.copied else None
        is_file = _is_file(name, seen, work.tree) and not value.endswith("/")
        if is_file and not into and not _keeps_kind(name, target):
            continue
        is_inside = is_file and into
        yield _Write(
            work, (work.index, index), posixpath.join(target, name) if is_inside else target, (stage, path), is_file
        )


def _is_file(name: str, source: Source | None, tree: ContextTree | None) -> bool:
    if source is not None and tree is not None and not source.is_guessed:
        return not source.is_folder
    return is_plain_file(name)


def _keeps_kind(name: str, target: str) -> bool:
    """Whether a destination without a slash is the name of a file, and not of a folder that is there already."""
    return posixpath.basename(target) == name or posixpath.splitext(target)[1] == posixpath.splitext(name)[1] != ""


def _is_twice(one: _Write, other: _Write, works: Sequence[Work]) -> bool:
    """Whether the second write makes one of both superfluous."""
    if not (one.is_file and other.is_file) and (one.origin, one.flags) != (other.origin, other.flags):
        return False
    return one.is_file == other.is_file and _is_untouched(other.path, one.work, other.work, works)


def _already_there(write: _Write, trees: Sequence[Work], works: Sequence[Work]) -> Iterator[Overwritten]:
    stage, path = write.origin
    for work in reversed(trees):
        if stage or work.copied is None or work.copied.context_path(write.path) != path:
            continue
        if work.once(_flags) == write.flags and _is_untouched(write.path, work, write.work, works):
            yield Overwritten(write.path, Relation.SAME, (work.index, 0), write.place)
        return


def _included(work: Work, done: Iterable[_Write], works: Sequence[Work]) -> Iterator[Overwritten]:
    """The files written before that come along with the folder which a step copies."""
    copied, copy = work.copied, work.instruction
    if copied is None or copied.root is None or not isinstance(copy, Copy):
        return
    for write in done:
        if not write.is_file or write.origin[0] or copied.context_path(write.path) != write.origin[1]:
            continue
        if _is_untouched(write.path, write.work, work, works):
            yield Overwritten(write.path, Relation.INCLUDED, write.place, (work.index, 0))


def _flags(work: Work) -> frozenset[str]:
    return frozenset(f"{flag.name.text}={flag.value.text if flag.value else ''}" for flag in work.instruction.flags)


def _is_untouched(path: str, one: Work, other: Work, works: Sequence[Work]) -> bool:
    """Whether no step between two reads or writes a file. Who reads one of the system's files, no command says."""
    for work in works[one.index + 1 : other.index]:
        if isinstance(work.instruction, Run) and not (is_project_folder(path) and work.is_apart([path])):
            return False
        if isinstance(work.instruction, Transfer) and (work.destination is None or is_within(path, work.destination)):
            return False
    return True
