"""The rule build/shell-without-pipefail."""

from __future__ import annotations

import json
from collections.abc import Iterator

from layerwise.build.model import Stage, Step
from layerwise.build.pipelines import knowing_shell, unnoticed
from layerwise.build.relation import Alteration
from layerwise.lint import Applicability, Finding, Fix, Severity, StageContext, rule
from layerwise.lint.placing import Sheet, keyword_like
from layerwise.shell.tree import Command
from layerwise.syntax.tree import Run, Shell


@rule(
    Stage,
    about={Run},
    severity=Severity.WARNING,
    aliases=("DL4006",),
    fixes=(Applicability.UNSAFE,),
    changes=(Alteration.INSTRUCTION_ADDED, Alteration.SETTINGS_CHANGED),
)
def shell_without_pipefail(stage: Stage, ctx: StageContext) -> Iterator[Finding]:
    r"""A command in front of a `|` may fail, and the step goes on as if it had not.

    ## Why
    A pipeline has the status of its last command. When a download breaks off, `sh` runs half a script, `jq` finds
    nothing in nothing, and a broken image is cached as a good one. With `pipefail` the step fails instead.

    Where the last command notices by itself that its input is incomplete, as `tar` and `gpg` do, or the first one is
    unlikely to fail, only the profiles `all` and `hadolint` report it.

    Inside of a heredoc or a longer script, `set -o pipefail` at its beginning does the same where the shell is bash or
    the `ash` of Alpine.

    ## Example
    FROM debian:12
    RUN curl -fsSL https://example.com/install.sh | sh

    ## Use instead
    FROM debian:12
    SHELL ["/bin/bash", "-o", "pipefail", "-c"]
    RUN curl -fsSL https://example.com/install.sh | sh

    ## Fix safety
    Unsafe: all later steps of the stage, and a CMD in shell form, run in that shell. A pipeline that ends before it has
    read everything, as with `head`, fails then.
    """
    if stage.facts.is_windows:
        return
    found = [(step, each) for step in stage.steps_about({Run}) if (each := (step.trigger or step).once(unnoticed))]
    for step, each in found:
        inner = step.trigger or step
        assert inner.script is not None
        command, behind = inner.script.commands[each.index], inner.script.commands[each.end]
        yield Finding(
            command.span,
            f"`{_name(command)}` may fail unnoticed: the pipeline goes by the status of `{_name(behind)}`",
            fix=None if step.trigger else _fix(stage, found[0][0], step, ctx),
            severity=None if each.matters else Severity.OFF,
        )


def _name(command: Command) -> str:
    return command.program or command.name.text


def _fix(stage: Stage, first: Step, step: Step, ctx: StageContext) -> Fix | None:
    """A SHELL above the first of them, unless another SHELL stands between."""
    between = stage.steps[first.index : step.index]
    above = step if first.trigger or any(each.kind is Shell for each in between) else first
    shell = knowing_shell(above.before, stage.facts.image)
    if shell is None:
        return None
    sheet = Sheet(ctx.dockerfile)
    block = sheet.block_of(above.instruction)
    line = f"{keyword_like(above.instruction, 'SHELL')} {json.dumps(list(shell))}{sheet.newline(block.start)}"
    return Fix(
        "Let a failure in a pipeline fail the step",
        sheet.insertion_above(block, line),
        applicability=Applicability.UNSAFE,
        note=f"All later steps run in `{shell[0]}`",
    )
