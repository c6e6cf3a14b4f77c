"""Names of images, split into their parts, and which of them no registry can have."""

from __future__ import annotations

import re
from functools import lru_cache

from layerwise.build.model import ImageName
from layerwise.text.patterns import regex

_LABEL = r"(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])"
_DOMAIN = rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?"
_PART = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_TAG = r"\w[\w.-]{0,127}"
_DIGEST = r"[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}"
_REFERENCE = regex(rf"({_DOMAIN}/{_PART}(?:/{_PART})*)(?::({_TAG}))?(?:@({_DIGEST}))?", re.ASCII)
_IDENTIFIER = regex(r"[a-f0-9]{64}")
_LONGEST = 255


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


@lru_cache(maxsize=512)
def reference_error(text: str) -> str | None:
    """Why no image can have this name, in the words of ``reference.ParseNormalizedNamed``; None when one can."""
    if _IDENTIFIER.fullmatch(text):
        return f"invalid repository name ({text}), cannot specify 64-byte hexadecimal strings"
    domain, rest = _split(text)
    remote = rest.partition(":")[0]
    if remote != remote.lower():
        return f"invalid reference format: repository name ({remote}) must be lowercase"
    match = _REFERENCE.fullmatch(f"{domain}/{rest}")
    if match is None:
        return "invalid reference format"
    if len(match.group(1).partition("/")[2]) > _LONGEST:
        return f"repository name must not be more than {_LONGEST} characters"
    return None


def _split(text: str) -> tuple[str, str]:
    """The registry, ``docker.io`` if there is none, and what stands behind it."""
    head, slash, tail = text.partition("/")
    if slash and ("." in head or ":" in head or head == "localhost" or head != head.lower()):
        domain, rest = head, tail
    else:
        domain, rest = "docker.io", text
    if domain == "index.docker.io":
        domain = "docker.io"
    return domain, f"library/{rest}" if domain == "docker.io" and "/" not in rest else rest
