"""The rule pin/undigested-image."""

from collections.abc import Iterator

from layerwise.build.model import Stage
from layerwise.lint import Finding, Severity, StageContext, rule


@rule(Stage, severity=Severity.OFF)
def undigested_image(stage: Stage, ctx: StageContext) -> Iterator[Finding]:
    r"""A tag can be pushed again, so that only a digest names one image for good.

    ## Why
    `python:3.12-slim` is rebuilt whenever its base gets a fix, and the release `3.12.4-slim` is rebuilt too. With a
    digest a build starts from the very bytes that were tested, and what a registry serves is checked against it.
    The price is that fixes come in only when somebody, or a bot, changes the line. So this rule is off unless it is
    asked for.

    ## Example
    FROM debian:12-slim

    ## Use instead
    FROM debian:12-slim@sha256:b1211f6d19afd012477bd34fdcabb6b663d680e0f4b0537da6e6b0fd057a3ec3
    """
    word, image = stage.from_.image, stage.facts.image
    if word is None or image is None or stage.parent is not None or not image.known or "$" in word.text:
        return
    if image.digest or not image.tag or image.tag == "latest":
        return
    yield Finding(word.span, f"`{image.text}` may be another image tomorrow: only a digest stands for one for good")
