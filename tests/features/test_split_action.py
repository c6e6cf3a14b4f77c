"""Where the split of a stage is offered, and what its action says."""

from __future__ import annotations

import pytest

from layerwise.engine import analyse, fix_all, optimize
from layerwise.features.actions import ActionKind, extracting
from layerwise.lint import Applicability
from layerwise.text import Span, apply_edits

TEXT = """\
FROM golang:1.22-bookworm
WORKDIR /src
COPY . .
RUN go build -o server .
EXPOSE 80
CMD ["./server"]
"""


@pytest.mark.parametrize(
    ("word", "is_offered"), [("FROM", True), ("RUN", True), ("CMD", True), ("COPY", False), ("EXPOSE", False)]
)
def test_places(word: str, *, is_offered: bool) -> None:
    at = TEXT.index(word)
    action = extracting(analyse(TEXT), Span(at, at))
    assert (action is not None) == is_offered


def test_action_says_what_it_assumes() -> None:
    action = extracting(analyse(TEXT), Span(0, 0))
    assert action is not None
    assert action.kind is ActionKind.EXTRACT
    assert "(assumes that it reads no other file of `/src`, and 1 more)" in action.title
    assert "Check: it starts no other program of `golang:1.22-bookworm`" in action.description
    after = apply_edits(TEXT, action.edits)
    assert after.count("FROM ") == 2
    assert extracting(analyse(after), Span(after.rindex("FROM"), after.rindex("FROM"))) is None


def test_edits_insert_what_is_new_and_touch_nothing_else() -> None:
    action = extracting(analyse(TEXT), Span(0, 0))
    assert action is not None
    assert [edit.span.of(TEXT) for edit in action.edits] == ["", ""]
    assert [edit.text.split("\n")[0] for edit in action.edits] == [" AS build", ""]
    assert TEXT[action.edits[1].span.start :].startswith("EXPOSE")


def test_never_in_bulk() -> None:
    for result in (fix_all(analyse(TEXT), Applicability.UNSAFE), optimize(analyse(TEXT))):
        assert result.text.count("FROM ") == 1
