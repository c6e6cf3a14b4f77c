"""What can be seen of a build context: files, folders, patterns, weights, and when it has to be looked at anew."""

import pytest

from layerwise.context import ContextTree, MemoryFiles, Weight, locate
from layerwise.context.paths import PatternError, clean, match

FILES = {
    "/p/Dockerfile": "FROM a",
    "/p/.dockerignore": "node_modules\nsecret\n!secret/public.txt\n**/*.log\n",
    "/p/package.json": "{}",
    "/p/package-lock.json": "[]",
    "/p/src/a.js": "12345",
    "/p/src/deep/b.js": "é",
    "/p/src/x.log": "log",
    "/p/node_modules/m/index.js": "x",
    "/p/secret/key": "k",
    "/p/secret/public.txt": "p",
    "/p/empty/": "",
    "/p/packages/one/package.json": "1",
    "/p/packages/two/package.json": "2",
}


@pytest.fixture
def tree() -> ContextTree:
    return locate("/p/Dockerfile", MemoryFiles(FILES))


def test_what_exists_is_what_is_sent(tree: ContextTree) -> None:
    for path in (".", "/", "src", "src/a.js", "/src//a.js", "../src/a.js", "./src/deep/../a.js", "empty", "secret"):
        assert tree.exists(path), path
    for path in ("missing", "src/x.log", "node_modules", "node_modules/m", "secret/key", "src/a.js/b"):
        assert not tree.exists(path), path


def test_folders(tree: ContextTree) -> None:
    assert [path for path in (".", "src", "empty", "secret", "src/a.js", "node_modules") if tree.is_folder(path)] == [
        ".",
        "src",
        "empty",
        "secret",
    ]
    assert list(tree.list("src")) == [("a.js", False), ("deep", True)]
    assert list(tree.list("missing")) == []


def test_reading(tree: ContextTree) -> None:
    assert tree.read("/src/a.js") == "12345"
    assert tree.read("secret/public.txt") == "p"
    assert [tree.read(path) for path in ("secret/key", "src", ".", "missing", "src/x.log")] == [None] * 5
    assert [tree.size(path) for path in ("src/a.js", "src/deep/b.js", "secret/key", "missing")] == [5, 2, 0, 0]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("package.json", ["package.json"]),
        ("package*.json", ["package-lock.json", "package.json"]),
        ("./packages/*/package.json", ["packages/one/package.json", "packages/two/package.json"]),
        ("/src/*", ["src/a.js", "src/deep"]),
        ("**/a.js", ["src/a.js"]),
        ("src/[ab].js", ["src/a.js"]),
        ("node_modules/*", []),
        ("secret/*", ["secret/public.txt"]),
        ("nothing*", []),
        ("[", []),
    ],
)
def test_copy_sources(tree: ContextTree, pattern: str, found: list[str]) -> None:
    assert list(tree.glob(pattern)) == found


def test_the_census_counts_what_is_sent(tree: ContextTree) -> None:
    census = tree.census()
    assert census.complete
    assert census.folders["src"] == Weight(2, 7)
    assert census.folders["src/deep"] == Weight(1, 2)
    assert census.folders["empty"] == Weight(0, 0)
    assert census.folders["secret"] == Weight(1, 1)
    assert "node_modules" not in census.folders
    assert census.folders["."].files == len(list(tree.files_below())) == 9


def test_a_tree_stays_as_it_was_seen_until_it_is_located_anew() -> None:
    files = dict(FILES)

    class Changing(MemoryFiles):
        def __init__(self) -> None:
            self.now = MemoryFiles(files)

        def read(self, path: str) -> str | None:
            return self.now.read(path)

        def list(self, path: str) -> list[tuple[str, bool]]:  # type: ignore[override]
            return list(self.now.list(path))

        def size(self, path: str) -> int:
            return self.now.size(path)

    disk = Changing()
    tree = locate("/p/Dockerfile", disk)
    assert tree.read("package.json") == "{}"
    assert locate("/p/Dockerfile", disk, previous=tree) is tree
    disk.now = MemoryFiles({**files, "/p/src/a.js": "never asked for"})
    assert locate("/p/Dockerfile", disk, previous=tree) is tree
    disk.now = MemoryFiles({**files, "/p/package.json": "[1]"})
    assert tree.read("package.json") == "{}"
    later = locate("/p/Dockerfile", disk, previous=tree)
    assert later is not tree
    assert later.version != tree.version
    assert later.read("package.json") == "[1]"
    disk.now = MemoryFiles({**files, "/p/Dockerfile.dockerignore": "*"})
    assert not locate("/p/Dockerfile", disk, previous=later).exists("package.json")


# Go's own table for filepath.Match, by meaning.
MATCHES = [
    ("abc", "abc", True),
    ("*", "abc", True),
    ("*c", "abc", True),
    ("a*", "ab/c", False),
    ("a*/b", "abc/b", True),
    ("a*/b", "a/c/b", False),
    ("a*b*c*d*e*/f", "axbxcxdxe/f", True),
    ("a*b?c*x", "abxbbxdbxebxczzx", True),
    ("a*b?c*x", "abxbbxdbxebxczzy", False),
    ("ab[c]", "abc", True),
    ("ab[b-d]", "abc", True),
    ("ab[^c]", "abc", False),
    ("ab[^e-g]", "abc", True),
    (r"a\*b", "a*b", True),
    (r"a\*b", "ab", False),
    ("a?b", "a☺b", True),
    ("a[^a]b", "a☺b", True),
    ("a???b", "a☺b", False),
    ("[a-ζ]*", "α", True),
    ("*[a-ζ]", "A", False),
    ("a?b", "a/b", False),
    (r"[\]a]", "]", True),
    (r"[\-x]", "-", True),
    (r"[x\-]", "z", False),
    ("[z-a]", "m", False),
    ("*x", "xxx", True),
]


@pytest.mark.parametrize(("pattern", "path", "expected"), MATCHES)
def test_match(pattern: str, path: str, expected: bool) -> None:  # noqa: FBT001
    assert match(pattern, path) is expected


@pytest.mark.parametrize("pattern", ["[]a]", "[-]", "[x-]", "[-x]", "\\", "[a-b-c]", "[", "[^", "[^bc", "a["])
def test_bad_patterns(pattern: str) -> None:
    with pytest.raises(PatternError):
        match(pattern, "a")


@pytest.mark.parametrize(
    ("path", "expected"), [("", "."), ("/", "."), (".", "."), ("a/../../b", "b"), ("//a//b/", "a/b"), ("./a/.", "a")]
)
def test_clean(path: str, expected: str) -> None:
    assert clean(path) == expected
