"""Links from a Dockerfile: images to their pages at the registries."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from layerwise.build.images import image_name
from layerwise.engine import Analysis
from layerwise.features.images import image_address, image_span
from layerwise.features.stages import references
from layerwise.syntax.tree import From
from layerwise.text import Span


class Link(Struct, frozen=True):
    """A piece of the text, and the address that it leads to."""

    span: Span
    address: str


def links(analysis: Analysis) -> tuple[Link, ...]:
    """The links of the file, in order."""
    return tuple(sorted(_links(analysis), key=lambda link: link.span))


def _links(analysis: Analysis) -> Iterator[Link]:
    for directive in analysis.dockerfile.directives:
        if directive.name.text.lower() == "syntax":
            image = image_name(directive.value.text)
            if image_address(image):
                yield Link(image_span(directive.value, image), image_address(image))
    for reference in references(analysis):
        word = reference.word
        if "$" in word.text or reference.target(analysis):
            continue
        image = image_name(word.text)
        looks_like_one = isinstance(reference.instruction, From) or ":" in word.text or "/" in word.text
        address = image_address(image) if looks_like_one and word.text.lower() != "scratch" else ""
        if address:
            yield Link(image_span(word, image), address)
