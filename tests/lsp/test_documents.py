"""The client's changes lead to the client's text, whatever they are."""

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layerwise.lsp.documents import opened
from layerwise.lsp.encoding import Encoding
from layerwise.text import LineIndex

from .client import edit

PIECES = st.text(alphabet="ab\n\ré🚀", max_size=6)


def after(text: str, *changes: Any, encoding: Encoding = Encoding.UTF_16) -> str:
    return opened("file:///Dockerfile", 1, text).after(changes, 2, encoding).text


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ([edit(0, 5, 5, "x")], "FROM xé\r\nRUN 🚀\rCMD x\n"),
        ([edit(1, 4, 6, "a")], "FROM é\r\nRUN a\rCMD x\n"),
        ([edit(2, 4, 5, "日本語")], "FROM é\r\nRUN 🚀\rCMD 日本語\n"),
        ([edit(0, 6, 0, "\n", end_line=1)], "FROM é\nRUN 🚀\rCMD x\n"),
        ([edit(0, 0, 99, "", end_line=99)], ""),
        ([edit(3, 0, 0, "# end")], "FROM é\r\nRUN 🚀\rCMD x\n# end"),
        ([edit(2, 3, 3, "!", end_line=0)], "FRO! x\n"),
        ([edit(50, 0, 0, "!")], "FROM é\r\nRUN 🚀\rCMD x\n!"),
        ([edit(0, 0, 0, "a"), edit(0, 1, 1, "b"), edit(0, 0, 2, "")], "FROM é\r\nRUN 🚀\rCMD x\n"),
        ([{"text": "new"}, edit(0, 3, 3, "er")], "newer"),
        ([{"text": "\ud83d!"}], "\ufffd!"),
    ],
)
def test_changes_follow_each_other(changes: list[Any], text: str) -> None:
    assert after("FROM é\r\nRUN 🚀\rCMD x\n", *changes) == text


@settings(deadline=None)
@given(st.text(alphabet="ab\n\ré🚀", max_size=20), st.lists(st.tuples(PIECES, st.integers()), max_size=5))
def test_many_changes_give_the_text_and_the_lines_of_a_fresh_document(text: str, steps: list[tuple[str, int]]) -> None:
    document = opened("file:///Dockerfile", 1, text)
    for piece, seed in steps:
        lines = LineIndex(text)
        start, end = sorted(random.Random(seed).choices(range(len(text) + 1), k=2))
        (line, column), (end_line, end_column) = lines.position(start), lines.position(end)
        start, end = lines.offset(line, column), lines.offset(end_line, end_column)
        text = text[:start] + piece + text[end:]
        document = document.after([edit(line, column, end_column, piece, end_line)], 2, Encoding.UTF_32)
    assert document.text == text
    fresh, offsets = LineIndex(text), range(len(text) + 1)
    assert document.lines.starts == fresh.starts
    assert [document.lines.position(each) for each in offsets] == [fresh.position(each) for each in offsets]
    assert document.lines.places(offsets) == fresh.places(offsets) == [fresh.position(each) for each in offsets]


@pytest.mark.parametrize("change", [{}, {"text": 5}, {"range": {}, "text": ""}, edit(0, 0, 0, None)])  # type: ignore[arg-type]
def test_a_change_of_another_shape_is_refused(change: Any) -> None:
    with pytest.raises((KeyError, TypeError)):
        after("x", change)
