"""Writes the lines of an ignore file, and proves of each that nothing which a build names is left out by it."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from layerwise.build.ignoring.demand import Demand
from layerwise.build.ignoring.judging import Use, Verdict, demands
from layerwise.build.ignoring.sight import sight
from layerwise.context import ContextTree, read_ignore
from layerwise.context.paths import is_pattern
from layerwise.knowledge.litter import Kind
from layerwise.text.patterns import regex

_MAGIC = regex(r"[*?\[\]\\]")


class Written(Struct, frozen=True):
    """The ignore file as it will be. ``before`` is None for a new one; ``left_out`` is what it newly leaves out."""

    path: str
    """Absolute."""
    before: str | None
    text: str
    lines: tuple[str, ...]
    left_out: tuple[Verdict, ...]


def written(tree: ContextTree, chosen: Iterable[Verdict], own: Demand) -> Written | None:
    """The ignore file that leaves out what was chosen; None when there is nothing to add, or no way to add it.

    The lines of the user stay as they are, with their comments and line ends. New ones come last, where they count.
    """
    path = tree.ignore_path or posixpath.join(tree.root, ".dockerignore")
    before = tree.text_at(path) if tree.ignore_path else None
    if tree.ignore_path and before is None:
        return None
    everyone = dict.fromkeys(wants for _, wants in demands(own, tree))
    groups = list(_groups(tree, [each for each in chosen if each.use is not Use.NEEDED], before, everyone))
    lines = [line for _, group, _ in groups for line in group]
    if not lines:
        return None
    left_out = tuple(verdict for _, _, members in groups for verdict in members)
    return Written(path, before, _text(before, groups), tuple(lines), left_out)


_Group = tuple[Kind, list[str], list[Verdict]]


def _groups(
    tree: ContextTree, chosen: Sequence[Verdict], before: str | None, everyone: Iterable[Demand]
) -> Iterator[_Group]:
    """The lines for each kind of thing, in the order of the kinds."""
    named = list(dict.fromkeys(_named(tree, everyone)))
    done: list[str] = []
    for kind in Kind:
        group: list[str] = []
        members: list[Verdict] = []
        for verdict in (each for each in chosen if each.found.row.kind is kind):
            for lines in _candidates(tree, verdict, chosen):
                news = [line for line in lines if line not in done and line not in group]
                # What is proved for the first that a line stands for holds for the others.
                if not news or _is_proved(before or "", [*done, *group, *news], verdict, named):
                    group += news
                    members.append(verdict)
                    break
        if kind is Kind.DOCKER and group and before is None:
            group += _itself(tree)
        done += group
        if group:
            yield kind, group, members


def _itself(tree: ContextTree) -> Iterator[str]:
    """The line for a new ignore file itself: it changes now and then, and with it what `COPY . .` takes."""
    if not any(name == ".dockerignore" for name, _ in tree.raw_list()):
        yield ".dockerignore"


def _candidates(tree: ContextTree, verdict: Verdict, chosen: Sequence[Verdict]) -> Iterator[list[str]]:
    """Ways to write it, the most general first."""
    back = [f"!{_escaped(verdict.path)}{path.removeprefix(verdict.path)}" for path in verdict.rescued]
    row, seen = verdict.found.row, tree.observed(sight)
    name = posixpath.basename(verdict.path)
    named = {each.path for each in seen.found if posixpath.basename(each.path) == name}
    is_all = named <= {each.path for each in chosen} and name not in seen.strangers and seen.complete
    if row.is_general and not back and is_all and not any(each.includes for each in tree.ignore.patterns):
        yield [f"**/{_escaped(name)}"]
    yield [_anchored(verdict.path), *back]


def _is_proved(before: str, lines: Sequence[str], verdict: Verdict, named: Sequence[str]) -> bool:
    """Whether it is left out then, and everything is still there that a build names."""
    after = read_ignore("\n".join((before, *lines)))
    return after.ignores(verdict.path) and not any(map(after.ignores, named))


def _named(tree: ContextTree, everyone: Iterable[Demand]) -> Iterator[str]:
    """The paths that builds name and the builder is sent today; those that need not exist too."""
    for demand in everyone:
        for each in demand.wanted:
            if each.path == "." or each.guessed:
                continue
            paths = tree.glob(each.path) if is_pattern(each.path) else (each.path,)
            # A lone `*` names nothing: it takes what is there.
            yield from (path for path in paths if not tree.ignored(path) and not each.takes(path))


def _text(before: str | None, groups: Sequence[_Group]) -> str:
    if before is None:
        return "\n".join("".join(f"{line}\n" for line in (f"# {kind}", *group)) for kind, group, _ in groups)
    end = "\r\n" if "\r\n" in before else "\n"
    gap = end if before and not before.endswith("\n") else ""
    return before + gap + "".join(line + end for _, group, _ in groups for line in group)


def _anchored(path: str) -> str:
    """A path as a pattern that matches it alone. A slash before it keeps ``#`` and ``!`` from meaning anything."""
    line = _escaped(path)
    return f"/{line}" if line.startswith(("#", "!")) else line


def _escaped(path: str) -> str:
    return _MAGIC.sub(lambda mark: "\\" + mark[0], path)
