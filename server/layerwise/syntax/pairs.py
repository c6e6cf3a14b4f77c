"""The two notations of ENV, LABEL and ARG: ``name=value …`` with quotes, and ``name value``."""

from __future__ import annotations

from typing import NamedTuple

from layerwise.syntax.characters import BLANKS, SPACES
from layerwise.syntax.nodes import Pair, Word
from layerwise.syntax.quoting import quoted
from layerwise.syntax.reading import Reading


class QuotedWord(NamedTuple):
    """A word with its quotes. An escape character at the very end of the source counts for nothing and is not in it."""

    text: str
    start: int
    end: int


def split_words(source: str, escape: str, start: int = 0, end: int | None = None) -> list[QuotedWord]:
    """The words of ``source[start:end]``, cut at white space that is neither quoted nor escaped (``parseWords``)."""
    stop = len(source) if end is None else end
    words: list[QuotedWord] = []
    at = start
    while True:
        while at < stop and source[at] in SPACES:
            at += 1
        if at >= stop:
            return words
        first = at
        at, dropped = _word_end(source, at, stop, escape)
        if text := source[first : at - dropped]:
            words.append(QuotedWord(text, first, at))


def _word_end(source: str, at: int, stop: int, escape: str) -> tuple[int, int]:
    """Where the word ends, and how many characters at its end don't count."""
    quote = ""
    while at < stop:
        character = source[at]
        if character == escape and quote != "'":
            if at + 1 == stop:
                return stop, 1
            at += 2
            continue
        if quote:
            quote = "" if character == quote else quote
        elif character in SPACES:
            break
        elif character in "'\"":
            quote = character
        at += 1
    return at, 0


def assignments(reading: Reading, *, is_arg: bool) -> tuple[Pair, ...]:
    """The pairs of an ENV, LABEL or ARG. What is wrong with them goes to the problems of ``reading``."""
    words = split_words(reading.line.text, reading.escape, reading.at, reading.end)
    name = reading.keyword.text.upper()
    if not words:
        reading.refuse(reading.keyword, f"{name} requires at least one argument", "missing-argument")
        return ()
    if not is_arg and "=" not in words[0].text:
        return _legacy(reading, words[0], name)
    reading.arguments = tuple(_word(reading, word) for word in words)
    return tuple(_pair(reading, word, node, name) for word, node in zip(words, reading.arguments, strict=True))


def _word(reading: Reading, word: QuotedWord) -> Word:
    return reading.line.word(word.start, word.start + len(word.text))


def _legacy(reading: Reading, first: QuotedWord, name: str) -> tuple[Pair, ...]:
    """``ENV name value``: the value is all of the rest, whatever stands in it."""
    reading.arguments = reading.words()
    blank = BLANKS.search(reading.line.text, reading.at, reading.end)
    if not blank:
        key = reading.line.word(first.start, first.end)
        reading.refuse(key, f"{name} must have two arguments", "missing-argument")
        return (Pair(key.span, key, None, legacy=True),)
    key = reading.line.word(reading.at, blank.start())
    value = reading.line.word(blank.end(), reading.end)
    reading.check_words(key, value)
    return (Pair(key.span.to(value.span), key, value, legacy=True),)


def _pair(reading: Reading, word: QuotedWord, node: Word, name: str) -> Pair:
    key, equals, value = word.text.partition("=")
    key_word = reading.line.word(word.start, word.start + len(key))
    if not equals:
        if name != "ARG":
            message = f"Syntax error - can't find = in {quoted(word.text)}. Must be of the form: name=value"
            reading.refuse(node, message, "missing-equals")
        reading.check_words(key_word)
        return Pair(node.span, key_word, None)
    value_at = word.start + len(key) + 1
    value_word = reading.line.word(value_at, value_at + len(value))
    if not key:
        reading.refuse(node, f"{name} names can not be blank", "blank-name")
    reading.check_words(key_word, value_word)
    return Pair(node.span, key_word, value_word)
