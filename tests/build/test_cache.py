"""What a change makes the builder do again."""

from __future__ import annotations

import pytest

from layerwise.build import Build, build
from layerwise.build.cache import ArgumentChange, Change, ContextChange, ImageChange, StepChange, rebuilt_by
from layerwise.syntax import parse


def built(text: str) -> Build:
    return build(parse(text))


def again(text: str, change: Change | str) -> list[str]:
    """The instructions that are done again; a string stands for a change to the instruction that begins with it."""
    found = built(text)
    if isinstance(change, str):
        step = next(step for step in found.steps() if step.span.of(text).startswith(change))
        change = StepChange(step)
    return [step.span.of(text) for step in rebuilt_by(found, change)]


SERVICE = """\
FROM debian:12
ARG VERSION=1
ENV MODE=prod
WORKDIR /app
COPY requirements.txt .
RUN pip install -r requirements.txt
COPY . .
RUN make
LABEL version=$VERSION
EXPOSE 80
CMD ["serve"]
"""
STAGES = """\
ARG TAG=12
FROM debian:$TAG AS build
COPY src /src
RUN make -C /src
FROM debian:$TAG AS docs
COPY docs /docs
RUN make -C /docs
FROM debian:12 AS tools
RUN make tools
FROM debian:12
COPY --from=build /src/app /app
COPY --from=docs /docs/html /html
RUN finish
"""

CASES = {
    "a source file": (SERVICE, ContextChange("src/a.py"), ["COPY . .", "RUN make"]),
    "the manifest": (
        SERVICE,
        ContextChange("requirements.txt"),
        ["COPY requirements.txt .", "RUN pip install -r requirements.txt", "COPY . .", "RUN make"],
    ),
    "an argument that no RUN uses": (
        SERVICE,
        ArgumentChange("VERSION"),
        ["RUN pip install -r requirements.txt", "COPY . .", "RUN make"],
    ),
    "an argument that nobody declares": (SERVICE, ArgumentChange("OTHER"), []),
    "an ENV": (SERVICE, "ENV", ["RUN pip install -r requirements.txt", "COPY . .", "RUN make"]),
    "a LABEL": (SERVICE, "LABEL", []),
    "a CMD": (SERVICE, "CMD", []),
    "the folder": (
        SERVICE,
        "WORKDIR",
        ["WORKDIR /app", "COPY requirements.txt .", "RUN pip install -r requirements.txt", "COPY . .", "RUN make"],
    ),
    "a command": (SERVICE, "RUN make", ["RUN make"]),
    "the image": (
        SERVICE,
        ImageChange("debian:12"),
        ["WORKDIR /app", "COPY requirements.txt .", "RUN pip install -r requirements.txt", "COPY . .", "RUN make"],
    ),
    "the FROM": (SERVICE, "FROM", SERVICE.splitlines()[3:8]),
    "a source of one stage": (
        STAGES,
        ContextChange("src/main.c"),
        [
            "COPY src /src",
            "RUN make -C /src",
            "COPY --from=build /src/app /app",
            "COPY --from=docs /docs/html /html",
            "RUN finish",
        ],
    ),
    "a stage that nobody needs": (STAGES, "RUN make tools", []),
    "an argument of FROM": (
        STAGES,
        ArgumentChange("TAG"),
        [
            *("COPY src /src", "RUN make -C /src", "COPY docs /docs", "RUN make -C /docs"),
            *("COPY --from=build /src/app /app", "COPY --from=docs /docs/html /html", "RUN finish"),
        ],
    ),
    "files that are not copied on": (
        "FROM a AS x\nCOPY src /src/\nCOPY docs /docs/\nFROM b\nCOPY --from=x /src/ /src/\nRUN make\n",
        ContextChange("docs/a.md"),
        ["COPY docs /docs/"],
    ),
    "files that are": (
        "FROM a AS x\nCOPY src /src/\nCOPY docs /docs/\nFROM b\nCOPY --from=x /src/lib /lib\nRUN make\n",
        ContextChange("src/lib/a"),
        ["COPY src /src/", "COPY docs /docs/", "COPY --from=x /src/lib /lib", "RUN make"],
    ),
    "linked copies stand by themselves": (
        "FROM a\nCOPY one /one\nCOPY --link two /two\nRUN make\n",
        ContextChange("one"),
        ["COPY one /one", "RUN make"],
    ),
    "but not with a mode": (
        "FROM a\nCOPY one /one\nCOPY --link --chmod=755 two /two\n",
        ContextChange("one"),
        ["COPY one /one", "COPY --link --chmod=755 two /two"],
    ),
    "a bind mount": (
        "FROM a\nRUN --mount=type=bind,source=go.mod,target=go.mod go mod download\nRUN true\n",
        ContextChange("go.mod"),
        ["RUN --mount=type=bind,source=go.mod,target=go.mod go mod download", "RUN true"],
    ),
    "a bind mount of a stage": (
        "FROM a AS x\nCOPY src /src/\nFROM b\nRUN --mount=from=x,source=/src,target=/src make\n",
        ContextChange("src/a"),
        ["COPY src /src/", "RUN --mount=from=x,source=/src,target=/src make"],
    ),
    "an ENV behind which nothing runs": ("FROM a\nCOPY a /a\nENV X=1\nCOPY b /b\n", "ENV", []),
    "an ENV that a COPY uses": ("FROM a\nENV X=1\nCOPY a /$X\nCOPY b /b\n", "ENV", ["COPY a /$X", "COPY b /b"]),
    "a value that is given back": ("FROM a\nARG X=1\nENV X=2\nRUN true\n", ArgumentChange("X"), []),
    "a value made from another": ("FROM a\nARG X=1\nENV Y=$X\nARG X\nRUN true\n", ArgumentChange("X"), ["RUN true"]),
    "an argument between": ("FROM a\nRUN one\nARG X\nRUN two\n", ArgumentChange("X"), ["RUN two"]),
    "a global argument that is not brought in": ("ARG X=1\nFROM a\nRUN one\n", ArgumentChange("X"), []),
    "a global argument made from another": (
        "ARG A=1\nARG B=$A\nFROM a:$B\nRUN one\n",
        ArgumentChange("A"),
        ["RUN one"],
    ),
    "arguments are inherited": ("FROM a AS x\nARG X\nFROM x\nRUN one\n", ArgumentChange("X"), ["RUN one"]),
    "a user": ("FROM a\nUSER app\nCOPY a /a\nRUN one\n", "USER", ["RUN one"]),
    "a user behind a user": ("FROM a\nUSER app\nUSER root\nRUN one\n", "USER app", []),
    "a shell": ('FROM a\nSHELL ["bash", "-c"]\nRUN ["one"]\nCOPY a /a\nRUN two\n', "SHELL", ["RUN two"]),
    "WORKDIR / makes nothing": ("FROM scratch\nWORKDIR /\nCOPY a /a\n", "WORKDIR", []),
    "a folder behind a folder": (
        "FROM a\nWORKDIR /x\nWORKDIR /y\nCOPY a .\n",
        "WORKDIR /y",
        ["WORKDIR /y", "COPY a ."],
    ),
    "a pattern": ("FROM a\nCOPY src/*.py /x/\n", ContextChange("src/a.py"), ["COPY src/*.py /x/"]),
    "not below it": ("FROM a\nCOPY *.py /x/\n", ContextChange("src/a.py"), []),
    "a folder that a pattern matches": ("FROM a\nCOPY s* /x/\n", ContextChange("src/lib/a.py"), ["COPY s* /x/"]),
    "a heredoc with a variable": (
        "FROM a\nARG X=1\nCOPY <<EOF /x\n$X\nEOF\nCOPY <<'EOF' /y\n$X\nEOF\n",
        ArgumentChange("X"),
        ["COPY <<EOF /x\n$X\nEOF", "COPY <<'EOF' /y\n$X\nEOF"],
    ),
    "triggers": (
        "FROM a AS x\nONBUILD COPY src /src\nFROM x\nRUN make\n",
        ContextChange("src/a"),
        ["COPY src /src", "RUN make"],
    ),
    "an image that is copied from": (
        "FROM a\nCOPY --from=busybox /bin/sh /sh\nRUN one\n",
        ImageChange("busybox"),
        ["COPY --from=busybox /bin/sh /sh", "RUN one"],
    ),
}


@pytest.mark.parametrize(("text", "change", "expected"), CASES.values(), ids=CASES)
def test_what_is_done_again(text: str, change: Change | str, expected: list[str]) -> None:
    assert again(text, change) == expected


def test_what_the_builder_never_sees() -> None:
    found = built(SERVICE)
    assert not rebuilt_by(found, ContextChange("node_modules/x"), lambda path: path.startswith("node_modules/"))
    assert rebuilt_by(found, ContextChange("src/x"), lambda path: path.startswith("node_modules/"))


def test_a_linked_copy_of_the_same_content() -> None:
    text = "FROM a AS x\nCOPY src /src/\nFROM b\nCOPY --link --from=x /src/ /src/\nCOPY --link cfg /cfg\nCMD x\n"
    assert again(text, ContextChange("src/a")) == ["COPY src /src/", "COPY --link --from=x /src/ /src/"]
