"""The memo forgets what nobody asks for, keeps what is in use, and never grows without bound."""

from __future__ import annotations

from layerwise.syntax.memo import Memo


def test_keeps_what_is_asked_for() -> None:
    memo: Memo[int] = Memo(100)
    memo.put("kept", 1, 10)
    for number in range(200):
        memo.put(number, number, 10)
        assert memo.get("kept", 10) == 1


def test_forgets_the_rest() -> None:
    memo: Memo[int] = Memo(100)
    for number in range(1000):
        memo.put(number, number, 10)
    assert next(number for number in range(1000) if memo.get(number, 10) is not None) >= 980


def test_does_not_keep_what_would_fill_it() -> None:
    memo: Memo[int] = Memo(100)
    memo.put("big", 1, 26)
    assert memo.get("big", 26) is None
