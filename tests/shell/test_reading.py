"""What is read of a script: its commands, where they stand, what encloses them, and what is left alone."""

from __future__ import annotations

import gzip
import json
import os
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layerwise.shell import AndOr, Command, Compound, Dialect, Negation, Pipeline, Script, dialect_of, script_of
from layerwise.shell.tree import Statement
from layerwise.syntax import parse
from layerwise.syntax.tree import Healthcheck, Onbuild


def script(text: str, dialect: Dialect = Dialect.SH) -> Script:
    dockerfile = parse(text)
    found = script_of(dockerfile.instructions[-1], dialect, dockerfile.escape)
    assert found is not None
    return found


def commands(text: str, dialect: Dialect = Dialect.SH) -> list[str]:
    """Each command as its words from the program on, and behind ``@`` what encloses it."""
    found = []
    for command in script(text, dialect).commands:
        words = " ".join(word.text for word in command.words[command.start :])
        found.append(" @".join((words, *(around.value for around in command.within))))
    return found


READ = [
    ("a && b || c", ["a @tried", "b @tried", "c @or"]),
    ("a || b && c || d", ["a @tried", "b @or @tried", "c @tried", "d @or"]),
    ("a; b & c", ["a", "b @background", "c"]),
    ("a && b & c", ["a @background", "b @background", "c"]),
    ("a | b && c", ["a @pipeline", "b @pipeline", "c"]),
    ("a && b > f | c", ["a", "b @pipeline", "c @pipeline"]),
    ("! a | b", ["a @negation @pipeline", "b @negation @pipeline"]),
    ("! a && b", ["a @negation", "b"]),
    ("(a; b) && { c; }", ["a @subshell", "b @subshell", "c @group"]),
    (
        "if a; then b; elif c; then d; else e; fi",
        ["a @if @condition", "b @if", "c @if @condition", "d @if", "e @if"],
    ),
    ("while a; do b; done", ["a @loop @condition", "b @loop"]),
    ("for x in $(a); do b; done", ["a @substitution", "b @loop"]),
    ("case $(a) in x|y) b;; *) c; esac", ["a @substitution", "b @case", "c @case"]),
    ("f() { a; }; f", ["a @function @group", "f"]),
    ("a $(b | c) `d`", ["a $(b | c) `d`", "b @substitution @pipeline", "c @substitution @pipeline", "d @substitution"]),
    ('X=$(a) b "$(c)"', ['b "$(c)"', "a @substitution", "c @substitution"]),
    ("[ -f x ] && test -d y", ["[ -f x ]", "test -d y"]),
    ('[ ! "$(a)" = b ]', ['[ ! "$(a)" = b ]', "a @substitution"]),
    ("export A=1 B", ["export A=1 B"]),
    ("if a; then b; fi fi_x", []),
    ("if a; then if b; then c; fi fi", ["a @if @condition", "b @if @if @condition", "c @if @if"]),
    ("sudo -E -u x env A=b nice -n 5 pip3 install y", ["pip3 install y"]),
    ("command -v pip && exec time -p make", ["command -v pip", "make"]),
    (
        "timeout -k 5 60 retry -t 3 -- curl x | xargs -n1 -I {} pip install {}",
        ["curl x @pipeline", "pip install {} @pipeline"],
    ),
    ("gosu u runuser -u x -- chroot /r stdbuf -oL ls", ["ls"]),
    ("conda run -n env pip install x", ["pip install x"]),
    ("conda install x", ["conda install x"]),
    ("sh -c 'a && b'", ["sh -c 'a && b'", "a @nested", "b @nested"]),
    (
        'bash -lc "a \\"b c\\"; d $(e)"',
        ['bash -lc "a \\"b c\\"; d $(e)"', 'a "b c" @nested', "d $___ @nested", "e @substitution"],
    ),
    ("bash -o pipefail -c 'a | b' x", ["bash -o pipefail -c 'a | b' x", "a @nested @pipeline", "b @nested @pipeline"]),
    ("bash script.sh -c", ["bash script.sh -c"]),
    ("su - u -c 'a; b'", ["su - u -c 'a; b'", "a @nested", "b @nested"]),
    ("eval a '&& b'", ["eval a '&& b'", "a @nested", "b @nested"]),
    ("sudo sh -c 'sh -c \"a\"'", ["sh -c 'sh -c \"a\"'", 'sh -c "a" @nested', "a @nested @nested"]),
    ('["sh", "-c", "a && \\"b c\\""]', ['sh -c a && "b c"', "a @nested", '"b c" @nested']),
    ('["pip", "install", "x y"]', ["pip install x y"]),
    ("a > f x 2>&1 y", ["a x y"]),
    ("a # b; c", ["a"]),
    ("a && b &&", ["a", "b"]),
    ("a && (b", ["a"]),
    ('a && b "c', ["a"]),
    ("a \\\n  # note\n  && b", ["a", "b"]),
    ("ec\\\nho 'x\\\ny'", ["echo 'xy'"]),
    ("<<E\na\nif b; then\n c; fi\nE", ["a", "b @if @condition", "c @if"]),
    ("<<E\ncat <<X | b\n$(no) && no\nX\nc\nE", ["cat @pipeline", "b @pipeline", "c"]),
    ("<<E\n#!/usr/bin/env python\nimport x\nE", []),
    ("<<E\n#!/bin/bash -e\na\nE", ["a"]),
    ("cat <<E > f && b\nno\nE", ["cat", "b"]),
    ("cat <<'E' <<-F | b\nno\nE\nno\nF", ["cat @pipeline", "b @pipeline"]),
    ("bash -e <<'E'\na\nb x\nE", ["bash -e", "a @nested", "b x @nested"]),
    ("sh -s x <<E && c\na\nE", ["sh -s x", "c", "a @nested"]),
    ("bash script <<E\nno\nE", ["bash script"]),
    ("é && 日本 🚀 && b", ["é", "日本 🚀", "b"]),
]


@pytest.mark.parametrize(("text", "expected"), READ)
def test_commands(text: str, expected: list[str]) -> None:
    assert commands(f"RUN {text}\n") == expected


@pytest.mark.parametrize(("text", "expected"), READ)
@pytest.mark.parametrize("before", ["FROM x\n", "# é日🚀\nFROM x\n# c\n"])
def test_a_script_is_the_same_at_any_place(text: str, expected: list[str], before: str) -> None:
    here, there = script(f"RUN {text}\n"), script(f"{before}RUN {text}\n")
    assert len(here.commands) == len(there.commands)
    by = len(before)
    for one, other in zip(here.commands, there.commands, strict=True):
        assert one.span.moved(by) == other.span
        assert [word.span.moved(by) for word in one.words] == [word.span for word in other.words]


@pytest.mark.parametrize("text", [text for text, _ in READ if "\\" not in text])
def test_words_stand_where_they_say(text: str) -> None:
    text = f"FROM x\nRUN {text}\n"
    for command in script(text).commands:
        for word in command.words:
            if not command.is_json and "$_" not in word.text:
                assert word.span.of(text) == word.text


def test_words_in_json_and_in_quotes_stand_where_they_say() -> None:
    text = 'RUN ["sh", "-c", "pip install \\"x\\" && y"]\n'
    pip, y = script(text).commands[1:]
    assert [word.span.of(text) for word in pip.words] == ["pip", "install", '\\"x\\"']
    assert y.span.of(text) == "y"
    text = 'RUN bash -c "pip install \'a b\' \\"\\$X\\" && y"\n'
    pip, y = script(text).commands[1:]
    assert [word.value for word in pip.words] == ["pip", "install", "a b", None]
    assert pip.words[1].span.of(text) == "install"
    assert y.span.of(text) == "y"


WORDS = [
    ("abc", "abc"),
    ("'a b'", "a b"),
    ('"a b"c', "a bc"),
    ("a\\ b", "a b"),
    ('"\\$x \\"y\\" \\z"', '$x "y" \\z'),
    ("$x", None),
    ('"$x"', None),
    ("`x`", None),
    ("$(x)", None),
    ("'$x'", "$x"),
    ("/lists/*", "/lists/*"),
    ("~/x", "~/x"),
    ("uvicorn[standard]", "uvicorn[standard]"),
    ("{}", "{}"),
    ("{a,b}", None),
    ("'{a,b}'", "{a,b}"),
    ("x{1..3}", None),
    ("a=b", "a=b"),
]


@pytest.mark.parametrize(("word", "value"), WORDS)
def test_value_of_a_word(word: str, value: str | None) -> None:
    assert script(f"RUN echo {word} x\n").commands[0].words[1].value == value


def test_assignments_and_redirections() -> None:
    (command,) = script("RUN A=1 B='x y' cmd 2>/dev/null >> f < in\n").commands
    assert [(each.name, each.value and each.value.value) for each in command.assignments] == [("A", "1"), ("B", "x y")]
    assert [(each.operator, each.descriptor, each.target and each.target.text) for each in command.redirections] == [
        (">", 2, "/dev/null"),
        (">>", None, "f"),
        ("<", None, "in"),
    ]
    (alone,) = script("RUN A=1 B=\n").commands
    assert not alone.words
    assert alone.name.text == ""
    assert alone.program == ""
    assert [each.value for each in alone.assignments][1] is None
    (export,) = script("RUN export A=1\n").commands
    assert [each.name for each in export.assignments] == ["A"]


def test_heredocs_are_redirections() -> None:
    (cat, _) = script("RUN cat 3<<A <<-'B' > f && x\nA\nB\n").commands
    assert [(each.operator, each.descriptor, each.target and each.target.text) for each in cat.redirections] == [
        ("<<", 3, None),
        ("<<-", None, None),
        (">", None, "f"),
    ]


def shape(statement: Statement) -> object:
    if isinstance(statement, Command):
        return statement.words[0].text
    if isinstance(statement, Pipeline):
        return ["|", *map(shape, statement.parts)]
    if isinstance(statement, Negation):
        return ["!", shape(statement.statement)]
    if isinstance(statement, AndOr):
        return [statement.operators, *map(shape, statement.parts)]
    return [statement.kind.value, *([shape(entry.statement) for entry in entries] for entries in statement.lists)]


SHAPES = [
    ("a && b > f || ! c | d", [("&&", "||"), "a", "b", ["!", ["|", "c", "d"]]]),
    ("a || { b; c & } > f", [("||",), "a", ["group", ["b", "c"]]]),
    ("if a; then b; else c; d; fi", ["if", ["a"], ["b"], ["c", "d"]]),
    ("until a; do b; done | c", ["|", ["loop", ["a"], ["b"]], "c"]),
    ("case x in a) b;; c) ;; esac", ["case", ["b"], []]),
    ("f() ( a )", ["function", [["subshell", ["a"]]]]),
]


@pytest.mark.parametrize(("text", "expected"), SHAPES)
def test_how_statements_are_built(text: str, expected: object) -> None:
    (entry,) = script(f"RUN {text}\n").entries
    assert shape(entry.statement) == expected


def test_terminators_and_operators_have_places() -> None:
    text = "RUN a && b; c & d\n"
    found = script(text)
    assert [entry.terminator for entry in found.entries] == [";", "&", ""]
    assert [entry.span.of(text) for entry in found.entries] == ["a && b;", "c &", "d"]
    both = found.entries[0].statement
    assert isinstance(both, AndOr)
    assert [span.of(text) for span in both.operator_spans] == ["&&"]


def test_commands_in_the_list_are_those_of_the_tree() -> None:
    found = script("FROM x\nRUN a && { b | c; } || if d; then e; fi\n")
    known = {id(command) for command in found.commands}

    def check(statement: Statement) -> None:
        if isinstance(statement, Command):
            assert id(statement) in known
        elif isinstance(statement, Compound):
            for entries in statement.lists:
                for entry in entries:
                    check(entry.statement)
        else:
            for part in (statement.statement,) if isinstance(statement, Negation) else statement.parts:
                check(part)

    for entry in found.entries:
        check(entry.statement)


def test_shell_comments_and_broken_scripts() -> None:
    found = script("RUN <<E\na # one\n# two\nb\nE\n")
    assert [comment.text for comment in found.comments] == ["one", "two"]
    assert found.heredoc
    assert not found.broken
    assert script("RUN a && (b\n").broken
    assert script("RUN a ;; b\n").broken


def test_other_languages_are_left_alone() -> None:
    for dialect in (Dialect.POWERSHELL, Dialect.CMD, Dialect.OTHER):
        found = script("RUN Get-Item x; if ($y) { z }\n", dialect)
        assert (found.dialect, found.entries, found.commands, found.broken) == (dialect, (), (), False)
    assert script("RUN <<E\n#!/bin/sh\na\nE\n", Dialect.POWERSHELL).commands


SHELLS = [
    (None, False, Dialect.SH),
    (None, True, Dialect.CMD),
    (("/bin/bash", "-o", "pipefail", "-c"), False, Dialect.BASH),
    (("/bin/ash", "-eo", "pipefail", "-c"), False, Dialect.SH),
    (("powershell", "-Command"), True, Dialect.POWERSHELL),
    (("C:\\Program Files\\PowerShell\\pwsh.EXE", "-c"), True, Dialect.POWERSHELL),
    (("cmd", "/S", "/C"), True, Dialect.CMD),
    (("conda", "run", "-n", "x", "/bin/bash", "-c"), False, Dialect.BASH),
    (("/usr/bin/env", "bash", "-lc"), False, Dialect.BASH),
    (("/bin/bash",), False, Dialect.OTHER),
    (("python3", "-c"), False, Dialect.OTHER),
    (("/bin/zsh", "-c"), False, Dialect.OTHER),
    ((), False, Dialect.OTHER),
]


@pytest.mark.parametrize(("shell", "windows", "expected"), SHELLS)
def test_dialect_of(shell: tuple[str, ...] | None, windows: bool, expected: Dialect) -> None:  # noqa: FBT001
    assert dialect_of(shell, windows) is expected


def test_other_instructions() -> None:
    dockerfile = parse("FROM x\nHEALTHCHECK --interval=5s CMD a || b\nCMD c\nENTRYPOINT d\nEXPOSE 1\nONBUILD RUN e\n")
    found = [script_of(each, Dialect.SH, "\\") for each in dockerfile.instructions]
    assert [[c.words[0].text for c in each.commands] if each else None for each in found] == [
        None,
        ["a", "b"],
        ["c"],
        ["d"],
        None,
        None,
    ]
    onbuild = dockerfile.instructions[-1]
    assert isinstance(onbuild, Onbuild)
    assert onbuild.trigger is not None
    inner = script_of(onbuild.trigger, Dialect.SH, "\\")
    assert inner is not None
    assert inner.commands[0].span.of(dockerfile.text) == "e"
    assert isinstance(dockerfile.instructions[1], Healthcheck)


def test_the_same_script_is_read_once() -> None:
    dockerfile = parse("FROM x\nRUN a && b\n")
    run = dockerfile.instructions[1]
    assert script_of(run, Dialect.SH, "\\") is script_of(run, Dialect.SH, "\\")


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.sampled_from([*"abc 'é\"$`(){};&|<>!#\\\n\r\t*=[]", "EOF", "<<EOF", "if ", "then ", "fi", "sh -c "])
    ).map("".join)
)
def test_any_text_can_be_read(text: str) -> None:
    for start in ("RUN ", "RUN <<EOF\n", "# escape=`\nFROM x\nRUN x && "):
        whole = start + text + "\nEOF\n"
        dockerfile = parse(whole)
        for each in dockerfile.instructions:
            found = script_of(each, Dialect.BASH, dockerfile.escape)
            for command in found.commands if found else ():
                assert each.span.start <= command.span.start <= command.span.end <= len(whole)
                for word in command.words:
                    assert command.span.encloses(word.span)


def _corpus() -> Path:
    shared = os.environ.get("LAYERWISE_SHARED") or Path(__file__).parents[2].parent / "shared"
    return Path(shared) / "corpus" / "dockerfiles.jsonl.gz"


@pytest.mark.skipif(not _corpus().is_file(), reason="the corpus is not here")
def test_real_scripts() -> None:
    """Within ten seconds: nothing raises, each command starts with its first word, and few are beyond us."""
    stop = time.monotonic() + 10
    read = broken = 0
    with gzip.open(_corpus(), "rt") as lines:
        for line in lines:
            if time.monotonic() > stop:
                break
            text = json.loads(line)["dockerfile"]
            dockerfile = parse(text)
            for each in dockerfile.instructions:
                found = script_of(each, Dialect.BASH, dockerfile.escape)
                if found is None:
                    continue
                read += 1
                broken += found.broken
                for command in found.commands:
                    if command.words and not command.is_json and not command.assignments and not command.redirections:
                        first = command.words[0].span
                        assert command.span.start == first.start
                        assert command.span.of(text).startswith(first.of(text))
    assert read > 100
    assert broken < read / 50


LONG, DEEP = 5_000, 1_000
"""More than Python calls functions from functions, and so little that the line is not too long for BuildKit."""


@pytest.mark.parametrize("operator", ["&&", "||", "|", "> x &&", "2> x < y |", ";"])
def test_any_number_of_commands_can_be_joined(operator: str) -> None:
    found = script("RUN " + f"a {operator} " * LONG + "b")
    assert not found.broken
    assert [command.program for command in found.commands] == ["a"] * LONG + ["b"]


def test_a_long_chain_that_breaks_off_is_read_up_to_there() -> None:
    found = script("RUN " + "a && " * LONG + "b 'c")
    assert found.broken
    assert [command.program for command in found.commands] == ["a"] * LONG


@pytest.mark.parametrize(
    ("start", "end"),
    [("(", ")"), ("{ ", "; }"), ("if a; then ", "; fi"), ("case a in a) ", ";; esac"), ('b "$(', ')"'), ("b `", "`")],
)
def test_what_is_nested_too_deep_is_broken(start: str, end: str) -> None:
    assert not script("RUN " + start * 9 + "a" + end * 9).broken or "`" in start
    assert script("RUN " + start * DEEP + "a" + end * DEEP).broken or "`" in start


@pytest.mark.parametrize("text", ["echo $((" + "1+" * LONG + "1))", "[[ " + "a && " * LONG + "a ]]", "! " * LONG + "a"])
def test_a_long_expression_does_no_harm(text: str) -> None:
    script("RUN " + text, Dialect.BASH)
