"""Whether an image still gets fixes: its release, and that of the distribution in its tag, against a dated table."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from msgspec import Struct

from layerwise.build.model import ImageName
from layerwise.knowledge.end_of_life import (
    AS_OF,
    GIVEN_UP,
    JAVA_IMAGES,
    JAVA_PARTS,
    NEAR,
    ONLY_OF_UBUNTU,
    PRODUCTS,
    SUITES,
    TEMURIN,
    WITH_JAMMY,
    GivenUp,
    Product,
)
from layerwise.text.patterns import regex

_MIRRORS = ("public.ecr.aws/docker/library/", "mirror.gcr.io/library/")
_VERSION = regex(r"v?(\d+(?:\.\d+)*)(?:(?:rc|a|b|alpha|beta)\d*)?", re.IGNORECASE)


class Ended(Struct, frozen=True):
    """A release that gets no fixes any more, and since when: a day or a month."""

    title: str
    since: str


class Lifetime(Struct, frozen=True):
    """What has come to an end of an image. ``successor`` is the image to move to, as ``name:tag``, if one is sure."""

    ended: tuple[Ended, ...]
    given_up: GivenUp | None
    successor: str | None


@lru_cache(maxsize=512)
def lifetime(image: ImageName) -> Lifetime | None:
    """What has ended of an image; None when nothing is known to have."""
    name = official_name(image)
    if name is None:
        return None
    product = PRODUCTS.get(name)
    parts = image.tag.split("-") if image.tag else []
    release = _release(product, parts)
    ended = (*_release_ended(product, release), *_suites_ended(name, parts))
    given_up = GIVEN_UP.get(name)
    if given_up is not None and name in JAVA_IMAGES and parts[:1] and "ea" in parts:
        return None
    if not ended and given_up is None:
        return None
    tag = _java(parts) if name in JAVA_IMAGES else _successor(name, product, release, parts)
    target = "eclipse-temurin" if name in JAVA_IMAGES else name
    return Lifetime(ended, given_up, f"{target}:{tag}" if tag else None)


def official_name(image: ImageName) -> str | None:
    """The name of an image of Docker or Microsoft, as the table has it, also behind a mirror; None for any other."""
    full = f"{image.registry}/{image.repository}" if image.registry not in ("", "docker.io") else image.name
    for mirror in _MIRRORS:
        full = full.removeprefix(mirror)
    return full if "/" not in full or full in PRODUCTS else None


def _release(product: Product | None, parts: list[str]) -> str | None:
    """The release that a tag names, as the table has it: ``3.7`` of ``3.7.3-slim``."""
    if product is None or not parts:
        return None
    if parts[0] in product.ends:
        return parts[0]
    match = _VERSION.fullmatch(parts[0])
    numbers = match[1].split(".") if match else []
    spelled = (".".join(numbers[:count]) for count in range(len(numbers), 0, -1))
    return next((each for each in spelled if each in product.ends), None)


def _release_ended(product: Product | None, release: str | None) -> Iterator[Ended]:
    if product is not None and release is not None and product.ends[release] <= AS_OF:
        shown = product.called.get(release, release.removeprefix("centos"))
        yield Ended(f"{product.title} {shown}", product.ends[release])


def _suites_ended(name: str, parts: list[str]) -> Iterator[Ended]:
    for part in parts:
        suite = SUITES.get(part)
        if part in ONLY_OF_UBUNTU and name not in WITH_JAMMY:
            continue
        if suite is not None and suite.end <= AS_OF and name != "centos":
            yield Ended(suite.title, suite.end)


def _successor(name: str, product: Product | None, release: str | None, parts: list[str]) -> str | None:
    """The tag with the oldest releases that still get fixes; None where no such tag is sure to exist."""
    if name == "buildpack-deps" or (product and product.title in ("Debian", "Ubuntu") and parts[0] in SUITES):
        return _moved_suites(name, parts, frozenset({"slim", "scm", "curl"}))
    if product is None or product.parts is None or not parts or release in product.breaks:
        return None
    head = _head(product, release, parts[0])
    rest = _moved_suites(name, parts[1:], product.parts) if len(parts) > 1 else ""
    if head is None or rest is None:
        return None
    return f"{head}-{rest}" if rest else head


def _head(product: Product, release: str | None, written: str) -> str | None:
    """The release to move to, or the same where it still gets fixes."""
    if release is None:
        return written if re.fullmatch(r"\d|lts|latest|current", written) else None
    if product.ends[release] > AS_OF:
        return release
    end = product.ends[release]
    number = release if release[0].isdigit() else _number_of(product, release)
    if number is None:
        return None
    later = [key for key, until in product.ends.items() if until > max(NEAR, end) and _order(key) > _order(number)]
    return min(later, key=_order, default=None)


def _number_of(product: Product, codename: str) -> str | None:
    """The number of a release that also has a name: the one with the same end."""
    end = product.ends[codename]
    return next((key for key, until in product.ends.items() if until == end and key[0].isdigit()), None)


def _order(release: str) -> tuple[int, ...]:
    return tuple(int(part) for part in release.split(".")) if release[0].isdigit() else ()


def _moved_suites(name: str, parts: list[str], known: frozenset[str]) -> str | None:
    """The parts of a tag with newer releases of distributions; None where one of them is not known."""
    has = set(known)
    product = PRODUCTS.get(name)
    if name == "buildpack-deps" or (product is not None and product.suites):
        has |= {"bookworm", "trixie"}
    if name in WITH_JAMMY:
        has |= {"jammy", "noble"}
    moved = [_moved(part) for part in parts]
    return "-".join(moved) if has.issuperset(moved) else None


def _moved(part: str) -> str:
    suite = SUITES.get(part)
    if suite is not None:
        return suite.follows
    return re.sub(r"^alpine3\.\d+$", "alpine", part)


def _java(parts: list[str]) -> str | None:
    """The tag of ``eclipse-temurin`` for one of ``openjdk``."""
    match = re.fullmatch(r"(\d+)(?:[u.]\d[\d.]*)?", parts[0]) if parts else None
    if match is None or match[1] not in TEMURIN:
        return None
    tag = "-".join([match[1], *(_moved(part) for part in parts[1:] if part not in JAVA_PARTS)])
    return tag if re.fullmatch(r"\d+(-jdk|-jre)?(-alpine)?", tag) else None
