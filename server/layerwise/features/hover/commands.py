"""Hovers on the words of a RUN: programs, their subcommands and options, and the packages they install."""

from __future__ import annotations

from collections.abc import Iterator

from layerwise.build import Operation, PackageOperation
from layerwise.features.hover.markdown import Hover, code, paragraphs
from layerwise.features.hover.modes import mode_text
from layerwise.features.place import Place
from layerwise.knowledge.manual import Book, Page, page
from layerwise.shell.tree import Command, ShellWord

_REGISTRIES = {
    "apt": ("=", "https://packages.debian.org/search?keywords={}&exact=1"),
    "apk": ("=", "https://pkgs.alpinelinux.org/packages?name={}"),
    "dnf": ("-", "https://packages.fedoraproject.org/search?query={}"),
    "pip": ("==", "https://pypi.org/project/{}/"),
    "uv": ("==", "https://pypi.org/project/{}/"),
    "npm": ("@", "https://www.npmjs.com/package/{}"),
    "yarn": ("@", "https://www.npmjs.com/package/{}"),
    "pnpm": ("@", "https://www.npmjs.com/package/{}"),
    "cargo": ("@", "https://crates.io/crates/{}"),
    "gem": (":", "https://rubygems.org/gems/{}"),
    "go": ("@", "https://pkg.go.dev/{}"),
    "composer": (":", "https://packagist.org/packages/{}"),
}
"""By package manager: what stands between a package and its version, and the page of a package."""
_STOPS = "=<>~!@[;:"
_FIRST_WORD_OPTIONS = frozenset({"tar"})
"""Programs whose first word may be options without a dash: ``tar xzf``."""


def command_hover(place: Place) -> Hover | None:
    """The word of a shell command under the cursor, in a RUN and whatever else a shell runs."""
    found = _command_at(place)
    if found is None:
        return None
    command, index = found
    word = command.words[index]
    if index < command.start:
        return _answer(word, [word.value or word.text])
    if index == command.start:
        return _answer(word, _program_keys(command))
    return _argument(place, command, index)


def _command_at(place: Place) -> tuple[Command, int] | None:
    """The innermost command with a word under the cursor, and the index of the word."""
    script = place.step.script if place.step else None
    best: tuple[Command, int] | None = None
    size = 0
    for command in script.commands if script else ():
        if not command.span.contains(place.offset):
            continue
        for index, word in enumerate(command.words):
            length = word.span.end - word.span.start
            if word.span.contains(place.offset) and (best is None or length < size):
                best, size = (command, index), length
    return best


def _argument(place: Place, command: Command, index: int) -> Hover | None:
    word = command.words[index]
    text = word.value or word.text
    programs = _program_keys(command)
    subcommand, subcommand_index = _subcommand(programs, command)
    if index == subcommand_index:
        return _answer(word, [f"{program} {text}" for program in programs])
    if _is_option(programs, command, index, text):
        return _option(word, programs, subcommand, text)
    mode = mode_text(text) if command.program == "chmod" and index == _first_plain(command) else ""
    answer = _answer(word, [f"{program} {text}" for program in programs])
    if mode:
        return Hover(word.span, paragraphs(f"{code(text)}: {mode}", answer.markdown if answer else None))
    return answer or _package(place, command, word)


def _option(word: ShellWord, programs: list[str], subcommand: str, text: str) -> Hover | None:
    pages = [found for option in _options(text) if (found := _option_page(programs, subcommand, option))]
    if not pages:
        return None
    if len(pages) == 1:
        return Hover(word.span, pages[0][1].markdown)
    return Hover(word.span, "\n".join(f"- `{option}`: {found.text}" for option, found in pages))


def _option_page(programs: list[str], subcommand: str, option: str) -> tuple[str, Page] | None:
    for program in programs:
        for key in (f"{program} {subcommand} {option}", f"{program} {option}"):
            found = page(Book.COMMANDS, key)
            if found:
                return option, found
    return None


def _options(text: str) -> Iterator[str]:
    """The options that a word holds: ``--omit=dev`` holds one, ``-fsSL`` four; the word itself comes first."""
    name = text.partition("=")[0]
    yield name
    if name.startswith("--") or len(name) <= 2:
        return
    seen = set()
    for letter in name.removeprefix("-"):
        if letter not in seen:
            seen.add(letter)
            yield f"-{letter}"


def _is_option(programs: list[str], command: Command, index: int, text: str) -> bool:
    if text.startswith("-") and len(text) > 1:
        return True
    return programs[0] in _FIRST_WORD_OPTIONS and index == command.start + 1 and text.isalpha()


def _program_keys(command: Command) -> list[str]:
    """The names under which the manual may know a program: ``pip3.11``, then ``pip``; of ``python -m pip`` too."""
    arguments = [word.value for word in command.arguments[:2]]
    names = [command.program]
    if command.program.startswith("python") and arguments[:1] == ["-m"] and len(arguments) > 1 and arguments[1]:
        names.insert(0, arguments[1])
    for name in tuple(names):
        bare = name.rstrip("0123456789.-")
        if bare and bare not in names:
            names.append(bare)
    return names


def _subcommand(programs: list[str], command: Command) -> tuple[str, int]:
    """The first word that the manual knows as a subcommand, and its index; else the first that is no option."""
    first: tuple[str, int] = ("", -1)
    for index in range(command.start + 1, len(command.words)):
        text = command.words[index].value or ""
        if not text or text.startswith("-"):
            continue
        if any(page(Book.COMMANDS, f"{program} {text}") for program in programs):
            return text, index
        if not first[0]:
            first = text, index
    return first if first[0] and not programs[0].startswith(("chmod", "rm")) else ("", -1)


def _first_plain(command: Command) -> int:
    for index in range(command.start + 1, len(command.words)):
        text = command.words[index].value or ""
        if text and (not text.startswith("-") or text[1:2] in "rwx"):
            return index
    return -1


def _package(place: Place, command: Command, word: ShellWord) -> Hover | None:
    operations = place.step.operations if place.step else ()
    for operation in operations:
        if operation.command.span == command.span and any(each.span == word.span for each in operation.packages):
            return Hover(word.span, _package_text(operation, word.value or word.text))
    return None


def _package_text(operation: PackageOperation, text: str) -> str:
    manager = operation.manager.name
    separator, address = _REGISTRIES.get(manager, ("=", ""))
    name = _package_name(text, separator)
    version = text[len(name) :].lstrip(_STOPS)
    head = f"Package **{code(name)}** of {manager}"
    if operation.operation is not Operation.INSTALL:
        return head + "."
    how = (
        f", version {code(version)}."
        if version
        else f": the newest when this step really runs. `{name}{separator}…` pins it."
    )
    plain = name.replace("-", "").replace("_", "").replace(".", "").replace("/", "").replace("@", "").isalnum()
    link = f"[{name}]({address.format(name)})" if address and plain else ""
    return paragraphs(head + how, link)


def _package_name(text: str, separator: str) -> str:
    if separator == "-":
        return text
    start = 1 if text.startswith("@") else 0
    ends = [at for stop in _STOPS if (at := text.find(stop, start)) > 0]
    return text[: min(ends)] if ends else text


def _answer(word: ShellWord, keys: list[str]) -> Hover | None:
    for key in keys:
        found = page(Book.COMMANDS, key)
        if found:
            return Hover(word.span, found.markdown)
    return None
