"""The rule pin/end-of-life-image."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from layerwise.build.images import image_name
from layerwise.build.lifetimes import Lifetime, lifetime
from layerwise.build.model import ImageName, Stage, Step
from layerwise.build.relation import Alteration
from layerwise.lint import Applicability, Edit, Finding, Fix, Severity, StageContext, rule
from layerwise.syntax.tree import Copy, Word


@rule(
    Stage,
    severity=Severity.WARNING,
    fixes=(Applicability.UNSAFE,),
    changes=(
        Alteration.IMAGE_REPLACED,
        Alteration.INSTRUCTION_REWRITTEN,
        Alteration.ENVIRONMENT_CHANGED,
        Alteration.SETTINGS_CHANGED,
    ),
)
def end_of_life_image(stage: Stage, ctx: StageContext) -> Iterator[Finding]:
    r"""The release that an image holds no longer gets fixes, or nobody builds the image any more.

    ## Why
    Holes that are found in it now stay open, however often the image is built. Sooner or later its packages move to an
    archive, and `apt-get update` or `apk add` fails. Both halves of a tag count: `python:3.7-slim-buster` is a release
    of Python and one of Debian.

    The dates come from a table that is shipped with Layerwise and was checked in November 2026; no clock is read, so
    that a file that was clean stays clean until the table is renewed. For Debian the end of its long-term support
    counts, for Ubuntu the end of what is free of charge.

    ## Example
    FROM python:3.7-slim-buster
    CMD ["python3"]

    ## Use instead
    FROM python:3.11-slim-bookworm
    CMD ["python3"]

    ## Fix safety
    Unsafe: programs and dependencies have to work with the newer release. It goes to the oldest one that gets fixes for
    at least another three months, in the same variant. Nothing is offered where the data would not survive it
    (databases), where programs would have to be rewritten (Python 2), or where it is not sure that there is such a tag.
    """
    word, image = stage.from_.image, stage.facts.image
    if word is not None and image is not None and stage.parent is None and image.known:
        yield from _finding(word, image)
    for step in stage.steps_about({"--from"}):
        if step.kind is Copy:
            for source, named in step.once(_source):
                yield from _finding(Word(source.span.moved(step.span.start), source.text), named)


def _source(step: Step) -> tuple[tuple[Word, ImageName], ...]:
    """The image that a COPY takes files from; the name of a stage has no colon."""
    flag = step.instruction.flag("from")
    if flag is None or flag.value is None or ":" not in flag.value.text or "$" in flag.value.text:
        return ()
    return ((flag.value, image_name(flag.value.text)),)


def _finding(word: Word, image: ImageName) -> Iterator[Finding]:
    found = lifetime(image)
    if found is None:
        return
    if "$" in word.text:
        message = f"By default this is `{image.text}`: {_told(found, image)}"
        yield Finding(word.span, message, severity=Severity.INFORMATION)
    else:
        yield Finding(word.span, _told(found, image), fix=partial(_fix, word, image, found))


def _told(found: Lifetime, image: ImageName) -> str:
    parts = [
        f"{each.title} {'none' if index else 'has had no fixes'} since {each.since}"
        for index, each in enumerate(found.ended)
    ]
    if found.given_up is not None:
        since = "" if parts else f" since {found.given_up.since}"
        parts.append(f"the image `{image.name}` is not built any more{since}: {found.given_up.instead}")
    text = ", and ".join(parts)
    return text[0].upper() + text[1:] if text.startswith("the ") else text


def _fix(word: Word, image: ImageName, found: Lifetime) -> Fix | None:
    old = f"{image.name.rpartition('/')[2]}:{image.tag}"
    if found.successor is None or image.digest or not word.text.endswith(old):
        return None
    name, _, tag = found.successor.rpartition(":")
    new = f"{name.rpartition('/')[2]}:{tag}"
    return Fix(
        f"Use `{found.successor}`",
        Edit(word.span, word.text.removesuffix(old) + new),
        applicability=Applicability.UNSAFE,
        note="What runs on it has to work with the newer release",
    )
