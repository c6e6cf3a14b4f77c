"""What an edit leaves alone stays the same object, or at least keeps its key, so that memos hang on it."""

from __future__ import annotations

import pytest

from layerwise.syntax import parse

TEXT = """\
ARG A=1
FROM one AS a
RUN make
COPY . .

FROM two
# a comment
RUN <<EOF
make
EOF

FROM three
RUN make
CMD a
"""


def test_the_same_text_gives_the_same_tree() -> None:
    tree = parse(TEXT)
    assert parse(TEXT, tree) is tree


def test_an_edit_of_the_same_length_leaves_the_other_sections() -> None:
    before = parse(TEXT)
    after = parse(TEXT.replace("two", "2wo"), before)
    assert [ours is theirs for ours, theirs in zip(after.sections, before.sections, strict=True)] == [
        True,
        True,
        False,
        True,
    ]


def test_a_section_that_moves_keeps_its_key() -> None:
    before = parse(TEXT)
    after = parse("# new\n" + TEXT, before)
    assert [section.key for section in after.sections[1:]] == [section.key for section in before.sections[1:]]
    assert [section.span.start - 6 for section in after.sections[1:]] == [
        section.span.start for section in before.sections[1:]
    ]


def test_an_instruction_that_moves_keeps_its_key() -> None:
    before = parse(TEXT)
    after = parse(TEXT.replace("make\nCOPY", "make all\nCOPY"), before)
    keys = [
        (ours.name, ours.key is theirs.key)
        for ours, theirs in zip(after.instructions, before.instructions, strict=True)
    ]
    assert keys == [(each.name, index != 2) for index, each in enumerate(before.instructions)]


def test_equal_instructions_have_one_key_and_different_ones_two() -> None:
    first, second, third = (each for each in parse(TEXT).instructions if each.name == "RUN")
    assert first.key is third.key
    assert first.key is not second.key


def test_the_key_differs_with_the_escape_character() -> None:
    plain, backtick = parse("RUN a\n"), parse("# escape=`\nRUN a\n")
    assert plain.instructions[0].key is not backtick.instructions[0].key


def test_undoing_an_edit_brings_the_key_back() -> None:
    before = parse(TEXT)
    after = parse(TEXT, parse(TEXT.replace("CMD a", "CMD ab"), before))
    assert [section.key for section in after.sections] == [section.key for section in before.sections]


@pytest.mark.parametrize("text", [TEXT, TEXT.replace("\n", "\r\n")])
def test_unplaced_instructions_are_the_placed_ones_moved(text: str) -> None:
    """What build works on: an instruction relative to its own start, and where it starts in its section."""
    for section in parse(text).sections:
        for (start, bare), placed in zip(section.layout.instructions, section.instructions, strict=True):
            assert bare.span.start == 0
            assert bare.key is placed.key
            assert placed.span == bare.span.moved(section.span.start + start)
            assert placed.keyword.span.of(text) == placed.keyword.text


def test_a_closing_line_far_below_closes_a_heredoc_above() -> None:
    open_text = "FROM a\nRUN <<EOF\nx\nCOPY a b\nFROM c\nUSER d\n"
    tree = parse(open_text + "EOF\n", parse(open_text))
    assert [each.name for each in tree.instructions] == ["FROM", "RUN"]
    again = parse(open_text, tree)
    assert [each.name for each in again.instructions] == ["FROM", "RUN", "COPY", "FROM", "USER"]


def test_a_closing_line_below_gives_a_half_typed_keyword_its_heredoc() -> None:
    open_text = "FROM a\nRU <<EOF\nx\nFROM c\nUSER d\n"
    tree = parse(open_text + "EOF\n", parse(open_text))
    assert [each.name for each in tree.instructions] == ["FROM", "RU"]


def test_instruction_at() -> None:
    tree = parse(TEXT)
    for instruction in tree.instructions:
        assert tree.instruction_at(instruction.span.start) == instruction
        assert tree.instruction_at(instruction.span.end) == instruction
    assert tree.instruction_at(TEXT.index("# a comment")) is None
    assert parse("").instruction_at(0) is None
    assert parse("\n\nRUN a").instruction_at(0) is None
