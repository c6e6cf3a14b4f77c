"""What the edits to a script look like: merged RUNs, added commands and options, removed commands."""

from __future__ import annotations

import pytest

from layerwise.shell import Command, dialect_of, script_of
from layerwise.shell.join import (
    Refusal,
    RunText,
    add_option,
    append_command,
    merge_runs,
    remove_statement,
    style_of,
)
from layerwise.syntax import parse
from layerwise.syntax.tree import Onbuild, Run, Shell
from layerwise.text import apply_edits


def runs_of(text: str) -> list[RunText]:
    """The RUNs of a file, in the order of the text."""
    dockerfile = parse(text)
    shell: tuple[str, ...] | None = None
    found = []
    for each in dockerfile.instructions:
        if isinstance(each, Shell) and each.command:
            shell = tuple(item.text for item in each.command.items)
        run = each.trigger if isinstance(each, Onbuild) else each
        if isinstance(run, Run):
            script = script_of(run, dialect_of(shell, windows=False), dockerfile.escape)
            if script is not None:
                around = each.span if isinstance(each, Onbuild) else None
                found.append(RunText(run, script, lambda span: span.of(text), dockerfile.escape, shell, around))
    return found


def merge(text: str) -> str:
    runs = runs_of(text)
    edits = merge_runs(runs, style_of(runs))
    assert not isinstance(edits, Refusal), edits.reason
    for edit in edits:
        assert edit.span.of(text) != edit.text
    return apply_edits(text, edits)


MERGED = {
    "one line each": ("RUN a\nRUN b\n", "RUN a \\\n    && b\n"),
    "the style of the first": ("RUN a && \\\n  b\nRUN c\n", "RUN a && \\\n  b && \\\n  c\n"),
    "the style of the second": ("RUN a\nRUN b \\\n\t&& c\n", "RUN a \\\n\t&& b \\\n\t&& c\n"),
    "the indentation of arguments": ("RUN a x \\\n      y\nRUN b\n", "RUN a x \\\n      y \\\n      && b\n"),
    "comments between stay": (
        "RUN a\n\n# one\n  # two\n\nRUN b\n",
        "RUN a \\\n# one\n  # two\n    && b\n",
    ),
    "a comment behind a command gets its own line": ("RUN a # why\nRUN b\n", "RUN a \\\n    # why\n    && b\n"),
    "comments inside stay": (
        "RUN a \\\n    # one\n    && b\nRUN \\\n    # two\n    c\n",
        "RUN a \\\n    # one\n    && b \\\n    # two\n    && c\n",
    ),
    "trailing comment of the last": ("RUN a\nRUN b; c # d\n", "RUN a \\\n    && { b; c; } # d\n"),
    "lower case and flags": (
        "run --mount=type=cache,target=/x a\nrun --mount=type=cache,target=/x  b\n",
        "run --mount=type=cache,target=/x a \\\n    && b\n",
    ),
    "CRLF": ("RUN a\r\n# c\r\nRUN b\r\n", "RUN a \\\r\n# c\r\n    && b\r\n"),
    "backtick": ("# escape=`\nRUN a `\n    && b\nRUN c\n", "# escape=`\nRUN a `\n    && b `\n    && c\n"),
    "onbuild": ("ONBUILD RUN a\nONBUILD RUN b\n", "ONBUILD RUN a \\\n    && b\n"),
    "three": ("RUN a\nRUN b\nRUN c\n", "RUN a \\\n    && b \\\n    && c\n"),
    "a semicolon at the end": ("RUN a;\nRUN b;\n", "RUN a \\\n    && b;\n"),
    "a list in which one may fail": ("RUN a || true\nRUN b; c\n", "RUN { a || true; } \\\n    && { b; c; }\n"),
    "another folder": ("RUN cd /x && make\nRUN b\n", "RUN ( cd /x && make ) \\\n    && b\n"),
    "another folder in the last": ("RUN a\nRUN cd /x && make\n", "RUN a \\\n    && cd /x && make\n"),
    "set -e in the last": ("RUN a\nRUN set -e; b; c\n", "RUN a \\\n    && { set -e; b; c; }\n"),
    "set -e in both": (
        "RUN set -eux; \\\n\ta; \\\n\tb\n# note\nRUN set -eux; \\\n\tc; \\\n\td\n",
        "RUN set -eux; \\\n\ta; \\\n\tb; \\\n# note\n\tc; \\\n\td\n",
    ),
    "set -e in the first": (
        "RUN set -e; a; b\nRUN c; d\n",
        "RUN set -e; a; b; \\\n    ( set +e; c; d )\n",
    ),
    "set -e in the first and a chain": ("RUN set -e; a; b\nRUN c && d\n", "RUN set -e; a; b; \\\n    c && d\n"),
    "a list that ends in &&, under set -e": (
        "RUN set -e; a && b\nRUN set -e; c; d\n",
        "RUN set -e; ( set -e; a && b ); \\\n    c; d\n",
    ),
    "a shell that ends at the first failure": (
        'SHELL ["/bin/sh", "-ec"]\nRUN a; b\nRUN c && d\nRUN e\n',
        'SHELL ["/bin/sh", "-ec"]\nRUN a; b; \\\n    ( c && d ); \\\n    e\n',
    ),
    "data in a heredoc": (
        "RUN cat <<A > f && b\n1\nA\n# c\nRUN d\n",
        "RUN cat <<A > f && b \\\n# c\n    && d\n1\nA\n",
    ),
    "data in both": (
        "RUN cat <<A > f\n1\nA\nRUN cat <<B > g\n2\nB\n",
        "RUN cat <<A > f \\\n    && cat <<B > g\n1\nA\n2\nB\n",
    ),
    "two heredocs with set -e": (
        "RUN <<EOF\nset -e\na\nEOF\n\n# c\nRUN <<EOF\nset -e\nb\nEOF\n",
        "RUN <<EOF\nset -e\na\n\n# c\nset -e\nb\nEOF\n",
    ),
    "two heredocs that go on": (
        "RUN <<EOF\na\nb\nEOF\nRUN <<END\nc\nEND\n",
        "RUN <<END\n{\na\nb\n} || exit\nc\nEND\n",
    ),
    "a command and a heredoc": ("RUN a && b\nRUN <<EOF\nc\nEOF\n", "RUN <<EOF\na && b || exit\nc\nEOF\n"),
    "a heredoc and a command": (
        "RUN <<EOF\nset -e\na\nEOF\nRUN b \\\n  && c\n",
        "RUN <<EOF\nset -e\na\nb \\\n  && c\nEOF\n",
    ),
    "a heredoc that moves": ("RUN <<EOF\ncd x\na\nEOF\nRUN b\n", "RUN <<EOF\n(\ncd x\na\n) || exit\nb\nEOF\n"),
    "a loop variable that is used": (
        "RUN for i in 1; do a; done\nRUN b $i\n",
        "RUN ( for i in 1; do a; done ) \\\n    && b $i\n",
    ),
    "a loop variable that is not": ("RUN for i in 1; do a; done\nRUN b\n", "RUN for i in 1; do a; done \\\n    && b\n"),
    "nothing at the end of the file": ("RUN a\nRUN b", "RUN a \\\n    && b"),
}


@pytest.mark.parametrize(("text", "expected"), MERGED.values(), ids=MERGED)
def test_merged(text: str, expected: str) -> None:
    assert merge(text) == expected


@pytest.mark.parametrize(("text", "expected"), MERGED.values(), ids=MERGED)
def test_merged_is_one_run_with_all_comments(text: str, expected: str) -> None:
    before, after = parse(text), parse(expected)
    assert not after.problems
    assert sum(each.name in ("RUN", "ONBUILD") for each in after.instructions) == 1
    assert before.escape == after.escape


REFUSED = {
    "one": ("RUN a\n", "only one RUN"),
    "exec form": ('RUN a\nRUN ["b"]\n', "exec form"),
    "mounts": ("RUN --mount=type=cache,target=/x a\nRUN b\n", "differ in `--mount`"),
    "network": ("RUN --network=none a\nRUN b\n", "differ in `--network`"),
    "another mount": ("RUN --mount=type=cache,target=/x a\nRUN --mount=type=cache,target=/y b\n", "`--mount`"),
    "between": ("RUN a\nUSER x\nRUN b\n", "another instruction"),
    "shells": ('RUN a\nSHELL ["/bin/bash", "-c"]\nRUN b\n', "different shells"),
    "powershell": ('SHELL ["pwsh", "-c"]\nRUN a\nRUN b\n', "powershell"),
    "broken": ("RUN a (\nRUN b\n", "cannot be read"),
    "unclosed heredoc": ("RUN a\nRUN <<EOF\nb\n", "syntax error"),
    "background": ("RUN a & b\nRUN c\n", "background"),
    "background in a string": ("RUN sh -c 'a &' && b\nRUN c\n", "background"),
    "service": ("RUN service x start && b\nRUN c\n", "service"),
    "nohup": ("RUN nohup x\nRUN c\n", "nohup"),
    "hadolint": ("RUN a\n# hadolint ignore=DL3059\nRUN b\n", "silences"),
    "layerwise": ("RUN a\n# layerwise: ignore=size/consecutive-runs why\nRUN b\n", "silences"),
    "comment that swallows": ("RUN a # x \\\n  && b\nRUN c\n", "swallows"),
    "onbuild": ("ONBUILD RUN a\nRUN b\n", "ONBUILD"),
    "alias": ("RUN alias a=b; a\nRUN c\n", "alias"),
    "shebangs": ("RUN <<EOF\n#!/bin/bash\na\nEOF\nRUN b\n", "different"),
    "delimiter in the other": ("RUN <<A\nB\nA\nRUN <<B\nx\nB\n", "a line B"),
    "comment in a continuation": ("RUN a \\\n# c\n && b\nRUN <<E\nx\nE\n", "comments between its lines"),
}


@pytest.mark.parametrize(("text", "reason"), REFUSED.values(), ids=REFUSED)
def test_refused(text: str, reason: str) -> None:
    runs = runs_of(text)
    refusal = merge_runs(runs, style_of(runs))
    assert isinstance(refusal, Refusal)
    assert reason in refusal.reason
    assert not refusal.reason.endswith(".")


def find(run: RunText, name: str) -> Command:
    return next(command for command in run.script.commands if command.program == name)


APPENDED = {
    "one line": ("RUN a", None, "RUN a && x"),
    "leading": ("RUN a \\\n  && b", None, "RUN a \\\n  && b \\\n  && x"),
    "trailing": ("RUN a && \\\n  b", None, "RUN a && \\\n  b && \\\n  x"),
    "arguments on lines": ("RUN a \\\n    b \\\n    c", None, "RUN a \\\n    b \\\n    c \\\n    && x"),
    "comment at the end": ("RUN a # c", None, "RUN a && x # c"),
    "may fail": ("RUN a || b", None, "RUN a || b && x"),
    "list": ("RUN a; b", None, "RUN a; b && x"),
    "list with semicolon": ("RUN a; b;", None, "RUN a; b && x;"),
    "set -e": ("RUN set -e; \\\n\ta; \\\n\tb", None, "RUN set -e; \\\n\ta; \\\n\tb; \\\n\tx"),
    "set -e, semicolon": ("RUN set -e; \\\n\ta; \\\n\tb;", None, "RUN set -e; \\\n\ta; \\\n\tb; \\\n\tx;"),
    "set -e, semicolon on its line": ("RUN set -e; \\\n\ta \\\n\t;", None, "RUN set -e; \\\n\ta \\\n\t; \\\n\tx;"),
    "set -e and &&": ("RUN set -e; a && b", None, "RUN set -e; a && b && x"),
    "set -e and a group": ("RUN set -e; a && { b; c; }", None, None),
    "set -e on one line": ("RUN set -e; a", None, "RUN set -e; a; x"),
    "behind a list": ("RUN a && b; c", "a", "RUN a && b && x; c"),
    "in a branch": ("RUN if t; then a; fi; b", "a", "RUN if t; then a && x; fi; b"),
    "in a branch, set -e": ("RUN set -e; if t; then a; fi; b", "a", "RUN set -e; if t; then a; x; fi; b"),
    "in a group whose failure is caught": ("RUN set -e; { a; b; } || c; d", "a", "RUN set -e; { a && x; b; } || c; d"),
    "in a condition": ("RUN if a; then b; fi", "a", None),
    "in a pipeline": ("RUN a | b; c", "a", "RUN a | b && x; c"),
    "background": ("RUN a &", None, None),
    "exec": ("RUN a && exec b", None, None),
    "exit": ("RUN a || exit 0; b", None, None),
    "exit that fails": ("RUN a || exit 1; b", None, "RUN a || exit 1; b && x"),
    "exec form": ('RUN ["a"]', None, None),
    "nested": ("RUN sh -c 'a; b'", "a", None),
    "broken": ("RUN a (", None, None),
    "powershell": ('SHELL ["pwsh"]\nRUN a', None, None),
    "heredoc": ("RUN <<E\na\n  b\nE", None, "RUN <<E\na\n  b &&\n  x\nE"),
    "heredoc, set -e": ("RUN <<E\nset -e\na\nb # c\nE", None, "RUN <<E\nset -e\na\nb # c\nx\nE"),
    "heredoc, set -e, inside": ("RUN <<E\nset -e\n  a # c\nb\nE", "a", "RUN <<E\nset -e\n  a # c\n  x\nb\nE"),
    "heredoc in a heredoc": ("RUN <<E\ncat <<F > f\n1\nF\nE", None, "RUN <<E\ncat <<F > f && x\n1\nF\nE"),
    "data": ("RUN cat <<E > f\n1\nE", None, "RUN cat <<E > f && x\n1\nE"),
    "CRLF": ("RUN a \\\r\n  && b", None, "RUN a \\\r\n  && b \\\r\n  && x"),
    "backtick": ("# escape=`\nRUN a `\n  && b", None, "# escape=`\nRUN a `\n  && b `\n  && x"),
}


@pytest.mark.parametrize(("text", "after", "expected"), APPENDED.values(), ids=APPENDED)
def test_append(text: str, after: str | None, expected: str | None) -> None:
    run = runs_of(text + "\n")[-1]
    edit = append_command(run, "x", after=find(run, after) if after else None)
    assert (apply_edits(text, [edit]) if edit else None) == expected


REMOVED = {
    "first": ("RUN x && b", "RUN b"),
    "middle": ("RUN a && x && b", "RUN a && b"),
    "last": ("RUN a && x", "RUN a"),
    "leading": ("RUN a \\\n  && x \\\n  && b", "RUN a \\\n  && b"),
    "leading, another on its line": ("RUN a \\\n  && x && b \\\n  && c", "RUN a \\\n  && b \\\n  && c"),
    "leading, last": ("RUN a \\\n  && x", "RUN a"),
    "leading, first": ("RUN x \\\n  && a", "RUN a"),
    "trailing": ("RUN a && \\\n  x && \\\n  b", "RUN a && \\\n  b"),
    "trailing, first": ("RUN x && \\\n  a", "RUN a"),
    "comment in front": ("RUN a \\\n  # c\n  && x \\\n  && b", "RUN a \\\n  # c\n  && b"),
    "comment in front, last": ("RUN a \\\n  # c\n  && x", "RUN a\n  # c"),
    "list": ("RUN a; x; b", "RUN a; b"),
    "list, lines": ("RUN set -e; \\\n\tx; \\\n\ta", "RUN set -e; \\\n\ta"),
    "list, last": ("RUN a; x", None),
    "set -e, last": ("RUN set -e; \\\n\ta; \\\n\tx", "RUN set -e; \\\n\ta"),
    "set -e, last, semicolon": ("RUN set -e; a; x;", "RUN set -e; a;"),
    "heredoc": ("RUN <<E\na\n  x\n  b\nE", "RUN <<E\na\n  b\nE"),
    "heredoc with a comment below": ("RUN <<E\nx\n# c\nb\nE", None),
    "alone": ("RUN x", None),
    "alone in a branch": ("RUN if a; then x; fi", None),
    "may fail": ("RUN x || a", None),
    "saves": ("RUN a || x", None),
    "in front of a list that may fail": ("RUN x && a || b", "RUN a || b"),
    "pipeline": ("RUN x | a", None),
    "background": ("RUN x & a", None),
    "in a group": ("RUN { a; x; b; } | c", "RUN { a; b; } | c"),
    "exec form": ('RUN ["x"]', None),
}


@pytest.mark.parametrize(("text", "expected"), REMOVED.values(), ids=REMOVED)
def test_remove(text: str, expected: str | None) -> None:
    run = runs_of(text + "\n")[-1]
    edits = remove_statement(run, find(run, "x"))
    result = apply_edits(text, edits) if edits else None
    assert result == expected


OPTIONS = [
    ("RUN pip install x", "install", "RUN pip install --o x"),
    ("RUN pip install \\\n  x", "install", "RUN pip install --o \\\n  x"),
    ("RUN pip install x > f", None, "RUN pip install x --o > f"),
    ("RUN sh -c 'pip install x'", "install", "RUN sh -c 'pip install --o x'"),
    ('RUN ["pip", "install", "x"]', "install", 'RUN ["pip", "install", "--o", "x"]'),
    ('RUN ["sh", "-c", "pip install x"]', "install", 'RUN ["sh", "-c", "pip install --o x"]'),
]


@pytest.mark.parametrize(("text", "after", "expected"), OPTIONS)
def test_add_option(text: str, after: str | None, expected: str) -> None:
    pip = find(runs_of(text + "\n")[0], "pip")
    word = next((word for word in pip.words if word.value == after), None)
    assert apply_edits(text, [add_option(pip, "--o", after=word)]) == expected
