"""Which word was meant: BuildKit's "did you mean", and when the answer is sure enough to put it into the file."""

from __future__ import annotations

from functools import lru_cache

_FARTHEST = 2
"""BuildKit suggests within this distance, as HashiCorp's HCL does."""


@lru_cache(maxsize=4096)
def suggestion(word: str, options: tuple[str, ...], *, case_sensitive: bool) -> str | None:
    """The option nearest to the word, None when none is near or the word is an option itself.

    Without ``case_sensitive`` it comes in the case of the word, when that is one of upper and lower.
    """
    if len(word) > 40:
        return None
    letters = set(word if case_sensitive else word.lower())
    asked = word if case_sensitive else word.lower()
    best: tuple[int, int, str] | None = None
    for option in options:
        offered = option if case_sensitive else option.lower()
        if offered == asked:
            return None
        if len(letters.difference(offered)) > _FARTHEST:
            continue
        steps = distance(asked, offered)
        rank = (steps, _slips(asked, offered), offered)
        if steps <= _FARTHEST and (best is None or rank < best):
            best = rank
    if best is None:
        return None
    return best[2] if case_sensitive else _in_case_of(word, best[2])


def is_sure(word: str, option: str) -> bool:
    """Whether the option differs from the word by so little that it is clearly meant."""
    slips = _slips(word.lower(), option.lower())
    return slips == 1 or (slips == 2 and len(word) >= 6)


def distance(first: str, second: str) -> int:
    """How many characters must be put in, taken out or replaced (Levenshtein)."""
    if abs(len(first) - len(second)) > _FARTHEST:
        return _FARTHEST + 1
    row = list(range(len(second) + 1))
    for index, character in enumerate(first, 1):
        previous, row[0] = row[0], index
        for column, other in enumerate(second, 1):
            step = min(row[column] + 1, row[column - 1] + 1, previous + (character != other))
            previous, row[column] = row[column], step
    return row[-1]


def _slips(first: str, second: str) -> int:
    """The distance, with two characters in each other's place as one slip of the fingers."""
    if len(first) == len(second):
        wrong = [index for index, pair in enumerate(zip(first, second, strict=True)) if pair[0] != pair[1]]
        if len(wrong) == 2 and wrong[1] == wrong[0] + 1:
            left, right = wrong
            if (first[left], first[right]) == (second[right], second[left]):
                return 1
    return distance(first, second)


def _in_case_of(word: str, option: str) -> str:
    return option.upper() if word == word.upper() != word.lower() else option
