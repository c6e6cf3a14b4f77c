"""Hovers on the words of a RUN: programs, their subcommands and options, and the packages they install."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from layerwise.build import Operation, PackageOperation
from layerwise.features.hover.markdown import Hover, code, listed, paragraphs
from layerwise.features.hover.modes import mode_text
from layerwise.features.place import Place
from layerwise.knowledge.manual import Book, Page, page
from layerwise.knowledge.packages import MANAGERS
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
_OPERATIONS = {
    Operation.INSTALL: "Installs packages. The step is not repeated when newer versions appear.",
    Operation.UPDATE_INDEX: "Downloads the package index. Keep it in one `RUN` with the install that uses it.",
    Operation.UPGRADE: "Upgrades packages. Changed files take their bytes twice: pull a newer base image instead.",
    Operation.CLEAN: "Deletes caches. It frees bytes only in the `RUN` that filled them.",
    Operation.REMOVE: "Removes packages. It frees bytes only in the `RUN` that installed them.",
    Operation.DOWNLOAD: "Downloads packages without installing them.",
    Operation.BUILD: "Builds the project, and fetches what that needs.",
}
_YES = "Answers yes to every question. Without it the build fails at the first one."
_NO_CACHE = "Keeps no cache. Right where it would end up in the layer; drop it where the cache is a cache mount."
_MANIFEST = "says what is installed. Copied alone before this step, only a change to it repeats the install."
_TAR = "tar"
"""Its first word may be options without a dash: ``tar xzf``."""


def command_hover(place: Place) -> Hover | None:
    """The word of a shell command under the cursor, in a RUN and whatever else a shell runs."""
    found = _command_at(place)
    if found is None:
        return None
    command, index = found
    word = command.words[index]
    if index < command.start:
        return _wrapper(command, index)
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


def _wrapper(command: Command, index: int) -> Hover | None:
    """A word of what runs the program: of ``sudo -E``, or of ``uv run``."""
    text = command.words[index].value or command.words[index].text
    before = [word.value for word in command.words[:index] if word.value and not word.value.startswith("-")]
    return _answer(command.words[index], [*(f"{program} {text}" for program in reversed(before)), text])


def _argument(place: Place, command: Command, index: int) -> Hover | None:
    word = command.words[index]
    text = word.value or word.text
    programs = _program_keys(command)
    answer = _answer(word, [f"{program} {text}" for program in programs])
    mode = mode_text(text) if command.program == "chmod" and index == _first_plain(command) else ""
    if mode:
        return Hover(word.span, paragraphs(f"{code(text)}: {mode}.", answer.markdown if answer else None))
    if _is_option(programs, command, index, text):
        subcommand = _subcommand(place, programs, command)
        return _option(word, programs, subcommand, text) or _known_option(place, command, word, text)
    return answer or _known_word(place, command, word, programs)


def _option(word: ShellWord, programs: list[str], subcommand: str, text: str) -> Hover | None:
    found = {option: known for option in _options(text) if (known := _option_page(programs, subcommand, option))}
    if len(found) > 1:
        return Hover(word.span, "\n".join(f"- **{code(option)}**: {each.text}" for option, each in found.items()))
    for option, each in found.items():
        return Hover(word.span, _titled(option, each))
    return None


def _option_page(programs: list[str], subcommand: str, option: str) -> Page | None:
    keys = (f"{program} {words}" for program in programs for words in (f"{subcommand} {option}", option))
    return next((found for key in keys if (found := page(Book.COMMANDS, key))), None)


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
    return programs[:1] == [_TAR] and index == command.start + 1 and text.isalpha()


def _program_keys(command: Command) -> list[str]:
    """The names under which the manual may know a program: ``pip3.11``, then ``pip``; of ``python -m pip`` too."""
    arguments = [word.value for word in command.arguments[:2]]
    names = [command.program or _last_part(command.name)]
    if command.program.startswith("python") and arguments[:1] == ["-m"] and len(arguments) > 1 and arguments[1]:
        names.insert(0, arguments[1])
    for name in tuple(names):
        names += [name.rstrip("0123456789.-"), *_siblings().get(name, ())]
    return list(dict.fromkeys(name for name in names if name))


def _last_part(word: ShellWord) -> str:
    """``pip`` of ``${HOME}/bin/pip``, whose folder alone is unknown; empty when the name is unknown too."""
    name = word.text.strip('"').rpartition("/")[2]
    return name if name.replace("-", "").replace(".", "").isalnum() else ""


@cache
def _siblings() -> dict[str, tuple[str, ...]]:
    """The other names of each package manager's program: ``yarn`` for ``yarnpkg``."""
    return {program: manager.programs for manager in MANAGERS for program in manager.programs}


def _subcommand(place: Place, programs: list[str], command: Command) -> str:
    """The word that says what a program does; empty when none does."""
    operation = _operation(place, command)
    if operation and operation.subcommand:
        return operation.subcommand.value or ""
    plain = [word.value for word in command.arguments if word.value and not word.value.startswith("-")]
    known = (text for text in plain if any(page(Book.COMMANDS, f"{program} {text}") for program in programs))
    return next(known, plain[0] if plain else "")


def _operation(place: Place, command: Command) -> PackageOperation | None:
    operations = place.step.operations if place.step else ()
    return next((each for each in operations if each.command.span == command.span), None)


def _first_plain(command: Command) -> int:
    for index in range(command.start + 1, len(command.words)):
        text = command.words[index].value or ""
        if text and (not text.startswith("-") or text[1:2] in "rwx"):
            return index
    return -1


def _known_option(place: Place, command: Command, word: ShellWord, text: str) -> Hover | None:
    """What the table of package managers knows of an option that has no page."""
    operation = _operation(place, command)
    if operation is None:
        return None
    name = text.partition("=")[0]
    if name in operation.manager.assume_yes:
        return Hover(word.span, f"**{code(name)}**: {_YES}")
    if name in operation.manager.no_cache_options:
        return Hover(word.span, f"**{code(name)}**: {_NO_CACHE}")
    return None


def _known_word(place: Place, command: Command, word: ShellWord, programs: list[str]) -> Hover | None:
    """What the operation says of a subcommand that has no page of its own, of a package and of a manifest."""
    operation = _operation(place, command)
    if operation is None:
        return None
    if operation.subcommand and operation.subcommand.span == word.span:
        words = _phrase(command, word)
        known = next((found for key in (words, words[:1]) if (found := _page_of(programs, key))), None)
        title = " ".join((programs[0], *words))
        return Hover(word.span, _titled(title, known) if known else _operation_text(operation, title, _home(place)))
    if any(each.span == word.span for each in operation.packages):
        return Hover(word.span, _package_text(operation, word.value or word.text))
    if any(each.span == word.span for each in operation.manifests):
        return Hover(word.span, f"**{code(word.value or word.text)}** {_MANIFEST}")
    return None


def _home(place: Place) -> str:
    user = place.step.before.user if place.step else None
    return "/root" if user in (None, "root", "0") else f"/home/{user}"


def _phrase(command: Command, last: ShellWord) -> tuple[str, ...]:
    """The words from the program to its subcommand, options left out: ``cache``, ``clean``."""
    words = [word.value or "" for word in command.arguments if word.span.end <= last.span.end]
    return tuple(word for word in words if word and not word.startswith("-"))


def _page_of(programs: list[str], words: tuple[str, ...]) -> Page | None:
    keys = (" ".join((program, *words)) for program in programs)
    return next((found for key in keys if (found := page(Book.COMMANDS, key))), None)


def _operation_text(operation: PackageOperation, title: str, home: str) -> str:
    manager = operation.manager
    caches = manager.caches if operation.operation in manager.filled_by else ()
    left = [folder.path for folder in caches]
    if operation.operation is Operation.UPDATE_INDEX:
        left += manager.indexes
    sharing = f",sharing={manager.sharing}" if manager.sharing else ""
    targets = [folder.path.replace("~", home) for folder in manager.mounts or caches] if left else []
    mounts = "".join(f"\n- `--mount=type=cache,target={target}{sharing}`" for target in targets)
    return paragraphs(
        f"**{code(title)}**: {_OPERATIONS[operation.operation]}",
        f"Leaves {listed([code(folder) for folder in left])} in the layer." if left else "",
        f"Kept between builds, and out of the image, by{mounts}" if mounts else "",
    )


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
            return Hover(word.span, _titled(key, found))
    return None


def _titled(key: str, found: Page) -> str:
    """The page, with what it is about in front unless it begins with that."""
    return found.markdown if found.text.startswith("`") else f"**{code(key)}**: {found.markdown}"
