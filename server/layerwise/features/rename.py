"""Renaming a variable, a stage or a heredoc's delimiter everywhere it stands."""

from __future__ import annotations

from layerwise.engine import Analysis
from layerwise.features.occurrences import Kind, Name, name_at
from layerwise.text import Edit, Span


class RenameError(ValueError):
    """The new name cannot be used, for a reason that a person should read."""


def renamable(analysis: Analysis, offset: int) -> Span | None:
    """The name under the cursor, when it can be renamed."""
    name = name_at(analysis, offset)
    return name.span if name else None


def rename(analysis: Analysis, offset: int, new_name: str) -> tuple[Edit, ...]:
    """The edits that give another name to what is under the cursor, in order; none where nothing can be renamed.

    A reference to a stage by its number stays as it is.

    :raises RenameError: when the builder would not take the new name, or it stands for something else already.
    """
    name = name_at(analysis, offset)
    if name is None:
        return ()
    _check(analysis, name, new_name)
    return tuple(Edit(each.span, new_name) for each in name.occurrences if not _is_number(analysis, name, each.span))


def _is_number(analysis: Analysis, name: Name, span: Span) -> bool:
    return name.kind is Kind.STAGE and span.of(analysis.text).isdecimal()


def _check(analysis: Analysis, name: Name, new_name: str) -> None:
    if name.kind is Kind.VARIABLE and not (new_name.isidentifier() and new_name.isascii()):
        raise RenameError(f"{new_name!r} is no name of a variable: letters, digits and _ only, no digit first")
    if name.kind is Kind.HEREDOC and (not new_name or any(not (c.isalnum() or c in "_-.") for c in new_name)):
        raise RenameError(f"{new_name!r} is no delimiter: letters, digits, _, - and . only")
    if name.kind is Kind.STAGE:
        _check_stage(analysis, name, new_name)


def _check_stage(analysis: Analysis, name: Name, new_name: str) -> None:
    letters = new_name.replace("-", "").replace("_", "").replace(".", "")
    if not (new_name[:1].isalpha() and new_name.isascii() and (letters.isalnum() or not letters)):
        raise RenameError(f"{new_name!r} is no name of a stage: a letter, then letters, digits, _, - and .")
    if new_name.lower() in ("scratch", "context"):
        raise RenameError(f"{new_name!r} is reserved")
    taken = any(stage.name == new_name.lower() for stage in analysis.build.stages)
    if taken and new_name.lower() != name.text:
        raise RenameError(f"there is a stage {new_name!r} already")
