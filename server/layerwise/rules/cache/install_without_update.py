"""The rule cache/install-without-update."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from layerwise.build.model import Stage
from layerwise.build.operations import PackageOperation
from layerwise.build.package_lists import Lists, Unlisted, lives_on_lists, unlisted
from layerwise.build.relation import Alteration
from layerwise.build.runs import run_text
from layerwise.lint import Applicability, Finding, Fix, Related, Severity, StageContext, rule
from layerwise.shell.join import append_command, prepend_command

_APT = frozenset({"apt", "aptitude"})


@rule(
    Stage,
    severity=Severity.WARNING,
    fixes=(Applicability.SAFE,),
    changes=(Alteration.COMMAND_ADDED,),
)
def install_without_update(stage: Stage, ctx: StageContext) -> Iterator[Finding]:
    r"""An install that fetches no package lists finds those of an earlier build, or none at all.

    ## Why
    The step that fetched the lists comes from the build cache for as long as its text stays the same. An install in a
    later step then asks for versions that the server has long replaced, and fails with "404 Not Found", or installs
    them without their security fixes. Behind a step that removed the lists, and on base images that come without
    them, it fails at once.

    The rule follows the lists of apt from step to step. It is silent where a script, or a base image that it does not
    know, may have fetched them; where they are kept in a mount; for local package files; and where an update stands in
    a step of its own, which [cache/update-without-install](update-without-install.md) reports.

    ## Example
    RUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*
    RUN apt-get install -y git

    ## Use instead
    RUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*
    RUN apt-get update && apt-get install -y git && rm -rf /var/lib/apt/lists/*

    ## Fix safety
    Safe: the lists are fetched right before the install, and removed behind it where no later step needs them. There
    is no fix as long as another step further down lives on the same lists: begin with the last one.
    """
    if stage.facts.is_windows or all(step.tools.isdisjoint(_APT) for step in stage.steps):
        return
    for found in unlisted(stage):
        yield Finding(
            found.operation.place,
            _message(found),
            fixes=partial(_fixes, found, stage, ctx),
            related=[Related(found.source.span, _WHERE[found.lists])] if found.source else (),
            severity=Severity.INFORMATION if found.lists is Lists.KEPT else None,
        )


_WHERE = {
    Lists.KEPT: "The package lists are fetched here, and then come from the build cache",
    Lists.REMOVED: "The package lists are removed here",
}


def _message(found: Unlisted) -> str:
    update = _update(found.operation)
    if found.lists is Lists.KEPT:
        return f"No `{update}` in the same step: from the build cache, this installs from an outdated index"
    lacking = "the base image has no package lists" if found.lists is Lists.ABSENT else "no package lists are left"
    return f"No `{update}` in the same step, and {lacking}: the install fails"


def _update(operation: PackageOperation) -> str:
    words = operation.command.words
    is_elevated = operation.command.start > 0 and words[0].value == "sudo"
    program = operation.command.name.text
    return f"{'sudo ' if is_elevated else ''}{'apt-get' if program == 'apt' else program} update"


def _fixes(found: Unlisted, stage: Stage, ctx: StageContext) -> Iterator[Fix]:
    run = run_text(found.step, ctx.text)
    if run is None or lives_on_lists(stage.steps[found.step.index + 1 :]):
        return
    operation = found.operation
    edits = [prepend_command(run, _update(operation), before=operation.command)]
    clean = operation.manager.clean
    if stage.facts.in_result and operation.manager.name not in stage.facts.feeds and clean:
        edits.append(append_command(run, ("sudo " if _update(operation).startswith("sudo ") else "") + clean))
    done = [edit for edit in edits if edit is not None]
    if len(done) == len(edits):
        yield Fix("Fetch the package lists in the same step", *done)
