"""A memo that forgets: what was not asked for during two generations is gone, so that hours of typing leak nothing."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Generic, TypeVar

ValueT = TypeVar("ValueT")


class Memo(Generic[ValueT]):
    """Values by key. Each has a weight; a generation ends when the weights of its entries add up to ``limit``."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._weight = 0
        self._young: dict[Hashable, ValueT] = {}
        self._old: dict[Hashable, ValueT] = {}

    def get(self, key: Hashable, weight: int) -> ValueT | None:
        found = self._young.get(key)
        if found is None:
            found = self._old.pop(key, None)
            if found is not None:
                self.put(key, found, weight)
        return found

    def put(self, key: Hashable, value: ValueT, weight: int) -> None:
        """Keep the value, unless it alone would fill a quarter of a generation."""
        if weight > self._limit // 4:
            return
        if self._weight + weight > self._limit:
            self._old, self._young, self._weight = self._young, {}, 0
        self._young[key] = value
        self._weight += weight
