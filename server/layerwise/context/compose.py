"""What compose files say about builds: the folder and the Dockerfile of each service."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from msgspec import Struct

from layerwise.context.documents import read_yaml
from layerwise.text.patterns import regex

MAX_TEXT = 200_000
"""Longer files are left alone, in characters."""

_NAME = regex(r"(?:docker-)?compose(?:[.-][\w.-]+)?\.ya?ml", re.ASCII)
_VARIABLE = regex(r"\$(?:(?P<escaped>\$)|\{(?P<name>\w+)(?::?-(?P<default>[^}]*))?\}|(?P<bare>\w+)|)", re.ASCII)


class BuildTarget(Struct, frozen=True):
    """A build as a file tells it.

    The context is relative to the folder of that file, the Dockerfile to the context.
    """

    context: str
    dockerfile: str = "Dockerfile"


def compose_files(names: Iterable[str]) -> list[str]:
    """Those of the names of a folder that compose knows, ``compose.yaml`` first and overriding files last."""
    return sorted((name for name in names if _NAME.fullmatch(name)), key=lambda name: (len(name), name))


@lru_cache(maxsize=64)
def builds_in_compose(text: str) -> tuple[BuildTarget, ...]:
    """The builds that a compose file names. Services whose paths need an unknown variable are left out."""
    return tuple(target for service in _services(text) for target in _target(service))


@lru_cache(maxsize=64)
def inline_builds_in_compose(text: str) -> tuple[tuple[str, str], ...]:
    """The builds whose Dockerfile stands in the compose file itself: the context of each, and that Dockerfile."""
    found = []
    for service in _services(text) if "dockerfile_inline" in text else ():
        build = service.get("build") if isinstance(service, dict) else None
        dockerfile = build.get("dockerfile_inline") if isinstance(build, dict) else None
        context = _interpolated(build.get("context", ".")) if isinstance(build, dict) else None
        if isinstance(dockerfile, str) and context and is_local(context):
            found.append((context, dockerfile))
    return tuple(found)


def _services(text: str) -> Iterable[Any]:
    if len(text) > MAX_TEXT or "build" not in text:
        return ()
    document = read_yaml(text)
    services = document.get("services") if isinstance(document, dict) else None
    return services.values() if isinstance(services, dict) else ()


def is_local(context: str) -> bool:
    """Whether a context is a folder, and not a repository or an archive somewhere."""
    return "://" not in context and not context.startswith(
        ("git@", "github.com/", "docker-image:", "target:", "service:")
    )


def _target(service: Any) -> Iterator[BuildTarget]:
    build = service.get("build") if isinstance(service, dict) else None
    if isinstance(build, str):
        build = {"context": build}
    if not isinstance(build, dict) or "dockerfile_inline" in build:
        return
    context = _interpolated(build.get("context", "."))
    dockerfile = _interpolated(build.get("dockerfile", "Dockerfile"))
    if context and dockerfile and is_local(context):
        yield BuildTarget(context, dockerfile)


def _interpolated(value: Any) -> str | None:
    """The value with the defaults of its variables; None when one has none, for its value is the environment's."""
    if not isinstance(value, str):
        return None
    known = True

    def replacement(match: re.Match[str]) -> str:
        nonlocal known
        if match["escaped"]:
            return "$"
        known = known and match["default"] is not None
        return match["default"] or ""

    text = _VARIABLE.sub(replacement, value)
    return text if known else None
