"""Optimizing as a feature: what is said of each change, which edit belongs to which, and what the next builds cost."""

from __future__ import annotations

import pytest

from layerwise.context import MemoryFiles, locate
from layerwise.engine import Settings, analyse
from layerwise.features.optimizing import Optimization, Rebuild, can_optimize, optimizing, summary
from layerwise.text import apply_edits

TEXT = """\
FROM node:20
WORKDIR /app
COPY . .
# The tools.
RUN apt-get update && apt-get install -y jq
RUN apt-get update && apt-get install -y tini
RUN npm ci
CMD node server.js
"""


def optimized(text: str = TEXT) -> Optimization:
    files = {"/p/Dockerfile": text, "/p/package.json": "{}", "/p/package-lock.json": "{}", "/p/server.js": ""}
    found = optimizing(analyse(text, path="/p/Dockerfile", files=locate("/p/Dockerfile", MemoryFiles(files))))
    assert found is not None
    return found


def test_the_edits_lead_to_the_result_and_keep_what_stands() -> None:
    found = optimized()
    assert apply_edits(TEXT, [each.edit for each in found.edits]) == found.result.text
    assert "# The tools." in found.result.text
    assert found.result.text.index("npm ci") < found.result.text.index("COPY . .")


def test_each_edit_belongs_to_what_was_improved() -> None:
    found = optimized()
    assert all(each.improvements for each in found.edits)
    first, last = ([part.rule.id for part in each.improvements] for each in found.edits)
    assert "cache/copy-before-install" in first
    assert "build/shell-form-command" not in first
    assert "build/shell-form-command" in last
    titles = {(each.rule.id, each.title) for each in found.improvements}
    assert len(titles) == len(found.improvements)


def test_the_same_change_in_two_places_is_told_once() -> None:
    found = optimized("FROM debian:12\nRUN apt-get install -y a\nUSER x\nRUN apt-get install -y b\n")
    (recommended,) = [each for each in found.improvements if each.rule.id == "size/recommended-packages"]
    assert recommended.times == 2
    (line,) = [line for line in summary(found) if line.startswith(recommended.title)]
    assert line.endswith("(size/recommended-packages, lines 2, 4)")


def test_what_is_not_safe_says_what_to_check() -> None:
    notes = {each.rule.id: each.notes for each in optimized().improvements}
    assert notes["size/recommended-packages"]
    assert notes["build/shell-form-command"] == ()


def test_what_becomes_of_the_build() -> None:
    text = "FROM debian:12\nRUN apt-get install -y a\nUSER x\nRUN apt-get install -y b\n"
    found = optimizing(analyse(text, settings=Settings(select=("size/recommended-packages",))))
    assert found is not None
    assert found.differences == {"an option added to a command": 2}
    told = "The build does the same commands in the same order, but for: an option added to a command (2 times)"
    assert told in list(summary(found))


def test_what_a_change_of_the_source_rebuilds() -> None:
    (rebuild,) = optimized().rebuilds
    assert (rebuild.cause, rebuild.before, rebuild.of_before) == ("a source file", 4, 5)
    assert rebuild.after == 1


def test_a_folder_that_is_copied_stands_for_the_source() -> None:
    text = "FROM debian:12\nCOPY src /src\nCOPY a.txt /a.txt\nRUN apt-get update && apt-get install -y a\n"
    files = {"/p/Dockerfile": text, "/p/src/a.c": "", "/p/a.txt": ""}
    found = optimizing(analyse(text, path="/p/Dockerfile", files=locate("/p/Dockerfile", MemoryFiles(files))))
    assert found is not None
    assert found.rebuilds == (Rebuild("a file in src", 3, 3, 2, 3),)


def test_nothing_to_do() -> None:
    analysis = analyse('FROM debian:12\nCMD ["a"]\n')
    assert not can_optimize(analysis)
    assert optimizing(analysis) is None
    assert can_optimize(analyse(TEXT))


@pytest.mark.parametrize(
    ("between", "is_part"),
    [
        pytest.param("", True, id="nothing"),
        pytest.param("RUN npm install\n", False, id="what the install writes there would keep its owner"),
        pytest.param("RUN apt-get update\n", True, id="a RUN that writes elsewhere"),
    ],
)
def test_owners_are_set_in_the_copy_only_where_it_brings_all_of_the_files(between: str, *, is_part: bool) -> None:
    text = f"FROM node:22\nWORKDIR /usr/src/app\nCOPY . .\n{between}RUN chown -R node:node /usr/src/app\nUSER node\n"
    assert ("COPY --chown" in optimized(text).result.text) is is_part
