"""One run over files: what ``check`` and ``fix`` have in common. Finds the files, shares the work, writes in order."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from msgspec import Struct, field

from layerwise.cli.discovery import STANDARD_INPUT, discover
from layerwise.cli.errors import CLEAN, FOUND, WRONG, UsageError
from layerwise.cli.frame import Mark, frame, gutter_width
from layerwise.cli.paths import as_posix, shown_path
from layerwise.cli.processes import in_order, processes_for
from layerwise.cli.progress import Bar
from layerwise.cli.project import Project
from layerwise.cli.report import Failure, Totals, region_of
from layerwise.cli.source import Source, UnreadableError, read_source, read_standard_input
from layerwise.cli.terminal import Look, is_terminal, look_of
from layerwise.lint import Severity
from layerwise.text import LineIndex

if TYPE_CHECKING:
    from layerwise.engine import Analysis, SettingsProblem


class Target(Struct, frozen=True):
    """A file to work on. ``shown`` is its path in the output, ``path`` the absolute one, None when it has no place."""

    shown: str
    path: str | None
    source: Source | None = None
    """What came on standard input, None for a file."""

    @property
    def is_standard_input(self) -> bool:
        return self.source is not None

    def read(self) -> Source:
        """:raises UnreadableError: when that is not possible."""
        return self.source if self.source is not None else read_source(self.path or self.shown)


class Write(Struct, frozen=True):
    """New content for a file that held ``before``, None for one that did not exist."""

    path: str
    before: bytes | None
    after: bytes


class Outcome(Struct, frozen=True):
    """What the work on one file came to. Plain data, so that one process can send it to another."""

    output: str = ""
    others: tuple[tuple[str, str], ...] = ()
    """The paths and diffs of other files that change. One that several ask for is shown once."""
    aside: str = ""
    """What is said beside an output that is made for a machine."""
    totals: Totals = field(default_factory=Totals)
    failures: tuple[Failure, ...] = ()
    problems: tuple[SettingsProblem, ...] = ()
    fixed: int = 0
    """How many fixes were, or are to be, applied."""
    writes: tuple[Write, ...] = ()
    """What is to be written to disk."""
    text: bytes | None = None
    """What is to be written to standard output."""


class Ending(Struct):
    """What a whole run came to."""

    totals: Totals = field(default_factory=Totals)
    failures: list[Failure] = field(default_factory=list)
    problems: dict[SettingsProblem, None] = field(default_factory=dict)
    fixed: int = 0
    fixed_files: int = 0

    def add(self, outcome: Outcome) -> None:
        self.totals.add(outcome.totals)
        self.failures += outcome.failures
        self.problems.update(dict.fromkeys(outcome.problems))
        self.fixed += outcome.fixed
        self.fixed_files += bool(outcome.fixed)

    def status(self, threshold: Severity | None) -> int:
        if self.failures or self.problems:
            return WRONG
        return FOUND if self.totals.reaches(threshold) else CLEAN


def run(
    arguments: Namespace,
    project: Project,
    work: Callable[[Target], Outcome],
    write: Callable[[Outcome], None],
    settle: Callable[[Target, Outcome], Outcome] = lambda target, outcome: outcome,
) -> Ending:
    """Do ``work`` on every file that the arguments name, and ``write`` each outcome in the order of the files.

    :param work: runs in several processes, and changes nothing.
    :param settle: runs in this process, file by file, and may change the file and the outcome.
    :raises UsageError: when the arguments contradict each other.
    """
    ending = Ending()
    targets = _targets(arguments, project, ending)
    shared = [target.path or "" for target in targets]
    processes = arguments.jobs or processes_for(shared)
    # A bar and findings on one terminal would be in each other's way: then the findings wait.
    shows_bar = is_terminal(sys.stderr) and not arguments.quiet
    held: list[Outcome] = []
    deliver = held.append if shows_bar and is_terminal(sys.stdout) else write
    with Bar(len(targets), shows=shows_bar) as bar:
        outcomes = in_order(partial(_guarded, work), targets, processes=min(processes, max(len(targets), 1)))
        for target, proposed in zip(targets, outcomes, strict=True):
            outcome = settle(target, proposed)
            ending.add(outcome)
            deliver(outcome)
            bar.advance()
    for outcome in held:
        write(outcome)
    return ending


def complain(ending: Ending, arguments: Namespace) -> None:
    """Say on standard error what could not be done, and what is wrong with the settings."""
    sys.stdout.flush()
    look = look_of(sys.stderr, arguments.color)
    for failure in ending.failures:
        print(f"{look.paint('error', 'red', 'bold')}: {failure.path}: {failure.message}", file=sys.stderr)
    for problem in ending.problems:
        for line in _problem_lines(problem, look):
            print(line, file=sys.stderr)


def takes_standard_input(arguments: Namespace) -> bool:
    return STANDARD_INPUT in _paths(arguments)


def threshold_of(arguments: Namespace) -> Severity | None:
    """What ``--fail-on`` asks for, None for ``never``."""
    return {severity.label: severity for severity in Severity}.get(arguments.fail_on)


def internal_failures(target: Target, analysis: Analysis) -> tuple[Failure, ...]:
    """Rules that raised an exception: the file is not fully checked, and that must not pass for clean."""
    return tuple(
        Failure(
            target.shown,
            f"{failure.rule.id} failed in line {analysis.lines.line_of(failure.span.start) + 1} with "
            f"{type(failure.error).__name__}: {failure.error}; this is a bug of Layerwise",
        )
        for failure in (*analysis.failures, *analysis.late_failures)
    )


def _guarded(work: Callable[[Target], Outcome], target: Target) -> Outcome:
    """The outcome of the work on one file. Should it fail, the other files are worked on all the same."""
    try:
        return work(target)
    except Exception as error:
        from traceback import extract_tb

        place = extract_tb(error.__traceback__)[-1]
        where = f"{os.path.basename(place.filename)}:{place.lineno}"
        message = f"{type(error).__name__} in {where}: {error}; this is a bug of Layerwise"
        return Outcome(failures=(Failure(target.shown, message),))


def _targets(arguments: Namespace, project: Project, ending: Ending) -> list[Target]:
    paths = _paths(arguments)
    found = discover(paths, honour_gitignore=not arguments.no_gitignore, excludes=project.excludes)
    ending.failures += [Failure(missing.path, missing.message) for missing in found.missing]
    targets = []
    for file in found.files:
        if file != STANDARD_INPUT:
            targets.append(Target(file, as_posix(file)))
            continue
        try:
            targets.append(_standard_input(arguments.stdin_filename))
        except UnreadableError as error:
            ending.failures.append(Failure(arguments.stdin_filename or STANDARD_INPUT, str(error)))
    return targets


def _paths(arguments: Namespace) -> list[str]:
    paths: list[str] = arguments.paths
    if not arguments.stdin_filename or STANDARD_INPUT in paths:
        return paths or ["."]
    if paths:
        raise UsageError("--stdin-filename names what comes on standard input; give - as a path too")
    return [STANDARD_INPUT]


def _standard_input(name: str | None) -> Target:
    return Target(name or STANDARD_INPUT, as_posix(name) if name else None, read_standard_input())


def _problem_lines(problem: SettingsProblem, look: Look) -> Sequence[str]:
    head = f"{look.paint('error[settings]', 'red', 'bold')}: {look.paint(problem.message, 'bold')}"
    if problem.path is None:
        return [head]
    lines = LineIndex(problem.text)
    marks = [Mark(problem.span)]
    region = region_of(lines, problem.span)
    place = f"{shown_path(problem.path)}:{region.start_line}:{region.start_column}"
    arrow = " " * gutter_width(lines, marks) + look.paint("-->", "blue", "bold")
    return [head, f"{arrow} {place}", *frame(lines, marks, look, "red", "bold"), ""]
