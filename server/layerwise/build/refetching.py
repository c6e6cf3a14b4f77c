"""Which fetches of a package index are superfluous, since the RUN above has just fetched it.

Errs on the side of a fetch: what may have changed the package sources in between makes it a needed one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from layerwise.build.dependencies.folders import is_within
from layerwise.build.model import Step
from layerwise.build.operations import Operation, PackageOperation, operations
from layerwise.build.traces import Kind, Removed, Written, traces
from layerwise.knowledge.programs import DOWNLOADING, SPEAKING, SYSTEM, WITH_PATHS
from layerwise.shell.tree import Command, ShellWord
from layerwise.syntax.tree import Run
from layerwise.text.patterns import regex

_FETCH_ON_THE_WAY = frozenset({"yum", "dnf", "microdnf", "tdnf", "zypper"})
"""Managers whose install fetches the index by itself, if it is not there."""
_LEAVES_SOURCES = (SPEAKING | SYSTEM | WITH_PATHS | DOWNLOADING) - frozenset(
    ("add-apt-repository", "apt-add-repository", "apt-key", "subscription-manager", "dpkg", "rpm", "gpg", "source", ".")
)
"""Programs that change no package source, unless one of their words names it."""
_SOURCES = regex(
    r"sources\.list|\.(?:list|sources|repo)$|/etc/(?:apk|apt|yum|zypp)|keyring|config-manager|addrepo|-release$"
)


class Refetch(Struct, frozen=True):
    """``again`` fetches what ``before`` has fetched. In one RUN ``commands`` and ``words`` would be superfluous.

    ``words`` are those that name the index in a removal of several things.
    """

    before: PackageOperation
    again: PackageOperation
    commands: tuple[Command, ...]
    words: tuple[ShellWord, ...]


def refetched(above: Step, step: Step, folders: tuple[str, str]) -> Refetch | None:
    """:param folders: the working directories in force at the two steps, which are neighbours."""
    again = next((each for each in step.operations if _fetches(each)), None)
    if again is None or _is_mounted(above, again):
        return None
    before = next((each for each in reversed(above.operations) if _fetches(each) and _same(each, again)), None)
    if before is None or not all(map(_leaves_sources, _between((above, step), before.command, again.command))):
        return None
    index = [Written(path, Kind.INDEX, before.command.span, before.manager.name) for path in before.manager.indexes]
    removals = [
        each for each in _removals(above, folders[0], index) if each.command.span.start > before.command.span.start
    ]
    is_update = again.operation is Operation.UPDATE_INDEX
    if not is_update and not (removals and list(_removals(step, folders[1], index))):
        return None
    commands = [each.command for each in removals if len(each.names) < 2]
    words = [
        word
        for each in removals
        if len(each.names) > 1
        for name, word in zip(each.names, each.words, strict=True)
        if any(Removed(each.command, (name,)).takes(written) for written in index)
    ]
    return Refetch(before, again, (*commands, *([again.command] if is_update else [])), tuple(words))


def _fetches(operation: PackageOperation) -> bool:
    manager = operation.manager
    if not manager.is_distribution or not manager.indexes:
        return False
    if operation.operation is Operation.UPDATE_INDEX:
        # ``apk add --update x`` does so as well, but not only that.
        return not operation.packages and operation.subcommand is not None
    return manager.name in _FETCH_ON_THE_WAY and operation.operation is Operation.INSTALL


def _same(one: PackageOperation, other: PackageOperation) -> bool:
    return one.manager.indexes == other.manager.indexes and one.operation is other.operation


def _is_mounted(step: Step, operation: PackageOperation) -> bool:
    """Whether the index is kept in a mount, so that fetching it again costs next to nothing."""
    targets = [mount.target for mount in step.instruction.mounts] if isinstance(step.instruction, Run) else []
    return any(target and is_within(path, target) for target in targets for path in operation.manager.indexes)


def _between(steps: Sequence[Step], first: Command, before: Command) -> Iterator[Command]:
    """From the first fetch on, which may be an install that brings sources of its own, up to the second."""
    for step in steps:
        for command in step.script.commands if step.script else ():
            if first.span.start <= command.span.start < before.span.start:
                yield command


def _leaves_sources(command: Command) -> bool:
    targets = [each.target for each in command.redirections if each.target and ">" in each.operator]
    texts = [word.value or word.text for word in (*command.arguments, *targets)]
    if any(_SOURCES.search(text) for text in texts if not text.startswith("/var/")):
        return False
    return not command.words or command.program in _LEAVES_SOURCES or bool(operations(command))


def _removals(step: Step, folder: str, index: Sequence[Written]) -> Iterator[Removed]:
    for trace in traces(step, folder):
        if isinstance(trace, Removed) and any(trace.takes(each) for each in index):
            yield trace
