"""What a step depends on besides its own text and the layers below, and which paths it is known to write."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator

from msgspec import Struct

from layerwise.shell.tree import Script
from layerwise.syntax.tree import Add, Copy, Heredoc, Instruction, Run, Transfer, Word, Workdir
from layerwise.syntax.words import variables
from layerwise.text import Span

Value = Callable[[str], str | None]
"""The value of a word under the variables in force, None when it can't be known."""
_REMOTE = ("http://", "https://", "git://", "git@", "ssh://")
_DEVICES = "/dev/"


class Reads(Struct, frozen=True):
    """What a step takes from outside.

    ``context`` are the paths it takes from the build context, as patterns relative to its root, ``"."`` for all of it;
    ``stages`` the paths it takes from other stages or images, by the word that names them; ``variables`` the names of
    the ARGs and ENVs in its cache key. Where a variable without a known value stands in a path, the pattern has ``*``.
    """

    context: tuple[str, ...] = ()
    stages: tuple[tuple[str, tuple[str, ...]], ...] = ()
    variables: frozenset[str] = frozenset()


def reads_of(instruction: Instruction, names: frozenset[str], value: Value, escape: str) -> Reads:
    """:param names: those of all ARGs and ENVs in scope, which are part of the cache key of every RUN."""
    if isinstance(instruction, Transfer):
        words = [source for source in instruction.sources if not isinstance(source, Heredoc)]
        paths = tuple(value(word.text) or pattern_of(word, escape) for word in words)
        flag = instruction.flag("from") if isinstance(instruction, Copy) else None
        if flag is not None and flag.value is not None:
            return Reads(stages=((flag.value.text, paths),))
        is_local = [not (isinstance(instruction, Add) and path.startswith(_REMOTE)) for path in paths]
        return Reads(tuple(_in_context(path) for path, local in zip(paths, is_local, strict=True) if local))
    if isinstance(instruction, Run):
        mounts = [(mount, value(mount.source or "") or mount.source or "/") for mount in instruction.mounts]
        context = tuple(_in_context(source) for mount, source in mounts if mount.type == "bind" and not mount.from_)
        stages = tuple((mount.from_, (source,)) for mount, source in mounts if mount.from_)
        return Reads(context, stages, names)
    return Reads()


def writes_of(instruction: Instruction, script: Script | None, workdir: str | None, value: Value) -> tuple[str, ...]:
    """Absolute paths, folders with a trailing slash. A path whose place can't be known is left out."""
    if isinstance(instruction, Workdir) and instruction.value:
        folder = _absolute(value(instruction.value.text), workdir)
        return (posixpath.join(folder, ""),) if folder else ()
    if isinstance(instruction, Transfer) and instruction.destination:
        text = value(instruction.destination.text)
        path = _absolute(text, workdir)
        if not path or text is None:
            return ()
        return (posixpath.join(path, ""),) if _is_folder(instruction, text) else (path,)
    if isinstance(instruction, Run) and script is not None:
        return tuple(dict.fromkeys(_redirected(script, workdir)))
    return ()


def _is_folder(instruction: Transfer, destination: str) -> bool:
    """Whether the destination is a folder by what is written: a folder may also be what a single source makes it."""
    if destination in (".", "..") or destination.endswith(("/", "/.", "/..")) or len(instruction.sources) > 1:
        return True
    if isinstance(instruction, Add) or not instruction.sources:
        return True
    source = instruction.sources[0]
    if isinstance(source, Heredoc):
        return False
    name = source.text.rstrip("/").rpartition("/")[2]
    return name in ("", ".", "..") or "*" in name or "." not in name


def _redirected(script: Script, workdir: str | None) -> Iterator[str]:
    for command in script.commands:
        for each in command.redirections:
            if ">" in each.operator and each.target:
                path = _absolute(each.target.value, workdir)
                if path and not path.startswith(_DEVICES):
                    yield path


def pattern_of(word: Word, escape: str) -> str:
    """A word with ``*`` for each variable: ``$DIR/dist`` as ``*/dist``."""
    text = word.text
    for use in reversed(variables(Word(Span(0, len(text)), text), escape)):
        text = text[: use.span.start] + "*" + text[use.span.end :]
    return text


def _in_context(path: str) -> str:
    """Relative to the root of the context, which no path leaves."""
    return posixpath.normpath("/" + path).lstrip("/") or "."


def _absolute(path: str | None, workdir: str | None) -> str | None:
    if not path:
        return None
    if path.startswith("/"):
        return "/" + posixpath.normpath(path).lstrip("/")
    return posixpath.normpath(posixpath.join(workdir, path)) if workdir else None
