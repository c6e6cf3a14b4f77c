"""What keeps a cache mount of a step empty, or empties it: options, clean-ups, the hook of Debian's images."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from msgspec import Struct

from layerwise.build.dependencies.folders import is_within
from layerwise.build.environment import Environment
from layerwise.build.model import StageFacts, Step
from layerwise.build.mounting import cache_places
from layerwise.build.operations import Operation, PackageOperation
from layerwise.build.settings import APT_CONFIGURED, APT_KEEPS_ARCHIVES
from layerwise.knowledge.packages import BY_NAME, CACHING, Folder
from layerwise.knowledge.users import DEBIAN_IMAGES
from layerwise.shell.join import RunText, remove_statement
from layerwise.shell.tree import Around, Command, ShellWord
from layerwise.text import Edit, Span

ARCHIVES = "/var/cache/apt/archives"
DOCKER_CLEAN = "/etc/apt/apt.conf.d/docker-clean"
_EMPTYING = frozenset(
    {"cache clean", "cache purge", "cache clear", "clear-cache", "clearcache", "cc", "clean", "distclean"}
)
"""What the clean commands below are called that leave nothing; ``prune`` and ``autoclean`` keep what is in use."""
_CLEANING = frozenset(
    {
        "apt",
        "aptitude",
        "yum",
        "dnf",
        "microdnf",
        "tdnf",
        "zypper",
        "pip",
        "uv",
        "npm",
        "yarn",
        "composer",
        "conda",
        "go",
    }
)
"""The tools whose clean commands empty their caches, and not only what the project has built."""


class Defeat(Struct, frozen=True):
    """Something that makes the mounts of a step useless. ``edits`` take it out; None where that cannot be done."""

    span: Span
    message: str
    title: str
    edits: tuple[Edit, ...] | None
    manager: str = ""


def defeats(run: RunText, step: Step, targets: Collection[str]) -> Iterator[Defeat]:
    """What stands in a step against cache mounts on these absolute folders.

    :param step: the step itself, not the one that has it as trigger.
    """
    operations = [each for each in step.operations if _is_kept(step, each, targets)]
    yield from _options(run, operations)
    if not operations:
        return
    managers = {each.manager.name for each in operations}
    places = [place for each in operations for place in _places(step, each)]
    for operation in step.operations:
        is_clean = operation.operation is Operation.CLEAN and operation.manager.name in managers & _CLEANING
        if is_clean and _empties(operation, targets):
            yield _command(run, operation.command, f"`{operation.spoken}`", operation.manager.name)
    for command in step.script.commands if step.script else ():
        if command.program == "rm" and Around.FUNCTION not in command.within:
            yield from _removal(run, step, command, targets, places)


def is_hooked(step: Step, operation: PackageOperation, facts: StageFacts) -> bool:
    """Whether the images of Debian and Ubuntu remove at once what the operation downloads."""
    return facts.image is not None and facts.image.name in DEBIAN_IMAGES and may_be_hooked(step, operation)


def may_be_hooked(step: Step, operation: PackageOperation) -> bool:
    """The same for an image that may be built on one of those."""
    if operation.manager.name not in ("apt", "aptitude") or operation.operation not in operation.manager.filled_by:
        return False
    return {APT_KEEPS_ARCHIVES, APT_CONFIGURED}.isdisjoint(step.after.tool_settings)


def _is_kept(step: Step, operation: PackageOperation, targets: Collection[str]) -> bool:
    """Whether the operation fills a folder that is mounted."""
    manager = operation.manager
    if operation.operation is Operation.CLEAN:
        return False
    if operation.operation not in manager.filled_by and operation.operation is not Operation.UPDATE_INDEX:
        return False
    return any(is_within(place, target) for place in _places(step, operation) for target in targets)


def _places(step: Step, operation: PackageOperation) -> tuple[str, ...]:
    """The folders that an operation fills, or reads, as its caches."""
    return (*(cache_places(step, operation) or ()), *operation.manager.indexes)


def _options(run: RunText, operations: list[PackageOperation]) -> Iterator[Defeat]:
    for operation in operations:
        for word in operation.options:
            if word.value in operation.manager.no_cache_options and word.text.startswith("--no-cache"):
                yield Defeat(
                    word.span,
                    f"`{word.text}` keeps {operation.manager.name} from using the cache mount",
                    f"Remove `{word.text}`",
                    without_words(run, operation.command, [word]),
                    operation.manager.name,
                )


def _empties(operation: PackageOperation, targets: Collection[str]) -> bool:
    manager = operation.manager
    if operation.phrase not in _EMPTYING:
        return False
    if manager.name == "go":
        return operation.has_option("-cache", "-modcache")
    # ``apt-get clean`` leaves the package lists alone.
    return manager.name not in ("apt", "aptitude") or any(is_within(ARCHIVES, target) for target in targets)


def _command(run: RunText, command: Command, spoken: str, manager: str = "") -> Defeat:
    return Defeat(
        command.span,
        f"{spoken} empties the cache mount, so that the next build finds nothing there",
        f"Remove {spoken}",
        remove_statement(run, command),
        manager,
    )


def _removal(
    run: RunText, step: Step, command: Command, targets: Collection[str], places: Collection[str]
) -> Iterator[Defeat]:
    environment = Environment(step, command)
    operands = [word for word in command.arguments if not word.text.startswith("-")]
    bases = {word: _bases(word, environment) for word in operands}
    hit = [word for word in operands if _hits(bases[word], targets, places)]
    if not hit:
        return
    if len(hit) == len(operands) and not any(_takes_more(bases[word], targets) for word in hit):
        yield _command(run, command, f"`{' '.join(each.text for each in (command.name, *command.arguments))}`")
        return
    for word in hit:
        more = _takes_more(bases[word], targets)
        yield Defeat(
            word.span,
            f"Removing `{word.text}` empties the cache mount, so that the next build finds nothing there",
            f"Remove `{word.text}`",
            None if more else without_words(run, command, [word]),
        )


def _bases(word: ShellWord, environment: Environment) -> frozenset[str]:
    """What a word names, each up to its first glob; nothing where a variable in it has no known value."""
    paths = environment.paths(word, braces=True)
    return frozenset(path.partition("*")[0].rstrip("/") if "*" in path else path for path in paths)


def _hits(bases: Collection[str], targets: Collection[str], places: Collection[str]) -> bool:
    return bool(bases) and all(
        any(base and (is_within(target, base) or _is_of_cache(base, target, places)) for target in targets)
        for base in bases
    )


def _is_of_cache(base: str, target: str, places: Collection[str]) -> bool:
    """Whether something in a mount is in one of the caches, or holds one. A mount may hold more: that on ``/go``."""
    return is_within(base, target) and any(is_within(base, place) or is_within(place, base) for place in places)


def _takes_more(bases: Collection[str], targets: Collection[str]) -> bool:
    """Whether it removes other things along with what is mounted: ``/go`` holds what was compiled, too."""
    return any(
        not any(is_within(base, target) for target in targets) and CACHING.isdisjoint(base.split("/")) for base in bases
    )


def without_words(run: RunText, command: Command, words: list[ShellWord]) -> tuple[Edit, ...] | None:
    """Words of a command taken out with the space before them; None where a comment would go with it."""
    edits = []
    for word in words:
        index = command.words.index(word)
        span = Span(command.words[index - 1].span.end, word.span.end)
        if any(span.encloses(comment.span) for comment in (*run.instruction.comments, *run.script.comments)):
            return None
        edits.append(Edit(span, ""))
    return tuple(edits)


def looks_like_cache(target: str, manager_name: str) -> bool:
    """Whether a folder is where the tool has its cache for some user, or by default."""
    manager = BY_NAME[manager_name]
    folders: tuple[Folder, ...] = (*manager.caches, *manager.mounts)
    for folder in folders:
        path = folder.path
        if path.startswith("~/") and target.endswith(path[1:]) and target[: -len(path[1:])].count("/") <= 2:
            return True
        if target == path:
            return True
    return False
