"""What holds for any text: reading never fails, nothing gets lost, and an edit gives what reading anew would give."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layerwise.syntax import Dockerfile, Instruction, leaves, parse

SAMPLE = """\
# syntax=docker/dockerfile:1
# escape=\\
ARG VERSION=1.2
FROM --platform=$BUILDPLATFORM golang:${VERSION} AS build  \n\
# why
WORKDIR /src
RUN --mount=type=cache,target=/root/.cache,"id=a b" \\
    # a comment inside

    go build -o /out \\
  ./...
COPY --chown=a:b <<'EOF' <<-SECOND /etc/
first $line
EOF
\tsecond
\tSECOND
ENV A=b C="d e" \\\r
    F=g\\ h
LABEL old notation
ONBUILD RUN <<EOF
inner
EOF
HEALTHCHECK --interval=5s CMD ["curl", "-f", "\\u00e9"]
FROM alpine
EXPOSE 80 443/tcp
RUN <<OPEN
never closed
CMD run
"""

FRAGMENTS = [
    "FROM a", "RUN ", "COPY ", "ENV ", "ONBUILD ", "HEALTHCHECK CMD ", "CMD ", "a", " b", "\t", "\n", "\r\n", "\\\n", "\\",
    " \\ \n", "`", "# c\n", "#", "<<E", "<<-'E'", "E\n", "\tE\n", "'", '"', "$a", "${a:-b}", '["a", "b"]', "[", "--x=y ", "--",
    "=", "# escape=`\n", "# syntax=a\n", "\ufeff", "\x00", "\x0c", "\x1c", "\x85", "\xa0", "\u2028", "é", "🚀", ",", "<",
]  # fmt: skip

texts = st.lists(st.sampled_from(FRAGMENTS), max_size=30).map("".join)
relaxed = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@relaxed
@given(texts | st.text(max_size=80))
def test_any_text(text: str) -> None:
    check(text, parse(text))


@relaxed
@given(texts, texts, texts, texts)
def test_any_edit(before: str, old: str, new: str, after: str) -> None:
    text = before + new + after
    check(text, parse(text, parse(before + old + after)))


@relaxed
@given(
    texts, st.lists(st.tuples(st.integers(0, 200), st.integers(0, 3), st.sampled_from([*FRAGMENTS, ""])), max_size=8)
)
def test_many_edits(text: str, edits: list[tuple[int, int, str]]) -> None:
    tree = parse(text)
    for place, length, new in edits:
        start = min(place, len(text))
        text = text[:start] + new + text[start + length :]
        tree = parse(text, tree)
    check(text, tree)


def test_every_prefix_as_if_typed() -> None:
    tree = parse("")
    for length in range(len(SAMPLE) + 1):
        tree = parse(SAMPLE[:length], tree)
        check(SAMPLE[:length], tree)


def test_every_single_deletion() -> None:
    whole = parse(SAMPLE)
    for place in range(len(SAMPLE)):
        text = SAMPLE[:place] + SAMPLE[place + 1 :]
        check(text, parse(text, whole))


@pytest.mark.parametrize("new", ["\n", "\\\n", "<<E ", "#", "'", "FROM x\n"])
def test_every_single_insertion(new: str) -> None:
    whole = parse(SAMPLE)
    for place in range(len(SAMPLE) + 1):
        text = SAMPLE[:place] + new + SAMPLE[place:]
        check(text, parse(text, whole))


def check(text: str, tree: Dockerfile) -> None:
    assert tree.text == text
    assert "".join(piece.span.of(text) for piece in tree.pieces()) == text
    for instruction in tree.instructions:
        assert "".join(leaf.span.of(text) for leaf in leaves(instruction)) == instruction.span.of(text)
        assert_inside(instruction)
    anew = parse(text)
    assert list(tree.pieces()) == list(anew.pieces())
    assert [section.span for section in tree.sections] == [section.span for section in anew.sections]
    assert (tree.problems, tree.step_problems) == (anew.problems, anew.step_problems)
    assert (tree.escape, tree.directives) == (anew.escape, anew.directives)
    for problem in tree.problems:
        assert 0 <= problem.span.start <= problem.span.end <= len(text)


def assert_inside(instruction: Instruction) -> None:
    parts = [instruction.keyword, *instruction.flags, *instruction.arguments, *instruction.heredocs]
    spans = [*(part.span for part in parts), instruction.body, *(each.span for each in instruction.problems)]
    assert all(instruction.span.encloses(span) for span in spans)
