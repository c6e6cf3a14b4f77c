"""What holds of every finding and every fix, whatever the rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from e2b_dockerfile_utils import DockerfileSyntaxError, parse_dockerfile_ast

from harness.specification import Case
from layerwise.build.relation import Alteration, relation
from layerwise.context import ContextTree, MemoryFiles, locate
from layerwise.engine import RULES, Analysis, Reported, Settings, analyse, fix_all, read_settings
from layerwise.engine.comments import comments_of
from layerwise.engine.linting import Linter
from layerwise.lint import Applicability, FileEdit, Fix, Scope, Severity
from layerwise.text import apply_edits

FOLDER = "/project"
PATH = f"{FOLDER}/Dockerfile"


def settings_for(case: Case) -> Settings:
    """Only the rules of the case are on; but all of them for a rule on suppressions, which are unused only of what is on."""
    if RULES[case.rule].scope is Scope.SUPPRESSION:
        chosen = Settings(profile="all")
    else:
        chosen = Settings(select=tuple(sorted(case.rules)))
    if not case.settings:
        return chosen
    loaded = read_settings(f"{FOLDER}/layerwise.toml", case.settings)
    assert not loaded.problems, [problem.message for problem in loaded.problems]
    return loaded.settings.over(chosen)


def context_for(case: Case, text: str | None = None) -> ContextTree | None:
    if case.files is None:
        return None
    files = {f"{FOLDER}/{path}": content for path, content in case.files.items()}
    return locate(PATH, MemoryFiles({**files, PATH: case.text if text is None else text}))


def analysis_of(case: Case, settings: Settings | None = None, text: str | None = None) -> Analysis:
    text = case.text if text is None else text
    analysis = analyse(text, path=PATH, settings=settings or settings_for(case), files=context_for(case, text))
    for each in analysis.findings:
        assert each.kept.fixes is not None  # Asked for here, so that it is known whether they can be made.
    failures = (*analysis.failures, *analysis.late_failures)
    raised = [f"{failure.rule.id}: {failure.error!r}" for failure in failures]
    assert not raised, raised
    return analysis


def own_findings(case: Case, analysis: Analysis) -> list[Reported]:
    return [each for each in analysis.findings if each.rule.id in case.rules]


def check_findings(case: Case, analysis: Analysis) -> None:
    """Exactly the expected findings at exactly their places."""
    found = sorted(
        _place(each.rule.id, each.span.start, each.span.end, analysis) for each in own_findings(case, analysis)
    )
    expected = sorted(_place(each.rule, each.start, each.end, analysis) for each in case.expected)
    empty = {(rule, start) for rule, start, end in found if end == start}
    expected = [(rule, start, start if (rule, start) in empty else end) for rule, start, end in expected]
    assert found == expected, _difference(case, analysis, found, expected)
    for each in case.expected:
        if each.message is not None:
            messages = [r.message for r in analysis.findings if r.rule.id == each.rule and r.span.start == each.start]
            assert each.message in messages


def _place(rule: str, start: int, end: int | None, analysis: Analysis) -> tuple[str, int, int]:
    """A finding's place; one of several lines counts up to the end of its first."""
    last = analysis.lines.span(analysis.lines.line_of(start)).end
    return rule, start, last if end is None or end > last else end


def _difference(case: Case, analysis: Analysis, found: Iterable[object], expected: Iterable[object]) -> str:
    marked = "\n".join(
        f"  {each.rule.id} {each.span.of(analysis.text)!r}: {each.message}" for each in analysis.findings
    )
    return f"found {found}, expected {expected}\n{analysis.text}\n{marked}"


def check_fix(case: Case, analysis: Analysis, reported: Reported, fix: Fix) -> str:
    """What holds of any fix; returns the text it leads to."""
    assert fix.applicability in reported.rule.fixes, f"{reported.rule.id} does not declare {fix.applicability} fixes"
    assert fix.edits or fix.files
    assert fix.title
    assert not fix.title.endswith(".")
    assert "\n" not in fix.title
    for edit in fix.edits:
        assert edit.span.of(analysis.text) != edit.text, "an edit that changes nothing"
        whole = (edit.span.start, edit.span.end) == (0, len(analysis.text))
        assert not whole, "an edit of the whole file"
    text = apply_edits(analysis.text, fix.edits)
    check_result(case, analysis, text, dropped=fix.drops)
    if fix.files:
        check_files(case, analysis, reported, fix, text)
    elif fix.applicability is not Applicability.REFACTOR:
        after = analysis_of(case, text=text)
        count = sum(each.rule is reported.rule for each in analysis.findings)
        assert sum(each.rule is reported.rule for each in after.findings) < count, (
            f"the finding is still there:\n{text}"
        )
        check_nothing_new(case, analysis.text, text)
    check_relation(case, analysis, text, reported.rule.changes)
    return text


def check_files(case: Case, analysis: Analysis, reported: Reported, fix: Fix, text: str) -> None:
    """A fix that changes other files is made for them as they are, and what it is for is not said again."""
    for file in fix.files:
        assert file.before == (case.files or {}).get(file.path), "made for another text"
        assert file.text != file.before
    after = analysis_of(with_files(case, fix.files), text=text)
    said = [each.message for each in after.findings if each.rule is reported.rule]
    assert reported.message not in said, f"the finding is still there:\n{fix.files}"


def with_files(case: Case, files: Iterable[FileEdit]) -> Case:
    """The case with other texts of some files in its build context."""
    changed = {file.path: file.text for file in files}
    return replace(case, files={**(case.files or {}), **changed}) if changed else case


def check_result(case: Case, before: Analysis, text: str, dropped: Iterable[str] = ()) -> None:
    """The result parses as well as what it was made of, and keeps every comment."""
    after = analysis_of(case, text=text)
    new = _codes(after) - _codes(before)
    assert not new, f"the builder refuses the result, {set(new)}:\n{text}"
    if _oracle_takes(before.text):
        assert _oracle_takes(text), f"the oracle refuses the result:\n{text}"
    lost = comments_of(before.build) - comments_of(after.build) - Counter(dropped)
    assert not lost, f"lost the comment {set(lost)}:\n{text}"
    assert _carriage_returns(before.text) == _carriage_returns(text), f"mixes line ends:\n{text!r}"


def check_relation(case: Case, before: Analysis, text: str, allowed: frozenset[Alteration]) -> frozenset[Alteration]:
    """The build after a fix does the same commands in the same order, but for what the rule declares to change."""
    differences = relation(before.build, analysis_of(case, text=text).build).differences
    unnamed = [str(each) for each in differences if each.alteration not in allowed]
    assert not unnamed, f"differs in what the rule does not declare as changes=…, {unnamed}:\n{text}"
    return frozenset(each.alteration for each in differences)


def changes_of(case: Case) -> frozenset[Alteration]:
    """In what the builds differ to which the fixes of a case lead, each by itself and the safe and unsafe ones together."""
    analysis = analysis_of(case)
    rule = RULES[case.rule]
    fixes = [fix for each in own_findings(case, analysis) if each.rule is rule for fix in each.finding.fixes]
    texts = {apply_edits(analysis.text, fix.edits) for fix in fixes}
    texts.update(fix_all(analysis, grade, only=[rule]).text for grade in Applicability)
    builds = [analysis_of(case, text=text).build for text in texts]
    return frozenset[Alteration]().union(*(relation(analysis.build, build).alterations for build in builds))


def check_nothing_new(case: Case, before: str, after: str) -> None:
    """No rule of the recommended profile warns of something that it did not warn of before."""
    settings = Settings()
    new = _warnings(analysis_of(case, settings, after)) - _warnings(analysis_of(case, settings, before))
    assert not new, f"new findings of {set(new)}:\n{after}"


def check_bulk(case: Case, analysis: Analysis, grade: Applicability, expected: str | None, plain: object) -> None:
    """``fix_all`` leads to the expected text, refuses nothing, and has then nothing left to do."""
    result = fix_all(analysis, grade, only=[RULES[case.rule]])
    assert not result.skipped, [(each.fix.title, each.reason) for each in result.skipped]
    assert callable(plain)
    assert plain(result.text) == plain(analysis.text if expected is None else expected)
    check_result(case, analysis, result.text, [text for each in result.applied for text in each.fix.drops])
    check_nothing_new(case, analysis.text, result.text)
    changes = check_relation(case, analysis, result.text, RULES[case.rule].changes)
    if grade is Applicability.SAFE and case.relation is not None:
        assert {str(each) for each in changes} == case.relation
    assert apply_edits(analysis.text, result.edits) == result.text
    after = with_files(case, result.files)
    again = fix_all(analysis_of(after, text=result.text), grade, only=[RULES[case.rule]])
    assert again.text == result.text
    assert not again.applied


def check_memory(case: Case, analysis: Analysis, other: Analysis) -> None:
    """What an analysis says does not depend on what was analysed before."""
    warm = analyse(analysis.text, path=PATH, settings=analysis.settings, files=analysis.context, previous=other)
    assert list(_plain(warm)) == list(_plain(analysis))


def check_about(analysis: Analysis) -> None:
    """A rule finds the same where it is asked by what it says that it is about, and where it is asked everywhere."""
    asked, everywhere = (
        _harvested(Linter(analysis.selection, analysis.context, asks_all=asks_all), analysis)
        for asks_all in (False, True)
    )
    assert asked == everywhere, "the rule says wrongly what it is about, see @rule(about=…)"


def _harvested(linter: Linter, analysis: Analysis) -> list[object]:
    stages = [piece.harvest.graded for piece in linter.stages(analysis.build.stages, analysis.dockerfile)]
    return [*stages, linter.build(analysis.build).graded]


def _plain(analysis: Analysis) -> Iterator[tuple[object, ...]]:
    for each in analysis.findings:
        yield each.rule.id, each.severity, each.finding


def _codes(analysis: Analysis) -> Counter[str]:
    return Counter(problem.code for problem in analysis.dockerfile.problems)


def _warnings(analysis: Analysis) -> Counter[str]:
    return Counter(each.rule.id for each in analysis.findings if each.severity <= Severity.WARNING)


def _carriage_returns(text: str) -> bool | None:
    """Whether lines end in CRLF; None when they do both or there are none."""
    pairs = text.count("\r\n")
    if pairs == text.count("\n"):
        return True if pairs else None
    return False if pairs == 0 else None


def _oracle_takes(text: str) -> bool:
    try:
        parse_dockerfile_ast(text)
    except DockerfileSyntaxError:
        return False
    return True
