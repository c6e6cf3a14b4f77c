"""The rule pin/latest-tag."""

from collections.abc import Iterator

from layerwise.build.images import image_name
from layerwise.build.model import Stage, Step
from layerwise.lint import Finding, Severity, StageContext, rule
from layerwise.syntax.tree import Copy, Run, Word


@rule(Stage, severity=Severity.WARNING, aliases=("DL3007", "DS-0001", "DKL-DI-0006"))
def latest_tag(stage: Stage, ctx: StageContext) -> Iterator[Finding]:
    r"""The tag `latest` names whatever was pushed last, so that two builds of one file start from different images.

    ## Why
    A builder that has pulled the image before keeps what it has; another one pulls today's. A new major release
    of the base comes in without a line of the repository having changed, and nobody can say what the last good
    build was made of. The same goes for an image that `COPY --from` or a mount takes files from.

    ## Example
    FROM python:latest
    CMD ["python3"]
    ---
    FROM debian:12
    COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/uv

    ## Use instead
    FROM python:3.12-slim
    CMD ["python3"]
    ---
    FROM debian:12
    COPY --from=ghcr.io/astral-sh/uv:0.9 /uv /bin/uv

    Where the tag is the default of an argument of the build, only the profile `all` reports it: somebody has thought
    of giving another one.
    """
    yield from _base(stage)
    for step in stage.steps_about({"--from", "--mount"}):
        if step.kind is Copy or step.kind is Run:
            for word in step.once(_sources):
                yield Finding(
                    word.span.moved(step.span.start),
                    f"The files come from whatever `{word.text}` is on the day of the build",
                    reported_as=(),
                )


def _base(stage: Stage) -> Iterator[Finding]:
    word, image = stage.from_.image, stage.facts.image
    if word is None or image is None or stage.parent is not None or not image.known:
        return
    if image.tag != "latest" or image.digest:
        return
    if "$" in word.text:
        message = f"By default this is `{image.text}`, which changes between builds"
        yield Finding(word.span, message, reported_as=(), severity=Severity.OFF)
    else:
        yield Finding(word.span, f"`{image.text}` changes between builds")


def _sources(step: Step) -> tuple[Word, ...]:
    """The names of images with this tag that a step takes files from; a stage's name has no colon."""
    instruction = step.instruction
    if isinstance(instruction, Copy):
        flag = instruction.flag("from")
        words = [flag.value] if flag and flag.value else []
    elif isinstance(instruction, Run):
        keys = [key for mount in instruction.mounts for key in mount.keys]
        words = [key.value for key in keys if key.value and key.name.text.lower() == "from"]
    else:
        words = []
    return tuple(word for word in words if _is_latest(word.text))


def _is_latest(text: str) -> bool:
    image = image_name(text)
    return image.tag == "latest" and not image.digest
