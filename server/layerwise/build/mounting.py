"""Makes the cache mounts that keep what a step downloads between builds: targets, owners, how they are written.

Which step should have one is for others to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from layerwise.build.environment import Environment, home_of
from layerwise.build.leftovers import takes
from layerwise.build.model import Step
from layerwise.build.operations import PackageOperation
from layerwise.knowledge.packages import PackageManager
from layerwise.syntax.tree import Instruction, Onbuild
from layerwise.text import Edit, Span

_ARCHITECTURES = ("TARGETARCH", "TARGETPLATFORM")
_BERRY = ("--immutable", "--immutable-cache", "--check-cache", "--mode")
"""Options of ``yarn install`` that only its later releases know, which keep their cache elsewhere."""


def cache_places(step: Step, operation: PackageOperation) -> tuple[str, ...] | None:
    """The absolute folders that a cache mount for an operation should be on; None when one of them can't be known."""
    places = tuple(_places(step, operation))
    if not places or any(place is None or not place.startswith("/") for place in places):
        return None
    return tuple(place for place in places if place)


def mount_values(step: Step, operations: Iterable[PackageOperation]) -> tuple[str, ...] | None:
    """The values of ``--mount`` that these operations of a step lack; None when the place of a cache can't be known."""
    found: dict[str, None] = {}
    for operation in operations:
        places = cache_places(step, operation)
        if places is None:
            return None
        found.update((mount_value(step, each, operation.manager), None) for each in places if not takes(step, each))
    return tuple(found)


def mount_value(step: Step, place: str, manager: PackageManager) -> str:
    """The value of a ``--mount`` of the cache of a tool, which lies at ``place``."""
    name = (
        f",id={manager.name}-{place.strip('/').replace('/', '-')}-${_architecture(step)}"
        if _differs(step, manager)
        else ""
    )
    sharing = f",sharing={manager.sharing}" if manager.sharing else ""
    return f"type=cache{name},target={place}{sharing}{_owner(step)}"


def add_mounts(step: Step, values: Iterable[str], *, gap: str, newline: str, indent: str = "    ") -> Edit | None:
    """Put mounts behind the flags that a RUN has: one in the line, several on lines of their own.

    :param gap: the characters between the flags and the command, see ``gap_of``.
    """
    flags = [f"--mount={value}" for value in values]
    if not flags:
        return None
    instruction = _run(step)
    at = gap_of(step).start
    if len(flags) + len(instruction.flags) == 1 or instruction.heredocs:
        return Edit(Span(at, at), "".join(f" {flag}" for flag in flags))
    line = f" {step.escape}{newline}{indent}"
    text = (line if instruction.flags else " ") + line.join(flags)
    if "\n" in gap:
        return Edit(Span(at, at), text)
    return Edit(Span(at, at + len(gap)), text + line)


def gap_of(step: Step) -> Span:
    """What stands between the keyword, or the last flag, of a RUN and its command."""
    instruction = _run(step)
    end = (instruction.flags[-1] if instruction.flags else instruction.keyword).span.end
    return Span(end, max(instruction.body.start, end))


def _run(step: Step) -> Instruction:
    instruction = step.instruction
    return instruction.trigger if isinstance(instruction, Onbuild) and instruction.trigger else instruction


def _places(step: Step, operation: PackageOperation) -> Iterator[str | None]:
    manager = operation.manager
    environment = Environment(step, operation.command)
    if manager.cache_option and operation.has_option(manager.cache_option):
        value = operation.option(manager.cache_option)
        yield value if value and value.startswith("/") else None
        return
    if _is_elsewhere(operation, environment):
        yield None
        return
    folders = manager.mounts or manager.caches
    if manager.name == "yarn" and operation.has_option(*_BERRY):
        folders = manager.later_mounts
    for folder in folders:
        if not folder.filled_by or operation.operation in folder.filled_by:
            yield environment.place(folder)


def _is_elsewhere(operation: PackageOperation, environment: Environment) -> bool:
    """Whether the project says where the cache lies, in ways that the table of tools does not follow."""
    name = operation.manager.name
    if name == "bundler":
        return "BUNDLE_PATH" in environment or operation.has_option("--path", "--deployment")
    words = [word.text for word in operation.command.words]
    return name == "maven" and any(word.startswith("-Dmaven.repo.local") for word in words)


def _differs(step: Step, manager: PackageManager) -> bool:
    """Whether the cache holds what is made for one architecture, and the stage is built for several."""
    return manager.is_distribution and _architecture(step) is not None


def _architecture(step: Step) -> str | None:
    return next((name for name in _ARCHITECTURES if name in step.before.args), None)


def _owner(step: Step) -> str:
    """What lets the user in force write there: a new cache belongs to root."""
    user, _, group = (step.before.user or "root").partition(":")
    if home_of(step.before) == "/root":
        return ""
    uid = next((each.uid for each in step.before.accounts.values() if user in (each.name, each.uid)), None)
    if uid is None and user.isdecimal():
        uid = user
    if uid is None or not uid.isdecimal():
        return ",mode=0777"
    return f",uid={uid}" + (f",gid={group}" if group.isdecimal() else "")
