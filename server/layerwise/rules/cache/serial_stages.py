"""The rule cache/serial-stages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from layerwise.build.model import Build, Stage, Step
from layerwise.build.relation import Alteration
from layerwise.build.waiting import Waiting, waiting
from layerwise.lint import Applicability, Edit, FileContext, Finding, Fix, Related, Severity, rule
from layerwise.lint.placing import Sheet


@rule(
    Build,
    severity=Severity.HINT,
    fixes=(Applicability.UNSAFE,),
    changes=(Alteration.MOVED, Alteration.SETTINGS_CHANGED),
    about={"--from"},
)
def serial_stages(build: Build, ctx: FileContext) -> Iterator[Finding]:
    r"""A RUN waits until another stage is ready, although it needs nothing of what is copied from there.

    ## Why
    A builder makes stages side by side, as far as they don't wait for each other. A `COPY --from` waits for the whole
    of the other stage, and all steps below wait with it: the packages of the final stage are only fetched when the
    program is compiled. Above the COPY they would be fetched in the meantime. And they are fetched again whenever
    the program changes.

    ## Example
    FROM golang:1.23 AS build
    WORKDIR /src
    COPY . .
    RUN go build -o /out/shop .

    FROM debian:12-slim
    COPY --from=build /out/shop /usr/local/bin/shop
    RUN apt-get update && apt-get install -y ca-certificates && rm -rf /var/lib/apt/lists/*

    ## Use instead
    FROM golang:1.23 AS build
    WORKDIR /src
    COPY . .
    RUN go build -o /out/shop .

    FROM debian:12-slim
    RUN apt-get update && apt-get install -y ca-certificates && rm -rf /var/lib/apt/lists/*
    COPY --from=build /out/shop /usr/local/bin/shop

    ## Fix safety
    Unsafe: what the scripts of a package call by themselves cannot be seen, and where both write a file, the later one
    counts. A RUN is moved only when all its commands are known to touch nothing in the folders that are copied,
    and past nothing but copies, WORKDIRs that it does not depend on, and instructions that no step depends on.
    """
    for found in waiting(build, ctx.files):
        first, *others = found.runs
        yield Finding(
            first.span,
            f"This waits for {_names(found.sources)}, although it needs nothing of what is copied from there",
            fix=Fix(
                _title(found),
                *_edits(found.runs, found.copies[0], ctx),
                applicability=Applicability.UNSAFE,
                note="Scripts of packages may use what is copied, which the text does not tell",
            ),
            related=[
                *(Related(step.span, "This waits for it, and is not needed below") for step in found.copies),
                *(Related(step.span, "So does this") for step in others),
            ],
        )


def _names(stages: Sequence[Stage]) -> str:
    names = [f"`{stage.name or stage.facts.index}`" for stage in stages]
    word = "stage" if len(names) == 1 else "stages"
    return f"{word} {' and '.join([', '.join(names[:-1]), names[-1]] if len(names) > 1 else names)}"


def _title(found: Waiting) -> str:
    many = f"the {len(found.runs)} RUNs" if len(found.runs) > 1 else "it"
    copies = "the COPY" if len(found.copies) == 1 else f"the {len(found.copies)} COPYs"
    return f"Move {many} above {copies}"


def _edits(runs: Sequence[Step], top: Step, ctx: FileContext) -> Iterator[Edit]:
    """Move the RUNs above a copy, each with the comments on it."""
    sheet = Sheet(ctx.dockerfile)
    target = sheet.block_of(top.instruction)
    blocks = [sheet.block_of(run.instruction) for run in runs]
    yield sheet.insertion_above(target, "".join(sheet.whole(block) for block in blocks), spaced=sheet.is_spaced(target))
    for block in blocks:
        yield sheet.removal(block)
