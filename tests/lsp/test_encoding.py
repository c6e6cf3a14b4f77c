"""Columns in the client's encoding and offsets are two names of the same place, in every text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layerwise.lsp.encoding import Encoding, offset_of, position_of, preferred, span_of
from layerwise.text import LineIndex, Span

LINE = "# é日本語🚀 x"
TEXTS = st.text(alphabet="ab\n\ré日🚀\f\u2028", max_size=30)


@pytest.mark.parametrize(
    ("encoding", "columns"),
    [
        (Encoding.UTF_8, [0, 1, 2, 4, 7, 10, 13, 17, 18, 19]),
        (Encoding.UTF_16, [0, 1, 2, 3, 4, 5, 6, 8, 9, 10]),
        (Encoding.UTF_32, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]),
    ],
)
def test_a_column_counts_as_the_encoding_does(encoding: Encoding, columns: list[int]) -> None:
    lines = LineIndex(f"FROM x\r\n{LINE}\n")
    assert [position_of(lines, 8 + offset, encoding) for offset in range(len(LINE) + 1)] == [(1, c) for c in columns]


@settings(deadline=None)
@given(TEXTS, st.sampled_from(list(Encoding)))
def test_every_offset_survives_the_way_through_its_position(text: str, encoding: Encoding) -> None:
    lines = LineIndex(text)
    for offset in range(len(text) + 1):
        end = lines.span(lines.line_of(offset)).end
        assert offset_of(lines, *position_of(lines, offset, encoding), encoding) == min(offset, end)


@settings(deadline=None)
@given(TEXTS, st.sampled_from(list(Encoding)), st.integers(-3, 9), st.integers(-3, 60))
def test_a_position_outside_means_the_nearest_place_inside(
    text: str, encoding: Encoding, line: int, column: int
) -> None:
    lines = LineIndex(text)
    offset = offset_of(lines, line, column, encoding)
    if line < 0:
        assert offset == 0
    elif line >= len(lines):
        assert offset == len(text)
    else:
        assert lines.span(line).start <= offset <= lines.span(line).end


def test_a_position_inside_a_character_means_its_start() -> None:
    lines = LineIndex("a🚀b")
    assert offset_of(lines, 0, 2, Encoding.UTF_16) == 1
    assert [offset_of(lines, 0, column, Encoding.UTF_8) for column in (1, 2, 3, 4, 5)] == [1, 1, 1, 1, 2]


def test_the_ends_of_a_range_come_in_either_order() -> None:
    lines = LineIndex("abc\ndef")
    assert span_of(lines, (1, 2), (0, 1), Encoding.UTF_16) == Span(1, 6)


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        ([], Encoding.UTF_16),
        (["utf-8", "utf-16"], Encoding.UTF_8),
        (["utf-7", "utf-32"], Encoding.UTF_32),
        (["utf-7"], Encoding.UTF_16),
        ([None, 8], Encoding.UTF_16),
    ],
)
def test_the_first_encoding_that_is_known_is_chosen(offered: list[object], chosen: Encoding) -> None:
    assert preferred(offered) is chosen
