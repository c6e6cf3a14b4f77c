"""Which files a path of the command line leads to."""

import os
from pathlib import Path

import pytest

from layerwise.cli.discovery import discover
from layerwise.cli.names import is_dockerfile_name

DOCKERFILES = [
    "Dockerfile",
    "dockerfile",
    "DOCKERFILE",
    "Containerfile",
    "containerfile",
    "Dockerfile.dev",
    "Dockerfile.alpine3.20",
    "Dockerfile.py",
    "dockerfile.dev",
    "Containerfile.build",
    "api.Dockerfile",
    "api.dockerfile",
    "api.Containerfile",
    "api.containerfile",
    "a.b.Dockerfile",
    "Dockerfile.",
]
OTHERS = [
    ".dockerignore",
    "Dockerfile.dockerignore",
    "api.Dockerfile.dockerignore",
    "Dockerfile.j2",
    "Dockerfile.tmpl",
    "Dockerfile.template",
    "Dockerfile.in",
    "Dockerfile.md",
    "Dockerfile.orig",
    "Dockerfile.bak",
    "Dockerfile~",
    "Dockerfile.dev~",
    "Dockerfile.swp",
    "dockerfile.py",
    "dockerfile.go",
    "Makefile",
    "docker-compose.yml",
    "MyDockerfile",
    "Dockerfiles",
    ".dockerfile",
    "Dockerfile.json",
]


@pytest.mark.parametrize("name", DOCKERFILES[:-1])
def test_a_name_that_is_searched_for(name: str) -> None:
    assert is_dockerfile_name(name)


@pytest.mark.parametrize("name", [*OTHERS, "Dockerfile."])
def test_a_name_that_is_passed_over(name: str) -> None:
    assert not is_dockerfile_name(name)


def tree(root: Path, *paths: str, **contents: str) -> None:
    for path in paths:
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("FROM scratch\n")
    for path, content in contents.items():
        file = root / path.replace("__", "/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)


def found(*paths: str, **options: bool) -> list[str]:
    return [path.replace(os.sep, "/") for path in discover(paths, **options).files]


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_the_order_is_that_of_names_with_files_before_folders(tmp_path: Path) -> None:
    tree(tmp_path, "b/Dockerfile", "a/z/Dockerfile", "a/Dockerfile", "c.Dockerfile", "Dockerfile")
    assert found(".") == ["Dockerfile", "c.Dockerfile", "a/Dockerfile", "a/z/Dockerfile", "b/Dockerfile"]


def test_arguments_keep_their_order_and_each_file_comes_once(tmp_path: Path) -> None:
    tree(tmp_path, "b/Dockerfile", "a/Dockerfile", "a/notes.txt")
    assert found("b", "a/notes.txt", ".", "./b/../a/Dockerfile") == ["b/Dockerfile", "a/notes.txt", "a/Dockerfile"]


def test_an_absolute_folder_gives_absolute_paths(tmp_path: Path) -> None:
    tree(tmp_path, "a/Dockerfile")
    assert found(str(tmp_path)) == [(tmp_path / "a/Dockerfile").as_posix()]


def test_a_folder_without_a_dockerfile_is_reported(tmp_path: Path) -> None:
    tree(tmp_path, "a/Dockerfile.j2")
    missing = discover(["a", "Dockerfile"]).missing
    assert [(each.path, each.message) for each in missing] == [("a", "there is no Dockerfile in this folder")]


def test_a_folder_that_cannot_be_read_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree(tmp_path, "a/Dockerfile", "locked/Dockerfile")
    scandir = os.scandir

    def refuse(path: str) -> object:
        if os.path.basename(path) == "locked":
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    discovery = discover(["."])
    assert discovery.files == (os.path.join("a", "Dockerfile"),)
    assert [(each.path, each.message) for each in discovery.missing] == [
        ("locked", "this folder cannot be searched: Permission denied")
    ]


def test_folders_of_tools_and_links_to_folders_are_passed_over(tmp_path: Path) -> None:
    tree(tmp_path, "node_modules/x/Dockerfile", ".git/Dockerfile", ".venv/Dockerfile", "a/Dockerfile")
    (tmp_path / "again").symlink_to("a")
    (tmp_path / "a/loop").symlink_to("..")
    assert found(".") == ["a/Dockerfile"]


def test_hidden_folders_are_searched(tmp_path: Path) -> None:
    tree(tmp_path, ".devcontainer/Dockerfile")
    assert found(".") == [".devcontainer/Dockerfile"]


class TestGitignore:
    def test_inner_files_have_the_last_word(self, tmp_path: Path) -> None:
        tree(tmp_path, "a/Dockerfile", "a/old.Dockerfile", "a/kept/old.Dockerfile", "build/Dockerfile")
        tree(tmp_path, **{".gitignore": "/build/\nold.*\n", "a__kept__.gitignore": "!old.*\n"})
        assert found(".") == ["a/Dockerfile", "a/kept/old.Dockerfile"]

    def test_what_lies_in_an_ignored_folder_cannot_come_back(self, tmp_path: Path) -> None:
        tree(tmp_path, "out/Dockerfile", "Dockerfile")
        tree(tmp_path, **{".gitignore": "out\n", "out__.gitignore": "!Dockerfile\n"})
        assert found(".") == ["Dockerfile"]

    def test_the_repository_around_a_folder_counts(self, tmp_path: Path) -> None:
        tree(tmp_path, "a/b/Dockerfile", "a/b/x.Dockerfile", "a/b/y.Dockerfile", "a/b/z.Dockerfile")
        tree(tmp_path, **{".git__info__exclude": "x.Dockerfile\n", ".gitignore": "b/y.*\n/a/b/y.*\n"})
        tree(tmp_path, **{"a__.gitignore": "z.*\n"})
        assert found("a/b") == ["a/b/Dockerfile"]

    def test_an_ignored_folder_that_is_named_is_searched(self, tmp_path: Path) -> None:
        tree(tmp_path, ".git/HEAD", "vendor/x/Dockerfile", **{".gitignore": "vendor/\n"})
        assert found("vendor") == found("vendor/x") == ["vendor/x/Dockerfile"]

    def test_an_ignored_file_that_is_named_is_read(self, tmp_path: Path) -> None:
        tree(tmp_path, "Dockerfile", **{".gitignore": "Dockerfile\n"})
        assert found("Dockerfile") == ["Dockerfile"]

    def test_it_can_be_turned_off(self, tmp_path: Path) -> None:
        tree(tmp_path, "a/Dockerfile", **{".gitignore": "a\n"})
        assert found(".", honour_gitignore=False) == ["a/Dockerfile"]

    def test_bytes_and_patterns_that_make_no_sense_are_passed_over(self, tmp_path: Path) -> None:
        tree(tmp_path, "a/Dockerfile", "b/Dockerfile")
        (tmp_path / ".gitignore").write_bytes(b"\xff\xfe[\n!\na/\n")
        assert found(".") == ["b/Dockerfile"]


def test_excluded_files_and_folders_are_left_out(tmp_path: Path) -> None:
    tree(tmp_path, "a/Dockerfile", "b/Dockerfile", "b/x.Dockerfile")
    left_out = {str(tmp_path / "a"), str(tmp_path / "b/x.Dockerfile")}
    assert discover(["."], excludes=left_out.__contains__).files == (os.path.join("b", "Dockerfile"),)
