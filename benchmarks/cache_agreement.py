"""Asks a real builder whether it does again what ``build.cache`` says it would.

Each case is built, changed and built once more; what BuildKit then reports as not cached is compared with the model.
Needs a Docker with BuildKit (20.10 will do) that may be used for this alone: its build cache is emptied for every case.

    DOCKER_HOST=unix:///run/scratch/docker.sock python benchmarks/cache_agreement.py --image alpine:3.20

The image needs a shell, ``cat`` and ``echo``. Without a daemon to ask, the script says so and ends with status 2.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from layerwise.build import Build, Step, build
from layerwise.build.cache import ArgumentChange, Change, ContextChange, StepChange, rebuilt_by
from layerwise.syntax import parse

VERTEX = re.compile(r"^#(\d+) \[ *(?:(\S+) +)?(\d+)/\d+\] ")
STATUS = re.compile(r"^#(\d+) (CACHED|DONE|ERROR)")
FILES = {"requirements.txt": "flask\n", "src/a.py": "a\n", "src/lib/b.py": "b\n", "docs/a.md": "a\n"}

SERVICE = """\
FROM IMAGE
ARG VERSION=1
ENV MODE=prod
WORKDIR /app
COPY requirements.txt .
RUN cat requirements.txt
COPY . .
RUN cat src/a.py
LABEL version=$VERSION
CMD ["serve"]
"""
STAGES = """\
FROM IMAGE AS build
COPY src /src
RUN cat /src/a.py > /result
FROM IMAGE AS docs
COPY docs /docs
RUN echo docs
FROM IMAGE AS unused
RUN echo unused
FROM IMAGE
COPY --from=build /result /result
COPY --from=docs /docs /docs
RUN echo done
"""


@dataclass(frozen=True)
class Case:
    """A Dockerfile, and one change: to a file, to a build argument, or from ``old`` to ``new`` in its text."""

    name: str
    text: str
    path: str | None = None
    argument: str | None = None
    old: str = ""
    new: str = ""
    files: dict[str, str] = field(default_factory=lambda: dict(FILES))

    def change(self, found: Build) -> Change:
        if self.path is not None:
            return ContextChange(self.path)
        if self.argument is not None:
            return ArgumentChange(self.argument)
        text = found.dockerfile.text
        return StepChange(next(step for step in found.steps() if self.old in step.span.of(text)))


CASES = (
    Case("a source file", SERVICE, path="src/a.py"),
    Case("the manifest", SERVICE, path="requirements.txt"),
    Case("an argument that no RUN uses", SERVICE, argument="VERSION"),
    Case("an ENV that no RUN uses", SERVICE, old="MODE=prod", new="MODE=test"),
    Case("a LABEL", SERVICE, old="version=$VERSION", new="version=x"),
    Case("a CMD", SERVICE, old='["serve"]', new='["other"]'),
    Case("the folder", SERVICE, old="/app", new="/srv"),
    Case("a command", SERVICE, old="cat src/a.py", new="cat /app/src/a.py"),
    Case("a source of one stage", STAGES, path="src/a.py"),
    Case("a stage that nobody needs", STAGES, old="echo unused", new="echo nothing"),
    Case(
        "an ENV behind which nothing runs",
        "FROM IMAGE\nCOPY src /src\nENV X=1\nCOPY docs /docs\n",
        old="X=1",
        new="X=2",
    ),
    Case("an ENV that a COPY uses", "FROM IMAGE\nENV X=1\nCOPY src /$X\nCOPY docs /d\n", old="X=1", new="X=2"),
    Case("an argument between", "FROM IMAGE\nRUN echo 1\nARG X\nRUN echo 2\n", argument="X"),
    Case("a global argument that is not brought in", "ARG X=1\nFROM IMAGE\nRUN echo 1\n", argument="X"),
    Case("a global argument that is", "ARG X=1\nFROM IMAGE\nRUN echo 1\nARG X\nRUN echo 2\n", argument="X"),
    Case("a value that is given back", "FROM IMAGE\nARG X=1\nENV X=2\nRUN echo 1\n", argument="X"),
    Case("arguments are inherited", "FROM IMAGE AS x\nARG X\nFROM x\nRUN echo 1\n", argument="X"),
    Case("an argument behind an ENV", "FROM IMAGE\nENV X=1\nARG X=2\nRUN echo 1\n", argument="X"),
    Case("a user", "FROM IMAGE\nUSER root\nCOPY src /src\nRUN echo 1\n", old="USER root", new="USER 1000"),
    Case("a user behind a user", "FROM IMAGE\nUSER 1000\nUSER root\nRUN echo 1\n", old="USER 1000", new="USER 1001"),
    Case("a user, and a folder", "FROM IMAGE\nUSER root\nWORKDIR /x\n", old="USER root", new="USER 1000"),
    Case(
        "a shell",
        'FROM IMAGE\nSHELL ["/bin/sh", "-c"]\nRUN ["/bin/echo", "1"]\nRUN echo 2\n',
        old='"-c"',
        new='"-ec"',
    ),
    Case(
        "a bind mount",
        "FROM IMAGE\nRUN --mount=type=bind,source=src,target=/m cat /m/a.py\nRUN echo 1\n",
        path="src/a.py",
    ),
    Case(
        "another file than the mount's", "FROM IMAGE\nRUN --mount=source=docs,target=/m cat /m/a.md\n", path="src/a.py"
    ),
    Case(
        "a bind mount of a stage",
        "FROM IMAGE AS x\nCOPY src /src/\nFROM IMAGE\nRUN --mount=from=x,source=/src,target=/m cat /m/a.py\n",
        path="src/a.py",
    ),
    Case("a pattern", "FROM IMAGE\nCOPY src/*.py /x/\nCOPY docs /d\n", path="src/a.py"),
    Case("below a pattern's folder", "FROM IMAGE\nCOPY src/*.py /x/\n", path="src/lib/b.py"),
    Case("a folder that a pattern matches", "FROM IMAGE\nCOPY sr* /x/\n", path="src/lib/b.py"),
    Case(
        "another folder of a stage",
        "FROM IMAGE AS x\nCOPY src /src/\nCOPY docs /docs/\nFROM IMAGE\nCOPY --from=x /src/ /src/\nRUN echo 1\n",
        path="docs/a.md",
    ),
    Case("triggers", "FROM IMAGE AS x\nONBUILD COPY src /src\nFROM x\nRUN echo 1\n", path="src/a.py"),
    Case("a cache mount", "FROM IMAGE\nRUN --mount=type=cache,target=/c echo 1\nRUN echo 2\n", old="/c ", new="/d "),
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--docker", default="/usr/bin/docker")
    parser.add_argument("--image", default="alpine:3.20", help="the image that the cases are built on")
    options = parser.parse_args()
    if not answers(options.docker):
        print(f"no Docker daemon answers {options.docker}", file=sys.stderr)
        return 2
    wrong = 0
    for case in CASES:
        expected, found = compare(case, options.docker, options.image)
        if expected != found:
            wrong += 1
            print(f"{case.name}: the model says {expected}, the builder {found}")
    print(f"{len(CASES) - wrong} of {len(CASES)} cases agree")
    return 1 if wrong else 0


def compare(case: Case, docker: str, image: str) -> tuple[list[str], list[str]]:
    """What the model expects to be done again, and what is."""
    text = case.text.replace("IMAGE", image)
    found = build(parse(text))
    expected = [step.span.of(text) for step in rebuilt_by(found, case.change(found))]
    names = dict(numbered(found))
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        # Content that no earlier case has seen: what those have built counts as cache too, and some of it survives.
        nonce = os.urandom(8).hex()
        for name, content in case.files.items():
            write(root / name, f"{content}{nonce}\n")
        run(docker, "image", "prune", "--force")
        run(docker, "builder", "prune", "--all", "--force")
        write(root / "Dockerfile", text)
        built(docker, root, "--build-arg", f"{case.argument}=first" if case.argument else "unused=1")
        if case.path is not None:
            write(root / case.path, f"changed {nonce}\n")
        write(root / "Dockerfile", text.replace(case.old, case.new) if case.old else text)
        again = built(docker, root, "--build-arg", f"{case.argument}=second" if case.argument else "unused=1")
    done = {names[place] for place in again if place in names}
    return expected, [step.span.of(text) for step in dict.fromkeys(names.values()) if step in done]


def numbered(found: Build) -> Iterator[tuple[tuple[str, int], Step]]:
    """The steps that the builder lists, by stage and number: it counts the FROM and what makes a layer."""
    for stage in found.stages:
        own = [step for step in (*stage.triggers, *stage.steps[1:]) if step.makes_layer]
        # The only stage has no name, unless a mount makes the builder count one more.
        names = {stage.name or f"stage-{stage.facts.index}", *([""] if len(found.stages) == 1 else [])}
        for number, step in enumerate(own, 2 if stage.parent is None else 1):
            yield from (((name, number), step) for name in names)


def built(docker: str, root: Path, *options: str) -> list[tuple[str, int]]:
    """The steps of a build that were not taken from the cache, by stage and number."""
    # The Dockerfile lies in the context; it must not be a change of its own.
    write(root / ".dockerignore", "Dockerfile\n.dockerignore\n")
    return list(done_steps(run(docker, "build", "--progress=plain", "--network=none", *options, str(root))))


def done_steps(output: str) -> Iterator[tuple[str, int]]:
    """The steps that a build has done, by what BuildKit prints: its stage, empty for the only one, and its number."""
    places: dict[str, tuple[str, int]] = {}
    done: dict[str, str] = {}
    for line in output.splitlines():
        if vertex := VERTEX.match(line):
            places[vertex[1]] = (vertex[2] or "", int(vertex[3]))
        elif status := STATUS.match(line):
            done[status[1]] = status[2]
    yield from (place for number, place in places.items() if done.get(number) == "DONE")


def write(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")


def run(docker: str, *arguments: str) -> str:
    environment = {**os.environ, "DOCKER_BUILDKIT": "1"}
    result = subprocess.run([docker, *arguments], capture_output=True, text=True, env=environment, check=False)
    if result.returncode:
        raise SystemExit(f"{docker} {' '.join(arguments)}: {result.stderr.strip()}")
    return result.stdout + result.stderr


def answers(docker: str) -> bool:
    try:
        return subprocess.run([docker, "version"], capture_output=True, check=False, timeout=20).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


if __name__ == "__main__":
    sys.exit(main())
