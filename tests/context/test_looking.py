"""What is looked at besides the files that are sent: whole walks, other Dockerfiles of the same context, and when it changes."""

from __future__ import annotations

import pytest

from layerwise.context import ContextTree, MemoryFiles, absolute_path, edited, locate
from layerwise.context.locate import has_own_ignore_file, inline_dockerfiles, named_dockerfiles

COMPOSE = """\
services:
  web: {build: .}
  worker: {build: {context: ., dockerfile: deploy/worker}}
  other: {build: {context: other}}
  inline: {build: {context: ., dockerfile_inline: "FROM alpine"}}
  remote: {build: {context: "https://example.org/x.git", dockerfile_inline: "FROM debian"}}
"""


def tree(files: dict[str, str], **options: bool) -> ContextTree:
    return locate("/p/Dockerfile", MemoryFiles({f"/p/{path}": text for path, text in files.items()}), **options)


def names(context: ContextTree) -> tuple[str, ...]:
    return tuple(sorted(name for name, _ in context.raw_list()))


def test_what_was_observed_is_kept_and_looked_at_again() -> None:
    files = {"/p/Dockerfile": "", "/p/a": ""}
    context = locate("/p/Dockerfile", MemoryFiles(files))
    assert not context.has_observed(names)
    assert context.observed(names) == ("Dockerfile", "a")
    assert context.has_observed(names)
    assert context.is_current()
    context.files = MemoryFiles({**files, "/p/b": ""})
    assert context.observed(names) == ("Dockerfile", "a")
    assert not context.is_current()


def test_facts_do_not_make_it_old() -> None:
    context = tree({"a": ""})
    assert context.fact(names) == ("a",)
    context.files = MemoryFiles({"/p/b": ""})
    assert context.fact(names) == ("a",)
    assert context.is_current()


def test_what_is_kept_is_computed_once_for_a_key() -> None:
    context, calls = tree({}), []
    for key in (1, 1, 2):
        context.kept(key, lambda: calls.append(1))
    assert len(calls) == 2


def test_a_raw_list_shows_what_is_left_out() -> None:
    context = tree({".dockerignore": "a", "a": "", "b": ""})
    assert names(context) == (".dockerignore", "a", "b")
    assert [name for name, _ in context.list()] == [".dockerignore", "b"]


def test_an_impatient_tree_and_its_patient_twin() -> None:
    context = tree({"a": "", ".dockerignore": ""}, patient=False)
    context.observed(names)
    twin = context.patiently()
    assert (context.patient, twin.patient) == (False, True)
    assert twin.patiently() is twin
    assert twin.version != context.version
    assert twin.has_observed(names)
    assert (twin.root, twin.ignore_path, twin.dockerfile) == (context.root, context.ignore_path, context.dockerfile)


def test_two_dockerfiles_of_one_context_share_what_was_seen() -> None:
    one, other = tree({"a": ""}), tree({"a": ""})
    other.share(one)
    one.observed(names)
    assert other.has_observed(names)


@pytest.mark.parametrize(("path", "expected"), [("a/b", "/p/a/b"), ("../x", "/x"), ("./a", "/p/a")])
def test_paths_relative_to_the_context(path: str, expected: str) -> None:
    assert absolute_path(tree({}), path) == expected


def test_an_ignore_file_outside_of_the_context_can_be_edited() -> None:
    files = MemoryFiles(
        {
            "/docker/x": "",
            "/docker/x.dockerignore": "",
            "/p/a": "",
            "/compose.yaml": "services: {x: {build: {context: p, dockerfile: ../docker/x}}}",
        }
    )
    context = locate("/docker/x", files)
    assert (context.root, context.ignore_path) == ("/p", "/docker/x.dockerignore")
    after = edited(context, {"../docker/x.dockerignore": "a"})
    assert after.ignored("a")
    assert after.dockerfile == "/docker/x"


def test_dockerfiles_that_are_named_with_a_context() -> None:
    files = MemoryFiles(
        {"/p/compose.yaml": COMPOSE, "/p/docker-bake.json": '{"target": {"x": {"dockerfile": "bake.Dockerfile"}}}'}
    )
    assert named_dockerfiles("/p", files) == ("/p/Dockerfile", "/p/deploy/worker", "/p/bake.Dockerfile")
    assert inline_dockerfiles("/p", files) == (("compose.yaml", "FROM alpine"),)
    assert inline_dockerfiles("/p/other", files) == ()


def test_an_ignore_file_of_its_own() -> None:
    files = MemoryFiles({"/p/a": "", "/p/b": "", "/p/a.dockerignore": ""})
    assert (has_own_ignore_file("/p/a", files), has_own_ignore_file("/p/b", files)) == (True, False)
