"""The table of precision is made from the verdicts, and the verdicts are fit to make it from."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from layerwise.engine import RULES
from layerwise.lint import Severity

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))

from precision import (
    PAGE,
    Verdict,
    Whole,
    precision,
    read_unseen,
    read_verdicts,
    read_whole,
    render,
    reported,
    share,
    stale,
)

RULE = "build/deprecated-maintainer"


def test_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == render(read_verdicts(), read_unseen(), tuple(read_whole())), (
        "run: python benchmarks/precision.py --write"
    )


def test_verdicts_are_of_rules_that_exist_and_say_why() -> None:
    verdicts = list(read_verdicts())
    assert {each.rule for each in verdicts} <= RULES.keys()
    assert all(each.why.strip() and each.line > 0 for each in verdicts)


@pytest.mark.parametrize("rule", sorted(precision(read_verdicts())))
def test_what_is_on_by_default_is_right(rule: str) -> None:
    counts = precision(read_verdicts())[rule]
    assert share(counts) >= 95 or RULES[rule].severity is Severity.OFF


def test_debatable_counts_against_a_rule() -> None:
    verdicts = [
        Verdict(RULE, "a", line, verdict, "x") for line, verdict in enumerate(("right", "debatable", "wrong"), 1)
    ]
    assert share(precision(verdicts)[RULE]) == pytest.approx(100 / 3)
    assert f"| [{RULE}](rules/{RULE}.md) | 3 | 1 | 1 | 1 | 33 |" in render(verdicts)


def test_a_verdict_without_its_finding_is_stale() -> None:
    files = [("a", "FROM debian:12\nMAINTAINER Jane\n"), ("c", "FROM debian:12\n")]
    kept, moved, elsewhere = (
        Verdict(RULE, "a", 2, "right", "x"),
        Verdict(RULE, "a", 1, "right", "x"),
        Verdict(RULE, "b", 1, "right", "x"),
    )
    assert list(stale([kept, moved, elsewhere], files)) == [moved]


def test_a_line_that_is_no_verdict_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "build" / "syntax.jsonl"
    path.parent.mkdir()
    path.write_text(json.dumps({"file": "a", "line": 1, "verdict": "perhaps", "why": "x"}) + "\n", encoding="utf-8")
    with pytest.raises(ValueError, match="no verdict"):
        list(read_verdicts(tmp_path))


def test_files_were_read_whole_too() -> None:
    whole = list(read_whole())
    assert len({each.file for each in whole}) == len(whole) >= 60
    named = {rule for each in whole for rule in (*each.doubtful, *filter(None, [each.missed]))}
    assert named <= RULES.keys()
    assert all(each.why.strip() for each in whole)
    page = render([], whole=[Whole("a", 3, [RULE], "", "x"), Whole("b", 0, [], RULE, "y")])
    assert "2 files with 3 findings: 1 doubtful, 1 missed." in page
    assert f"- `{RULE}` in b: y\n" in page


def test_rules_without_a_finding_are_named_with_what_was_read_instead() -> None:
    unseen = read_unseen()
    assert unseen.keys() <= RULES.keys()
    assert unseen.keys().isdisjoint(precision(read_verdicts()))
    assert all(why.strip() for why in unseen.values())
    assert "- [build/x](rules/build/x.md): none\n" in render([], {"build/x": "none"})


def test_a_rule_that_does_find_something_is_not_unseen() -> None:
    files = [("a", "FROM debian:12\nMAINTAINER Jane\n"), ("b", "FROM debian:12\n")]
    assert list(reported([RULE, "build/apt-in-script"], files)) == [(RULE, "a")]
