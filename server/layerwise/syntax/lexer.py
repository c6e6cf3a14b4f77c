"""BuildKit's shell lexer: reads a source character by character, as ``frontend/dockerfile/shell/lex.go`` does.

It knows quotes, escapes and ``${name:-modifiers}``; what variables there are comes from a lookup function.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from layerwise.syntax.characters import BYTE_ORDER_MARK, SPACES
from layerwise.syntax.patterns import PatternError, replaced, without_prefix, without_suffix
from layerwise.syntax.quoting import quoted
from layerwise.text import Span

Lookup = Callable[[str], str | None]
"""The value of a variable, None when it is not set."""

_PARAMETERS = "@*#?-$!0"
_PLAIN = re.compile(f"[^{SPACES}$'\"<}}/`\\\\]+")
"""Characters that mean nothing, whatever the escape character is and whatever ends the part at hand."""
_NOTHING = "\ufffd"
"""What Go prints for the end of the text."""


class WordError(ValueError):
    """The word cannot be read, in BuildKit's wording."""


class VariableUse(NamedTuple):
    """A ``$name`` or ``${name…}`` in a word. ``modifier`` is what follows the name: ``:-``, ``#``, ``//`` …"""

    span: Span
    name_span: Span
    name: str
    modifier: str


class LexedWord(NamedTuple):
    """A word after expansion; ``start`` and ``end`` are its place in the source."""

    text: str
    start: int
    end: int


class Lexer:
    """Reads one source. Positions in it are offsets into ``source``."""

    def __init__(
        self,
        source: str,
        lookup: Lookup = lambda _: None,
        *,
        escape: str = "\\",
        keep_quotes: bool = False,
        keep_escapes: bool = False,
        keep_unset: bool = False,
    ) -> None:
        self._source = source
        self._lookup = lookup
        self._escape = escape
        self._keep_quotes = keep_quotes
        self._keep_escapes = keep_escapes
        self._keep_unset = keep_unset
        self._at = 1 if source.startswith(BYTE_ORDER_MARK) else 0
        self._result: tuple[str, list[LexedWord]] | None = None
        self.matched: set[str] = set()
        self.unmatched: set[str] = set()
        self.uses: list[VariableUse] = []

    def text(self) -> str:
        """
        :raises WordError: as BuildKit would refuse the source.
        """
        return self._read()[0]

    def words(self) -> list[LexedWord]:
        """
        :raises WordError: as BuildKit would refuse the source.
        """
        return self._read()[1]

    def _read(self) -> tuple[str, list[LexedWord]]:
        if self._result is None:
            words = _Words()
            try:
                text = self._until("", words, keep_escapes=self._keep_escapes)
            except (_LexError, RecursionError) as error:
                reason = "nested too deeply" if isinstance(error, RecursionError) else error
                raise WordError(f"failed to process {quoted(self._source)}: {reason}") from None
            self._result = text, words.all()
        return self._result

    def _peek(self) -> str:
        return self._source[self._at : self._at + 1]

    def _next(self) -> str:
        character = self._source[self._at : self._at + 1]
        self._at += len(character)
        return character

    def _until(self, stop: str, words: _Words, *, keep_escapes: bool) -> str:
        before, self._keep_escapes = self._keep_escapes, keep_escapes
        try:
            return self._until_stop(stop, words)
        finally:
            self._keep_escapes = before

    def _until_stop(self, stop: str, words: _Words) -> str:
        result: list[str] = []
        while self._at < len(self._source):
            start = self._at
            plain = _PLAIN.match(self._source, start)
            if plain:
                self._at = plain.end()
                result.append(plain[0])
                words.add(plain[0], start, self._at)
                continue
            character = self._source[start]
            if character == stop:
                self._at += 1
                return "".join(result)
            if character == "$":
                part = self._dollar()
                words.add_split(part, start, self._at)
            elif character == "'":
                part = self._single_quotes()
                words.add(part, start, self._at)
            elif character == '"':
                part = self._double_quotes()
                words.add(part, start, self._at)
            elif character == "<":
                part = self._less_than()
                words.add(part, start, self._at)
            elif character == self._escape:
                self._at += 1
                part = self._next()
                if self._keep_escapes:
                    result.append(character)
                    words.add(character, start, start + 1)
                if not part:
                    break
                words.add(part, start, self._at)
            else:
                self._at += 1
                part = character
                words.add_split(part, start, self._at)
            result.append(part)
        if stop:
            raise _LexError(f"unexpected end of statement while looking for matching {stop}")
        return "".join(result)

    def _single_quotes(self) -> str:
        end = self._source.find("'", self._at + 1)
        if end < 0:
            self._at = len(self._source)
            raise _LexError("unexpected end of statement while looking for matching single-quote")
        start, self._at = self._at, end + 1
        return self._source[start : end + 1] if self._keep_quotes else self._source[start + 1 : end]

    def _double_quotes(self) -> str:
        quote = self._next() if self._keep_quotes else ""
        self._at += not self._keep_quotes
        result = [quote]
        while True:
            character = self._peek()
            if not character:
                raise _LexError("unexpected end of statement while looking for matching double-quote")
            if character == "$":
                result.append(self._dollar())
                continue
            self._at += 1
            if character == '"':
                return "".join(result) + quote
            if character == self._escape:
                if self._keep_escapes:
                    result.append(character)
                following = self._peek()
                if not following:
                    continue
                if following in ('"', "$", self._escape):
                    character = self._next()
            result.append(character)

    def _less_than(self) -> str:
        """A heredoc's delimiter may stand apart from its operator, and still is the same word."""
        start = self._at
        self._at += 1
        if self._peek() == "<":
            self._at += 1
            self._at += self._peek() == "-"
            while self._peek() in ("\t", "\r", " "):
                self._at += 1
        return self._source[start : self._at]

    def _dollar(self) -> str:
        start = self._at
        self._at += 1
        if self._peek() != "{":
            name = self._name()
            if not name:
                return "$"
            self._use(start, start + 1, name, "")
            value = self._value(name)
            return "$" + name if value is None and self._keep_unset else value or ""
        self._at += 1
        if not self._peek():
            raise _LexError("syntax error: missing '}'")
        if self._peek() in "{}:":
            raise _LexError("syntax error: bad substitution")
        name = self._name()
        return self._braces(start, name, self._next())

    def _braces(self, start: int, name: str, first: str) -> str:
        """:param first: what follows the name, already read."""
        if first == "}":
            self._use(start, start + 2, name, "")
            value = self._value(name)
            return "${" + name + "}" if value is None and self._keep_unset else value or ""
        if first == "/":
            return self._replacement(start, name)
        operator = (self._next() or _NOTHING) if first == ":" else first
        modifier = first + operator if first == ":" else first
        if first != ":" and first not in ("+", "-", "?", "#", "%"):
            raise _LexError(f"unsupported modifier ({first or _NOTHING}) in substitution")
        use = len(self.uses)
        word = self._part("}", "syntax error: missing '}'", keep_escapes=operator in ("#", "%"))
        doubled = first == operator and operator in ("#", "%") and word.startswith(operator)
        self._use(start, start + 2, name, modifier + operator if doubled else modifier, use)
        value = self._value(name)
        if value is None and self._keep_unset:
            return "${" + name + modifier + word + "}"
        if first == ":" and operator not in ("+", "-", "?"):
            raise _LexError(f"unsupported modifier ({modifier}) in substitution")
        return _modified(name, value, operator, word, null_is_unset=first == ":")

    def _replacement(self, start: int, name: str) -> str:
        everywhere = self._peek() == "/"
        self._at += everywhere
        use = len(self.uses)
        pattern = self._part("/", "syntax error: missing '/' in ${}", keep_escapes=True)
        replacement = self._part("}", "syntax error: missing '}'", keep_escapes=True)
        self._use(start, start + 2, name, "//" if everywhere else "/", use)
        value = self._value(name)
        if value is None and self._keep_unset:
            return "${" + name + "/" + pattern + "/" + replacement + "}"
        try:
            return replaced(value or "", pattern, replacement, everywhere=everywhere)
        except PatternError as error:
            raise _LexError(f"invalid pattern ({error.pattern}) in substitution: {error}") from None

    def _part(self, stop: str, missing: str, *, keep_escapes: bool) -> str:
        try:
            return self._until(stop, _Words(), keep_escapes=keep_escapes)
        except _LexError:
            if not self._peek():
                raise _LexError(missing) from None
            raise

    def _name(self) -> str:
        source, start = self._source, self._at
        first = self._peek()
        if first.isdecimal():
            while self._peek().isdecimal():
                self._at += 1
        elif first and first in _PARAMETERS:
            self._at += 1
        else:
            while (character := self._peek()) and (character.isalpha() or character.isdecimal() or character == "_"):
                self._at += 1
        return source[start : self._at]

    def _value(self, name: str) -> str | None:
        value = self._lookup(name)
        (self.unmatched if value is None else self.matched).add(name)
        return value

    def _use(self, start: int, name_at: int, name: str, modifier: str, index: int | None = None) -> None:
        use = VariableUse(Span(start, self._at), Span(name_at, name_at + len(name)), name, modifier)
        self.uses.insert(len(self.uses) if index is None else index, use)


class _LexError(Exception):
    pass


class _Words:
    """Collects words while the lexer reads; an empty one never counts."""

    def __init__(self) -> None:
        self._done: list[LexedWord] = []
        self._parts: list[str] = []
        self._start = -1
        self._end = -1

    def add(self, text: str, start: int, end: int) -> None:
        """Text of the word at hand, white space and all."""
        if self._start < 0:
            self._start = start
        self._parts.append(text)
        self._end = end

    def add_split(self, text: str, start: int, end: int) -> None:
        """Text that is not quoted: white space in it ends the word."""
        for character in text:
            if character not in SPACES:
                self.add(character, start, end)
            elif self._parts:
                self._close()

    def all(self) -> list[LexedWord]:
        self._close()
        return self._done

    def _close(self) -> None:
        if text := "".join(self._parts):
            self._done.append(LexedWord(text, self._start, self._end))
        self._parts.clear()
        self._start = -1


def _modified(name: str, value: str | None, operator: str, word: str, *, null_is_unset: bool) -> str:
    missing = value is None or (null_is_unset and not value)
    if operator == "-":
        return word if missing else value or ""
    if operator == "+":
        return "" if missing else word
    if operator == "?":
        if missing:
            state = "unset" if value is None else "empty"
            raise _LexError(f"{name}: {word or f'is not allowed to be {state}'}")
        return value or ""
    greedy = word.startswith(operator)
    pattern = word[1:] if greedy else word
    try:
        cut = without_suffix if operator == "%" else without_prefix
        return cut(value or "", pattern, greedy=greedy)
    except PatternError as error:
        raise _LexError(f"invalid pattern ({error.pattern}) in substitution: {error}") from None
