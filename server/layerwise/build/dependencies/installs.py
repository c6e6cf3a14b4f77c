"""Recognises commands that install what the manifests of a project say, and where that project lies in the image."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from layerwise.build.dependencies.folders import Placed, Value, absolute, literal, placed_commands, shell_value
from layerwise.build.model import Step
from layerwise.build.operations import PackageOperation, operations
from layerwise.knowledge.manifests import BY_MANAGER, Manifests
from layerwise.shell.tree import Around, Command, ShellWord
from layerwise.text.patterns import regex

_UNFOLLOWED = frozenset({Around.LOOP, Around.FUNCTION, Around.SUBSTITUTION, Around.CASE, Around.BACKGROUND})
_FOLDER = regex(r"(?!.*\*)(?!.*\.(?:whl|zip|gz|tgz)$)(?:\.{0,2}/|file:|\.{1,2}(?:\[|$)).*")
_RENV = regex(r"\brenv::restore\s*\(")


class Install(Struct, frozen=True):
    """A command that installs from the manifests of a project. Paths are absolute in the image."""

    operation: PackageOperation
    row: Manifests
    subcommand: str
    folder: str
    """The folder of the project."""
    named: tuple[str, ...] = ()
    """The manifests that its arguments name."""
    own: str = ""
    """How its arguments name the project itself, or another folder to build, which then is needed as a whole."""
    builds: bool = False
    """It builds the project, and gets the dependencies on the way."""

    @property
    def command(self) -> Command:
        return self.operation.command

    @property
    def manager(self) -> str:
        return self.row.manager

    @property
    def program(self) -> int:
        """The index of the word that names the package manager: 1 in ``sh ./mvnw package``."""
        words = self.command.words
        names = self.operation.manager.programs
        for index in range(self.command.start, len(words)):
            if (words[index].value or words[index].text).rpartition("/")[2] in names:
                return index
        return self.command.start

    def has(self, *options: str) -> bool:
        return self.operation.has_option(*options)

    @property
    def title(self) -> str:
        """How people call it: ``npm ci``."""
        if self.manager == "r":
            return "renv::restore()"
        if self.operation.manager.goals:
            return f"{self.command.program} {self.subcommand}"
        return " ".join(_called(self.operation))


def installs_of(step: Step, folder: str) -> tuple[Install, ...]:
    """The installs of a step that can be followed: those not inside loops, functions and the like.

    :param folder: the working directory in force.
    """
    found: list[Install] = []
    value = shell_value(step)
    for placed in placed_commands(step, folder):
        if placed.folder is None or _UNFOLLOWED.intersection(placed.command.within):
            continue
        for operation in operations(placed.command):
            found += _install(operation, placed, value)
    return tuple(found)


def _called(operation: PackageOperation) -> Iterator[str]:
    """The words from the program to the subcommand, without options and their values but ``-m pip``."""
    words = operation.command.words[operation.command.start :]
    last = operation.subcommand
    index = 0
    while index < len(words):
        text = words[index].value or words[index].text
        if text.startswith("-") and text != "-m":
            index += 1 + (text in operation.manager.valued)
            continue
        yield text if index else text.rpartition("/")[2]
        if last is None or words[index].span == last.span:
            return
        index += 1


def _install(operation: PackageOperation, placed: Placed, value: Value) -> Iterator[Install]:
    row = BY_MANAGER.get(operation.manager.name)
    assert placed.folder is not None
    if row is None or _is_global(operation):
        return
    if row.manager == "uv" and _before(operation, "pip"):
        row = BY_MANAGER["pip"]
    if row.manager in ("pip", "conda"):
        yield from _from_files(operation, row, placed.folder, value)
        return
    subcommand = _subcommand(operation, row)
    if subcommand is None or _names_packages(operation, row):
        return
    folder = _project(operation, row, placed.folder, value)
    if folder is None:
        return
    named = tuple(_paths(operation.manifests, placed.folder, value))
    if row.manager == "dotnet":
        projects = [word for word in operation.manifests if (word.value or "").endswith(("proj", ".sln", ".slnx"))]
        named = tuple(_paths(projects[:1], placed.folder, value))
        folders = tuple(_paths(operation.manifests[:1], placed.folder, value))
        folder = folders[0] if folders and not named else folder
    yield Install(operation, row, subcommand, folder, named, builds=subcommand in row.builds)


def _subcommand(operation: PackageOperation, row: Manifests) -> str | None:
    """What the command does with the project, None when it installs nothing from manifests."""
    if row.manager == "r":
        texts = [word.value or word.text for word in operation.command.arguments]
        return "restore" if any(_RENV.search(text) for text in texts) else None
    goals = {word.value or word.text for word in operation.command.arguments}
    if row.manager in ("maven", "gradle", "sbt"):
        known = [goal.rpartition(":")[2] if row.manager == "gradle" else goal for goal in sorted(goals)]
        offline = operation.has_option("-o", "--offline")
        builds = next((goal for goal in known if goal in row.builds), None)
        installs = next((goal for goal in known if goal in row.installs), None)
        return None if offline else builds or installs
    text = (operation.subcommand.value or "") if operation.subcommand else ""
    if row.manager == "dotnet" and operation.has_option("--no-restore", "--no-build"):
        return None
    if row.manager == "go" and operation.option("-mod") == "vendor":
        return None
    if row.manager == "cargo" and text == "install" and not operation.has_option("--path"):
        return None
    return text if text in row.installs or text in row.builds else None


def _is_global(operation: PackageOperation) -> bool:
    return (
        (operation.manager.ecosystem in ("node", "dotnet") and operation.has_option("-g", "--global"))
        or operation.option("--location") == "global"
        or _before(operation, "tool", "global", "python", "workload")
    )


def _before(operation: PackageOperation, *names: str) -> bool:
    """Whether one of these words stands right before the subcommand."""
    words = [word.value or word.text for word in operation.command.words]
    at = [i for i, word in enumerate(operation.command.words) if word is operation.subcommand]
    return bool(at) and words[at[0] - 1] in names


def _names_packages(operation: PackageOperation, row: Manifests) -> bool:
    """Whether the packages are those of the arguments, and not those of a manifest."""
    if row.manager in ("maven", "gradle", "sbt", "mix", "dotnet", "cargo", "r", "composer"):
        return bool(operation.packages) and row.manager == "composer"
    names = [word.value or word.text for word in operation.packages]
    if row.manager == "go":
        remote = [name for name in names if "@" in name or "." in name.partition("/")[0].strip(".")]
        return bool(remote) and all(not name.endswith(".go") for name in remote)
    if row.manager == "yarn" and operation.subcommand and operation.subcommand.value == "focus":
        return False
    return bool(names)


def _project(operation: PackageOperation, row: Manifests, folder: str, value: Value) -> str | None:
    """The folder of the project, None when it is somewhere that cannot be known."""
    for option in (*row.folder_options, *row.file_options):
        if not operation.has_option(option):
            continue
        path = absolute(_option(operation, option, value), folder)
        if path is None:
            return None
        is_file = option in row.file_options and not path.endswith(("/", "/."))
        folder = path.rpartition("/")[0] or "/" if is_file else path
    return folder


def _option(operation: PackageOperation, name: str, value: Value) -> str | None:
    words = operation.command.words
    for index, word in enumerate(words):
        text = word.value or word.text
        if text == name and index + 1 < len(words):
            return literal(words[index + 1], value)
        if text.startswith(name + "="):
            return text[len(name) + 1 :] if word.is_literal else value(text[len(name) + 1 :])
    return None


def _from_files(operation: PackageOperation, row: Manifests, folder: str, value: Value) -> Iterator[Install]:
    """Where the arguments name the files: ``pip install -r a.txt``, ``conda env create -f environment.yml``."""
    text = (operation.subcommand.value or "") if operation.subcommand else ""
    if text not in row.installs and text != "sync":
        return
    named = list(_paths(operation.manifests, folder, value))
    if row.manager == "conda" and not operation.manifests and _before(operation, "env"):
        named = [absolute("environment.yml", folder) or ""]
    if row.manager == "pip" and operation.has_option("--group"):
        named.append(absolute("pyproject.toml", folder) or "")
    if len(named) < len([word for word in operation.manifests if "://" not in (word.value or word.text)]):
        return
    local = [word.value or word.text for word in operation.packages if _FOLDER.fullmatch(word.value or word.text)]
    own = local[0] if row.manager == "pip" and local else ""
    if named or own:
        yield Install(operation, row, text, folder, tuple(named), own)


def _paths(words: Sequence[ShellWord], folder: str, value: Value) -> Iterator[str]:
    for word in words:
        text = literal(word, value)
        path = absolute(text, folder) if text and "://" not in text else None
        if path is not None and "*" not in path:
            yield path
