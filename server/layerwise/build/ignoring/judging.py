"""Decides what of the litter in a context no build that uses it can need. What cannot be known is kept, and why."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterator, Mapping, Sequence
from enum import Enum
from fnmatch import fnmatchcase

from msgspec import Struct

from layerwise.build.ignoring.demand import Demand, demand
from layerwise.build.ignoring.history import history_use, stamps_of
from layerwise.build.ignoring.sight import Found, sight
from layerwise.build.model import Build
from layerwise.build.stages import build as build_of
from layerwise.context import ContextTree
from layerwise.context.locate import has_own_ignore_file, inline_dockerfiles, locate, named_dockerfiles
from layerwise.knowledge.litter import IN_MANIFEST, NAMED_HISTORY, WORKSPACES, Kind
from layerwise.syntax import parse

MAX_DOCKERFILES = 60
_A_PROJECT = 3
"""So many files and folders beside a Dockerfile are more than what belongs to it."""


class Use(Enum):
    """Whether it may be left out."""

    NONE = "none"
    """The result of the build is the same without it."""
    DOUBTFUL = "doubtful"
    """A person has to say."""
    NEEDED = "needed"


class Verdict(Struct, frozen=True):
    """What there is to say about something in the context. ``reason`` is half a sentence, without a full stop."""

    found: Found
    use: Use
    reason: str = ""
    rescued: tuple[str, ...] = ()
    """Patterns of what is named within it, and has to be brought back."""
    is_taken: bool = True
    """A COPY, ADD or bind mount takes it along."""

    @property
    def path(self) -> str:
        return self.found.path


def verdicts(build: Build, tree: ContextTree, without: Collection[Kind] = ()) -> tuple[Verdict, ...]:
    """A verdict on everything that is found in the context of a build, with respect to all builds that use it.

    :param without: kinds of things that are passed over.
    """
    found = tree.observed(sight).found
    if not found:
        return ()
    own, kinds = demand(build), frozenset(without)
    return tree.kept(
        ("verdicts", own, kinds),
        lambda: tuple(_verdicts(own, [each for each in found if each.row.kind not in kinds], tree)),
    )


def demands(own: Demand, tree: ContextTree) -> tuple[tuple[str, Demand], ...]:
    """The name of each Dockerfile that the ignore file counts for, with what it wants. That at hand comes first."""
    at_hand = (posixpath.basename(tree.dockerfile or "Dockerfile"), own)
    if tree.dockerfile is None or has_own_ignore_file(tree.dockerfile, tree.files):
        return (at_hand,)
    return (at_hand, *((name, wants) for path, name, wants in all_demands(tree) if path != tree.dockerfile))


def all_demands(tree: ContextTree) -> tuple[tuple[str, str, Demand], ...]:
    """The path and the name of each Dockerfile that uses a context by itself, with what it wants, as on the disk."""
    return tree.fact(_all_demands)


def _all_demands(tree: ContextTree) -> tuple[tuple[str, str, Demand], ...]:
    paths = dict.fromkeys((*tree.observed(_named), *tree.observed(sight).dockerfiles))
    found = []
    for path in list(paths)[:MAX_DOCKERFILES]:
        text = tree.text_at(path)
        if text is None or has_own_ignore_file(path, tree.files):
            continue
        wants = demand(build_of(parse(text)))
        if path in tree.observed(_named) or not _is_of_its_own_folder(path, wants, tree):
            found.append((path, posixpath.relpath(path, tree.root), wants))
    found += [("", name, demand(build_of(parse(text)))) for name, text in tree.observed(_inline)]
    return tuple(found)


def _is_of_its_own_folder(path: str, wants: Demand, tree: ContextTree) -> bool:
    """Whether a Dockerfile further down is built with another context: what it names is there, or a whole project."""
    own = locate(path, tree.files)
    folder = posixpath.dirname(path)
    if folder == tree.root or own.root == tree.root:
        return False
    if own.told:
        return True
    named = [each.path for each in wants.wanted if each.path not in (".", "*") and not each.guessed]
    if named:
        return all(own.glob(each) for each in named)
    return sum(name != posixpath.basename(path) for name, _ in tree.files.list(folder)) >= _A_PROJECT


def _inline(tree: ContextTree) -> tuple[tuple[str, str], ...]:
    return inline_dockerfiles(tree.root, tree.files)


def _named(tree: ContextTree) -> tuple[str, ...]:
    return named_dockerfiles(tree.root, tree.files)


def _verdicts(own: Demand, found: Sequence[Found], tree: ContextTree) -> Iterator[Verdict]:
    # Many Dockerfiles may want the same.
    names: dict[Demand, str] = {}
    for name, wants in demands(own, tree):
        names.setdefault(wants, name)
    everyone = [(name, wants) for wants, name in names.items()]
    for each in found:
        yield _verdict(each, everyone, tree)


def _verdict(found: Found, everyone: Sequence[tuple[str, Demand]], tree: ContextTree) -> Verdict:
    is_taken = any(each.takes(found.path) for _, each in everyone)
    for name, each in everyone:
        if any(wanted.names(found.path) for wanted in each.wanted):
            return Verdict(found, Use.NEEDED, f"`{name}` names it", is_taken=is_taken)
    within = (wanted.below(found.path) for _, each in everyone for wanted in each.wanted)
    rescued = tuple(dict.fromkeys(path for path in within if path))
    # To bring it back must not bring back what the user leaves out.
    is_touched = any(pattern.may_match_below(found.path) for pattern in tree.ignore.patterns)
    if any(is_touched or set(posixpath.basename(path)) <= {"*"} for path in rescued):
        return Verdict(found, Use.NEEDED, "what lies in it is named", is_taken=is_taken)
    if _is_brought_back(found.path, tree):
        return Verdict(found, Use.NEEDED, "the ignore file brings it back", is_taken=is_taken)
    use, reason = Use.NONE, ""
    for name, each in everyone:
        if not each.takes(found.path):
            continue
        one, why = _use(found, each, tree)
        why = f"{why} in `{name}`" if why and len(everyone) > 1 and name != everyone[0][0] else why
        if one is Use.NEEDED:
            return Verdict(found, one, why, is_taken=is_taken)
        if one is Use.DOUBTFUL and use is Use.NONE:
            use, reason = one, why
    return Verdict(found, use, reason, rescued, is_taken)


def _use(found: Found, demand: Demand, tree: ContextTree) -> tuple[Use, str]:
    """What becomes of something that a Dockerfile takes along."""
    row = found.row
    name = posixpath.basename(found.path)
    if row.kind is Kind.SECRET:
        return Use.DOUBTFUL, f"the image does not read `{found.path}`, or gets it when it is started"
    if name == NAMED_HISTORY and row.kind is Kind.HISTORY:
        reader = history_use(tree, demand) if found.path == NAMED_HISTORY else ""
        stamp = next(stamps_of(demand), "")
        if reader:
            return Use.NEEDED, reader
        return (Use.DOUBTFUL, f"nobody asks for the commit: {stamp}") if stamp else (Use.NONE, "")
    spoiling = next((word for word in sorted(demand.words) if _fits(word, row.spoiled_by)), "")
    if spoiling:
        return Use.NEEDED, f"`{spoiling}` may read it"
    if row.made_by and not any(_fits(word, row.made_by) for word in demand.words):
        return Use.NEEDED, f"nothing is seen to make it again, as `{row.made_by[0]}` would"
    if row.is_local and not _is_worked_in(posixpath.dirname(found.path), found, demand, tree):
        return Use.DOUBTFUL, f"the build makes `{found.path}` again, or nothing in the image needs it"
    return Use.NONE, ""


def _is_worked_in(folder: str, found: Found, demand: Demand, tree: ContextTree) -> bool:
    """Whether a build works in a folder of the context: its own, one that it names, or one of a workspace."""
    sources = [each.path for each in demand.wanted if each.takes(found.path)]
    if not folder or folder in sources or posixpath.basename(folder) in demand.places:
        return True
    roots = {"." if path == "*" else path for path in sources}
    return any(tree.fact(_workspaces).get(root) for root in (*roots, "."))


def _workspaces(tree: ContextTree) -> Mapping[str, bool]:
    """Which folders hold a project of Node with others below it."""
    names = {".", *(posixpath.dirname(path) or "." for path in tree.observed(sight).readers)}
    return {folder: _is_workspace(folder, tree) for folder in names}


def _is_workspace(folder: str, tree: ContextTree) -> bool:
    if any(name in WORKSPACES for name, _ in tree.raw_list(folder)):
        return True
    return IN_MANIFEST.search(tree.read(f"{folder}/package.json") or "") is not None


def _is_brought_back(path: str, tree: ContextTree) -> bool:
    """Whether a line with ``!`` is about it, or about something in it."""
    return any(
        pattern.includes and (pattern.matches(path) or pattern.may_match_below(path))
        for pattern in tree.ignore.patterns
    )


def _fits(word: str, globs: tuple[str, ...]) -> bool:
    return any(fnmatchcase(word, glob) for glob in globs)
