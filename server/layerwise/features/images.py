"""Where images live: the page of an image at its registry, and the part of a reference that names it."""

from __future__ import annotations

from layerwise.build import ImageName
from layerwise.syntax.tree import Word
from layerwise.text import Span

_HUB = "https://hub.docker.com"


def image_address(image: ImageName) -> str:
    """The page of an image at its registry; empty for registries that have none."""
    name, registry = image.name, image.registry
    if not name:
        return ""
    if registry in ("", "docker.io"):
        return f"{_HUB}/r/{name}" if "/" in name else f"{_HUB}/_/{name}"
    owner, _, package = image.repository.partition("/")
    if registry == "ghcr.io" and package:
        return f"https://github.com/{owner}/{package.partition('/')[0]}/pkgs/container/{package.replace('/', '%2F')}"
    if registry == "quay.io" and package:
        return f"https://quay.io/repository/{image.repository}"
    if registry == "mcr.microsoft.com":
        return f"https://mcr.microsoft.com/artifact/mar/{image.repository}"
    return ""


def image_span(word: Word, image: ImageName) -> Span:
    """The registry and repository of a reference, without tag and digest."""
    length = len(f"{image.registry}/{image.repository}" if image.registry else image.repository)
    return word.part(0, length)
