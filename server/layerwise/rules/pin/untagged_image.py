"""The rule pin/untagged-image."""

from collections.abc import Iterator

from layerwise.build.model import Stage
from layerwise.lint import Finding, Severity, StageContext, rule


@rule(Stage, severity=Severity.WARNING, aliases=("DL3006",))
def untagged_image(stage: Stage, ctx: StageContext) -> Iterator[Finding]:
    r"""An image without tag or digest means `latest`: whatever that is on the day of the build.

    ## Why
    Two builds of the same Dockerfile give different images, on machines that pulled the base at different times even
    today. A new major release of the base breaks the build, or worse, only the program in it.

    ## Example
    FROM python
    CMD ["python3"]

    ## Use instead
    FROM python:3.12-slim
    CMD ["python3"]
    """
    word = stage.from_.image
    image = stage.facts.image
    if word is None or image is None or stage.parent is not None or not image.known:
        return
    if image.tag or image.digest or not image.repository or image.text.startswith("/"):
        return
    if "$" in word.text:
        message = f"By default this is `{image.text}` without a tag, which means `latest`"
        yield Finding(word.span, message, reported_as=(), severity=Severity.INFORMATION)
    else:
        yield Finding(word.span, f"`{image.text}` without a tag means `latest`, which changes between builds")
