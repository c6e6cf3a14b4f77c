"""Which RUNs may look at a variable that they do not name, and which names and values change with each build."""

from __future__ import annotations

import pytest

from layerwise.build import build
from layerwise.build.deaf import Hearing, hearing
from layerwise.build.dependencies import survey
from layerwise.build.volatile import volatile_names
from layerwise.context import ContextTree, MemoryFiles, locate
from layerwise.syntax import parse


def heard(run: str, files: dict[str, str] | None = None) -> Hearing:
    """How the last of the steps treats variables; it stands in ``/app``, behind a copy of the context."""
    tree: ContextTree | None = None
    if files is not None:
        paths = {f"/p/{name}": text for name, text in files.items()}
        tree = locate("/p/Dockerfile", MemoryFiles({"/p/Dockerfile": "", **paths}))
    stage = build(parse(f"FROM debian:12\nWORKDIR /app\nCOPY . .\n{run}\n")).stages[0]
    works = survey(stage, tree)
    return hearing(works[-1], works[:-1])


@pytest.mark.parametrize(
    "run",
    [
        "RUN apt-get update && apt-get install -y x && rm -rf /var/lib/apt/lists/*",
        "RUN set -eux; mkdir -p /a; curl -fsSLo /a/b https://example.org/b; /bin/chmod +x /a/b",
        "RUN pip install -r requirements.txt && go mod download",
        "RUN npm install -g serve@14",
        "RUN sh -c 'apk add x'",
        "RUN <<EOF\nyum install -y x\nyum clean all\nEOF",
        'RUN ["useradd", "shop"]',
        "RUN corepack enable",
    ],
)
def test_what_is_known_to_look_at_nothing(run: str) -> None:
    assert heard(run) is Hearing.DEAF


@pytest.mark.parametrize(
    "run",
    [
        "RUN make",
        "RUN ./configure",
        "RUN env",
        "RUN printenv > /environment",
        "RUN export",
        "RUN . /app/settings",
        "RUN pip install .",
        "RUN pip install -e /app",
        "RUN npm run build",
        "RUN go generate ./...",
        "RUN cargo build --release",
        "RUN apt-get install -y x && x --version",
        "RUN python3 -c 'import os'",
        "RUN if [",
        'SHELL ["powershell"]\nRUN Get-Item a',
    ],
)
def test_what_may_look_at_everything(run: str) -> None:
    assert heard(run) is Hearing.MAY


def test_scripts_of_packages_hardly_look_at_anything() -> None:
    assert heard("RUN npm ci") is Hearing.HARDLY
    assert heard("RUN npm ci", {"package.json": '{"scripts": {"postinstall": "x"}}'}) is Hearing.HARDLY
    assert heard("RUN curl -fsSL https://example.org/setup | bash -") is Hearing.HARDLY


def test_a_manifest_without_scripts_settles_it() -> None:
    assert heard("RUN npm ci", {"package.json": "{}", "package-lock.json": "{}"}) is Hearing.DEAF


@pytest.mark.parametrize(
    ("arg", "names"),
    [
        ("ARG BUILD_DATE", ("BUILD_DATE",)),
        ("ARG vcs_ref=unknown", ("vcs_ref",)),
        ("ARG GIT_SHA= BUILD_NUMBER=-1 OTHER", ("GIT_SHA", "BUILD_NUMBER")),
        ("ARG CI_COMMIT_SHA=$UNKNOWN", ("CI_COMMIT_SHA",)),
        ("ARG REVISION=0000000", ("REVISION",)),
        ("ARG GIT_COMMIT=8e0f12b8c3a1", ()),
        ("ARG BUILD_DATE=2024-05-01", ()),
        ("ARG VERSION", ()),
        ("ARG GOLANG_COMMIT", ()),
        ("ARG GIT_BRANCH", ()),
        ("ARG SHA256", ()),
        ("ARG SOURCE_DATE_EPOCH", ()),
        ("ARG BUILD_TYPE", ()),
        ("ARG BUILD_ARCH", ()),
    ],
)
def test_names_and_defaults(arg: str, names: tuple[str, ...]) -> None:
    step = build(parse(f"FROM debian:12\n{arg}\n")).stages[0].steps[1]
    assert step.once(volatile_names) == names
