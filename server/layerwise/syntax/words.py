"""Words of an instruction's arguments: expanding them, splitting them, and finding the variables that they use."""

from __future__ import annotations

from contextlib import suppress
from typing import NamedTuple

from layerwise.syntax.characters import BYTE_ORDER_MARK
from layerwise.syntax.lexer import Lexer, Lookup, VariableUse, WordError
from layerwise.syntax.nodes import Word

__all__ = [
    "Expansion",
    "Lookup",
    "VariableUse",
    "WordError",
    "expand",
    "expand_words",
    "expansion",
    "lexical_error",
    "unquote",
    "variables",
]


class Expansion(NamedTuple):
    """All that BuildKit learns from a word."""

    text: str
    words: tuple[str, ...]
    matched: frozenset[str]
    unmatched: frozenset[str]


def expand(word: str, lookup: Lookup, escape: str = "\\") -> str:
    """The word without quotes and escapes, its variables replaced; an unset one is empty.

    :raises WordError: as BuildKit would refuse it.
    """
    if "$" not in word and "'" not in word and '"' not in word and escape not in word:
        return word.removeprefix(BYTE_ORDER_MARK)
    return Lexer(word, lookup, escape=escape).text()


def expand_words(word: str, lookup: Lookup, escape: str = "\\") -> list[str]:
    """The same, then split at white space that is not quoted.

    :raises WordError: as BuildKit would refuse it.
    """
    return [each.text for each in Lexer(word, lookup, escape=escape).words()]


def expansion(word: str, lookup: Lookup, escape: str = "\\") -> Expansion:
    """The expanded word with the names of the variables that were found and of those that were not.

    :raises WordError: as BuildKit would refuse it.
    """
    lexer = Lexer(word, lookup, escape=escape)
    words = tuple(each.text for each in lexer.words())
    return Expansion(lexer.text(), words, frozenset(lexer.matched), frozenset(lexer.unmatched))


def lexical_error(word: str, escape: str = "\\") -> str | None:
    """Why BuildKit refuses the word whatever the values of its variables are; None when it may be fine."""
    if "$" not in word and "'" not in word and '"' not in word:
        return None
    try:
        Lexer(word, lambda _: "x", escape=escape).text()
    except WordError as error:
        return str(error)
    return None


def unquote(word: str, escape: str = "\\") -> str:
    """The word without quotes and escapes, variables left as they are; unchanged when it cannot be read."""
    try:
        return Lexer(word, escape=escape, keep_unset=True).text()
    except WordError:
        return word


def variables(word: Word, escape: str = "\\") -> tuple[VariableUse, ...]:
    """The variables that a word uses, in order, also those inside the modifier of another.

    What comes before a mistake in the word counts; a variable in single quotes or behind an escape is none.
    """
    if "$" not in word.text:
        return ()
    lexer = Lexer(word.text, escape=escape)
    with suppress(WordError):
        lexer.text()
    return tuple(
        VariableUse(word.part(use.span.start, use.span.end), word.part(*use.name_span), use.name, use.modifier)
        for use in sorted(lexer.uses)
    )
