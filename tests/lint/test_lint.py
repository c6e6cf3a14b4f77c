"""The declaration of a rule, and what contexts show."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from layerwise.lint import Applicability, Edit, FileEdit, Finding, Fix, Related, Scope, Severity, Tag, rule
from layerwise.syntax.tree import Run
from layerwise.text import Span


def test_a_finding_moves_with_all_its_places() -> None:
    fix = Fix(
        "Do it",
        Edit(Span(3, 4), "x"),
        applicability=Applicability.UNSAFE,
        note="n",
        files=[FileEdit(".dockerignore", "a", None)],
        drops=["old"],
    )
    finding = Finding(
        Span(1, 5),
        "Wrong",
        fix=fix,
        related=[Related(Span(0, 1), "here")],
        tags=[Tag.DEPRECATED],
        reported_as=["DL1"],
        severity=Severity.HINT,
    )
    moved = finding.moved(10)
    assert moved.span == Span(11, 15)
    assert moved.fixes[0].edits == (Edit(Span(13, 14), "x"),)
    assert moved.related[0].span == Span(10, 11)
    assert moved.moved(-10) == finding
    assert finding.moved(0) is finding


def test_the_fix_given_alone_is_the_first() -> None:
    one, two = Fix("One", Edit(Span(0, 0), "a")), Fix("Two", Edit(Span(0, 0), "b"))
    assert Finding(Span(0, 1), "m", fix=one, fixes=[two]).fixes == (one, two)


def test_a_rule_is_called_as_its_file() -> None:
    def elsewhere(node: Run, ctx: object) -> Iterator[Finding]:
        yield from ()

    with pytest.raises(TypeError, match="must be called"):
        rule(Run, severity=Severity.WARNING)(elsewhere)  # type: ignore[arg-type]


def _declared(docstring: str) -> object:
    def some_rule(node: Run, ctx: object) -> Iterator[Finding]:
        yield from ()

    some_rule.__module__ = "layerwise.rules.build.some_rule"
    some_rule.__doc__ = docstring
    return rule(Run, severity=Severity.WARNING, aliases=("DL1",))(some_rule)  # type: ignore[arg-type]


def test_the_docstring_is_the_manual() -> None:
    declared = _declared(
        r"""A first
    paragraph.

    ## Why
    Because.

    ## Example
    RUN a \
        && b
    """
    )
    assert declared.id == "build/some-rule"  # type: ignore[attr-defined]
    assert declared.family == "build"  # type: ignore[attr-defined]
    assert declared.summary == "A first paragraph."  # type: ignore[attr-defined]
    assert declared.section("Why") == "Because."  # type: ignore[attr-defined]
    assert declared.section("Example") == "RUN a \\\n    && b"  # type: ignore[attr-defined]
    assert declared.section("Use instead") == ""  # type: ignore[attr-defined]
    assert declared.scope is Scope.STEP  # type: ignore[attr-defined]
    assert declared.url.endswith("/docs/rules/build/some-rule.md")  # type: ignore[attr-defined]
