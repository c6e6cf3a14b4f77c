"""Comments that silence rules: where they count, and which did nothing."""

from __future__ import annotations

import pytest

from layerwise.engine import Analysis, Settings, analyse, ignore_edits
from layerwise.lint import Notation, Reach, Severity
from layerwise.text import apply_edits

ON = Settings(
    select=("pin/untagged-image", "build/deprecated-maintainer", "build/shell-form-command", "build/unused-suppression")
)


def lines(analysis: Analysis) -> list[str]:
    """What is shown, as ``line:rule`` with lines from 1."""
    return [f"{analysis.lines.line_of(each.start) + 1}:{each.rule.name}" for each in analysis.findings]


def check(text: str) -> list[str]:
    return lines(analyse(text, settings=ON))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("FROM debian:12\n# layerwise: ignore=DL4000 why\nMAINTAINER a\nMAINTAINER b\n", ["4:deprecated-maintainer"]),
        ("FROM debian:12\n#layerwise:ignore=build/deprecated-maintainer\nMAINTAINER a\n", []),
        ("FROM debian:12\n# layerwise: ignore = DL3006 , DL4000\nMAINTAINER a\n", ["2:unused-suppression"]),
        ("FROM debian:12\n# layerwise: ignore=DL4000\n# another comment\nMAINTAINER a\n", []),
        ("FROM debian:12\n# layerwise: ignore=DL4000\n\nMAINTAINER a\n", []),
        ("FROM debian:12\n  # layerwise: ignore=DL4000\n  MAINTAINER a\n", []),
        (
            "FROM debian:12\nMAINTAINER a\n# layerwise: ignore=DL4000\n",
            ["2:deprecated-maintainer", "3:unused-suppression"],
        ),
        ("FROM debian:12\nMAINTAINER a # layerwise: ignore=DL4000\n", ["2:deprecated-maintainer"]),
        (
            "FROM debian:12\n# layerwise: ignore=DL4000\nONBUILD CMD a b\n",
            ["2:unused-suppression", "3:shell-form-command"],
        ),
        ("FROM debian:12\n# layerwise: ignore=DL3025\nONBUILD CMD a b\n", []),
        # At the top of the file.
        ("# layerwise: ignore=DL4000\n\nFROM debian:12\nMAINTAINER a\n", []),
        ("# layerwise: ignore=DL4000\n# more\n\n# about\nFROM debian:12\nMAINTAINER a\n", []),
        ("# syntax=docker/dockerfile:1\n# layerwise: ignore=DL4000\n\nFROM debian:12\nMAINTAINER a\n", []),
        ("# layerwise: ignore=DL4000\nFROM debian:12\nMAINTAINER a\n", []),
        ("# layerwise: ignore=DL3006\nFROM debian\nFROM debian\n", ["3:untagged-image"]),
        ("# layerwise: ignore=DL3006\n\nFROM debian\nFROM debian\n", []),
        ("# layerwise: ignore=DL3006,DL4000\nFROM debian\nMAINTAINER a\nFROM debian\n", ["4:untagged-image"]),
        ("# layerwise: ignore=DL3006\nARG A=1\nFROM debian\n", []),
        ("FROM debian\n# layerwise: ignore-file=DL3006,DL4000 old\nMAINTAINER a\nFROM debian\n", []),
        # Inside a continuation or a heredoc: the next line.
        (
            "FROM debian:12\nCMD a && \\\n  # layerwise: ignore=DL4000\n  b\n",
            ["2:shell-form-command", "3:unused-suppression"],
        ),
        ("FROM debian:12\nCMD \\\n  # layerwise: ignore=DL3025\n\n  # another\n  a b\n", []),
        ("FROM debian:12\nRUN <<EOF\n# layerwise: ignore=DL4000\ntrue\nEOF\n", ["3:unused-suppression"]),
        ("FROM debian:12\nCOPY <<EOF /x\n# layerwise: ignore=DL4000\nEOF\n", []),
        # Other tools' notations.
        ("FROM debian:12\n# hadolint ignore=DL4000\nMAINTAINER a\nMAINTAINER b\n", ["4:deprecated-maintainer"]),
        ("FROM debian:12\n# hadolint ignore=DL3006,DL4000,SC2086 # why\nMAINTAINER a\n", ["2:unused-suppression"]),
        (
            "# hadolint ignore=DL4000\nFROM debian:12\nMAINTAINER a\n",
            ["1:unused-suppression", "3:deprecated-maintainer"],
        ),
        ("FROM debian:12\nMAINTAINER a\n# hadolint global ignore = DL4000 , DL3006\nFROM debian\n", []),
        (
            "# hadolint stage ignore=DL4000\nFROM debian:12\nMAINTAINER a\nFROM debian:12\nMAINTAINER a\n",
            ["5:deprecated-maintainer"],
        ),
        ("# check=skip=MaintainerDeprecated,UndefinedVar\nFROM debian\nMAINTAINER a\n", ["2:untagged-image"]),
        ("# check = skip = all ; error = true\nFROM debian\nMAINTAINER a\nCMD a b\n", ["2:untagged-image"]),
        ("#\n# check=skip=all\nFROM debian:12\nMAINTAINER a\n", ["4:deprecated-maintainer"]),
        # What means more than one rule.
        ("FROM debian:12\n# layerwise: ignore=build\nMAINTAINER a\n# layerwise: ignore=*\nCMD a b\n", []),
        # What is off, or what no rule here covers, is never unused.
        ("FROM debian:12\n# layerwise: ignore=build/syntax,DL3059x\nRUN true\n", ["2:unused-suppression"]),
        ("FROM debian:12\n# layerwise: ignore=build/syntax,DL3059,SC2086,UndefinedVar\nRUN true\n", []),
        # Not ours.
        ("FROM debian:12\n# use layerwise: it is good\n# hadolint rocks\nRUN true\n", []),
        ("FROM debian:12\n# layerwise: it is good\nRUN true\n", ["2:unused-suppression"]),
    ],
)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_what_is_shown(text: str, shown: list[str], line_end: str) -> None:
    assert check(text.replace("\n", line_end)) == shown


def test_an_unused_suppression_can_be_suppressed_itself() -> None:
    assert check("FROM debian:12\n# layerwise: ignore=DL4000,build/unused-suppression\nRUN true\n") == []


def test_a_comment_that_two_tools_read_is_used_by_both() -> None:
    text = "# check=skip=MaintainerDeprecated\nFROM debian:12\n# hadolint ignore=DL4000\nMAINTAINER a\n"
    analysis = analyse(text, settings=ON)
    assert lines(analysis) == []
    assert [each.rule.name for each, _ in analysis.silenced] == ["deprecated-maintainer"]


def test_what_a_suppression_is_made_of() -> None:
    text = "FROM debian:12\n# layerwise: ignore=DL4000 , pin  the old scanner wants it \nMAINTAINER a\n"
    (suppression,) = analyse(text, settings=ON).suppressions
    assert (suppression.notation, suppression.reach) == (Notation.LAYERWISE, Reach.INSTRUCTION)
    assert suppression.reason == "the old scanner wants it"
    assert [word.span.of(text) for word in suppression.ids] == ["DL4000", "pin"]
    assert suppression.covers.of(text).endswith("MAINTAINER a")


def test_error_true_makes_errors_of_the_builders_own_checks() -> None:
    analysis = analyse("# check=error=true\nFROM debian\nMAINTAINER a\n", settings=ON)
    assert [each.severity for each in analysis.findings] == [Severity.WARNING, Severity.ERROR]


def test_a_rule_that_failed_leaves_nothing_unused(monkeypatch: pytest.MonkeyPatch) -> None:
    from layerwise.engine import RULES

    def boom(node: object, context: object) -> list[object]:
        raise RuntimeError

    rule = RULES["build/deprecated-maintainer"]
    monkeypatch.setitem(rule.__dict__, "check", boom)
    text = "FROM debian:12\n# layerwise: ignore=DL4000\nMAINTAINER a\n# layerwise: ignore=DL3006\nRUN true\n"
    assert check(text) == ["4:unused-suppression"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("FROM debian\n", "# layerwise: ignore=pin/untagged-image\nFROM debian\n"),
        ("FROM a:1\n  FROM debian", "FROM a:1\n  # layerwise: ignore=pin/untagged-image\n  FROM debian"),
        ("FROM a:1\n\tFROM debian\n", "FROM a:1\n\t# layerwise: ignore=pin/untagged-image\n\tFROM debian\n"),
        ("FROM a:1\r\nFROM debian\r\n", "FROM a:1\r\n# layerwise: ignore=pin/untagged-image\r\nFROM debian\r\n"),
        ("FROM a:1\r\nFROM debian", "FROM a:1\r\n# layerwise: ignore=pin/untagged-image\r\nFROM debian"),
        ("\ufeffFROM debian\n", "\ufeff# layerwise: ignore=pin/untagged-image\nFROM debian\n"),
        ("# syntax=a\nFROM debian\n", "# syntax=a\n# layerwise: ignore=pin/untagged-image\nFROM debian\n"),
        ("# about\nFROM debian\n", "# about\n# layerwise: ignore=pin/untagged-image\nFROM debian\n"),
        (
            "# layerwise: ignore=DL4000 why\nFROM debian\n",
            "# layerwise: ignore=DL4000,pin/untagged-image why\nFROM debian\n",
        ),
        (
            "FROM a:1\n# hadolint ignore=DL3059\nFROM debian\n",
            "FROM a:1\n# hadolint ignore=DL3059,DL3006\nFROM debian\n",
        ),
        (
            "# hadolint global ignore=DL1\nFROM debian\n",
            "# hadolint global ignore=DL1\n# layerwise: ignore=pin/untagged-image\nFROM debian\n",
        ),
        ("# check=skip=A\nFROM debian\n", "# check=skip=A\n# layerwise: ignore=pin/untagged-image\nFROM debian\n"),
        ("FROM \\\n  # c\n  debian\n", "# layerwise: ignore=pin/untagged-image\nFROM \\\n  # c\n  debian\n"),
        (
            "FROM a:1\nONBUILD CMD a b && \\\n  c\n",
            "FROM a:1\n# layerwise: ignore=build/shell-form-command\nONBUILD CMD a b && \\\n  c\n",
        ),
        (
            "FROM a:1\nCMD \\\n  # layerwise: ignore=DL1\n  a b\n",
            "FROM a:1\nCMD \\\n  # layerwise: ignore=DL1,build/shell-form-command\n  a b\n",
        ),
        (
            "# layerwise: ignore=DL1\n\nFROM debian\n",
            "# layerwise: ignore=DL1\n\n# layerwise: ignore=pin/untagged-image\nFROM debian\n",
        ),
    ],
)
def test_ignore_on_this_line(before: str, after: str) -> None:
    analysis = analyse(before, settings=ON)
    finding = next(each for each in analysis.findings if each.rule.name != "unused-suppression")
    text = apply_edits(before, ignore_edits(analysis, finding))
    assert text == after
    again = analyse(text, settings=ON)
    assert finding.rule not in [each.rule for each in again.findings]
    assert len(again.dockerfile.directives) == len(analysis.dockerfile.directives)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("FROM debian\nFROM debian\n", "# layerwise: ignore-file=pin/untagged-image\nFROM debian\nFROM debian\n"),
        ("# escape=`\nFROM debian\n", "# escape=`\n# layerwise: ignore-file=pin/untagged-image\nFROM debian\n"),
        (
            "# escape=`\r\nFROM debian\r\n",
            "# escape=`\r\n# layerwise: ignore-file=pin/untagged-image\r\nFROM debian\r\n",
        ),
        ("\ufeffFROM debian\n", "\ufeff# layerwise: ignore-file=pin/untagged-image\nFROM debian\n"),
        (
            "# layerwise: ignore-file=DL1 x\nFROM debian\n",
            "# layerwise: ignore-file=DL1,pin/untagged-image x\nFROM debian\n",
        ),
        ("# hadolint global ignore=DL1\nFROM debian\n", "# hadolint global ignore=DL1,DL3006\nFROM debian\n"),
        (
            "# check=error=true\nFROM debian\n",
            "# check=error=true\n# layerwise: ignore-file=pin/untagged-image\nFROM debian\n",
        ),
    ],
)
def test_ignore_in_this_file(before: str, after: str) -> None:
    analysis = analyse(before, settings=ON)
    finding = next(each for each in analysis.findings if each.rule.name == "untagged-image")
    text = apply_edits(before, ignore_edits(analysis, finding, whole_file=True))
    assert text == after
    assert "untagged-image" not in [each.rule.name for each in analyse(text, settings=ON).findings]


@pytest.mark.parametrize(
    "text",
    [
        "FROM debian:12\n# layerwise: ignore=DL4000",
        "# check=skip=MaintainerDeprecated\nFROM debian:12",
        "# check=skip=MaintainerDeprecated",
    ],
)
def test_a_finding_outside_of_instructions_can_be_ignored_too(text: str) -> None:
    analysis = analyse(text, settings=ON)
    (finding,) = analysis.findings
    assert check(apply_edits(text, ignore_edits(analysis, finding))) == []
