"""What the steps of a stage leave in their layers in bulk, and what later commands remove of it.

Only what is certain: downloads with a known name, clones, unpacked archives, copied files, package lists, caches and
packages. A file that a script writes by itself is not known here.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from enum import StrEnum
from fnmatch import fnmatchcase
from weakref import WeakKeyDictionary

from msgspec import Struct
from msgspec.structs import replace

from layerwise.build.dependencies.folders import (
    UNKNOWN,
    Placed,
    absolute,
    assigned_in,
    is_within,
    literal,
    placed_commands,
    shell_value,
)
from layerwise.build.model import State, Step
from layerwise.build.operations import Operation, PackageOperation, operations
from layerwise.shell.tree import Around, Command, ShellWord
from layerwise.syntax.place import moved
from layerwise.syntax.tree import Add, Heredoc, Run, Transfer
from layerwise.text import Span


class Kind(StrEnum):
    """What it is, in words for a reader."""

    DOWNLOAD = "a download"
    CLONE = "a clone"
    UNPACKED = "an unpacked archive"
    COPY = "a copied file"
    INDEX = "a package index"
    CACHE = "a cache"
    PACKAGE = "a package"
    DEPENDENCIES = "installed dependencies"


class Written(Struct, frozen=True):
    """Something in a layer: a file or folder by its absolute path, or a package by its name.

    ``span`` is the command, or the instruction, that writes it; ``manager`` the package manager that it belongs to.
    ``source`` is where a copied file comes from in the build context.
    """

    name: str
    kind: Kind
    span: Span
    manager: str = ""
    source: str = ""

    def moved(self, by: int) -> Written:
        return replace(self, span=self.span.moved(by))


class Removed(Struct, frozen=True):
    """What a command removes: paths, with ``*``, or packages by name; with ``everything``, a manager's files."""

    command: Command
    names: tuple[str, ...]
    manager: str = ""
    everything: bool = False
    words: tuple[ShellWord, ...] = ()
    """For paths, the word of each."""

    def moved(self, by: int) -> Removed:
        words = tuple(moved(word, by) for word in self.words)
        return replace(self, command=moved(self.command, by), words=words)

    def takes(self, written: Written) -> bool:
        if self.everything:
            return written.manager == self.manager and written.kind in (Kind.INDEX, Kind.CACHE)
        if written.kind is Kind.PACKAGE:
            return written.manager == self.manager and written.name in self.names
        return not self.manager and any(_covers(pattern, written.name) for pattern in self.names)


Trace = Written | Removed
_GLOB = frozenset("*?[")
_PROJECT_FOLDERS = {
    **dict.fromkeys(("npm", "yarn", "pnpm", "bun"), "node_modules"),
    "composer": "vendor",
}
_ELSEWHERE = ("-g", "--global", "--prefix", "-C", "--cwd", "--dir", "-d", "--working-dir")
_PERHAPS = frozenset({Around.IF, Around.CASE, Around.OR})
"""A command in one of these may not run, so that nothing is sure to be written."""


_STATES_KEPT = 4
"""The states before one step that are remembered: while an ENV above is typed, each keystroke makes a new one."""
_kept: WeakKeyDictionary[object, dict[tuple[State, str], tuple[int, tuple[Trace, ...]]]] = WeakKeyDictionary()
"""By ``Step.key``: the traces where they were last asked for, and where that was."""


def traces(step: Step, folder: str) -> tuple[Trace, ...]:
    """What a step writes and removes, in the order of its commands. What goes to a mount is in no layer.

    :param folder: the working directory in force, see ``folders.working_directories``.
    """
    start = step.span.start
    by_state = _kept.setdefault(step.key, {})
    found = by_state.get((step.before, folder))
    if found is None:
        traced = tuple(_traces(step, folder))
    elif found[0] == start:
        return found[1]
    else:
        traced = tuple(each.moved(start - found[0]) for each in found[1])
    if len(by_state) >= _STATES_KEPT:
        by_state.clear()
    by_state[step.before, folder] = (start, traced)
    return traced


def is_removed(path: str, steps: Iterable[Step]) -> bool:
    """Whether one of the steps removes an absolute path, or a folder around it."""
    return any(_covers(pattern, path) for step in steps for pattern in step.once(_removed_paths))


def _removed_paths(step: Step) -> tuple[str, ...]:
    found = traces(step, step.before.workdir or UNKNOWN) if step.kind is Run else ()
    return tuple(name for each in found if isinstance(each, Removed) and not each.manager for name in each.names)


def _traces(step: Step, folder: str) -> Iterator[Trace]:
    if isinstance(step.instruction, Transfer):
        yield from _copied(step, folder)
        return
    if not isinstance(step.instruction, Run):
        return
    mounted = [absolute(mount.target, folder) for mount in step.instruction.mounts]
    for placed in placed_commands(step, folder):
        around = placed.command.within
        if Around.FUNCTION in around:
            continue
        is_sure = not _PERHAPS.intersection(around)
        for trace in (*_by_package_manager(placed, step), *_by_program(placed, step)):
            names = (trace.name,) if isinstance(trace, Written) else trace.names
            if (is_sure or isinstance(trace, Removed)) and not any(
                target and is_within(name, target) for target in mounted for name in names
            ):
                yield trace


def _copied(step: Step, folder: str) -> Iterator[Written]:
    instruction = step.instruction
    assert isinstance(instruction, Transfer)
    target = step.value(instruction.destination.text) if instruction.destination else None
    path = absolute(target, folder)
    if path is None or target is None:
        return
    sources = [source.text for source in instruction.sources if not isinstance(source, Heredoc)]
    into_folder = target.endswith(("/", ".")) or len(sources) > 1
    from_context = instruction.flag("from") is None
    for text in sources:
        name = posixpath.basename(text)
        if "." not in name.strip(".") or set(name) & set("*?[$"):
            continue
        written = posixpath.join(path, name) if into_folder else path
        if "://" in text:
            yield Written(written, Kind.DOWNLOAD, instruction.span)
        elif not (isinstance(instruction, Add) and _is_unpacked(name)):
            source = posixpath.normpath(text.lstrip("/")) if from_context else ""
            yield Written(written, Kind.COPY, instruction.span, source=source)


def _is_unpacked(name: str) -> bool:
    """Whether ADD unpacks a local file of this name, so that it is not there under its name."""
    return re.search(r"\.(?:tar|tar\.(?:gz|bz2|xz|zst)|tgz|tbz2?|txz)$", name) is not None


# Package managers


def _by_package_manager(placed: Placed, step: Step) -> Iterator[Trace]:
    command = placed.command
    for operation in operations(command):
        manager = operation.manager
        if operation.operation is Operation.CLEAN:
            yield from _cleaned(operation)
        elif operation.operation is Operation.REMOVE:
            names = tuple(word.value for word in operation.packages if word.value)
            yield Removed(command, names, manager.name)
        else:
            yield from _left_by(operation, step)
            yield from _dependencies(operation, placed.folder)


def _cleaned(operation: PackageOperation) -> Iterator[Removed]:
    manager = operation.manager
    needed = manager.clean_words[-1] if manager.clean_words else frozenset()
    given = {word.value for word in operation.command.arguments}
    if not needed or needed & given:
        yield Removed(operation.command, (), manager.name, everything=True)


def _left_by(operation: PackageOperation, step: Step) -> Iterator[Written]:
    manager, span = operation.manager, operation.command.span
    if operation.operation is Operation.INSTALL and manager.is_distribution:
        for word in operation.packages:
            if word.value and not word.value.startswith((".", "/")):
                yield Written(re.split("[=:<>~@]", word.value)[0], Kind.PACKAGE, span, manager.name)
        virtual = operation.option("-t", "--virtual") if manager.name == "apk" else None
        if virtual:
            yield Written(virtual, Kind.PACKAGE, span, manager.name)
    if operation.has_option(*manager.no_cache_options) or _is_switched_off(operation, step):
        return
    apt_like = manager.indexes == ("/var/lib/apt/lists",)
    fetches = operation.operation is Operation.UPDATE_INDEX or (
        manager.is_distribution and operation.operation in manager.filled_by and not apt_like
    )
    for path in manager.indexes if fetches else ():
        yield Written(path, Kind.INDEX, span, manager.name)
    # Debian's images remove what apt has downloaded by themselves.
    if operation.operation in manager.filled_by and not apt_like:
        for folder in manager.caches:
            if not any(step.before.lookup(name) for name, _ in folder.moved_by):
                yield Written(folder.path.replace("~", _home(step)), Kind.CACHE, span, manager.name)


def _dependencies(operation: PackageOperation, folder: str | None) -> Iterator[Written]:
    """What a project's own package manager puts into a folder of the project."""
    name = _PROJECT_FOLDERS.get(operation.manager.name)
    if not name or not folder or operation.operation is not Operation.INSTALL:
        return
    is_global = "global" in (word.value for word in operation.command.arguments)
    if not is_global and not operation.has_option(*_ELSEWHERE):
        yield Written(posixpath.join(folder, name), Kind.DEPENDENCIES, operation.command.span)


def _is_switched_off(operation: PackageOperation, step: Step) -> bool:
    if f"{operation.manager.name}:no-cache" in step.before.tool_settings:
        return True
    names = {switch.name for switch in operation.manager.switches}
    return any(step.before.lookup(name) for name in names) or not names.isdisjoint(step.once(assigned_in))


def _home(step: Step) -> str:
    user = (step.before.user or "root").partition(":")[0]
    return "/root" if user in ("root", "0", "") else f"/home/{user}"


# Programs


def _by_program(placed: Placed, step: Step) -> Iterator[Trace]:
    command, folder = placed.command, placed.folder
    words = [_expanded(literal(word, shell_value(step)) or word.text, step) for word in command.arguments]
    if command.program == "rm" and "--help" not in words:
        found = zip(words, command.arguments, strict=True)
        paths = [(_path(text, folder), word) for text, word in found if not text.startswith("-")]
        known = [(path, word) for path, word in paths if path]
        if known:
            yield Removed(command, tuple(path for path, _ in known), words=tuple(word for _, word in known))
        return
    names = list(fetched_names(command, words)) if command.program in ("curl", "wget") else []
    kind = Kind.DOWNLOAD
    if command.program == "git" and "clone" in words:
        names, kind = cloned_folders(words), Kind.CLONE
    elif command.program in ("tar", "bsdtar", "unzip"):
        names, kind = _unpacked(command.program, words), Kind.UNPACKED
    for name in names:
        path = _path(name, folder)
        if path and not path.startswith("/dev/") and path != "/":
            yield Written(path, kind, command.span)


def _expanded(word: str, step: Step) -> str:
    for name in ("~/", "$HOME/", "${HOME}/"):
        if word.startswith(name):
            return f"{_home(step)}/{word[len(name) :]}"
    return word


def _path(word: str, folder: str | None) -> str | None:
    if not word or set(word) & set("$`\"'\\"):
        return None
    if not word.startswith("/") and folder is None:
        return None
    return absolute(word, folder or UNKNOWN)


def fetched_names(command: Command, words: list[str]) -> Iterator[str]:
    """The files that ``curl`` or ``wget`` writes, as its words name them."""
    urls = [word for word in words if "://" in word]
    redirected = [
        each.target.value for each in command.redirections if each.operator in (">", ">>", "&>") and each.target
    ]
    named = _option(words, "-o", "--output") if command.program == "curl" else _option(words, "-O", "--output-document")
    if named is not None:
        if named != "-":
            yield named
        return
    if command.program == "curl":
        if any(re.fullmatch(r"-[a-zA-Z#]*O[a-zA-Z#]*|--remote-name(-all)?", word) for word in words):
            yield from filter(None, map(_name_in_url, urls))
        elif urls and redirected and redirected[-1]:
            yield redirected[-1]
    elif urls:
        folder = _option(words, "-P", "--directory-prefix") or ""
        yield from (posixpath.join(folder, name) for name in map(_name_in_url, urls) if name)


def _option(words: list[str], short: str, long: str) -> str | None:
    """The value of the last such option, also bundled (``-qO file``) or attached (``-Ofile``)."""
    found = None
    for index, word in enumerate(words):
        following = words[index + 1] if index + 1 < len(words) else None
        if word.startswith(long + "="):
            found = word.partition("=")[2]
        elif word == long or re.fullmatch(rf"-[a-zA-Z#]*{short[1]}", word):
            found = following
        elif word.startswith(short) and not word.startswith("--"):
            found = word[2:]
    return found


def _name_in_url(url: str) -> str:
    name = posixpath.basename(url.partition("?")[0].partition("#")[0])
    return name if "://" in url and url.count("/") > 2 else ""


def cloned_folders(words: list[str]) -> list[str]:
    """The folder that ``git clone`` makes, as its words name it; empty when there is no telling."""
    rest = words[words.index("clone") + 1 :]
    at = next((index for index, word in enumerate(rest) if "://" in word or word.startswith("git@")), None)
    if at is None:
        return []
    given = [word for word in rest[at + 1 :] if not word.startswith("-")]
    return given[:1] or [posixpath.basename(rest[at].rstrip("/")).removesuffix(".git")]


def _unpacked(program: str, words: list[str]) -> list[str]:
    """The folder that an archive is unpacked to, where one is named."""
    if program == "unzip":
        target = _option(words, "-d", "--directory")
    else:
        extracts = any(re.fullmatch(r"-?[a-zA-Z]*x[a-zA-Z]*", word) for word in words[:2]) or "--extract" in words
        target = _option(words, "-C", "--directory") if extracts else None
    return [target] if target and target.strip("./") else []


def _covers(pattern: str, path: str) -> bool:
    """Whether removing ``pattern`` removes ``path``: itself, a folder around it, or all of what is in it."""
    if not _GLOB.intersection(pattern):
        pattern = pattern.rstrip("/")
        return pattern.count("/") > 0 and (path == pattern or path.startswith(pattern + "/"))
    wanted, given = pattern.rstrip("/").split("/"), path.rstrip("/").split("/")
    if len(wanted) == len(given) + 1 and wanted[-1] == "*":
        given = [*given, "*"]
    if len(wanted) > len(given) or len(wanted) < 2:
        return False
    return all(fnmatchcase(part, each) for each, part in zip(wanted, given, strict=False))
