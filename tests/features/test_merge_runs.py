"""Which RUNs a cursor or a selection means, and what is said when they cannot be merged."""

from __future__ import annotations

import pytest

from layerwise.engine import analyse
from layerwise.features.merge_runs import MergeOffer, Refusal, merge
from layerwise.text import apply_edits

START = "FROM debian:12\n"


def offer(text: str) -> MergeOffer | Refusal | None:
    """``‸`` marks the cursor, or each end of the selection."""
    start = text.index("‸")
    end = text.rindex("‸")
    return merge(analyse(text.replace("‸", "")), start, end - (end > start))


MERGED = [
    ("RUN ‸a\nRUN b\nRUN c\n", "Merge this RUN with the next", "RUN a \\\n    && b\nRUN c\n"),
    ("‸RUN a\n# c\nRUN b\n", "Merge this RUN with the next", "RUN a \\\n# c\n    && b\n"),
    ("RUN a\nRUN b‸\n", "Merge this RUN with the one above", "RUN a \\\n    && b\n"),
    ("RUN a\nRUN b‸\nUSER x\nRUN c\n", "Merge this RUN with the one above", "RUN a \\\n    && b\nUSER x\nRUN c\n"),
    ("RUN ‸a\nRUN b\nRUN‸ c\n", "Merge 3 RUNs into one", "RUN a \\\n    && b \\\n    && c\n"),
    ("‸RUN a\nRUN b\n‸RUN c\n", "Merge 2 RUNs into one", "RUN a \\\n    && b\nRUN c\n"),
    ("ENV A=b‸\nRUN a\nRUN b\nENV‸ C=d\n", "Merge 2 RUNs into one", "ENV A=b\nRUN a \\\n    && b\nENV C=d\n"),
    (
        "RUN x && \\\n  y\nUSER x\nRUN ‸a\nRUN b\n",
        "Merge this RUN with the next",
        "RUN x && \\\n  y\nUSER x\nRUN a && \\\n  b\n",
    ),
    ("ONBUILD RUN ‸a\nONBUILD RUN b\n", "Merge this RUN with the next", "ONBUILD RUN a \\\n    && b\n"),
]


@pytest.mark.parametrize(("text", "title", "expected"), MERGED)
def test_offers(text: str, title: str, expected: str) -> None:
    found = offer(START + text)
    assert isinstance(found, MergeOffer), found
    assert found.title == title
    assert apply_edits((START + text).replace("‸", ""), found.edits) == START + expected


REFUSED = [
    ("RUN ‸a\nWORKDIR /x\nRUN b\n", "`WORKDIR` stands between the RUNs"),
    ("RUN ‸a\nENV A=b\nUSER x\nRUN b‸\n", "`ENV` stands between the RUNs"),
    ("RUN ‸a & wait\nRUN b\n", "an earlier RUN runs a job in the background, which ends with that RUN"),
    ("RUN ‸--network=none a\nRUN b\n", "the RUNs differ in `--network`"),
    ('RUN ["‸a"]\nRUN b\n', "a RUN in exec form is run without a shell"),
    ("RUN ‸a\nFROM y\nRUN b‸\n", "the RUNs belong to different stages"),
]


@pytest.mark.parametrize(("text", "reason"), REFUSED)
def test_refusals(text: str, reason: str) -> None:
    assert offer(START + text) == Refusal(reason)


@pytest.mark.parametrize(
    "text", ["RUN ‸a\n", "RUN a\nRUN b\nENV ‸A=b\n", "RUN a\nRUN b\n\n‸\n", "‸", "RUN a\n\n‸\nRUN b\n"]
)
def test_nothing_to_offer(text: str) -> None:
    assert offer(START + text) is None
