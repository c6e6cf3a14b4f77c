"""Building again after an edit: the same result as anew, and the identical objects where nothing has changed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layerwise.build import Build, Stage, Step, build
from layerwise.syntax import parse
from layerwise.syntax.tree import Copy, Run
from layerwise.text import Edit, Span, apply_edits

TEXT = """\
ARG TAG=3.12
FROM python:${TAG} AS base
ENV HOME=/home/app \\
    MODE=prod
RUN apt-get update && apt-get install -y curl \\
    && rm -rf /var/lib/apt/lists/*

FROM base AS build
ARG MODE
WORKDIR /src
COPY . .
RUN pip install -r requirements.txt
ONBUILD RUN true

# The result.
FROM base
USER app
WORKDIR $HOME
COPY --from=build /src/dist ./dist
SHELL ["/bin/bash", "-c"]
RUN echo "$MODE" > mode
CMD ["serve"]

FROM build AS test
RUN pytest
"""
PIECES = ("x", "\n", " ", "\\\n", "FROM base\n", "ENV A=$MODE\n", "RUN go build .\n", "ARG TAG=1\n", "WORKDIR y\n", "")


def said(found: Build) -> Iterator[object]:
    """All that a build says, by value."""
    yield found.global_args
    for stage in found.stages:
        yield stage.facts, stage.parent, stage.span, [(step.span, step.after) for step in stage.triggers]
        for step in stage.steps:
            yield step.index, step.before, step.after, step.span, step.reads, step.writes, step.operations


edits = st.tuples(st.integers(0, len(TEXT) + 40), st.integers(0, 12), st.sampled_from(PIECES))


@settings(max_examples=150, deadline=None)
@given(st.lists(edits, min_size=1, max_size=4))
def test_an_edit_gives_what_building_anew_gives(changes: list[tuple[int, int, str]]) -> None:
    text, dockerfile = TEXT, parse(TEXT)
    found = build(dockerfile)
    for start, length, piece in changes:
        start = min(start, len(text))
        text = apply_edits(text, [Edit(Span(start, min(start + length, len(text))), piece)])
        dockerfile = parse(text, dockerfile)
        found = build(dockerfile, previous=found)
    assert list(said(found)) == list(said(build(parse(text))))


def after(old: str, new: str) -> tuple[Build, Build]:
    """The builds before and after an edit, of a text that no other test builds."""
    text = TEXT.replace("TAG=3.12", f"TAG={old.encode().hex()}") if "TAG" not in old else TEXT
    assert old in text
    dockerfile = parse(text)
    before = build(dockerfile)
    return before, build(parse(text.replace(old, new), dockerfile), previous=before)


def test_untouched_stages_are_the_same_objects() -> None:
    before, found = after("echo", "printf")
    assert found.stages[0] is before.stages[0]
    assert found.stages[1] is before.stages[1]
    assert found.stages[2] is not before.stages[2]


def test_a_stage_that_moved_keeps_its_course() -> None:
    before, found = after("# The result.", "# What comes out.")
    assert found.stages[2] is not before.stages[2]
    assert found.stages[2].course is before.stages[2].course
    assert found.stages[2].facts is before.stages[2].facts
    assert found.stages[2].span != before.stages[2].span


def test_a_command_that_changes_nothing_leaves_the_states_behind_it() -> None:
    before, found = after("install -y curl", "install -y  curl")
    assert found.stages[0].course is not before.stages[0].course
    assert found.stages[0].course.states[-1] is before.stages[0].course.states[-1]
    assert found.stages[2].course is before.stages[2].course


def test_a_new_value_reaches_the_stages_above() -> None:
    _, found = after("MODE=prod", "MODE=test")
    value = found.stages[2].steps[-1].before.lookup("MODE")
    assert value is not None
    assert value.value == "test"


def test_another_global_argument_reaches_every_stage() -> None:
    _, found = after("TAG=3.12", "TAG=3.13")
    assert {stage.facts.image.tag for stage in found.stages if stage.facts.image} == {"3.13"}


def test_other_build_arguments_count() -> None:
    dockerfile = parse(TEXT)
    first = build(dockerfile, args={"TAG": "1"})
    second = build(dockerfile, previous=first, args={"TAG": "2"})
    assert [found.stages[0].facts.image.tag for found in (first, second) if found.stages[0].facts.image] == ["1", "2"]
    assert [build(dockerfile, previous=second, target="build").final is stage for stage in second.stages[1:2]] == [
        False
    ]


def test_states_do_not_pile_up() -> None:
    """Hours of typing in one place leave a bounded number of states behind."""
    dockerfile = parse(TEXT)
    found = build(dockerfile)
    for count in range(300):
        dockerfile = parse(TEXT.replace("MODE=prod", f"MODE=prod{count}"), dockerfile)
        found = build(dockerfile, previous=found)
    assert len(found.stages[0].course.states[0].memo) <= 64


def test_what_is_asked_once_is_answered_once() -> None:
    asked: list[str] = []

    def first_word(step: Step) -> str:
        asked.append(step.instruction.name)
        return f"{step.span.start} {step.instruction.name}"

    before, found = after("# The result.", "# What comes out, at another place.")
    answers = [[step.once(first_word) for step in built.steps()] for built in (before, found)]
    assert answers[0] == answers[1]
    assert all(answer.startswith("0 ") for answer in answers[0])
    assert len(asked) == len(answers[0])


def test_tools_and_kinds_are_known_without_a_place() -> None:
    found = build(parse("FROM debian\nRUN apt-get update && pip install x\nONBUILD RUN go build .\nCOPY a b\n"))
    steps = found.stages[0].steps
    assert [step.tools for step in steps] == [set(), {"apt", "pip"}, {"go"}, set()]
    assert [step.kind.__name__ for step in steps] == ["From", "Run", "Onbuild", "Copy"]
    assert not any("instruction" in vars(step) for step in steps)


LINKED = """\
FROM alpine AS single
RUN one
FROM debian AS base
RUN two
FROM base AS made
RUN three
FROM golang AS tools
RUN four
FROM base AS beside
RUN five
FROM scratch
COPY --from=made /a /a
COPY --from=tools /b /b
"""


def asked_about(found: Build, stage: Stage, given: list[int]) -> Iterator[str]:
    """Finds nothing anywhere, and takes note of where it was asked."""
    given.append(stage.facts.index)
    yield from ()


@pytest.mark.parametrize(
    ("edited", "asked"),
    [
        ("one", [0]),
        ("two", [1, 2, 4, 5]),
        ("three", [1, 2, 5]),
        ("four", [3, 5]),
        ("five", [1, 4]),
        ("/b /b", [1, 2, 3, 5]),
    ],
)
def test_a_search_goes_only_where_an_edit_may_matter(edited: str, asked: list[int]) -> None:
    dockerfile = parse(LINKED)
    before = build(dockerfile)
    given: list[int] = []
    assert before.search(asked_about, given) == []
    assert given == [0, 1, 2, 3, 4, 5]
    given.clear()
    after = build(parse(LINKED.replace(edited, edited + "x"), dockerfile), previous=before)
    assert after.search(asked_about, given) == []
    assert given == asked
    assert before.search(asked_about, given) == [], "an earlier build remembers by itself"
    assert given == asked


def found_words(found: Build, stage: Stage, given: str) -> Iterator[tuple[int, int]]:
    """The steps of a stage, and of those that take from it, that say a word."""
    for index in (stage.facts.index, *found.structure.takers[stage.facts.index]):
        for step in found.stages[index].steps:
            if given in step.span.of(found.dockerfile.text):
                yield index, step.index


@settings(max_examples=150, deadline=None)
@given(st.lists(edits, min_size=1, max_size=5))
def test_a_search_finds_what_one_anew_finds(changes: list[tuple[int, int, str]]) -> None:
    text, dockerfile = TEXT, parse(TEXT)
    found = build(dockerfile)
    found.search(found_words, "x")
    for start, length, piece in changes:
        start = min(start, len(text))
        text = apply_edits(text, [Edit(Span(start, min(start + length, len(text))), piece)])
        dockerfile = parse(text, dockerfile)
        found = build(dockerfile, previous=found)
        assert found.search(found_words, "x") == build(parse(text)).search(found_words, "x")


def test_what_is_given_counts() -> None:
    found = build(parse(LINKED))
    assert found.search(found_words, "four", about={Run}) == [(3, 1)]
    assert found.search(found_words, "five", about={Run}) == [(4, 1)]
    assert found.search(found_words, "five", about={Copy}) == []
