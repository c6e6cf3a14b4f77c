"""What compiles in a stage, and with what. Says nothing of how it could be taken out of the final image.

``compiled_in_final`` and ``build_packages`` are what a split into stages starts from: which image or which packages
would stay behind, and the commands that need them.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from msgspec import Struct

from layerwise.build.model import Build, Stage, Step
from layerwise.build.operations import Operation, PackageOperation
from layerwise.build.package_names import package_name
from layerwise.build.purpose import is_for_people, is_mounted, started_words
from layerwise.knowledge.packages import DISTRIBUTION_MANAGERS
from layerwise.knowledge.toolchains import (
    COMPILER_IMAGES,
    COMPILING_COMMANDS,
    RUNTIME_COMPILERS,
    Toolchain,
    is_build_package,
    is_runtime_tag,
)
from layerwise.shell.tree import Around, Command, ShellWord
from layerwise.syntax.tree import Run

_MAYBE = frozenset({Around.IF, Around.CASE, Around.OR, Around.FUNCTION, Around.LOOP})
_COMPILING_INSTALLS = frozenset(
    {"pip", "gem", "bundler", "npm", "yarn", "pnpm", "cargo", "go", "uv", "poetry", "pipenv"}
)


class CompiledInFinal(Struct, frozen=True):
    """A final stage that stands on the image of a compiler, and compiles with it what it starts."""

    stage: Stage
    toolchain: Toolchain
    builds: tuple[tuple[Step, Command], ...]
    """The commands that compile, each with its step, in order."""
    starts: tuple[str, ...]
    """The words of the CMD or ENTRYPOINT that starts what was compiled."""


class BuildPackages(Struct, frozen=True):
    """An install of compilers, build tools or headers in a stage whose layers are shipped."""

    step: Step
    operation: PackageOperation
    packages: tuple[ShellWord, ...]
    users: tuple[tuple[Step, Command], ...]
    """The commands behind it that compile, or may do so as they install, each with its step, in order."""


def compiled_in_final(build: Build) -> CompiledInFinal | None:
    """None where the final stage stands on no such image, where it compiles nothing, or where it needs it to run."""
    final = build.final
    if final is None or not final.facts.in_result or final.parent is not None or final.facts.image is None:
        return None
    image = final.facts.image
    toolchain = COMPILER_IMAGES.get(_full_name(image.registry, image.name))
    if toolchain is None or not image.known or is_runtime_tag(image.name, image.tag):
        return None
    builds = tuple(_compiling(final, toolchain))
    starts = started_words(final)
    if not builds or not starts or is_for_people(final) or _needs(toolchain, starts):
        return None
    return CompiledInFinal(final, toolchain, builds, starts)


def build_packages(stage: Stage) -> tuple[BuildPackages, ...]:
    """The installs of build tools that stay in a stage, and that nothing in it is known to need once it runs."""
    found = {step: step.once(_installs_tools) for step in stage.steps_about(DISTRIBUTION_MANAGERS)}
    if not any(found.values()) or is_for_people(stage) or is_mounted(stage) or _may_compile_later(stage):
        return ()
    kept: list[BuildPackages] = []
    for step, installs in found.items():
        for index, names in installs:
            operation = step.operations[index]
            words = tuple(word for word in operation.packages if word.value in names)
            users = tuple(_users(stage, step, operation.command))
            if users and _taken_away(stage, step, names) is None:
                kept.append(BuildPackages(step, operation, words, users))
    return tuple(kept)


def _full_name(registry: str, name: str) -> str:
    return f"{registry}/{name}" if registry not in ("", "docker.io") else name


def _compiling(stage: Stage, toolchain: Toolchain) -> Iterator[tuple[Step, Command]]:
    for step in stage.steps:
        for command in step.script.commands if step.kind is Run and step.script else ():
            if command.program in toolchain.builds and _has_word(command, toolchain.builds[command.program]):
                yield step, command


def _has_word(command: Command, needed: frozenset[str]) -> bool:
    given = {(word.value or "").rpartition(":")[2] for word in command.arguments}
    return not needed or not needed.isdisjoint(given) or not needed.isdisjoint(word.value for word in command.arguments)


def _needs(toolchain: Toolchain, starts: tuple[str, ...]) -> bool:
    """Whether what is started is, or may call, a tool of the toolchain."""
    names = [word.rpartition("/")[2] for word in starts]
    if not toolchain.tools.isdisjoint(names):
        return True
    if "dotnet" in names:
        return not any(name.endswith(".dll") for name in names)
    return any(name.endswith(".sh") or "entrypoint" in name for name in names[:1])


def _installs_tools(step: Step) -> tuple[tuple[int, frozenset[str]], ...]:
    """The indices of the installs, with the names of the build packages that stay behind the step."""
    found: list[tuple[int, frozenset[str]]] = []
    if any(_sweeps(each) for each in step.operations):
        return ()
    for index, each in enumerate(step.operations):
        if each.operation is not Operation.INSTALL or not each.manager.is_distribution:
            continue
        if each.has_option("-t", "--virtual") or not _MAYBE.isdisjoint(each.command.within):
            continue
        words = {word.value for word in each.packages if word.value and is_build_package(package_name(word.value))}
        if words and {package_name(word) for word in words} & step.after.installed:
            found.append((index, frozenset(words)))
    return tuple(found)


def _sweeps(operation: PackageOperation) -> bool:
    """``apt-get purge --auto-remove``, ``dnf autoremove``: what it removes depends on what was marked before."""
    words = {word.value for word in operation.command.arguments}
    return not words.isdisjoint(("autoremove", "--auto-remove", "--autoremove", "--automatic"))


def _users(stage: Stage, install: Step, command: Command) -> Iterator[tuple[Step, Command]]:
    for step in stage.steps[install.index :]:
        if step.kind is not Run or step.script is None:
            continue
        installing = {id(each.command) for each in step.operations if _may_compile(each)}
        for each in step.script.commands:
            if each.span.start <= command.span.start:
                continue
            needed = COMPILING_COMMANDS.get(each.program)
            if id(each) in installing or (needed is not None and _has_word(each, needed) and not _only_installs(each)):
                yield step, each


def _only_installs(command: Command) -> bool:
    """``make install`` by itself may do no more than copy files."""
    words = [word.value or word.text for word in command.arguments]
    folders = {following for word, following in pairwise(words) if word in ("-C", "-f")}
    operands = [word for word in words if not word.startswith("-") and "=" not in word and word not in folders]
    return command.program in ("make", "gmake", "ninja") and operands == ["install"]


def _may_compile(operation: PackageOperation) -> bool:
    return operation.manager.name in _COMPILING_INSTALLS and operation.operation in (Operation.INSTALL, Operation.BUILD)


def _taken_away(stage: Stage, install: Step, names: frozenset[str]) -> Step | None:
    """The later step that removes the packages again; that they stay all the same is for others to say."""
    plain = {package_name(name) for name in names}
    return next((step for step in stage.steps[install.index :] if plain.isdisjoint(step.after.installed)), None)


def _may_compile_later(stage: Stage) -> bool:
    """Whether what the image starts may compile as it runs: by its own word, or by a package that does."""
    names = {word.rpartition("/")[2] for word in started_words(stage)}
    if any(name in COMPILING_COMMANDS and name not in ("python", "python3") for name in names):
        return True
    if any(name.endswith(".sh") or "entrypoint" in name for name in names):
        return True
    return any(
        operation.operation is Operation.INSTALL
        and any(package_name((word.value or "").lower()) in RUNTIME_COMPILERS for word in operation.packages)
        for step in stage.steps
        if step.tools
        for operation in step.operations
    )
