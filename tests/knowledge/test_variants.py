"""Names of small variants, and what names of stages and files say."""

from __future__ import annotations

import pytest

from layerwise.knowledge.purposes import is_development, is_toolbox, is_work
from layerwise.knowledge.variants import slim_tag
from layerwise.knowledge.weights import INSTALLERS, is_small_folder


@pytest.mark.parametrize(
    ("image", "tag", "expected"),
    [
        ("python", "3.12", "3.12-slim"),
        ("python", "3.12-bookworm", "3.12-slim-bookworm"),
        ("python", "bookworm", "slim-bookworm"),
        ("python", "latest", "slim"),
        ("python", "", "slim"),
        ("node", "22-bookworm", "22-bookworm-slim"),
        ("node", "lts", "lts-slim"),
        ("node", "", "slim"),
        ("ruby", "3.3.5", "3.3.5-slim"),
        ("python", "3.12-slim", None),
        ("python", "3.12-alpine3.20", None),
        ("python", "3.12-windowsservercore", None),
        ("node", "20-onbuild", None),
    ],
)
def test_slim_tag(image: str, tag: str, expected: str | None) -> None:
    assert slim_tag(image, tag) == expected


@pytest.mark.parametrize(
    ("name", "work", "development"),
    [
        ("builder", True, False),
        ("tool_builder", True, False),
        ("validate", True, False),
        ("web-build", True, False),
        ("dev-envs", False, True),
        ("development", False, True),
        ("production", False, False),
        ("release", False, False),
        ("rebuilder", False, False),
        ("device", False, False),
    ],
)
def test_stage_names(name: str, *, work: bool, development: bool) -> None:
    assert (is_work(name), is_development(name)) == (work, development)


def test_image_names() -> None:
    assert is_toolbox("acme/ci")
    assert is_toolbox("acme/build-tools")
    assert not is_toolbox("acme/social")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Miniconda3-latest-Linux-x86_64.sh", True),
        ("get-pip.py", True),
        ("cuda_12.run", True),
        ("cmake-$(uname -m).sh", True),
        ("setup.sh", False),
        ("search.sh", False),
        ("install.sh", False),
    ],
)
def test_installers(name: str, *, expected: bool) -> None:
    assert bool(INSTALLERS.search(name)) is expected


def test_small_folders() -> None:
    assert is_small_folder("docker-scripts")
    assert is_small_folder("conf")
    assert not is_small_folder("assets")
