"""The rule size/cleanup-in-later-layer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from msgspec import Struct

from layerwise.build.archives import unpacked_copies
from layerwise.build.dependencies.folders import working_directories
from layerwise.build.model import Stage, Step
from layerwise.build.relation import Alteration
from layerwise.build.runs import merge_steps, run_text
from layerwise.build.traces import Kind, Removed, Written, traces
from layerwise.knowledge.packages import MANAGER_NAMES
from layerwise.knowledge.weights import LARGE, MOSTLY_LARGE
from layerwise.lint import Applicability, Edit, Finding, Fix, Related, Severity, StageContext, rule
from layerwise.shell.join import Refusal, append_command, remove_statement
from layerwise.syntax.tree import Run
from layerwise.text import Span


class Late(Struct, frozen=True):
    """A removal, and what it removes of earlier layers, each with the step that wrote it."""

    step: Step
    removal: Removed
    written: tuple[tuple[Step, Written], ...]


@rule(
    Stage,
    severity=Severity.WARNING,
    fixes=(Applicability.SAFE, Applicability.UNSAFE),
    changes=(Alteration.CLEANUP_REMOVED,),
    about={"rm", *MANAGER_NAMES},
)
def cleanup_in_later_layer(stage: Stage, ctx: StageContext) -> Iterator[Finding]:
    r"""What an earlier layer has written stays in the image, even if a later layer removes it.

    ## Why
    A layer only adds to those below: a removal hides a file, and its bytes are still pulled and stored. Only what the
    same RUN removes is really gone.

    ## Example
    RUN curl -fsSLo /tmp/tool.tgz https://example.com/tool.tgz
    RUN tar -xzf /tmp/tool.tgz -C /opt && rm /tmp/tool.tgz

    ## Use instead
    RUN curl -fsSLo /tmp/tool.tgz https://example.com/tool.tgz \
        && tar -xzf /tmp/tool.tgz -C /opt && rm /tmp/tool.tgz

    ## Fix safety
    Safe where only RUNs stand between the two: they become one. Otherwise the removal moves up to the step that writes
    the files, which is unsafe, since a step between may need them.
    """
    if not stage.facts.in_result:
        return
    for late in _late_removals(stage, ctx):
        if _is_of_archives(late, stage, ctx):
            continue
        yield Finding(
            late.removal.command.span,
            _message(late),
            fixes=partial(_fixes, stage, late, ctx),
            related=[Related(span, "It comes from here") for span in _places(late)[:3]],
        )


def _is_of_archives(late: Late, stage: Stage, ctx: StageContext) -> bool:
    """Whether all that is removed are copied archives that the same RUN unpacks, for which there is a better remedy."""
    if any(written.kind is not Kind.COPY for _, written in late.written):
        return False
    unpacked = {each.path for each in unpacked_copies(stage, ctx.text) if late.removal.command in each.removals}
    return all(written.name in unpacked for _, written in late.written)


def _places(late: Late) -> list[Span]:
    return list(dict.fromkeys(written.span for _, written in late.written))


def _late_removals(stage: Stage, ctx: StageContext) -> Iterator[Late]:
    earlier: list[tuple[Step, Written]] = []
    for step, folder in zip(stage.steps, working_directories(stage), strict=True):
        own: list[Written] = []
        for trace in traces(step, folder):
            if isinstance(trace, Written):
                if _counts(trace, ctx):
                    own.append(trace)
                continue
            taken = [each for each in earlier if trace.takes(each[1])]
            if taken and not any(trace.takes(each) for each in own):
                yield Late(step, trace, tuple(taken))
            earlier = [each for each in earlier if each not in taken]
            own = [each for each in own if not trace.takes(each)]
        earlier += [(step, each) for each in own]


def _counts(written: Written, ctx: StageContext) -> bool:
    """Small files that are copied in, such as scripts, are not worth a word."""
    if written.kind is not Kind.COPY:
        return True
    if ctx.files is not None and written.source:
        return ctx.files.size(written.source) >= LARGE
    return written.name.endswith(MOSTLY_LARGE)


def _message(late: Late) -> str:
    names = list(dict.fromkeys(_named(written) for _, written in late.written))
    if len(names) == 1:
        return f"{names[0]} comes from an earlier layer: removed here, its bytes stay in the image"
    return f"{names[0]} and {len(names) - 1} more come from earlier layers: removed here, their bytes stay in the image"


def _named(written: Written) -> str:
    return f"The package `{written.name}`" if written.kind is Kind.PACKAGE else f"`{written.name}`"


def _fixes(stage: Stage, late: Late, ctx: StageContext) -> Iterator[Fix]:
    writers = [step for step, _ in late.written]
    first = min(step.index for step in writers)
    row = stage.steps[first : late.step.index + 1]
    if all(isinstance(step.instruction, Run) for step in row):
        edits = merge_steps(stage, row, ctx.text)
        if not isinstance(edits, Refusal):
            yield Fix(f"Merge the {len(row)} RUNs, so that the removal counts", *edits)
            return
    moved = _moved(row, late, ctx) if len({step.index for step in writers}) == 1 else ()
    if moved:
        yield Fix(
            "Move the removal up to the step that writes it",
            *moved,
            applicability=Applicability.UNSAFE,
            note="No step between may need what is removed",
            optimizes=True,
        )


def _moved(row: Sequence[Step], late: Late, ctx: StageContext) -> tuple[Edit, ...]:
    """The removal at the end of the RUN that writes the files, where nothing between mentions them."""
    writer, command = run_text(row[0], ctx.text), late.removal.command
    if writer is None or any(written.kind in (Kind.PACKAGE, Kind.COPY) for _, written in late.written):
        return ()
    if len(late.removal.names) > 1 or command.redirections or command.within:
        return ()
    between = ctx.text(Span(row[0].span.end, command.span.start))
    if any(written.name.rpartition("/")[2] in between for _, written in late.written):
        return ()
    managers = {written.manager for _, written in late.written} - {""}
    used = (each.manager.name for step in row[1:] for each in step.operations if each.command != command)
    if managers.intersection(used):
        return ()
    added = append_command(writer, " ".join(word.text for word in command.words))
    gone = _gone(late.step, late, ctx)
    return (added, *gone) if added and gone else ()


def _gone(step: Step, late: Late, ctx: StageContext) -> tuple[Edit, ...]:
    """The removal taken out of its RUN, or the whole RUN if it does nothing else."""
    run = run_text(step, ctx.text)
    if run is None:
        return ()
    if run.script.commands != (late.removal.command,):
        return remove_statement(run, late.removal.command) or ()
    if run.instruction.comments or run.script.comments or run.script.heredoc:
        return ()
    lines = ctx.dockerfile.lines
    end = lines.full_span(lines.line_of(step.span.end)).end
    return (Edit(Span(step.span.start, min(end, ctx.stage.span.end)), ""),)
