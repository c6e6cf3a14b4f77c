"""Which act of a stage is which of another stage that was made of it. Knows nothing of what the differences are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from difflib import SequenceMatcher

from layerwise.build.acts import Act
from layerwise.build.operations import Operation, operations

Pair = tuple[Act, Act]
"""An act and what became of it."""


class Match:
    """Which act of a stage is which of the other's."""

    def __init__(self, old: Sequence[Act], new: Sequence[Act]) -> None:
        self.old = old
        self.new = new
        self.pairs: list[Pair] = []
        """The same act on both sides, in the order of the old ones."""
        self.moved: list[Pair] = []
        """The same act, elsewhere among the others."""
        self.displaced: list[Pair] = []
        """Those, and what was both moved and rewritten."""
        self.rewritten: list[Pair] = []
        self.removed: list[Act] = []
        self.added: list[Act] = []
        self._pair()

    def _pair(self) -> None:
        gaps: list[tuple[list[Act], list[Act]]] = []
        matcher = SequenceMatcher(None, [act.words for act in self.old], [act.words for act in self.new], False)
        for tag, a, b, c, d in matcher.get_opcodes():
            if tag == "equal":
                self.pairs += zip(self.old[a:b], self.new[c:d], strict=True)
            else:
                gaps.append((list(self.old[a:b]), list(self.new[c:d])))
        self._take_moved(gaps)
        for old, new in gaps:
            self._take_rewritten(old, new)
        left_old = [act for old, _ in gaps for act in old]
        left_new = [act for _, new in gaps for act in new]
        in_place = len(self.rewritten)
        self._take_rewritten(left_old, left_new)
        self.displaced = [*self.moved, *self.rewritten[in_place:]]
        self.removed, self.added = left_old, left_new
        places = {id(act): index for index, act in enumerate(self.old)}
        self.pairs = sorted([*self.pairs, *self.moved, *self.rewritten], key=lambda pair: places[id(pair[0])])

    def _take_moved(self, gaps: list[tuple[list[Act], list[Act]]]) -> None:
        # The same cleanup elsewhere cleans up after something else: it is one less and one more.
        found: dict[tuple[str, ...], list[tuple[list[Act], Act]]] = defaultdict(list)
        for _, new in gaps:
            for act in new:
                found[act.words].append((new, act))
        for old, _ in gaps:
            for act in tuple(old):
                if found[act.words] and not is_cleanup(act):
                    home, there = found[act.words].pop(0)
                    home.remove(there)
                    old.remove(act)
                    self.moved.append((act, there))
        self._take_moved_cleanups(gaps, found)

    def _take_moved_cleanups(
        self, gaps: list[tuple[list[Act], list[Act]]], found: dict[tuple[str, ...], list[tuple[list[Act], Act]]]
    ) -> None:
        """A cleanup goes along with the commands of its RUN."""
        steps = {(id(one.step), id(other.step)) for one, other in self.moved if one.command}
        for old, _ in gaps:
            for act in tuple(old):
                for home, there in tuple(found[act.words]) if is_cleanup(act) else ():
                    if (id(act.step), id(there.step)) in steps:
                        found[act.words].remove((home, there))
                        home.remove(there)
                        old.remove(act)
                        self.moved.append((act, there))
                        break

    def _take_rewritten(self, old: list[Act], new: list[Act]) -> None:
        """Pair what says nearly the same, the most alike first."""
        likes = [(likeness, i, j) for i, a in enumerate(old) for j, b in enumerate(new) if (likeness := _alike(a, b))]
        taken: set[int] = set()
        for _, i, j in sorted(likes, key=lambda like: (-like[0], abs(like[1] - like[2]))):
            if id(old[i]) not in taken and id(new[j]) not in taken:
                taken |= {id(old[i]), id(new[j])}
                self.rewritten.append((old[i], new[j]))
        old[:] = [act for act in old if id(act) not in taken]
        new[:] = [act for act in new if id(act) not in taken]


def is_cleanup(act: Act) -> bool:
    """Whether a command only takes away."""
    command = act.command
    if command is None:
        return False
    if command.program in ("rm", "rmdir", "unlink"):
        return True
    if command.program == "find" and any(word.value == "-delete" for word in command.words):
        return True
    done = operations(command)
    return bool(done) and all(each.operation is Operation.CLEAN for each in done)


def _alike(one: Act, other: Act) -> float:
    """How nearly two acts say the same, from 0 to 1: only what may have become the other counts at all."""
    if bool(one.command) != bool(other.command) or one.words == other.words:
        return 0.0
    alike = SequenceMatcher(None, one.words[1:], other.words[1:], False).ratio()
    if one.command and other.command:
        same = one.keyword == other.keyword and one.command.program == other.command.program
        if is_cleanup(one) != is_cleanup(other) or (is_cleanup(one) and _operands(one).isdisjoint(_operands(other))):
            return 0.0
        return max(alike, 0.01 if same else 0.0) if same or alike >= 0.5 else 0.0
    if one.keyword == other.keyword:
        named = one.keyword in ("ENV", "ARG", "LABEL", "ONBUILD")
        return max(alike, 0.0 if named else 0.01)
    if one.keyword == "MAINTAINER" and other.words[1:2] == ("org.opencontainers.image.authors",):
        return 1.0
    return alike if {one.keyword, other.keyword} <= {"COPY", "ADD"} else 0.0


def _operands(act: Act) -> frozenset[str]:
    """What a cleanup names: two that name nothing in common clean up after different things."""
    return frozenset(word for word in act.words[2:] if not word.startswith("-"))
