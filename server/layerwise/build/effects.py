"""What a step depends on besides its own text and the layers below, and which paths it is known to write."""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from dataclasses import dataclass

from layerwise.shell.tree import Script
from layerwise.syntax.tree import Add, Copy, Heredoc, Instruction, Run, Transfer, Workdir

Value = Callable[[str], str | None]
"""The value of a word under the variables in force, None when it can't be known."""


@dataclass(frozen=True, slots=True)
class Reads:
    """What a step takes from outside.

    ``context`` are the paths it takes from the build context, as patterns relative to its root, ``"."`` for all of it;
    ``stages`` the paths it takes from other stages or images, by the word that names them; ``variables`` the names of
    the ARGs and ENVs in its cache key.
    """

    context: tuple[str, ...] = ()
    stages: tuple[tuple[str, tuple[str, ...]], ...] = ()
    variables: frozenset[str] = frozenset()


def reads_of(instruction: Instruction, variables: frozenset[str], value: Value) -> Reads:
    """:param variables: the names of all ARGs and ENVs in scope, which BuildKit puts into the key of every RUN."""
    if isinstance(instruction, Transfer):
        sources = tuple(
            (value(word.text) or word.text) for word in instruction.sources if not isinstance(word, Heredoc)
        )
        flag = instruction.flag("from") if isinstance(instruction, Copy) else None
        if flag is not None and flag.value is not None:
            return Reads(stages=((flag.value.text, sources),))
        remote = ("http://", "https://", "git@", "ssh://")
        local = tuple(_in_context(path) for path in sources if not path.startswith(remote))
        return Reads(context=local)
    if isinstance(instruction, Run):
        binds = [mount for mount in instruction.mounts if mount.type == "bind"]
        context = tuple(_in_context(mount.source or ".") for mount in binds if not mount.from_)
        stages = tuple((mount.from_, (mount.source or "/",)) for mount in instruction.mounts if mount.from_)
        return Reads(context, stages, variables)
    return Reads()


def writes_of(instruction: Instruction, script: Script | None, workdir: str | None, value: Value) -> tuple[str, ...]:
    """Absolute paths, folders with a trailing slash. A path whose place can't be known is left out."""
    if isinstance(instruction, Workdir) and instruction.value:
        folder = _absolute(value(instruction.value.text), workdir)
        return (folder + "/",) if folder else ()
    if isinstance(instruction, Transfer) and instruction.destination:
        text = value(instruction.destination.text)
        path = _absolute(text, workdir)
        if not path or text is None:
            return ()
        is_folder = text.endswith(("/", ".")) or len(instruction.sources) > 1 or isinstance(instruction, Add)
        return (path.rstrip("/") + "/",) if is_folder else (path,)
    if isinstance(instruction, Run) and script is not None:
        found = []
        for command in script.commands:
            for each in command.redirections:
                if ">" in each.operator and each.target:
                    path = _absolute(each.target.value, workdir)
                    if path and not path.startswith("/dev/"):
                        found.append(path)
        return tuple(found)
    return ()


def _in_context(path: str) -> str:
    return posixpath.normpath(path.lstrip("/") or ".")


def _absolute(path: str | None, workdir: str | None) -> str | None:
    if not path:
        return None
    if path.startswith("/"):
        return posixpath.normpath(path)
    return posixpath.normpath(posixpath.join(workdir, path)) if workdir else None
