"""How to put the steps of a stage in a better order: which copies move, and what is to be copied before an install."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence

from msgspec import Struct, field

from layerwise.build.dependencies.apart import made_by_copying_to
from layerwise.build.dependencies.copies import Copied
from layerwise.build.dependencies.fetching import STATEFUL, NoPlan, Project, fetch
from layerwise.build.dependencies.folders import UNKNOWN, absolute, is_within
from layerwise.build.dependencies.installs import Install
from layerwise.build.dependencies.late import Late
from layerwise.build.dependencies.listing import listed
from layerwise.build.dependencies.needs import Needs, needs_of
from layerwise.build.dependencies.view import View
from layerwise.build.dependencies.work import Work
from layerwise.build.operations import Operation, operations
from layerwise.context import ContextTree
from layerwise.context.paths import is_pattern, match
from layerwise.shell.tree import Command, Statement
from layerwise.syntax.tree import (
    Arg,
    Assigning,
    Cmd,
    Entrypoint,
    Env,
    Expose,
    Healthcheck,
    Heredoc,
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
from layerwise.text import Span
from layerwise.text.patterns import regex

_PASSABLE = (Cmd, Entrypoint, Expose, Healthcheck, Label, Maintainer, Onbuild, Shell, Stopsignal, User)
_PASSED_BY_FETCH = (Transfer, Cmd, Entrypoint, Expose, Healthcheck, Label, Maintainer, Onbuild, Stopsignal)
_SHRINKING = frozenset({Operation.REMOVE, Operation.CLEAN})
_NAME = regex(r"\$\{?(\w+)")


class CopyLine(Struct, frozen=True):
    """A COPY to be written: sources and destination as they stand in the file."""

    sources: tuple[str, ...]
    destination: str


class Split(Struct, frozen=True):
    """Where the list of a RUN is cut in two. Spans are relative to the start of the instruction.

    Behind ``gap`` follows ``rest``, which starts with ``prefix``: commands for the state of the shell, with the
    operator of the list behind each of them, or with a line end in a heredoc.
    """

    gap: Span
    rest: tuple[Statement, ...]
    prefix: str
    heredoc: Heredoc | None = None
    """The heredoc that the script is the body of. Then ``gap`` is empty, and stands where a line starts."""


class Plan(Struct):
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
    known: set[str] = field(default_factory=set)
    """Those reasons that manifests give which were read: there the install may well fail, or do something else."""


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
        ends = True
        for work in self.works[self.first + 1 :]:
            mine = [install for other, install in self.late.installs if other is work]
            if mine and any(install.own or install.builds for install in mine):
                break
            passable = self._is_passable(work)
            if mine and passable:
                last = work
            elif mine:
                split, ends = self._split(work) or (None, True)
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
        if not ends:
            plan.reasons["When the install fails, the build ends there now, and does not go on"] = None
        self._relocate(plan)
        return plan

    def _check_split(self, plan: Plan, split: Split) -> None:
        for part in split.rest:
            if not isinstance(part, Command):
                continue
            kinds = {operation.operation for operation in operations(part)}
            words = [word.value for word in part.arguments]
            if kinds & _SHRINKING or part.program == "rm" or "prune" in words:
                plan.reasons["What the second RUN removes stays in the layer of the first"] = None

    def _split(self, work: Work) -> tuple[Split, bool] | None:
        """Where to cut a RUN that installs first and needs the source later, and whether it ends where it fails."""
        found = listed(work.step)
        if found is None:
            return None
        folders = self._folders()
        plain = [install.command for install in work.installs]
        count = 0
        for part in found.parts:
            if not isinstance(part, Command) or not work.is_clear_command(part, folders):
                break
            count += 1
        installs = [number for number in range(count) if found.parts[number] in plain]
        if not installs or count == len(found.parts):
            return None
        # Trailing preparations of what follows stay with what follows.
        while count > installs[-1] + 1 and getattr(found.parts[count - 1], "program", "") in STATEFUL:
            count -= 1
        gap = found.gap_behind(count - 1)
        if gap is None:
            return None
        prefix = "".join(each + found.joint for each in _preparing(found.parts[:count]))
        return Split(gap, found.parts[count:], prefix, found.heredoc), found.ends_at_failure

    # Prefetching: the dependencies are got before the source is copied, and the install stays where it is.

    def _prefetching(self, work: Work, install: Install, needs: Needs) -> Plan:
        between = self.works[self.first + 1 : work.index]
        stays = all(isinstance(each.step.instruction, _PASSED_BY_FETCH) for each in between) and not any(
            each.copied is not None and each.copied not in self.moved and self._is_needed_manifest(each.copied)
            for each in between
        )
        if not stays and not all(self._is_passable(each) for each in between):
            raise NoPlan("something between the two needs the source")
        moved = tuple(copy for copy in (self.late.trees if stays else self.moved) if copy.step.index < work.index)
        plan = Plan(work, moved, stays=stays)
        self._add_needs(plan, work, install, needs)
        source = next((copy for copy in self.moved if copy.context_path(install.folder) is not None), None)
        path = source.context_path(install.folder) if source else None
        project = Project(self.tree, path, self.in_result, needs.stand_ins)
        plan.fetch = tuple(fetch(work, install, project, plan.reasons))
        if not stays:
            self._relocate(plan)
        return plan

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
            if copy is None or copy in self.moved or not any(self._overlaps(path) for path in copy.paths):
                continue
            if not self._is_needed_manifest(copy):
                self.moved.append(copy)
        self.moved.sort(key=lambda copy: copy.step.index)

    def _overlaps(self, path: str) -> bool:
        moved = [each for copy in self.moved for each in copy.paths]
        return any(is_within(path, each) or is_within(each, path) for each in moved)

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
                or not any(self._overlaps(path) for path in work.copied.paths)
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
        plan.known.update(needs.reasons if needs.seen else ())
        stay = [
            each.copied
            for each in self.works[: work.index]
            if each.copied is not None and each.copied not in plan.moved
        ]
        missing = [path for path in (*needs.files, *needs.folders) if not any(_brings(copy, path) for copy in stay)]
        if not needs.seen and not any(_brings(copy, path) for copy in (*stay, *plan.moved) for path in needs.files):
            raise NoPlan("which copy brings the manifests is not known")
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


def _preparing(parts: Sequence[Statement]) -> Iterator[str]:
    """The commands among these that change the shell for those behind them.

    :raises NoPlan: where they cannot be repeated.
    """
    for part in parts:
        if isinstance(part, Command) and (part.program in STATEFUL or not part.words):
            if not part.words or any(not word.is_literal for word in part.words) or part.redirections:
                raise NoPlan("the RUN cannot be cut in two")
            yield " ".join(word.text for word in part.words)


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
    if any(match(path, each) for each in copy.paths):
        return True
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
