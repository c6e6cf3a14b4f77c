"""Whether a build reads the history of the project: by git, or by what its tools are told to put into their results."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase

from msgspec import Struct

from layerwise.build.ignoring.demand import Demand
from layerwise.build.ignoring.sight import sight
from layerwise.context import ContextTree
from layerwise.knowledge.litter import CALL_OF_GIT, READERS, SCRIPTS, STAMPS

_MAX_READ = 200
_MAX_TEXT = 200_000


class Read(Struct, frozen=True):
    """A file that a tool reads when it builds."""

    path: str
    run_by: tuple[str, ...]
    """Globs of what runs it; none for a script, which somebody has to name."""
    needs_history: bool
    names: frozenset[str]
    """The scripts that it names."""


def readers(tree: ContextTree) -> Sequence[Read]:
    """What in a context may ask for the history, and whether it does."""
    return tree.fact(_all_readers)


def history_use(tree: ContextTree, demand: Demand) -> str:
    """What in a build needs the history, as half a sentence; empty when nothing is known to."""
    if demand.reads_history:
        return f"`{demand.reads_history[0]}` reads it"
    run = [each for each in readers(tree) if _is_run(each.run_by, demand)]
    named = frozenset[str]().union(*(each.names for each in run))
    for each in readers(tree):
        name = each.path.rpartition("/")[2]
        if each.needs_history and (each in run or name in named or (not each.run_by and _is_named(name, demand))):
            return f"`{each.path}` reads it"
    return ""


def stamps_of(demand: Demand) -> Iterator[str]:
    """What the build puts of the history into its results, if it is there."""
    yield from dict.fromkeys(STAMPS[each] for each in sorted(demand.stamps))


def _all_readers(tree: ContextTree) -> tuple[Read, ...]:
    return tuple(_readers(tree))


def _readers(tree: ContextTree) -> Iterator[Read]:
    paths = tree.observed(sight).readers[:_MAX_READ]
    names = [path.rpartition("/")[2] for path in paths]
    scripts = [name for name in names if any(fnmatchcase(name, each) for each in SCRIPTS)]
    for path, name in zip(paths, names, strict=True):
        rows = [row for row in READERS if any(fnmatchcase(name, each) for each in row.names)]
        text = (tree.read(path) or "")[:_MAX_TEXT]
        asks = CALL_OF_GIT.search(text) is not None or any(row.plugins.search(text) for row in rows)
        run_by = tuple(program for row in rows for program in row.run_by)
        yield Read(path, run_by, asks, frozenset(script for script in scripts if script in text))


def _is_run(programs: tuple[str, ...], demand: Demand) -> bool:
    return any(fnmatchcase(word, program) for program in programs for word in demand.words)


def _is_named(name: str, demand: Demand) -> bool:
    return any(name in word for word in demand.words)
