"""Variables, and the value of a word under those in force, as far as it can be known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from layerwise.syntax.words import WordError, expand


class Origin(StrEnum):
    ENV = "env"
    ARG = "arg"
    GLOBAL_ARG = "global arg"
    """Declared before the first FROM; in a stage only after an ARG without default brings it in."""
    PLATFORM = "platform"
    """One of the ARGs that the builder sets by itself, such as TARGETARCH."""
    IMAGE = "image"
    """From the base image, as far as we know that image."""


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable in scope. ``value`` is None when it can't be known (an ARG without default, or built from one)."""

    name: str
    value: str | None
    origin: Origin


def expanded(word: str, lookup: Callable[[str], Variable | None], escape: str) -> str | None:
    """The word with variables put in; None when one of them has no known value, or when the word can't be read."""
    unknown = False

    def value(name: str) -> str | None:
        nonlocal unknown
        variable = lookup(name)
        unknown = unknown or (variable is not None and variable.value is None)
        return variable.value if variable else None

    try:
        text = expand(word, value, escape)
    except WordError:
        return None
    return None if unknown else text


class Scope(Protocol):
    """Where variables are looked up: a ``State``."""

    def lookup(self, name: str) -> Variable | None: ...


def value_of(word: str, scope: Scope, escape: str) -> str | None:
    """The word with the variables of this state put in; None when one of them has no known value."""
    return expanded(word, scope.lookup, escape)


def global_value_of(word: str, variables: Mapping[str, Variable], escape: str) -> str | None:
    """The same for a FROM, which sees the ARGs before the first one and nothing else."""
    return expanded(word, variables.get, escape)
