"""``layerwise fix``: applies fixes to Dockerfiles and what lies beside them, or prints them as a diff.

The processes that share the work only compute. This one writes, and computes again where a file has changed meanwhile.
"""

from __future__ import annotations

import posixpath
import sys
from argparse import Namespace
from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from typing import TextIO

from msgspec import Struct
from msgspec.structs import replace

from layerwise.cli.diff import diff_lines
from layerwise.cli.errors import FOUND
from layerwise.cli.formats.text import count, failure_count, severity_counts
from layerwise.cli.paths import shown_path
from layerwise.cli.project import Project, settings_from_arguments
from layerwise.cli.report import Failure, totals_of
from layerwise.cli.running import (
    Ending,
    Outcome,
    Target,
    Write,
    complain,
    internal_failures,
    run,
    takes_standard_input,
    threshold_of,
)
from layerwise.cli.source import Source, UnreadableError, read_bytes, read_source, write_file
from layerwise.cli.terminal import Look, look_of, never_fail, use_utf8
from layerwise.context import edited
from layerwise.engine import Analysis, FixResult, Settings, analyse, fix_all, optimize
from layerwise.features.dockerignore import Ignoring, write_dockerignore
from layerwise.features.optimizing import Optimization, summary
from layerwise.features.splitting import Refusal, description, split_stage
from layerwise.lint import Applicability

_ATTEMPTS = 3


def fix(arguments: Namespace) -> int:
    """Run the command. Returns its exit status.

    :raises UsageError: when the arguments ask for something that cannot be.
    """
    # What is made for a machine goes to standard output alone: a diff, or the text that came on standard input.
    makes_text = arguments.diff or takes_standard_input(arguments)
    report = sys.stderr if makes_text else sys.stdout
    if makes_text:
        use_utf8(sys.stdout)
    never_fail(report)
    work = FixOne(
        settings=settings_from_arguments(arguments),
        isolated=arguments.isolated,
        grade=Applicability.UNSAFE if arguments.unsafe else Applicability.SAFE,
        look=look_of(sys.stdout if arguments.diff else report, arguments.color),
        as_diff=arguments.diff,
        optimizes=arguments.optimize,
        splits=arguments.split,
        ignores=arguments.dockerignore,
    )
    ending = run(arguments, work.project, work, _Writer(report, arguments).write, work.settle)
    complain(ending, arguments)
    if not arguments.quiet:
        report.writelines(line + "\n" for line in _summary(ending, arguments, look_of(report, arguments.color)))
    status = ending.status(threshold_of(arguments))
    return max(status, FOUND) if arguments.diff and ending.fixed else status


class FixOne(Struct, frozen=True, dict=True):
    """The work on one file, with all that another process needs to do it."""

    settings: Settings
    isolated: bool
    grade: Applicability
    look: Look
    as_diff: bool
    optimizes: bool
    """Do all that makes builds faster and images smaller, and say of each change why."""
    splits: bool = False
    """Split the final stage in two, and do nothing else."""
    ignores: bool = False
    """Write the ignore file of the build context, and do nothing else."""

    @cached_property
    def project(self) -> Project:
        return Project(self.settings, isolated=self.isolated)

    def __call__(self, target: Target) -> Outcome:
        try:
            return self._fix(target, target.read())
        except UnreadableError as error:
            return Outcome(failures=(Failure(target.shown, str(error)),))

    def _fix(self, target: Target, source: Source) -> Outcome:
        loaded = self.project.settings_for(target.path)
        context = self.project.context_for(target.path, loaded.settings)
        analysis = analyse(source.text, path=target.path, settings=loaded.settings, files=context)
        if self.splits:
            return self._split(target, source, analysis)
        if self.ignores:
            return self._ignore(target, source, analysis)
        result = optimize(analysis) if self.optimizes else fix_all(analysis, self.grade)
        root = context.root if context else ""
        told = "".join(_explained(target, result) if self.optimizes else _described(target, result))
        return Outcome(
            output="".join(_diff(target, result, self.look)) if self.as_diff else told,
            others=tuple(_diffs_of_others(result, root, self.look)) if self.as_diff else (),
            aside=told if self.as_diff and self.optimizes else "",
            totals=totals_of(result.after.findings),
            failures=internal_failures(target, result.after),
            problems=loaded.problems,
            fixed=len(result.applied),
            writes=() if self.as_diff or target.is_standard_input else tuple(_writes(target, source, result, root)),
            text=source.encode(result.text) if target.is_standard_input else None,
        )

    def _split(self, target: Target, source: Source, analysis: Analysis) -> Outcome:
        found = split_stage(analysis)
        is_split = not isinstance(found, Refusal)
        text = analysis.text if isinstance(found, Refusal) else found.text
        after = analyse(text, path=target.path, settings=analysis.settings, files=analysis.context)
        result = FixResult(analysis, after, (), (), 1)
        lines = (f"not split: {found.reason}",) if isinstance(found, Refusal) else (found.title, *description(found))
        told = "".join((f"{target.shown}\n", *[f"  {line}\n" for line in lines]))
        return Outcome(
            output="".join(_diff(target, result, self.look)) if self.as_diff else told,
            aside=told if self.as_diff else "",
            totals=totals_of(after.findings),
            failures=internal_failures(target, after),
            fixed=int(is_split),
            writes=() if self.as_diff or target.is_standard_input else tuple(_writes(target, source, result, "")),
            text=source.encode(text) if target.is_standard_input else None,
        )

    def _ignore(self, target: Target, source: Source, analysis: Analysis) -> Outcome:
        found = write_dockerignore(analysis)
        files = (found.file,) if isinstance(found, Ignoring) else ()
        context = edited(analysis.context, {file.path: file.text for file in files}) if analysis.context else None
        after = analyse(source.text, path=target.path, settings=analysis.settings, files=context)
        result = FixResult(analysis, after, (), (), 1, files)
        title = found.title if isinstance(found, Ignoring) else f"nothing to leave out: {found.reason}"
        told = "".join((f"{target.shown}\n", *[f"  {line}\n" for line in (title, *found.description)]))
        root = context.root if context else ""
        return Outcome(
            output="" if self.as_diff else told,
            others=tuple(_diffs_of_others(result, root, self.look)) if self.as_diff else (),
            aside=told if self.as_diff else "",
            totals=totals_of(after.findings),
            failures=internal_failures(target, after),
            fixed=len(files),
            writes=() if self.as_diff or target.is_standard_input else tuple(_writes(target, source, result, root)),
            text=source.encode(source.text) if target.is_standard_input else None,
        )

    def settle(self, target: Target, proposed: Outcome) -> Outcome:
        """Write what is to be written, in the main process. A file that has changed meanwhile is worked on again."""
        for _ in range(_ATTEMPTS):
            try:
                if all(read_bytes(write.path) == write.before for write in proposed.writes):
                    for write in proposed.writes:
                        write_file(write.path, write.after)
                    return proposed
            except UnreadableError as error:
                return _failed(target, proposed, str(error))
            proposed = replace(self)(target)
        return _failed(target, proposed, "keeps changing while it is being fixed")


class _Writer:
    """Writes outcomes: what was done, and on standard output the text of what came on standard input."""

    def __init__(self, report: TextIO, arguments: Namespace) -> None:
        self.report = report
        self.as_diff = arguments.diff
        self.quiet = arguments.quiet
        self.shown: set[tuple[str, str]] = set()

    def write(self, outcome: Outcome) -> None:
        if self.as_diff:
            sys.stdout.write(outcome.output)
            for path, diff in outcome.others:
                # Several Dockerfiles may ask for the same change to a file that they share.
                if (path, diff) not in self.shown:
                    self.shown.add((path, diff))
                    sys.stdout.write(diff)
            if not self.quiet:
                self.report.write(outcome.aside)
        elif not self.quiet:
            self.report.write(outcome.output)
        if not self.as_diff and outcome.text is not None:
            sys.stdout.flush()
            sys.stdout.buffer.write(outcome.text)


def _writes(target: Target, source: Source, result: FixResult, root: str) -> Iterator[Write]:
    for edit in result.files:
        path = _beside(root, edit.path)
        if edit.before is None:
            yield Write(path, None, edit.text.encode())
        else:
            beside = read_source(path)
            yield Write(path, beside.encode(edit.before), beside.encode(edit.text))
    if target.path is not None and result.text != source.text:
        yield Write(target.path, source.encode(source.text), source.encode(result.text))


def _diff(target: Target, result: FixResult, look: Look) -> Iterator[str]:
    yield from diff_lines(target.shown, result.before.text, result.text, look)


def _diffs_of_others(result: FixResult, root: str, look: Look) -> Iterator[tuple[str, str]]:
    """The path of each other file that changes, with the diff."""
    for edit in result.files:
        path = shown_path(_beside(root, edit.path))
        yield path, "".join(diff_lines(path, edit.before, edit.text, look))


def _beside(root: str, path: str) -> str:
    """The absolute path of a file by its path relative to the build context."""
    return posixpath.normpath(posixpath.join(root, path))


def _described(target: Target, result: FixResult) -> Iterator[str]:
    """What was done to a file, and what was refused; nothing for a file that needed nothing."""
    if not result.applied and not result.skipped:
        return
    yield f"{target.shown}\n"
    for (rule, title), times in Counter((each.rule.id, each.fix.title) for each in result.applied).items():
        yield f"  fixed {rule}: {title}{f' ({times} times)' if times > 1 else ''}\n"
    yield from _about_others(result)


def _explained(target: Target, result: FixResult) -> Iterator[str]:
    """What was done to a file and why, and what its next builds cost."""
    if not result.applied and not result.skipped:
        return
    yield f"{target.shown}\n"
    yield from (f"  {line}\n" for line in summary(Optimization(result)))
    yield from _about_others(result)


def _about_others(result: FixResult) -> Iterator[str]:
    """Other files that were changed, and fixes that were refused."""
    for edit in result.files:
        yield f"  {'created' if edit.before is None else 'changed'} {edit.path}\n"
    for skipped in result.skipped:
        yield f"  left {skipped.rule.id}: {skipped.fix.title}: {skipped.reason}\n"


def _failed(target: Target, proposed: Outcome, message: str) -> Outcome:
    failures = (*proposed.failures, Failure(target.shown, message))
    return replace(proposed, output="", fixed=0, failures=failures)


def _summary(ending: Ending, arguments: Namespace, look: Look) -> Iterator[str]:
    if ending.fixed:
        verb = "Would fix" if arguments.diff else "Fixed"
        done = f"{verb} {count(ending.fixed, 'problem')} in {count(ending.fixed_files, 'file')}."
        yield look.paint(done, "green", "bold")
    elif ending.totals.files:
        yield f"Nothing to fix in {count(ending.totals.files, 'file')}."
    if ending.totals.findings:
        left = f"{count(ending.totals.findings, 'problem')} {'is' if ending.totals.findings == 1 else 'are'} left"
        yield f"{left}: {severity_counts(ending.totals, look)}."
        if ending.totals.unsafe_fixes and not arguments.unsafe:
            yield f"`layerwise fix --unsafe` removes {ending.totals.unsafe_fixes} of them."
        yield "`layerwise check` shows what is left."
    yield from failure_count(ending.failures, look)
