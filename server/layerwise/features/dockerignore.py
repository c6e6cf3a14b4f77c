"""Writing the ``.dockerignore`` on request, from what lies in the build context: the edit, and what it assumes."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from msgspec import Struct

from layerwise.build.ignoring import Use, Verdict, Written, demand, sight, verdicts, weights, written
from layerwise.build.ignoring.saying import described, size_of
from layerwise.context import ContextTree
from layerwise.engine import Analysis
from layerwise.engine.narrowing import narrow_edits
from layerwise.features.actions import Action, ActionKind, OtherFile
from layerwise.lint import FileEdit
from layerwise.syntax.tree import Transfer

__all__ = ["Ignoring", "NothingToIgnore", "action_of", "can_ignore", "title_of", "write_dockerignore"]

_MOST = 12


class Ignoring(Struct, frozen=True):
    """The ignore file as it will be. ``description`` says in lines what it leaves out, what to check, what stays."""

    title: str
    written: Written
    file: FileEdit
    description: tuple[str, ...]


class NothingToIgnore(Struct, frozen=True):
    """Why there is nothing to do. ``reason`` is half a sentence; ``description`` says what stays, in lines."""

    reason: str
    description: tuple[str, ...] = ()


def can_ignore(analysis: Analysis) -> bool:
    """Whether it is worth asking: costs nothing where the context has not been looked through."""
    tree = analysis.context
    if tree is None or not {Transfer, "--mount"} & analysis.build.subjects:
        return False
    return not (tree.patient and tree.has_observed(sight)) or isinstance(write_dockerignore(analysis), Ignoring)


def title_of(analysis: Analysis) -> str:
    """An imperative."""
    tree = analysis.context
    if tree is None or tree.ignore_path is None:
        return "Create a .dockerignore from what is in the context"
    return f"Complete the {posixpath.basename(tree.ignore_path)} from what is in the context"


def write_dockerignore(analysis: Analysis) -> Ignoring | NothingToIgnore:
    """The ignore file of a context with all that no build needs. May take as long as looking through the context."""
    if analysis.context is None:
        return NothingToIgnore("the build context is not in sight")
    tree = analysis.context.patiently()
    return tree.kept(("dockerignore", demand(analysis.build)), lambda: _write(analysis, tree))


def action_of(found: Ignoring) -> Action:
    """The same as an action."""
    file = found.written
    other = OtherFile(file.path, file.before, tuple(narrow_edits(file.before or "", file.text)))
    return Action(found.title, ActionKind.DOCKERIGNORE, others=(other,), description="\n".join(found.description))


def _write(analysis: Analysis, tree: ContextTree) -> Ignoring | NothingToIgnore:
    found = verdicts(analysis.build, tree)
    kept = tuple(_kept(found))
    file = written(tree, found, demand(analysis.build))
    if file is None:
        if tree.ignore_path and tree.text_at(tree.ignore_path) is None:
            return NothingToIgnore(f"{posixpath.basename(tree.ignore_path)} cannot be read")
        return NothingToIgnore("nothing more in the context is known to be useless", kept)
    path = posixpath.relpath(file.path, tree.root)
    described = (*_left_out(file, tree), *kept)
    return Ignoring(title_of(analysis), file, FileEdit(path, file.text, file.before), described)


def _left_out(file: Written, tree: ContextTree) -> Iterator[str]:
    weighed = {each.path: weights(tree)[each.path] for each in file.left_out}
    total = sum(weight.bytes for weight, _ in weighed.values())
    count = sum(weight.files for weight, _ in weighed.values())
    least = "" if all(is_all for _, is_all in weighed.values()) else "at least "
    yield f"Leaves out {least}{size_of(total)} in {count:,} file{'s' if count != 1 else ''}"
    ordered = sorted(file.left_out, key=lambda each: -weighed[each.path][0].bytes)
    for each in ordered[:_MOST]:
        weight, is_all = weighed[each.path]
        yield f"  {described(each.path, weight, is_all=is_all)}"
    if len(ordered) > _MOST:
        yield f"  {len(ordered) - _MOST} more"
    yield from dict.fromkeys(f"Check: {each.reason}" for each in file.left_out if each.use is Use.DOUBTFUL)


def _kept(found: tuple[Verdict, ...]) -> Iterator[str]:
    yield from (f"Kept: `{each.path}`, for {each.reason}" for each in found if each.use is Use.NEEDED and each.reason)
