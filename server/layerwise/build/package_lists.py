"""Where the package lists of apt come from when an install needs them: its own step, an earlier one, or nowhere.

Knows the steps of one stage. What a script or another image does to the lists is not known, and counts as that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import Enum, auto

from msgspec import Struct

from layerwise.build.model import Stage, Step
from layerwise.build.operations import Operation, PackageOperation, operations
from layerwise.knowledge.base_images import WITHOUT_PACKAGE_LISTS
from layerwise.knowledge.programs import DOWNLOADING, FETCHING_LISTS, INSTALLING_NOTHING, SPEAKING, SYSTEM, WITH_PATHS
from layerwise.shell.tree import Around, Command
from layerwise.syntax.tree import Run
from layerwise.text.patterns import regex

USES_INDEX = frozenset({Operation.INSTALL, Operation.UPGRADE, Operation.DOWNLOAD})
_APT = frozenset({"apt", "aptitude"})
_LISTS = "/var/lib/apt/lists"
_LEAVES_LISTS = (SPEAKING | SYSTEM | WITH_PATHS | DOWNLOADING | INSTALLING_NOTHING) - FETCHING_LISTS
_NO_LISTS_NEEDED = ("-f", "--fix-broken", "-s", "--simulate", "--dry-run", "--no-download", "--print-uris")
_PERHAPS = frozenset({Around.IF, Around.CASE, Around.OR, Around.LOOP, Around.FUNCTION})
_LOCAL = regex(r"\.deb\b|deb\w*\}?[\"']?$|/", re.IGNORECASE)


class Lists(Enum):
    """What becomes of the lists."""

    KEPT = auto()
    """They were fetched, and are in a layer."""
    REMOVED = auto()
    ABSENT = auto()
    """The base image has none."""
    UNKNOWN = auto()


class Unlisted(Struct, frozen=True):
    """An operation that needs lists which its own RUN does not fetch. ``lists`` says what there is, and ``source`` is
    the step that made it so, None for the base image."""

    step: Step
    operation: PackageOperation
    lists: Lists
    source: Step | None


def unlisted(stage: Stage) -> Iterator[Unlisted]:
    """The operations of a stage that need lists of apt without fetching them, where it is known what they find.

    Those that live on a RUN that ends with the update are left out: either that is another problem, see
    ``update_alone``, or it is meant so.
    """
    image = stage.head.image if stage.parent is None else None
    here = Lists.ABSENT if image and image.name in WITHOUT_PACKAGE_LISTS else Lists.UNKNOWN
    source: Step | None = None
    for step in stage.steps[1:]:
        inner = step.trigger or step
        if not issubclass(inner.kind, Run):
            continue
        course = inner.once(_course)
        is_said = source is not None and here is Lists.KEPT and _is_for_later(source)
        if course.lacking is not None and here is not Lists.UNKNOWN and not is_said:
            yield Unlisted(step, inner.operations[course.lacking], here, source)
        if course.ends is not None and step.trigger is None:
            here, source = course.ends, step


def _is_for_later(step: Step) -> bool:
    """Whether a RUN fetches lists that nothing in it can still use."""
    return update_alone(step) is not None or (bool(step.operations) and updates_index(step.operations[-1]))


def lives_on_lists(steps: Sequence[Step]) -> bool:
    """Whether one of these steps needs lists that an earlier one has left."""
    for step in steps:
        if not issubclass(step.kind, Run):
            continue
        course = step.once(_course)
        if course.lacking is not None:
            return True
        if course.ends is Lists.KEPT:
            return False
    return False


def update_alone(step: Step) -> PackageOperation | None:
    """The last update of an index in a RUN behind which nothing can use it in the same RUN."""
    if not isinstance(step.instruction, Run) or step.script is None or step.script.broken:
        return None
    updates = [each for each in step.operations if updates_index(each)]
    if not updates:
        return None
    last = updates[-1]
    if uses_of(step, last):
        return None
    known = {id(operation.command) for operation in step.operations}
    for command in step.script.commands:
        if id(command) in known or not command.words or command.span.start < last.command.span.start:
            continue
        if command.program not in INSTALLING_NOTHING:
            return None
    return last


def updates_index(operation: PackageOperation) -> bool:
    return operation.manager.is_distribution and operation.operation is Operation.UPDATE_INDEX


def uses_of(step: Step | None, update: PackageOperation) -> list[PackageOperation]:
    """The operations of a step that read the index."""
    indexes = set(update.manager.indexes)
    return [
        each
        for each in (step.operations if step else ())
        if each.operation in USES_INDEX and indexes.intersection(each.manager.indexes)
    ]


class _Course(Struct, frozen=True):
    """What a RUN does with the lists. ``lacking`` is the index of the first operation that takes them as it finds them;
    ``ends`` is what they are behind the RUN, None where it leaves them alone."""

    lacking: int | None = None
    ends: Lists | None = None


def _course(step: Step) -> _Course:
    script = step.script
    if script is None or script.broken:
        return _Course(ends=Lists.UNKNOWN)
    if _is_mounted(step):
        return _Course()
    lacking: int | None = None
    here: Lists | None = None
    indices = {id(each.command): index for index, each in reversed(tuple(enumerate(step.operations)))}
    for command in script.commands:
        found = _effect(command, script.commands)
        if found is None and here is None and lacking is None and id(command) in indices:
            index = indices[id(command)]
            lacking = index if _needs_lists(step.operations[index]) else None
        here = here if found is None else found
    return _Course(lacking, here)


def _effect(command: Command, commands: Sequence[Command]) -> Lists | None:
    """What the lists are behind a command, None where it leaves them as they are."""
    if not command.words:
        return None
    done = operations(command)
    if any(each.manager.name in _APT and _fetches(each) for each in done):
        return Lists.UNKNOWN if Around.FUNCTION in command.within else Lists.KEPT
    if any(_LISTS in word.text or word.text.rstrip("/*") in ("/var/lib/apt", "/var/lib") for word in command.arguments):
        return Lists.UNKNOWN if _PERHAPS.intersection(command.within) else Lists.REMOVED
    if done or command.program in _LEAVES_LISTS:
        return None
    around = (each for each in commands if Around.NESTED in each.within and command.span.encloses(each.span))
    return None if any(each is not command for each in around) else Lists.UNKNOWN


def _fetches(operation: PackageOperation) -> bool:
    """``apt-get update``, and since apt 2.9 ``apt-get install --update``."""
    return operation.operation is Operation.UPDATE_INDEX or operation.has_option("--update")


def _needs_lists(operation: PackageOperation) -> bool:
    if operation.manager.name not in _APT or operation.operation not in USES_INDEX:
        return False
    if operation.has_option(*_NO_LISTS_NEEDED) or {Around.OR, Around.FUNCTION}.intersection(operation.command.within):
        return False
    packages = operation.packages
    return not packages or not all(_LOCAL.search(word.text) and not _is_release(word.text) for word in packages)


def _is_release(text: str) -> bool:
    """``curl/bookworm-backports`` names a package of a release, and no file."""
    return "/" in text and not text.startswith((".", "/", "~", "$", '"', "'")) and not text.endswith(".deb")


def _is_mounted(step: Step) -> bool:
    run = step.instruction
    targets = [mount.target or "" for mount in run.mounts] if isinstance(run, Run) else []
    return any(target and (_LISTS + "/").startswith(target.rstrip("/") + "/") for target in targets)
