"""What a step reads from outside, and what it writes."""

from __future__ import annotations

import pytest

from layerwise.build import Reads, build
from layerwise.syntax import parse

READS = {
    "COPY a b /x/": Reads(("a", "b")),
    "COPY . .": Reads((".",)),
    "COPY / /x": Reads((".",)),
    "COPY ./src/../lib/ /x": Reads(("lib",)),
    "COPY ../outside /x": Reads(("outside",)),
    'COPY ["my file", "/x"]': Reads(("my file",)),
    "COPY $DIR/*.c /x/": Reads(("src/*.c",)),
    "COPY ${GIVEN}/x-$GIVEN.c /x/": Reads(("*/x-*.c",)),
    "COPY --from=build /a /b /x/": Reads(stages=(("build", ("/a", "/b")),)),
    "COPY <<EOF /x\nEOF": Reads(),
    "ADD https://example.com/x.tgz local /x/": Reads(("local",)),
    "ADD git@example.com:a/b.git /x": Reads(),
    "RUN true": Reads(variables=frozenset({"PATH", "DIR"})),
    "RUN --mount=type=bind,target=/x true": Reads((".",), variables=frozenset({"PATH", "DIR"})),
    "RUN --mount=source=$DIR,target=/x true": Reads(("src",), variables=frozenset({"PATH", "DIR"})),
    "RUN --mount=from=build,source=/a,target=/x true": Reads(
        stages=(("build", ("/a",)),), variables=frozenset({"PATH", "DIR"})
    ),
    "RUN --mount=type=cache,target=/x true": Reads(variables=frozenset({"PATH", "DIR"})),
    "LABEL a=$DIR": Reads(),
}


@pytest.mark.parametrize(("text", "expected"), READS.items(), ids=READS)
def test_reads(text: str, expected: Reads) -> None:
    found = build(parse(f"FROM debian\nARG GIVEN\nENV DIR=src\n{text}\n"))
    assert found.stages[0].steps[-1].reads == expected


WRITES = {
    "COPY a /x/": ("/x/",),
    "COPY a.txt /x": ("/x",),
    "COPY a b ./x/": ("/app/x/",),
    "COPY . .": ("/app/",),
    "COPY src lib": ("/app/lib/",),
    "COPY a.txt $GIVEN": (),
    "COPY <<EOF /etc/x.conf\nEOF": ("/etc/x.conf",),
    "ADD x.tgz /x": ("/x/",),
    "WORKDIR src": ("/app/src/",),
    "RUN echo a > x.txt; echo b >> /etc/y 2>/dev/null": ("/app/x.txt", "/etc/y"),
    "RUN echo a > $X": (),
    "ENV A=1": (),
}


@pytest.mark.parametrize(("text", "expected"), WRITES.items(), ids=WRITES)
def test_writes(text: str, expected: tuple[str, ...]) -> None:
    found = build(parse(f"FROM debian\nARG GIVEN\nWORKDIR /app\n{text}\n"))
    assert found.stages[0].steps[-1].writes == expected


@pytest.mark.parametrize(
    ("text", "makes"),
    [
        ("RUN true", True),
        ("COPY a b", True),
        ("ADD a b", True),
        ("WORKDIR /x", True),
        ("WORKDIR /", False),
        ("ENV A=1", False),
        ("LABEL a=b", False),
        ("ONBUILD RUN true", False),
    ],
)
def test_layers(text: str, makes: bool) -> None:  # noqa: FBT001
    assert build(parse(f"FROM debian\n{text}\n")).stages[0].steps[-1].makes_layer is makes


def test_a_trigger_is_a_step_of_its_own() -> None:
    step = build(parse("FROM debian\nONBUILD COPY a /b\n")).stages[0].steps[-1]
    assert step.trigger is not None
    assert step.trigger.reads == Reads(("a",))
    assert step.trigger.makes_layer
    assert step.trigger.after is step.before
