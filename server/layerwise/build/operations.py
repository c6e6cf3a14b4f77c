"""Recognises what a command does with a package manager. What the managers are stands in ``knowledge.packages``."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary

from msgspec import Struct, field

from layerwise.knowledge.packages import BY_MODULE, BY_PROGRAM, Operation, PackageManager
from layerwise.shell import script_of
from layerwise.shell.tree import Command, Dialect, ShellWord
from layerwise.syntax.tree import Instruction, Onbuild, Run
from layerwise.text import Span
from layerwise.text.patterns import regex

__all__ = ["Operation", "PackageOperation", "operations"]

_PYTHON = regex(r"(?:python|pypy)[0-9.]*")
_PYTHON_VALUED = frozenset({"-W", "-X", "--check-hash-based-pycs"})
_VERSION = regex(r"[-.]?[0-9]+(?:\.[0-9]+)*$")
_CARRIERS = frozenset({"php", "sh", "bash", "corepack", "npx"})
"""Programs whose first operand is the package manager: ``php composer.phar``, ``sh ./mvnw``, ``corepack pnpm``."""
_PHP_VALUED = frozenset({"-d", "-c", "-z"})
_PLAIN_END = regex(r"/([\w.-]+)[\"']?$")
_R_INSTALL = regex(r"\b(?:install\.packages|install_\w+|restore|pkg_install|local_install_deps|install)\s*\(")


class PackageOperation(Struct, frozen=True):
    """One thing that one command does with a package manager.

    ``subcommand`` is the last word that says what (``install``), None where the program itself says it (``yarn``).
    ``packages`` are the words that name packages, folders or files; ``options`` those that start with a dash;
    ``manifests`` name requirement files: the word ``dev.txt`` of ``-r dev.txt`` as well as that part of ``-rdev.txt``.
    """

    manager: PackageManager
    operation: Operation
    command: Command
    subcommand: ShellWord | None
    packages: tuple[ShellWord, ...] = ()
    options: tuple[ShellWord, ...] = ()
    manifests: tuple[ShellWord, ...] = ()
    phrase: str = ""
    """All words of the subcommand: ``pip install`` of ``uv pip install``."""

    def has_option(self, *names: str) -> bool:
        """Whether one of these options is given, also as ``--name=value``, or as one of the letters of ``-qy``."""
        return any(_is_option(_text(word), name, self.manager) for word in self.options for name in names)

    def option(self, *names: str) -> str | None:
        """The value of the last of these options, None when none is given or its value is not known."""
        words = self.command.words
        for index in range(len(words) - 1, self.command.start, -1):
            name, equals, value = _text(words[index]).partition("=")
            if name in names:
                return value if equals else words[index + 1].value if index + 1 < len(words) else None
        return None

    @property
    def place(self) -> Span:
        """From the name of the program to the word that says what it does, or the first one behind it."""
        words = self.command.words[self.command.start :]
        return words[0].span.to((self.subcommand or words[:2][-1]).span)

    @property
    def spoken(self) -> str:
        """The program and its subcommand as one says them: ``apt-get install``, ``python3 -m pip install``."""
        words = self.command.words[self.command.start :]
        program = program_of(self.command) or words[0].text
        module = f"-m {self.manager.module}" if _PYTHON.fullmatch(program) else ""
        return " ".join(part for part in (program, module, self.phrase) if part)

    @property
    def lives_on_earlier(self) -> bool:
        """It uses the package lists, or the cache, that an earlier operation of the same tool has left."""
        manager = self.manager
        if manager.installs_from_index:
            return self.operation in _FROM_INDEX and not self.has_option(*manager.no_cache_options)
        return manager.feeds_later and self.operation in manager.filled_by


_FROM_INDEX = frozenset({Operation.INSTALL, Operation.UPGRADE, Operation.DOWNLOAD})


def operations(command: Command) -> tuple[PackageOperation, ...]:
    """What the command does, an empty tuple when it is no package manager's. ``pacman -Syu x`` does several things."""
    words = command.words[command.start :]
    if not words:
        return ()
    return tuple(
        PackageOperation(
            reading.manager,
            reading.operation,
            command,
            None if reading.subcommand is None else words[reading.subcommand],
            tuple(_part(words[at], start) for at, start in reading.packages),
            tuple(words[at] for at in reading.options),
            tuple(_part(words[at], start) for at, start in reading.manifests),
            reading.phrase,
        )
        for reading in _readings(tuple(_text(word) for word in words), words[0].value is not None)
    )


_TOOLS: WeakKeyDictionary[Any, dict[Dialect, frozenset[str]]] = WeakKeyDictionary()


def tools_of(instruction: Instruction, dialect: Dialect, escape: str) -> frozenset[str]:
    """The names of the package managers that a RUN uses, or the RUN that an ONBUILD triggers."""
    if isinstance(instruction, Onbuild):
        return tools_of(instruction.trigger, dialect, escape) if instruction.trigger else _NO_TOOLS
    if not isinstance(instruction, Run):
        return _NO_TOOLS
    known = _TOOLS.setdefault(instruction.key, {})
    found = known.get(dialect)
    if found is None:
        script = script_of(instruction, dialect, escape)
        commands = script.commands if script else ()
        found = known[dialect] = frozenset(name for command in commands for name in managers_of(command))
    return found


def managers_of(command: Command) -> frozenset[str]:
    """The names of the package managers that a command uses, without reading any further what it does with them."""
    words = command.words[command.start :]
    if not words:
        return _NO_TOOLS
    readings = _readings(tuple(_text(word) for word in words), words[0].value is not None)
    return frozenset(reading.manager.name for reading in readings) if readings else _NO_TOOLS


_NO_TOOLS: frozenset[str] = frozenset()


def program_of(command: Command) -> str:
    """The name of the program without folders, also behind an unknown one: ``$VENV/bin/pip`` gives ``pip``."""
    return command.program or _plain_end(command.name.text)


def _text(word: ShellWord) -> str:
    return word.text if word.value is None else word.value


def _part(word: ShellWord, start: int) -> ShellWord:
    """The word without its first characters: ``dev.txt`` of ``--requirement=dev.txt``."""
    if not start:
        return word
    span = word.span
    if word.span.end - word.span.start == len(word.text):
        # Quotes stand around the value or not at all, for the option before it is read as it is.
        span = Span(word.span.start + start, word.span.end)
    return ShellWord(span, word.text[start:], None if word.value is None else word.value[start:])


def _is_option(text: str, name: str, manager: PackageManager) -> bool:
    if text == name or text.startswith(name + "="):
        return True
    if len(name) != 2 or manager.long_dash or text[:2] == "--" or text[:1] != "-":
        return False
    return name[1] in _letters(text, manager)


def _letters(text: str, manager: PackageManager) -> str:
    """The options bundled in a word, without the value of the last: of ``-ytbookworm`` they are ``yt``."""
    if not manager.attaches:
        return text[1:]
    for index, letter in enumerate(text[1:], 1):
        if "-" + letter in manager.valued:
            return text[1 : index + 1]
    return text[1:]


class _Reading(Struct):
    """What a command does, by the indices of its words; for packages and manifests with that of a first character."""

    manager: PackageManager
    operation: Operation
    subcommand: int | None
    packages: list[tuple[int, int]] = field(default_factory=list)
    options: list[int] = field(default_factory=list)
    manifests: list[tuple[int, int]] = field(default_factory=list)
    phrase: str = ""


@lru_cache(maxsize=8192)
def _readings(texts: tuple[str, ...], knows_folder: bool) -> tuple[_Reading, ...]:  # noqa: FBT001
    found = _manager(texts, knows_folder=knows_folder)
    if found is None:
        return ()
    manager, first = found
    if manager.name == "r":
        return tuple(_r(manager, texts, first))
    words = _sorted(manager, texts, first)
    if manager.name == "pacman":
        return tuple(_pacman(words, texts))
    if not manager.operations:
        return tuple(_packages_only(words, texts))
    return tuple(_by_goal(words, texts) if manager.goals else _by_subcommand(words, texts))


def _manager(texts: tuple[str, ...], *, knows_folder: bool) -> tuple[PackageManager, int] | None:
    """The package manager, and the index of the first word behind its name."""
    name = texts[0].rpartition("/")[2] if knows_folder else _plain_end(texts[0])
    name = name.removesuffix(".exe")
    if name in _CARRIERS:
        behind = (index for index in range(1, len(texts)) if not texts[index].startswith("-"))
        at = next((index for index in behind if name != "php" or texts[index - 1] not in _PHP_VALUED), None)
        row = _row(texts[at].rpartition("/")[2].partition("@")[0]) if at else None
        return (row, at + 1) if row and at else None
    if _PYTHON.fullmatch(name):
        return _module(texts)
    row = _row(name)
    return (row, 1) if row else None


def _plain_end(text: str) -> str:
    match = _PLAIN_END.search(text)
    return match.group(1) if match else ""


def _row(name: str) -> PackageManager | None:
    row = BY_PROGRAM.get(name) or BY_PROGRAM.get(_VERSION.sub("", name))
    return row if row and (row.versioned or name in row.programs) else None


def _module(texts: tuple[str, ...]) -> tuple[PackageManager, int] | None:
    """``python3 -I -m pip``"""
    index = 1
    while index < len(texts) - 1:
        text = texts[index]
        if not text.startswith("-"):
            return None
        if not text.startswith("--") and text.endswith("m") and text[1:].isalpha():
            row = BY_MODULE.get(texts[index + 1])
            return (row, index + 2) if row else None
        index += 2 if text in _PYTHON_VALUED else 1
    return None


class _Words(Struct):
    """The words of a command, by what they are."""

    manager: PackageManager
    operands: list[int] = field(default_factory=list)
    options: list[int] = field(default_factory=list)
    packages: list[tuple[int, int]] = field(default_factory=list)
    manifests: list[tuple[int, int]] = field(default_factory=list)

    def reading(self, operation: Operation, subcommand: int | None, operands: list[int]) -> _Reading:
        packages = [(at, 0) for at in operands]
        return _Reading(
            self.manager, operation, subcommand, sorted(packages + self.packages), self.options, self.manifests
        )


def _sorted(manager: PackageManager, texts: tuple[str, ...], first: int) -> _Words:
    words = _Words(manager)
    index = first
    while index < len(texts):
        text = texts[index]
        if text == "--":
            words.operands += range(index + 1, len(texts))
            break
        if text[:1] != "-" or text == "-":
            if not (manager.name == "cargo" and text.startswith("+")):
                words.operands.append(index)
            index += 1
            continue
        words.options.append(index)
        name, at, start = _value_of(manager, texts, index)
        if name is not None and at < len(texts):
            if name in manager.package_options:
                words.packages.append((at, start))
            elif name in manager.manifest_options:
                words.manifests.append((at, start))
        index = max(index, at if name is not None else index) + 1
    return words


def _value_of(manager: PackageManager, texts: tuple[str, ...], index: int) -> tuple[str | None, int, int]:
    """The option that has a value, and where that is: the index of its word, and of its first character there."""
    text = texts[index]
    name, equals, _ = text.partition("=")
    if name in manager.valued:
        return (name, index, len(name) + 1) if equals else (name, index + 1, 0)
    if text[:2] == "--" or manager.long_dash or not manager.attaches:
        return None, index, 0
    letters = _letters(text, manager)
    option = "-" + letters[-1:]
    if option not in manager.valued:
        return None, index, 0
    end = len(letters) + 1
    return (option, index, end) if end < len(text) else (option, index + 1, 0)


def _by_subcommand(words: _Words, texts: tuple[str, ...]) -> Iterator[_Reading]:
    manager = words.manager
    names = [texts[at] for at in words.operands]
    operation, count = _subcommand(manager, names)
    for option, effect in manager.option_operations.items():
        if effect is not operation and any(_is_option(texts[at], option, manager) for at in words.options):
            yield words.reading(effect, None, [])
            break
    if operation is None:
        return
    last = words.operands[count - 1] if count else None
    operands = words.operands[count:]
    if " ".join(names[:count]) in manager.manifest_operands:
        words.manifests += [(at, 0) for at in operands]
        operands = []
    reading = words.reading(operation, last, operands)
    reading.phrase = " ".join(names[:count])
    yield reading


def _subcommand(manager: PackageManager, names: list[str]) -> tuple[Operation | None, int]:
    """What the subcommand does, and of how many words it is."""
    if not names:
        return manager.bare, 0
    for count in (3, 2, 1):
        name = " ".join(names[:count])
        if len(names) >= count and name in manager.operations:
            return manager.operations[name], count
    return manager.otherwise, 1


def _by_goal(words: _Words, texts: tuple[str, ...]) -> Iterator[_Reading]:
    """Each operand by itself; several that do the same are one operation."""
    manager = words.manager
    done: set[Operation] = set()
    for at in words.operands:
        goal = texts[at].rstrip(",;")
        operation = manager.operations.get(goal, _goal(manager, goal))
        if operation is not None and operation not in done:
            done.add(operation)
            reading = words.reading(operation, at, [])
            reading.phrase = goal
            yield reading


def _goal(manager: PackageManager, goal: str) -> Operation | None:
    """``org.apache.maven.plugins:maven-dependency-plugin:3.6:go-offline`` and ``:app:bootJar``"""
    plugin, _, name = goal.rpartition(":")
    if "dependency" in plugin:
        name = f"dependency:{name}"
    return manager.operations.get(name, manager.otherwise if plugin or manager.otherwise else None)


def _packages_only(words: _Words, texts: tuple[str, ...]) -> Iterator[_Reading]:
    manager = words.manager
    for option, effect in manager.option_operations.items():
        if any(texts[at] == option for at in words.options):
            yield words.reading(effect, None, words.operands if effect is Operation.REMOVE else [])
            return
    if words.operands:
        yield words.reading(Operation.INSTALL, None, words.operands)
    elif manager.bare is not None and not words.options:
        yield words.reading(manager.bare, None, [])


def _pacman(words: _Words, texts: tuple[str, ...]) -> Iterator[_Reading]:
    options = [texts[at] for at in words.options]
    letters = "".join(text[1:] for text in options if not text.startswith("--"))
    names = {text for text in options if text.startswith("--")}
    if "R" in letters or "--remove" in names:
        yield words.reading(Operation.REMOVE, None, words.operands)
    if "U" in letters or "--upgrade" in names:
        yield words.reading(Operation.INSTALL, None, words.operands)
    if "S" not in letters and "--sync" not in names:
        return
    if "c" in letters or "--clean" in names:
        yield words.reading(Operation.CLEAN, None, [])
        return
    if "y" in letters or "--refresh" in names:
        yield words.reading(Operation.UPDATE_INDEX, None, [])
    if "u" in letters or "--sysupgrade" in names:
        yield words.reading(Operation.UPGRADE, None, [])
    if words.operands:
        only_fetched = "w" in letters or "--downloadonly" in names
        yield words.reading(Operation.DOWNLOAD if only_fetched else Operation.INSTALL, None, words.operands)


def _r(manager: PackageManager, texts: tuple[str, ...], first: int) -> Iterator[_Reading]:
    """``R -e "install.packages('x')"``, ``Rscript -e 'renv::restore()'``, ``R CMD INSTALL x`` and ``install2.r x``"""
    rest = range(first, len(texts))
    options = [at for at in rest if texts[at].startswith("-")]
    if texts[0].rpartition("/")[2].endswith(".r"):
        words = _sorted(manager, texts, first)
        if words.operands:
            yield words.reading(Operation.INSTALL, None, words.operands)
    elif texts[first : first + 2] == ("CMD", "INSTALL"):
        packages = [(at, 0) for at in rest[2:] if at not in options]
        yield _Reading(manager, Operation.INSTALL, first + 1, packages, options)
    elif any(texts[at - 1] == "-e" and _R_INSTALL.search(texts[at]) for at in rest):
        yield _Reading(manager, Operation.INSTALL, None, [], options)
