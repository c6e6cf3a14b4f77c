"""The rule cache/volatile-value-too-early."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from layerwise.build.dependencies import span_of
from layerwise.build.model import Stage
from layerwise.build.relation import Alteration
from layerwise.build.volatile import Early, early_values
from layerwise.lint import Applicability, Edit, Finding, Fix, Related, Severity, StageContext, rule
from layerwise.lint.placing import Sheet
from layerwise.syntax.tree import Arg, Assigning, Pair, Run, Transfer
from layerwise.text import Span

_MOST_RELATED = 20
"""So many steps are named. Nobody reads on, and every one of them goes to the editor with each keystroke."""


@rule(
    Stage,
    severity=Severity.WARNING,
    fixes=(Applicability.SAFE, Applicability.UNSAFE),
    changes=(Alteration.MOVED, Alteration.ENVIRONMENT_CHANGED),
    about={Arg},
)
def volatile_value_too_early(stage: Stage, ctx: StageContext) -> Iterator[Finding]:
    r"""A build argument with another value in every build stands above slow steps that have no use for it.

    ## Why
    The builder runs a RUN again when any ARG or ENV in scope has another value, whether the RUN looks at it or not.
    So a date, a revision or a build number that is declared at the top has everything below it done again in every
    build: packages are downloaded anew although nothing about them has changed. A LABEL does no such harm by itself.
    It is the ARG that it is made of, and the two move together.

    Only names that say what they hold count, such as `BUILD_DATE`, `VCS_REF`, `GIT_COMMIT` or `CI_PIPELINE_ID`, and
    only where the Dockerfile gives them no real value of its own. The rule is silent where a value is used to fetch
    something, for then it is the pin of another project.

    ## Example
    FROM alpine:3.20
    ARG VCS_REF
    LABEL org.opencontainers.image.revision=$VCS_REF
    RUN apk add --no-cache nginx
    COPY site /usr/share/nginx/html
    CMD ["nginx", "-g", "daemon off;"]

    ## Use instead
    FROM alpine:3.20
    RUN apk add --no-cache nginx
    COPY site /usr/share/nginx/html
    ARG VCS_REF
    LABEL org.opencontainers.image.revision=$VCS_REF
    CMD ["nginx", "-g", "daemon off;"]

    ## Fix safety
    Safe where each step that is passed is known to look at none of the values: system packages, downloads, the usual
    tools for files and users, installs of named packages. The fix goes down to the first step that names a value, or
    that runs a program of which this cannot be known, such as `make`. It is unsafe where packages or the project may
    run scripts while they are installed, which could look at the value. Where the same instruction sets something else,
    that stays. There is no fix where a value would be another one further down.
    """
    if stage.facts.is_windows:
        return
    for early in early_values(stage, ctx.files):
        yield Finding(
            span_of(stage, early.declared[0]),
            _message(early),
            fix=partial(_fix, early, stage, ctx),
            related=_related(early, stage),
        )


def _message(early: Early) -> str:
    values = _listed(early.names)
    slow = _listed(early.slow[:3])
    runs, use = ("runs", "it does not use") if len(early.slow) == 1 else ("run", "they do not use")
    return f"{slow} {runs} again with each new value of {values}, which {use}"


def _listed(names: Sequence[str]) -> str:
    quoted = [f"`{name}`" for name in names]
    return " and ".join(filter(None, (", ".join(quoted[:-1]), quoted[-1])))


def _related(early: Early, stage: Stage) -> Iterator[Related]:
    for index in early.declared[1:]:
        yield Related(span_of(stage, index), "This value too is another in every build")
    for index in early.again[:_MOST_RELATED]:
        step = stage.steps[index]
        if issubclass(step.kind, Transfer) and step.instruction.flag("link") is not None:
            continue
        what = "Runs" if step.kind is Run else "Copies" if issubclass(step.kind, Transfer) else "Is made"
        yield Related(span_of(stage, index), f"{what} again in every build")
    if early.used_by is not None:
        yield Related(span_of(stage, early.used_by), "The first step that uses a value, or may do so")


def _fix(early: Early, stage: Stage, ctx: StageContext) -> Fix | None:
    if early.moved is None:
        return None
    them = "it" if len(early.names) == 1 else "them"
    target = "below the last step" if early.used_by is None else f"down to the step that may use {them}"
    title = f"Move {_listed(early.names)} {target}"
    edits = _edits(early, early.moved, stage, ctx)
    if not early.hardly:
        return Fix(title, *edits)
    note = "Look whether a script that packages or the project run while they are installed needs the value"
    return Fix(title, *edits, applicability=Applicability.UNSAFE, note=note, optimizes=True)


def _edits(early: Early, moved: Sequence[int], stage: Stage, ctx: StageContext) -> Iterator[Edit]:
    """Take the instructions away with the comments on them, and put them below the last step that needs none.

    Of an instruction that sets something else too, only the values go.
    """
    sheet = Sheet(ctx.dockerfile)
    anchor = sheet.block_of(stage.steps[early.anchor].instruction)
    whole = [sheet.block_of(stage.steps[index].instruction) for index in moved if index not in early.parts]
    text = ""
    for index in moved:
        instruction = stage.steps[index].instruction
        if index not in early.parts:
            text += sheet.whole(sheet.block_of(instruction))
            continue
        assert isinstance(instruction, Assigning)
        pairs = early.parts[index]
        taken = " ".join(ctx.text(instruction.pairs[number]) for number in pairs)
        text += f"{instruction.keyword.text} {taken}{sheet.newline(instruction.span.end)}"
        yield from _without(instruction.pairs, pairs)
    yield from sheet.removals(whole)
    yield sheet.insertion_below(anchor, text, spaced=bool(whole) and sheet.is_spaced(whole[0]))


def _without(pairs: Sequence[Pair], taken: Sequence[int]) -> Iterator[Edit]:
    """Take some pairs away, but not all, each with what stands between it and the one before it that stays."""
    for number in taken:
        if any(other not in taken for other in range(number)):
            yield Edit(Span(pairs[number - 1].span.end, pairs[number].span.end), "")
        else:
            yield Edit(Span(pairs[number].span.start, pairs[number + 1].span.start), "")
