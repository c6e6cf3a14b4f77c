"""Variables, and the value of a word under those in force, as far as it can be known."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from msgspec import Struct

from layerwise.syntax.nodes import Word
from layerwise.syntax.words import WordError, expand, variables
from layerwise.text import Span


class Origin(StrEnum):
    ENV = "env"
    ARG = "arg"
    GLOBAL_ARG = "global arg"
    """Declared before the first FROM; in a stage only after an ARG without default brings it in."""
    PLATFORM = "platform"
    """One of the ARGs that the builder sets by itself, such as TARGETARCH."""
    IMAGE = "image"
    """From the base image, as far as we know that image."""


class Variable(Struct, frozen=True):
    """A variable in scope. ``value`` is None when it can't be known (an ARG without default, or built from one)."""

    name: str
    value: str | None
    origin: Origin


Lookup = Callable[[str], Variable | None]
"""The variable of a name, None when there is none."""
_DEFAULTS = (":-", "-")


def expanded(word: str, lookup: Lookup, escape: str, *, complete: bool = True) -> str | None:
    """The word with variables put in; None when one of them has no known value, or when the word can't be read.

    Where the word gives a default for a variable without a known value, as ``${X:-default}`` does, the default counts.

    :param complete: a variable without declaration is unset. Else it may be one of the base image's, whose value we do
        not know.
    """
    unknown: set[str] = set()

    def value(name: str) -> str | None:
        variable = lookup(name)
        if variable is None:
            if not complete:
                unknown.add(name)
            return None
        if variable.value is None:
            unknown.add(name)
        return variable.value

    try:
        text = expand(word, value, escape)
    except WordError:
        return None
    return None if unknown and _needs(word, unknown, escape) else text


def _needs(word: str, names: set[str], escape: str) -> bool:
    """Whether the value of one of these variables shows in the word, for the word has no default for it."""
    uses = variables(Word(Span(0, len(word)), word), escape)
    return any(use.name in names and not use.modifier.startswith(_DEFAULTS) for use in uses)
