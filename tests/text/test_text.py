"""Positions and edits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerwise.text import Edit, LineIndex, OverlapError, Span, apply_edits, shared_ends

TEXTS = st.text(alphabet="ab\n\r\f\u2028é🚀", max_size=40)


@pytest.mark.parametrize(
    ("text", "starts"),
    [
        ("", [0]),
        ("a", [0]),
        ("a\nb", [0, 2]),
        ("a\r\nb\rc\n", [0, 3, 5, 7]),
        ("a\fb\u2028c", [0]),
    ],
)
def test_lines_end_where_the_protocol_says(text: str, starts: list[int]) -> None:
    assert LineIndex(text).starts == starts


@given(TEXTS)
def test_every_offset_survives_the_way_through_its_position(text: str) -> None:
    index = LineIndex(text)
    for offset in range(len(text) + 1):
        line, column = index.position(offset)
        inside_line_end = offset > index.span(line).end
        assert index.offset(line, column) == (index.span(line).end if inside_line_end else offset)


@given(TEXTS)
def test_lines_cover_the_text(text: str) -> None:
    index = LineIndex(text)
    assert "".join(index.full_span(line).of(text) for line in range(len(index))) == text
    assert all(not {"\n", "\r"} & set(index.span(line).of(text)) for line in range(len(index)))


def test_a_position_outside_is_clamped() -> None:
    index = LineIndex("ab\nc")
    assert index.offset(0, 99) == 2
    assert index.offset(99, 0) == 4
    assert index.offset(-1, 5) == 0


@pytest.mark.parametrize(
    ("edits", "after"),
    [
        ([], "abcdef"),
        ([Edit(Span(1, 2), "X"), Edit(Span(4, 6), "")], "aXcd"),
        ([Edit(Span(4, 5), "2"), Edit(Span(1, 1), "1")], "a1bcd2f"),
        ([Edit(Span(3, 3), "1"), Edit(Span(3, 3), "2")], "abc12def"),
        ([Edit(Span(0, 3), "x"), Edit(Span(3, 6), "y")], "xy"),
    ],
)
def test_edits_refer_to_the_text_before_any_of_them(edits: list[Edit], after: str) -> None:
    assert apply_edits("abcdef", edits) == after


@pytest.mark.parametrize("edits", [[Edit(Span(0, 3), ""), Edit(Span(2, 4), "")], [Edit(Span(5, 9), "")]])
def test_overlapping_edits_are_refused(edits: list[Edit]) -> None:
    with pytest.raises(OverlapError):
        apply_edits("abcdef", edits)


def test_spans() -> None:
    span = Span(2, 4)
    assert span.of("abcdef") == "cd"
    assert span.contains(2)
    assert span.contains(4)
    assert not span.contains(5)
    assert span.overlaps(Span(3, 9))
    assert not span.overlaps(Span(4, 9))
    assert span.moved(3) == Span(5, 7)
    assert Span(0, 9).encloses(span)
    assert span.to(Span(7, 8)) == Span(2, 8)


@given(st.text(alphabet="ab", max_size=8), st.text(alphabet="ab", max_size=8))
def test_rows_share_as_much_of_their_ends_as_they_can(old: str, new: str) -> None:
    head, tail = shared_ends(old, new)
    assert old[:head] == new[:head]
    assert old[len(old) - tail :] == new[len(new) - tail :]
    assert old[head : head + 1] != new[head : head + 1] or head == min(len(old), len(new))
    rest = min(len(old), len(new)) - head
    assert tail == rest or old[len(old) - tail - 1] != new[len(new) - tail - 1]
