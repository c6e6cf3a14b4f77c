"""Pieces of Markdown that the hovers are put together from. Knows nothing of Dockerfiles."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from layerwise.text import Span


class Hover(NamedTuple):
    """What to show, as Markdown, and what it is about: a half-open span of the text."""

    span: Span
    markdown: str


def code(text: str) -> str:
    """A text as code in a line, whatever it holds."""
    text = " ".join(text.split("\n"))
    if not text:
        return "*(empty)*"
    fence = "`"
    while fence in text:
        fence += "`"
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def block(text: str, language: str = "dockerfile") -> str:
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}{language}\n{text}\n{fence}"


def paragraphs(*parts: str | None) -> str:
    """The parts that say something, with blank lines between."""
    return "\n\n".join(part for part in parts if part)


def listed(items: Sequence[str], last: str = "and") -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return ", ".join(items[:-1]) + f" {last} " + items[-1] if len(items) > 1 else "".join(items)


def lines(numbers: Iterable[int], limit: int = 6, *, and_more: bool = False) -> str:
    """``line 3``, ``lines 3, 5 and 8``; the rest beyond ``limit`` is counted only, unless there are uncounted ones."""
    unique = sorted(set(numbers))
    words = [str(number) for number in unique[:limit]]
    if len(unique) > limit:
        words.append("more" if and_more else f"{len(unique) - limit} more")
    return ("line " if len(unique) == 1 else "lines ") + listed(words)


def shortened(text: str, limit: int = 200) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
