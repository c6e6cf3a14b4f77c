"""``layerwise check``: reads Dockerfiles and prints what the rules find."""

from __future__ import annotations

import sys
from argparse import Namespace
from functools import cached_property

from msgspec import Struct

from layerwise.cli.formats import Format, format_named
from layerwise.cli.project import Project, settings_from_arguments
from layerwise.cli.report import Failure, Report, totals_of
from layerwise.cli.running import Ending, Outcome, Target, complain, internal_failures, run, threshold_of
from layerwise.cli.source import UnreadableError
from layerwise.cli.terminal import Look, look_of, never_fail, use_utf8
from layerwise.engine import Settings, analyse


def check(arguments: Namespace) -> int:
    """Run the command. Returns its exit status.

    :raises UsageError: when the arguments ask for something that cannot be.
    """
    work = CheckOne(
        settings=settings_from_arguments(arguments),
        isolated=arguments.isolated,
        format_name=arguments.output_format,
        look=look_of(sys.stdout, arguments.color),
        quiet=arguments.quiet,
    )
    if work.format.is_for_machines:
        use_utf8(sys.stdout)
    else:
        never_fail(sys.stdout)
    sys.stdout.write(work.format.begin())
    ending = run(arguments, work.project, work, _Writer(work.format).write)
    _finish(work.format, ending, arguments)
    return ending.status(threshold_of(arguments))


class CheckOne(Struct, frozen=True, dict=True):
    """The work on one file, with all that another process needs to do it."""

    settings: Settings
    isolated: bool
    format_name: str
    look: Look
    quiet: bool

    @cached_property
    def project(self) -> Project:
        return Project(self.settings, isolated=self.isolated)

    @cached_property
    def format(self) -> Format:
        return format_named(self.format_name, self.look, quiet=self.quiet)

    def __call__(self, target: Target) -> Outcome:
        try:
            source = target.read()
        except UnreadableError as error:
            return Outcome(failures=(Failure(target.shown, str(error)),))
        loaded = self.project.settings_for(target.path)
        context = self.project.context_for(target.path, loaded.settings)
        analysis = analyse(source.text, path=target.path, settings=loaded.settings, files=context)
        return Outcome(
            output=self.format.file(
                Report(target.shown, analysis.lines, analysis.findings, context.root if context else "")
            ),
            totals=totals_of(analysis.findings),
            failures=internal_failures(target, analysis),
            problems=loaded.problems,
        )


class _Writer:
    """Writes the pieces of files, with what belongs between two."""

    def __init__(self, format_: Format) -> None:
        self.between = format_.between
        self.is_first = True

    def write(self, outcome: Outcome) -> None:
        if not outcome.output:
            return
        if not self.is_first:
            sys.stdout.write(self.between)
        self.is_first = False
        sys.stdout.write(outcome.output)


def _finish(format_: Format, ending: Ending, arguments: Namespace) -> None:
    if format_.is_for_machines:
        sys.stdout.write(format_.end(ending.totals, ending.failures))
        complain(ending, arguments)
    else:
        complain(ending, arguments)
        sys.stdout.write(format_.end(ending.totals, ending.failures))
