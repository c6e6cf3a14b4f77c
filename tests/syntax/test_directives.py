"""Parser directives: which lines are some, and where they stop."""

from __future__ import annotations

import pytest

from layerwise.syntax import parse
from layerwise.syntax.directives import frontend

CASES = {
    "none": ("FROM a", [], "\\"),
    "syntax": ("# syntax=a/b:1\nFROM a", ["syntax=a/b:1"], "\\"),
    "escape": ("# escape=`\nFROM a", ["escape=`"], "`"),
    "all three, in any case": ("#SYNTAX=a\n# Escape = `\n#  check=skip=all;error=true \nFROM a", ["syntax=a", "escape=`", "check=skip=all;error=true"], "`"),
    "behind a comment": ("# a\n# escape=`\n", [], "\\"),
    "behind a blank line": ("# syntax=a\n\n# escape=`\n", ["syntax=a"], "\\"),
    "behind an unknown one": ("# a=b\n# escape=`\n", [], "\\"),
    "behind an instruction": ("FROM a\n# escape=`\n", [], "\\"),
    "without value": ("# escape=\n", [], "\\"),
    "indented, for the parser alone": ("  # escape=`\n  # syntax=a\n", ["escape=`"], "`"),
    "behind a shebang, for the loader alone": ("#!/usr/bin/env x\n# syntax=a\n# escape=`\n", ["syntax=a"], "\\"),
    "behind a byte-order mark": ("\ufeff# escape=`\n", ["escape=`"], "`"),
    "carriage returns": ("# syntax=a\r\n# escape=`\r\n", ["syntax=a", "escape=`"], "`"),
    "a value with blanks": ("# syntax=a // b\n", ["syntax=a // b"], "\\"),
    "the second of a kind": ("# escape=`\n# escape=\\\n", ["escape=`"], "`"),
    "a bad escape character": ("# escape=x\n", ["escape=x"], "\\"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected", "escape"), CASES.values(), ids=CASES.keys())
def test_directives(text: str, expected: list[str], escape: str) -> None:
    tree = parse(text)
    assert [f"{each.name.text.lower()}={each.value.text}" for each in tree.directives] == expected
    assert tree.escape == escape
    for directive in tree.directives:
        assert directive.span.of(text)[0] == "#"
        assert directive.name.span.of(text) == directive.name.text
        assert directive.value.span.of(text) == directive.value.text


def test_the_other_escape_character() -> None:
    text = "# escape=`\nFROM a\nRUN c:\\ `\n  b\nCOPY a\\\nRUN d\n"
    assert [each.span.of(text) for each in parse(text).instructions] == [
        "FROM a",
        "RUN c:\\ `\n  b",
        "COPY a\\",
        "RUN d",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# syntax=a\nFROM b", "a"),
        ("//syntax=a\n", "a"),
        ("#!/x\n// syntax = a\n", "a"),
        ('{"syntax": "a"}', "a"),
        ('{"syntax": 1}', None),
        ('{"syntax"', None),
        ("FROM a", None),
    ],
)
def test_frontend(text: str, expected: str | None) -> None:
    found = frontend(text)
    assert (found.text if found else None) == expected
