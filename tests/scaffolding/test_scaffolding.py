"""The Dockerfiles that an editor scaffolds for five languages, and those of the demo: what is found, and what is made of it.

The projects under ``projects/`` follow the shape of those files: the same instructions in the same order, words of our own.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from layerwise.build.ignoring import demand
from layerwise.context import ContextTree, MemoryFiles, edited, locate
from layerwise.engine import RULES, Analysis, analyse, fix_all, optimize, resolve
from layerwise.features.dockerignore import Ignoring, write_dockerignore
from layerwise.lint import Applicability, Severity

HERE = Path(__file__).parent
PROJECTS = HERE / "projects"
DEMO = HERE.parents[1] / "demo" / "shop"

EXPECTED = {
    "python": {
        "RUN python -m pip": {"size/download-cache-left", "cache/missing-cache-mount"},
        "RUN adduser": {"size/ownership-in-later-layer"},
    },
    "node": {
        "RUN npm install": {"size/npm-cache-left", "cache/missing-cache-mount"},
        "RUN chown": {"size/ownership-in-later-layer"},
    },
    "go": {
        "COPY . .": {"cache/copy-before-install"},
        "FROM alpine": {"pin/latest-tag"},
        "ENTRYPOINT": {"build/shell-form-command"},
    },
    "ruby": {"COPY . /app": {"cache/copy-before-install"}, "RUN bundle install": {"cache/missing-cache-mount"}},
    "cpp": {"FROM gcc": {"pin/latest-tag", "size/compiler-base-image"}},
}
"""What has to be found in a line that begins so. Other rules may find more."""
REWRITTEN = ("cache/copy-before-install", "size/ownership-in-later-layer")
LITTER = {
    "python": {
        ".git/HEAD": "x",
        "__pycache__/shop.cpython-312.pyc": "x",
        ".venv/pyvenv.cfg": "x",
        ".vscode/a.json": "{}",
    },
    "node": {".git/HEAD": "x", "node_modules/express/index.js": "x", "npm-debug.log": "x"},
    "go": {".git/HEAD": "x", ".idea/a.xml": "x"},
    "ruby": {".git/HEAD": "x", "coverage/.last_run.json": "{}"},
    "cpp": {".git/HEAD": "x", ".vscode/tasks.json": "{}"},
}


def files_of(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def context(files: dict[str, str], name: str = "Dockerfile") -> ContextTree:
    return locate(f"/p/{name}", MemoryFiles({f"/p/{path}": text for path, text in files.items()}))


def analysis_of(files: dict[str, str], name: str = "Dockerfile") -> Analysis:
    analysis = analyse(files[name], path=f"/p/{name}", files=context(files, name))
    assert not analysis.failures
    return analysis


def found_in(analysis: Analysis, start: str) -> set[str]:
    number = next(n for n, line in enumerate(analysis.text.splitlines()) if line.startswith(start))
    return {each.rule.id for each in analysis.findings if analysis.lines.line_of(each.start) == number}


@pytest.mark.parametrize(
    ("name", "start", "rules"), [(name, start, rules) for name, row in EXPECTED.items() for start, rules in row.items()]
)
def test_what_is_found(name: str, start: str, rules: set[str]) -> None:
    assert rules <= found_in(analysis_of(files_of(PROJECTS / name)), start)


@pytest.mark.parametrize("name", EXPECTED)
def test_what_the_rewrites_make_of_it(name: str) -> None:
    """The order of the instructions is that of ``rewritten/NAME``, and a second run changes nothing."""
    files = files_of(PROJECTS / name)
    only = [rule for each in REWRITTEN for rule in resolve(each)]
    result = fix_all(analysis_of(files), Applicability.UNSAFE, only=only)
    expected = HERE / "rewritten" / f"{name}.Dockerfile"
    assert result.text == (expected.read_text() if expected.is_file() else files["Dockerfile"])
    assert not fix_all(analysis_of({**files, "Dockerfile": result.text}), Applicability.UNSAFE, only=only).applied


@pytest.mark.parametrize("name", EXPECTED)
def test_the_optimized_file_is_sound(name: str) -> None:
    files = files_of(PROJECTS / name)
    before = analysis_of(files)
    result = optimize(before)
    assert not result.after.dockerfile.problems
    assert all(
        comment in result.text for comment in (line for line in before.text.splitlines() if line.startswith("#"))
    )
    warned = {each.rule.id for each in before.findings if each.severity <= Severity.WARNING}
    assert {each.rule.id for each in result.after.findings if each.severity <= Severity.WARNING} <= warned
    assert not optimize(analysis_of({**files, "Dockerfile": result.text})).applied


@pytest.mark.parametrize("name", EXPECTED)
def test_what_lies_beside_it_is_left_out(name: str) -> None:
    """The rule speaks where the project has been worked with, and the source stays."""
    files = files_of(PROJECTS / name)
    own = analysis_of(files)
    assert "size/unignored-context" not in {each.rule.id for each in own.findings}
    littered = analysis_of({**files, **LITTER[name]})
    (reported,) = [each for each in littered.findings if each.rule is RULES["size/unignored-context"]]
    assert "`.git`" in reported.message
    offer = write_dockerignore(littered)
    assert isinstance(offer, Ignoring)
    assert littered.context is not None
    after = edited(littered.context, {offer.file.path: offer.file.text})
    assert set(after.files_below()) == set(files) - {"Dockerfile"}
    assert all(
        after.glob(each.path) == littered.context.glob(each.path)
        for each in demand(littered.build).wanted
        if each.path != "."
    )


@pytest.mark.parametrize(
    ("name", "start", "rules"),
    [
        ("api/Dockerfile", "COPY . .", {"cache/copy-before-install"}),
        ("api/Dockerfile", "RUN chown", {"size/ownership-in-later-layer"}),
        ("web/Dockerfile", "COPY . .", {"cache/copy-before-install"}),
    ],
)
def test_the_demo(name: str, start: str, rules: set[str]) -> None:
    folder, _, file = name.rpartition("/")
    assert rules <= found_in(analysis_of(files_of(DEMO / folder), file), start)
