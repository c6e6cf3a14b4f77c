"""The rules that move whole steps: what they say besides the place, and that any mixture of steps comes to rest."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layerwise.context import MemoryFiles, locate
from layerwise.engine import Analysis, Settings, analyse, fix_all
from layerwise.lint import Applicability, Severity

RULES = ("cache/copy-before-install", "cache/independent-run-after-copy", "size/ownership-in-later-layer")
PATH = "/p/Dockerfile"


def analysis_of(text: str, files: dict[str, str] | None = None) -> Analysis:
    held = {PATH: text, **{f"/p/{path}": content for path, content in (files or {}).items()}}
    context = None if files is None else locate(PATH, MemoryFiles(held))
    analysis = analyse(text, path=PATH, settings=Settings(select=RULES), files=context)
    assert not analysis.failures, analysis.failures[0].error
    return analysis


def test_each_later_step_is_named() -> None:
    text = (
        "FROM node:22\nWORKDIR /app\nCOPY . .\nENV A=1\nRUN npm ci\nCOPY --link x y\nCOPY z /z\nRUN make\nCMD a\n"
        "FROM b\nRUN c\n"
    )
    (reported,) = [each for each in analysis_of(text).findings if each.rule.id == RULES[0]]
    assert [(each.span.of(text), each.message) for each in reported.finding.related] == [
        ("RUN npm ci", "Installs again on every change of the source"),
        ("COPY z /z", "Copies again on every change of the source"),
        ("RUN make", "Runs again on every change of the source"),
    ]


NOTES = [
    ('{"scripts": {"postinstall": "x"}}', "`package.json` runs `postinstall` when it is installed: `x`"),
    ('{"dependencies": {"a": "file:a"}}', "`package.json` depends on `file:a`, a folder of the tree"),
]


@pytest.mark.parametrize(("manifest", "note"), NOTES)
def test_an_unsafe_fix_says_why(manifest: str, note: str) -> None:
    analysis = analysis_of("FROM node:22\nWORKDIR /app\nCOPY . .\nRUN npm ci\n", {"package.json": manifest})
    (fix,) = analysis.findings[0].finding.fixes
    assert (fix.applicability, fix.note) == (Applicability.UNSAFE, note)


SEVERITIES = [
    ("COPY . /app\nWORKDIR /app\nRUN npm ci", Severity.WARNING),
    ("COPY . /app\nWORKDIR /app\nRUN pip install .", Severity.INFORMATION),
    ("COPY . /app\nWORKDIR /app\nRUN go build", Severity.INFORMATION),
    ("COPY . /app\nRUN apt-get update && apt-get install -y x", Severity.WARNING),
    ("COPY a.txt /app/\nRUN apt-get update && apt-get install -y x", Severity.INFORMATION),
    ("COPY . /app\nRUN mkdir /data", Severity.HINT),
    ("COPY . /app\nRUN chown -R 1000 /app", Severity.WARNING),
    ("COPY src /app/src\nRUN chown -R 1000 /app/src", Severity.INFORMATION),
]


@pytest.mark.parametrize(("steps", "severity"), SEVERITIES)
def test_how_much_it_matters(steps: str, severity: Severity) -> None:
    assert [each.severity for each in analysis_of(f"FROM node:22\n{steps}\n").findings] == [severity]


def test_a_build_that_is_seen_to_have_dependencies_matters() -> None:
    files = {"go.mod": "module a\nrequire b v1\n"}
    analysis = analysis_of("FROM golang:1.23\nWORKDIR /app\nCOPY . .\nRUN go build\n", files)
    assert [each.severity for each in analysis.findings] == [Severity.WARNING]


STEPS = st.sampled_from(
    [
        *(
            "COPY . .",
            "COPY src /app/src",
            "ADD . $A",
            'COPY ["a b", "/app/"]',
            "COPY package.json ./",
            "COPY re /app/",
        ),
        *("COPY --from=x /a /app/a", "ONBUILD COPY . .", "WORKDIR /app", "WORKDIR sub", "ENV A=/app", "ARG B=1"),
        *("USER node", "VOLUME /app", "FROM y AS z", "# a comment", "", "CMD x"),
        *("RUN npm ci", "RUN npm ci && npm run build", "RUN cd web && yarn && yarn build", 'RUN ["npm", "ci"]'),
        *("RUN pip install -r requirements.txt", "RUN pip install -r re", "RUN uv sync", "RUN composer install"),
        *("RUN go build", "RUN cargo build", "RUN mvn -B package", "RUN <<E\nnpm ci\nE", "RUN ./x"),
        *("RUN apt-get update && apt-get install -y x", "RUN chown -R node:node /app", "RUN chmod -R 755 ."),
        *("RUN useradd me && chown -R me /app /data", "RUN useradd me && chown -R me:me /app"),
        "RUN --mount=type=bind,target=/app npm ci",
    ]
)
NAMES = ["package.json", "requirements.txt", "re", "go.mod", "pom.xml", "pyproject.toml", "composer.json", "Cargo.toml"]
CONTENTS = st.sampled_from(["", "{}", "a", "[package]", '{"workspaces": ["web"]}', "-r re\n./y"])
FILES = st.none() | st.dictionaries(st.sampled_from([*NAMES, "src/main.rs", "web/package.json", "a b/x"]), CONTENTS)


@given(st.lists(STEPS, min_size=2, max_size=10), FILES, st.sampled_from(["\n", "\r\n"]), st.sampled_from(["", "\n"]))
@settings(max_examples=150, deadline=None)
def test_any_mixture_of_steps_comes_to_rest(
    steps: list[str], files: dict[str, str] | None, newline: str, end: str
) -> None:
    text = "\n".join(["FROM node:22", *steps]).replace("\n", newline) + end.replace("\n", newline)
    result = fix_all(analysis_of(text, files), Applicability.UNSAFE)
    assert not result.skipped, result.skipped[0].reason
    assert not result.after.failures
    assert not fix_all(analysis_of(result.text, files), Applicability.UNSAFE).applied
    assert sorted(line for line in text.split() if line == "#") == sorted(
        line for line in result.text.split() if line == "#"
    )
