"""What a long script costs: twice the script, about twice the work. Counted in calls, which no other load disturbs."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType

import pytest

from layerwise.engine import analyse

MOST = 2.5
"""So many times the work may twice the length be. A quadratic part would lead to 4."""
SIZE = 150
TEXTS: dict[str, Callable[[range], str]] = {
    "a heredoc of downloads and removals": lambda numbers: (
        "FROM debian:12\nRUN <<EOF\n"
        + "".join(f"curl -o /tmp/{each} https://example.com/{each} && rm -f /tmp/{each}\n" for each in numbers)
        + "EOF\n"
    ),
    "a heredoc of installs": lambda numbers: (
        "FROM debian:12\nRUN <<EOF\n" + "".join(f"pip install a{each}\n" for each in numbers) + "EOF\n"
    ),
    "a chain": lambda numbers: (
        "FROM debian:12\nRUN " + " && \\\n    ".join(f"echo {each} > /tmp/{each}" for each in numbers) + "\n"
    ),
    "a list of packages": lambda numbers: (
        "FROM debian:12\nRUN apt-get install -y " + " \\\n    ".join(f"a{each}" for each in numbers) + "\n"
    ),
    "steps": lambda numbers: "FROM debian:12\n" + "".join(f"RUN make target-{each}\n" for each in numbers),
    "stages": lambda numbers: "".join(
        f"FROM debian:12 AS s{each}\nCOPY --from=s{each - 1} /a /b\nRUN pip install x{each}\n" for each in numbers
    ),
}


@pytest.mark.parametrize("kind", TEXTS)
def test_twice_the_text_is_about_twice_the_work(kind: str) -> None:
    make = TEXTS[kind]
    warm, short, long = (
        range(start, start + count) for start, count in ((1000, 2 * SIZE), (2000, SIZE), (3000, 2 * SIZE))
    )
    calls(make(warm))
    assert calls(make(long)) < MOST * calls(make(short))


SERVICE = """
FROM node:20.11-bookworm AS build-{0}
WORKDIR /srv/service-{0}
COPY services/{0} .
RUN --mount=type=cache,target=/root/.npm npm ci && \\
    npm run build
RUN apt-get update && apt-get install -y curl

FROM node:20.11-bookworm-slim AS service-{0}
ENV PORT={0}
COPY --from=build-{0} /srv/service-{0}/dist ./dist
RUN useradd app-{0}
USER app-{0}
CMD ["node", "dist/server.js"]
"""
TYPED = "\nFROM debian:12 AS typed\nRUN echo typing{}\n"
MORE = 1.25
"""So many times the work a key pressed in a file with twice the stages may be."""


@pytest.mark.parametrize("above", [True, False])
def test_a_keystroke_does_not_cost_what_other_stages_hold(*, above: bool) -> None:
    def cost(count: int) -> int:
        services = [SERVICE.format(3000 + number) for number in range(count)]
        place = 1 if above else count - 1
        before, behind = "".join(services[:place]), "".join(services[place:])
        previous = analyse(before + TYPED.format("") + behind)
        for letters in ("a", "ab", "abc"):
            current = analyse(before + TYPED.format(letters) + behind, previous=previous)
            spent = counted(lambda: current.shown)  # noqa: B023
            previous = current
        assert list(current.findings) != []
        return spent

    cost(1)  # Else only one of the two would find the instruction read already.
    assert cost(80) < MORE * cost(40)


def calls(text: str) -> int:
    """How many functions the analysis of a text calls, of which nothing is remembered yet."""

    def work() -> None:
        assert not analyse(text).failures

    return counted(work)


def counted(work: Callable[[], object]) -> int:
    count = 0

    def note(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count
