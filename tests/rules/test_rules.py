"""Every rule against its manual and its specification. Adding a rule adds its tests."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from harness.checks import (
    FOLDER as FOLDER_OF_CASES,
)
from harness.checks import (
    PATH,
    analysis_of,
    changes_of,
    check_about,
    check_bulk,
    check_findings,
    check_fix,
    check_memory,
    check_result,
    own_findings,
)
from harness.specification import Case, SpecificationError, read_specification
from harness.variants import Varied, in_triggers, varied

from layerwise.build.relation import HARMLESS
from layerwise.context import ContextTree, MemoryFiles, locate
from layerwise.engine import RULES, Settings, analyse, fix_all
from layerwise.engine.manual import Example, examples
from layerwise.lint import Applicability, Fix, Rule, Scope, Severity
from layerwise.syntax import parse
from layerwise.syntax.tree import From
from layerwise.text import apply_edits

FOLDER = Path(__file__).parent
PREFIXES = 12
WRAPPING = "FROM debian:12\n"
SPECIFICATIONS = sorted(FOLDER.glob("*/*.md"))


@cache
def cases_of(path: Path) -> list[Case]:
    try:
        return read_specification(path)
    except SpecificationError as error:
        pytest.fail(f"{path.name}: {error}")


def _id(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def _all_cases() -> list[object]:
    found: list[object] = []
    for path in SPECIFICATIONS:
        try:
            cases = read_specification(path)
        except SpecificationError as error:
            found.append(pytest.param(error, id=_id(path)))
            continue
        found += [pytest.param(case, id=f"{case.rule}:{case.line}:{case.name}") for case in cases]
    return found


@pytest.mark.parametrize("case", _all_cases())
def test_specification(case: Case | SpecificationError) -> None:
    if isinstance(case, SpecificationError):
        raise case
    if case.rule not in RULES:
        pytest.fail(f"there is no rule {case.rule}")
    for variant in varied(case):
        try:
            check(variant)
        except AssertionError as error:
            raise AssertionError(f"{case.rule}, line {case.line}, {variant.name}: {error}") from error
    check_half_typed(case)
    check_in_triggers(case)


def check_half_typed(case: Case) -> None:
    """Nothing that a file may be on its way to what it is makes a rule raise."""
    length = len(case.text)
    for end in sorted({length * part // PREFIXES for part in range(PREFIXES)}):
        analysis_of(case, text=case.text[:end])


def check_in_triggers(case: Case) -> None:
    """Whatever the rule says of an instruction inside ONBUILD, its fixes are right."""
    text = in_triggers(case)
    if text is None or "onbuild" in case.without:
        return
    analysis = analysis_of(case, text=text)
    for reported in own_findings(case, analysis):
        for fix in reported.finding.fixes if reported.rule.id == case.rule else ():
            check_fix(case, analysis, reported, fix)


def check(variant: Varied) -> None:
    case = variant.case
    analysis = analysis_of(case)
    check_about(analysis)
    check_findings(case, analysis)
    offered = [
        (each, fix) for each in own_findings(case, analysis) if each.rule.id == case.rule for fix in each.finding.fixes
    ]
    for reported, fix in offered:
        check_fix(case, analysis, reported, fix)
    assert not (case.no_fix and offered), f"no fix expected: {[fix.title for _, fix in offered]}"
    if case.fixed is not None or case.unsafe_fixed is not None:
        check_bulk(case, analysis, Applicability.SAFE, case.fixed, variant.plain)
    if case.unsafe_fixed is not None:
        check_bulk(case, analysis, Applicability.UNSAFE, case.unsafe_fixed, variant.plain)
    for title, expected in case.by_title:
        edits = [edit for _, fix in offered if fix.title == title for edit in fix.edits]
        titles = sorted({fix.title for _, fix in offered})
        assert title in titles, f"the fixes on offer are {titles}"
        text = apply_edits(analysis.text, edits)
        assert variant.plain(text) == variant.plain(expected)
        check_result(case, analysis, text, [text for _, fix in offered if fix.title == title for text in fix.drops])
    for grade, expected in ((Applicability.SAFE, case.fixed_files), (Applicability.UNSAFE, case.unsafe_fixed_files)):
        if expected is not None:
            result = fix_all(analysis, grade, only=[RULES[case.rule]])
            assert {file.path: file.text for file in result.files} == expected
    check_memory(case, analysis, analysis_of(case, text="FROM debian:12\nRUN true\n" + case.text))


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_each_rule_has_a_specification_with_both_sides(rule: Rule) -> None:
    path = FOLDER / f"{rule.id}.md"
    assert path.is_file(), f"tests/rules/{rule.id}.md is missing"
    cases = cases_of(path)
    assert any(case.expected for case in cases), "no case is flagged"
    assert any(not case.expected for case in cases), "no case is silent"
    if Applicability.SAFE in rule.fixes:
        assert any(case.fixed is not None for case in cases), "no case shows the safe fix"
    if Applicability.UNSAFE in rule.fixes:
        assert any(case.unsafe_fixed is not None or case.by_title for case in cases), "no case shows the unsafe fix"


@pytest.mark.parametrize("rule", [rule for rule in RULES.values() if rule.changes > HARMLESS], ids=lambda rule: rule.id)
def test_each_declared_change_is_made_by_a_fix(rule: Rule) -> None:
    seen = frozenset().union(*(changes_of(case) for case in cases_of(FOLDER / f"{rule.id}.md")))
    assert rule.changes - HARMLESS <= seen, "declared, but no case shows it"


@pytest.mark.parametrize("path", SPECIFICATIONS, ids=_id)
def test_each_specification_has_a_rule(path: Path) -> None:
    assert _id(path) in RULES


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_the_manual_is_complete(rule: Rule) -> None:
    assert rule.summary.endswith(".")
    assert len(rule.summary) <= 140
    assert rule.section("Why")
    assert rule.section("Example")
    assert bool(rule.section("Fix safety")) == bool(rule.fixes)
    assert not any(line.rstrip() != line for line in rule.manual.splitlines())
    assert all(len(line) <= 130 for line in rule.manual.splitlines())
    for name, option in rule.options.items():
        assert name == name.lower().replace("_", "-")
        assert option.description.endswith(".")


@pytest.mark.parametrize(
    ("rule", "index"),
    [
        pytest.param(rule, index, id=f"{rule.id}-{index}")
        for rule in RULES.values()
        for index in range(len(examples(rule)))
    ],
)
def test_the_example_is_flagged_and_its_replacement_is_not(rule: Rule, index: int) -> None:
    example = examples(rule)[index]
    bad = _wrapped(example.bad)
    chosen = Settings(profile="all") if rule.scope is Scope.SUPPRESSION else Settings(select=(rule.id,))
    analysis = analyse(bad, path=PATH, settings=chosen, files=_context_of(example, bad))
    own = [each for each in analysis.findings if each.rule is rule]
    assert not analysis.failures
    assert own, "the example is not flagged"
    assert example.good is not None or not rule.fixes, "an example with a fix needs its replacement"
    if example.good is None:
        return
    good = bad if example.file else _wrapped(example.good)
    after = analyse(good, path=PATH, settings=chosen, files=_context_of(example, good, mended=True))
    assert not [each for each in after.findings if each.rule is rule], "the replacement is flagged"
    fixes = [fix for each in own for fix in each.finding.fixes]
    assert bool(fixes) == bool(rule.fixes), "whether there is a fix is not what the rule declares"
    if not fixes:
        return
    grade = _best(fixes)
    if grade is Applicability.REFACTOR:
        result = apply_edits(bad, fixes[0].edits)
    else:
        fixed = fix_all(analysis, grade, only=[rule])
        result = fixed.text
        assert {each.path: each.text for each in fixed.files} == (
            {example.file: example.good + "\n"} if example.file else {}
        )
    assert result == good


def _context_of(example: Example, text: str, *, mended: bool = False) -> ContextTree | None:
    """The build context of an example, None where it has none."""
    if not example.context:
        return None
    files = {f"{FOLDER_OF_CASES}/{path}": "" for path in example.context}
    if mended and example.file and example.good is not None:
        files[f"{FOLDER_OF_CASES}/{example.file}"] = example.good + "\n"
    return locate(PATH, MemoryFiles({**files, PATH: text}))


def _best(fixes: list[Fix]) -> Applicability:
    grades = {fix.applicability for fix in fixes}
    return next(grade for grade in Applicability if grade in grades)


def _wrapped(example: str) -> str:
    """The example as a file: with a stage around it if it has none."""
    has_stage = any(isinstance(each, From) for each in parse(example + "\n").instructions)
    return (example if has_stage else WRAPPING + example) + "\n"


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_messages_and_titles_are_in_style(rule: Rule) -> None:
    path = FOLDER / f"{rule.id}.md"
    for case in cases_of(path) if path.is_file() else []:
        for each in own_findings(case, analysis_of(case)):
            assert not each.message.endswith("."), each.message
            assert "\n" not in each.message
            assert set(each.finding.reported_as or ()) <= set(each.rule.aliases)
            assert each.severity in Severity
