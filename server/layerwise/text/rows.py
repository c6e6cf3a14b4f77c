"""Rows of anything, before and after an edit. Knows nothing of what is in them."""

from collections.abc import Callable, Sequence


def shared_ends(old: Sequence[object], new: Sequence[object]) -> tuple[int, int]:
    """How many items two rows have in common at their beginning, and how many of the others at their end."""
    most = min(len(old), len(new))
    head = _longest(most, lambda low, high: old[low:high] == new[low:high])
    before, now = len(old), len(new)
    tail = _longest(most - head, lambda low, high: old[before - high : before - low] == new[now - high : now - low])
    return head, tail


def _longest(most: int, is_same: Callable[[int, int], bool]) -> int:
    """By bisection: comparing slices is much faster than comparing items one by one."""
    if is_same(0, most):
        return most
    low, high = 0, most
    while high - low > 1:
        middle = (low + high) // 2
        if is_same(low, middle):
            low = middle
        else:
            high = middle
    return low
