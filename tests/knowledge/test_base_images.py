"""What is known of images."""

from __future__ import annotations

import pytest

from layerwise.build.images import image_name, reference_error
from layerwise.knowledge.base_images import BASE_IMAGES, SCRATCH, UNKNOWN, BaseImage, base_image, is_windows


@pytest.mark.parametrize(("name", "image"), [*BASE_IMAGES.items(), ("scratch", SCRATCH)])
def test_facts_have_their_form(name: str, image: BaseImage) -> None:
    names = [variable for variable, _ in image.env]
    assert len(names) == len(set(names))
    assert "PATH" in names
    assert image.workdir is None or image.workdir.startswith("/")
    assert all(home is None or home.startswith("/") for _, _, home in image.accounts)
    assert all(uid is None or uid.isdecimal() for _, uid, _ in image.accounts)


@pytest.mark.parametrize("name", BASE_IMAGES)
def test_names_are_those_that_are_looked_up(name: str) -> None:
    assert reference_error(name) is None
    found = image_name(f"{name}:1")
    assert name in (found.name, f"{found.registry}/{found.name}")


@pytest.mark.parametrize(
    ("tag", "workdir"),
    [
        *(("", "/"), ("8.4", "/"), ("8.4-cli-alpine3.22", "/"), ("8.4-zts", "/")),
        *(("8.4-apache", "/var/www/html"), ("fpm", "/var/www/html"), ("8.4-fpm-alpine", "/var/www/html")),
    ],
)
def test_only_the_servers_among_the_tags_of_php_work_in_a_folder(tag: str, workdir: str) -> None:
    found = base_image("php", tag)
    assert found is not None
    assert found.workdir == workdir
    assert found.env == BASE_IMAGES["php"].env


def test_an_unknown_image_has_some_path() -> None:
    assert UNKNOWN.env == (("PATH", None),)
    assert not UNKNOWN.complete
    assert SCRATCH.complete


@pytest.mark.parametrize(
    ("repository", "tag", "windows"),
    [
        ("windows", "ltsc2022", True),
        ("windows/nanoserver", "", True),
        ("python", "3.12-windowsservercore-ltsc2022", True),
        ("python", "3.12", False),
        ("example/windows-tools", "1", False),
        ("example/app", "for-windows", False),
    ],
)
def test_windows(repository: str, tag: str, windows: bool) -> None:  # noqa: FBT001
    assert is_windows(repository, tag) is windows
