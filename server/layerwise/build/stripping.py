"""Programs that a stage compiles with their symbols and debug information in them, and that are copied to the result.

Only what a command names as its output is followed; what ``make`` builds is not known.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from msgspec import Struct

from layerwise.build.dependencies.copies import copied
from layerwise.build.dependencies.folders import (
    UNKNOWN,
    Placed,
    absolute,
    is_within,
    literal,
    placed_commands,
    shell_value,
)
from layerwise.build.environment import Environment
from layerwise.build.model import Build, Stage, Step
from layerwise.context.tree import ContextTree
from layerwise.knowledge.purposes import is_development
from layerwise.knowledge.stripping import (
    C_COMPILERS,
    C_NOT_LINKING,
    GO_DEBUGGING,
    GO_PROGRAMS,
    GO_VALUED,
    STRIPPING,
)
from layerwise.shell.tree import Around, Command, ShellWord
from layerwise.syntax.tree import Copy, Heredoc, Run, Word
from layerwise.text.patterns import regex

_STRIPS = regex(r"(?<![\w-])--?[sw](?:=(?:1|true))?(?![\w=-])")
_OWN_VARIABLE = regex(r"(?:^|[\s\"'])\$\{?\w+\}?(?=[\s\"']|$)")
_RUST_STRIPS = regex(r"strip=(?:symbols|debuginfo)|link-args?=-s\b|-Wl,-s\b")
_COMPILING = frozenset({"cargo", *GO_PROGRAMS, *C_COMPILERS})
_PROFILE = regex(r"^\[profile\.release\](.*?)(?=^\[|\Z)", re.MULTILINE | re.DOTALL)


class Unstripped(Struct, frozen=True):
    """A command that compiles a program. ``index`` is that of the command in its script.

    ``output`` is the absolute path of the program, or of a folder it is in; ``exact`` says which.
    """

    index: int
    output: str
    exact: bool
    flags: int | None
    """The index of the word with the flags of Go's linker, where there are any."""


class Copied(Struct, frozen=True):
    """Such a program and the COPY that brings it into the result."""

    stage: Stage
    step: Step
    found: Unstripped
    source: Word
    copy: Step
    certain: bool
    """It is worth a word: no manifest that was not seen may say otherwise, and it is not just a few names."""

    @property
    def command(self) -> Command:
        assert self.step.script is not None
        return self.step.script.commands[self.found.index]


def unstripped(build: Build, tree: ContextTree | None) -> list[Copied]:
    """All of them, in the order of the text."""
    final = build.final
    if final is None or is_development(final.name or ""):
        return []
    return build.search(_unstripped_in, (tree, tree.version if tree else 0), about=_COMPILING)


def _unstripped_in(build: Build, stage: Stage, given: tuple[ContextTree | None, int]) -> Iterator[Copied]:
    if stage.facts.in_result or not stage.facts.reachable or stage.facts.is_windows:
        return
    for step in stage.steps_about(_COMPILING):
        for found in step.once(_compiles):
            if _is_stripped_later(stage, step, found):
                continue
            keeps = _keeps_symbols(stage, step, found, given[0])
            taken = None if keeps is False else _taken(build, stage, found)
            if taken is not None:
                yield Copied(stage, step, found, *taken, keeps is True)


def _compiles(step: Step) -> tuple[Unstripped, ...]:
    if step.kind is not Run or step.script is None or step.script.broken:
        return ()
    placed = placed_commands(step, step.before.workdir or UNKNOWN)
    found: list[Unstripped] = []
    for index, each in enumerate(placed):
        if each.folder is None or Around.FUNCTION in each.command.within:
            continue
        program = each.command.program
        if program in GO_PROGRAMS:
            found += _go(step, each, index)
        elif program == "cargo":
            found += _cargo(step, each, index)
        elif program in C_COMPILERS:
            found += _c(step, each, index)
    return tuple(found)


def _go(step: Step, placed: Placed, index: int) -> Iterator[Unstripped]:
    command = placed.command
    words = [_text(word) for word in command.arguments]
    if words[:1] not in (["build"], ["install"]) or not GO_DEBUGGING.isdisjoint(words):
        return
    if any(word.startswith(("-gcflags", "--gcflags")) for word in words) or any(_is_buildmode(word) for word in words):
        return
    environment = Environment(step, command)
    if "GOFLAGS" in environment and "-ldflags" in (environment.get("GOFLAGS") or "-ldflags"):
        return
    if any(_OWN_VARIABLE.fullmatch(word.text) for word in _operands(command) if word.value is None):
        return
    flags = _linker_flags(command)
    if flags is not None:
        text = re.sub(r"^--?ldflags=", "", command.words[flags].text)
        if _STRIPS.search(text) or _OWN_VARIABLE.search(text) or "`" in text or "$(" in text[:3]:
            return
    output = _go_output(step, placed, words[0], environment)
    if output is not None:
        yield Unstripped(index, output[0], output[1], flags)


def _is_buildmode(word: str) -> bool:
    return word.lstrip("-").startswith("buildmode=") and not word.endswith(("=pie", "=exe", "=default"))


def _operands(command: Command) -> Iterator[ShellWord]:
    """The words behind the subcommand that are no option and no option's value."""
    before = ""
    for word in command.arguments[1:]:
        text = _text(word)
        if not text.startswith("-") and "-" + before.lstrip("-") not in GO_VALUED:
            yield word
        before = text if text.startswith("-") and "=" not in text else ""


def _linker_flags(command: Command) -> int | None:
    """The index of the word that holds the value of ``-ldflags``."""
    for index, word in enumerate(command.words):
        name, equals, _ = word.text.partition("=")
        if name in ("-ldflags", "--ldflags"):
            return index if equals else index + 1 if index + 1 < len(command.words) else None
    return None


def _go_output(step: Step, placed: Placed, verb: str, environment: Environment) -> tuple[str, bool] | None:
    assert placed.folder is not None
    if verb == "install":
        folder = environment.get("GOBIN") or posixpath.join(environment.get("GOPATH") or "/go", "bin")
        return folder, False
    named = _option(step, placed.command, "-o")
    if named is not None:
        return _named(named, placed.folder)
    operands = [_text(word) for word in _operands(placed.command)]
    if len(operands) > 1 or any(word.endswith("...") for word in operands):
        # Without `-o` the results of several packages are thrown away.
        return (placed.folder, False) if all(word.endswith(".go") for word in operands) else None
    return placed.folder, False


def _named(named: str, folder: str) -> tuple[str, bool] | None:
    """The path of an output; up to the first variable of unknown value, its folder."""
    if "$" in named:
        start = posixpath.dirname(named.partition("$")[0])
        return (absolute(start, folder) or folder, False) if start or not named.startswith("$") else None
    path = absolute(named, folder)
    return (path, not named.endswith("/")) if path and path != "/dev/null" else None


def _option(step: Step, command: Command, name: str) -> str | None:
    value = shell_value(step)
    words = command.words
    for index in range(command.start + 1, len(words)):
        text = words[index].text
        if text == name and index + 1 < len(words):
            return literal(words[index + 1], value) or words[index + 1].text.replace('"', "")
        if text.startswith((name + "=", "-" + name + "=")):
            return text.partition("=")[2].replace('"', "")
    return None


def _cargo(step: Step, placed: Placed, index: int) -> Iterator[Unstripped]:
    command = placed.command
    words = [_text(word) for word in command.arguments if not _text(word).startswith("+")]
    if words[:1] not in (["build"], ["b"]) or not {"--release", "-r"}.intersection(words):
        return
    environment = Environment(step, command)
    flags = environment.get("RUSTFLAGS") if "RUSTFLAGS" in environment else ""
    if flags is None or _RUST_STRIPS.search(flags.replace(" ", "")) or "CARGO_PROFILE_RELEASE_STRIP" in environment:
        return
    if any(word.startswith(("--config", "--profile", "-Z", "--out-dir", "--artifact-dir")) for word in words):
        return
    assert placed.folder is not None
    target = environment.get("CARGO_TARGET_DIR") or _option(step, command, "--target-dir") or "target"
    path = absolute(target, placed.folder)
    if path is not None and "$" not in path:
        yield Unstripped(index, path, False, None)


def _c(step: Step, placed: Placed, index: int) -> Iterator[Unstripped]:
    command = placed.command
    words = [_text(word) for word in command.arguments]
    if not C_NOT_LINKING.isdisjoint(words) or {"-s", "-Wl,-s", "-Wl,--strip-all", "-Wl,--strip-debug"}.intersection(
        words
    ):
        return
    if any(word.value is None and "FLAGS" in word.text for word in command.arguments):
        return
    named = _option(step, command, "-o")
    output = _named(named, placed.folder or "/") if named else None
    if output is not None and output[1] and not output[0].endswith((".o", ".a")):
        yield Unstripped(index, output[0], True, None)


def _text(word: ShellWord) -> str:
    return word.value if word.value is not None else word.text


def _is_stripped_later(stage: Stage, step: Step, found: Unstripped) -> bool:
    for each in stage.steps[step.index :]:
        for command in each.script.commands if each.kind is Run and each.script else ():
            if command.program.rpartition("-")[2] in STRIPPING or any(
                _text(word) in ("strip", "dlv") for word in command.arguments
            ):
                return True
    return False


def _keeps_symbols(stage: Stage, step: Step, found: Unstripped, tree: ContextTree | None) -> bool | None:
    """Whether a program holds much that can be left out; None for a tool, Rust's unseen manifest, and C."""
    assert step.script is not None
    command = step.script.commands[found.index]
    if command.program in C_COMPILERS:
        return True if any(word.value == "-static" for word in command.arguments) else None
    if command.program != "cargo":
        # `go install path@version` is how people get a tool of somebody else, mostly to work or to test with.
        is_foreign = any("@" in _text(word) for word in command.arguments[1:])
        return None if is_foreign else True
    if tree is None:
        return None
    placed = placed_commands(step, step.before.workdir or UNKNOWN)[found.index]
    path = None
    for each in stage.steps[: step.index]:
        taken = copied(each, each.before.workdir or UNKNOWN, tree) if each.kind is Copy else None
        path = (taken.context_path(posixpath.join(placed.folder or "/", "Cargo.toml")) if taken else None) or path
    text = tree.read(path) if path else None
    if text is None:
        return None
    return not any(re.search(r"^\s*(?:strip|debug)\s*=", part, re.MULTILINE) for part in _PROFILE.findall(text))


def _taken(build: Build, origin: Stage, found: Unstripped) -> tuple[Word, Step] | None:
    """The COPY into the result, and the word of it, that takes a program out of a stage."""
    sources = set(build.structure.family(origin.facts.index))
    for index in build.structure.takers_of(sources):
        stage = build.stages[index]
        if not stage.facts.in_result:
            continue
        for step in stage.steps_about({"--from"}):
            if step.kind is Copy:
                word = _word_that_takes(build, stage, step, sources, found)
                if word is not None:
                    return word, step
    return None


def _word_that_takes(build: Build, stage: Stage, step: Step, sources: set[int], found: Unstripped) -> Word | None:
    flag = step.instruction.flag("from")
    named = step.value(flag.value.text) if flag and flag.value else None
    origin = build.stage_named(named, stage.facts.index) if named else None
    if origin is None or origin.facts.index not in sources:
        return None
    assert isinstance(step.instruction, Copy)
    for word in step.instruction.sources:
        value = None if isinstance(word, Heredoc) else step.value(word.text)
        path = absolute(value, "/") if value else None
        if path is None or isinstance(word, Heredoc):
            continue
        path = posixpath.dirname(path) if "*" in path else path
        if is_within(found.output, path) or (not found.exact and _is_in(path, found)):
            return word
    return None


def _is_in(path: str, found: Unstripped) -> bool:
    """Whether a path is that of a program in the folder of the outputs."""
    if posixpath.basename(found.output) == "target":
        return is_within(path, found.output)
    return posixpath.dirname(path) == found.output and "." not in posixpath.basename(path).lstrip(".")
