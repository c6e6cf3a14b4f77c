"""What is offered where the cursor ``¦`` is."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layerwise.engine import analyse
from layerwise.features.completion import Item, completions
from layerwise.knowledge.instructions import INSTRUCTIONS

ALL = {name for name in INSTRUCTIONS if name != "MAINTAINER"}


def at(marked: str) -> dict[str, Item]:
    offset = marked.index("¦")
    return {item.label: item for item in completions(analyse(marked.replace("¦", "")), offset)}


def applied(marked: str, label: str) -> str:
    item = at(marked)[label]
    text = marked.replace("¦", "")
    return text[: item.span.start] + item.text + text[item.span.end :]


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("¦", {"FROM", "ARG"}),
        ("ARG A\nF¦", {"FROM", "ARG"}),
        ("FROM x\n¦", ALL),
        ("FROM x\nR¦", ALL),
        ("FROM x\nRUN a\n  ¦", ALL),
        ("from x\nr¦", {name.lower() for name in ALL}),
        ("FROM x\nONBUILD ¦", ALL - {"FROM", "ONBUILD"}),
        ("FROM x\nONBUILD CO¦", ALL - {"FROM", "ONBUILD"}),
        ("#¦", {"# syntax=docker/dockerfile:1", "# escape=`", "# check=skip="}),
        ("# syntax=a\n# ch¦", {"# escape=`", "# check=skip="}),
        ("FROM x\n# ch¦", set()),
        ("# hello wor¦", set()),
        ("FROM x\nCOPY --¦ a b", {"--chown=", "--from=", "--chmod=", "--link", "--parents", "--exclude="}),
        ("FROM x\nCOPY --link -¦", {"--chown=", "--from=", "--chmod=", "--parents", "--exclude="}),
        ("FROM x\nCOPY a --¦", set()),
        ("FROM x\nRUN --mount=type=cache,target=/a --¦", {"--mount=", "--network=", "--security=", "--device="}),
        ("FROM x\nRUN --mount=¦", {"type=", "target=", "source=", "from=", "rw"}),
        ("FROM x\nRUN --mount=type=¦", {"bind", "cache", "secret", "ssh", "tmpfs"}),
        ("FROM x\nRUN --mount=type=secret,id=a,¦", {"target=", "env=", "required", "mode=", "uid=", "gid="}),
        ("FROM x\nRUN --mount=type=cache,dst=/a,sharing=l¦ x", {"shared", "private", "locked"}),
        ("FROM x\nRUN --network=¦", {"default", "none", "host"}),
        ("FROM x AS one\nFROM y AS two\nCOPY --from=¦", {"one"}),
        ("FROM x AS one\nFROM y\nRUN --mount=from=¦,target=/a b", {"one"}),
        ("FROM x ¦", {"AS"}),
        ("FROM x\nHEALTHCHECK ¦", {"CMD", "NONE"}),
        ("FROM x\nRUN useradd -m app\nUSER ¦", {"app", "root"}),
        (
            "FROM x\nRUN npm ci --om¦",
            {
                "--omit",
                "--production",
                "--only",
                "--ignore-scripts",
                "--no-audit",
                "--no-fund",
                "--legacy-peer-deps",
                "--force",
                "--prefer-offline",
                "--loglevel",
            },
        ),
    ],
)
def test_all_that_is_offered(marked: str, expected: set[str]) -> None:
    assert set(at(marked)) == expected


@pytest.mark.parametrize(
    ("marked", "some"),
    [
        ("FROM x\nENV AA=1\nARG BB\nRUN echo $A¦", {"AA", "BB"}),
        ('FROM x\nENV AA=1\nRUN echo "${¦"', {"AA"}),
        ("FROM x\nENV AA=1\nWORKDIR $¦", {"AA"}),
        ("FROM x\nENV AA=1\nLABEL a=$¦", {"AA"}),
        ("ARG VERSION=1\nFROM x:$¦", {"VERSION", "BUILDPLATFORM"}),
        ("ARG VERSION=1\nARG OTHER=$¦", {"VERSION"}),
        ("FROM --platform=¦", {"$BUILDPLATFORM", "linux/arm64"}),
        ("FROM p¦", {"python", "postgres", "scratch"}),
        ("FROM x AS base\nFROM ¦", {"base", "debian"}),
        ("FROM x\nSTOPSIGNAL ¦", {"SIGTERM", "SIGQUIT"}),
        ("FROM x\nLABEL org¦", {"org.opencontainers.image.source"}),
        ("ARG A=1\nFROM x\nARG ¦", {"A", "TARGETARCH"}),
        ("FROM x\nENV P¦", {"PATH", "PYTHONUNBUFFERED"}),
        ("FROM x\nRUN apt-get ¦", {"install", "update"}),
        ("FROM x\nRUN true && apt-get ins¦", {"install", "update"}),
        ("FROM x\nRUN apt-get install -¦", {"-y", "--no-install-recommends"}),
        ("FROM x\nRUN <<E\npip ins¦\nE", {"install"}),
    ],
)
def test_some_that_is_offered(marked: str, some: set[str]) -> None:
    assert some <= set(at(marked))


@pytest.mark.parametrize(
    ("marked", "label", "expected"),
    [
        ("FROM x\nco¦", "COPY", "FROM x\nCOPY "),
        ("FROM x\nCOPY --fr¦ a b", "--from=", "FROM x\nCOPY --from= a b"),
        ("FROM x\nRUN --mount=type=cache,tar¦ a", "target=", "FROM x\nRUN --mount=type=cache,target= a"),
        ("FROM x\nENV AB=1\nRUN echo ${A¦", "AB", "FROM x\nENV AB=1\nRUN echo ${AB}"),
        ("FROM x\nENV AB=1\nRUN echo ${A¦}", "AB", "FROM x\nENV AB=1\nRUN echo ${AB}"),
        ("#sy¦", "# syntax=docker/dockerfile:1", "# syntax=docker/dockerfile:1"),
        ("FROM pyt¦", "python", "FROM python"),
        ("FROM x AS one\nFROM y\nCOPY --from=o¦ a b", "one", "FROM x AS one\nFROM y\nCOPY --from=one a b"),
    ],
)
def test_what_is_typed_is_replaced(marked: str, label: str, expected: str) -> None:
    assert applied(marked, label) == expected


def test_offers_are_explained() -> None:
    assert "layer" in at("FROM x\n¦")["RUN"].documentation
    assert "layer of its own" in at("FROM x\nCOPY --¦")["--link"].documentation
    assert at("FROM x AS one\nFROM y\nCOPY --from=¦")["one"].detail == "FROM x"
    assert at("FROM x\nENV AA=1\nRUN echo $¦")["AA"].detail == "1"


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "FROM x",
                "RUN",
                "COPY",
                " --",
                "mount=",
                "type=",
                "$",
                "${A",
                " ",
                "\n",
                "#",
                "ONBUILD ",
                "é",
                ",",
                "<<E\n",
                "\\\n",
            ]
        ),
        max_size=10,
    ).map("".join),
    st.data(),
)
def test_any_text_gives_offers_that_end_at_the_cursor(text: str, data: st.DataObject) -> None:
    offset = data.draw(st.integers(0, len(text)))
    for item in completions(analyse(text), offset):
        assert 0 <= item.span.start <= item.span.end == offset
