"""What the official images bring along: variables, working directory and user, as their own Dockerfiles set them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BaseImage:
    """What is in force in an image. ``env`` are (name, value) pairs; ``workdir`` and ``user`` are None when unknown."""

    env: tuple[tuple[str, str], ...] = ()
    workdir: str | None = None
    user: str | None = None
    tool_settings: frozenset[str] = frozenset()


UNKNOWN = BaseImage()
SCRATCH = BaseImage(workdir="/")

_PATH = ("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
_PLAIN = BaseImage((_PATH,), "/")

BASE_IMAGES: dict[str, BaseImage] = {
    **dict.fromkeys(
        (
            *("alpine", "almalinux", "amazonlinux", "archlinux", "busybox", "centos", "debian", "fedora", "httpd"),
            *("nginx", "node", "opensuse/leap", "oraclelinux", "php", "postgres", "python", "rockylinux", "ruby"),
            *("buildpack-deps", "eclipse-temurin", "gcc", "maven", "mysql", "mariadb", "ubuntu", "haskell", "elixir"),
        ),
        _PLAIN,
    ),
    "python": BaseImage((_PATH, ("LANG", "C.UTF-8")), "/"),
    "golang": BaseImage(
        (("GOPATH", "/go"), ("PATH", "/go/bin:/usr/local/go/bin:" + _PATH[1]), ("GOTOOLCHAIN", "local")), "/go"
    ),
    "rust": BaseImage(
        (
            ("RUSTUP_HOME", "/usr/local/rustup"),
            ("CARGO_HOME", "/usr/local/cargo"),
            ("PATH", "/usr/local/cargo/bin:" + _PATH[1]),
        ),
        "/",
    ),
    "ruby": BaseImage((("LANG", "C.UTF-8"), ("GEM_HOME", "/usr/local/bundle"), ("BUNDLE_SILENCE_ROOT_WARNING", "1"))),
    "php": BaseImage((_PATH,), "/var/www/html"),
    "httpd": BaseImage((("HTTPD_PREFIX", "/usr/local/apache2"),), "/usr/local/apache2"),
    "redis": BaseImage((_PATH,), "/data"),
    "gradle": BaseImage((("GRADLE_HOME", "/opt/gradle"),), "/home/gradle"),
    "composer": BaseImage((("COMPOSER_ALLOW_SUPERUSER", "1"), ("COMPOSER_HOME", "/tmp")), "/app"),
    "jupyter/base-notebook": BaseImage((), "/home/jovyan", "jovyan"),
}

_WINDOWS = ("windows", "nanoserver", "servercore")


def is_windows(repository: str, tag: str) -> bool:
    """Whether an image is one for Windows, by its name: those of Microsoft, and tags that name a Windows edition."""
    names = repository.split("/")
    return any(name.startswith(_WINDOWS) for name in names) or any(part in tag for part in _WINDOWS)
