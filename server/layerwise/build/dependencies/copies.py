"""What a COPY or ADD puts where: which path of the build context becomes which path of the image."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from msgspec import Struct

from layerwise.build.dependencies.folders import absolute, is_within
from layerwise.build.model import Step
from layerwise.context import ContextTree, read_ignore
from layerwise.context.paths import PatternError, clean, is_pattern, match
from layerwise.knowledge.manifests import PLAIN_NAMES
from layerwise.syntax.tree import Add, Copy, Heredoc, Transfer

_REMOTE = ("http://", "https://", "git@", "git://", "ssh://")


class Source(Struct, frozen=True):
    """A source of a COPY. ``written`` is as in the file, ``path`` cleaned, after expansion."""

    written: str
    path: str
    is_folder: bool
    is_guessed: bool = False
    """Whether it is a folder is a guess from its name: the context can't be seen."""

    @property
    def is_pattern(self) -> bool:
        return is_pattern(self.path)


class Copied(Struct, frozen=True, eq=False):
    """A COPY or ADD of the build context. ``destination`` is absolute in the image."""

    step: Step
    sources: tuple[Source, ...]
    destination: str
    into: bool
    """The destination is a folder that the sources are put into, also when there is one source and it is a file."""
    excluded: str = ""
    """The patterns of its ``--exclude`` flags, one a line."""

    @property
    def instruction(self) -> Transfer:
        assert isinstance(self.step.instruction, Transfer)
        return self.step.instruction

    @property
    def is_tree(self) -> bool:
        """It copies folders, or whatever a ``*`` finds, and not just files that it names."""
        return any(source.is_folder and not source.is_guessed for source in self.sources)

    @property
    def root(self) -> str | None:
        """The folder of the context that becomes the destination, None when it is not one folder."""
        first = self.sources[0]
        return first.path if len(self.sources) == 1 and first.is_folder and not first.is_pattern else None

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths of the image that it writes to: of each file that it names, else of the folder they go into."""
        plain = not any(source.is_folder or source.is_pattern for source in self.sources)
        if not (self.into and plain and isinstance(self.instruction, Copy)):
            return (self.destination,)
        return tuple(posixpath.join(self.destination, posixpath.basename(source.path)) for source in self.sources)

    def context_path(self, path: str) -> str | None:
        """The path in the context of what this puts at an absolute path of the image, None when it does not."""
        if self.root is not None:
            return self._below_root(path)
        for source in self.sources:
            if source.is_folder and not source.is_pattern:
                continue
            if path == self.destination and not self.into:
                return source.path
            folder, _, name = path.rpartition("/")
            if self.into and (folder or "/") == self.destination and _may_be(source, name):
                return posixpath.join(posixpath.dirname(source.path), name)
        return None

    def image_path(self, path: str) -> str | None:
        """The absolute path of the image at which a path of the context is put."""
        if self.root is None:
            return None
        if self.root == ".":
            return absolute(path, self.destination)
        return absolute(posixpath.relpath(path, self.root), self.destination) if is_within(path, self.root) else None

    def _below_root(self, path: str) -> str | None:
        if not is_within(path, self.destination):
            return None
        below = posixpath.relpath(path, self.destination)
        if self.excluded and read_ignore(self.excluded).ignores(below):
            return None
        return clean(f"{self.root}/{below}")


def copied(step: Step, folder: str, tree: ContextTree | None) -> Copied | None:
    """What a step copies of the context. None for other steps, and where it can't be told.

    :param folder: the working directory in force.
    :param tree: the context, where it can be seen.
    """
    instruction = step.instruction
    if not isinstance(instruction, Copy | Add) or instruction.destination is None or instruction.problems:
        return None
    if instruction.flag("from") or instruction.flag("parents") or instruction.flag("unpack"):
        return None
    target = step.value(instruction.destination.text)
    destination = absolute(target, folder)
    if target is None or destination is None:
        return None
    sources = tuple(_sources(step, instruction, tree))
    if len(sources) != len(instruction.sources):
        return None
    into = target.endswith(("/", "/.")) or target in (".", "..") or len(sources) > 1
    excluded = "\n".join(
        flag.value.text for flag in instruction.flags if flag.name.text == "exclude" and flag.value is not None
    )
    return Copied(step, sources, destination, into, excluded)


def _sources(step: Step, instruction: Transfer, tree: ContextTree | None) -> Iterator[Source]:
    for word in instruction.sources:
        value = None if isinstance(word, Heredoc) else step.value(word.text)
        if value is None or value.startswith(_REMOTE):
            return
        path = clean(value)
        is_folder, is_guessed = _is_folder(value, path, tree)
        yield Source(word.text, path, is_folder, is_guessed)


def _is_folder(written: str, path: str, tree: ContextTree | None) -> tuple[bool, bool]:
    """Whether a source is a folder, and whether that is only a guess."""
    name = posixpath.basename(path)
    if path == "." or written.endswith(("/", "/.")) or name in ("*", "**", "*.*"):
        return True, False
    if is_pattern(path):
        return False, False
    if tree is not None and tree.exists(path):
        return tree.is_folder(path), False
    return "." not in name and name not in PLAIN_NAMES and not name.isupper(), True


def _may_be(source: Source, name: str) -> bool:
    try:
        return match(posixpath.basename(source.path), name)
    except PatternError:
        return False
