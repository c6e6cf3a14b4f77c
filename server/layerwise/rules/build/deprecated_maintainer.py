"""The rule build/deprecated-maintainer."""

from collections.abc import Iterator
from functools import partial

from layerwise.build.model import Stage
from layerwise.build.relation import Alteration
from layerwise.lint import Applicability, Edit, Finding, Fix, Severity, StageContext, Tag, rule
from layerwise.syntax.tree import Label, Maintainer

AUTHORS = "org.opencontainers.image.authors"


@rule(
    Stage,
    severity=Severity.WARNING,
    aliases=("MaintainerDeprecated", "DL4000", "DS-0022"),
    fixes=(Applicability.SAFE, Applicability.UNSAFE),
    changes=(
        Alteration.INSTRUCTION_REWRITTEN,
        Alteration.MOVED,
    ),
    about={Maintainer},
)
def deprecated_maintainer(stage: Stage, ctx: StageContext) -> Iterator[Finding]:
    r"""`MAINTAINER` is deprecated; a label says the same, and tools can read it.

    ## Why
    The instruction sets a field that registries and `docker image ls --filter` do not look at. The label
    `org.opencontainers.image.authors` is the place that the OCI image specification defines for it.

    ## Example
    MAINTAINER Jane Doe <jane@example.com>

    ## Use instead
    LABEL org.opencontainers.image.authors="Jane Doe <jane@example.com>"

    ## Fix safety
    Safe. The text is quoted so that nothing in it is expanded; quotes that stand around all of it, which `MAINTAINER`
    would take literally, go. The fix is unsafe where the stage sets this label already: one of the values is lost.
    """
    labelled = any(
        pair.key.text == AUTHORS
        for step in stage.steps
        if isinstance(step.instruction, Label)
        for pair in step.instruction.pairs
    )
    for step in stage.steps:
        if isinstance(step.instruction, Maintainer):
            yield Finding(
                step.instruction.keyword.span,
                "`MAINTAINER` is deprecated",
                fixes=partial(_fixes, step.instruction, ctx.escape, labelled=labelled),
                tags=(Tag.DEPRECATED,),
            )


def _fixes(instruction: Maintainer, escape: str, *, labelled: bool) -> Iterator[Fix]:
    if not instruction.value or instruction.comments:
        return
    keyword = "label" if instruction.keyword.text.islower() else "LABEL"
    yield Fix(
        f"Replace with `LABEL {AUTHORS}`",
        Edit(instruction.keyword.span, keyword),
        Edit(instruction.value.span, f"{AUTHORS}={_quoted(instruction.value.text, escape)}"),
        applicability=Applicability.UNSAFE if labelled else Applicability.SAFE,
        note="The stage sets this label already" if labelled else "",
    )


def _quoted(text: str, escape: str) -> str:
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" and text[0] not in text[1:-1]:
        text = text[1:-1]
    if '"' in text and not {"'", escape} & set(text):
        return f"'{text}'"
    for special in (escape, '"', "$"):
        text = text.replace(special, escape + special)
    return f'"{text}"'
