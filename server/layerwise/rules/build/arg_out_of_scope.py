"""The rule build/arg-out-of-scope."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from layerwise.build.model import Stage, Step
from layerwise.build.relation import Alteration
from layerwise.build.unset import EXPANDED, Use, unset_uses
from layerwise.build.values import Origin
from layerwise.lint import Applicability, Finding, Fix, Related, Severity, StageContext, rule
from layerwise.lint.placing import Sheet, keyword_like
from layerwise.syntax.tree import Run
from layerwise.syntax.words import variables


@rule(
    Stage,
    severity=Severity.WARNING,
    aliases=("UndefinedVar",),
    fixes=(Applicability.UNSAFE,),
    changes=(
        Alteration.INSTRUCTION_ADDED,
        # The value that a word has now.
        Alteration.INSTRUCTION_REWRITTEN,
        Alteration.SETTINGS_CHANGED,
        Alteration.ENVIRONMENT_CHANGED,
    ),
    about={Run, *EXPANDED},
)
def arg_out_of_scope(stage: Stage, ctx: StageContext) -> Iterator[Finding]:
    r"""A variable is empty, because its ARG stands before the first FROM and this stage does not bring it in.

    ## Why
    An ARG above the first FROM counts in FROM lines alone. In a stage it has no value until `ARG NAME`, without a
    default, asks for it there. Nothing fails: the builder and the shell take a variable without a value for an empty
    text, and a version or a URL is built without it. The same goes for those that the builder sets by itself, such
    as `TARGETARCH`.

    ## Example
    ARG SHOP_VERSION=1.4.2
    FROM debian:12
    ADD https://example.com/shop-${SHOP_VERSION}.tar.gz /opt/

    ## Use instead
    ARG SHOP_VERSION=1.4.2
    FROM debian:12
    ARG SHOP_VERSION
    ADD https://example.com/shop-${SHOP_VERSION}.tar.gz /opt/

    ## Fix safety
    Unsafe: with the value, the step does what it was meant to do, and not what it has done so far. A RUN whose script
    may set the variable by itself is not reported, nor is one on an image whose tag the ARG tells: such images often
    have a variable of that name.
    """
    given = stage.course.states[0].global_args
    done: dict[str, list[tuple[Step, Use]]] = {}
    for step in stage.steps[1:]:
        if step.kind is not Run and not issubclass(step.kind, EXPANDED):
            continue
        for use in step.once(unset_uses):
            if use.name in given and (step.before.complete or use.name not in _named_in_from(stage)):
                done.setdefault(use.name, []).append((step, use))
    for name, uses in done.items():
        step, first = uses[0]
        is_ours = given[name].origin is Origin.PLATFORM
        yield Finding(
            first.moved(step.span.start).span,
            f"`{name}` is empty here: {_reason(name, is_ours=is_ours)}",
            fix=partial(_fix, name, step, ctx),
            related=[Related(use.moved(each.span.start).span, "Here too") for each, use in uses[1:]],
        )


def _named_in_from(stage: Stage) -> set[str]:
    image = stage.from_.image
    return {use.name for use in variables(image, stage.escape)} if image else set()


def _reason(name: str, *, is_ours: bool) -> str:
    if is_ours:
        return f"the stage needs `ARG {name}` to see what the builder sets"
    return f"`ARG {name}` stands above the first FROM, and not in this stage"


def _fix(name: str, step: Step, ctx: StageContext) -> Fix:
    sheet = Sheet(ctx.dockerfile)
    block = sheet.block_of(step.instruction)
    line = f"{keyword_like(step.instruction, 'ARG')} {name}{sheet.newline(block.start)}"
    return Fix(
        f"Declare it with `ARG {name}`",
        sheet.insertion_above(block, line),
        applicability=Applicability.UNSAFE,
        note="The step then does what it was meant to do",
    )
