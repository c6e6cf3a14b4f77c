"""The commands that get the dependencies of a project while its source is not there yet."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence

from msgspec import Struct

from layerwise.build.dependencies.folders import is_within
from layerwise.build.dependencies.installs import Install
from layerwise.build.dependencies.work import Work
from layerwise.context import ContextTree
from layerwise.syntax.tree import Run

STATEFUL = frozenset({"cd", "set", "export", ".", "source"})
"""Commands that change the shell for those behind them, and nothing else."""


class NoPlan(Exception):  # noqa: N818
    """There is no better order that would build the same."""


class Project(Struct, frozen=True):
    """What is seen of a project: the context, None where it can't be seen, and its folder there."""

    tree: ContextTree | None
    path: str | None
    in_result: bool
    """The layers of the stage end up in an image that somebody pulls."""
    stand_ins: tuple[str, ...] = ()
    """Files of the source that have to be there, whatever they hold; absolute paths of the image."""

    def holds(self, name: str) -> bool:
        return self.tree is not None and self.path is not None and self.tree.exists(posixpath.join(self.path, name))


def fetch(work: Work, install: Install, project: Project, reasons: dict[str, None]) -> Iterator[str]:
    """The commands to be run in the working directory of the install.

    :param reasons: what speaks against them, to which more is added.
    :raises NoPlan: when there are none.
    """
    script = work.step.script
    assert script is not None
    before = script.commands[: script.commands.index(install.command)]
    if any(command.program not in STATEFUL for command in before):
        raise NoPlan("earlier commands of the same RUN prepare the install")
    # `--path` is for `cargo install` alone.
    told = install.manager != "cargo" and any(install.has(option) for option in install.row.folder_options)
    if install.folder != work.folder and not told:
        inside = is_within(install.folder, work.folder)
        yield f"cd {posixpath.relpath(install.folder, work.folder) if inside else install.folder}"
    if install.builds:
        yield from _before_build(install, project, reasons)
    else:
        yield _without_project(work, install, project)


def _without_project(work: Work, install: Install, project: Project) -> str:
    """The install with the options that keep it from building the project."""
    command, manager = install.command, install.operation.manager
    words = [word.text for word in command.words]
    if any("$(" in word or "`" in word for word in words):
        raise NoPlan("the arguments of the install are computed")
    at = next(index for index, word in enumerate(command.words) if word is install.operation.subcommand) + 1
    mounts = work.instruction.mounts if isinstance(work.instruction, Run) else ()
    # The layer below the source is one more in which a cache could be left.
    keeps_cache = project.in_result and not mounts and not install.has(*manager.no_cache_options)
    added = [install.row.without_project, *([manager.no_cache] if keeps_cache and manager.no_cache else [])]
    return " ".join([*words[:at], *added, *words[at:]])


def _before_build(install: Install, project: Project, reasons: dict[str, None]) -> Iterator[str]:
    row, words = install.row, [word.text for word in install.command.words]
    program = " ".join(words[install.command.start : install.program + 1])
    if row.manager == "cargo":
        yield from _cargo(install, project, reasons)
    elif row.manager == "go":
        yield f"{program} {row.fetch}"
        if project.in_result:
            reasons["`go mod download` also gets the modules that only tests need"] = None
    elif row.manager == "dotnet":
        kept = _options(install, ("-r", "--runtime", "-a", "--arch", "--os", "-s", "--source"))
        named = [word.text for word in install.operation.manifests[:1]]
        yield " ".join([program, row.fetch, *named, *kept])
        reasons["The build restores again what other options than these ask for"] = None
    elif row.manager == "maven":
        switches = [word for word in words if word in ("-B", "--batch-mode", "-q", "-ntp", "--no-transfer-progress")]
        kept = _options(install, ("-f", "--file", "-s", "--settings", "-P", "-pl", "--projects"))
        yield " ".join([program, *switches, row.fetch, *kept])
        reasons["`dependency:go-offline` may not get all that the plugins of the build load later"] = None
    else:
        switches = [word for word in words if word in ("--no-daemon", "-q", "--quiet", "--stacktrace")]
        yield " ".join([program, row.fetch, *switches])
        reasons["`gradle dependencies` resolves those of the root project only"] = None


def _cargo(install: Install, project: Project, reasons: dict[str, None]) -> Iterator[str]:
    """Cargo wants the sources that the manifests name to be there; for a fetch, empty files will do."""
    paths = [posixpath.relpath(path, install.folder) for path in project.stand_ins]
    if not paths:
        raise NoPlan("cargo wants the sources, and it is not known which")
    if project.holds("Cargo.lock") and install.subcommand == "install" and not install.has("--locked", "--frozen"):
        reasons["Without `--locked`, `cargo install` takes other versions than those of `Cargo.lock`"] = None
    ignored = next((reason for reason in reasons if "`target`" in reason), None)
    reasons.pop(ignored or "", None)
    yield f"mkdir -p {' '.join(dict.fromkeys(posixpath.dirname(path) or '.' for path in paths))}"
    yield f"touch {' '.join(paths)}"
    yield "cargo fetch --locked" if project.holds("Cargo.lock") else "cargo fetch"


def _options(install: Install, names: Sequence[str]) -> Iterator[str]:
    """Some of the options of a command, with their values, as they are written."""
    words = install.command.words
    for index, word in enumerate(words):
        name, equals, _ = word.text.partition("=")
        if name in names:
            yield word.text
            if not equals and index + 1 < len(words):
                yield words[index + 1].text
