"""The rule build/repeated-instruction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from layerwise.build.model import Stage, Step
from layerwise.build.relation import Alteration
from layerwise.lint import Applicability, Finding, Fix, Related, Severity, StageContext, Tag, rule
from layerwise.lint.placing import Sheet
from layerwise.syntax.tree import Cmd, Entrypoint, Healthcheck, Instruction

KNOWN_AS: Mapping[type[Instruction], tuple[str, ...]] = {
    Cmd: ("DL4003", "DS-0016"),
    Entrypoint: ("DL4004", "DS-0007"),
    Healthcheck: ("DL3012", "DS-0023"),
}


@rule(
    Stage,
    severity=Severity.WARNING,
    aliases=("MultipleInstructionsDisallowed", *(alias for each in KNOWN_AS.values() for alias in each)),
    fixes=(Applicability.SAFE, Applicability.UNSAFE),
    changes=(Alteration.INSTRUCTION_REMOVED,),
    about={Cmd, Entrypoint, Healthcheck},
)
def repeated_instruction(stage: Stage, ctx: StageContext) -> Iterator[Finding]:
    r"""A CMD, ENTRYPOINT or HEALTHCHECK has no effect, because a later one of the same stage takes its place.

    ## Why
    An image starts one command and is probed by one. The builder keeps the last of each, and says nothing of the
    others, which readers take for what is run.

    ## Example
    CMD ["nginx", "-t"]
    EXPOSE 80
    CMD ["nginx", "-g", "daemon off;"]

    ## Use instead
    EXPOSE 80
    CMD ["nginx", "-g", "daemon off;"]

    ## Fix safety
    Safe: the image is the same without it. Unsafe where a comment inside of the instruction goes with it.
    """
    last: dict[type[Instruction], Step] = {}
    for step in reversed(stage.steps_about(KNOWN_AS)):
        if step.kind not in KNOWN_AS:
            continue
        counts = last.setdefault(step.kind, step)
        if counts is not step:
            name = step.instruction.name
            yield Finding(
                step.span,
                f"This {name} has no effect: a later one of the stage takes its place",
                fix=partial(_removal, step, ctx),
                related=[Related(counts.instruction.keyword.span, f"This {name} is the one that counts")],
                tags=(Tag.UNNECESSARY,),
                reported_as=("MultipleInstructionsDisallowed", *KNOWN_AS[step.kind]),
            )


def _removal(step: Step, ctx: StageContext) -> Fix:
    sheet = Sheet(ctx.dockerfile)
    comments = step.instruction.comments
    return Fix(
        f"Remove this {step.instruction.name}",
        sheet.removal(sheet.lines_of(step.instruction)),
        applicability=Applicability.UNSAFE if comments else Applicability.SAFE,
        note="A comment goes with it" if comments else "",
        drops=[comment.text for comment in comments],
    )
