"""Which image runs what another has built, by what its tag says; and which packages of libraries go with it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from layerwise.build.model import ImageName
from layerwise.build.splitting.contract import UnsplittableError
from layerwise.knowledge.splitting import (
    APK_LIBRARIES,
    APT_LIBRARIES,
    FETCHING_PACKAGES,
    NAMED_RELEASES,
    RELEASE_OF_TAG,
    RELEASES,
    RPM_LIBRARIES,
    Sdk,
)
from layerwise.knowledge.toolchains import is_build_package
from layerwise.text.patterns import regex

_JAVA = regex(r"(?:temurin-|jdk-?|openjdk-|corretto-)(\d+)(?:[.u]|-|$)")
_JAVA_FIRST = regex(r"(\d+)(?:[.u]|-|$)")
_BUILD_TOOLS = frozenset({"maven", "gradle"})
_DOTNET = regex(r"(\d+\.\d+)(?:\.\d+)?(-[\w.-]+)?")
_NUMBERS = regex(r"\d+(?:\.\d+)*")


def full_name(image: ImageName) -> str:
    """``mcr.microsoft.com/dotnet/sdk``, and ``golang`` for the official image."""
    return f"{image.registry}/{image.name}" if image.registry not in ("", "docker.io") else image.name


def is_alpine(image: ImageName) -> bool:
    return "alpine" in image.tag or image.name == "alpine"


def release_of(image: ImageName) -> str | None:
    """The release of Debian or Ubuntu that the tag names, None when it names none."""
    named = next((each for each in NAMED_RELEASES if each in image.tag.split("-")), None)
    if named is None and image.name in ("debian", "ubuntu"):
        named = RELEASE_OF_TAG.get(image.tag.partition("-")[0])
    return named


def runtime_of(image: ImageName, sdk: Sdk, *, is_static: bool) -> tuple[str, str]:
    """The image to run on, and what is assumed about it (empty for nothing).

    :raises UnsplittableError: where the tag does not say enough.
    """
    if is_static and sdk.static and not is_alpine(image):
        return sdk.static, ""
    template = sdk.alpine if is_alpine(image) else sdk.debian
    if not template:
        raise UnsplittableError(f"no small image is known for `{image.text}`")
    if sdk.language == "Java":
        return _java(image, template)
    if sdk.language == ".NET":
        match = _DOTNET.fullmatch(image.tag)
        if match is None:
            raise UnsplittableError(f"the tag of `{image.text}` does not say which release of .NET it is")
        return template.format(tag=match[1] + (match[2] or "")), ""
    if is_alpine(image):
        version = re.search(r"alpine(\d+\.\d+)", image.tag)
        return template.format(alpine=version[1] if version else "3"), ""
    release = release_of(image)
    if release is not None:
        return template.format(release=release), ""
    assumed = _usual_release(image)
    return template.format(release=assumed), f"`{image.text}` is based on Debian {assumed} or older"


def _java(image: ImageName, template: str) -> tuple[str, str]:
    match = _JAVA.search(image.tag)
    if match is None and image.name not in _BUILD_TOOLS:
        match = _JAVA_FIRST.match(image.tag)
    if match is None:
        raise UnsplittableError(f"the tag of `{image.text}` does not say which release of Java it is")
    runtime = template.format(java=match[1])
    is_same = image.name in ("eclipse-temurin", "gradle") or "temurin" in image.tag
    return runtime, "" if is_same else f"the Java of `{runtime}` does as well as that of `{image.text}`"


def _usual_release(image: ImageName) -> str:
    rows = RELEASES.get(image.name, ())
    match = _NUMBERS.match(image.tag)
    if match is None:
        return rows[0][1]
    version = tuple(int(part) for part in match[0].split("."))
    found = next((release for least, release in rows if version >= least[: len(version)]), None)
    if found is None:
        raise UnsplittableError(f"it is not known which release of Debian `{image.text}` is based on")
    return found


def libraries(packages: Iterable[str], *, manager: str, release: str | None) -> tuple[list[str], list[str], list[str]]:
    """What becomes of packages: those to install for running, those left behind, and those that only perhaps may be.

    A package of headers whose libraries are not known stays as it is: it brings them along.

    :param manager: what installs them, a key of ``INSTALLS``.
    """
    needed: list[str] = []
    left: list[str] = []
    perhaps: list[str] = []
    for package in packages:
        name = re.split("[=:<>~@]", package)[0] or package
        if name in FETCHING_PACKAGES:
            perhaps.append(name)
            continue
        library = _libraries_of(name, manager, release)
        if library is None and name.endswith(("-dev", "-devel")):
            needed.append(package)
        elif library is not None or is_build_package(name) or package.lower() in _GROUPS:
            needed += library.split() if library else []
            left.append(name)
        else:
            needed.append(package)
    return list(dict.fromkeys(needed)), list(dict.fromkeys(left)), list(dict.fromkeys(perhaps))


_GROUPS = ("@development-tools", "@development", "development tools", "development")


def _libraries_of(name: str, manager: str, release: str | None) -> str | None:
    """The packages of libraries for one of headers, an empty text for none, None where that is not known."""
    if manager == "apk":
        return APK_LIBRARIES.get(name)
    if manager == "apt":
        library = APT_LIBRARIES.get(name)
        return library if library is None or isinstance(library, str) else library.get(release or "")
    return RPM_LIBRARIES.get(name) if manager != "zypper" else None
