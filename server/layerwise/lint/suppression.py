"""What a suppression is: a comment that silences rules at some place."""

from __future__ import annotations

from enum import StrEnum

from layerwise.syntax.tree import Node, Word
from layerwise.text import Span


class Notation(StrEnum):
    """Whose words a suppression is written in."""

    LAYERWISE = "layerwise"
    """``# layerwise: ignore=RULE[,RULE] reason`` and ``# layerwise: ignore-file=RULE[,RULE] reason``"""
    HADOLINT = "hadolint"
    """``# hadolint ignore=…``, ``# hadolint stage ignore=…``, ``# hadolint global ignore=…``"""
    CHECK = "check"
    """``# check=skip=…``, BuildKit's parser directive"""


class Reach(StrEnum):
    """How far a suppression goes."""

    LINE = "line"
    INSTRUCTION = "instruction"
    STAGE = "stage"
    FILE = "file"


class Suppression(Node, frozen=True):
    """A comment or directive that silences rules. ``span`` runs from its ``#`` to the end of its line.

    A finding is silenced when it starts under ``covers`` and one of ``ids`` is its rule, its rule's family, or an alias
    under which it is reported.
    """

    notation: Notation
    reach: Reach
    covers: Span
    ids: tuple[Word, ...]
    comment: str
    """All of the comment without its ``#``."""
    reason: str = ""
    widens: bool = False
    """It stands at the top of the file, right above the first instruction: an id that silences nothing there counts for
    the whole file."""
