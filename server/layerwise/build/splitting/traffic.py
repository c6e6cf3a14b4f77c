"""What the commands of a RUN write outside of the folder they work in. Commands that are not known are refused."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from msgspec import Struct, field

from layerwise.build.dependencies.folders import Placed, absolute, is_within, literal, placed_commands, shell_value
from layerwise.build.model import Step
from layerwise.build.operations import Operation
from layerwise.build.splitting.contract import UnsplittableError
from layerwise.knowledge.splitting import (
    CLONE_VALUES,
    COMPILING,
    CONFIGURING,
    HARMLESS,
    PYTHON_MODULES,
    SEARCHED,
    WRITING,
)
from layerwise.shell.tree import Around, Command

_VALUED = {
    "install": frozenset({"-m", "--mode", "-o", "-g", "--owner", "--group"}),
    "mkdir": frozenset({"-m", "--mode"}),
}
_DISTRIBUTION = (Operation.INSTALL, Operation.UPDATE_INDEX, Operation.CLEAN, Operation.REMOVE, Operation.UPGRADE)


class Traffic(Struct):
    """What a RUN does to the file system, as far as an image may need it. Paths are absolute."""

    written: list[str] = field(default_factory=list)
    owned: list[str] = field(default_factory=list)
    """Whose owner changes."""
    touched: list[str] = field(default_factory=list)
    """Whose mode changes."""
    programs: set[str] = field(default_factory=set)
    commands: list[Placed] = field(default_factory=list)


def traffic(step: Step, folder: str, allowed: frozenset[str]) -> Traffic:
    """:param allowed: programs besides the usual that write below the folder they run in, or where their tool does.

    :raises UnsplittableError: for a script that cannot be followed.
    """
    script = step.script
    if script is None or script.broken or not script.commands:
        raise UnsplittableError("a RUN that cannot be read stands in it")
    found = Traffic()
    if {command.program for command in script.commands} <= CONFIGURING | HARMLESS | {""}:
        allowed = allowed | CONFIGURING
    managed = {id(each.command) for each in step.operations if each.manager.is_distribution}
    for placed in placed_commands(step, folder):
        command = placed.command
        found.commands.append(placed)
        found.programs.add(command.program)
        found.written += _redirected(step, placed)
        if id(command) in managed or not command.words:
            continue
        if command.program in WRITING:
            _add_writes(step, placed, found)
        elif command.program == "git" and "clone" in [word.value for word in command.arguments]:
            found.written.append(_path(step, placed, _cloned_to(step, command)))
        elif _fetches(command):
            raise UnsplittableError(f"what `{command.program}` fetches may be needed by what runs")
        elif command.program not in HARMLESS | COMPILING | allowed and Around.NESTED not in command.within:
            name = command.program or command.name.text
            raise UnsplittableError(f"what `{name}` does may be needed by what runs")
        elif placed.folder is None:
            raise UnsplittableError(f"the folder that `{command.program}` runs in is not known")
    for operation in step.operations:
        if operation.manager.is_distribution and operation.operation not in _DISTRIBUTION:
            raise UnsplittableError(f"`{operation.spoken}` does something that is not followed")
    return found


def _fetches(command: Command) -> bool:
    """Whether a program that installs into its project brings something else along, to a folder of its own."""
    words = [word.value or word.text for word in command.arguments]
    if command.program in ("npx", "bunx", "playwright"):
        return "install" in words
    if re.fullmatch(r"python\d*(?:\.\d+)?", command.program):
        return words[:1] == ["-c"] or (words[:1] == ["-m"] and words[1:2] != [] and words[1] not in PYTHON_MODULES)
    return command.program == "composer" and words[:1] == ["global"]


def _cloned_to(step: Step, command: Command) -> str:
    """The folder of a ``git clone``."""
    value = shell_value(step)
    words = [literal(word, value) for word in command.arguments]
    operands: list[str | None] = []
    is_value = False
    for text in words[words.index("clone") + 1 :]:
        if is_value:
            is_value = False
        elif text is not None and text.startswith("-"):
            is_value = text in CLONE_VALUES
        else:
            operands.append(text)
    if len(operands) > 1:
        return _known(operands[1], "git")
    return posixpath.basename(_known(operands[0] if operands else None, "git").rstrip("/")).removesuffix(".git")


def _redirected(step: Step, placed: Placed) -> Iterator[str]:
    value = shell_value(step)
    for each in placed.command.redirections:
        if each.operator not in (">", ">>", ">|", "&>") or each.target is None:
            continue
        path = absolute(literal(each.target, value), placed.folder or "/?")
        if path is None:
            raise UnsplittableError("a RUN writes a file whose name is not known")
        if not path.startswith(("/dev/", "/proc/")):
            yield path


def _add_writes(step: Step, placed: Placed, found: Traffic) -> None:
    command = placed.command
    paths = [_path(step, placed, text) for text in _targets(step, command)]
    if command.program in ("chown", "chgrp"):
        found.owned += paths
    elif command.program == "chmod":
        found.touched += paths
    else:
        found.written += paths


def _path(step: Step, placed: Placed, text: str) -> str:
    if placed.folder is None and not text.startswith("/"):
        raise UnsplittableError(f"the folder that `{placed.command.program}` runs in is not known")
    return absolute(text, placed.folder or "/") or "/"


def _targets(step: Step, command: Command) -> Iterator[str]:
    """The paths that a command of ``WRITING`` writes, as it names them."""
    value = shell_value(step)
    options: dict[str, str | None] = {}
    operands: list[str | None] = []
    words = list(command.arguments)
    valued = _VALUED.get(command.program, frozenset())
    takes_value = {"curl": {"-o", "--output", "--output-dir"}, "wget": {"-O", "--output-document", "-P"}}
    takes_value |= {"tar": {"-C", "--directory", "-f"}, "unzip": {"-d"}, "cp": {"-t"}, "mv": {"-t"}}
    names = takes_value.get(command.program, set()) | valued
    index = 0
    while index < len(words):
        text = words[index].value or words[index].text
        flag, equals, attached = text.partition("=")
        bundled = "-" + text[-1:] if text[:1] == "-" and text[:2] != "--" else text
        if text.startswith("-") and text != "-":
            if equals:
                options[flag] = attached
            elif bundled in names and index + 1 < len(words):
                options[bundled] = literal(words[index + 1], value)
                index += 1
            else:
                options[text] = ""
        else:
            operands.append(literal(words[index], value))
        index += 1
    yield from _named(command.program, options, operands)


def _named(program: str, options: dict[str, str | None], operands: list[str | None]) -> Iterator[str]:
    if program in ("curl", "wget", "tar", "unzip"):
        keys = {"curl": ("-o", "--output"), "wget": ("-O", "--output-document", "-P")}
        keys |= {"tar": ("-C", "--directory"), "unzip": ("-d",)}
        found = [options[key] for key in keys[program] if key in options]
        yield from (_known(each, program) for each in found if each != "-")
        return
    if program == "sed":
        if any(key.startswith("-i") or key == "--in-place" for key in options):
            yield from (_known(each, program) for each in operands[1:])
        return
    if program in ("chown", "chgrp", "chmod"):
        yield from (_known(each, program) for each in operands[1:])
        return
    if program in ("mkdir", "touch", "tee") or (program == "install" and "-d" in options):
        yield from (_known(each, program) for each in operands)
        return
    yield from _copied(program, options, operands)


def _copied(program: str, options: dict[str, str | None], operands: list[str | None]) -> Iterator[str]:
    """``cp``, ``mv``, ``install`` and ``ln``: the last operand, or what comes to lie in it."""
    into = options.get("-t")
    if into is None and len(operands) < 2:
        if operands:
            yield posixpath.basename(_known(operands[0], program))
        return
    target = _known(into if into is not None else operands[-1], program)
    sources = operands if into is not None else operands[:-1]
    is_folder = target.endswith("/") or len(sources) > 1 or target in SEARCHED or into is not None
    for source in sources if is_folder else ():
        name = posixpath.basename(_known(source, program).rstrip("/"))
        yield target if name in (".", "") or "*" in name else posixpath.join(target, name)
    if not is_folder:
        yield target


def _known(text: str | None, program: str) -> str:
    if text is None:
        raise UnsplittableError(f"`{program}` writes to a place that is not known")
    return text


def outermost(paths: list[str]) -> list[str]:
    """The paths that lie in none of the others, each once, in order."""
    unique = list(dict.fromkeys(paths))
    return [path for path in unique if not any(path != other and is_within(path, other) for other in unique)]
