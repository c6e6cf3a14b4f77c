"""The rule build/undefined-variable."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from layerwise.build.model import Stage, State, Step
from layerwise.build.relation import Alteration
from layerwise.build.unset import EXPANDED, Use, bare, unset_uses
from layerwise.build.values import Origin
from layerwise.lint import Applicability, Edit, Finding, Fix, Severity, StageContext, rule
from layerwise.syntax.suggest import is_sure, suggestion
from layerwise.syntax.tree import Env, From, Word
from layerwise.syntax.words import variables
from layerwise.text import Span


@rule(
    Stage,
    severity=Severity.WARNING,
    aliases=("UndefinedVar", "UndefinedArgInFrom"),
    fixes=(Applicability.UNSAFE,),
    changes=(
        # The value that a word has now.
        Alteration.INSTRUCTION_REWRITTEN,
        Alteration.FLAG_REMOVED,
        Alteration.SETTINGS_CHANGED,
        Alteration.ENVIRONMENT_CHANGED,
    ),
)
def undefined_variable(stage: Stage, ctx: StageContext) -> Iterator[Finding]:
    r"""A variable is used that nothing sets, so that an empty text stands in its place.

    ## Why
    The builder puts variables into `COPY`, `ENV`, `WORKDIR`, `EXPOSE` and other instructions. One that no ENV or ARG
    above and not the base image has set is empty, and the build goes on: `WORKDIR /srv/$NAEM` is `/srv`, and
    `EXPOSE ${PORT}` exposes nothing. Variables of the container count as little as those of the computer it is built
    on. In a FROM only the ARGs count that stand above the first one.

    What base images set is known of the official ones. On others, only a name is reported that is one slip away from
    one that the file sets itself. `PATH=/opt/bin:$PATH` and its like extend what may be there, and are not reported
    either; nor are the scripts of RUN, whose shell may get variables elsewhere.

    ## Example
    ARG ASSETS=site/assets
    COPY $ASSET /srv/shop/

    ## Use instead
    ARG ASSETS=site/assets
    COPY $ASSETS /srv/shop/

    ## Fix safety
    Unsafe: with the right name, the step does what it was meant to do, and not what it has done so far. There is only a
    fix where the name that is meant is clear.
    """
    yield from _in_from(stage, ctx)
    for step in stage.steps[1:]:
        if not issubclass(step.kind, EXPANDED):
            continue
        for use in step.once(unset_uses):
            if use.name in step.before.global_args or _extends(step, use.moved(step.span.start)):
                continue
            meant = _meant(use.name, step)
            if step.before.complete or (meant and _is_own(meant, step.before) and is_sure(use.name, meant)):
                span = use.moved(step.span.start).span
                hint = f" (did you mean ${meant}?)" if meant else ""
                yield Finding(
                    span,
                    f"Usage of undefined variable '${use.name}'{hint}",
                    fix=partial(_fix, use.name, meant, span),
                    reported_as=("UndefinedVar",),
                )


def _in_from(stage: Stage, ctx: StageContext) -> Iterator[Finding]:
    known = stage.course.states[0].global_args
    if known.keys() >= stage.steps[0].once(_names_in_from):
        return
    for word in _words_of(stage.from_):
        for use in bare(variables(word, ctx.escape)):
            if use.name not in known:
                meant = suggestion(use.name, tuple(sorted(known)), case_sensitive=True)
                hint = f" (did you mean {meant}?)" if meant else ""
                yield Finding(
                    use.name_span,
                    f"FROM argument '{use.name}' is not declared{hint}",
                    fix=partial(_fix, use.name, meant, use.name_span),
                    reported_as=("UndefinedArgInFrom",),
                )


def _names_in_from(step: Step) -> frozenset[str]:
    instruction = step.instruction
    words = _words_of(instruction) if isinstance(instruction, From) else ()
    return frozenset(use.name for word in words for use in bare(variables(word, step.escape)))


def _words_of(instruction: From) -> Iterator[Word]:
    platform = instruction.flag("platform")
    yield from (word for word in (platform.value if platform else None, instruction.image) if word)


def _meant(name: str, step: Step) -> str | None:
    """The name that is one or two characters away, unless the step uses that one too."""
    names = {each for each in (*step.before.scope, *step.before.args) if each.isidentifier()}
    used = {use.name for word in step.instruction.arguments for use in variables(word, step.escape)}
    return suggestion(name, tuple(sorted(names - used)), case_sensitive=True)


def _is_own(name: str, state: State) -> bool:
    """Whether the file sets it, and not the image."""
    variable = state.lookup(name)
    return variable is not None and variable.origin is not Origin.IMAGE


def _extends(step: Step, use: Use) -> bool:
    """Whether a variable is extended by what may be in it: ``PATH=/opt/bin:$PATH``, but not ``PATH=$PATH``."""
    instruction = step.instruction
    pairs = instruction.pairs if isinstance(instruction, Env) else ()
    own = next((pair for pair in pairs if pair.span.encloses(use.span)), None)
    if own is None or own.value is None or own.key.text != use.name:
        return False
    return own.value.text.strip("\"'") not in (f"${use.name}", f"${{{use.name}}}")


def _fix(name: str, meant: str | None, span: Span) -> Fix | None:
    if meant is None or not is_sure(name, meant):
        return None
    return Fix(
        f"Write `{meant}`",
        Edit(span, meant),
        applicability=Applicability.UNSAFE,
        note="The step then does what it was meant to do",
    )
