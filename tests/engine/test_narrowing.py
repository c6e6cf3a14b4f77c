"""The way from one text to another in few small edits."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerwise.engine.narrowing import narrow_edits
from layerwise.text import apply_edits

LINES = st.lists(st.sampled_from(["FROM a", "RUN b", "RUN bb", "", "# c", "\\"]), max_size=12)


def texts(end: str) -> st.SearchStrategy[str]:
    return LINES.map(end.join)


def replaced(before: str, after: str) -> list[tuple[str, str]]:
    return [(edit.span.of(before), edit.text) for edit in narrow_edits(before, after)]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@given(data=st.data())
def test_edits_give_the_text_and_stand_in_order(end: str, data: st.DataObject) -> None:
    before, after = data.draw(texts(end)), data.draw(texts(end))
    edits = list(narrow_edits(before, after))
    assert apply_edits(before, edits) == after
    assert all(one.span.end <= other.span.start for one, other in itertools.pairwise(edits))
    assert all(edit.text or edit.span.start < edit.span.end for edit in edits)
    assert not any(before[at - 1 : at + 1] == "\r\n" for edit in edits for at in edit.span)


def test_of_two_parts_that_change_places_the_smaller_moves() -> None:
    small, large = "# User\nRUN useradd x\n", "# Files\nCOPY a b c d e /app/\nRUN make everything\n"
    ((old, new), (gone, nothing)) = replaced(f"FROM a\n{large}{small}CMD x\n", f"FROM a\n{small}{large}CMD x\n")
    assert (old, gone.count("\n"), new.count("\n"), nothing) == ("", 2, 2, "")


def test_lines_that_follow_each_other_are_edited_each_by_itself() -> None:
    before = "ENV A 1\nENV B 2\nRUN c\n"
    assert replaced(before, "ENV A=1\nENV B=2\nRUN c\n") == [(" ", "="), (" ", "=")]


def test_a_line_more_is_inserted() -> None:
    assert replaced("FROM a\nCMD b\n", "FROM a AS c\nRUN d\nCMD b\n") == [("", " AS c\nRUN d")]


def test_long_texts_take_no_longer_way() -> None:
    before = "".join(f"RUN step {number}\n" for number in range(2_000))
    after = "".join(f"RUN step {number}{' more' if number % 7 == 0 else ''}\n" for number in range(2_000))
    edits = list(narrow_edits(before, after))
    assert apply_edits(before, edits) == after
    assert {edit.text for edit in edits} == {" more"}
