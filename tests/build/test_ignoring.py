"""The ignore file that is written: proved by the builder's own rules, over contexts of all shapes."""

from __future__ import annotations

import json
from importlib import import_module

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layerwise.build import build
from layerwise.build.ignoring import Use, Written, demand, look_through, sight, verdicts, weights, written
from layerwise.build.ignoring.demand import Wanted
from layerwise.build.ignoring.saying import size_of
from layerwise.context import ContextTree, MemoryFiles, edited, locate
from layerwise.knowledge.litter import LITTER, READERS, Kind
from layerwise.syntax import parse

ROOT = "/p"
NODE = "FROM node:22\nWORKDIR /app\nCOPY . .\nRUN npm ci && npm run build\n"


def context(files: dict[str, str], dockerfile: str = "Dockerfile") -> ContextTree:
    return locate(f"{ROOT}/{dockerfile}", MemoryFiles({f"{ROOT}/{path}": text for path, text in files.items()}))


def result(text: str, tree: ContextTree) -> Written | None:
    made = build(parse(text))
    return written(tree, verdicts(made, tree), demand(made))


def lines(text: str, files: dict[str, str]) -> list[str]:
    found = result(text, context({"Dockerfile": text, **files}))
    return list(found.lines) if found else []


def kept(text: str, files: dict[str, str]) -> dict[str, str]:
    tree = context({"Dockerfile": text, **files})
    return {each.path: each.reason for each in verdicts(build(parse(text)), tree) if each.use is Use.NEEDED}


NAMES = st.sampled_from(
    [
        *("node_modules", ".git", "__pycache__", ".venv", "target", "build", "dist", "src", "fixtures", ".env", "app"),
        *(
            ".idea",
            "keep",
            "bin",
            "obj",
            "coverage",
            "a[b]",
            "#x",
            "!y",
            "*",
            ".gitignore",
            "package.json",
            "Cargo.toml",
        ),
        *("x.pem", "main.go", "Dockerfile", "web.Dockerfile", "pyvenv.cfg", "debug", "lcov.info", "b.csproj", "Debug"),
    ]
)
PATHS = st.lists(NAMES, min_size=1, max_size=4).map("/".join)
TEXTS = st.sampled_from(["", "A=b\n", "/dist\nbuild\n", "-----BEGIN " + "PRIVATE KEY-----\n", NODE])
SOURCES = st.one_of(PATHS, st.just("."), st.just("*"), st.just("src*"), st.just("target/*.jar"), st.just("app/*"))
COPIES = st.lists(SOURCES, min_size=1, max_size=4)
IGNORES = st.one_of(
    st.none(), st.lists(st.one_of(PATHS, PATHS.map("!{}".format), st.just("*"), st.just("# x")), max_size=4)
)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(PATHS, TEXTS, max_size=25), COPIES, IGNORES, st.sampled_from(["\n", "\r\n"]))
def test_nothing_but_what_was_judged_is_lost(
    files: dict[str, str], sources: list[str], ignore: list[str] | None, end: str
) -> None:
    """Over any context, any copies and any ignore file: all that is named is still sent, and so is all else that was."""
    files = {path: text for path, text in files.items() if not any(other.startswith(path + "/") for other in files)}
    own = (
        "FROM node:22\n" + "".join(f'COPY ["{source}", "/x/"]\n' for source in sources) + "RUN npm ci && cargo build\n"
    )
    files = {**{path: text for path, text in files.items() if path.split("/")[0] != "Dockerfile"}, "Dockerfile": own}
    if ignore is not None:
        files[".dockerignore"] = end.join(ignore)
    tree = context(files)
    made = build(parse(own))
    chosen = verdicts(made, tree)
    found = written(tree, chosen, demand(made))
    if found is None:
        return
    assert found.before == files.get(".dockerignore")
    assert found.text.startswith(found.before or "")
    after = edited(tree, {".dockerignore": found.text})
    useless = {each.path for each in found.left_out}
    lost = set(tree.files_below()) - set(after.files_below())
    assert lost
    assert all(
        any(path == each or path.startswith(each + "/") for each in useless) for path in lost - {".dockerignore"}
    )
    for wanted in demand(made).wanted:
        if wanted.path not in (".", "*") and not set(wanted.path.rpartition("/")[2]) <= {"*"}:
            assert after.glob(wanted.path) == tree.glob(wanted.path)
    again = written(after, verdicts(made, after), demand(made))
    assert again is None, again and again.lines


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"node_modules/a/b": "", "package.json": ""}, ["**/node_modules", "Dockerfile", ".dockerignore"]),
        ({"a/node_modules/b": "", "a/package.json": "", "c/node_modules": ""}, ["a/node_modules"]),
        ({".git": "gitdir: ../.git/worktrees/x"}, [".git"]),
        ({".next/BUILD_ID": "", "package.json": ""}, ["**/.next"]),
        ({"dist/a.js": "", "package.json": "", ".gitignore": "node_modules\ndist/\n"}, ["dist"]),
        ({"web/dist/a.js": "", "web/package.json": "", ".gitignore": "**/dist\n"}, ["web/dist"]),
        ({"web/dist/a.js": "", "web/package.json": "", "web/.gitignore": "/dist\n"}, ["web/dist"]),
        ({"a[b]/coverage/lcov.info": ""}, ["a\\[b\\]/coverage"]),
        ({"#x/coverage/lcov.info": ""}, ["/#x/coverage"]),
        ({"!x/coverage/lcov.info": ""}, ["/!x/coverage"]),
        ({"htmlcov/index.html": "", ".coverage": ""}, ["**/.coverage", "**/htmlcov"]),
        ({"compose.yaml": "", "docker-compose.dev.yml": ""}, ["Dockerfile", "compose.yaml", "docker-compose.dev.yml"]),
    ],
)
def test_lines(files: dict[str, str], expected: list[str]) -> None:
    found = lines(NODE, files)
    assert [each for each in found if each in expected] == expected
    assert len(found) - len({*found} & {*expected}) <= 2, found


@pytest.mark.parametrize(
    "files",
    [
        {"dist/a.js": "", "package.json": ""},
        {"dist/a.js": "", "package.json": "", ".gitignore": "dist\n!dist\n"},
        {"dist/a.js": "", ".gitignore": "dist\n"},
        {"build/webpack.js": "", "package.json": ""},
        {"target/x": "", "Cargo.toml": ""},
        {"env/production.py": ""},
        {"vendor/modules.txt": "", "go.mod": ""},
        {"bin/run": "", "obj/x": ""},
        {"coverage/readme.md": ""},
        {"testdata/node_modules/x/a": "", "testdata/package.json": ""},
        {"cert.pem": "-----BEGIN CERTIFICATE-----"},
        {".env": "# nothing\n", ".env.example": "A=b", ".env.production": "A=b"},
    ],
)
def test_what_only_looks_like_it(files: dict[str, str]) -> None:
    assert set(lines(NODE, files)) <= {"Dockerfile", ".dockerignore"}


@pytest.mark.parametrize(
    ("run", "files", "reason"),
    [
        ("git describe --tags > version", {}, "`git describe` reads it"),
        ("echo $(git rev-parse HEAD)", {}, "`git rev-parse` reads it"),
        ("git submodule update --init", {}, "`git submodule` reads it"),
        ("make", {"Makefile": "V := $(shell git describe)"}, "`Makefile` reads it"),
        ("./build.sh", {"build.sh": "git log -1"}, "`build.sh` reads it"),
        (
            "make",
            {"Makefile": "all: ; ./scripts/version.sh", "scripts/version.sh": "git tag"},
            "`scripts/version.sh` reads it",
        ),
        ("pip install .", {"pyproject.toml": 'requires = ["hatch-vcs"]'}, "`pyproject.toml` reads it"),
        ("pip install .", {"setup.py": "import versioneer"}, "`setup.py` reads it"),
        ("bundle install", {"a.gemspec": "s.files = `git ls-files`.split"}, "`a.gemspec` reads it"),
        (
            "npm run build",
            {"package.json": '{"scripts": {"build": "git rev-parse HEAD > v"}}'},
            "`package.json` reads it",
        ),
        ("npm ci", {"vite.config.ts": "execSync('git describe')"}, "`vite.config.ts` reads it"),
        ("mvn package", {"pom.xml": "<artifactId>git-commit-id-plugin</artifactId>"}, "`pom.xml` reads it"),
        ("dotnet publish", {"a/a.csproj": "<PackageReference Include='MinVer'/>"}, "`a/a.csproj` reads it"),
        ("cargo build", {"Cargo.toml": 'vergen = "8"'}, "`Cargo.toml` reads it"),
    ],
)
def test_a_history_that_is_read_is_kept(run: str, files: dict[str, str], reason: str) -> None:
    text = f"FROM debian:12\nCOPY . /src\nRUN {run}\n"
    assert kept(text, {".git/HEAD": "x", **files}) == {".git": reason}


@pytest.mark.parametrize(
    ("run", "files"),
    [
        ("git clone https://example.org/x && cd x && git checkout v1", {}),
        ("true", {"Makefile": "V := $(shell git describe)"}),
        ("make", {"Makefile": "all: ; cc x.c", "release.sh": "git tag"}),
        ("pip install -r requirements.txt", {"package.json": '{"scripts": {"release": "git tag v1"}}'}),
        ("npm ci", {"package.json": '{"repository": {"type": "git", "url": "git+https://github.com/a/show"}}'}),
        ("go build -buildvcs=false .", {"main.go": ""}),
    ],
)
def test_a_history_that_nothing_reads_is_not(run: str, files: dict[str, str]) -> None:
    text = f"FROM debian:12\nCOPY . /src\nRUN {run}\n"
    assert kept(text, {".git/HEAD": "x", **files}) == {}
    assert ".git" in lines(text, {".git/HEAD": "x", **files})


@pytest.mark.parametrize(
    ("source", "path", "takes", "names"),
    [
        (".", "a/b", True, False),
        ("*", "a", True, False),
        ("a", "a/b", True, False),
        ("a", "a", False, True),
        ("a/b/c", "a/b", False, False),
        ("a*", "ab", False, True),
        ("a/*", "a/b", True, False),
        ("a/*", "a/b/c", True, False),
        ("b", "a/b", False, False),
    ],
)
def test_what_a_source_takes_along_and_names(source: str, path: str, *, takes: bool, names: bool) -> None:
    assert (Wanted(source).takes(path), Wanted(source).names(path)) == (takes, names)


def test_a_source_that_cannot_be_known_may_be_anything() -> None:
    text = NODE + "ARG ANY\nCOPY $WHAT/dist /x\nCOPY ${ANY} /y\n"
    files = {"a/dist/x": "", "a/package.json": "", ".gitignore": "dist", "node_modules/x/y": "", "package.json": ""}
    assert lines(text, files) == []
    assert lines(NODE + "ARG WHAT\nCOPY $WHAT/dist /x\n", files)[:2] == ["node_modules", "!node_modules/dist"]
    assert "a/dist" not in lines(NODE + "ARG WHAT\nCOPY $WHAT/dist /x\n", files)


@pytest.mark.parametrize(
    ("text", "more", "use"),
    [
        (NODE, {}, Use.DOUBTFUL),
        (NODE, {"package.json": '{"workspaces": ["web"]}'}, Use.NONE),
        (NODE, {"pnpm-workspace.yaml": ""}, Use.NONE),
        (NODE + "RUN cd web && npm ci\n", {}, Use.NONE),
        (NODE + "RUN npm --prefix ./web ci\n", {}, Use.NONE),
        (NODE + "RUN npm --prefix=web ci\n", {}, Use.NONE),
        (NODE + "WORKDIR web\nRUN npm ci\n", {}, Use.NONE),
        (NODE.replace("COPY . .", "COPY web ."), {}, Use.NONE),
    ],
)
def test_an_install_reaches_the_folder_that_it_runs_in(text: str, more: dict[str, str], use: Use) -> None:
    files = {"Dockerfile": text, "package.json": "{}", "web/package.json": "{}", "web/node_modules/x/y": "", **more}
    (own,) = [each for each in verdicts(build(parse(text)), context(files)) if each.path == "web/node_modules"]
    assert own.use is use


def test_each_dockerfile_that_takes_it_has_to_make_it() -> None:
    files = {"node_modules/x/y": "", "package.json": "", "dev.Dockerfile": "FROM node\nCOPY . .\nCMD node .\n"}
    assert "in `dev.Dockerfile`" in kept(NODE, files)["node_modules"]
    files["dev.Dockerfile"] = "FROM node\nCOPY . .\nRUN npm i\n"
    assert kept(NODE, files) == {}


def test_a_dockerfile_inside_of_a_compose_file_counts() -> None:
    inline = {"context": ".", "dockerfile_inline": "FROM node\nCOPY node_modules /n\n"}
    compose = json.dumps({"services": {"worker": {"build": inline}}})
    files = {"node_modules/x/y": "", "package.json": "", "compose.yaml": compose}
    assert kept(NODE, files) == {"node_modules": "`compose.yaml` names it"}
    assert kept(NODE, {**files, "compose.yaml": compose.replace('"."', '"other"')}) == {}


def test_a_dockerfile_inside_of_a_bake_file_counts() -> None:
    bake = 'target "worker" {\n  dockerfile-inline = <<EOT\nFROM node\nCOPY node_modules /n\nEOT\n}\n'
    files = {"node_modules/x/y": "", "package.json": "", "docker-bake.hcl": bake}
    assert kept(NODE, files) == {"node_modules": "`docker-bake.hcl` names it"}
    assert kept(NODE, {**files, "docker-bake.hcl": bake.replace("dockerfile-inline", "other")}) == {}


def test_a_dockerfile_of_another_context_does_not_count() -> None:
    inner = "FROM node\nCOPY package.json .\nCOPY node_modules node_modules\n"
    files = {"node_modules/x/y": "", "package.json": "", "sub/package.json": "", "sub/Dockerfile": inner}
    files |= {"sub/node_modules/x": ""}
    assert kept(NODE, files) == {"sub/node_modules": ""} or "node_modules" not in kept(NODE, files)
    del files["sub/package.json"]
    assert "names it" in kept(NODE, files)["node_modules"]


def test_the_context_changes_when_something_else_lies_in_it() -> None:
    text = {f"{ROOT}/Dockerfile": NODE, f"{ROOT}/package.json": "{}"}
    tree = locate(f"{ROOT}/Dockerfile", MemoryFiles(text))
    assert not look_through(tree)
    assert tree.is_current()
    tree.files = MemoryFiles({**text, f"{ROOT}/a.js": ""})
    assert tree.observed(sight) == sight(tree)
    tree.files = MemoryFiles({**text, f"{ROOT}/node_modules/x/y": ""})
    assert not tree.is_current()


def test_there_is_an_end_to_the_looking(monkeypatch: pytest.MonkeyPatch) -> None:
    files = {f"s{number}/__pycache__/a.pyc": "x" * 10 for number in range(50)}
    module = import_module("layerwise.build.ignoring.sight")
    monkeypatch.setattr(module, "MAX_FOLDERS", 20)
    monkeypatch.setattr(module, "MAX_WEIGHED", 5)
    tree = context({"Dockerfile": NODE, **files})
    assert not sight(tree).complete
    assert sum(weight.files for weight, _ in weights(tree).values()) == 5
    assert not all(is_all for _, is_all in weights(tree).values())
    found = result(NODE, tree)
    assert found is not None
    assert "s0/__pycache__" in found.lines
    assert "**/__pycache__" not in found.lines


@pytest.mark.parametrize(
    ("count", "said"), [(0, "0 bytes"), (1, "1 byte"), (999, "999 bytes"), (1_200, "1.2 kB"), (12_345_678, "12 MB")]
)
def test_sizes(count: int, said: str) -> None:
    assert size_of(count) == said


def test_the_tables_are_in_order() -> None:
    assert {row.kind for row in LITTER} == set(Kind)
    assert all(row.name and not row.name.startswith("/") for row in LITTER)
    assert all(row.run_by and row.names for row in READERS)
    told = [row for row in LITTER if row.kind is Kind.OUTPUT]
    assert all(row.made_by for row in told), "output that nothing makes"
    assert all(row.made_by for row in LITTER if row.kind is Kind.DEPENDENCIES)
