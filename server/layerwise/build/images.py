"""Names of images, split into their parts."""

from __future__ import annotations

from functools import lru_cache

from layerwise.build.model import ImageName


@lru_cache(maxsize=512)
def image_name(text: str, *, known: bool = True) -> ImageName:
    """The parts of ``registry/repository:tag@digest``.

    A first component with a dot or a colon, or ``localhost``, is a registry (the distribution project's ``reference``).
    """
    rest, _, digest = text.partition("@")
    head, slash, tail = rest.partition("/")
    registry = ""
    if slash and ("." in head or ":" in head or head == "localhost"):
        registry, rest = head, tail
    repository, colon, tag = rest.rpartition(":")
    if not colon or "/" in tag:
        repository, tag = rest, ""
    return ImageName(text, registry, repository, tag, digest, known)
