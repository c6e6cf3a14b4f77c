"""COPYs that stand next to each other and put small files into the same folder. Decides nothing about them.

Files are small where the build context shows it, or else by names that people give to what they write by hand.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from functools import lru_cache

from msgspec import Struct

from layerwise.build.dependencies.folders import (
    absolute,
    is_within,
    literal,
    placed_commands,
    shell_value,
    working_directories,
)
from layerwise.build.model import Stage, Step
from layerwise.context import ContextTree
from layerwise.context.paths import clean, is_pattern
from layerwise.knowledge.manifests import MANIFESTS, PLAIN_NAMES
from layerwise.knowledge.programs import STANDING_FOLDERS
from layerwise.knowledge.weights import LARGE, MOSTLY_SMALL
from layerwise.shell.tree import Around
from layerwise.syntax.tree import Copy, Heredoc, Instruction, Run, Transfer, Workdir

_MANIFEST_NAMES = (
    *{name for row in MANIFESTS for name in (*row.required, *row.files)},
    *(
        "requirements*.txt",
        "*requirements.txt",
        "*requirements.in",
        "constraints*.txt",
        "environment*.yml",
        "*.gemspec",
    ),
    *("package*.json", "*.csproj", "*.fsproj", "*.sln", "*.slnx"),
)
_SMALL = MOSTLY_SMALL | {".lock", ".mod", ".sum", ".props", ".ru", ".gemspec", ".csproj", ".config", ".envsh", ".rules"}
_JOINABLE = frozenset({"from", "chown", "chmod", "link"})
_PERHAPS = frozenset({Around.IF, Around.CASE, Around.OR, Around.FUNCTION})


class _Part(Struct, frozen=True):
    """What one COPY says by itself. ``folder`` is as it would be written, with a slash at the end."""

    folder: str
    names: tuple[str, ...]
    paths: tuple[str, ...]
    flags: frozenset[str]
    is_json: bool
    kinds: frozenset[bool]
    """Whether its files are manifests."""
    is_foreign: bool
    """It takes the files from another stage or image."""
    needs_folder: bool
    """It makes the folder's name a file's, unless there is such a folder already."""
    needs_file: bool
    """The name of its source is written at the end of the destination too, so that it must be a file."""


class CopyRow(Struct, frozen=True, eq=False):
    """COPYs in the order of the file, two or more, each of some small files. ``folder`` is theirs, as it is written.

    ``path`` is the same absolute, where it can be known.
    """

    steps: tuple[Step, ...]
    folder: str
    path: str
    files: int


def copy_rows(stage: Stage, tree: ContextTree | None) -> Iterator[CopyRow]:
    """The rows of a stage: the same flags, and the same folder.

    A comment between two COPYs sets them apart, and so does what a later RUN may tell apart: manifests and other files.
    """
    row: list[tuple[Step, _Part]] = []
    folders: list[str] = []
    for step in stage.steps_about({Copy}):
        part = step.once(_part) if step.kind is Copy else None
        if part is None or not _is_small(part, tree):
            continue
        folders = folders or working_directories(stage)
        if row:
            follows = step.index == row[-1][0].index + 1 and _are_alike((*row, (step, part)), folders)
            if not follows or _is_set_apart(step, stage, is_mixed=len(part.kinds | row[-1][1].kinds) > 1):
                yield from _row(row, stage, folders)
                row = []
        row.append((step, part))
    yield from _row(row, stage, folders)


def _is_set_apart(step: Step, stage: Stage, *, is_mixed: bool) -> bool:
    if is_mixed and any(each.kind is Run for each in stage.steps[step.index :]):
        return True
    index = 0
    for node in stage.section.layout.nodes:
        if isinstance(node, Instruction):
            index += 1
        elif index == step.index:
            return True
    return False


@lru_cache(maxsize=4096)
def is_plain_file(name: str) -> bool:
    """Whether a name is one of a file that people write by hand; it may hold ``*``."""
    return name in PLAIN_NAMES or is_manifest(name) or posixpath.splitext(name.rstrip("*"))[1] in _SMALL


@lru_cache(maxsize=4096)
def is_manifest(name: str) -> bool:
    """Whether a name is one of a file that an install reads; it may end in ``*``."""
    plain = name.rstrip("*")
    return any(fnmatchcase(plain, pattern) for pattern in _MANIFEST_NAMES)


def _row(row: Sequence[tuple[Step, _Part]], stage: Stage, folders: Sequence[str]) -> Iterator[CopyRow]:
    if len(row) < 2:
        return
    first = row[0][0]
    path = _path(*row[0], folders)
    if row[0][1].needs_folder and not _exists(path, stage, first.index, folders):
        return
    steps = tuple(step for step, _ in row)
    plain = next((part.folder for _, part in reversed(row) if not part.needs_file), row[-1][1].folder)
    yield CopyRow(steps, plain, path, sum(len(part.names) for _, part in row))


def _are_alike(row: Sequence[tuple[Step, _Part]], folders: Sequence[str]) -> bool:
    """Whether the last one of a row goes on with it."""
    (first, one), (last, other) = row[0], row[-1]
    names = [name for _, part in row for name in part.names]
    return (
        (one.flags, one.is_json) == (other.flags, other.is_json)
        and _path(first, one, folders) == _path(last, other, folders)
        and len(set(names)) == len(names)
    )


def _path(step: Step, part: _Part, folders: Sequence[str]) -> str:
    value = step.value(part.folder)
    return absolute(value, folders[step.index]) or part.folder


def _part(step: Step) -> _Part | None:
    """What a COPY says; None for one that cannot be joined with another. For ``Step.once``."""
    copy = step.instruction
    if not isinstance(copy, Copy) or copy.destination is None or copy.problems or copy.comments:
        return None
    if any(flag.name.text not in _JOINABLE for flag in copy.flags):
        return None
    paths = [source.text for source in copy.sources if not isinstance(source, Heredoc)]
    names = tuple(posixpath.basename(path) for path in paths)
    target = copy.destination.text
    if (
        len(paths) != len(copy.sources)
        or not paths
        or any(char in text for text in (*names, target) for char in "\"'\\`")
    ):
        return None
    if any("$" in name for name in names):
        return None
    flags = frozenset(f"{flag.name.text}={flag.value.text if flag.value else ''}" for flag in copy.flags)
    into, end = _is_folder(target) or len(paths) > 1, posixpath.basename(target)
    needs_file = not into and end == names[0] and not is_pattern(names[0])
    needs_folder = not into and not needs_file
    if needs_folder and copy.flag("link"):
        return None
    folder = (target[: -len(end)] or "./") if needs_file else target
    return _Part(
        folder if folder.endswith("/") else folder + "/",
        names,
        tuple(paths),
        flags,
        copy.is_json,
        frozenset(is_manifest(name) for name in names),
        copy.flag("from") is not None,
        needs_folder,
        needs_file,
    )


def _is_folder(written: str) -> bool:
    return written in (".", "..") or written.endswith(("/", "/.", "/.."))


def _is_small(part: _Part, tree: ContextTree | None) -> bool:
    """Whether all of it are files, and none of them so large that a layer of its own may be meant."""
    for name, path in zip(part.names, part.paths, strict=True):
        is_seen = tree is not None and not part.is_foreign and "$" not in path and not is_pattern(path)
        if tree is not None and is_seen and tree.exists(path):
            if tree.is_folder(path) or tree.size(clean(path)) >= LARGE:
                return False
        elif not is_plain_file(name):
            return False
    return True


def _exists(path: str, stage: Stage, before: int, folders: Sequence[str]) -> bool:
    """Whether a folder is there before a step: the image has it, or an earlier step has surely made it."""
    if path in STANDING_FOLDERS and not stage.facts.is_scratch:
        return True
    for step in stage.steps[:before]:
        if step.kind is Workdir and is_within(folders[step.index + 1], path):
            return True
        if issubclass(step.kind, Transfer):
            instruction = step.instruction
            word = instruction.destination.text if isinstance(instruction, Transfer) and instruction.destination else ""
            target = absolute(step.value(word), folders[step.index]) if _is_folder(word) else None
            if target and is_within(target, path):
                return True
        if any(is_within(made, path) for made in _made_by_mkdir(step, folders[step.index])):
            return True
    return False


def _made_by_mkdir(step: Step, folder: str) -> Iterator[str]:
    if "mkdir" not in step.subjects:
        return
    for placed in placed_commands(step, folder):
        command = placed.command
        if command.program != "mkdir" or placed.folder is None or not _PERHAPS.isdisjoint(command.within):
            continue
        for word in command.arguments:
            path = absolute(literal(word, shell_value(step)), placed.folder)
            if path and not word.text.startswith("-"):
                yield path
