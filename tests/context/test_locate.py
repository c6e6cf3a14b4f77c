"""Where the build context of a Dockerfile is: as compose, bake and the settings tell the builder."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layerwise.context import MemoryFiles, locate
from layerwise.context.bake import builds_in_bake, inline_builds_in_bake
from layerwise.context.compose import BuildTarget, builds_in_compose, compose_files

# Each row: the files beside the Dockerfile, its path, the root that is found, and whether a file told it.
ROWS = [
    ({}, "/r/app/Dockerfile", "/r/app", False),
    ({"/r/compose.yaml": "services: {web: {build: ./app}}"}, "/r/app/Dockerfile", "/r/app", True),
    (
        {
            "/r/docker-compose.yml": "services:\n  web:\n    build:\n      context: .\n      dockerfile: app/Dockerfile\n"
        },
        "/r/app/Dockerfile",
        "/r",
        True,
    ),
    (
        {"/r/app/compose.yml": "services: {web: {build: {context: .., dockerfile: app/Dockerfile}}}"},
        "/r/app/Dockerfile",
        "/r",
        True,
    ),
    (
        {"/r/docker-compose.prod.yml": "services: {web: {build: {context: ., dockerfile: app/Dockerfile.prod}}}"},
        "/r/app/Dockerfile.prod",
        "/r",
        True,
    ),
    (
        {"/r/docker-compose.yml": "services: {web: {build: {context: ., dockerfile: other/Dockerfile}}}"},
        "/r/app/Dockerfile",
        "/r/app",
        False,
    ),
    ({"/r/docker-compose.yml": "services: {web: {build: 'https://example.org/r.git'}}"}, "/r/Dockerfile", "/r", False),
    (
        {"/r/compose.yaml": "services: {web: {build: {context: '${WHERE:-.}', dockerfile: app/Dockerfile}}}"},
        "/r/app/Dockerfile",
        "/r",
        True,
    ),
    (
        {"/r/compose.yaml": "services: {web: {build: {context: '${WHERE}', dockerfile: app/Dockerfile}}}"},
        "/r/app/Dockerfile",
        "/r/app",
        False,
    ),
    (
        {"/compose.yaml": "services: {web: {build: {context: ., dockerfile: r/Dockerfile}}}", "/r/.git/HEAD": ""},
        "/r/Dockerfile",
        "/r",
        False,
    ),
    ({"/r/docker-bake.json": '{"target": {"a": {"dockerfile": "app/Dockerfile"}}}'}, "/r/app/Dockerfile", "/r", True),
    ({"/r/docker-bake.hcl": 'target "a" {\n  dockerfile = "app/Dockerfile"\n}\n'}, "/r/app/Dockerfile", "/r", True),
]


@pytest.mark.parametrize(("files", "path", "root", "told"), ROWS)
def test_the_context(files: dict[str, str], path: str, root: str, told: bool) -> None:  # noqa: FBT001
    tree = locate(path, MemoryFiles({**files, path: "FROM a"}))
    assert (tree.root, tree.told) == (root, told)


def test_the_settings_come_first() -> None:
    files = MemoryFiles({"/r/compose.yaml": "services: {web: {build: ./app}}", "/r/app/Dockerfile": "", "/r/x": ""})
    tree = locate("/r/app/Dockerfile", files, context="/r")
    assert tree.root == "/r"
    assert tree.exists("x")


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ({"/r/.dockerignore": ""}, "/r/.dockerignore"),
        ({"/r/.dockerignore": "", "/r/app/Dockerfile.dockerignore": ""}, "/r/app/Dockerfile.dockerignore"),
        ({"/r/app/.dockerignore": ""}, None),
    ],
)
def test_the_ignore_file(files: dict[str, str], found: str | None) -> None:
    tree = locate("/r/app/Dockerfile", MemoryFiles({**files, "/r/app/Dockerfile": ""}), context="/r")
    assert tree.ignore_path == found


def test_names_of_compose_files() -> None:
    names = [
        "docker-compose.yml",
        "compose.yaml",
        "compose.override.yaml",
        "decompose.yml",
        "compose.yaml.bak",
        "x.yml",
    ]
    assert compose_files(names) == ["compose.yaml", "docker-compose.yml", "compose.override.yaml"]


@pytest.mark.parametrize(
    "text",
    [
        "build: [",
        "services: 3 # build",
        "services: {a: null, b: {build: null}, c: {build: [1]}, d: {build: {context: 3}}}",
        "build: " + "x" * 300_000,
        "services: {a: {build: {context: ., dockerfile_inline: FROM x}}}",
        "&a build: *a",
        "[" * 5000 + "build",
        "!!python/object/apply:os.system ['build']",
    ],
)
def test_odd_compose_files_tell_nothing(text: str) -> None:
    assert builds_in_compose(text) == ()


HCL = r"""
// The registry.
variable "TAG" { default = "latest" }
group "default" { targets = ["app", "db"] }
/* target "no" { dockerfile = "No" } */
target "base" {
  context = "src" # where
  args = { dockerfile = "Not.this" }
}
target "app" {
  inherits = ["base"]
  dockerfile = "App.Dockerfile"
  tags = ["a:${TAG}", "b"]
}
target "db" {
  context    = "./db"
  dockerfile-inline = <<EOT
target "fake" { dockerfile = "Fake" }
EOT
}
target "computed" { dockerfile = "Dockerfile.${TAG}" }
target "variable" { context = TAG }
target "function" { context = join("/", ["a", "b"]) }
target "remote" { context = "https://example.org/a.git" }
function "f" { params = [x] result = x }
target "last" { dockerfile = "Last" }
"""


def test_simple_hcl() -> None:
    assert set(builds_in_bake("docker-bake.hcl", HCL)) == {
        BuildTarget("src", "Dockerfile"),
        BuildTarget("src", "App.Dockerfile"),
        BuildTarget(".", "Last"),
    }


INLINE = r"""
target "base" { context = "db" }
target "heredoc" {
  inherits = ["base"]
  dockerfile-inline = <<-EOT
    FROM alpine:${TAG}
    COPY $${X}/a .
    target "fake" { dockerfile = "Dockerfile" }
    EOT
}
target "quoted" { dockerfile-inline = "FROM alpine\nCOPY \"a b\" ." }
target "child" { inherits = ["quoted"] }
target "computed" { dockerfile-inline = file("Dockerfile") }
target "remote" {
  context = "https://example.org/a.git"
  dockerfile-inline = "FROM debian"
}
"""


def test_dockerfiles_inside_of_hcl() -> None:
    quoted = (".", 'FROM alpine\nCOPY "a b" .')
    heredoc = 'FROM alpine:${TAG}\nCOPY ${X}/a .\ntarget "fake" { dockerfile = "Dockerfile" }\n'
    assert inline_builds_in_bake("docker-bake.hcl", INLINE) == (("db", heredoc), quoted, quoted)
    assert builds_in_bake("docker-bake.hcl", INLINE) == (BuildTarget("db"),), "only the one that says no more"


def test_dockerfiles_inside_of_json() -> None:
    text = '{"target": {"a": {"dockerfile-inline": "FROM x\\nCOPY a ."}, "b": {"dockerfile-inline": 3}}}'
    assert inline_builds_in_bake("docker-bake.json", text) == ((".", "FROM x\nCOPY a ."),)
    assert builds_in_bake("docker-bake.json", text) == ()


@pytest.mark.parametrize("name", ["docker-bake.hcl", "docker-bake.json"])
def test_a_dockerfile_in_the_bake_file_is_not_the_one_of_the_folder(name: str) -> None:
    """The context stays the Dockerfile's own folder, though a target builds something else with another one."""
    inline = {"hcl": 'target "a" {\n context = ".."\n dockerfile-inline = "FROM x"\n}\n'}
    inline["json"] = '{"target": {"a": {"context": "..", "dockerfile-inline": "FROM x"}}}'
    other = {"hcl": 'target "b" { dockerfile = "Dockerfile" }', "json": '{"target": {"b": {}}}'}
    kind = name.rpartition(".")[2]
    for text in (inline[kind], inline[kind].replace("..", ".")):
        tree = locate("/r/app/Dockerfile", MemoryFiles({f"/r/app/{name}": text, "/r/app/Dockerfile": ""}))
        assert (tree.root, tree.told) == ("/r/app", False)
    tree = locate("/r/app/Dockerfile", MemoryFiles({f"/r/app/{name}": other[kind], "/r/app/Dockerfile": ""}))
    assert (tree.root, tree.told) == ("/r/app", True)


@pytest.mark.parametrize(
    "text", ["", "target", 'target "a"', 'target "a" {', '}}}target "a" = {{', 'target "', "<<EOT\n"]
)
def test_broken_hcl_tells_nothing_of_a_folder(text: str) -> None:
    assert all(target == BuildTarget(".") for target in builds_in_bake("docker-bake.hcl", text))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("[", ()),
        ("3", ()),
        ('{"target": {"a": 3}}', ()),
        ('{"target": {"a": {"context": "x", "inherits": ["a", "b"]}}}', (BuildTarget("x"),)),
        ('{"target": {"a": {"inherits": "b"}}}', ()),
    ],
)
def test_json_bake_files(text: str, found: tuple[BuildTarget, ...]) -> None:
    assert builds_in_bake("docker-bake.json", text) == found


PIECES = [
    "target",
    '"a"',
    "{",
    "}",
    "context",
    "dockerfile",
    "=",
    '"b"',
    "[",
    "]",
    "(",
    "\n",
    "<<E",
    "E",
    "#",
    "${",
    '"',
    "services:",
    "build:",
    " ",
]


@given(st.lists(st.sampled_from(PIECES), max_size=20).map(" ".join))
@settings(max_examples=300, deadline=None)
def test_no_text_makes_a_reader_fail(text: str) -> None:
    inline_builds_in_bake("docker-bake.hcl", text)
    for target in (*builds_in_bake("docker-bake.hcl", text), *builds_in_compose(text)):
        assert isinstance(target, BuildTarget)
