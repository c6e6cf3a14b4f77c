"""The same case in other clothes: what a rule must not care about. Each is a list of edits to the text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from harness.specification import Case, Expected
from layerwise.engine import RULES
from layerwise.lint import Scope
from layerwise.syntax import parse
from layerwise.syntax.tree import Directive, Dockerfile, From, Healthcheck, Instruction, Onbuild
from layerwise.text import Edit, Span, apply_edits

FIRST_STAGE = "FROM busybox:1.36 AS stage-before\nCOPY other /other\n\n"
NEVER_IN_ONBUILD = {"FROM", "ONBUILD", "MAINTAINER"}
_Edits = Callable[[Dockerfile, "Case"], list[Edit] | None]


@dataclass(frozen=True)
class Varied:
    """A case in one variant. ``plain`` makes two texts comparable where the variant leaves a choice to the fix."""

    name: str
    case: Case
    plain: Callable[[str], str]


def varied(case: Case) -> Iterator[Varied]:
    """The case itself, and every variant of it that is possible and means the same."""
    yield Varied("as written", case, _same)
    for name, edits, plain in _ALL:
        if name in case.without:
            continue
        other = _vary(case, edits)
        if other is not None and other.text != case.text:
            yield Varied(name, other, plain)


def in_triggers(case: Case) -> str | None:
    """The text with ONBUILD before every flagged instruction that may stand there, whatever a rule makes of that."""
    flagged = [
        each
        for each in parse(case.text).instructions
        if any(each.span.start <= expected.start <= each.span.end for expected in case.expected)
    ]
    chosen = [each for each in flagged if each.name not in NEVER_IN_ONBUILD]
    if not chosen:
        return None
    return apply_edits(case.text, [Edit(Span(each.span.start, each.span.start), "ONBUILD ") for each in chosen])


def _vary(case: Case, edits: _Edits) -> Case | None:
    changes = edits(parse(case.text), case)
    if changes is None:
        return None
    outcomes = [case.fixed, case.unsafe_fixed, *(text for _, text in case.by_title)]
    changed: list[str | None] = []
    for text in outcomes:
        after = None if text is None else edits(parse(text), case)
        if text is not None and after is None:
            return None
        changed.append(None if text is None else apply_edits(text, after or []))
    return replace(
        case,
        text=apply_edits(case.text, changes),
        expected=tuple(_moved(each, changes) for each in case.expected),
        fixed=changed[0],
        unsafe_fixed=changed[1],
        by_title=tuple((title, text or "") for (title, _), text in zip(case.by_title, changed[2:], strict=True)),
    )


def _moved(expected: Expected, edits: list[Edit]) -> Expected:
    start = expected.start + sum(_growth(each) for each in edits if each.span.start <= expected.start)
    if expected.end is None:
        return replace(expected, start=start)
    end = expected.end + sum(_growth(each) for each in edits if each.span.start < expected.end)
    return replace(expected, start=start, end=max(end, start + expected.end - expected.start))


def _growth(edit: Edit) -> int:
    return len(edit.text) - (edit.span.end - edit.span.start)


def _crlf(dockerfile: Dockerfile, case: Case) -> list[Edit] | None:
    return [Edit(Span(m.start(), m.start()), "\r") for m in re.finditer(r"(?<!\r)\n", dockerfile.text)]


def _tabs(dockerfile: Dockerfile, case: Case) -> list[Edit] | None:
    """A tab for each space that indents a line or follows a keyword; not where a heredoc is told to strip tabs."""
    bodies = [heredoc.body for each in dockerfile.instructions for heredoc in each.heredocs]
    spaces = [m.span() for m in re.finditer(r"^ +", dockerfile.text, re.MULTILINE)]
    for each in _with_triggers(dockerfile):
        end = each.keyword.span.end
        if dockerfile.text[end : end + 1] == " ":
            spaces.append((end, end + 1))
    return [
        Edit(Span(at, at + 1), "\t")
        for start, end in sorted(set(spaces))
        for at in range(start, end)
        if not any(body.start <= at < body.end for body in bodies)
    ]


def _lower(dockerfile: Dockerfile, case: Case) -> list[Edit] | None:
    return [
        Edit(Span(at, at + 1), dockerfile.text[at].lower())
        for span in _keywords(dockerfile)
        for at in range(span.start, span.end)
        if dockerfile.text[at].isupper()
    ]


def _onbuild(dockerfile: Dockerfile, case: Case) -> list[Edit] | None:
    """ONBUILD before each flagged instruction, and before the same ones in what the fix makes of them."""
    if RULES[case.rule].scope is not Scope.STEP or not case.expected:
        return None
    before = parse(case.text)
    flagged = [
        index
        for index, each in enumerate(before.instructions)
        if any(each.span.start <= expected.start <= each.span.end for expected in case.expected)
    ]
    if len(dockerfile.instructions) != len(before.instructions):
        return None
    chosen = [dockerfile.instructions[index] for index in flagged]
    if any(each.name in NEVER_IN_ONBUILD or each.heredocs for each in chosen):
        return None
    return [Edit(Span(each.span.start, each.span.start), "ONBUILD ") for each in chosen]


def _stage(dockerfile: Dockerfile, case: Case) -> list[Edit] | None:
    """A stage before the first, above the comments that stand directly over its FROM."""
    first = next((each for each in dockerfile.instructions if isinstance(each, From)), None)
    if first is None:
        return None
    at = first.span.start
    for piece in reversed([piece for piece in dockerfile.pieces() if piece.span.end <= first.span.start]):
        if isinstance(piece, Instruction | Directive) or re.search(r"\n[ \t]*\r?\n", piece.span.of(dockerfile.text)):
            break
        at = piece.span.start
    line = dockerfile.lines.line_of(at)
    start = dockerfile.lines.start(line)
    if start != at and dockerfile.text[start:at].strip():
        start = dockerfile.lines.full_span(line).end
    return [Edit(Span(start, start), FIRST_STAGE)]


def _escape(dockerfile: Dockerfile, case: Case) -> list[Edit] | None:
    """A backtick where a backslash ended the line; only for files whose other backslashes belong to a shell."""
    if dockerfile.directives or dockerfile.escape != "\\" or "`" in dockerfile.text:
        return None
    edits = [Edit(Span(0, 0), "# escape=`\n")]
    bodies = [heredoc.body for each in dockerfile.instructions for heredoc in each.heredocs]
    edits += [
        Edit(Span(*match.span()), "`")
        for match in re.finditer(r"\\(?=[ \t]*\r?\n)", dockerfile.text)
        if not any(body.start <= match.start() < body.end for body in bodies)
    ]
    rest = [m.start() for m in re.finditer(r"\\(?![ \t]*\r?\n)", dockerfile.text)]
    for each in dockerfile.instructions:
        if each.name not in ("RUN", "CMD", "ENTRYPOINT") and any(each.span.contains(at) for at in rest):
            return None
    return edits


def _with_triggers(dockerfile: Dockerfile) -> Iterator[Instruction]:
    for each in dockerfile.instructions:
        yield each
        if isinstance(each, Onbuild) and each.trigger:
            yield each.trigger


def _keywords(dockerfile: Dockerfile) -> Iterator[Span]:
    for each in _with_triggers(dockerfile):
        yield each.keyword.span
        if isinstance(each, From) and each.as_keyword:
            yield each.as_keyword.span
        if isinstance(each, Healthcheck) and each.kind:
            yield each.kind.span


def _same(text: str) -> str:
    return text


def _any_space(text: str) -> str:
    return re.sub(r"[ \t]+", " ", text)


def _any_keyword_case(text: str) -> str:
    return apply_edits(text, _lower(parse(text), None) or [])  # type: ignore[arg-type]


_ALL: tuple[tuple[str, _Edits, Callable[[str], str]], ...] = (
    ("crlf", _crlf, _same),
    ("tabs", _tabs, _any_space),
    ("lower", _lower, _any_keyword_case),
    ("onbuild", _onbuild, _same),
    ("stage", _stage, _same),
    ("escape", _escape, _same),
)
