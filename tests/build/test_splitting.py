"""Splitting by its specifications: what comes out, what is assumed, and what must hold of every split."""

from __future__ import annotations

from collections import Counter

import pytest
from e2b_dockerfile_utils import parse_dockerfile_ast
from splitting_cases import Case, cases

from layerwise.build.splitting import Refusal, Split, split
from layerwise.context import MemoryFiles, locate
from layerwise.engine import Analysis, analyse
from layerwise.features.actions import extracting
from layerwise.features.splitting import split_stage, splitting
from layerwise.lint import Severity
from layerwise.syntax.tree import (
    Cmd,
    Comment,
    Entrypoint,
    Expose,
    Healthcheck,
    Label,
    Run,
    Stopsignal,
    Volume,
)
from layerwise.text import Span, apply_edits

CASES = list(cases())
SPLIT = [case for case in CASES if case.after is not None]
LINE_ENDS = ("\n", "\r\n")


def analysed(case: Case, text: str) -> Analysis:
    if case.files is None:
        return analyse(text)
    files = MemoryFiles({f"/p/{path}": body for path, body in case.files.items()} | {"/p/Dockerfile": text})
    return analyse(text, path="/p/Dockerfile", files=locate("/p/Dockerfile", files))


def split_of(analysis: Analysis) -> Split | Refusal:
    final = analysis.build.final
    assert final is not None
    return split(analysis.build, final, analysis.context)


def done(case: Case, end: str = "\n") -> tuple[Analysis, Split]:
    analysis = analysed(case, case.before.replace("\n", end))
    found = split_of(analysis)
    assert isinstance(found, Split), found
    return analysis, found


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_specification(case: Case) -> None:
    found = split_of(analysed(case, case.before))
    if case.refused is not None:
        assert found == Refusal(case.refused)
        return
    assert isinstance(found, Split), found
    assert found.text == case.after
    assert list(found.assumptions) == case.assumes


@pytest.mark.parametrize("end", LINE_ENDS, ids=("lf", "crlf"))
@pytest.mark.parametrize("case", SPLIT, ids=lambda case: case.name)
def test_edits_give_the_text(case: Case, end: str) -> None:
    analysis, found = done(case, end)
    assert found.text == (case.after or "").replace("\n", end)
    final = analysis.build.final
    assert final is not None
    action = extracting(analysis, Span(final.span.start, final.span.start))
    assert action is not None
    assert apply_edits(analysis.text, action.edits) == found.text
    for edit in action.edits:
        again = set(edit.span.of(analysis.text).splitlines()) & set(edit.text.splitlines())
        assert not {line for line in again if line.strip()}, "a line that stays is not written anew"


@pytest.mark.parametrize("case", SPLIT, ids=lambda case: case.name)
def test_result_is_sound(case: Case) -> None:
    analysis, found = done(case)
    after = analysed(case, found.text)
    assert not after.dockerfile.problems
    parse_dockerfile_ast(found.text)
    assert isinstance(split_stage(analysis), Split), "a rule would warn about the result"
    warned = [{each.rule.id for each in one.findings if each.severity <= Severity.WARNING} for one in (analysis, after)]
    assert warned[1] - {"size/development-dependencies"} <= warned[0]
    assert isinstance(split_of(after), Refusal), "a split file is offered again"


@pytest.mark.parametrize("case", SPLIT, ids=lambda case: case.name)
def test_every_command_and_comment_stays(case: Case) -> None:
    analysis, found = done(case)
    after = analysed(case, found.text)
    runs = [
        Counter(step.instruction.span.of(one.text) for step in one.build.steps() if step.kind is Run)
        for one in (analysis, after)
    ]
    assert all(runs[1][text] == count for text, count in runs[0].items())
    comments = [
        sorted(each.text for each in one.dockerfile.pieces() if isinstance(each, Comment)) for one in (analysis, after)
    ]
    assert comments[0] == comments[1]


@pytest.mark.parametrize("case", SPLIT, ids=lambda case: case.name)
def test_what_is_in_force_at_the_end_stays(case: Case) -> None:
    analysis, found = done(case)
    before, after = analysis.build.final, analysed(case, found.text).build.final
    assert before is not None
    assert after is not None
    assert before.name == after.name
    if "nginx" in found.runtime:
        return  # Another program starts, in a folder and as a user of its own.
    was, now = before.steps[-1].after, after.steps[-1].after
    assert (was.user, was.workdir, was.shell) == (now.user, now.workdir, now.shell)


@pytest.mark.parametrize("case", SPLIT, ids=lambda case: case.name)
def test_what_describes_the_image_is_in_the_stage_that_runs(case: Case) -> None:
    analysis, found = done(case)
    before, after = analysis.build.final, analysed(case, found.text).build.final
    assert before is not None
    assert after is not None
    kinds = {Expose, Label, Healthcheck}
    if "nginx" not in found.runtime:
        kinds |= {Cmd, Entrypoint, Volume, Stopsignal}
    texts = [
        [step.span.of(one.text) for step in stage.steps if step.kind in kinds]
        for one, stage in ((analysis, before), (analysed(case, found.text), after))
    ]
    assert texts[0] == texts[1]


@pytest.mark.parametrize("case", SPLIT, ids=lambda case: case.name)
def test_what_is_assumed_is_said(case: Case) -> None:
    analysis, found = done(case)
    assert not found.assumptions or f"assumes that {found.assumptions[0]}" in found.title
    offer = splitting(analysis, analysis.build.final.from_.span if analysis.build.final else Span(0, 0))
    assert offer is not None
    assert all(f"Check: {each}" in offer.description for each in found.assumptions)
