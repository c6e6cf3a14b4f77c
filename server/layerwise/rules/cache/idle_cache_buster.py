"""The rule cache/idle-cache-buster."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from layerwise.build.busters import Idle, idle_busters
from layerwise.build.model import Build
from layerwise.build.relation import Alteration
from layerwise.lint import Applicability, Edit, FileContext, Finding, Fix, Related, Severity, rule
from layerwise.lint.placing import Sheet, keyword_like


@rule(
    Build,
    severity=Severity.INFORMATION,
    fixes=(Applicability.UNSAFE,),
    changes=(Alteration.MOVED, Alteration.INSTRUCTION_ADDED, Alteration.ENVIRONMENT_CHANGED),
)
def idle_cache_buster(build: Build, ctx: FileContext) -> Iterator[Finding]:
    r"""An ARG that is there to have steps done again reaches none of them.

    ## Why
    `ARG CACHEBUST` with another value in each build makes the builder run every RUN below it again, in its own stage
    and in those that are built on it. It does nothing for the steps above it, for a COPY, or for another stage; and
    before the first FROM it is no variable of any stage. Where it reaches nothing, whoever relies on it gets what was
    downloaded weeks ago and takes it for new.

    The rule goes by the name: `CACHEBUST`, `CACHE_BUST`, `CACHE_DATE`, `REFRESHED_AT` and the like.

    ## Example
    FROM debian:12
    RUN git clone --depth 1 https://github.com/example/shop.git /srv/shop
    ARG CACHEBUST
    CMD ["/srv/shop/run"]
    ---
    ARG CACHEBUST=1
    FROM debian:12
    RUN git clone --depth 1 https://github.com/example/shop.git /srv/shop

    ## Use instead
    FROM debian:12
    ARG CACHEBUST
    RUN git clone --depth 1 https://github.com/example/shop.git /srv/shop
    CMD ["/srv/shop/run"]
    ---
    ARG CACHEBUST=1
    FROM debian:12
    ARG CACHEBUST
    RUN git clone --depth 1 https://github.com/example/shop.git /srv/shop

    ## Fix safety
    Unsafe: it moves the ARG above the last RUN before it, or declares it above the first RUN of the only stage that
    has any. Which step is to be done again only its author knows.
    """
    for idle in idle_busters(build):
        why = "no stage declares it" if idle.is_global else "no RUN stands below it"
        yield Finding(
            idle.place,
            f"`{idle.name}` makes no step run again: {why}",
            fix=partial(_fix, idle, ctx),
            related=[Related(idle.above.span, "A RUN that it does not reach")] if idle.above else [],
        )


def _fix(idle: Idle, ctx: FileContext) -> Fix | None:
    if idle.above is None or len(idle.instruction.pairs) != 1:
        return None
    sheet = Sheet(ctx.dockerfile)
    target = sheet.block_of(idle.above.instruction)
    note = "See that it stands above the step that is to be done again, and below those that are not"
    if idle.is_global:
        line = f"{keyword_like(idle.instruction, 'ARG')} {idle.name}{sheet.newline(target.start)}"
        edits: tuple[Edit, ...] = (sheet.insertion_above(target, line),)
        title = f"Declare `{idle.name}` above the first RUN"
    else:
        block = sheet.block_of(idle.instruction)
        edits = (sheet.insertion_above(target, sheet.whole(block)), sheet.removal(block))
        title = f"Move `{idle.name}` above the last RUN"
    return Fix(title, *edits, applicability=Applicability.UNSAFE, note=note)
