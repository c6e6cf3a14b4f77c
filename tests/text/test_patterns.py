"""Regular expressions that are compiled late are those of ``re``."""

from __future__ import annotations

import re

import pytest

from layerwise.text.patterns import regex


def test_it_answers_as_a_compiled_one() -> None:
    late, early = regex(r"(?P<name>a+)b", re.IGNORECASE), re.compile(r"(?P<name>a+)b", re.IGNORECASE)
    for text in ("xAAb", "ab", "b", ""):
        for method in ("match", "search", "fullmatch"):
            one, other = (getattr(each, method)(text) for each in (late, early))
            assert (one and (one.span(), one["name"])) == (other and (other.span(), other["name"]))
        assert late.sub("-", text) == early.sub("-", text)
        assert late.findall(text) == early.findall(text)
    assert (late.pattern, late.flags, late.groups) == (early.pattern, early.flags, early.groups)


def test_an_error_shows_at_the_first_use() -> None:
    broken = regex("(")
    with pytest.raises(re.error):
        broken.match("x")
