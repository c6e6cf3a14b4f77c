"""Fixing in bulk: what is applied, what is refused, and where it ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerwise.build.model import Build
from layerwise.context import MemoryFiles, locate
from layerwise.engine import FixResult, analyse, fix_all, optimize
from layerwise.engine.fixing import MAX_ROUNDS
from layerwise.engine.narrowing import narrow_edits
from layerwise.engine.selection import Selection
from layerwise.lint import Applicability, Edit, FileContext, FileEdit, Finding, Fix, Rule, Scope, Severity
from layerwise.text import Span, apply_edits

SAFE, UNSAFE, REFACTOR = Applicability
Fixer = Callable[[str], Iterator[tuple[Span, Fix]]]
TEXT = "FROM debian:12\n# why\nRUN a\nRUN b\n"


def rule_of(fixer: Fixer, name: str = "test") -> Rule:
    def check(build: Build, ctx: FileContext) -> Iterator[Finding]:
        for span, fix in fixer(build.dockerfile.text):
            yield Finding(span, "Wrong", fix=fix)

    return Rule(f"build/{name}", check, (Build,), Scope.BUILD, Severity.WARNING, (), tuple(Applicability))


@pytest.fixture
def fixed(monkeypatch: pytest.MonkeyPatch) -> Callable[..., FixResult]:
    def run(*rules: Rule, text: str = TEXT, grade: Applicability = SAFE, **more: Any) -> FixResult:
        chosen = Selection(())
        chosen.rules = rules
        monkeypatch.setattr("layerwise.engine.analysis.selection", lambda settings, path: chosen)
        return fix_all(analyse(text), grade, **more)

    return run


def replacing(old: str, new: str, grade: Applicability = SAFE, **more: Any) -> Fixer:
    def fixer(text: str) -> Iterator[tuple[Span, Fix]]:
        at = text.find(old)
        while at >= 0:
            span = Span(at, at + len(old))
            yield span, Fix("Replace", Edit(span, new), applicability=grade, **more)
            at = text.find(old, at + 1)

    return fixer


def test_side_by_side_in_one_round(fixed: Callable[..., FixResult]) -> None:
    result = fixed(rule_of(replacing("RUN ", "RUN echo && ")), text="FROM debian:12\nRUN a\n", only=None)
    assert result.rounds == MAX_ROUNDS
    result = fixed(rule_of(replacing(" a", " x")), rule_of(replacing(" b", " y"), "other"))
    assert result.text == "FROM debian:12\n# why\nRUN x\nRUN y\n"
    assert result.rounds == 1
    assert [each.rule.name for each in result.applied] == ["test", "other"]
    assert apply_edits(TEXT, result.edits) == result.text


def test_one_after_the_other_when_they_touch(fixed: Callable[..., FixResult]) -> None:
    result = fixed(rule_of(replacing("aa", "b")), text="FROM debian:12\nRUN aaaa\n")
    assert result.text == "FROM debian:12\nRUN bb\n"
    assert result.rounds == 2


def test_until_nothing_is_left(fixed: Callable[..., FixResult]) -> None:
    rules = rule_of(replacing("RUN a", "RUN b"), "one"), rule_of(replacing("RUN b", "RUN c"), "two")
    result = fixed(*rules)
    assert result.text == "FROM debian:12\n# why\nRUN c\nRUN c\n"
    assert fixed(*rules, text=result.text).text == result.text


def test_two_rules_that_undo_each_other_come_to_an_end(fixed: Callable[..., FixResult]) -> None:
    result = fixed(rule_of(replacing("RUN a", "RUN b"), "one"), rule_of(replacing("RUN b", "RUN a"), "two"))
    assert result.rounds <= 3


@pytest.mark.parametrize(
    ("grade", "applied", "text"),
    [(SAFE, SAFE, "x"), (UNSAFE, SAFE, "a"), (UNSAFE, UNSAFE, "x"), (REFACTOR, SAFE, "a"), (REFACTOR, UNSAFE, "a")],
)
def test_only_what_is_asked_for(
    fixed: Callable[..., FixResult], grade: Applicability, applied: Applicability, text: str
) -> None:
    result = fixed(rule_of(replacing(" a", " x", grade)), grade=applied)
    assert result.text == f"FROM debian:12\n# why\nRUN {text}\nRUN b\n"


def test_only_the_rules_asked_for(fixed: Callable[..., FixResult]) -> None:
    one, two = rule_of(replacing(" a", " x"), "one"), rule_of(replacing(" b", " y"), "two")
    assert fixed(one, two, only=[two]).text == "FROM debian:12\n# why\nRUN a\nRUN y\n"


def test_the_first_fix_that_is_allowed_counts(fixed: Callable[..., FixResult]) -> None:
    def check(build: Build, ctx: FileContext) -> Iterator[Finding]:
        if " a" in build.dockerfile.text:
            span = Span(build.dockerfile.text.index(" a"), build.dockerfile.text.index(" a") + 2)
            grades = {SAFE: " safe", UNSAFE: " unsafe"}
            fixes = [Fix("F", Edit(span, grades[grade]), applicability=grade) for grade in (UNSAFE, SAFE)]
            yield Finding(span, "Wrong", fixes=fixes)

    rule = Rule("build/test", check, (Build,), Scope.BUILD, Severity.WARNING, (), (SAFE, UNSAFE))
    assert "RUN safe" in fixed(rule).text
    assert "RUN unsafe" in fixed(rule, grade=UNSAFE).text


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("RUN a", "RUNN a", "the builder would refuse the result"),
        ("# why\n", "", "a comment would be lost: why"),
        ("why", "wherefore", "a comment would be lost: why"),
        ("RUN b\n", "RUN <<EOF\nb\n", "the builder would refuse the result"),
    ],
)
def test_what_does_harm_is_refused_and_the_rest_applied(
    fixed: Callable[..., FixResult], old: str, new: str, reason: str
) -> None:
    harmful = rule_of(replacing(old, new), "harmful")
    good = rule_of(replacing("debian:12", "debian:13"), "good")
    result = fixed(good, harmful)
    assert result.text == TEXT.replace("12", "13")
    assert [each.rule.name for each in result.applied] == ["good"]
    assert [each.rule.name for each in result.skipped] == ["harmful"]
    assert result.skipped[0].reason.startswith(reason)


def test_a_new_error_is_harm(fixed: Callable[..., FixResult]) -> None:
    def error(text: str) -> Iterator[tuple[Span, Fix]]:
        yield from ()

    def check(build: Build, ctx: FileContext) -> Iterator[Finding]:
        if "x" in build.dockerfile.text:
            yield Finding(Span(0, 1), "An x")

    strict = Rule("build/strict", check, (Build,), Scope.BUILD, Severity.ERROR, (), ())
    result = fixed(strict, rule_of(replacing(" a", " x")))
    assert result.text == TEXT
    assert result.skipped[0].reason == "it would bring a new error: build/strict"


def test_a_comment_that_the_fix_names_may_go(fixed: Callable[..., FixResult]) -> None:
    result = fixed(rule_of(replacing("# why\n", "", drops=["why"])))
    assert result.text == "FROM debian:12\nRUN a\nRUN b\n"


def test_a_comment_may_become_one_of_a_script(fixed: Callable[..., FixResult]) -> None:
    whole = TEXT.partition("\n")[2]
    result = fixed(rule_of(replacing(whole, "RUN <<EOF\n# why\na\nb\nEOF\n")))
    assert result.text == "FROM debian:12\nRUN <<EOF\n# why\na\nb\nEOF\n"


def test_changes_to_other_files_are_handed_on_once(fixed: Callable[..., FixResult]) -> None:
    file = FileEdit(".dockerignore", ".git\n", None)

    def fixer(text: str) -> Iterator[tuple[Span, Fix]]:
        yield Span(0, 4), Fix("Ignore", files=[file])

    result = fixed(rule_of(fixer))
    assert result.files == (file,)
    assert result.text == TEXT
    assert len(result.applied) == 1


LINES = st.lists(st.sampled_from(["a\n", "b\n", "a b c\n", "\r\n", "\r", "é🚀\r\n", "x", ""]), max_size=12).map("".join)


@given(LINES, LINES)
def test_narrow_edits_lead_there(before: str, after: str) -> None:
    edits = list(narrow_edits(before, after))
    assert apply_edits(before, edits) == after
    for edit in edits:
        for at in edit.span:
            assert before[at - 1 : at + 1] != "\r\n" or at == 0, "an edit within a line end"


def test_narrow_edits_are_narrow() -> None:
    assert list(narrow_edits("one two\nthree\nfour\n", "one 2\nthree\nfour five\n")) == [
        Edit(Span(4, 7), "2"),
        Edit(Span(18, 18), " five"),
    ]


@pytest.fixture
def optimized(monkeypatch: pytest.MonkeyPatch) -> Callable[..., FixResult]:
    def run(*rules: Rule, text: str = TEXT) -> FixResult:
        chosen = Selection(())
        chosen.rules = rules
        monkeypatch.setattr("layerwise.engine.analysis.selection", lambda settings, path: chosen)
        return optimize(analyse(text))

    return run


def offering(*fixes: tuple[str, Applicability, bool], old: str = " a") -> Rule:
    """A rule that offers to put each of these texts in the place of another, in this order."""

    def check(build: Build, ctx: FileContext) -> Iterator[Finding]:
        at = build.dockerfile.text.find(old)
        if at >= 0:
            span = Span(at, at + len(old))
            yield Finding(
                span,
                "Wrong",
                fixes=[
                    Fix("Replace", Edit(span, new), applicability=grade, optimizes=optimizes)
                    for new, grade, optimizes in fixes
                ],
            )

    return Rule("build/test", check, (Build,), Scope.BUILD, Severity.WARNING, (), tuple(Applicability))


@pytest.mark.parametrize(
    ("fixes", "expected"),
    [
        ([(" x", SAFE, False)], " x"),
        ([(" x", UNSAFE, False)], " a"),
        ([(" x", UNSAFE, True)], " x"),
        ([(" x", SAFE, False), (" y", UNSAFE, True)], " y"),
        ([(" x", UNSAFE, False), (" y", SAFE, False)], " y"),
        ([(" x", REFACTOR, False)], " a"),
        ([(" x", REFACTOR, True)], " a"),
        ([("\nNONSENSE", UNSAFE, True), (" y", SAFE, False)], " y"),
    ],
)
def test_optimizing_takes_what_is_made_for_it_and_else_what_is_safe(
    fixes: list[tuple[str, Applicability, bool]], expected: str, optimized: Callable[..., FixResult]
) -> None:
    assert optimized(offering(*fixes)).text == TEXT.replace(" a", expected)


def test_optimizing_brings_no_new_warning(optimized: Callable[..., FixResult]) -> None:
    def check(build: Build, ctx: FileContext) -> Iterator[Finding]:
        if " x" in build.dockerfile.text:
            yield Finding(Span(0, 4), "Wrong")

    other = Rule("build/other", check, (Build,), Scope.BUILD, Severity.WARNING, (), ())
    result = optimized(rule_of(replacing(" a", " x")), other)
    assert result.text == TEXT
    assert [each.reason for each in result.skipped] == ["it would bring a new warning: build/other"]


def test_what_one_fix_leaves_the_next_may_do(optimized: Callable[..., FixResult]) -> None:
    result = optimized(rule_of(replacing(" a", " x")), rule_of(replacing(" x", " y"), "other"))
    assert result.text == TEXT.replace(" a", " y")
    assert not result.skipped


def test_where_a_fix_comes_from(fixed: Callable[..., FixResult]) -> None:
    first, second = rule_of(replacing(" a", " x")), rule_of(replacing(" b", " c"), "second")
    third = rule_of(replacing(" c", " done"), "third")
    result = fixed(first, second, third)
    places = {each.rule.id: [span.of(TEXT) for span in result.origin(each)] for each in result.applied}
    assert places == {"build/test": [" a"], "build/second": [" b"], "build/third": [" b"]}


def test_a_change_to_another_file_is_seen_by_what_comes_after(monkeypatch: pytest.MonkeyPatch) -> None:
    def unignored(build: Build, ctx: FileContext) -> Iterator[Finding]:
        for name in ("a", "b"):
            if ctx.files and not ctx.files.ignored(name):
                before = ctx.files.files.read("/p/.dockerignore")
                yield Finding(
                    Span(0, 4),
                    name,
                    fix=Fix(name, files=[FileEdit(".dockerignore", f"{before or ''}{name}\n", before)]),
                )

    def waiting(build: Build, ctx: FileContext) -> Iterator[Finding]:
        span = Span(build.dockerfile.text.find(" a"), build.dockerfile.text.find(" a") + 2)
        if ctx.files and ctx.files.ignored("b") and span.start >= 0:
            yield Finding(span, "Now", fix=Fix("Replace", Edit(span, " x")))

    chosen = Selection(())
    chosen.rules = tuple(
        Rule(f"build/{check.__name__}", check, (Build,), Scope.BUILD, Severity.WARNING, (), (SAFE,))
        for check in (unignored, waiting)
    )
    monkeypatch.setattr("layerwise.engine.analysis.selection", lambda settings, path: chosen)
    context = locate("/p/Dockerfile", MemoryFiles({"/p/Dockerfile": TEXT, "/p/a": "", "/p/b": ""}))
    result = fix_all(analyse(TEXT, path="/p/Dockerfile", files=context))
    assert result.files == (FileEdit(".dockerignore", "a\nb\n", None),)
    assert result.text == TEXT.replace(" a", " x")
    assert context.files.read("/p/.dockerignore") is None
