"""The rule build/persistent-noninteractive."""

from __future__ import annotations

from collections.abc import Iterator

from layerwise.build.model import Stage, Step
from layerwise.build.purpose import starts_application
from layerwise.build.relation import Alteration
from layerwise.lint import Applicability, Edit, Finding, Fix, Severity, StageContext, rule
from layerwise.lint.pairs import without_pair
from layerwise.lint.placing import Sheet, keyword_like
from layerwise.syntax.tree import Cmd, Entrypoint, Env, Pair
from layerwise.text import Span

NAME = "DEBIAN_FRONTEND"
ASKING = frozenset({"", "dialog", "newt", "readline", "editor", "teletype", "gnome", "kde"})
"""The values with which packages ask their questions."""


@rule(
    Stage,
    severity=Severity.INFORMATION,
    fixes=(Applicability.SAFE, Applicability.UNSAFE),
    changes=(Alteration.INSTRUCTION_ADDED, Alteration.INSTRUCTION_REMOVED),
    about={Env},
)
def persistent_noninteractive(stage: Stage, ctx: StageContext) -> Iterator[Finding]:
    r"""`DEBIAN_FRONTEND` is set for good, although only the build has a use for it.

    ## Why
    What `ENV` sets is in force in every container, and in every image that is built on this one. Whoever installs a
    package there is never asked anything, and finds no time zone or keyboard set up without a word of why. An `ARG` is
    there for the RUNs of the build, and gone afterwards.

    By default nothing is said of an image that starts nothing but a shell: it may be there to build others on.

    ## Example
    FROM debian:12-slim
    ENV DEBIAN_FRONTEND=noninteractive
    RUN apt-get update && apt-get install -y --no-install-recommends tzdata && rm -rf /var/lib/apt/lists/*
    CMD ["/usr/local/bin/server"]

    ## Use instead
    FROM debian:12-slim
    ARG DEBIAN_FRONTEND=noninteractive
    RUN apt-get update && apt-get install -y --no-install-recommends tzdata && rm -rf /var/lib/apt/lists/*
    CMD ["/usr/local/bin/server"]

    ## Fix safety
    Safe where the image starts an application: every RUN sees the same value as before, also in stages that are
    built on this one. Unsafe where it starts nothing but a shell: others may build on it, and count on the setting.
    """
    if not stage.facts.in_result or stage.facts.is_windows:
        return
    found = [(step, index) for step in stage.steps_about({Env}) if (index := step.once(_setting)) is not None]
    last = stage.steps[-1].after.env.get(NAME)
    if not found or last is None or last.value is None or last.value.lower() in ASKING or _installs_at_start(stage):
        return
    starts = starts_application(stage)
    for step, index in found:
        instruction = step.instruction
        assert isinstance(instruction, Env)
        pair = instruction.pairs[index]
        edits = tuple(_edits(step, instruction, pair, ctx))
        yield Finding(
            pair.key.span,
            f"`{NAME}` stays set in the container and in images built on this one, where nobody will be asked anything",
            fix=None
            if None in edits
            else Fix(
                f"Set `{NAME}` by ARG, for the build alone",
                *(edit for edit in edits if edit),
                applicability=Applicability.SAFE if starts else Applicability.UNSAFE,
                note="" if starts else "A file that builds on this image may count on it",
            ),
            severity=None if starts else Severity.OFF,
        )


def _setting(step: Step) -> int | None:
    """The index of the pair that keeps packages from asking."""
    instruction = step.instruction
    if not isinstance(instruction, Env):
        return None
    last = next((index for index, pair in reversed(list(enumerate(instruction.pairs))) if pair.key.text == NAME), None)
    value = step.after.env[NAME].value if NAME in step.after.env else None
    return last if last is not None and value is not None and value.lower() not in ASKING else None


def _installs_at_start(stage: Stage) -> bool:
    """Whether what the container runs calls apt, and so has a use for the setting."""
    return any(not {"apt", "dpkg"}.isdisjoint(step.subjects) for step in stage.steps_about({Cmd, Entrypoint}))


def _edits(step: Step, instruction: Env, pair: Pair, ctx: StageContext) -> Iterator[Edit | None]:
    """None among them where something cannot be done."""
    if NAME in step.before.args:
        yield without_pair(instruction, pair, ctx.dockerfile)
        return
    keyword = keyword_like(instruction, "ARG")
    assert pair.value is not None
    if len(instruction.pairs) > 1:
        sheet = Sheet(ctx.dockerfile)
        lines = sheet.lines_of(instruction)
        indent = Span(lines.start, instruction.span.start).of(ctx.dockerfile.text)
        line = f"{indent}{keyword} {NAME}={ctx.text(pair.value)}{sheet.newline(lines.start)}"
        yield sheet.insertion_above(lines, line)
        yield without_pair(instruction, pair, ctx.dockerfile)
        return
    yield Edit(instruction.keyword.span, keyword)
    if pair.legacy:
        is_word = not set(ctx.text(pair.value)) & set(" \t\\`\"'$")
        yield Edit(Span(pair.key.span.end, pair.value.span.start), "=") if is_word else None
