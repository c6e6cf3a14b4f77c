"""Stages: what each is built on, which of them the result needs, and what a word means that names one."""

from __future__ import annotations

import pytest

from layerwise.build import Build, ImageName, build
from layerwise.build.images import image_name, reference_error
from layerwise.syntax import parse


def built(text: str, **options: object) -> Build:
    return build(parse(text), **options)  # type: ignore[arg-type]


def shape(found: Build) -> list[tuple[str | None, int | None, str]]:
    """Of each stage: name, parent, and which of final, in the result, reachable hold."""
    return [
        (
            stage.name,
            stage.parent,
            "".join(
                letter
                for letter, holds in zip(
                    "FIR", (stage.facts.is_final, stage.facts.in_result, stage.facts.reachable), strict=True
                )
                if holds
            ),
        )
        for stage in found.stages
    ]


GRAPHS = {
    "one stage": ("FROM a\n", [(None, None, "FIR")]),
    "a builder": (
        "FROM a AS build\nFROM b\nCOPY --from=build /x /x\n",
        [("build", None, "R"), (None, None, "FIR")],
    ),
    "by number": (
        "FROM a\nFROM b\nFROM c\nCOPY --from=1 /x /x\n",
        [(None, None, ""), (None, None, "R"), (None, None, "FIR")],
    ),
    "by mount": (
        "FROM a AS deps\nFROM b\nRUN --mount=type=bind,from=deps,target=/x true\n",
        [("deps", None, "R"), (None, None, "FIR")],
    ),
    "a cache mount that begins with a stage": (
        "FROM a AS seed\nFROM b\nRUN --mount=type=cache,from=seed,target=/x true\n",
        [("seed", None, "R"), (None, None, "FIR")],
    ),
    "built on each other": (
        "FROM a AS base\nFROM base AS middle\nFROM base AS other\nFROM middle\n",
        [("base", None, "IR"), ("middle", 0, "IR"), ("other", 0, ""), (None, 1, "FIR")],
    ),
    "needed by what is needed": (
        "FROM a AS one\nFROM b AS two\nCOPY --from=one /x /x\nFROM c\nCOPY --from=two /x /x\n",
        [("one", None, "R"), ("two", None, "R"), (None, None, "FIR")],
    ),
    "names in any case": (
        "FROM a AS Build\nFROM b\nCOPY --from=BUILD /x /x\nFROM BUILD\n",
        [("build", None, "IR"), (None, None, ""), (None, 0, "FIR")],
    ),
    "the later of two with one name": (
        "FROM a AS x\nFROM b AS x\nFROM x\n",
        [("x", None, ""), ("x", None, "IR"), (None, 1, "FIR")],
    ),
    "its own name is an image": ("FROM x AS x\n", [("x", None, "FIR")]),
    "a later stage is an image": ("FROM x\nFROM a AS x\n", [(None, None, ""), ("x", None, "FIR")]),
    "a name from an ARG": ("ARG BASE=build\nFROM a AS build\nFROM $BASE\n", [("build", None, "IR"), (None, 0, "FIR")]),
    "a circle ends": ("FROM a AS x\nCOPY --from=x /a /b\n", [("x", None, "FIR")]),
    "nothing": ("", []),
    "no FROM": ("RUN true\n", []),
    "a FROM being typed": ("FROM\nFROM a\n", [(None, None, ""), (None, None, "FIR")]),
}


@pytest.mark.parametrize(("text", "expected"), GRAPHS.values(), ids=GRAPHS)
def test_the_graph(text: str, expected: list[tuple[str | None, int | None, str]]) -> None:
    assert shape(built(text)) == expected


@pytest.mark.parametrize(("target", "final"), [("base", 0), ("BASE", 0), ("1", 1), (None, 2), ("nosuch", 2), ("7", 2)])
def test_the_target(target: str | None, final: int) -> None:
    found = built("FROM a AS base\nFROM base\nFROM b\n", target=target)
    assert [stage.facts.is_final for stage in found.stages].index(True) == final
    assert found.final is found.stages[final]


def test_what_a_word_means() -> None:
    found = built("FROM a AS one\nFROM b AS two\nFROM c\n")
    assert found.stage_named("ONE", 2) is found.stages[0]
    assert found.stage_named("1", 2) is found.stages[1]
    assert found.stage_named("two", 1) is None
    assert found.stage_named("2", 2) is None
    assert found.stage_named("alpine", 2) is None


IMAGES = {
    "debian": ImageName("debian", "", "debian", "", ""),
    "debian:12": ImageName("debian:12", "", "debian", "12", ""),
    "library/debian:12": ImageName("library/debian:12", "", "library/debian", "12", ""),
    "docker.io/library/debian": ImageName("docker.io/library/debian", "docker.io", "library/debian", "", ""),
    "localhost:5000/a/b": ImageName("localhost:5000/a/b", "localhost:5000", "a/b", "", ""),
    "localhost/a": ImageName("localhost/a", "localhost", "a", "", ""),
    "ghcr.io/a/b:c@sha256:d": ImageName("ghcr.io/a/b:c@sha256:d", "ghcr.io", "a/b", "c", "sha256:d"),
    "a/b": ImageName("a/b", "", "a/b", "", ""),
}


@pytest.mark.parametrize(("text", "expected"), IMAGES.items(), ids=IMAGES)
def test_the_parts_of_an_image(text: str, expected: ImageName) -> None:
    assert image_name(text) == expected


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("debian", "debian"),
        ("library/debian", "debian"),
        ("docker.io/library/debian", "debian"),
        ("ghcr.io/debian", "debian"),
    ],
)
def test_the_plain_name(text: str, name: str) -> None:
    assert image_name(text).name == name


def test_the_image_goes_through_all_stages() -> None:
    found = built("ARG TAG=3.12\nFROM python:${TAG}-slim AS a\nFROM a AS b\nFROM b\n")
    assert {stage.facts.image.text for stage in found.stages if stage.facts.image} == {"python:3.12-slim"}
    assert len({stage.facts.image for stage in found.stages}) == 1


@pytest.mark.parametrize(
    ("text", "known", "image"),
    [
        ("ARG BASE\nFROM ${BASE}\n", False, "${BASE}"),
        ("ARG BASE\nFROM ${BASE:-alpine}\n", True, "alpine"),
        ("FROM ${BASE:-alpine}\n", True, "alpine"),
        ("ARG A=1\nARG B=$A.2\nFROM x:$B\n", True, "x:1.2"),
        ("ARG A=1 B=$A.2\nFROM x:$B\n", True, "x:1.2"),
        ("FROM --platform=$BUILDPLATFORM x:$TARGETARCH\n", False, "x:$TARGETARCH"),
    ],
)
def test_an_image_from_arguments(text: str, known: bool, image: str) -> None:  # noqa: FBT001
    found = built(text).stages[0].facts.image
    assert found is not None
    assert (found.known, found.text) == (known, image)


def test_build_arguments_are_given() -> None:
    assert built("ARG TAG=1\nFROM x:$TAG\n", args={"TAG": "2"}).stages[0].facts.image == image_name("x:2")


@pytest.mark.parametrize(
    ("text", "windows"),
    [
        ("FROM mcr.microsoft.com/windows/nanoserver:ltsc2022\n", True),
        ("FROM mcr.microsoft.com/windows/servercore:ltsc2022\n", True),
        ("FROM python:3.12-windowsservercore-ltsc2022\n", True),
        ("FROM mcr.microsoft.com/dotnet/sdk:8.0-nanoserver-1809\n", True),
        ("FROM --platform=windows/amd64 example/app\n", True),
        ("FROM example/windows-exporter\n", False),
        ("FROM debian\n", False),
        ("FROM scratch\n", False),
    ],
)
def test_windows(text: str, windows: bool) -> None:  # noqa: FBT001
    assert built(text).stages[0].facts.is_windows is windows


def test_scratch() -> None:
    facts = built("FROM scratch AS empty\nFROM empty\n").stages[1].facts
    assert facts.is_scratch
    assert facts.image is None


TRIGGERS = """\
FROM a AS base
ONBUILD ENV MODE=prod
ONBUILD COPY --from=assets /x /x
FROM b AS assets
FROM base AS child
RUN true
FROM child
RUN true
"""


def test_triggers_fire_in_the_next_stage_only() -> None:
    found = built(
        TRIGGERS.replace("FROM b AS assets\n", "").replace("FROM a AS base", "FROM b AS assets\nFROM a AS base")
    )
    assets, base, child, last = found.stages
    assert [step.instruction.name for step in child.triggers] == ["ENV", "COPY"]
    assert child.triggers[1].span.of(found.dockerfile.text) == "COPY --from=assets /x /x"
    assert not base.triggers
    assert not last.triggers
    assert "MODE" not in base.course.states[-1].env
    assert [stage.course.states[-1].env["MODE"].value for stage in (child, last)] == ["prod", "prod"]
    assert assets.facts.reachable


FEEDS = {
    "an install without an update": ("FROM a AS b\nFROM b\nRUN apt-get install -y x\n", {"apt"}),
    "an update first": ("FROM a AS b\nFROM b\nRUN apt-get update && apt-get install -y x\n", set()),
    "a compiler": ("FROM a AS b\nFROM b AS c\nFROM c\nRUN go build .\n", {"go"}),
    "nothing": ("FROM a AS b\nFROM b\nRUN pip install x\n", set()),
    "copied from, not built on": ("FROM a AS b\nFROM x\nCOPY --from=b /a /a\nRUN go build .\n", set()),
}


FED = {
    "what the one below restores": ("FROM a AS b\nRUN dotnet restore a.csproj\nFROM b AS c\nFROM c\n", {"dotnet"}),
    "a tool by its name": ("FROM a AS b\nRUN cargo install cargo-chef\nFROM b\n", set()),
    "nothing of its own": ("FROM a AS b\nFROM b\nRUN go build .\n", set()),
    "copied from, not built on": ("FROM a AS b\nRUN go build .\nFROM x\nCOPY --from=b /a /a\n", set()),
}


@pytest.mark.parametrize(("text", "expected"), FED.values(), ids=FED)
def test_what_the_stages_below_have_fetched(text: str, expected: set[str]) -> None:
    assert built(text).stages[-1].facts.fed == expected


def test_what_is_fetched_below_is_seen_after_an_edit() -> None:
    text = "FROM a AS b\nRUN true\nFROM b\nRUN go build .\n"
    edited = text.replace("true", "go mod download")
    first = parse(text)
    again = build(parse(edited, first), previous=build(first))
    assert again.stages[-1].facts.fed == {"go"}


@pytest.mark.parametrize(("text", "expected"), FEEDS.values(), ids=FEEDS)
def test_what_other_stages_live_on(text: str, expected: set[str]) -> None:
    assert built(text).stages[0].facts.feeds == expected


REFERENCES = {
    "alpine": None,
    "alpine:3.20": None,
    "ghcr.io/a/b_c__d--e.f:Tag_1.2": None,
    "a@sha256:" + "0" * 64: None,
    "Foo/bar": None,
    "Build": "invalid reference format: repository name (library/Build) must be lowercase",
    "a/B": "invalid reference format: repository name (a/B) must be lowercase",
    "a b": "invalid reference format",
    "-a": "invalid reference format",
    "a:": "invalid reference format",
    "a@sha256:12": "invalid reference format",
    "0" * 64: f"invalid repository name ({'0' * 64}), cannot specify 64-byte hexadecimal strings",
    "a" * 300: "repository name must not be more than 255 characters",
}


@pytest.mark.parametrize(("text", "expected"), REFERENCES.items(), ids=lambda value: str(value)[:40])
def test_what_no_image_can_be_called(text: str, expected: str | None) -> None:
    assert reference_error(text) == expected
