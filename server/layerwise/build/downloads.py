"""Archives, packages and installers that a RUN downloads, uses and then leaves in its layer.

Goes by the names as they are written, so that a variable in them does no harm. Whatever else the script does with a
file than unpack, install or check it counts as a use of its own, after which it is not said to be left over.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from enum import StrEnum
from fnmatch import fnmatchcase

from msgspec import Struct

from layerwise.build.dependencies.folders import UNKNOWN, Placed, absolute, is_within, placed_commands
from layerwise.build.model import Step
from layerwise.build.operations import Operation, operations
from layerwise.build.traces import fetched_names
from layerwise.knowledge.programs import CHECKING, INSTALLING, INTERPRETERS, REMOVING, UNPACKING
from layerwise.knowledge.weights import ARCHIVES, INSTALLERS, PACKAGES
from layerwise.shell.tree import Around, Command, ShellWord
from layerwise.syntax.tree import Run
from layerwise.text.patterns import regex

_BRACES = regex(r"\$\{(\w+)\}")
_AWAY = ("cache", "tmpfs", "bind")


class Use(StrEnum):
    """What became of a file, as one says it."""

    UNPACKED = "unpacked"
    INSTALLED = "installed"
    RUN = "run"


class Left(Struct, frozen=True):
    """A file that a RUN has no use for any more. ``name`` is the file without folders as it is written.

    ``download`` and ``user`` are indices among the commands of the script. ``path`` is absolute, None where the folder
    of the file is not known.
    """

    download: int
    user: int
    use: Use
    name: str
    path: str | None


def downloads_left(step: Step) -> tuple[Left, ...]:
    """What a RUN leaves behind, see ``Step.once``."""
    if not isinstance(step.instruction, Run) or step.script is None or step.script.broken:
        return ()
    placed = placed_commands(step, step.before.workdir or UNKNOWN)
    return tuple(_left(placed, step.instruction))


def _left(placed: Sequence[Placed], run: Run) -> Iterator[Left]:
    for index, each in enumerate(placed):
        if each.command.program not in ("curl", "wget") or Around.FUNCTION in each.command.within:
            continue
        for written in fetched_names(each.command, [plain(word) for word in each.command.arguments]):
            path = _absolute(spelled(written), each.folder)
            name = posixpath.basename(written.rstrip("/"))
            if not is_packed(name) or _is_mounted(path, run):
                continue
            found = _first_use(placed[index + 1 :], File(spelled(name), path))
            if found is not None:
                user, use = found
                yield Left(index, index + 1 + user, use, name, path)


def is_packed(name: str) -> bool:
    """Whether a name is that of an archive, a package or an installer, which nobody needs once it has been used."""
    if name.endswith((".jar", ".war", ".ear")):
        return False
    return name.endswith((*ARCHIVES, *PACKAGES)) or INSTALLERS.search(name) is not None


def plain(word: ShellWord) -> str:
    """A word without its quotes, and with variables written as they are."""
    return word.value if word.value is not None else word.text.replace('"', "")


def spelled(text: str) -> str:
    """``$X`` for ``${X}``, so that names can be compared."""
    return _BRACES.sub(r"$\1", text)


class File(Struct, frozen=True):
    """A file that words of a script may mean. Its name and path are ``spelled``; an unknown path is None."""

    name: str
    path: str | None

    def is_named(self, word: ShellWord, folder: str | None) -> bool:
        """Whether a word means the file, or files of which it is one."""
        text = spelled(plain(word))
        if posixpath.basename(text) == self.name:
            return True
        path = _absolute(text, folder)
        return bool(set("*?[") & set(text)) and (
            fnmatchcase(self.name, posixpath.basename(text))
            if path is None or self.path is None
            else fnmatchcase(self.path, path)
        )

    def is_at(self, word: ShellWord, folder: str | None) -> bool:
        """Whether a word means this very path, as far as both are known, also by a pattern."""
        path = _absolute(spelled(plain(word)), folder)
        if path is None or self.path is None:
            return self.is_named(word, folder)
        return path == self.path or (bool(set("*?[") & set(path)) and fnmatchcase(self.path, path))

    def is_below(self, word: ShellWord, folder: str | None) -> bool:
        """Whether removing a word may remove the file: by its name, with its folder, or in a way that is not known."""
        text = spelled(plain(word))
        path = _absolute(text, folder)
        if path is None or self.path is None or "$" in text:
            return "$" in text or path is None or self.path is None
        return is_within(self.path, path) or fnmatchcase(self.path, path + "/*" if path.endswith("/") else path)


def _first_use(rest: Sequence[Placed], file: File) -> tuple[int, Use] | None:
    """The index of the command that last used the file, and how; None if it is removed, or used in some other way."""
    found: tuple[int, Use] | None = None
    for index, each in enumerate(rest):
        command = each.command
        if command.program in REMOVING or (command.program == "find" and _deletes(command)):
            operands = [word for word in command.arguments if not word.text.startswith("-")]
            if any(file.is_named(word, each.folder) or file.is_below(word, each.folder) for word in operands):
                return None
            continue
        if file.name not in spelled(_texts(command)) and not _has_glob(command, file, each.folder):
            continue
        if command.program in CHECKING:
            continue
        use = use_of(each, file)
        if use is None:
            return None
        found = index, use
    return found


def _texts(command: Command) -> str:
    words = [*command.words, *(each.target for each in command.redirections if each.target)]
    return " ".join(plain(word) for word in words)


def _has_glob(command: Command, file: File, folder: str | None) -> bool:
    return any(set("*?[") & set(word.text) and file.is_named(word, folder) for word in command.arguments)


def _deletes(command: Command) -> bool:
    return any(word.value in ("-delete", "rm") for word in command.arguments)


def use_of(placed: Placed, file: File) -> Use | None:
    """How a command uses a file that it names, None where it only looks at it or does something else with it."""
    command = placed.command
    program, words = command.program, [plain(word) for word in command.arguments]
    if program in UNPACKING:
        return Use.UNPACKED if program not in ("tar", "bsdtar") or unpacks(words) else None
    if program in INSTALLING:
        return Use.INSTALLED if any(re.fullmatch(INSTALLING[program], word) for word in words) else None
    for operation in operations(command):
        if operation.operation is Operation.INSTALL and any(
            file.is_named(word, placed.folder) for word in (*operation.packages, *operation.manifests)
        ):
            return Use.INSTALLED
    operands = [word for word in command.arguments if not word.text.startswith("-")]
    if program in INTERPRETERS and operands and file.is_named(operands[0], placed.folder):
        return Use.RUN
    return Use.RUN if file.is_named(command.name, placed.folder) else None


def unpacks(words: Sequence[str]) -> bool:
    """Whether these arguments tell ``tar`` to unpack."""
    if any(re.fullmatch(r"-[a-zA-Z]*x[a-zA-Z]*|--extract|--get", word) for word in words):
        return True
    return bool(words) and re.fullmatch(r"[a-zA-Z]*x[a-zA-Z]*", words[0]) is not None


def _absolute(text: str, folder: str | None) -> str | None:
    if text.startswith(("$", "~")) or "`" in text or "$(" in text.rpartition("/")[0]:
        return None
    if not text.startswith("/") and (folder is None or folder.startswith(UNKNOWN)):
        return None
    return absolute(text, folder or "/")


def _is_mounted(path: str | None, run: Run) -> bool:
    targets = [mount.target for mount in run.mounts if mount.type in _AWAY and mount.target]
    if path is None:
        return any(target not in ("/root/.cache", "/var/cache/apt", "/var/lib/apt") for target in targets)
    return any(is_within(path, posixpath.join("/", target)) for target in targets)
