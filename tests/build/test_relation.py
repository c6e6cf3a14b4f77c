"""How two builds relate: what is merely written otherwise is the same, and each difference has its name."""

from __future__ import annotations

import pytest

from layerwise.build import build
from layerwise.build.relation import Alteration, relation
from layerwise.syntax import parse

BASE = "FROM debian:12\n"
APP = "WORKDIR /app\n"


def altered(before: str, after: str) -> dict[str, str]:
    """The names of all differences, each with what the last of its kind is about."""
    found = relation(build(parse(before)), build(parse(after))).differences
    return {each.alteration.name: each.detail for each in found}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("RUN a && b\n", "run a \\\n  # why\n  && b\n"),
        ("RUN echo 'a'\n", 'RUN echo "a"\n'),
        ("RUN a; b\n", "RUN <<EOF\na\nb\nEOF\n"),
        ("ENV a b c\n", 'ENV a="b c"\n'),
        ("LABEL a=1 b=2\n", "LABEL a=1\nLABEL b=2\n"),
        ("WORKDIR /a\nWORKDIR b\n", "WORKDIR /a/\nWORKDIR /a/b\n"),
        (APP + "COPY a ./\n", APP + 'COPY ["./a", "/app"]\n'),
        ("RUN --mount=type=cache,target=/c a\n", "RUN --mount=target=/c,type=cache a\n"),
        ("CMD [ 'a' ]\n", "CMD   [ 'a' ]\n"),
        ("ARG X=1\nENV Y=$X\n", "ARG X=1\nENV Y=1\n"),
        ('SHELL ["powershell"]\nRUN Get-Item  a\n', 'SHELL ["powershell"]\nRUN Get-Item a\n'),
        ("ONBUILD RUN a\n", "onbuild run a\n"),
        ("EXPOSE 80 81\n", "EXPOSE  80  81\n"),
    ],
)
def test_what_is_written_otherwise_is_the_same(before: str, after: str) -> None:
    assert altered(BASE + before, BASE + after) == {}
    assert altered(BASE + after, BASE + before) == {}


@pytest.mark.parametrize(
    ("before", "after", "names"),
    [
        ("RUN apt-get install x\n", "RUN apt-get -o A=b install -y x\n", {"OPTION_ADDED": "-o A=b -y"}),
        ("RUN x\n", "RUN A=b x\n", {"OPTION_ADDED": "A=b"}),
        ("RUN x -a b\n", "RUN x b -c\n", {"OPTION_ADDED": "-c", "OPTION_REMOVED": "-a"}),
        ("RUN npm install\n", "RUN npm ci\n", {"COMMAND_REWRITTEN": "npm ci"}),
        ("RUN apt install x\n", "RUN apt-get install x\n", {"COMMAND_REWRITTEN": "apt-get install x"}),
        ("RUN x a\n", "RUN x b\n", {"COMMAND_REWRITTEN": "x b"}),
        ("RUN x b a\n", "RUN x a b\n", {"WORDS_REORDERED": "x a b"}),
        ("RUN x\n", "RUN x && rm -rf /c\n", {"CLEANUP_ADDED": "rm -rf /c"}),
        ("RUN x\n", "RUN x && apt-get clean\n", {"CLEANUP_ADDED": "apt-get clean"}),
        ("RUN x\n", "RUN x && y\n", {"COMMAND_ADDED": "y"}),
        ("RUN x && rm a\n", "RUN x\n", {"CLEANUP_REMOVED": "rm a"}),
        ("RUN x && y\n", "RUN x\n", {"COMMAND_REMOVED": "y"}),
        ("RUN x\nRUN y\n", "RUN x && y\n", {"COMMANDS_JOINED": "y"}),
        ("RUN x\nRUN a; y\n", "RUN x && { a; y; }\n", {"COMMANDS_JOINED": "a"}),
        ("RUN x && y\n", "RUN x\nRUN y\n", {"COMMANDS_PARTED": "y"}),
        ("RUN x; y\n", "RUN x && y\n", {"LINK_CHANGED": "y"}),
        ("RUN x\nRUN y\n", "RUN x || y\n", {"COMMANDS_JOINED": "y", "LINK_CHANGED": "y"}),
        ("RUN x\n", "RUN x | cat\n", {"COMMAND_ADDED": "cat", "LINK_CHANGED": "x"}),
        ("COPY a b /d/\n", "COPY a /d/\nCOPY b /d/\n", {"COPY_SPLIT": "COPY b /d"}),
        ("COPY . /d/\n", "COPY a /d/\nCOPY . /d/\n", {"COPY_SPLIT": "COPY a /d"}),
        ("COPY src /d/\n", "COPY src/a /d/\nCOPY src /d/\n", {"COPY_SPLIT": "COPY src/a /d"}),
        ("COPY src /d/\n", "COPY other /d/\nCOPY src /d/\n", {"INSTRUCTION_ADDED": "COPY other /d"}),
        ("COPY a /d/\nCOPY b /d/\n", "COPY a b /d/\n", {"COPIES_JOINED": "COPY b /d"}),
        ("COPY a /d\nRUN x\n", "RUN x\nCOPY a /d\n", {"MOVED": "x"}),
        # A cleanup goes along with its RUN, whichever of the two sides counts as the one that stays.
        (
            "ARG A\nARG B\nLABEL c=1\nLABEL d=2\nRUN x && rm /c\n",
            "RUN x && rm /c\nARG A\nARG B\nLABEL c=1\nLABEL d=2\n",
            {"MOVED": "x"},
        ),
        ("ADD a /d\n", "COPY a /d\n", {"INSTRUCTION_REWRITTEN": "COPY a /d"}),
        ("COPY a /d\n", "COPY a /e\n", {"INSTRUCTION_REWRITTEN": "COPY a /e"}),
        ("RUN x\n", "RUN --mount=type=cache,target=/c x\n", {"MOUNT_ADDED": "--mount=target=/c,type=cache"}),
        ("RUN --network=none x\n", "RUN x\n", {"FLAG_REMOVED": "--network=none"}),
        ("COPY a /d\n", "COPY --chown=1 a /d\n", {"FLAG_ADDED": "--chown=1"}),
        ("CMD a b\n", 'CMD ["a", "b"]\n', {"FORM_CHANGED": "CMD a b"}),
        ("RUN a\n", 'RUN ["a"]\n', {"FORM_CHANGED": "a"}),
        ("USER a\nRUN x\n", "RUN x\nUSER a\n", {"MOVED": "x", "SETTINGS_CHANGED": "USER"}),
        (
            "ENV A=1\nRUN echo $A\n",
            "ENV A=2\nRUN echo $A\n",
            {"INSTRUCTION_REWRITTEN": "ENV A 2", "SETTINGS_CHANGED": "A"},
        ),
        ("RUN x\n", "ENV A=1\nRUN x\n", {"INSTRUCTION_ADDED": "ENV A 1", "ENVIRONMENT_CHANGED": "A"}),
        ("RUN cat <<E >f\na\nE\n", "RUN cat <<E >f\nb\nE\n", {"INSTRUCTION_REWRITTEN": "RUN << b\n"}),
        ("MAINTAINER x\n", "", {"INSTRUCTION_REMOVED": "MAINTAINER x"}),
        ('SHELL ["powershell"]\nRUN a\n', 'SHELL ["powershell"]\nRUN b\n', {"INSTRUCTION_REWRITTEN": "RUN b"}),
        ("RUN sh -c 'a'\n", "RUN sh -c 'a && rm b'\n", {"CLEANUP_ADDED": "rm b"}),
        ("ONBUILD RUN a\n", "ONBUILD RUN a -x\n", {"OPTION_ADDED": "-x"}),
    ],
)
def test_each_difference_has_its_name(before: str, after: str, names: dict[str, str]) -> None:
    assert altered(BASE + before, BASE + after) == names


@pytest.mark.parametrize(
    ("before", "after", "names"),
    [
        (BASE, "FROM debian:13\n", {"IMAGE_REPLACED": "FROM debian:13"}),
        ("ARG X=1\n" + BASE, "ARG X=2\n" + BASE, {"INSTRUCTION_REWRITTEN": "ARG X=2"}),
        (BASE, "ARG X=1\n" + BASE, {"INSTRUCTION_ADDED": "ARG X=1"}),
        (
            BASE + "RUN make\nCMD /a\n",
            "FROM gcc:14 AS build\nRUN make\n" + BASE + "COPY --from=build /a /a\nCMD /a\n",
            {"STAGE_ADDED": "build", "MOVED_TO_STAGE": "make", "INSTRUCTION_ADDED": "COPY build a /a"},
        ),
        ("FROM a AS x\nRUN b\n" + BASE, BASE, {"STAGE_REMOVED": "x", "COMMAND_REMOVED": "b"}),
    ],
)
def test_stages_and_what_stands_before_them(before: str, after: str, names: dict[str, str]) -> None:
    assert altered(before, after) == names


def test_a_file_whose_from_is_missing() -> None:
    assert altered("ARG A\nRUN a\nUSER x\n", "ARG A\nRUN a && rm b\nUSER x\n") == {"CLEANUP_ADDED": "rm b"}


def test_a_cleanup_elsewhere_is_another() -> None:
    before, after = "RUN a && rm x\nUSER y\nRUN b\n", "RUN a\nUSER y\nRUN b && rm x\n"
    assert altered(BASE + before, BASE + after) == {"CLEANUP_REMOVED": "rm x", "CLEANUP_ADDED": "rm x"}


def test_one_of_two_equal_cleanups_is_gone() -> None:
    before = "RUN a && rm x\nRUN b && rm x\nRUN c\n"
    assert altered(BASE + before, BASE + "RUN a\nRUN b && rm x\nRUN c\n") == {"CLEANUP_REMOVED": "rm x"}
    assert altered(BASE + "RUN apt clean\n", BASE + "RUN apt-get clean\n") == {"COMMAND_REWRITTEN": "apt-get clean"}


def test_a_difference_says_where_it_is() -> None:
    found = relation(build(parse(BASE + "RUN a\nRUN b\n")), build(parse(BASE + "RUN a && b\n")))
    (joined,) = found.differences
    assert found.alterations == {Alteration.COMMANDS_JOINED}
    assert (joined.before and joined.before.index, joined.after and joined.after.index) == (2, 1)
    assert str(joined) == "commands joined into one layer: b"
