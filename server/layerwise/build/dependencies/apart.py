"""Whether a command is known to have nothing to do with some folders: it neither reads nor writes anything in them.

What is not known for certain is not apart.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from layerwise.build.dependencies.folders import UNKNOWN, Placed, absolute, is_within, literal
from layerwise.build.model import State
from layerwise.build.operations import Operation, PackageOperation, operations
from layerwise.build.values import Origin
from layerwise.knowledge.programs import (
    DOWNLOADING,
    LISTING,
    PATH_OPTIONS,
    PROJECT_FOLDERS,
    SHELLS,
    SPEAKING,
    STANDING_FOLDERS,
    SYSTEM,
    SYSTEM_FOLDERS,
    TEXT_FIRST,
    TEXT_OPTIONS,
    WITH_PATHS,
)
from layerwise.shell.tree import Around, Command, Redirection, ShellWord
from layerwise.text.patterns import regex

Value = Callable[[str], str | None]

_URL = regex(r"[\"']?[a-zA-Z][\w+.-]*://|[\"']?git@")
_FILE_TEST = regex(r"-[a-hkprsuwxGLNOS]|-nt|-ot|-ef")
_LOCAL_PACKAGE = regex(r"(?:\.{0,2}/|\.$|file:).*|.*\.(?:deb|rpm|apk|whl|gem|tgz|tar\.gz|zip)")


@lru_cache(maxsize=4096)
def is_project_folder(folder: str) -> bool:
    """Whether an absolute folder of the image holds a project, and none of what the system's programs look at."""
    if folder == "/" or folder.startswith(UNKNOWN):
        return False
    if any(is_within(folder, each) and folder != each for each in PROJECT_FOLDERS):
        return True
    return not any(is_within(folder, each) for each in SYSTEM_FOLDERS) and folder not in ("/home", "/opt", "/tmp")


def is_apart(placed: Placed, folders: Sequence[str], value: Value) -> bool:
    """Whether a command touches nothing in these absolute folders, nor one of the folders itself.

    :param value: the value of a word under the ARGs and ENVs in force.
    """
    command = placed.command
    sight = _Sight(placed.folder, folders, value)
    if not all(sight.redirection(each) for each in command.redirections):
        return False
    if not command.words:
        return True
    if "/" in command.name.text and not sight.clear(command.name):
        return False
    found = operations(command)
    if found:
        return all(_package_operation(each, sight) for each in found)
    folder = command.name.text.rpartition("/")[0]
    if folder and not folder.startswith(("/bin", "/sbin", "/usr/")):
        return False
    return _program(command, sight)


@lru_cache(maxsize=4096)
def made_by_copying_to(destination: str) -> str:
    """The topmost folder that a copy to an absolute path may have to make: what stands below it needs the copy."""
    path = destination
    while (above := posixpath.dirname(path)) not in STANDING_FOLDERS:
        path = above
    return path


def keeps_out(state: State, folders: Sequence[str]) -> bool:
    """Whether no variable in force points a tool into one of the folders, as ``VIRTUAL_ENV=/app/.venv`` would."""
    variables = (*state.env.values(), *state.args.values())
    if any(variable.value is None and variable.origin is not Origin.IMAGE for variable in variables):
        return False
    return not any(folder in (variable.value or "") for variable in variables for folder in folders)


class _Sight:
    """The folders to stay clear of, and the one that the command runs in."""

    def __init__(self, here: str | None, folders: Sequence[str], value: Value) -> None:
        self.here = here
        self.folders = folders
        self.value = value

    @property
    def is_outside(self) -> bool:
        """Whether the command runs outside of the folders, and not in one that cannot be known."""
        return self.here is not None and not any(is_within(self.here, folder) for folder in self.folders)

    def clear(self, word: ShellWord) -> bool:
        """Whether a word names a path that is known to be elsewhere."""
        return self.clear_path(literal(word, self.value))

    def clear_path(self, text: str | None) -> bool:
        if text is None:
            return False
        if not text or text == "-":
            return True
        glob = re.search(r"[*?\[{~]", text)
        if glob:
            text = text[: glob.start()].rpartition("/")[0] + "/" if "/" in text[: glob.start()] else "./"
            if glob[0] == "~":
                text = "/root/"
        path = absolute(text, self.here) if self.here else (text if text.startswith("/") else None)
        if path is None or path.startswith(UNKNOWN):
            return False
        return not any(is_within(path, folder) or is_within(folder, path) for folder in self.folders)

    def redirection(self, redirection: Redirection) -> bool:
        target = redirection.target
        if target is None or "&" in redirection.operator or redirection.operator == "<<<":
            return True
        return (target.value or "").startswith("/dev/") or self.clear(target)


def _program(command: Command, sight: _Sight) -> bool:
    program = command.program
    if program in ("test", "["):
        files = any(_FILE_TEST.fullmatch(word.text) for word in command.arguments)
        return not files or all(_is_text(word) or sight.clear(word) for word in command.arguments)
    if program == "corepack":
        return bool(command.arguments) and command.arguments[0].value in ("enable", "disable", "prepare")
    if program in SPEAKING:
        return True
    if program in SYSTEM:
        return all(sight.clear(word) for word in _paths(command) if "/" in word.text)
    if program == "cd":
        return len(command.arguments) == 1 and not _enters(command.arguments[0], sight)
    if program in ("tar", "unzip") and not sight.is_outside:
        given = {word.value for word in command.arguments}
        if given.isdisjoint(PATH_OPTIONS[program] - {"-f", "--file"}):
            return False
    if program in LISTING and not _paths(command) and not sight.is_outside:
        return False
    if program in WITH_PATHS:
        return all(_URL.match(word.text) or sight.clear(word) for word in _paths(command))
    if program in DOWNLOADING:
        return _download(command, sight)
    if program in SHELLS and Around.PIPELINE in command.within:
        # It runs what comes through the pipe: `curl … | bash -s -- -y`.
        operands = [word for word in command.arguments if not (word.value or "-").startswith("-")]
        return sight.is_outside and (not operands or any(word.value == "-s" for word in command.arguments))
    return False


def _enters(word: ShellWord, sight: _Sight) -> bool:
    path = absolute(literal(word, sight.value), sight.here or "/")
    return path is None or any(is_within(path, folder) for folder in sight.folders)


def _download(command: Command, sight: _Sight) -> bool:
    words = _paths(command)
    if command.program == "git":
        names = [word.value or "" for word in command.arguments]
        if names[:1] == ["config"] and "--global" in names:
            return True
        if names[:1] != ["clone"] or not sight.is_outside:
            return False
        operands = [word for word in words[1:] if not (word.value or "").startswith("-")]
        return all(_URL.match(word.text) or sight.clear(word) for word in operands)
    paths = [word for word in words if not _URL.match(word.text) and _is_path(word)]
    given = PATH_OPTIONS.get(command.program, frozenset())
    named = any(
        word.value in given or (word.value or "").startswith(("-o/", "-O/", "-qO")) for word in command.arguments
    )
    to_pipe = command.program == "curl" and not any(_is_curl_file(word) for word in command.arguments)
    return all(sight.clear(word) for word in paths) and (named or to_pipe or sight.is_outside)


def _is_curl_file(word: ShellWord) -> bool:
    text = word.value or ""
    return text in ("--remote-name", "--remote-name-all") or (text[:1] == "-" and text[:2] != "--" and "O" in text)


def _is_path(word: ShellWord) -> bool:
    """Whether an operand of a download looks like a path and not like an address without ``https://``."""
    text = word.value or word.text
    return text.startswith(("/", ".", "~")) or "/" not in text or not word.is_literal


def _paths(command: Command) -> list[ShellWord]:
    """The words that may be paths: operands, and the values of options unless they are known to be something else."""
    paths = PATH_OPTIONS.get(command.program, frozenset())
    texts = TEXT_OPTIONS.get(command.program, frozenset())
    found: list[ShellWord] = []
    skipped = command.program not in TEXT_FIRST
    words = list(command.arguments)
    index = 0
    while index < len(words):
        word = words[index]
        text = word.value if word.value is not None else word.text
        index += 1
        if text in paths and index < len(words):
            found.append(words[index])
            index += 1
        elif text in texts:
            index += 1
            skipped = skipped or text == "-e"
        elif text.startswith("-") and text != "-":
            if "=" in text and "/" in text.partition("=")[2]:
                value = text.partition("=")[2]
                found.append(ShellWord(word.span, value, value if word.is_literal else None))
        elif not skipped:
            skipped = True
        else:
            found.append(word)
    return found


def _is_text(word: ShellWord) -> bool:
    """Whether a word of a test is an operator, a quoted variable or the like, and no path."""
    text = word.value or ""
    return text in ("[", "]", "!", "=", "==", "!=") or (text.startswith("-") and len(text) < 5)


def _package_operation(operation: PackageOperation, sight: _Sight) -> bool:
    """Whether what a package manager does comes from its registry, and goes into the system."""
    kind, manager = operation.operation, operation.manager
    if operation.manifests or kind is Operation.BUILD:
        return False
    if any(not _package(word, sight) for word in operation.packages):
        return False
    if manager.is_distribution:
        return True
    if kind is Operation.CLEAN:
        return sight.is_outside or manager.name in ("pip", "npm", "conda", "composer", "gem")
    if kind not in (Operation.INSTALL, Operation.UPGRADE) or not operation.packages:
        return False
    if manager.name in ("pip", "pipx", "gem", "conda"):
        return not operation.has_option("-t", "--target", "--prefix", "-i", "--install-dir") or sight.is_outside
    if manager.name in ("npm", "pnpm", "bun", "yarn"):
        words = [word.value or "" for word in operation.command.arguments]
        return operation.has_option("-g", "--global") or "global" in words
    if manager.name == "go":
        return all("@" in word.text for word in operation.packages)
    if manager.name in ("dotnet", "composer", "mix", "dart"):
        return sight.is_outside and manager.name != "composer"
    return manager.name in ("cargo", "uv", "r") and sight.is_outside and not operation.has_option("--path")


def _package(word: ShellWord, sight: _Sight) -> bool:
    text = word.value or word.text
    if _URL.match(text) or not _LOCAL_PACKAGE.fullmatch(text):
        return True
    return sight.clear(word)
