"""What stages are to each other: which is built on which, and which takes files from which. Knows no steps."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable
from functools import cached_property


class Structure:
    """What builds have in common that differ only within their stages, see ``Build.structure``."""

    def __init__(
        self,
        *,
        names: list[str | None],
        parents: list[int | None],
        sources: list[tuple[str, ...]],
        has_triggers: bool,
    ) -> None:
        """:param sources: the words by which the steps of each stage name what they take files from."""
        self.parents = parents
        """For each stage the index of that which it is built on, None where that is an image."""
        self.has_triggers = has_triggers
        """Some stage gets steps from the ONBUILDs of the one below."""
        self._sources = sources
        self._by_name: dict[str, list[int]] = {}
        for index, name in enumerate(names):
            if name is not None:
                self._by_name.setdefault(name, []).append(index)

    def named(self, word: str, before: int) -> int | None:
        """The index of the stage that ``word`` (a name in any case, or a number) means in stage ``before``."""
        indices = self._by_name.get(word.lower(), [])
        count = bisect_left(indices, before)
        if count:
            return indices[count - 1]
        return int(word) if word.isdecimal() and int(word) < before else None

    @cached_property
    def children(self) -> list[list[int]]:
        """For each stage the indices of those that are built on it."""
        found: list[list[int]] = [[] for _ in self.parents]
        for index, parent in enumerate(self.parents):
            if parent is not None:
                found[parent].append(index)
        return found

    @cached_property
    def takers(self) -> list[list[int]]:
        """For each stage the indices of those whose steps take files from it, by COPY or by a mount."""
        found: list[list[int]] = [[] for _ in self.parents]
        for index, words in enumerate(self._sources):
            for source in self._sources_of(index, words):
                found[source].append(index)
        return found

    def family(self, index: int) -> list[int]:
        """The index of a stage and those of all that are built on it, directly or not, in order."""
        return sorted(_reached([index], self.children.__getitem__))

    def takers_of(self, indices: Iterable[int]) -> list[int]:
        """The stages whose steps take files from one of these, in order."""
        return sorted({taker for index in indices for taker in self.takers[index]})

    def concerned(self, index: int) -> set[int]:
        """The stages for which it matters what another does: it, all that need it, all that it is built on, and all
        that those stages are built on from which it takes files."""
        needing = _reached([index], lambda each: [*self.children[each], *self.takers[each]])
        sources = self._sources_of(index, self._sources[index])
        return needing | _reached([index, *sources], lambda each: [] if (on := self.parents[each]) is None else [on])

    def _sources_of(self, index: int, words: tuple[str, ...]) -> set[int]:
        if any("$" in word for word in words):
            return set(range(index))
        return {source for word in words if (source := self.named(word, index)) is not None}


def _reached(starts: list[int], following: Callable[[int], list[int]]) -> set[int]:
    found: set[int] = set()
    todo = starts.copy()
    while todo:
        index = todo.pop()
        if index not in found:
            found.add(index)
            todo += following(index)
    return found
