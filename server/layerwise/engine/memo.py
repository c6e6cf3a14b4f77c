"""What was found before, for as long as it can still be true. Bounded, so that hours of typing leave nothing behind."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Generic, TypeVar

ValueT = TypeVar("ValueT")


class Generations(Generic[ValueT]):
    """A mapping that forgets what was not asked for while ``size`` newer entries came in."""

    __slots__ = ("_old", "_young", "size")

    def __init__(self, size: int) -> None:
        self.size = size
        self._young: dict[Hashable, ValueT] = {}
        self._old: dict[Hashable, ValueT] = {}

    def get(self, key: Hashable) -> ValueT | None:
        found = self._young.get(key)
        if found is None:
            found = self._old.get(key)
            if found is not None:
                self.put(key, found)
        return found

    def put(self, key: Hashable, value: ValueT) -> None:
        if len(self._young) >= self.size:
            self._old, self._young = self._young, {}
        self._young[key] = value

    def __len__(self) -> int:
        return len(self._young) + len(self._old)
