"""Whether a program is in the image when a stage is done, as far as that can be known."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from layerwise.build.model import Stage, Step
from layerwise.build.operations import Operation
from layerwise.knowledge.image_programs import NOTHING, PACKAGES, UNKNOWN, Programs, programs_of
from layerwise.knowledge.packages import DISTRIBUTION_MANAGERS
from layerwise.knowledge.programs import SHELLS
from layerwise.shell.tree import Command
from layerwise.syntax.tree import Heredoc, Run, Transfer
from layerwise.text.patterns import regex

_FOLDERS = frozenset({"/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin"})
_ABOVE = frozenset({"/", "/usr", "/usr/local"})
_NAMES = frozenset({*PACKAGES, "sh", "busybox"})
_OF_MANY = regex(r"(?:^|/)(?:|\.|\*.*|s?bin|usr|local|rootfs|root|overlay|layout|out|dist|install|fs)/*$")
"""The last part of a source that is most likely a folder with programs in it."""


def base_programs(stage: Stage) -> Programs:
    """What is known of the image that a stage is built on, at the bottom."""
    facts = stage.facts
    if facts.is_scratch:
        return NOTHING
    image = facts.image
    if image is None or not image.known or facts.is_windows:
        return UNKNOWN
    registry = "" if image.registry in ("", "docker.io") else f"{image.registry}/"
    return programs_of(registry + image.name, image.tag)


def has_program(stage: Stage, program: str) -> bool | None:
    """Whether the program is there when the stage is done; None where that can't be known."""
    base = base_programs(stage)
    packages = PACKAGES.get(program, (program,))
    installed = stage.steps[-1].after.installed
    if program in base.has:
        return True
    if not installed.isdisjoint(packages):
        return None if any(step.once(_takes_away) for step in stage.steps_about(DISTRIBUTION_MANAGERS)) else True
    if program not in base.lacks or stage.parent is not None or stage.triggers:
        return None
    if any(step.once(_may_bring) for step in stage.steps if step.kind is Run or issubclass(step.kind, Transfer)):
        return None
    used = [step for step in stage.steps_about({program}) if step.kind is Run]
    if used and not any(_is_removed(step, packages) for step in stage.steps_about(DISTRIBUTION_MANAGERS)):
        return None
    return False


def _may_bring(step: Step) -> bool:
    """Whether a step brings programs of which nothing is known: copied ones, or what a script installs."""
    instruction = step.instruction
    if isinstance(instruction, Transfer):
        return instruction.destination is None or _goes_among_programs(step, instruction)
    if step.script is None or step.script.broken:
        return True
    return any(map(_runs_script, step.script.commands)) or any(_is_open(step))


def _goes_among_programs(step: Step, instruction: Transfer) -> bool:
    """Whether a copy may put one of the programs in question where the shell finds it."""
    assert instruction.destination is not None
    target = step.value(instruction.destination.text)
    if target is None:
        return True
    path = posixpath.normpath(posixpath.join(step.before.workdir or "/", target))
    sources = [each.text for each in instruction.sources if not isinstance(each, Heredoc)]
    if path in _ABOVE:
        unpacks = instruction.name == "ADD" and any(".tar" in each or each.endswith(".tgz") for each in sources)
        return unpacks or any(_OF_MANY.search(each) or "." not in posixpath.basename(each) for each in sources)
    if path in _FOLDERS:
        return any(_OF_MANY.search(each) or posixpath.basename(each) in _NAMES for each in sources)
    return posixpath.dirname(path) in _FOLDERS and posixpath.basename(path) in _NAMES


def _runs_script(command: Command) -> bool:
    """Whether a command runs a script, which may install anything."""
    name = command.name.value or command.name.text
    if name in ("source", ".", "eval", "ansible-playbook", "make", "install-php-extensions") or name.endswith(".sh"):
        return True
    if name.startswith(("./", "$")) or ("/" in name and not re.match(r"/(usr/)?(local/)?s?bin/", name)):
        return True
    if command.program in SHELLS or command.program.startswith("python"):
        operands = [word for word in command.arguments if not word.text.startswith("-")]
        options = [word.text for word in command.arguments if word.text.startswith("-")]
        if "-c" not in options and "-m" not in options:
            return not operands or command.program in SHELLS
    return False


def _is_open(step: Step) -> Iterator[bool]:
    """Whether packages are installed of which the names are not known: from a variable, a file, or a group."""
    for operation in step.operations:
        if operation.manager.is_distribution and operation.operation is Operation.INSTALL:
            yield any(word.value is None or "/" in word.value or word.value[:1] in "@." for word in operation.packages)
            yield bool(operation.manifests) or not operation.packages


def _takes_away(step: Step) -> bool:
    """Whether a step removes packages without naming them: what nothing needs, a group, those in a variable."""
    if "apt-mark" in step.subjects:
        return True
    for operation in step.operations:
        if operation.operation is Operation.INSTALL and operation.has_option("--virtual", "-t"):
            if operation.manager.name == "apk":
                return True
        elif operation.operation is Operation.REMOVE and any(word.value is None for word in operation.packages):
            return True
    return False


def _is_removed(step: Step, packages: tuple[str, ...]) -> bool:
    removing = (each for each in step.operations if each.operation is Operation.REMOVE)
    return any(word.value in packages for each in removing for word in each.packages)
