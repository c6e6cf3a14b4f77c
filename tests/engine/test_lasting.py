"""Which of several changes can still be seen in the end."""

from __future__ import annotations

import pytest

from layerwise.engine import Settings, analyse, optimize
from layerwise.engine.lasting import Owned, lasting
from layerwise.text import Edit, Span


def change(owner: int, text: str, old: str, new: str) -> Owned:
    start = text.index(old)
    return Owned(owner, Edit(Span(start, start + len(old)), new))


def lasting_of(text: str, *replaced: tuple[str, str]) -> list[int]:
    """Each replacement is a change of its own, made on what the one before left."""
    steps, now = [], text
    for owner, (old, new) in enumerate(replaced):
        steps.append([change(owner, now, old, new)])
        now = now.replace(old, new, 1)
    return sorted(lasting(text, steps))


@pytest.mark.parametrize(
    ("replaced", "expected"),
    [
        pytest.param([("b", "b && c")], [0], id="what is added stays"),
        pytest.param([("b", "b && c"), ("b && c", "b")], [], id="added and taken away"),
        pytest.param([("b", "b && c"), (" && c", "")], [], id="taken away by a narrow edit"),
        pytest.param([("b", "b && c"), ("&& c", "&& d")], [0, 1], id="one word of it stays"),
        pytest.param([("b", "b && c"), ("a b && c", "a  b  && c")], [0], id="written anew as it is"),
        pytest.param([("b", "")], [0], id="a word of the original is gone"),
        pytest.param([("b", "c"), ("c", "b")], [0, 1], id="there and back took what was there"),
        pytest.param([("a b", "a   b")], [], id="white space alone"),
    ],
)
def test_changes_one_after_another(replaced: list[tuple[str, str]], expected: list[int]) -> None:
    assert lasting_of("a b", *replaced) == expected


def test_moving_counts_and_what_is_moved_stays_whose_it_was() -> None:
    text = "a b c"
    added = [change(0, text, "c", "c d")]
    moved = [Owned(1, Edit(Span(0, 0), "c d ")), Owned(1, Edit(Span(4, 7), ""))]
    assert lasting(text, [added, moved]) == {0, 1}


def test_a_cleanup_that_is_added_and_taken_out_again_is_not_told() -> None:
    text = "FROM debian:12\nRUN apt-get update && apt-get install -y --no-install-recommends build-essential\n"
    result = optimize(analyse(text, settings=Settings()))
    assert "rm -rf" not in result.text
    assert {each.rule.id for each in result.applied} > {each.rule.id for each in result.lasting}
    assert {each.rule.id for each in result.lasting} == {"cache/missing-cache-mount"}
