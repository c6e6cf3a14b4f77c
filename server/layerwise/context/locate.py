"""Finds the build context of a Dockerfile, as a builder is told it."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from layerwise.context.bake import BAKE_FILES, builds_in_bake, inline_builds_in_bake
from layerwise.context.compose import BuildTarget, builds_in_compose, compose_files, inline_builds_in_compose
from layerwise.context.tree import ContextTree, Files

MAX_FOLDERS_UP = 6
"""So far up compose and bake files are looked for, and never beyond the root of a repository."""


def locate(
    dockerfile_path: str,
    files: Files,
    *,
    context: str | None = None,
    previous: ContextTree | None = None,
    patient: bool = True,
) -> ContextTree:
    """The build context of the Dockerfile at this absolute path.

    It is the folder that the settings name; else the one that the nearest compose or bake file names together with this
    Dockerfile; else the Dockerfile's own folder. Where several services build the same file, the first counts.

    :param context: the absolute path that the settings give.
    :param previous: the tree found before: it is returned itself while all that it has seen is unchanged.
    :param patient: see ``ContextTree``.
    """
    told = context or _told(dockerfile_path, files)
    root = told or posixpath.dirname(dockerfile_path)
    ignore_path = _ignore_path(dockerfile_path, root, files)
    if (
        previous is not None
        and (previous.root, previous.ignore_path, previous.told) == (root, ignore_path, told is not None)
        and previous.is_current()
    ):
        return previous
    is_told = told is not None
    return ContextTree(files, root, ignore_path, told=is_told, dockerfile=dockerfile_path, patient=patient)


def named_dockerfiles(root: str, files: Files) -> tuple[str, ...]:
    """The absolute paths of the Dockerfiles that compose and bake files name together with this build context."""
    found: dict[str, None] = {}
    for folder in _folders_up(posixpath.join(root, "Dockerfile"), files):
        for target in _targets(folder, files):
            context = posixpath.normpath(posixpath.join(folder, target.context))
            if context == root:
                found[posixpath.normpath(posixpath.join(context, target.dockerfile))] = None
    return tuple(found)


def inline_dockerfiles(root: str, files: Files) -> tuple[tuple[str, str], ...]:
    """The Dockerfiles that stand in compose and bake files, for builds with this context.

    As (the name of the file, the text of the Dockerfile).
    """
    found: list[tuple[str, str]] = []
    for folder in _folders_up(posixpath.join(root, "Dockerfile"), files):
        for name, text in _telling(folder, files):
            inline = inline_builds_in_bake(name, text) if name in BAKE_FILES else inline_builds_in_compose(text)
            for context, dockerfile in inline:
                if posixpath.normpath(posixpath.join(folder, context)) == root:
                    found.append((name, dockerfile))
    return tuple(found)


def has_own_ignore_file(dockerfile_path: str, files: Files) -> bool:
    """Whether ``NAME.dockerignore`` stands beside a Dockerfile, so that no other one counts for it."""
    folder, _, name = dockerfile_path.rpartition("/")
    return (f"{name}.dockerignore", False) in files.list(folder or "/")


def _ignore_path(dockerfile_path: str, root: str, files: Files) -> str | None:
    """``Dockerfile.dockerignore`` beside the Dockerfile stands in for the ``.dockerignore`` of the context."""
    for path in (f"{dockerfile_path}.dockerignore", posixpath.join(root, ".dockerignore")):
        folder, _, name = path.rpartition("/")
        if (name, False) in files.list(folder or "/"):
            return path
    return None


def _told(dockerfile_path: str, files: Files) -> str | None:
    for folder in _folders_up(dockerfile_path, files):
        for target in _targets(folder, files):
            context = posixpath.normpath(posixpath.join(folder, target.context))
            if posixpath.normpath(posixpath.join(context, target.dockerfile)) == dockerfile_path:
                return context
    return None


def _folders_up(path: str, files: Files) -> Iterator[str]:
    folder = posixpath.dirname(path)
    for _ in range(MAX_FOLDERS_UP):
        yield folder
        above = posixpath.dirname(folder)
        if above == folder or any(name == ".git" for name, _ in files.list(folder)):
            return
        folder = above


def _targets(folder: str, files: Files) -> Iterator[BuildTarget]:
    for name, text in _telling(folder, files):
        yield from builds_in_bake(name, text) if name in BAKE_FILES else builds_in_compose(text)


def _telling(folder: str, files: Files) -> Iterator[tuple[str, str]]:
    """The name and the text of each compose and bake file in a folder."""
    names = {name for name, is_folder in files.list(folder) if not is_folder}
    for name in (*compose_files(names), *(name for name in BAKE_FILES if name in names)):
        yield name, files.read(posixpath.join(folder, name)) or ""
