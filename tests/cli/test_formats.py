"""What each output format makes of findings that are made up here, so that no rule's wording matters."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import jsonschema
import pytest

from layerwise.cli.formats import format_named
from layerwise.cli.report import Failure, Report, Totals, totals_of
from layerwise.cli.terminal import Look, use_utf8
from layerwise.engine import Reported
from layerwise.engine.linting import Found
from layerwise.lint import Applicability, Edit, FileEdit, Finding, Fix, Related, Rule, Scope, Severity
from layerwise.syntax.tree import Run
from layerwise.text import LineIndex, Span

SCHEMA = Path(__file__).parents[2] / "docs" / "json-output.schema.json"
TEXT = "FROM python:3.12\nCOPY . .\r\nRUN é🚀 pip install x\nRUN a\n"


def check(node: object, context: object) -> Iterator[Finding]:
    r"""Something is left.

    ## Why
    It costs.
    """
    return iter(())


RULE = Rule("size/thing-left", check, (Run,), Scope.STEP, Severity.WARNING, ("DL1", "DL2"), (Applicability.SAFE,))
OTHER = Rule("pin/image", check, (Run,), Scope.STEP, Severity.INFORMATION, (), ())


def span(piece: str) -> Span:
    start = TEXT.index(piece)
    return Span(start, start + len(piece))


def reported(rule: Rule, severity: Severity, finding: Finding) -> Reported:
    return Reported(Found(0, rule, finding), 0, severity)


FINDINGS = (
    reported(
        OTHER,
        Severity.INFORMATION,
        Finding(span("python:3.12"), "100% of it: wrong, really", related=[Related(span("RUN a"), "rebuilt\x1b[1m")]),
    ),
    reported(
        RULE,
        Severity.ERROR,
        Finding(
            span("pip install"),
            "the cache stays",
            fixes=(
                Fix("Add `--no-cache-dir`", Edit(Span(span("pip install").end, span("pip install").end), " -n")),
                Fix(
                    "Ignore it",
                    applicability=Applicability.UNSAFE,
                    note="look twice",
                    files=[FileEdit(".dockerignore", ".git\n", None)],
                ),
            ),
            reported_as=("DL2",),
        ),
    ),
)
REPORT = Report("a b/Dockerfile", LineIndex(TEXT), FINDINGS)
CLEAN = Report("clean/Dockerfile", LineIndex("FROM a\n"), ())
FAILURES = [Failure("gone", "no such file or folder")]


def written(name: str, *reports: Report, failures: list[Failure] | None = None, quiet: bool = False) -> str:
    format_ = format_named(name, Look(), quiet=quiet)
    totals = Totals()
    for report in reports:
        totals.add(totals_of(report.findings))
    pieces = [piece for report in reports if (piece := format_.file(report))]
    return format_.begin() + format_.between.join(pieces) + format_.end(totals, failures or [])


def test_text() -> None:
    assert written("text", REPORT, CLEAN, failures=FAILURES) == dedent(
        """\
        information[pin/image]: 100% of it: wrong, really
         --> a b/Dockerfile:1:6
          |
        1 | FROM python:3.12
          |      ^^^^^^^^^^^
        2 | COPY . .
        3 | RUN é🚀 pip install x
        4 | RUN a
          | ----- rebuilt␛[1m

        error[size/thing-left]: the cache stays
         --> a b/Dockerfile:3:8
          |
        2 | COPY . .
        3 | RUN é🚀 pip install x
          |         ^^^^^^^^^^^
        4 | RUN a
          |
          = fix: Add `--no-cache-dir`
          = fix (unsafe): Ignore it
          = note: look twice

        Found 2 problems in 1 of 2 files: 1 error, 1 information.
        `layerwise fix` removes 1 of them.
        `layerwise rule ID` explains a rule.
        1 path could not be checked.
        """
    )


def test_text_without_findings() -> None:
    assert written("text", CLEAN) == "No problem found in 1 file.\n"
    assert written("text", CLEAN, quiet=True) == written("text") == ""


def test_text_with_many_related_places_names_their_number() -> None:
    related = [Related(span("RUN a"), str(number)) for number in range(9)]
    finding = reported(OTHER, Severity.HINT, Finding(span("python"), "x", related=related))
    assert "= note: and 3 more like these" in written("text", Report("f", LineIndex(TEXT), [finding]))


def test_json() -> None:
    output = json.loads(written("json", REPORT, CLEAN, failures=FAILURES))
    assert output == {
        "version": 1,
        "files": [
            {
                "path": "a b/Dockerfile",
                "findings": [
                    {
                        "rule": "pin/image",
                        "aliases": [],
                        "severity": "information",
                        "message": "100% of it: wrong, really",
                        "start": {"line": 1, "column": 6},
                        "end": {"line": 1, "column": 17},
                        "url": OTHER.url,
                        "fixes": [],
                    },
                    {
                        "rule": "size/thing-left",
                        "aliases": ["DL2"],
                        "severity": "error",
                        "message": "the cache stays",
                        "start": {"line": 3, "column": 8},
                        "end": {"line": 3, "column": 19},
                        "url": RULE.url,
                        "fixes": [
                            {
                                "title": "Add `--no-cache-dir`",
                                "applicability": "safe",
                                "edits": [
                                    {
                                        "start": {"line": 3, "column": 19},
                                        "end": {"line": 3, "column": 19},
                                        "text": " -n",
                                    }
                                ],
                            },
                            {
                                "title": "Ignore it",
                                "applicability": "unsafe",
                                "edits": [],
                                "files": [{"path": ".dockerignore", "text": ".git\n"}],
                            },
                        ],
                    },
                ],
            },
            {"path": "clean/Dockerfile", "findings": []},
        ],
    }
    jsonschema.validate(output, json.loads(SCHEMA.read_text()))


def test_json_of_nothing() -> None:
    assert json.loads(written("json")) == {"version": 1, "files": []}


def test_the_schema_is_one_and_refuses_what_is_wrong() -> None:
    schema = json.loads(SCHEMA.read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    output = json.loads(written("json", REPORT))
    output["files"][0]["findings"][0]["start"]["line"] = 0
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(output, schema)


def test_json_with_a_file_name_that_is_not_utf8() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    use_utf8(stream)
    stream.write(written("json", Report("caf\udce9/Dockerfile", LineIndex(""), ())))
    stream.flush()
    assert json.loads(raw.getvalue().decode())["files"][0]["path"] == "caf\udce9/Dockerfile"


class TestSarif:
    @pytest.fixture
    def run(self, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
        monkeypatch.setattr("layerwise.engine.RULES", {rule.id: rule for rule in (OTHER, RULE)})
        output = json.loads(written("sarif", REPORT, CLEAN, failures=FAILURES))
        assert output["version"] == "2.1.0"
        assert output["$schema"].endswith("sarif-schema-2.1.0.json")
        (run,) = output["runs"]
        return dict(run)

    def test_columns_are_code_points(self, run: dict[str, Any]) -> None:
        assert run["columnKind"] == "unicodeCodePoints"
        (location,) = run["results"][1]["locations"]
        assert location["physicalLocation"] == {
            "artifactLocation": {"uri": "a%20b/Dockerfile"},
            "region": {"startLine": 3, "startColumn": 8, "endLine": 3, "endColumn": 19},
        }

    def test_each_result_names_its_rule_by_its_index(self, run: dict[str, Any]) -> None:
        rules = run["tool"]["driver"]["rules"]
        assert [rules[result["ruleIndex"]]["id"] for result in run["results"]] == ["pin/image", "size/thing-left"]
        assert [result["level"] for result in run["results"]] == ["note", "error"]
        assert rules[1]["shortDescription"] == {"text": "Something is left."}
        assert rules[1]["helpUri"] == RULE.url
        assert rules[1]["defaultConfiguration"] == {"level": "warning", "enabled": True}

    def test_fixes_replace_regions(self, run: dict[str, Any]) -> None:
        safe, unsafe = run["results"][1]["fixes"]
        assert safe["artifactChanges"] == [
            {
                "artifactLocation": {"uri": "a%20b/Dockerfile"},
                "replacements": [
                    {
                        "deletedRegion": {"startLine": 3, "startColumn": 19, "endLine": 3, "endColumn": 19},
                        "insertedContent": {"text": " -n"},
                    }
                ],
            }
        ]
        assert unsafe["description"]["text"] == "Ignore it (unsafe)"
        assert unsafe["artifactChanges"][0]["artifactLocation"]["uri"] == ".dockerignore"

    def test_paths_are_relative_where_that_is_possible(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("layerwise.engine.RULES", {rule.id: rule for rule in (OTHER, RULE)})
        monkeypatch.chdir(tmp_path)
        for path, uri in (
            (str(tmp_path / "a/Dockerfile"), "a/Dockerfile"),
            ("/else where/x", "file:///else%20where/x"),
        ):
            report = Report(path, REPORT.lines, FINDINGS, context_root=(tmp_path / "b").as_posix())
            (run,) = json.loads(written("sarif", report))["runs"]
            (location,) = run["results"][1]["locations"]
            assert location["physicalLocation"]["artifactLocation"]["uri"] == uri
            (change,) = run["results"][1]["fixes"][1]["artifactChanges"]
            assert change["artifactLocation"]["uri"] == "b/.dockerignore"

    def test_related_places_and_failures_are_told(self, run: dict[str, Any]) -> None:
        (related,) = run["results"][0]["relatedLocations"]
        assert related["physicalLocation"]["region"]["startLine"] == 4
        (invocation,) = run["invocations"]
        assert invocation["executionSuccessful"] is False
        (notification,) = invocation["toolExecutionNotifications"]
        assert notification["message"]["text"] == "gone: no such file or folder"

    def test_nothing_found(self) -> None:
        (run,) = json.loads(written("sarif", CLEAN))["runs"]
        assert run["results"] == []
        assert run["invocations"] == [{"executionSuccessful": True}]


def test_github(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)
    report = Report("a,b:c/Dockerfile", REPORT.lines, FINDINGS)
    assert written("github", report, CLEAN, failures=FAILURES).splitlines() == [
        "::notice file=a%2Cb%3Ac/Dockerfile,line=1,endLine=1,col=6,endColumn=17,title=information%3A pin/image"
        f"::100%25 of it: wrong, really%0A{OTHER.url}",
        "::error file=a%2Cb%3Ac/Dockerfile,line=3,endLine=3,col=8,endColumn=19,title=error%3A size/thing-left"
        f"::the cache stays%0AFix: Add `--no-cache-dir`%0A{RULE.url}",
        "::error file=gone::no such file or folder",
    ]


def test_github_gives_no_columns_over_several_lines() -> None:
    finding = reported(OTHER, Severity.HINT, Finding(Span(0, len(TEXT) - 1), "x"))
    (line,) = written("github", Report("f", LineIndex(TEXT), [finding])).splitlines()
    assert "line=1,endLine=4,title=" in line


def test_github_takes_paths_from_the_root_of_the_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir(tmp_path / "sub")
    for path in ("Dockerfile", str(tmp_path / "sub/Dockerfile")):
        report = Report(path, REPORT.lines, FINDINGS[:1])
        assert written("github", report).startswith("::notice file=sub/Dockerfile,")
