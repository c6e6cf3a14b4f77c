"""The rule cache/update-without-install."""

from __future__ import annotations

from collections.abc import Iterator

from layerwise.build.model import Stage, Step
from layerwise.build.operations import PackageOperation
from layerwise.build.package_lists import update_alone, updates_index, uses_of
from layerwise.build.relation import Alteration
from layerwise.build.runs import merge_steps, run_text
from layerwise.knowledge.packages import DISTRIBUTION_MANAGERS
from layerwise.lint import Applicability, Edit, Finding, Fix, Related, Severity, StageContext, rule
from layerwise.shell.join import Refusal, prepend_command
from layerwise.syntax.tree import Run, Transfer, User
from layerwise.text import Span


@rule(
    Stage,
    severity=Severity.WARNING,
    aliases=("DS-0017",),
    fixes=(Applicability.SAFE, Applicability.UNSAFE),
    changes=(
        Alteration.ENVIRONMENT_CHANGED,
        Alteration.MOVED,
    ),
    about=DISTRIBUTION_MANAGERS,
)
def update_without_install(stage: Stage, ctx: StageContext) -> Iterator[Finding]:
    r"""A package index that is fetched in a step of its own gets old in the build cache.

    ## Why
    The builder keeps the step as long as its text stays the same, for months. An install in a later step then asks for
    versions that the server has long replaced, and fails, or misses security fixes.

    ## Example
    RUN apt-get update
    RUN apt-get install -y curl

    ## Use instead
    RUN apt-get update \
        && apt-get install -y curl

    ## Fix safety
    Safe where the install is the very next RUN, or nothing but settings stand between. Unsafe where other steps do,
    which may use the index too.
    """
    for step in stage.steps_about(DISTRIBUTION_MANAGERS):
        found = update_alone(step.trigger or step)
        if found is None:
            continue
        user = next((later for later in stage.steps[step.index + 1 :] if _concerns(later, found)), None)
        if user is None and stage.facts.is_final:
            continue
        uses = uses_of(user, found)
        if user is not None and (not uses or any(updates_index(each) for each in user.operations)):
            continue
        yield Finding(
            found.command.span,
            f"`{_spoken(found)}` in a step of its own: from the build cache, later installs get an outdated index",
            fixes=_fixes(stage, step, user, found, ctx) if user else (),
            related=[Related(use.command.span, "This uses the index as it was then") for use in uses[:1]],
        )


def _concerns(step: Step, update: PackageOperation) -> bool:
    """Whether a later step uses the index, or fetches it anew."""
    again = (updates_index(each) and each.manager.indexes == update.manager.indexes for each in step.operations)
    return bool(uses_of(step, update)) or any(again)


def _spoken(update: PackageOperation) -> str:
    words = update.command.words[update.command.start :]
    return " ".join(word.text for word in words[:1]) + (f" {update.subcommand.text}" if update.subcommand else "")


def _fixes(stage: Stage, step: Step, install: Step, update: PackageOperation, ctx: StageContext) -> Iterator[Fix]:
    between = stage.steps[step.index + 1 : install.index]
    if not between:
        edits = merge_steps(stage, (step, install), ctx.text)
        if not isinstance(edits, Refusal):
            yield Fix("Join it with the install", *edits)
        return
    moved = _moved(step, install, update, ctx)
    if moved and not any(isinstance(each.instruction, User) for each in between):
        is_safe = not any(isinstance(each.instruction, Run | Transfer) for each in between)
        yield Fix(
            "Move it to the install",
            *moved,
            applicability=Applicability.SAFE if is_safe else Applicability.UNSAFE,
            note="" if is_safe else "The steps between no longer find the index",
            optimizes=True,
        )


def _moved(step: Step, install: Step, update: PackageOperation, ctx: StageContext) -> tuple[Edit, ...]:
    """The update as the first thing that the install does, and its own RUN gone; nothing when the RUN does more."""
    run = run_text(install, ctx.text)
    script = step.script
    same_flags = [ctx.text(flag) for flag in step.instruction.flags] == [
        ctx.text(flag) for flag in install.instruction.flags
    ]
    is_alone = script is not None and script.commands == (update.command,) and not step.instruction.comments
    if run is None or not is_alone or not same_flags or script is None or script.comments or script.heredoc:
        return ()
    first = min((each.command for each in uses_of(install, update)), key=lambda command: command.span)
    edit = prepend_command(run, ctx.text(update.command), before=first)
    line_end = ctx.dockerfile.lines.full_span(ctx.dockerfile.lines.line_of(step.span.end)).end
    return (Edit(Span(step.span.start, line_end), ""), edit) if edit else ()
