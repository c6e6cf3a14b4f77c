"""The rule size/temporary-files-left."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from functools import partial

from layerwise.build.model import Stage, Step
from layerwise.build.runs import run_text
from layerwise.build.sources import Sources, sources_left
from layerwise.build.traces import is_removed
from layerwise.knowledge.programs import INSTALLING_SOURCES
from layerwise.lint import Applicability, Finding, Fix, Related, Severity, StageContext, rule
from layerwise.shell.join import append_command
from layerwise.syntax.tree import Cmd, Entrypoint

BUILDING = frozenset({*INSTALLING_SOURCES, "pip"})


@rule(Stage, severity=Severity.INFORMATION, fixes=(Applicability.UNSAFE,), about=BUILDING)
def temporary_files_left(stage: Stage, ctx: StageContext) -> Iterator[Finding]:
    r"""Sources stay in the layer after something has been built from them and installed.

    ## Why
    The checkout or the unpacked archive, with all that the compiler has put next to it, is often many times as large
    as what is installed. Only a removal in the same RUN takes it out of the layer.

    ## Example
    RUN git clone --depth 1 https://example.com/tool.git /tmp/tool \
        && cd /tmp/tool \
        && ./configure && make && make install

    ## Use instead
    RUN git clone --depth 1 https://example.com/tool.git /tmp/tool \
        && cd /tmp/tool \
        && ./configure && make && make install \
        && rm -rf /tmp/tool

    ## Fix safety
    Unsafe: what is installed may refer to files in the folder it was built in.
    """
    if not stage.facts.in_result or stage.facts.is_windows:
        return
    for step in stage.steps_about(BUILDING):
        inner = step.trigger or step
        for left in inner.once(sources_left):
            if _is_wanted_later(stage, step, left, ctx):
                continue
            assert inner.script is not None
            commands = inner.script.commands
            yield Finding(
                commands[left.install].span,
                f"The sources in `{left.path}` stay in the layer after they are installed",
                fixes=partial(_fixes, step, left, ctx),
                related=[Related(commands[left.fetch].span, "They come from here")],
            )


def _is_wanted_later(stage: Stage, step: Step, left: Sources, ctx: StageContext) -> bool:
    """Whether a later step names the folder, or removes it: then the removal is what is in the wrong place."""
    name = re.escape(posixpath.basename(left.path))
    for later in stage.steps[step.index + 1 :]:
        # What the container starts is called like the folder as a rule, and lies where it was installed.
        starts = later.kind in (Cmd, Entrypoint)
        pattern = rf"(?<![\w./-])(?:\./)?{name}/" if starts else rf"(?<![\w.-]){name}(?![\w-])"
        text = ctx.text(later.instruction)
        if left.path in text or re.search(pattern, text):
            return True
    return is_removed(left.path, [each for each in stage.steps_about({"rm"}) if each.index > step.index])


def _fixes(step: Step, left: Sources, ctx: StageContext) -> Iterator[Fix]:
    run, inner = run_text(step, ctx.text), step.trigger or step
    if run is None or inner.script is None or not re.fullmatch(r"/[\w./+@-]+", left.path):
        return
    edit = append_command(run, f"rm -rf {left.path}", after=inner.script.commands[left.install])
    if edit is not None:
        yield Fix(
            f"Remove `{left.path}` in the same RUN",
            edit,
            applicability=Applicability.UNSAFE,
            note="What is installed may refer to the folder it was built in",
        )
