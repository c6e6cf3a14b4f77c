"""Which programs for asking a server well-known images hold, and which they surely do not.

Only what their own Dockerfiles, or those of the images below, leave no doubt about: an image that is not here, and a
program that stands on neither side, may be there or not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec import Struct


class Programs(Struct, frozen=True):
    """``has`` are programs that are there for sure, ``lacks`` those that are not. ``sh`` among them is the shell."""

    has: frozenset[str] = frozenset()
    lacks: frozenset[str] = frozenset()

    def with_(self, *names: str) -> Programs:
        return Programs(self.has.union(names), self.lacks.difference(names))

    def without(self, *names: str) -> Programs:
        """What may be there or not."""
        return Programs(self.has.difference(names), self.lacks.difference(names))


_ASKING = ("curl", "wget", "nc")
UNKNOWN = Programs()
NOTHING = Programs(lacks=frozenset({"sh", "bash", *_ASKING}))
_DEBIAN = Programs(frozenset({"sh", "bash"}), frozenset(_ASKING))
_FULL = _DEBIAN.with_("curl", "wget")
"""The images on ``buildpack-deps``."""
_ALPINE = Programs(frozenset({"sh", "wget", "nc"}), frozenset({"bash", "curl"}))
"""Those of busybox are there, and called like the full ones."""
_REDHAT = Programs(frozenset({"sh", "bash", "curl"}), frozenset({"wget", "nc"}))

_RELEASES = "jessie|stretch|buster|bullseye|bookworm|trixie|forky|sid|bionic|focal|jammy|noble|resolute"
_VERSION = rf"(?:(?:\d[\w.]*|latest|lts|current|stable|mainline|\d+-jdk|\d+-jre)?(?:-rc\d*)?-?(?:{_RELEASES})?)"
_IS_PLAIN = re.compile(_VERSION)

_BY_VARIANT: Mapping[str, tuple[Programs | None, Programs | None, Programs | None, tuple[str, ...]]] = {
    "alpine": (_ALPINE, None, None, ()),
    "busybox": (_ALPINE, None, None, ()),
    "debian": (_DEBIAN, _DEBIAN, None, ()),
    "ubuntu": (_DEBIAN, None, None, ()),
    "python": (_FULL, _DEBIAN, _ALPINE, ("python", "python3")),
    "node": (_FULL, _DEBIAN, _ALPINE, ("node",)),
    "ruby": (_FULL, _DEBIAN, _ALPINE, ("ruby",)),
    "golang": (_FULL, None, _ALPINE, ("go",)),
    "rust": (_FULL, _DEBIAN, _ALPINE, ("cargo",)),
    "openjdk": (None, _DEBIAN, _ALPINE, ("java",)),
    "nginx": (_DEBIAN.with_("curl"), None, _ALPINE.without("curl"), ("nginx",)),
    "php": (_DEBIAN.with_("curl"), None, _ALPINE.with_("curl"), ("php",)),
    "httpd": (None, None, _ALPINE.without("curl"), ()),
    "caddy": (_ALPINE, None, _ALPINE, ("caddy",)),
    **dict.fromkeys(("fedora", "almalinux", "rockylinux", "centos", "amazonlinux"), (_REDHAT, None, None, ())),
    **dict.fromkeys(
        (
            "mcr.microsoft.com/dotnet/aspnet",
            "mcr.microsoft.com/dotnet/runtime",
            "mcr.microsoft.com/dotnet/runtime-deps",
        ),
        (_DEBIAN, _DEBIAN, _ALPINE, ()),
    ),
}
"""By the name of the image: its plain tags, the slim ones, those on Alpine, and what all of them have besides."""

_PHP_KINDS = re.compile(r"-?(?:cli|fpm|apache|zts)\b")
_DISTROLESS = re.compile(r"(?:gcr\.io/)?distroless/\w+")


def programs_of(image: str, tag: str) -> Programs:
    """What is known of an image.

    :param image: with its registry, but for Docker's own; without ``library``.
    """
    if _DISTROLESS.match(image):
        return UNKNOWN if "debug" in tag else NOTHING
    if image.startswith("mcr.microsoft.com/dotnet/") and ("chiseled" in tag or "distroless" in tag):
        return UNKNOWN if "sdk" in image else NOTHING
    row = _BY_VARIANT.get(image)
    if row is None:
        return UNKNOWN
    plain, slim, alpine, own = row
    found = _variant(tag if image != "php" else _PHP_KINDS.sub("", tag), plain, slim, alpine)
    return found.with_(*own) if found else UNKNOWN


def _variant(tag: str, plain: Programs | None, slim: Programs | None, alpine: Programs | None) -> Programs | None:
    parts = tag.split("-")
    if alpine is not None and any(part.startswith("alpine") for part in parts):
        return alpine.without("curl") if "slim" in parts else alpine
    if "slim" in parts:
        return slim
    return plain if _IS_PLAIN.fullmatch(tag) else None


PACKAGES: Mapping[str, tuple[str, ...]] = {
    "curl": ("curl", "curl-minimal", "cpanminus", "git-annex", "google-perftools", "opam", "vagrant", "perlbrew"),
    "wget": (
        "wget",
        "wget2",
        "cpanminus",
        "opam",
        "luarocks",
        "debootstrap",
        "apt-mirror",
        "perlbrew",
        "busybox",
        "google-chrome-stable",
    ),
    "nc": (
        *("netcat", "netcat-openbsd", "netcat-traditional", "nmap-ncat", "ncat", "nmap", "nc", "busybox"),
        *("busybox-extras", "busybox-static"),
    ),
    "bash": ("bash",),
    "python": ("python-is-python3", "python"),
    "python3": ("python3",),
    "node": ("nodejs", "node"),
}
"""The packages that bring a program, by themselves or through one they depend on."""
