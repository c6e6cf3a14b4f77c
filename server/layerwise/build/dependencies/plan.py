"""How to put the steps of a stage in a better order: which copies move, and what is to be copied before an install."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from layerwise.build.dependencies.apart import made_by_copying_to
from layerwise.build.dependencies.copies import Copied
from layerwise.build.dependencies.folders import UNKNOWN, absolute, is_within
from layerwise.build.dependencies.installs import Install
from layerwise.build.dependencies.late import Late
from layerwise.build.dependencies.needs import Needs, needs_of
from layerwise.build.dependencies.view import View
from layerwise.build.dependencies.work import Work
from layerwise.build.operations import Operation, operations
from layerwise.context import ContextTree
from layerwise.context.paths import is_pattern
from layerwise.shell.tree import AndOr, Command
from layerwise.syntax.tree import (
    Arg,
    Assigning,
    Cmd,
    Entrypoint,
    Env,
    Expose,
    Healthcheck,
    Label,
    Maintainer,
    Onbuild,
    Run,
    Shell,
    Stopsignal,
    Transfer,
    User,
    Volume,
    Workdir,
)

_PASSABLE = (Cmd, Entrypoint, Expose, Healthcheck, Label, Maintainer, Onbuild, Shell, Stopsignal, User)
_PASSED_BY_FETCH = (Transfer, Cmd, Entrypoint, Expose, Healthcheck, Label, Maintainer, Onbuild, Stopsignal)
_STATEFUL = frozenset({"cd", "set", "export", ".", "source"})
_SHRINKING = frozenset({Operation.REMOVE, Operation.CLEAN})
_NAME = re.compile(r"\$\{?(\w+)")


@dataclass(frozen=True, slots=True)
class CopyLine:
    """A COPY to be written: sources and destination as they stand in the file."""

    sources: tuple[str, ...]
    destination: str


@dataclass(frozen=True, slots=True)
class Split:
    """Where the list of a RUN is cut in two: behind this part. ``prefix`` is what the second half starts with."""

    list: AndOr
    part: int
    prefix: str


@dataclass
class Plan:
    """A better order.

    ``moved`` go behind the step ``last`` (before it where there is something to ``fetch``), each with what
    ``manifests`` puts in its old place.
    """

    last: Work
    moved: tuple[Copied, ...]
    manifests: dict[int, list[CopyLine]] = field(default_factory=dict)
    """By the index of the step in whose place they stand."""
    fetch: tuple[str, ...] = ()
    """Commands that get the dependencies before the source is there, where the install itself needs the source."""
    stays: bool = False
    """Nothing moves: manifests and ``fetch`` go above the first of ``moved``."""
    split: Split | None = None
    destinations: dict[int, str] = field(default_factory=dict)
    """New destinations of copies that move past a WORKDIR, by the index of their step."""
    reasons: dict[str, None] = field(default_factory=dict)
    """Why a person should look, each a sentence without a full stop."""


class NoPlan(Exception):  # noqa: N818
    """There is no better order that would build the same."""


def plan_of(late: Late, works: Sequence[Work], tree: ContextTree | None, *, in_result: bool) -> Plan:
    """The order in which the installs of ``late`` come before the source.

    :param in_result: whether the layers of the stage end up in an image that somebody pulls.
    :raises NoPlan: when something in between needs the source.
    """
    return _Planner(late, works, tree, in_result=in_result).plan()


class _Planner:
    def __init__(self, late: Late, works: Sequence[Work], tree: ContextTree | None, *, in_result: bool) -> None:
        self.late = late
        self.works = works
        self.tree = tree
        self.in_result = in_result
        self.first = late.first.step.index
        self.moved = list(late.trees)

    def plan(self) -> Plan:
        self._move_along()
        work, install = self.late.installs[0]
        needs = self._needs(work, install)
        if install.own:
            raise NoPlan(f"`{install.title} {install.own}` needs the source")
        if install.builds or needs.builds_project:
            return self._prefetching(work, install, needs)
        return self._reordering()

    # Reordering: the copies go behind the installs.

    def _reordering(self) -> Plan:
        last: Work | None = None
        split: Split | None = None
        for work in self.works[self.first + 1 :]:
            mine = [install for other, install in self.late.installs if other is work]
            if mine and any(install.own or install.builds for install in mine):
                break
            passable = self._is_passable(work)
            if mine and passable:
                last = work
            elif mine:
                split = self._split(work)
                last = work if split else last
                break
            if not passable:
                break
        if last is None:
            raise NoPlan("something between the two needs the source")
        plan = Plan(last, tuple(copy for copy in self.moved if copy.step.index < last.index), split=split)
        for work, install in self.late.installs:
            if work.index <= last.index:
                self._add_needs(plan, work, install, self._needs(work, install))
        if split and self.in_result:
            self._check_split(plan, split)
        self._relocate(plan)
        return plan

    def _check_split(self, plan: Plan, split: Split) -> None:
        for part in split.list.parts[split.part + 1 :]:
            if not isinstance(part, Command):
                continue
            kinds = {operation.operation for operation in operations(part)}
            words = [word.value for word in part.arguments]
            if kinds & _SHRINKING or part.program == "rm" or "prune" in words:
                plan.reasons["What the second RUN removes stays in the layer of the first"] = None

    def _split(self, work: Work) -> Split | None:
        """Where to cut a RUN that installs first and needs the source later."""
        script = work.step.script
        instruction = work.step.instruction
        if script is None or script.heredoc or script.broken or len(script.entries) != 1:
            return None
        whole = script.entries[0].statement
        if not isinstance(whole, AndOr) or set(whole.operators) != {"&&"} or instruction.heredocs:
            return None
        folders = self._folders()
        plain = [install.command for install in work.installs]
        count = 0
        for part in whole.parts:
            if not isinstance(part, Command) or not work.is_clear_command(part, folders):
                break
            count += 1
        installs = [number for number in range(count) if whole.parts[number] in plain]
        if not installs or count == len(whole.parts):
            return None
        # Trailing preparations of what follows stay with what follows.
        while count > installs[-1] + 1 and getattr(whole.parts[count - 1], "program", "") in _STATEFUL:
            count -= 1
        return Split(whole, count - 1, self._prefix(whole, count))

    def _prefix(self, whole: AndOr, count: int) -> str:
        text: list[str] = []
        for part in whole.parts[:count]:
            if isinstance(part, Command) and (part.program in _STATEFUL or not part.words):
                if any(not word.is_literal for word in part.words) or part.redirections:
                    raise NoPlan("the RUN cannot be cut in two")
                words = [assignment.name for assignment in part.assignments if not part.words]
                if words:
                    raise NoPlan("the RUN cannot be cut in two")
                text.append(" ".join(word.text for word in part.words))
        return "".join(f"{each} && " for each in text)

    # Prefetching: the dependencies are got before the source is copied, and the install stays where it is.

    def _prefetching(self, work: Work, install: Install, needs: Needs) -> Plan:
        between = self.works[self.first + 1 : work.index]
        stays = all(isinstance(each.step.instruction, _PASSED_BY_FETCH) for each in between)
        if not stays and not all(self._is_passable(each) for each in between):
            raise NoPlan("something between the two needs the source")
        moved = tuple(copy for copy in (self.late.trees if stays else self.moved) if copy.step.index < work.index)
        plan = Plan(work, moved, stays=stays)
        self._add_needs(plan, work, install, needs)
        plan.fetch = tuple(self._fetch(plan, work, install))
        if not stays:
            self._relocate(plan)
        return plan

    def _fetch(self, plan: Plan, work: Work, install: Install) -> Iterator[str]:
        """The command that only gets the dependencies."""
        script = work.step.script
        assert script is not None
        before = script.commands[: script.commands.index(install.command)]
        if any(command.program not in _STATEFUL for command in before):
            raise NoPlan("earlier commands of the same RUN prepare the install")
        if install.folder != work.folder and not any(install.has(option) for option in install.row.folder_options):
            yield f"cd {_shell_word(install.folder, work.folder)}"
        command = install.command
        words = [word.text for word in command.words]
        if not install.builds:
            if any("$(" in word or "`" in word for word in words):
                raise NoPlan("the arguments of the install are computed")
            at = next(i for i, word in enumerate(command.words) if word is install.operation.subcommand) + 1
            manager = install.operation.manager
            mounts = work.step.instruction.mounts if isinstance(work.step.instruction, Run) else ()
            # The layer below the source is one more in which a cache could be left.
            keeps_cache = self.in_result and not mounts and not install.has(*manager.no_cache_options)
            added = [install.row.without_project, *([manager.no_cache] if keeps_cache and manager.no_cache else [])]
            yield " ".join([*words[:at], *added, *words[at:]])
            return
        yield from self._fetch_before_build(plan, install, words)

    def _fetch_before_build(self, plan: Plan, install: Install, words: list[str]) -> Iterator[str]:
        row = install.row
        program = " ".join(words[install.command.start : install.program + 1])
        if row.manager == "cargo":
            yield from self._cargo(plan, install)
        elif row.manager == "go":
            yield f"{program} {row.fetch}"
            if self.in_result:
                plan.reasons["`go mod download` also gets the modules that only tests need"] = None
        elif row.manager == "dotnet":
            kept = list(_options(install, ("-r", "--runtime", "-a", "--arch", "--os", "-s", "--source")))
            project = [word.text for word in install.operation.manifests[:1]]
            yield " ".join([program, row.fetch, *project, *kept])
            plan.reasons["The build restores again what other options than these ask for"] = None
        elif row.manager == "maven":
            kept = list(_options(install, ("-f", "--file", "-s", "--settings", "-P", "-pl", "--projects")))
            switches = [
                word for word in words if word in ("-B", "--batch-mode", "-q", "-ntp", "--no-transfer-progress")
            ]
            yield " ".join([program, *switches, row.fetch, *kept])
            plan.reasons["`dependency:go-offline` may not get all that the plugins of the build load later"] = None
        else:
            kept = [word for word in words if word in ("--no-daemon", "-q", "--quiet", "--stacktrace")]
            yield " ".join([program, row.fetch, *kept])
            plan.reasons["`gradle dependencies` resolves those of the root project only"] = None

    def _cargo(self, plan: Plan, install: Install) -> Iterator[str]:
        """Cargo wants the sources that the manifest names to be there; for a fetch an empty file will do."""
        found = next((copy for copy in self.moved if copy.context_path(install.folder) is not None), None)
        folder = found.context_path(install.folder) if found else None
        if self.tree is None or folder is None:
            raise NoPlan("cargo wants sources, and the build context is not in sight")
        roots = [name for name in ("src/main.rs", "src/lib.rs") if self.tree.exists(posixpath.join(folder, name))]
        if not roots or any("workspace" in reason or "dependency in" in reason for reason in plan.reasons):
            raise NoPlan("cargo wants the sources of the workspace")
        plan.reasons.clear()
        plan.reasons["Empty sources stand in for the real ones until these are copied"] = None
        locked = " --locked" if self.tree.exists(posixpath.join(folder, "Cargo.lock")) else ""
        yield "mkdir -p src"
        yield f"touch {' '.join(roots)}"
        yield f"cargo fetch{locked}"

    # What both have in common.

    def _view(self, before: int) -> View | None:
        copies = [work.copied for work in self.works[:before] if work.copied is not None]
        return View(self.tree, copies) if self.tree is not None else None

    def _needs(self, work: Work, install: Install) -> Needs:
        return needs_of(install, self._view(work.index))

    def _move_along(self) -> None:
        """Copies between that write into the same folders have to keep their order, so they move too."""
        last = max(work.index for work, _ in self.late.installs)
        for work in self.works[self.first + 1 : last]:
            copy = work.copied
            if copy is None or copy in self.moved or not self._overlaps(copy.destination):
                continue
            if not self._is_needed_manifest(copy):
                self.moved.append(copy)
        self.moved.sort(key=lambda copy: copy.step.index)

    def _overlaps(self, path: str) -> bool:
        return any(is_within(path, copy.destination) or is_within(copy.destination, path) for copy in self.moved)

    def _is_needed_manifest(self, copy: Copied) -> bool:
        """Whether it brings what an install needs, and the same content that the source would bring later."""
        wanted = [
            path
            for work, install in self.late.installs
            for path in self._needs(work, install).files
            if work.index > copy.step.index and _brings(copy, path)
        ]
        if not wanted:
            return False
        for path in wanted:
            for other in self.moved:
                found = other.context_path(path)
                if found is not None and found != copy.context_path(path):
                    raise NoPlan("the source holds another file in the place of a manifest")
        return True

    def _is_passable(self, work: Work) -> bool:
        """Whether the copies can move past a step without a change to what the step or the copies do."""
        instruction = work.step.instruction
        if isinstance(instruction, _PASSABLE):
            return True
        if isinstance(instruction, Run):
            return work.is_clear(self._folders())
        if isinstance(instruction, Env | Arg):
            return self._names_used().isdisjoint(_assigned(instruction))
        if isinstance(instruction, Workdir):
            return True
        if isinstance(instruction, Volume):
            paths = [absolute(work.step.value(word.text), work.folder) for word in instruction.arguments]
            return all(path is not None and not self._overlaps(path) for path in paths)
        if work.copied is not None:
            return (
                work.copied in self.moved
                or not self._overlaps(work.copied.destination)
                or (self._is_needed_manifest(work.copied))
            )
        if isinstance(instruction, Transfer) and instruction.destination is not None:
            path = absolute(work.step.value(instruction.destination.text), work.folder)
            return path is not None and not self._overlaps(path)
        return False

    def _folders(self) -> list[str]:
        """What the copies that move write to, and the folders that they may have to make for that."""
        return [made_by_copying_to(copy.destination) for copy in self.moved]

    def _names_used(self) -> set[str]:
        words = [
            word.text
            for copy in self.moved
            for word in (*copy.instruction.arguments, *(flag.value for flag in copy.instruction.flags if flag.value))
        ]
        return {name for word in words for name in _NAME.findall(word)}

    def _relocate(self, plan: Plan) -> None:
        """A relative destination means something else behind a WORKDIR."""
        for copy in plan.moved:
            work = self.works[copy.step.index]
            there = self.works[plan.last.index].folder
            word = copy.instruction.destination
            assert word is not None
            written = copy.step.value(word.text) or word.text
            if there == work.folder or written.startswith("/"):
                continue
            if copy.destination.startswith(UNKNOWN) or copy.instruction.is_json:
                raise NoPlan("the copy depends on its place behind a WORKDIR")
            slash = "/" if copy.into or copy.is_tree else ""
            plan.destinations[copy.step.index] = copy.destination.rstrip("/") + slash

    def _add_needs(self, plan: Plan, work: Work, install: Install, needs: Needs) -> None:
        """Copy what an install needs and no copy that stays has brought."""
        plan.reasons.update(dict.fromkeys(needs.reasons))
        stay = [
            each.copied
            for each in self.works[: work.index]
            if each.copied is not None and each.copied not in plan.moved
        ]
        missing = [path for path in (*needs.files, *needs.folders) if not any(_brings(copy, path) for copy in stay)]
        if missing and all(is_pattern(path) for path in missing):
            # A pattern that matches nothing is no error beside a file that is there.
            missing = [path for path in needs.files if not is_pattern(path)] + missing
        grouped: dict[tuple[int, str], list[str]] = {}
        for path in missing:
            copy = next((c for c in reversed(plan.moved) if c.context_path(path) and c.step.index < work.index), None)
            if copy is None:
                continue
            is_folder = path in needs.folders
            target = path if is_folder else posixpath.dirname(path)
            source = _written_source(copy, path)
            key = (copy.step.index, _written_destination(copy, target) + ("\0" if is_folder else ""))
            if source not in grouped.setdefault(key, []):
                grouped[key].append(source)
        for (index, destination), sources in grouped.items():
            line = CopyLine(tuple(sources), destination.rstrip("\0"))
            lines = plan.manifests.setdefault(index, [])
            lines[:] = _with_line(lines, line)


def _with_line(lines: list[CopyLine], line: CopyLine) -> list[CopyLine]:
    """The lines with another one, which joins the one of the same destination."""
    for number, each in enumerate(lines):
        if each.destination == line.destination:
            joined = tuple(dict.fromkeys((*each.sources, *line.sources)))
            return [*lines[:number], CopyLine(joined, each.destination), *lines[number + 1 :]]
    return [*lines, line]


def _brings(copy: Copied, path: str) -> bool:
    """Whether a copy puts something at a path, or at one that matches it where it is a pattern."""
    if copy.context_path(path) is not None:
        return True
    if not is_pattern(path):
        return False
    plain = path.replace("*", "")
    return copy.context_path(plain) is not None


def _written_source(copy: Copied, path: str) -> str:
    """How to write the path in the context of what a copy puts at ``path``."""
    found = copy.context_path(path)
    assert found is not None
    if copy.root is None:
        source = next((s for s in copy.sources if s.path == found), None)
        return source.written if source else found
    below = posixpath.relpath(found, copy.root)
    prefix = copy.sources[0].written.rstrip("/")
    if copy.root == ".":
        return below
    return f"{prefix.removesuffix('/.')}/{below}"


def _written_destination(copy: Copied, folder: str) -> str:
    """How to write a folder of the image, in the words of a copy that puts things below it."""
    word = copy.instruction.destination
    assert word is not None
    base = "./" if word.text in (".", "./") else word.text.removesuffix("/.").rstrip("/") + "/"
    if not copy.into and copy.root is None:
        return posixpath.dirname(word.text).rstrip("/") + "/"
    below = posixpath.relpath(folder, copy.destination)
    return base if below == "." else f"{base}{below}/"


def _assigned(instruction: Assigning) -> set[str]:
    return {pair.key.text for pair in instruction.pairs}


def _options(install: Install, names: Sequence[str]) -> Iterator[str]:
    """Some of the options of a command, with their values, as they are written."""
    words = install.command.words
    for index, word in enumerate(words):
        name, equals, _ = word.text.partition("=")
        if name in names:
            yield word.text
            if not equals and index + 1 < len(words):
                yield words[index + 1].text


def _shell_word(folder: str, here: str) -> str:
    return posixpath.relpath(folder, here) if is_within(folder, here) else folder
