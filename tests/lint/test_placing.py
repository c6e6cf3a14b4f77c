"""Moving instructions: with the comments that belong to them, and with the blank lines around them in order."""

import pytest

from layerwise.lint.placing import Sheet, keyword_like
from layerwise.syntax import parse
from layerwise.text import apply_edits

# Each row: a file whose second instruction moves below the third, and what becomes of it.
BELOW = [
    ("FROM a\nCOPY b c\nRUN d\n", "FROM a\nRUN d\nCOPY b c\n"),
    ("FROM a\nCOPY b c\nRUN d", "FROM a\nRUN d\nCOPY b c"),
    ("FROM a\r\nCOPY b c\r\nRUN d", "FROM a\r\nRUN d\r\nCOPY b c"),
    ("FROM a\n# one\n# two\nCOPY b c\n# three\nRUN d\n", "FROM a\n# three\nRUN d\n# one\n# two\nCOPY b c\n"),
    ("FROM a\n\n# one\nCOPY b c\n\nRUN d\n\nCMD e\n", "FROM a\n\nRUN d\n\n# one\nCOPY b c\n\nCMD e\n"),
    ("FROM a\n# far\n\nCOPY b c\nRUN d\n", "FROM a\n# far\n\nRUN d\n\nCOPY b c\n"),
    ("FROM a\nCOPY b \\\n  # inside\n  c\nRUN <<E\nd\nE\n", "FROM a\nRUN <<E\nd\nE\nCOPY b \\\n  # inside\n  c\n"),
    ("FROM a\n  COPY b c\n\tRUN d\n", "FROM a\n\tRUN d\n  COPY b c\n"),
]


@pytest.mark.parametrize(("before", "after"), BELOW)
def test_moving_below(before: str, after: str) -> None:
    sheet = Sheet(parse(before))
    copy, run = sheet.dockerfile.instructions[1:3]
    block = sheet.block_of(copy)
    edits = [
        sheet.removal(block),
        sheet.insertion_below(sheet.block_of(run), sheet.whole(block), spaced=sheet.is_spaced(block)),
    ]
    assert apply_edits(before, edits) == after


# Each row: a file whose third instruction moves above the second.
ABOVE = [
    ("FROM a\nCOPY b c\nRUN d\n", "FROM a\nRUN d\nCOPY b c\n"),
    ("FROM a\nCOPY b c\nRUN d", "FROM a\nRUN d\nCOPY b c"),
    ("FROM a\n\n# one\nCOPY b c\n\n# two\nRUN d\n\n", "FROM a\n\n# two\nRUN d\n\n# one\nCOPY b c\n\n"),
    ("FROM a\n\nCOPY b c\n\nRUN d\n\nCMD e\n", "FROM a\n\nRUN d\n\nCOPY b c\n\nCMD e\n"),
    ("FROM a\nCOPY b c\nRUN d\nCMD e\n", "FROM a\nRUN d\nCOPY b c\nCMD e\n"),
]


@pytest.mark.parametrize(("before", "after"), ABOVE)
def test_moving_above(before: str, after: str) -> None:
    sheet = Sheet(parse(before))
    copy, run = sheet.dockerfile.instructions[1:3]
    top, block = sheet.block_of(copy), sheet.block_of(run)
    edits = [sheet.insertion_above(top, sheet.whole(block), spaced=sheet.is_spaced(top)), sheet.removal(block)]
    assert apply_edits(before, edits) == after


def test_comments_of_another_stage_stay_there() -> None:
    text = "FROM a\nRUN b\n# of the next\nFROM c\nCOPY d e\n"
    sheet = Sheet(parse(text))
    assert sheet.block_of(sheet.dockerfile.instructions[3]).of(text) == "COPY d e\n"


def test_keywords_follow_the_file() -> None:
    upper, lower = parse("FROM a\nRUN b\nrun c\n").instructions[1:]
    assert keyword_like(upper, "copy") == "COPY"
    assert keyword_like(lower, "COPY") == "copy"
