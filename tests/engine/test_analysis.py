"""Running rules: dispatch, failures, and that remembering makes no difference."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layerwise.build.model import Build, Stage
from layerwise.engine import Analysis, Settings, analyse
from layerwise.engine.memo import Generations
from layerwise.engine.selection import Selection
from layerwise.lint import Context, FileContext, Finding, Rule, Scope, Severity, StageContext
from layerwise.shell.tree import Command
from layerwise.syntax.tree import Assigning, Cmd, From, Run
from layerwise.text import Span

TEXT = """\
# syntax=docker/dockerfile:1
FROM debian AS one
MAINTAINER a
RUN apt-get update && \\
    apt-get install -y curl
ONBUILD RUN make
FROM one
ENV A=1 B=2
RUN <<EOF
pip install x
EOF
CMD serve
"""


def made(check: Any, *nodes: type, scope: Scope = Scope.STEP) -> Rule:
    return Rule("build/test", check, nodes, scope, Severity.WARNING, (), ())


class Chosen(Selection):
    """A selection of given rules."""

    def __init__(self, *rules: Rule) -> None:
        super().__init__(())
        self.rules = rules


def run(*rules: Rule, text: str = TEXT) -> Analysis:
    analysis = analyse(text)
    analysis.__dict__["selection"] = Chosen(*rules)
    return analysis


def seen(analysis: Analysis) -> list[str]:
    return [each.message for each in analysis.findings]


def test_a_rule_is_given_the_nodes_it_asks_for() -> None:
    def check(node: Any, ctx: Context) -> Iterator[Finding]:
        yield Finding(node.span, type(node).__name__ + " " + ctx.text(node).split()[0])

    assert seen(run(made(check, From))) == ["From FROM", "From FROM"]
    assert seen(run(made(check, Run, Cmd))) == ["Run RUN", "Run RUN", "Run RUN", "Cmd CMD"]
    assert seen(run(made(check, Assigning))) == ["Env ENV"]


def test_a_rule_on_commands_is_given_each_command() -> None:
    def check(command: Command, ctx: Context) -> Iterator[Finding]:
        yield Finding(command.name.span, f"{ctx.text(command.name)} in stage {ctx.stage.index}")

    assert seen(run(made(check, Command))) == [
        "apt-get in stage 0",
        "apt-get in stage 0",
        "make in stage 0",
        "pip in stage 1",
        "serve in stage 1",
    ]


def test_a_step_sees_its_own_text_only() -> None:
    def check(node: Run, ctx: Context) -> Iterator[Finding]:
        with pytest.raises(ValueError, match="outside"):
            ctx.text(Span(0, 1))
        yield Finding(node.span, ctx.text(node.body))

    assert "make" in seen(run(made(check, Run)))


def test_a_stage_sees_its_own_text_only() -> None:
    def check(stage: Stage, ctx: StageContext) -> Iterator[Finding]:
        with pytest.raises(ValueError, match="outside"):
            ctx.text(Span(0, 1))
        yield Finding(stage.span, ctx.text(stage.from_))

    assert seen(run(made(check, Stage, scope=Scope.STAGE))) == ["FROM debian AS one", "FROM one"]


def test_a_rule_on_the_build_sees_all() -> None:
    def check(build: Build, ctx: FileContext) -> Iterator[Finding]:
        yield Finding(Span(0, 1), f"{len(build.stages)} {ctx.text(Span(0, 8))} {ctx.escape}")

    assert seen(run(made(check, Build, scope=Scope.BUILD))) == ["2 # syntax \\"]


@pytest.mark.parametrize(
    ("node", "scope", "places"),
    [(Run, Scope.STEP, ["RUN", "RUN", "RUN"]), (Stage, Scope.STAGE, ["FROM", "FROM"]), (Build, Scope.BUILD, ["#"])],
)
def test_a_rule_that_raises_does_not_take_the_others_down(node: type, scope: Scope, places: list[str]) -> None:
    def boom(node: object, ctx: object) -> Iterator[Finding]:
        yield Finding(Span(0, 1), "found before it failed")
        raise RuntimeError("boom")

    def fine(node: From, ctx: Context) -> Iterator[Finding]:
        yield Finding(node.span, "fine")

    analysis = run(made(boom, node, scope=scope), made(fine, From))
    assert seen(analysis) == ["fine", "fine"]
    assert [failure.span.of(TEXT).split()[0] for failure in analysis.failures] == places
    assert {str(failure.error) for failure in analysis.failures} == {"boom"}
    again = analyse("\n" + TEXT, previous=analysis)
    again.__dict__["selection"] = analysis.selection
    assert [failure.span.of(again.text).split()[0] for failure in again.failures] == places


def test_findings_come_in_the_order_of_the_text() -> None:
    def backwards(stage: Stage, ctx: StageContext) -> Iterator[Finding]:
        for step in reversed(stage.steps):
            yield Finding(step.span, "stage")

    def whole(build: Build, ctx: FileContext) -> Iterator[Finding]:
        for step in build.steps():
            yield Finding(step.span, "build")

    analysis = run(made(whole, Build, scope=Scope.BUILD), made(backwards, Stage, scope=Scope.STAGE))
    starts = [each.start for each in analysis.findings]
    assert starts == sorted(starts)
    assert all(each.start == each.span.start == each.finding.span.start for each in analysis.findings)


def test_parts_are_computed_once() -> None:
    analysis = analyse(TEXT)
    assert analysis.findings is analysis.findings
    assert analysis.dockerfile is analysis.dockerfile
    assert analysis.build is analysis.build


def test_an_untouched_step_is_not_linted_again() -> None:
    calls: list[str] = []

    def check(node: Run, ctx: Context) -> Iterator[Finding]:
        calls.append(ctx.text(node))
        yield Finding(node.span, "run")

    first = run(made(check, Run))
    assert len(first.findings) == 3
    calls.clear()
    for text in (TEXT.replace("serve", "server"), TEXT.replace("debian", "debian:1", 1), "# top\n" + TEXT):
        second = analyse(text, previous=first)
        second.__dict__["selection"] = first.selection
        assert [each.span.of(text)[:3] for each in second.findings] == ["RUN", "RUN", "RUN"]
    assert len(calls) <= 3  # Another base image is another state, behind which nothing may be taken over.


def test_typing_for_hours_leaves_nothing_behind() -> None:
    known: Generations[int] = Generations(10)
    for number in range(1000):
        known.put(number, number)
    assert len(known) <= 20
    assert known.get(999) == 999


def test_what_is_asked_for_is_not_forgotten() -> None:
    known: Generations[int] = Generations(10)
    known.put("often", 1)
    for number in range(1000):
        known.put(number, number)
        assert known.get("often") == 1


def plain(analysis: Analysis) -> list[tuple[object, ...]]:
    assert not analysis.failures
    return [(each.rule.id, each.severity, each.finding) for each in analysis.findings]


PIECES = st.sampled_from(
    [
        "\n",
        "\\\n",
        " ",
        "#",
        "# layerwise: ignore=*\n",
        "# hadolint ignore=DL4000\n",
        "FROM debian\n",
        "FROM debian:12 AS b\n",
        "ARG V=1\n",
        "RUN apt-get install x\n",
        "MAINTAINER x\n",
        "CMD a b\n",
        'SHELL ["/bin/bash", "-c"]\n',
        "COPY . .\n",
        "é",
        "x",
        '"',
        "&& ",
    ]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 12), PIECES), min_size=1, max_size=6))
def test_remembering_makes_no_difference(edits: list[tuple[int, int, str]]) -> None:
    chosen = Settings(profile="all")
    text = TEXT
    previous = analyse(text, settings=chosen)
    plain(previous)
    for at, length, piece in edits:
        at = min(at, len(text))
        text = text[:at] + piece + text[at + length :]
        current = analyse(text, settings=chosen, previous=previous)
        assert plain(current) == plain(analyse(text, settings=chosen))
        previous = current


def test_other_settings_and_another_context_are_not_mixed_up() -> None:
    first = analyse(TEXT, settings=Settings(select=("pin",)))
    assert {each.rule.family for each in first.findings} == {"pin"}
    second = analyse(TEXT, settings=Settings(select=("build",)), previous=first)
    assert {each.rule.family for each in second.findings} == {"build"}


@pytest.mark.parametrize(
    "line", ["", "F", "FRO", "FROM", "FROM ", "FROM deb", "FRMO debian:12", "FROM debian:12 A", "XYZ a"]
)
def test_findings_elsewhere_stay_while_the_from_is_typed(line: str) -> None:
    rest = "ARG V=1\nCMD a b\nMAINTAINER x\n"
    analysis = analyse(f"ARG W\n{line}\n{rest}", settings=Settings(ignore=("build/syntax",)))
    assert [each.rule.name for each in analysis.findings if each.start > 8 + len(line)] == [
        "shell-form-command",
        "deprecated-maintainer",
    ]
    assert not analysis.failures


def test_a_chain_of_analyses_holds_only_the_last() -> None:
    import gc
    import weakref

    class Weak(Analysis):
        pass

    analysis = Weak(TEXT, None, Settings(), None, None)
    first = weakref.ref(analysis)
    for number in range(5):
        analysis = Weak(TEXT + f"RUN {number}\n", None, Settings(), None, analysis)
        if number % 2:
            assert analysis.findings
    gc.collect()
    assert first() is None


def test_any_text_can_be_analysed() -> None:
    source = random.Random(7)
    for _ in range(150):
        text = "".join(
            source.choice(["FROM a\n", "RUN ", "\\", "\n", "<<E", "E\n", "\0", "\ufeff", "ONBUILD ", "'", "$", "{"])
            for _ in range(30)
        )
        analysis = analyse(text, settings=Settings(profile="all"))
        assert not analysis.failures, (text, analysis.failures)
        assert all(0 <= each.start <= each.span.end <= len(text) for each in analysis.findings)
