"""The rule size/debugging-tools."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from layerwise.build.model import Stage, Step
from layerwise.build.operations import Operation, PackageOperation
from layerwise.build.package_names import package_name
from layerwise.build.purpose import is_for_people, mentions, serves
from layerwise.build.relation import Alteration
from layerwise.build.runs import run_text
from layerwise.knowledge.debugging import PAGED, TOOLS
from layerwise.knowledge.packages import DISTRIBUTION_MANAGERS
from layerwise.lint import Applicability, Edit, Finding, Fix, Severity, StageContext, Tag, rule
from layerwise.lint.placing import Sheet
from layerwise.shell.tree import ShellWord
from layerwise.text import Span


@rule(
    Stage,
    about=DISTRIBUTION_MANAGERS,
    severity=Severity.INFORMATION,
    fixes=(Applicability.UNSAFE,),
    changes=(Alteration.COMMAND_REWRITTEN, Alteration.COMMAND_REMOVED, Alteration.CLEANUP_REMOVED),
)
def debugging_tools(stage: Stage, ctx: StageContext) -> Iterator[Finding]:
    r"""Editors, pagers, monitors and tracers are installed in an image that runs an application.

    ## Why
    They are there for somebody who opens a shell in the running container, come with documentation and libraries, and
    are of use to an intruder. `docker debug`, or an ephemeral container, brings such tools along when they are needed.

    ## Example
    FROM debian:12
    RUN apt-get update && apt-get install -y nginx vim && rm -rf /var/lib/apt/lists/*
    CMD ["nginx", "-g", "daemon off;"]

    ## Use instead
    FROM debian:12
    RUN apt-get update && apt-get install -y nginx && rm -rf /var/lib/apt/lists/*
    CMD ["nginx", "-g", "daemon off;"]

    ## Fix safety
    Unsafe: a script of the application may call one of them. Nothing is reported where this file does, where a variable
    such as `EDITOR` names one, or where the image is by all signs one for people to work in.
    """
    if not stage.facts.in_result or stage.facts.is_windows:
        return
    found = {step: step.once(_installing) for step in stage.steps_about(DISTRIBUTION_MANAGERS)}
    if not any(found.values()) or is_for_people(stage) or not serves(stage):
        return
    for step, indices in found.items():
        for index in indices:
            operation = step.operations[index]
            idle = [word for word in operation.packages if _is_idle(word, operation, step, stage)]
            if idle:
                names = [f"`{_name(word)}`" for word in idle]
                one = len(names) == 1
                yield Finding(
                    idle[0].span,
                    f"{_spoken(names)} {'is a tool' if one else 'are tools'} for people, which nothing here uses",
                    fixes=partial(_fixes, step, operation, idle, ctx),
                    tags=(Tag.UNNECESSARY,),
                )


def _installing(step: Step) -> tuple[int, ...]:
    """The indices of the operations that install such tools and do not remove them again in the same step."""
    removed = {_name(word) for each in step.operations if each.operation is Operation.REMOVE for word in each.packages}
    return tuple(
        index
        for index, each in enumerate(step.operations)
        if each.operation is Operation.INSTALL
        and each.manager.is_distribution
        and not each.has_option("-t", "--virtual")
        and any(_name(word) in TOOLS and _name(word) not in removed for word in each.packages)
    )


def _name(word: ShellWord) -> str:
    return package_name(word.value or "")


def _is_idle(word: ShellWord, operation: PackageOperation, step: Step, stage: Stage) -> bool:
    name = _name(word)
    programs = TOOLS.get(name)
    if programs is None or mentions(stage, programs, but=operation.command):
        return False
    return name != "less" or PAGED.isdisjoint(stage.steps[-1].after.installed)


def _spoken(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _fixes(step: Step, operation: PackageOperation, idle: list[ShellWord], ctx: StageContext) -> Iterator[Fix]:
    edits = _dropped(operation, idle, step) or _without_run(step, operation, idle, ctx)
    if edits:
        yield Fix(
            f"Drop {_spoken([_name(word) for word in idle])}",
            *edits,
            applicability=Applicability.UNSAFE,
            note="A script of the application may call it",
        )


def _dropped(operation: PackageOperation, idle: list[ShellWord], step: Step) -> tuple[Edit, ...]:
    """The words taken out of the list, where others stay and no comment goes with them."""
    if len(idle) == len(operation.packages) or operation.command.is_json:
        return ()
    words = operation.command.words
    spans = [Span(words[words.index(word) - 1].span.end, word.span.end) for word in idle]
    comments = step.instruction.comments
    if any(span.encloses(comment.span) for span in spans for comment in comments):
        return ()
    return tuple(Edit(span, "") for span in spans)


def _without_run(step: Step, operation: PackageOperation, idle: list[ShellWord], ctx: StageContext) -> tuple[Edit, ...]:
    """The RUN taken away, where it does nothing but install them."""
    run = run_text(step, ctx.text)
    if run is None or len(idle) < len(operation.packages) or run.script.comments or run.instruction.comments:
        return ()
    others = [each for each in step.operations if each.command is not operation.command]
    packaging = {operation.command, *(each.command for each in others)}
    upkeep = (Operation.UPDATE_INDEX, Operation.CLEAN)
    if any(each.operation not in upkeep for each in others):
        return ()
    if any(each not in packaging and each.program not in ("rm", "set") for each in run.script.commands):
        return ()
    sheet = Sheet(ctx.dockerfile)
    return (sheet.removal(sheet.lines_of(step.instruction)),)
