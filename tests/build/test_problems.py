"""What BuildKit refuses once it knows the stages, in its own words."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from layerwise.build import build
from layerwise.build.problems import problems
from layerwise.syntax import parse

SHARED = Path(os.environ.get("LAYERWISE_SHARED", Path(__file__).parents[3] / "shared"))

CASES = {
    "a blank image, which the parser refuses": ('FROM "" AS x\n', []),
    "a variable that is empty": ("ARG X=\nFROM $X\n", [("$X", "base name ($X) should not be blank")]),
    "a variable that nobody declares": ("FROM $X\n", [("$X", "base name ($X) should not be blank")]),
    "a variable that must be given": ("ARG X\nFROM $X\n", []),
    "itself": (
        "FROM a AS x\nCOPY --from=x /a /b\n",
        [("x", "circular dependency detected on stage: x")],
    ),
    "itself by number": (
        "FROM a\nCOPY --from=0 /a /b\n",
        [("0", "circular dependency detected on stage: stage-0")],
    ),
    "each other": (
        "FROM a AS x\nCOPY --from=y /a /b\nFROM b AS y\nCOPY --from=x /a /b\n",
        [("y", "circular dependency detected on stage: x")],
    ),
    "each other, by a mount": (
        "FROM a AS x\nRUN --mount=from=y,target=/y true\nFROM b AS y\nCOPY --from=x /a /b\n",
        [("y", "circular dependency detected on stage: x")],
    ),
    "a later stage": (
        "FROM a\nCOPY --from=late /a /b\nFROM b AS late\n",
        [("late", 'cannot copy from stage "late", it needs to be defined before current stage "stage-0"')],
    ),
    "no such number": ("FROM a\nCOPY --from=7 /a /b\n", [("7", "invalid stage index 7")]),
    "an image": ("FROM a\nCOPY --from=busybox:1.36 /a /b\nCOPY --from=scratch /a /b\n", []),
    "an earlier stage in capitals": ("FROM a AS Base\nFROM b\nCOPY --from=BASE /a /b\n", []),
    "an earlier stage, built on in capitals": (
        "FROM a AS base\nFROM Base\n",
        [
            (
                "Base",
                'failed to parse stage name "Base": invalid reference format: repository name (library/Base) must be lowercase',
            )
        ],
    ),
    "a variable in --from": (
        "FROM a\nARG x=b\nCOPY --from=$x /a /b\n",
        [("$x", 'failed to parse stage name "$x": invalid reference format')],
    ),
    "no image at all": (
        "FROM a:\n",
        [("a:", 'failed to parse stage name "a:": invalid reference format')],
    ),
    "an empty platform": (
        "FROM --platform=$BULIDPLATFORM a\n",
        [("$BULIDPLATFORM", "empty platform value from expression $BULIDPLATFORM")],
    ),
    "a platform": ("FROM --platform=$BUILDPLATFORM a\nFROM --platform=linux/arm64 a\n", []),
    "a FROM being typed": ("FROM\nFROM a\n", []),
    "nothing": ("", []),
    "all well": ("ARG V=1\nFROM a:$V AS x\nFROM x\nCOPY --from=x /a /b\n", []),
}


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES)
def test_problems(text: str, expected: list[tuple[str, str]]) -> None:
    found = problems(build(parse(text)))
    assert [(problem.span.of(text), problem.message) for problem in found] == expected


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("nosuch", 'target stage "nosuch" could not be found'),
        ("bse", 'target stage "bse" could not be found (did you mean base?)'),
        ("BASE", None),
        ("1", None),
        (None, None),
    ],
)
def test_the_target(target: str | None, message: str | None) -> None:
    found = problems(build(parse("FROM a AS base\nFROM b\n"), target=target))
    assert [problem.message for problem in found] == ([message] if message else [])


def test_the_spelling_that_is_meant() -> None:
    (problem,) = problems(build(parse("FROM a AS base\nFROM BASE\n")))
    assert problem.replacement == "base"


def test_agrees_with_buildkit_on_its_own_cases() -> None:
    """Every text of BuildKit's tests that it refuses at this point, and with these words."""
    path = SHARED / "peers" / "buildkit_negative_cases.jsonl"
    if not path.is_file():
        pytest.skip("the cases of BuildKit are not here")
    checked = 0
    for line in path.read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        oracle = case.get("oracle") or {}
        if case["stage"] != "build" or oracle.get("instruction_error") or not case.get("error_actual"):
            continue
        dockerfile = parse(case["dockerfile"])
        target = (case.get("frontend_attrs") or {}).get("target")
        found = (*dockerfile.problems, *problems(build(dockerfile, target=target)))
        assert case["error_actual"] in [problem.message for problem in found], case["name"]
        lines = {dockerfile.lines.line_of(problem.span.start) + 1 for problem in found}
        if case["error_lines"]:
            assert case["error_lines"][0][0] in lines, case["name"]
        checked += 1
    assert checked >= 3
