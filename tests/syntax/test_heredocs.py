"""Heredocs: what opens one, where it ends, and what becomes of one that has no end."""

from __future__ import annotations

import pytest

from layerwise.syntax import parse

CASES = {
    "plain": ("RUN <<A\nx\nA", [("A", "x\n", 0, False, False)]),
    "empty": ("RUN <<A\nA", [("A", "", 0, False, False)]),
    "tabs": ("RUN <<-A\n\tx\n\tA", [("A", "\tx\n", 0, False, True)]),
    "tabs are not stripped without a dash": ("RUN <<A\n\tA\nA", [("A", "\tA\n", 0, False, False)]),
    "quoted": ("RUN <<'A'\n$x\nA", [("A", "$x\n", 0, True, False)]),
    "quoted twice": ('RUN <<-"A"\nA', [("A", "", 0, True, True)]),
    "half quoted": ("RUN <<A'B'\nAB", [("AB", "", 0, True, False)]),
    "escaped": ("RUN <<\\A\nA", [("A", "", 0, False, False)]),
    "with white space in the name": ("RUN <<'A B'\nA B", [("A B", "", 0, True, False)]),
    "apart from its name": ("RUN << A b\nA", [("A", "", 0, False, False)]),
    "apart with a dash": ("RUN <<- A\n\tA", [("A", "", 0, False, True)]),
    "descriptor": ("RUN 3<<A cat\nA", [("A", "", 3, False, False)]),
    "two": ("COPY <<A <<B /c\n1\nA\n2\nB", [("A", "1\n", 0, False, False), ("B", "2\n", 0, False, False)]),
    "one name twice": ("RUN <<A <<A\n1\nA\n2\nA", [("A", "1\n", 0, False, False), ("A", "2\n", 0, False, False)]),
    "over a continuation": ("RUN a \\\n <<A\nx\nA", [("A", "x\n", 0, False, False)]),
    "an operator in two lines": ("RUN a <\\\n<A\nx\nA", [("A", "x\n", 0, False, False)]),
    "a body with comments, blank lines and continuations": (
        "RUN <<A\n# x\n\ny \\\nA",
        [("A", "# x\n\ny \\\n", 0, False, False)],
    ),
    "carriage returns": ("RUN <<A\r\nx\r\nA\r\n", [("A", "x\r\n", 0, False, False)]),
    "the name inside a line": ("RUN <<A\nxA\nA x\n A\nA", [("A", "xA\nA x\n A\n", 0, False, False)]),
    "inside ONBUILD": ("ONBUILD COPY <<A /b\nx\nA", [("A", "x\n", 0, False, False)]),
    "with flags": ("RUN --mount=type=tmpfs,target=/t <<A\nx\nA", [("A", "x\n", 0, False, False)]),
    "a variable is part of the name": ("RUN <<$A\n$A", [("$A", "", 0, False, False)]),
    "in quotes": ("RUN '<<A'", []),
    "escaped operator": ("RUN \\<<A", []),
    "here string": ("RUN <<<A", []),
    "shift": ("RUN echo $((1<<2))", []),
    "in JSON": ('RUN ["<<A"]', []),
    "in other instructions": ("USER <<A", []),
    "in a line with an open quote": ("RUN <<A 'b", []),
    "without a name": ("RUN <<", []),
    "an empty name": ("RUN <<''", []),
    "with a backtick for escape character": ("# escape=`\nRUN <<A `\n  b\nx\nA", [("A", "x\n", 0, False, False)]),
}


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES.keys())
def test_heredoc(text: str, expected: list[tuple[str, str, int, bool, bool]]) -> None:
    source = f"{text}\nUSER after\n" if not text.endswith("\n") else f"{text}USER after\n"
    tree = parse(source)
    first = tree.instructions[0]
    assert [
        (each.delimiter, each.text, each.file_descriptor, each.quoted, each.strips_tabs) for each in first.heredocs
    ] == expected
    assert [each.body.of(source) for each in first.heredocs] == [each.text for each in first.heredocs]
    assert [each.terminator.of(source).lstrip("\t") for each in first.heredocs] == [name for name, *_ in expected]
    assert [each.name for each in tree.instructions[1:]] == ["USER"]
    assert all("<" in each.span.of(source) and each.closed for each in first.heredocs)


UNCLOSED = {
    "alone": ("RUN <<A\nx\ny\n", "RUN <<A\nx\ny", []),
    "before another instruction": ("RUN <<A\nx\nCOPY b c\n", "RUN <<A\nx", ["COPY"]),
    "the second of two": ("RUN <<A <<B\nA\nx\nEXPOSE 1\n", "RUN <<A <<B\nA\nx", ["EXPOSE"]),
    "before a stage": ("COPY <<A /a\nFROM b\nRUN c\n", "COPY <<A /a", ["FROM", "RUN"]),
    "lower case": ("run <<A\necho\ncopy b c\n", "run <<A\necho", ["COPY"]),
    "a script that imports": ("RUN <<A python\nfrom a import b\nfrom b\n", "RUN <<A python\nfrom a import b", ["FROM"]),
    "one that only tabs would close": ("RUN <<A\nUSER b\nRUN <<-A\n\tA\n", "RUN <<A", ["USER", "RUN"]),
    "blank lines": ("RUN <<A\n\n\nUSER b\n", "RUN <<A", ["USER"]),
}


@pytest.mark.parametrize(("text", "own", "others"), UNCLOSED.values(), ids=UNCLOSED.keys())
def test_unclosed_heredoc_spares_what_follows(text: str, own: str, others: list[str]) -> None:
    tree = parse(text)
    assert tree.instructions[0].span.of(text) == own
    assert [each.name for each in tree.instructions[1:]] == others
    assert [each.message for each in tree.problems if each.code == "unterminated-heredoc"] == ["unterminated heredoc"]
    assert not tree.instructions[0].heredocs[-1].closed


def test_half_typed_keyword_keeps_its_heredoc() -> None:
    text = "RU <<A\necho\nA\nUSER b\n"
    tree = parse(text)
    assert [each.span.of(text) for each in tree.instructions] == ["RU <<A\necho\nA", "USER b"]
    assert [each.code for each in tree.problems] == ["unknown-instruction"]
