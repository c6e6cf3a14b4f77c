"""Finding a command in the tree of its script."""

from __future__ import annotations

from msgspec import Struct

from layerwise.shell.tree import AndOr, Around, Command, Compound, Entry, Negation, Script, Statement

_MAY_END_HERE = frozenset({Around.CONDITION, Around.NEGATION, Around.TRIED, Around.FUNCTION})


class Place(Struct, frozen=True):
    """An element of a list. ``path`` are the statements that enclose the list, from the outside in."""

    entries: tuple[Entry, ...]
    index: int
    path: tuple[Statement, ...] = ()

    @property
    def entry(self) -> Entry:
        return self.entries[self.index]

    @property
    def is_last(self) -> bool:
        return self.index == len(self.entries) - 1

    @property
    def is_top(self) -> bool:
        return not self.path


def place_of(script: Script, command: Command) -> Place | None:
    """The element of the innermost list that holds a command; None when it is nested in a word or a substitution."""
    return _find(script.entries, command, ())


def _find(entries: tuple[Entry, ...], command: Command, path: tuple[Statement, ...]) -> Place | None:
    for index, entry in enumerate(entries):
        if not entry.span.encloses(command.span):
            continue
        found = _descend(entry.statement, command, path)
        if isinstance(found, Place):
            return found
        return Place(entries, index, path) if found else None
    return None


def _descend(statement: Statement, command: Command, path: tuple[Statement, ...]) -> Place | bool:
    """The place in a list deeper inside, else whether the statement is or holds the command itself."""
    if isinstance(statement, Command):
        return statement is command or statement == command
    path = (*path, statement)
    if isinstance(statement, Compound):
        for entries in statement.lists:
            if entries and entries[0].span.start <= command.span.start < entries[-1].span.end:
                return _find(entries, command, path) or False
        return False
    parts = (statement.statement,) if isinstance(statement, Negation) else statement.parts
    for part in parts:
        if part.span.encloses(command.span):
            return _descend(part, command, path)
    return False


def errexit_counts(place: Place, command: Command) -> bool:
    """Whether ``set -e`` counts in the list of a place: it does not in conditions and in most of ``&&`` lists."""
    if _MAY_END_HERE.intersection(command.within):
        return False
    if not place.path:
        return True
    for outer, inner in zip(place.path, (*place.path[1:], place.entries[0].statement), strict=True):
        if isinstance(outer, AndOr) and not outer.parts[-1].span.encloses(inner.span):
            return False
    return True
