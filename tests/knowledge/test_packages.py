"""The table of package managers is consistent in itself, and what rules rely on holds of every row."""

from __future__ import annotations

import re

import pytest

from layerwise.build import Operation, build
from layerwise.knowledge.packages import BY_MODULE, BY_NAME, BY_PROGRAM, MANAGERS, PackageManager
from layerwise.syntax import parse

ROWS = pytest.mark.parametrize("row", MANAGERS, ids=[row.name for row in MANAGERS])


@ROWS
def test_names_are_unique(row: PackageManager) -> None:
    assert BY_NAME[row.name] is row
    assert all(BY_PROGRAM[program] is row for program in row.programs)
    assert row.module is None or BY_MODULE[row.module] is row
    assert row.programs


@ROWS
def test_it_belongs_to_a_distribution_or_to_a_language(row: PackageManager) -> None:
    assert row.is_distribution != bool(row.ecosystem)
    assert row.is_distribution or not row.indexes


@ROWS
def test_special_options_are_options(row: PackageManager) -> None:
    special = {
        *row.valued,
        *row.no_cache_options,
        *row.leave_recommended_options,
        *row.option_operations,
        *row.assume_yes,
        *(name for name in (row.no_cache, row.cache_option, row.leave_recommended) if name),
    }
    assert all(name.startswith("-") for name in special)
    assert row.package_options | row.manifest_options <= row.valued
    assert row.no_cache is None or row.no_cache in row.no_cache_options
    assert row.leave_recommended is None or row.leave_recommended in row.leave_recommended_options
    assert row.cache_option is None or row.cache_option in row.valued
    assert not row.valued & row.no_cache_options


@ROWS
def test_folders_are_absolute(row: PackageManager) -> None:
    folders = (*row.caches, *row.mounts)
    paths = [*(folder.path for folder in folders), *(path for folder in folders for path in folder.or_at), *row.indexes]
    assert all(path.startswith(("/", "~/", "$(")) for path in paths)
    assert not any(path.endswith("/") for path in paths)
    for folder in folders:
        assert folder.filled_by <= row.filled_by
        assert all(re.fullmatch(r"\w+", name) and rest[:1] in ("", "/") for name, rest in folder.moved_by)


@ROWS
def test_the_clean_command_is_recognised_as_one(row: PackageManager) -> None:
    """Where it is the tool's own; and then it is one that empties every cache."""
    if row.clean is None:
        return
    text = row.clean.format(*(folder.path for folder in row.caches), program=row.programs[0])
    step = build(parse(f"FROM debian\nRUN {text}\n")).stages[0].steps[-1]
    assert step.script is not None
    assert not step.script.broken
    if text.startswith("rm "):
        return
    (operation,) = step.operations
    assert operation.operation is Operation.CLEAN
    assert operation.manager is row
    given = {word.value for word in operation.command.arguments}
    for words in row.clean_words:
        assert words & given or operation.has_option(*words)


@ROWS
def test_installing_is_recognised(row: PackageManager) -> None:
    """Each subcommand of the table, as one would write it."""
    for phrase, expected in row.operations.items():
        step = build(parse(f"FROM debian\nRUN {row.programs[0]} {phrase}\n")).stages[0].steps[-1]
        found = [operation.operation for operation in step.operations]
        assert found == ([expected] if expected else []), phrase


@ROWS
def test_its_options_do_not_hide_the_subcommand(row: PackageManager) -> None:
    """A value is never taken for the subcommand, and the other way round."""
    phrase = next((phrase for phrase, operation in row.operations.items() if operation is Operation.INSTALL), None)
    if phrase is None:
        return
    for option in row.valued - {"--", "-m", "--module"}:
        step = build(parse(f"FROM debian\nRUN {row.programs[0]} {option} value {phrase} x\n")).stages[0].steps[-1]
        if not row.goals:
            assert [operation.phrase for operation in step.operations if operation.phrase] == [phrase], option
