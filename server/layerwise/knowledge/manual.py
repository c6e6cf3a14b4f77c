"""The manual behind the hover: short pages in Markdown about every word that may stand in a Dockerfile.

The pages stand in ``pages/*.md``, one file a book. A heading ``# key | other key {link}`` opens a page; the link is an
anchor of the Dockerfile reference, or an address. A book is read when it is first asked for. This module knows where a
page stands, not which page a place in a Dockerfile needs.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

_REFERENCE = "https://docs.docker.com/reference/dockerfile/"


class Book(StrEnum):
    """The files under ``pages``, and what their keys look like."""

    INSTRUCTIONS = "instructions"
    """``RUN``"""
    FLAGS = "flags"
    """``COPY --from``"""
    MOUNTS = "mounts"
    """``sharing``, ``type=cache``; ``id secret`` where a key means something else for one type of mount."""
    DIRECTIVES = "directives"
    """``syntax``"""
    WORDS = "words"
    """``AS``, ``heredoc``, ``--network=none``"""
    VALUES = "values"
    """``SIGTERM``, ``port 443``, ``linux/amd64``"""
    VARIABLES = "variables"
    """``TARGETARCH``"""
    LABELS = "labels"
    """``org.opencontainers.image.source``"""
    COMMANDS = "commands"
    """``apt-get``, ``apt-get install``, ``apt-get --yes``, ``npm ci --omit``"""
    IMAGES = "images"
    """``python``, ``gcr.io/distroless/static``"""
    TAGS = "tags"
    """``slim``; ``node lts`` where a part of a tag means something of its own for one image."""


class Page(NamedTuple):
    """Markdown without its link, and the link: empty, or the address of where to read on."""

    text: str
    link: str

    @property
    def markdown(self) -> str:
        if not self.link:
            return self.text
        title = "Dockerfile reference" if self.link.startswith(_REFERENCE) else "Documentation"
        return f"{self.text}\n\n[{title}]({self.link})"


def page(book: Book, key: str) -> Page | None:
    """The page under this very key."""
    return pages(book).get(key)


@cache
def pages(book: Book) -> MappingProxyType[str, Page]:
    """All pages of a book by key. The same page stands under each of its keys."""
    data = pkgutil.get_data(__package__, f"pages/{book}.md")
    return MappingProxyType(dict(_pages(data.decode() if data else "")))


def _pages(text: str) -> Iterator[tuple[str, Page]]:
    keys: list[str] = []
    link = ""
    body: list[str] = []
    fenced = False
    for line in text.splitlines():
        fenced ^= line.startswith("```")
        if fenced or not line.startswith("# "):
            body.append(line)
            continue
        yield from _entries(keys, body, link)
        keys, link = _heading(line)
        body = []
    yield from _entries(keys, body, link)


def _entries(keys: list[str], body: list[str], link: str) -> Iterator[tuple[str, Page]]:
    page = Page("\n".join(body).strip(), link)
    for key in keys:
        yield key, page


def _heading(line: str) -> tuple[list[str], str]:
    names, opened, link = line[2:].rstrip("}").partition(" {")
    if opened and link.startswith("#"):
        link = _REFERENCE + link
    return [name.strip() for name in names.split(" | ")], link
