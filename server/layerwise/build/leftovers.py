"""What a package manager leaves in the layer: caches and lists that no mount takes and nothing removes."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from fnmatch import fnmatchcase

from layerwise.build.environment import Environment
from layerwise.build.model import Step
from layerwise.build.operations import Operation, PackageOperation, program_of
from layerwise.knowledge.packages import Folder
from layerwise.shell.tree import Around, Command, Dialect, ShellWord
from layerwise.syntax.tree import Run

_NO_BRACES = frozenset({"apt", "aptitude", "apk"})
"""The managers of distributions whose ``sh`` expands no braces. With the others it is bash, or we do not know."""
_AWAY = frozenset({"cache", "tmpfs"})
_REMOVERS = frozenset({"rm", "unlink", "shred", "find"})


def caches_left(step: Step, operation: PackageOperation) -> tuple[str, ...]:
    """The caches that the operation fills and that stay in the layer of the step.

    Absolute paths, or with a leading ``~`` where the home folder of the user in force is unknown.
    """
    manager = operation.manager
    if operation.operation not in manager.filled_by or operation.has_option(*manager.no_cache_options):
        return ()
    if f"{manager.name}:no-cache" in step.after.tool_settings:
        return ()
    environment = Environment(step, operation.command)
    if any((environment.get(switch.name) or "").lower() in switch.values for switch in manager.switches):
        return ()
    if manager.cache_option is not None and operation.has_option(manager.cache_option):
        return tuple(_left_at_option(step, operation, environment, manager.cache_option))
    found = []
    for index, folder in enumerate(manager.caches):
        place = environment.place(folder)
        filled = not folder.filled_by or operation.operation in folder.filled_by
        if filled and place is not None and not _is_taken(step, operation, folder, place, index, environment):
            found.append(place)
    return tuple(found)


def indexes_left(step: Step, operation: PackageOperation) -> tuple[str, ...]:
    """The folders of package lists that stay in the layer of the step; of several, the tool has its lists in one."""
    manager = operation.manager
    environment = Environment(step, operation.command)
    lists = len(manager.caches)
    for path in manager.indexes:
        if _is_taken(step, operation, Folder(path), path, lists, environment):
            return ()
    return manager.indexes[:1]


def all_caches_left(step: Step) -> tuple[tuple[str, ...], ...]:
    """For each operation of a step what ``caches_left`` says of it; for ``Step.once``."""
    return tuple(caches_left(step, operation) for operation in step.operations)


def takes(step: Step, folder: str) -> bool:
    """Whether a cache mount or a tmpfs keeps what is written under a folder out of the layer."""
    return any(kind in _AWAY and _covers(target, folder) for kind, target in _mounts(step))


def _left_at_option(step: Step, operation: PackageOperation, environment: Environment, option: str) -> Iterator[str]:
    """``--cache-dir`` names the folder."""
    value = operation.option(option)
    place = None if value is None else environment.place(Folder(value))
    if place is not None and not _is_taken(step, operation, Folder(place), place, 0, environment):
        yield place


def _is_taken(
    step: Step, operation: PackageOperation, folder: Folder, place: str, index: int, environment: Environment
) -> bool:
    """Whether what the operation puts into the folder is kept out of the layer.

    :param index: the index of the folder among the caches; one behind them all means the package lists.
    """
    if place == "/dev/null":
        return True
    if any(kind in _AWAY and _means(target, folder, place) for kind, target in _mounts(step)):
        return True
    cleaning = (step.operations[at] for at in step.once(_cleaning))
    if any(_cleans(each, operation, index) for each in cleaning if _stands_behind(each.command, operation.command)):
        return True
    return any(_means(path, folder, place) for path in _removed(step, operation, environment, place))


def _mounts(step: Step) -> Iterator[tuple[str, str]]:
    """The types and the absolute targets of the mounts of a RUN."""
    instruction = step.instruction
    if not isinstance(instruction, Run):
        return
    workdir = step.before.workdir or "/"
    for mount in instruction.mounts:
        if mount.target:
            target = step.value(mount.target) or mount.target
            yield mount.type, posixpath.normpath(posixpath.join(workdir, target))


def _means(path: str, folder: Folder, place: str) -> bool:
    """Whether a path is the folder, or one around it, wherever the folder may be."""
    if _covers(path, place) or _is_tail(path, folder.path):
        return True
    plain = _without_glob(path)
    return any(_covers(path, each) or _is_tail(path, each) or fnmatchcase(plain, each) for each in folder.or_at)


def _covers(path: str, place: str) -> bool:
    """The path is the place or a folder around it; a glob counts for all that it may match."""
    path = _without_glob(path)
    return path in ("", "/") or place == path or place.startswith(path + "/")


def _is_tail(path: str, folder: str) -> bool:
    """``/home/app/.cache/pip`` and ``/home/app/.cache`` stand for ``~/.cache/pip``, whoever the user is."""
    if not folder.startswith("~/"):
        return False
    path = _without_glob(path)
    parts = folder[2:].split("/")
    if not parts[0].startswith("."):
        return path.endswith(folder[1:])
    return any(path.endswith("/" + "/".join(parts[:count])) for count in range(1, len(parts) + 1))


def _without_glob(path: str) -> str:
    head, _, name = path.rpartition("/")
    return head if "*" in name else path


def _stands_behind(later: Command, earlier: Command) -> bool:
    return later.span.start > earlier.span.start


def _cleans(clean: PackageOperation, operation: PackageOperation, index: int) -> bool:
    """The clean command empties the cache of this index."""
    manager = clean.manager
    if clean.operation is not Operation.CLEAN or not _shares_caches(clean, operation):
        return False
    if not manager.clean_words:
        return index < len(manager.caches) or manager.name == "apk"
    words = manager.clean_words[min(index, len(manager.clean_words) - 1)]
    given = {word.value or word.text for word in clean.command.words}
    return not words.isdisjoint(given) or clean.has_option(*(word for word in words if word.startswith("-")))


def _shares_caches(clean: PackageOperation, operation: PackageOperation) -> bool:
    return any(folder in operation.manager.caches for folder in clean.manager.caches)


def _removed(step: Step, operation: PackageOperation, environment: Environment, place: str) -> Iterator[str]:
    """The paths that the step removes behind the operation; ``place`` itself where a tool is asked for it."""
    braces = step.before.dialect is Dialect.BASH or operation.manager.name not in _NO_BRACES
    commands = step.script.commands if step.script else ()
    for command in (commands[at] for at in step.once(_removing)):
        if not _stands_behind(command, operation.command):
            continue
        for word in command.arguments:
            if _asks_tool(word, operation):
                yield place
            elif not word.text.startswith("-"):
                yield from environment.paths(word, braces=braces)


def _cleaning(step: Step) -> tuple[int, ...]:
    """The indices of the operations that empty a cache."""
    return tuple(at for at, each in enumerate(step.operations) if each.operation is Operation.CLEAN)


def _removing(step: Step) -> tuple[int, ...]:
    """The indices of the commands of a script that remove files, those in functions apart."""
    commands = step.script.commands if step.script else ()
    return tuple(at for at, each in enumerate(commands) if Around.FUNCTION not in each.within and _removes(each))


def _removes(command: Command) -> bool:
    program = program_of(command)
    return program in _REMOVERS and (program != "find" or _deletes(command))


def _deletes(command: Command) -> bool:
    texts = [word.value for word in command.arguments]
    return "-delete" in texts or "rm" in texts


def _asks_tool(word: ShellWord, operation: PackageOperation) -> bool:
    """``"$(pip cache dir)"``"""
    is_answer = "$(" in word.text or "`" in word.text
    return is_answer and any(program in word.text for program in operation.manager.programs)


def clean_command(step: Step, operation: PackageOperation) -> str | None:
    """The command that removes what the operation leaves behind, None where there is none that surely does.

    It is run the way the operation is: through ``sudo`` if that is.
    """
    manager = operation.manager
    if manager.clean is None:
        return None
    environment = Environment(step, operation.command)
    places = [_written(folder, environment) for folder in manager.caches]
    words = operation.command.words
    is_elevated = operation.command.start > 0 and words[0].value == "sudo"
    if "{0}" in manager.clean and (None in places or is_elevated):
        return None
    text = manager.clean.format(*places, program=operation.command.name.text)
    return f"sudo {text}" if is_elevated else text


def _written(folder: Folder, environment: Environment) -> str | None:
    """The folder as one would write it in the script: with ``~``, which the shell knows, where no variable moves it."""
    is_moved = any(name in environment for name, _ in folder.moved_by)
    return environment.place(folder) if is_moved else folder.path
