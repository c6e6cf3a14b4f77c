"""A context of 50,000 files: looked through once and within bounds, and never while somebody types. Counts, no seconds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import pytest

from layerwise.build.ignoring import look_through
from layerwise.context import ContextTree, locate
from layerwise.engine import Analysis, analyse
from layerwise.features.actions import extracting
from layerwise.features.splitting import split_stage
from layerwise.text import Span

PACKAGES, OBJECTS, MODULES, EACH = 1500, 256, 500, 20
NODE = """\
FROM node:22
WORKDIR /app
COPY . .
RUN npm ci && npm run build
COPY src /src
COPY node_modules /n
COPY s*/ /x
RUN chown -R node /n /src
CMD ["node", "index.js"]
"""
GO = """\
FROM golang:1.24-bookworm
WORKDIR /app
COPY . .
RUN go build -o /app/server .
CMD ["/app/server"]
"""
MORE = "COPY node_modules /more\nRUN chown -R node /more"


class Project:
    """Files that say how often they were asked. All folders of one kind look the same, and no file has a byte in it."""

    def __init__(self, dockerfile: str, ignore: str) -> None:
        self.texts = {"Dockerfile": dockerfile, ".dockerignore": ignore, "package.json": "{}", "go.mod": "module x"}
        self.asked: Counter[str] = Counter()

    def read(self, path: str) -> str | None:
        self.asked["read"] += 1
        return self.texts.get(path.removeprefix("/p/"))

    def list(self, path: str) -> Iterable[tuple[str, bool]]:
        self.asked["list"] += 1
        match path.removeprefix("/").split("/"):
            case ["p"]:
                yield from ((name, False) for name in self.texts)
                yield from ((name, True) for name in ("node_modules", ".git", "src"))
            case ["p", "node_modules"]:
                yield from ((f"package{number}", True) for number in range(PACKAGES))
            case ["p", ".git"]:
                yield from (("HEAD", False), ("objects", True))
            case ["p", ".git", "objects"]:
                yield from ((f"{number:02x}", True) for number in range(OBJECTS))
            case ["p", "src"]:
                yield from ((f"module{number}", True) for number in range(MODULES))
            case ["p", *_, "objects", _] | ["p", "node_modules" | "src", _]:
                yield from ((f"file{number}.go", False) for number in range(EACH))

    def size(self, path: str) -> int:
        self.asked["size"] += 1
        return 0

    def since(self) -> Counter[str]:
        """How often they were asked since this was last called."""
        asked, self.asked = self.asked, Counter()
        return asked


def seen(text: str, context: ContextTree, previous: Analysis | None = None) -> Analysis:
    analysis = analyse(text, path="/p/Dockerfile", files=context, previous=previous)
    assert analysis.findings
    return analysis


@pytest.mark.parametrize("ignore", ["", "node_modules\n.git\n", "**\n!**/*.py\n"], ids=["none", "some", "all but"])
@pytest.mark.parametrize("dockerfile", [NODE, GO], ids=["node", "go"])
def test_asked_once_and_within_bounds(dockerfile: str, ignore: str) -> None:
    files = Project(dockerfile, ignore)
    first = locate("/p/Dockerfile", files, patient=False)
    analysis = seen(dockerfile, first)
    asked = files.since()
    assert asked["list"] < 250 or ignore.startswith("**"), "somebody waits for the first findings"
    assert asked["list"] < 5_000
    assert asked["size"] <= 3_000

    look_through(first)
    context = first.patiently()
    analysis = seen(dockerfile, context)
    asked = files.since()
    assert asked["list"] < 4_000
    assert asked["size"] <= 13_000

    texts = [dockerfile + typed for typed in ("", "#", "# a", "RUN x", "COPY src /a", "RUN chown -R node /app", MORE)]
    texts.append(dockerfile.replace("/app", "/elsewhere"))
    for text in texts:
        analysis = seen(text, context, analysis)
        asked = files.since()
        assert asked["list"] < 250 or ignore.startswith("**"), text
        assert asked.total() < 5_000, text
    for text in texts:
        analysis = seen(f"{text}\n# once more", context, analysis)
        assert not files.since(), text


def test_whether_it_is_current_takes_no_weighing() -> None:
    files = Project(NODE, "")
    context = locate("/p/Dockerfile", files)
    look_through(context)
    seen(NODE, context)
    files.since()
    assert locate("/p/Dockerfile", files, previous=context) is context
    assert files.since()["size"] == 0


def test_a_cursor_that_moves_splits_nothing_anew() -> None:
    files = Project(GO, "")
    context = locate("/p/Dockerfile", files)
    analysis = seen(GO, context)
    one = extracting(analysis, Span(0, 0))
    assert one is not None
    assert files.since()["list"] < 2_500
    other = extracting(analysis, Span(1, 2))
    assert other is not None
    assert other.edits == one.edits
    assert split_stage(analysis) is split_stage(analysis)
    assert not files.since()
    after = extracting(seen(GO + "#", context, analysis), Span(0, 0))
    assert after is not None
    assert not files.since()


def test_what_is_weighed_is_weighed_once() -> None:
    files = Project(NODE, "src/module1")
    context = locate("/p/Dockerfile", files)
    for path in ("src", "/src/", "./src"):
        assert context.weigh(path, most_files=50, most_bytes=1).files == 50
    assert files.since()["size"] == 50
    assert context.weigh("src/module1", most_files=50, most_bytes=1).files == 0
    assert context.weigh("package.json", most_files=50, most_bytes=1).files == 1
    assert context.weigh("missing", most_files=50, most_bytes=1).files == 0
