"""The rule cache/heavy-step-in-final-stage."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from layerwise.build.checks import PROGRAMS, Checking, checking, free_name, may_part
from layerwise.build.model import Build, Stage
from layerwise.build.relation import Alteration
from layerwise.lint import Applicability, Edit, FileContext, Finding, Fix, Related, Severity, rule
from layerwise.lint.placing import Sheet, keyword_like
from layerwise.shell.tree import Command
from layerwise.text import Span
from layerwise.text.patterns import regex

_TESTS = regex(r"test|spec|jest|mocha|e2e|cypress|phpunit|pest")
NOTE = "See that nothing below needs a file that the checks write"


@rule(
    Build,
    severity=Severity.HINT,
    fixes=(Applicability.REFACTOR,),
    changes=(
        Alteration.STAGE_ADDED,
        Alteration.MOVED_TO_STAGE,
        Alteration.IMAGE_REPLACED,
        Alteration.COMMAND_ADDED,
    ),
    about=PROGRAMS,
)
def heavy_step_in_final_stage(build: Build, ctx: FileContext) -> Iterator[Finding]:
    r"""Tests, linters or type checkers run in the final stage, which waits for them and keeps what they write.

    ## Why
    Their result is only whether they fail, but all steps below wait for them, and run again whenever they do. Their
    caches and reports stay in the image, and so do the packages that only they need. In a stage of their own they
    run beside the rest of the build. A last step that mounts that stage, as below, makes the build wait for them and
    fail with them; without it they run only when somebody asks for them: `docker build --target test .`

    Only commands that are known to check and nothing else are reported, in images that start an application. That a
    compiler is in the final stage is what size/compiler-base-image and size/build-tools-in-final-stage report.

    ## Example
    FROM node:22-slim
    WORKDIR /app
    COPY . .
    RUN npm ci
    RUN npm test
    RUN npm run build
    CMD ["node", "dist/server.js"]

    ## Use instead
    FROM node:22-slim AS base
    WORKDIR /app
    COPY . .
    RUN npm ci

    FROM base AS test
    RUN npm test

    FROM base
    RUN npm run build
    RUN --mount=type=bind,from=test,target=/mnt true
    CMD ["node", "dist/server.js"]

    ## Fix safety
    A refactoring, never applied in bulk: a step below may need what the tests write, which the file does not tell.
    Everything else stays as it is: the new stages have the files, variables, folder and user of the one that is parted.
    Offered for RUNs that do nothing but check.
    """
    final = build.final
    if final is None or not final.facts.in_result or final.facts.is_windows:
        return
    for found in checking(final):
        first, *others = found.commands
        waits = "it, and what it writes" if not others else "them, and what they write"
        yield Finding(
            first.span,
            f"{_spoken(found)} in the final stage: every build waits for {waits} stays in the image",
            fixes=partial(_fixes, build, final, found, ctx),
            related=[Related(each.span, "And this") for each in others],
        )


def _spoken(found: Checking) -> str:
    names = list(dict.fromkeys(f"`{_name(command)}`" for command in found.commands))
    verb = "runs" if len(names) == 1 else "run"
    return f"{', '.join(names[:-1])} and {names[-1]} {verb}" if len(names) > 1 else f"{names[0]} {verb}"


def _name(command: Command) -> str:
    """The program with its first words, which say what it does."""
    words = [word.text for word in command.words[command.start :]]
    short = next((count for count in range(3, 1, -1) if len(" ".join(words[:count])) <= 30), 1)
    return " ".join(words[:short])


def _fixes(build: Build, stage: Stage, found: Checking, ctx: FileContext) -> Iterator[Fix]:
    """Both leave what stands above the checks as a stage that they, and the rest, are built on."""
    if not may_part(build, stage, found):
        return
    tests = any(_TESTS.search(word.text) for command in found.commands for word in command.words)
    name = free_name(build, "test", "tests") if tests else free_name(build, "checks")
    whose = "it in a stage of its own" if len(found.commands) == 1 else "them in a stage of their own"
    edits = _parting(stage, found, free_name(build, "base", "app-base"), name, Sheet(ctx.dockerfile))
    if stage.facts.takes_mounts:
        gate = _waiting(stage, found, name, Sheet(ctx.dockerfile))
        title = f"Run {whose}, beside the rest of the build"
        yield Fix(title, *_joined([*edits, gate]), applicability=Applicability.REFACTOR, note=NOTE)
    title = f"Run {whose}, only when asked for"
    yield Fix(
        title,
        *edits,
        applicability=Applicability.REFACTOR,
        note=f"See that something builds it, with `--target {name}`. {NOTE}",
    )


def _parting(stage: Stage, found: Checking, base: str, name: str, sheet: Sheet) -> list[Edit]:
    head, first, last = stage.from_, found.steps[0].instruction, found.steps[-1].instruction
    assert head.image is not None
    keyword = keyword_like(head, "FROM")
    as_ = head.as_keyword.text if head.as_keyword else keyword_like(head, "AS")
    own = f" {as_} {head.alias.text}" if head.alias else ""
    above, below = sheet.block_of(first), sheet.lines_of(last)
    newline = sheet.newline(above.start)
    blank = "" if sheet.is_spaced(above) else newline
    if head.alias:
        naming = Edit(head.alias.span, base)
    else:
        naming = Edit(Span(head.image.span.end, head.image.span.end), f" {as_} {base}")
    return [
        naming,
        sheet.insertion_above(above, f"{blank}{keyword} {base} {as_} {name}{newline}"),
        sheet.insertion_below(below, f"{newline}{keyword} {base}{own}{newline}"),
    ]


def _waiting(stage: Stage, found: Checking, name: str, sheet: Sheet) -> Edit:
    """A step that is done when the checks are, and leaves nothing: behind all others, so that none of them waits."""
    steps = [step for step in stage.steps[found.steps[-1].index :] if step.makes_layer]
    keyword = keyword_like(steps[-1].instruction, "RUN")
    block = sheet.lines_of(steps[-1].instruction)
    text = f"{keyword} --mount=type=bind,from={name},target=/mnt true{sheet.newline(block.start)}"
    return sheet.insertion_below(block, text)


def _joined(edits: list[Edit]) -> Iterator[Edit]:
    """The edits, those at one place as one."""
    kept: dict[Span, str] = {}
    for edit in edits:
        kept[edit.span] = kept.get(edit.span, "") + edit.text
    return (Edit(span, text) for span, text in kept.items())
