"""What a split is, and why there is none. Plain data."""

from __future__ import annotations

from msgspec import Struct, field


class Split(Struct, frozen=True):
    """A final stage made into one that builds and one that runs."""

    title: str
    """An imperative, which says the first assumption where one is made."""
    text: str
    """The whole file as it will be."""
    language: str
    runtime: str
    """The image that the new final stage stands on."""
    artifacts: tuple[str, ...]
    """The absolute paths that are carried over, in order."""
    assumptions: tuple[str, ...]
    """What a person has to check, each half a sentence without a full stop."""
    left_behind: tuple[str, ...]
    """Packages, variables and commands of the old final stage that the new one goes without."""


class UnsplittableError(Exception):
    """Something that no split can be made of; the message says why, in the words of a ``Refusal``."""


class Carried(Struct):
    """What the final stage takes over. ``libraries`` come to lie where the image that it runs on looks for them."""

    paths: list[str]
    assumptions: list[str] = field(default_factory=list)
    last: list[str] = field(default_factory=list)
    closing: list[str] = field(default_factory=list)
    libraries: tuple[str, ...] = ()
