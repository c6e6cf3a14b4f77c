"""The harness itself: it reads what contributing.md describes, varies it as it says, and fails where it must."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from harness.checks import analysis_of, check_bulk, check_findings, check_fix, check_result
from harness.specification import Case, SpecificationError, read_specification
from harness.variants import varied

from layerwise.engine import RULES, Reported
from layerwise.engine.linting import Found
from layerwise.lint import Applicability, Edit, Finding, Fix, Severity
from layerwise.text import Span

RULE = "build/shell-form-command"


@pytest.fixture
def cases(tmp_path: Path) -> Any:
    def read(text: str) -> list[Case]:
        folder = tmp_path / "build"
        folder.mkdir(exist_ok=True)
        path = folder / "shell-form-command.md"
        path.write_text(text.replace("'''", "```"), encoding="utf-8")
        return read_specification(path)

    return read


SPECIFICATION = """\
# build/shell-form-command

'''toml settings
profile = "all"
'''

## One

Why.

'''dockerfile not=stage,escape
FROM debian:12
CMD a \\
^^^ build/other
#   ^^^ build/shell-form-command: The message, with: a colon
    b
#   ^ build/shell-form-command
'''

'''dockerfile fixed
FIXED
'''

'''dockerfile unsafe-fixed
UNSAFE
'''

'''dockerfile fix="Do it"
BY TITLE
'''

'''text file=src/a.txt
content
'''

'''text fixed-file=.dockerignore
.git
'''

## Two

There is no
fix.

'''dockerfile
CMD a b
^^^^^^^ build/shell-form-command
'''
"""


def test_reading_a_specification(cases: Any) -> None:
    one, two = cases(SPECIFICATION)
    assert one.text == "FROM debian:12\nCMD a \\\n    b\n"
    assert [(each.rule, each.start, each.end, each.message) for each in one.expected] == [
        ("build/other", 15, 18, None),
        (RULE, 19, 22, "The message, with: a colon"),
        (RULE, 27, 28, None),
    ]
    assert one.without == {"stage", "escape"}
    assert (one.fixed, one.unsafe_fixed, one.by_title) == ("FIXED\n", "UNSAFE\n", (("Do it", "BY TITLE\n"),))
    assert one.settings == two.settings == 'profile = "all"\n'
    assert one.files == {"src/a.txt": "content\n"}
    assert one.unsafe_fixed_files == {".dockerignore": ".git\n"}
    assert not one.no_fix
    assert (two.name, two.no_fix, two.files) == ("Two", True, None)


@pytest.mark.parametrize(
    "text",
    [
        "'''dockerfile\nCMD a\n#   ^ build/shell-form-command\n'''\n",
        "'''dockerfile\nCMD a\n",
        "'''dockerfile not=everything\nCMD a\n'''\n",
        "'''dockerfile\nCMD [\"a\"]\n'''\n'''dockerfile fixed\nCMD a\n'''\n",
    ],
    ids=["no outcome", "not closed", "no such variant", "a fix of nothing"],
)
def test_a_specification_that_says_too_little_is_refused(cases: Any, text: str) -> None:
    with pytest.raises(SpecificationError):
        cases(text)


def case(text: str, **more: Any) -> Case:
    from harness.specification import _without_carets

    plain, expected = _without_carets(text)
    return Case(RULE, "case", 1, plain, tuple(expected), **more)


FLAGGED = "FROM debian:12\n# why\nCMD  a \\\n#    ^^^ build/shell-form-command\n    b\n"
FIXED = 'FROM debian:12\n# why\nCMD  ["a", \\\n    "b"]\n'


def test_each_variant_is_another_text_with_the_same_findings() -> None:
    texts = {each.name: each.case.text for each in varied(case(FLAGGED, fixed=FIXED))}
    assert texts.pop("onbuild", None) is None, "the rule sees stages"
    assert texts == {
        "as written": "FROM debian:12\n# why\nCMD  a \\\n    b\n",
        "crlf": "FROM debian:12\r\n# why\r\nCMD  a \\\r\n    b\r\n",
        "tabs": "FROM\tdebian:12\n# why\nCMD\t a \\\n\t\t\t\tb\n",
        "lower": "from debian:12\n# why\ncmd  a \\\n    b\n",
        "stage": "FROM busybox:1.36 AS stage-before\nCOPY other /other\n\nFROM debian:12\n# why\nCMD  a \\\n    b\n",
        "escape": "# escape=`\nFROM debian:12\n# why\nCMD  a `\n    b\n",
    }


def test_what_is_excluded_does_not_run() -> None:
    names = {each.name for each in varied(case(FLAGGED, fixed=FIXED, without=frozenset({"crlf", "stage"})))}
    assert names == {"as written", "tabs", "lower", "escape"}


def test_each_variant_moves_what_is_expected() -> None:
    for each in varied(case(FLAGGED, fixed=FIXED)):
        check_findings(each.case, analysis_of(each.case))
        check_bulk(each.case, analysis_of(each.case), Applicability.SAFE, each.case.fixed, each.plain)


@pytest.mark.parametrize(
    "text",
    [
        FLAGGED.replace("^^^", "^^"),
        FLAGGED.replace(" ^^^", "^^^^"),
        FLAGGED.replace("#    ^^^ build/shell-form-command\n", ""),
        FLAGGED.replace("command\n", "command: Another message\n"),
        FLAGGED + 'CMD ["a"]\n#   ^^^^^ build/shell-form-command\n',
    ],
    ids=["too short", "too early", "not expected", "other message", "not found"],
)
def test_a_finding_at_another_place_fails(text: str) -> None:
    made = case(text)
    with pytest.raises(AssertionError):
        check_findings(made, analysis_of(made))


def test_another_result_of_the_fix_fails() -> None:
    made = case(FLAGGED)
    with pytest.raises(AssertionError):
        check_bulk(made, analysis_of(made), Applicability.SAFE, FIXED.replace("b", "c"), lambda text: text)


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (Edit(Span(0, 36), 'FROM debian:12\n# why\nCMD ["a"]\n'), "an edit of the whole file"),
        (Edit(Span(26, 28), "a "), "an edit that changes nothing"),
        (Edit(Span(21, 24), "CMDD"), "the builder refuses the result"),
        (Edit(Span(15, 21), ""), "lost the comment"),
        (Edit(Span(26, 27), "x"), "the finding is still there"),
        (Edit(Span(21, 35), "MAINTAINER x"), "new findings of {'build/deprecated-maintainer'}"),
        (Edit(Span(36, 36), "ENV A=1\r\n"), "mixes line ends"),
    ],
)
def test_a_harmful_fix_fails(edit: Edit, reason: str) -> None:
    made = case(FLAGGED)
    analysis = analysis_of(made)
    finding = Finding(Span(26, 35), "m", fix=Fix("Do it", edit))
    reported = Reported(Found(0, RULES[RULE], finding), 0, Severity.WARNING)
    with pytest.raises(AssertionError, match=re.escape(reason)):
        check_fix(made, analysis, reported, finding.fixes[0])


def test_a_good_fix_passes() -> None:
    made = case(FLAGGED)
    analysis = analysis_of(made)
    (reported,) = analysis.findings
    assert check_fix(made, analysis, reported, reported.finding.fixes[0]) == FIXED
    check_result(made, analysis, FIXED)


RELATION = """\
'''dockerfile
FROM debian:12
CMD a b
#   ^^^ build/shell-form-command
'''

'''dockerfile fixed
FROM debian:12
CMD ["a", "b"]
'''

'''relation
shell form and exec form exchanged
'''
"""


def test_a_case_states_what_its_fix_changes(cases: Any) -> None:
    (made,) = cases(RELATION)
    check_bulk(made, analysis_of(made), Applicability.SAFE, made.fixed, lambda text: text)
    other = replace(made, relation=frozenset())
    with pytest.raises(AssertionError):
        check_bulk(other, analysis_of(other), Applicability.SAFE, made.fixed, lambda text: text)


def test_a_fix_that_changes_what_its_rule_does_not_declare_fails() -> None:
    made = case(FLAGGED)
    analysis = analysis_of(made)
    edit = Edit(Span(15, 35), '# why\nUSER x\nCMD ["a", "b"]')
    finding = Finding(Span(26, 35), "m", fix=Fix("Do it", edit))
    reported = Reported(Found(0, RULES[RULE], finding), 0, Severity.WARNING)
    with pytest.raises(AssertionError, match="an instruction added: USER x"):
        check_fix(made, analysis, reported, finding.fixes[0])


def test_a_fix_of_a_grade_that_is_not_declared_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    made = case(FLAGGED)
    analysis = analysis_of(made)
    (reported,) = analysis.findings
    reported.rule = replace(reported.rule, fixes=(Applicability.UNSAFE,))
    with pytest.raises(AssertionError, match="does not declare"):
        check_fix(made, analysis, reported, reported.finding.fixes[0])
