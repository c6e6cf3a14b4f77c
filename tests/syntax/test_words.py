"""BuildKit's shell lexer: expansion, splitting, and where the variables of a word stand."""

from __future__ import annotations

import pytest

from layerwise.syntax import Word, parse
from layerwise.syntax.pairs import split_words
from layerwise.syntax.patterns import PatternError, regex_of
from layerwise.syntax.words import WordError, expand, expand_words, expansion, unquote, variables
from layerwise.text import Span

VALUES = {"A": "one", "B": "two words", "EMPTY": "", "P": "/usr/lib/libx.so.1", "É": "accent", "DOT": "a.b.c"}

EXPANDED = [
    ("plain", "plain"),
    ("$A", "one"),
    ("${A}x", "onex"),
    ("$Ax", ""),
    ("$NONE", ""),
    ("$", "$"),
    ("a$ b", "a$ b"),
    ("'$A'", "$A"),
    ('"$A"', "one"),
    ("\\$A", "$A"),
    ('"\\$A"', "$A"),
    ('"\\a"', "\\a"),
    ("\\a", "a"),
    ("a\\", "a"),
    ("$É", "accent"),
    ("$12a", "a"),
    ("$$A", "A"),
    ("$?x", "x"),
    ("${NONE:-d}", "d"),
    ("${EMPTY:-d}", "d"),
    ("${EMPTY-d}", ""),
    ("${A:-d}", "one"),
    ("${A:+d}", "d"),
    ("${EMPTY:+d}", ""),
    ("${EMPTY+d}", "d"),
    ("${NONE+d}", ""),
    ("${A?no}", "one"),
    ("${NONE:-${A}-$B}", "one-two words"),
    ('${NONE:-"a b"}', "a b"),
    ("${NONE:-'}'}", "}"),
    ("${P#*/}", "usr/lib/libx.so.1"),
    ("${P##*/}", "libx.so.1"),
    ("${P%.*}", "/usr/lib/libx.so"),
    ("${P%%.*}", "/usr/lib/libx"),
    ("${P%/*}", "/usr/lib"),
    ("${P#nothing}", "/usr/lib/libx.so.1"),
    ("${A#?}", "ne"),
    ("${A%?}", "on"),
    ("${DOT/./-}", "a-b.c"),
    ("${DOT//./-}", "a-b-c"),
    ("${DOT//./}", "abc"),
    ("${P//\\//:}", ":usr:lib:libx.so.1"),
    ("${DOT//./$1}", "abc"),
    ("<<", "<<"),
    ("a<b", "a<b"),
    ("\ufeff$A", "one"),
]


@pytest.mark.parametrize(("word", "expected"), EXPANDED)
def test_expand(word: str, expected: str) -> None:
    assert expand(word, VALUES.get) == expected


def test_expand_with_a_backtick() -> None:
    assert expand("`$A\\$A", VALUES.get, "`") == "$A\\one"


SPLIT = [
    ("a b", ["a", "b"]),
    ("  a\t", ["a"]),
    ("$B", ["two", "words"]),
    ('"$B"', ["two words"]),
    ("x$B", ["xtwo", "words"]),
    ("a\\ b", ["a b"]),
    ("'a b'c d", ["a bc", "d"]),
    ('""', []),
    ("'' a", ["a"]),
    ("a\u2003b", ["a", "b"]),
]


@pytest.mark.parametrize(("word", "expected"), SPLIT)
def test_expand_words(word: str, expected: list[str]) -> None:
    assert expand_words(word, VALUES.get) == expected


ERRORS = [
    ("'a", "unexpected end of statement while looking for matching single-quote"),
    ('"a', "unexpected end of statement while looking for matching double-quote"),
    ("${", "syntax error: missing '}'"),
    ("${}", "syntax error: bad substitution"),
    ("${:a}", "syntax error: bad substitution"),
    ("${A", "unsupported modifier (\ufffd) in substitution"),
    ("${A:-b", "syntax error: missing '}'"),
    ("${A:-'b}", "syntax error: missing '}'"),
    ("${A:=b}", "unsupported modifier (:=) in substitution"),
    ("${A:#b}", "unsupported modifier (:#) in substitution"),
    ("${A!b}", "unsupported modifier (!) in substitution"),
    ("${A/b}", "syntax error: missing '/' in ${}"),
    ("${A/b/c", "syntax error: missing '}'"),
    ("${NONE?}", "NONE: is not allowed to be unset"),
    ("${NONE:?why $A}", "NONE: why one"),
    ("${EMPTY:?}", "EMPTY: is not allowed to be empty"),
    ("${A#\\x}", "invalid pattern (\\x) in substitution: invalid escape '\\x'"),
    ("${A%a\\x}", "invalid pattern (\\xa) in substitution: invalid escape '\\x'"),
]


@pytest.mark.parametrize(("word", "reason"), ERRORS)
def test_error(word: str, reason: str) -> None:
    with pytest.raises(WordError) as caught:
        expand(word, VALUES.get)
    assert str(caught.value).endswith(reason)
    assert str(caught.value).startswith("failed to process ")


def test_error_quotes_the_word_as_go_does() -> None:
    with pytest.raises(WordError, match=r'failed to process "\\"\\t\\x01\\u00a0é": '):
        expand('"\t\x01\xa0é', VALUES.get)


def test_deep_nesting_is_an_error_and_no_crash() -> None:
    with pytest.raises(WordError):
        expand("${NONE:-" * 5000, VALUES.get)


def test_expansion_tells_what_was_found() -> None:
    found = expansion("$A ${NONE:-$OTHER} '$B'", VALUES.get)
    assert (found.matched, found.unmatched) == ({"A"}, {"NONE", "OTHER"})


@pytest.mark.parametrize(
    ("word", "expected"), [('"a b"', "a b"), ("'$A'", "$A"), ("\\a", "a"), ("$A", "$A"), ("'open", "'open")]
)
def test_unquote(word: str, expected: str) -> None:
    assert unquote(word) == expected


WORDS = [
    ("a b", "\\", ["a", "b"]),
    ("a='b c' d", "\\", ["a='b c'", "d"]),
    ("a\\ b c", "\\", ["a\\ b", "c"]),
    ("a` b c", "`", ["a` b", "c"]),
    ('"a\\" b" c', "\\", ['"a\\" b"', "c"]),
    ("'a\\' b", "\\", ["'a\\'", "b"]),
    ("a\\", "\\", ["a"]),
    ("'open a", "\\", ["'open a"]),
    ('a="" b', "\\", ['a=""', "b"]),
    ("\\", "\\", []),
]


@pytest.mark.parametrize(("source", "escape", "expected"), WORDS)
def test_split_words(source: str, escape: str, expected: list[str]) -> None:
    found = split_words(source, escape)
    assert [word.text for word in found] == expected
    assert all(source[word.start : word.start + len(word.text)] == word.text for word in found)


VARIABLES = [
    ("ENV a=$b-${c:-$d}'$e'\\$f", [("$b", "b", ""), ("${c:-$d}", "c", ":-"), ("$d", "d", "")]),
    ("COPY ${a##*/} b", [("${a##*/}", "a", "##")]),
    ("COPY ${a%b} ${c//d/e} f", [("${a%b}", "a", "%"), ("${c//d/e}", "c", "//")]),
    ("ENV a=$b\\\nc", [("$b\\\nc", "bc", "")]),
    ('COPY ["$a", "\\t$b", "c"]', [("$a", "a", ""), ("$b", "b", "")]),
    ("ENV a=$b${", [("$b", "b", "")]),
    ('COPY --from="x" --chown="$a b" c d', [("$a", "a", "")]),
    ("FROM a:${b}", [("${b}", "b", "")]),
]


@pytest.mark.parametrize(("text", "expected"), VARIABLES)
def test_variables(text: str, expected: list[tuple[str, str, str]]) -> None:
    source = "# first\n" + text
    instruction = parse(source).instructions[0]
    words: list[Word] = [flag.value for flag in instruction.flags if flag.value]
    found = [use for word in [*words, *instruction.arguments] for use in variables(word)]
    assert [(use.span.of(source), use.name, use.modifier) for use in found] == expected
    assert all(use.name_span.of(source).replace("\\\n", "") == use.name for use in found)


def test_variables_of_a_word_without_any() -> None:
    assert variables(Word(Span(3, 4), "a")) == ()


@pytest.mark.parametrize(
    ("pattern", "regex"),
    [("*", ".*"), ("a?b", "a.b"), ("\\*", "\\*"), ("a.b", "a\\.b"), ("[x]", "\\[x\\]"), ("\\}", "\\}")],
)
def test_pattern(pattern: str, regex: str) -> None:
    assert regex_of(pattern, greedy=True, anchored=False) == regex


@pytest.mark.parametrize("pattern", ["\\", "\\x", "a\\"])
def test_bad_pattern(pattern: str) -> None:
    with pytest.raises(PatternError):
        regex_of(pattern, greedy=True, anchored=True)
