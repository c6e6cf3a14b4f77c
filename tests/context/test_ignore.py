"""The matcher of ``.dockerignore`` against a port of the builder's own, over written and generated patterns."""

import pytest
from e2b_dockerfile_utils.dockerignore import PatternMatcher
from hypothesis import given, settings
from hypothesis import strategies as st

from layerwise.context import read_ignore

# Each row: the patterns, the paths left out, the paths sent. From the rules in the reference page on .dockerignore files.
ROWS = [
    ("*.md", ["a.md", ".md"], ["docs/a.md", "a.mdx", "a"]),
    ("**/*.md", ["a.md", "docs/a.md", "a/b/c.md"], ["a.txt"]),
    (
        "**/node_modules",
        ["node_modules", "a/node_modules", "a/node_modules/b/c.js"],
        ["node_modules2", "a/xnode_modules"],
    ),
    ("**node_modules", ["node_modules", "xnode_modules", "a/xnode_modules"], ["node_modules2"]),
    ("/foo", ["foo", "foo/bar"], ["a/foo"]),
    ("foo/", ["foo", "foo/bar"], ["foobar"]),
    ("./foo/../bar", ["bar", "bar/x"], ["foo"]),
    ("foo//bar", ["foo/bar", "foo/bar/baz"], ["foo"]),
    ("foo/**", ["foo/a", "foo/a/b"], ["foo", "foobar"]),
    ("a/**/z", ["a/z", "a/b/z", "a/b/c/z"], ["a", "z", "b/z"]),
    ("*/temp*", ["a/temporary", "a/temp"], ["temp", "a/b/temp"]),
    ("temp?", ["tempa", "tempb/x"], ["temp", "temp/a"]),
    ("[a-c]x", ["ax", "bx"], ["dx", "abx"]),
    ("[^a-c]x", ["dx"], ["ax"]),
    (r"\*", ["*"], ["a"]),
    ("*\n!README.md", ["a", "b/README.md"], ["README.md"]),
    ("*.md\n!README*.md\nREADME-secret.md", ["a.md", "README-secret.md"], ["README.md", "README-2.md"]),
    ("*.md\nREADME-secret.md\n!README*.md", ["a.md"], ["README-secret.md", "README.md"]),
    ("docs\n!docs/keep", ["docs", "docs/a"], ["docs/keep", "docs/keep/deep"]),
    ("# a comment\n\n  spaced  \n!  kept", ["spaced"], ["# a comment", "kept"]),
    (" # no comment", ["# no comment"], []),
    ("\ufefffirst\r\nsecond\r\n", ["first", "second"], []),
    ("**", ["a", "a/b"], ["."]),
    ("a.b", ["a.b"], ["axb"]),
    ("a+b(c)|{d}$^", ["a+b(c)|{d}$^"], ["aab"]),
]


@pytest.mark.parametrize(("text", "out", "sent"), ROWS, ids=[repr(row[0]) for row in ROWS])
def test_what_is_left_out(text: str, out: list[str], sent: list[str]) -> None:
    rules = read_ignore(text)
    assert not rules.problems
    assert [path for path in [*out, *sent] if rules.ignores(path)] == out
    oracle = PatternMatcher(text.removeprefix("\ufeff").split("\n"))
    assert [path for path in [*out, *sent] if path != "." and oracle.matches(path)] == out


@pytest.mark.parametrize("line", ["[", "a[b", "[]a]", "[a-]", "!", "! ", "a\\", "[-a]"])
def test_what_the_builder_refuses_is_named_and_left_out(line: str) -> None:
    text = f"first\n  {line}\nlast"
    rules = read_ignore(text)
    with pytest.raises(ValueError, match=r"ignore pattern|pattern"):
        PatternMatcher([line])
    assert [problem.span.of(text) for problem in rules.problems] == [line.strip()]
    assert rules.ignores("first")
    assert rules.ignores("last")


NAMES = st.sampled_from(["a", "b", "ab", "a.b", ".git", "é", "node_modules", "x-y", "*", "[a]"])
PATHS = st.lists(NAMES, min_size=1, max_size=4).map("/".join)
PARTS = st.one_of(
    NAMES.filter(lambda name: name not in ("*", "[a]")),
    st.sampled_from(
        ["*", "**", "?", "a*", "*b", "**b", "a**", "[ab]", "[^a]", "[a-c]b", r"\*", r"\[a\]", "a?b", "..", ".", ""]
    ),
)
LINES = st.builds(
    lambda bang, slash, parts, end: bang + slash + "/".join(parts) + end,
    st.sampled_from(["", "", "!", " ! "]),
    st.sampled_from(["", "", "/"]),
    st.lists(PARTS, min_size=1, max_size=4),
    st.sampled_from(["", "", "/", " ", "/**"]),
)


@given(st.lists(LINES, max_size=5), st.lists(PATHS, min_size=1, max_size=8))
@settings(max_examples=800, deadline=None)
def test_agrees_with_the_builder(lines: list[str], paths: list[str]) -> None:
    try:
        oracle = PatternMatcher(lines)
    except ValueError:
        return
    rules = read_ignore("\n".join(lines))
    assert not rules.problems
    assert [rules.ignores(path) for path in paths] == [oracle.matches(path) for path in paths]
    folders = {"/".join(path.split("/")[:depth]) for path in paths for depth in range(1, path.count("/") + 1)}
    for folder in folders:
        assert rules.may_include_below(folder) or not oracle.may_match_under(folder)


@given(st.text("a[]^-\\*?!/# ", max_size=8))
@settings(max_examples=500, deadline=None)
def test_refuses_what_the_builder_refuses(line: str) -> None:
    try:
        PatternMatcher([line])
        refused = False
    except ValueError:
        refused = True
    assert bool(read_ignore(line).problems) == refused


def test_a_problem_and_a_pattern_know_their_place() -> None:
    text = "\ufeff# top\r\n  node_modules \r\n!keep\r\n"
    assert [pattern.span.of(text) for pattern in read_ignore(text).patterns] == ["node_modules", "!keep"]
