"""When releases of distributions, languages and databases get their last fixes, and which images are given up.

Dates are those that the projects have published: of Debian the end of its long-term support, of Ubuntu the end of what is
free of charge. A date of a month alone means that the project names no day. Nothing here reads a clock: what has ended
is what had ended on ``AS_OF``.

Those of most products were compared with endoflife.date; those of .NET, PostgreSQL, Tomcat, openSUSE and Oracle Linux,
and which images were given up, are to be compared when the table is next gone through. Where the two differ by days, the
project's own page counts: wiki.debian.org/LTS, wiki.ubuntu.com/Releases, alpinelinux.org/releases, docs.fedoraproject.org (life cycle),
aws.amazon.com/amazon-linux-2, devguide.python.org/versions, the schedule in the repository nodejs/Release,
php.net/supported-versions and php.net/eol, ruby-lang.org/en/downloads/branches, go.dev/doc/devel/release (a release of Go
ends when the second one after it appears), adoptium.net/support, dotnet.microsoft.com (support policy),
postgresql.org/support/versioning, Oracle's lifetime support of MySQL (an innovation release ends with the next release),
mariadb.org/about, mongodb.com/legal/support-policy, elastic.co/support/eol, nginx.org/en/download (a branch ends when the
next stable one appears), tomcat.apache.org/whichversion. When an image was given up is said by its page on Docker Hub.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from msgspec import Struct

AS_OF = "2026-11-20"
"""The day on which this table was checked."""
NEAR = "2027-02-20"
"""A release that ends before is nothing to move to."""


class Product(Struct, frozen=True):
    """The releases of something. ``ends`` are the dates of the last fixes by release, also of those yet to come.

    ``parts`` are what may stand beside the release in a tag such that the same tag of a newer release is sure to exist;
    None where nobody should move to another release without more than another tag, as with the data of a database.
    """

    title: str
    ends: Mapping[str, str]
    parts: frozenset[str] | None = None
    suites: bool = False
    """Its tags may name a release of Debian, and those with ``bookworm`` are sure to exist."""
    breaks: frozenset[str] = frozenset()
    """Releases behind which so much has changed that programs have to be rewritten."""
    called: Mapping[str, str] = MappingProxyType({})
    """What releases are called that have another name in tags."""


class Suite(Struct, frozen=True):
    """A release of a distribution by the name it has in tags. ``follows`` is the oldest one to move to."""

    title: str
    end: str
    follows: str = ""


class GivenUp(Struct, frozen=True):
    """An image that is not built any more, since when, and what is there in its place, as one says it."""

    since: str
    instead: str


def _ends(text: str) -> dict[str, str]:
    words = text.split()
    return dict(zip(words[::2], words[1::2], strict=True))


def _parts(text: str = "") -> frozenset[str]:
    return frozenset(text.split())


_DOTNET = Product(
    ".NET",
    _ends(
        "2.1 2021-08-21 2.2 2019-12-23 3.0 2020-03-03 3.1 2022-12-13 5.0 2022-05-10 6.0 2024-11-12 7.0 2024-05-14"
        " 8.0 2026-11-10 9.0 2026-11-10 10.0 2028-11-10"
    ),
    _parts("alpine"),
)
_DOTNET_CORE = Product(".NET Core", {key: end for key, end in _DOTNET.ends.items() if key < "5"})
_CENTOS = Product(
    "CentOS",
    _ends("5 2017-03-31 6 2020-11-30 7 2024-06-30 8 2021-12-31")
    | _ends("centos5 2017-03-31 centos6 2020-11-30 centos7 2024-06-30 centos8 2021-12-31"),
)

PRODUCTS: Mapping[str, Product] = {
    "debian": Product(
        "Debian",
        _ends(
            "6 2016-02-29 7 2018-05-31 8 2020-06-30 9 2022-06-30 10 2024-06-30 11 2026-08-31 12 2028-06-30 13 2030-06-30"
        ),
        _parts("slim"),
        suites=True,
    ),
    "ubuntu": Product(
        "Ubuntu",
        _ends(
            "10.04 2015-04-30 12.04 2017-04-28 12.10 2014-05-16 13.04 2014-01-27 13.10 2014-07-17 14.04 2019-04-30 14.10 2015-07 15.04 2016-02 15.10 2016-07 16.04 2021-04-30 16.10 2017-07"
            " 17.04 2018-01 17.10 2018-07 18.04 2023-05-31 18.10 2019-07 19.04 2020-01 19.10 2020-07 20.04 2025-05-31"
            " 20.10 2021-07 21.04 2022-01 21.10 2022-07 22.04 2027-04 22.10 2023-07 23.04 2024-01 23.10 2024-07"
            " 24.04 2029-05-31 24.10 2025-07 25.04 2026-01 25.10 2026-07 26.04 2031-04-30"
        ),
        _parts(),
    ),
    "alpine": Product(
        "Alpine",
        _ends(
            "2.6 2014-10 2.7 2015-11 3.0 2016-05 3.1 2016-11 3.2 2017-05-01 3.3 2017-11-01 3.4 2018-05-01 3.5 2018-11-01"
            " 3.6 2019-05-01 3.7 2019-11-01 3.8 2020-05-01 3.9 2020-11-01 3.10 2021-05-01 3.11 2021-11-01"
            " 3.12 2022-05-01 3.13 2022-11-01 3.14 2023-05-01 3.15 2023-11-01 3.16 2024-05-23 3.17 2024-11-22"
            " 3.18 2025-05-09 3.19 2025-11-01 3.20 2026-04-01 3.21 2026-11-01 3.22 2027-05-01 3.23 2027-11-01"
        ),
        _parts(),
    ),
    "centos": _CENTOS,
    "fedora": Product(
        "Fedora",
        _ends(
            "20 2015-06 21 2015-12 22 2016-07 23 2016-12 24 2017-08 25 2017-12 26 2018-05 27 2018-11 28 2019-05"
            " 29 2019-11 30 2020-05 31 2020-11 32 2021-05 33 2021-11 34 2022-06 35 2022-12 36 2023-05 37 2023-12"
            " 38 2024-05 39 2024-11 40 2025-05 41 2025-12 42 2026-05"
        ),
    ),
    "amazonlinux": Product(
        "Amazon Linux",
        _ends("1 2023-12-31 2016 2023-12-31 2017 2023-12-31 2018 2023-12-31 2 2026-06-30"),
        called=dict.fromkeys(("2016", "2017", "2018"), "1"),
    ),
    "oraclelinux": Product("Oracle Linux", _ends("5 2017-06 6 2021-03 7 2024-12")),
    "opensuse/leap": Product(
        "openSUSE Leap",
        _ends("42 2019-07 15.0 2019-12 15.1 2021-02 15.2 2022-01 15.3 2022-12 15.4 2023-12 15.5 2024-12 15.6 2026-04"),
    ),
    "python": Product(
        "Python",
        _ends(
            "2 2020-01-01 2.6 2013-10-29 2.7 2020-01-01 3.2 2016-02-20 3.3 2017-09-29 3.4 2019-03-18 3.5 2020-09-30"
            " 3.6 2021-12-23 3.7 2023-06-27 3.8 2024-10-07 3.9 2025-10-31 3.10 2026-10 3.11 2027-10 3.12 2028-10"
            " 3.13 2029-10 3.14 2030-10"
        ),
        _parts("slim alpine"),
        suites=True,
        breaks=_parts("2 2.6 2.7"),
    ),
    "node": Product(
        "Node.js",
        _ends(
            "0 2016-12-31 0.10 2016-10-31 0.12 2016-12-31 4 2018-04-30 5 2016-06-30 6 2019-04-30 7 2017-06-30 8 2019-12-31 9 2018-06-30 10 2021-04-30"
            " 11 2019-06-01 12 2022-04-30 13 2020-06-01 14 2023-04-30 15 2021-06-01 16 2023-09-11 17 2022-06-01"
            " 18 2025-04-30 19 2023-06-01 20 2026-04-30 21 2024-06-01 22 2027-04-30 23 2025-06-01 24 2028-04-30"
            " 25 2026-06-01"
        )
        | _ends(
            "argon 2018-04-30 boron 2019-04-30 carbon 2019-12-31 dubnium 2021-04-30 erbium 2022-04-30"
            " fermium 2023-04-30 gallium 2023-09-11 hydrogen 2025-04-30 iron 2026-04-30"
        ),
        _parts("slim alpine"),
        suites=True,
        breaks=_parts("0 0.10 0.12"),
    ),
    "php": Product(
        "PHP",
        _ends(
            "5 2018-12-31 5.3 2014-08-14 5.4 2015-09-03 5.5 2016-07-21 5.6 2018-12-31 7 2022-11-28 7.0 2019-01-10"
            " 7.1 2019-12-01 7.2 2020-11-30 7.3 2021-12-06 7.4 2022-11-28 8.0 2023-11-26 8.1 2025-12-31 8.2 2026-12-31"
            " 8.3 2027-12-31 8.4 2028-12-31"
        ),
        _parts("cli fpm apache zts alpine"),
        suites=True,
        breaks=_parts("5 5.3 5.4 5.5 5.6"),
    ),
    "ruby": Product(
        "Ruby",
        _ends(
            "1 2015-02-23 1.9 2015-02-23 2 2023-03-31 2.0 2016-02-24 2.1 2017-03-31 2.2 2018-03-31 2.3 2019-03-31"
            " 2.4 2020-03-31 2.5 2021-03-31 2.6 2022-04-12 2.7 2023-03-31 3.0 2024-04-23 3.1 2025-03-26 3.2 2026-03"
            " 3.3 2027-03 3.4 2028-03 4.0 2029-03"
        ),
        _parts("slim alpine"),
        suites=True,
        breaks=_parts("1 1.9"),
    ),
    "golang": Product(
        "Go",
        _ends(
            "1.3 2015-08 1.4 2016-02 1.5 2016-08 1.6 2017-02 1.7 2017-08 1.8 2018-02 1.9 2018-08 1.10 2019-02 1.11 2019-09"
            " 1.12 2020-02 1.13 2020-08 1.14 2021-02 1.15 2021-08 1.16 2022-03 1.17 2022-08 1.18 2023-02 1.19 2023-08"
            " 1.20 2024-02 1.21 2024-08 1.22 2025-02 1.23 2025-08 1.24 2026-02 1.25 2026-08 1.26 2027-02-28 1.27 2027-08"
        ),
        _parts("alpine"),
        suites=True,
    ),
    "eclipse-temurin": Product(
        "Java",
        _ends(
            "16 2021-09 18 2022-09 19 2023-03 20 2023-09 22 2024-09 23 2025-03 24 2025-09 17 2027-10 21 2029-09 25 2031-09"
        ),
        _parts("jdk jre alpine"),
    ),
    **{f"mcr.microsoft.com/dotnet/{name}": _DOTNET for name in ("sdk", "runtime", "aspnet", "runtime-deps")},
    **{f"mcr.microsoft.com/dotnet/core/{name}": _DOTNET_CORE for name in ("sdk", "runtime", "aspnet", "runtime-deps")},
    "postgres": Product(
        "PostgreSQL",
        _ends(
            "9 2021-11-11 9.0 2015-10-08 9.1 2016-10-27 9.2 2017-11-09 9.3 2018-11-08 9.4 2020-02-13 9.5 2021-02-11"
            " 9.6 2021-11-11 10 2022-11-10 11 2023-11-09 12 2024-11-21 13 2025-11-13 14 2026-11-12"
        ),
    ),
    "mysql": Product(
        "MySQL",
        _ends(
            "5 2023-10-31 5.5 2018-12 5.6 2021-02 5.7 2023-10-31 8.0 2026-04 8.1 2023-10 8.2 2024-01 8.3 2024-04"
            " 9.0 2024-10 9.1 2025-01 9.2 2025-04 9.3 2025-07 9.4 2025-10 9.5 2026-01 9.6 2026-04"
        ),
    ),
    "mariadb": Product(
        "MariaDB",
        _ends(
            "5 2020-04 10.0 2019-03-31 10.1 2020-10-17 10.2 2022-05-23 10.3 2023-05-25 10.4 2024-06-18 10.5 2025-06-24"
            " 10.6 2026-07-06 10.7 2023-02 10.8 2023-05 10.9 2023-08 10.10 2023-11"
        ),
    ),
    "mongo": Product(
        "MongoDB",
        _ends(
            "2 2016-10 3 2021-04-30 3.0 2018-02 3.2 2018-09 3.4 2020-01-31 3.6 2021-04-30 4 2024-02-29 4.0 2022-04-30"
            " 4.2 2023-04-30 4.4 2024-02-29 5 2024-10-31 5.0 2024-10-31 6 2025-07-31 6.0 2025-07-31"
        ),
    ),
    "elasticsearch": Product("Elasticsearch", _ends("1 2017-01 2 2018-02 5 2019-03-11 6 2022-02-10 7 2026-01-15")),
    "nginx": Product(
        "nginx",
        _ends(
            "1.8 2016-04 1.9 2016-04 1.10 2017-04 1.11 2017-04 1.12 2018-04 1.13 2018-04 1.14 2019-04 1.15 2019-04"
            " 1.16 2020-04 1.17 2020-04 1.18 2021-04 1.19 2021-04 1.20 2022-05 1.21 2022-05 1.22 2023-04 1.23 2023-04"
            " 1.24 2024-04 1.25 2024-04 1.26 2025-04 1.27 2025-04 1.28 2026-04 1.29 2026-04"
        ),
    ),
    "tomcat": Product("Tomcat", _ends("6 2016-12-31 7 2021-03-31 8.0 2018-06-30 8.5 2024-03-31 10.0 2022-10-31")),
}
"""By the name of the image; those of Docker's own registry without ``docker.io`` and ``library``."""

_DEBIAN = ("squeeze", "wheezy", "jessie", "stretch", "buster", "bullseye")
_UBUNTU = (
    *(("precise", "12.04"), ("trusty", "14.04"), ("utopic", "14.10"), ("vivid", "15.04"), ("wily", "15.10")),
    *(("xenial", "16.04"), ("yakkety", "16.10"), ("zesty", "17.04"), ("artful", "17.10"), ("bionic", "18.04")),
    *(("cosmic", "18.10"), ("disco", "19.04"), ("eoan", "19.10"), ("focal", "20.04"), ("groovy", "20.10")),
    *(("hirsute", "21.04"), ("impish", "21.10"), ("kinetic", "22.10"), ("lunar", "23.04"), ("mantic", "23.10")),
    *(("oracular", "24.10"), ("plucky", "25.04"), ("questing", "25.10")),
    *(("lucid", "10.04"), ("quantal", "12.10"), ("raring", "13.04"), ("saucy", "13.10")),
)
SUITES: Mapping[str, Suite] = {
    **{
        name: Suite(f"Debian {number} ({name})", PRODUCTS["debian"].ends[str(number)], "bookworm")
        for number, name in enumerate(_DEBIAN, 6)
    },
    **{
        name: Suite(f"Ubuntu {number} ({name})", PRODUCTS["ubuntu"].ends[number], "jammy" if number < "22" else "noble")
        for name, number in _UBUNTU
    },
    **{
        f"alpine{number}": Suite(f"Alpine {number}", end, "alpine")
        for number, end in PRODUCTS["alpine"].ends.items()
        if end <= AS_OF
    },
    **{f"php{number}": Suite(f"PHP {number}", end) for number, end in PRODUCTS["php"].ends.items() if end <= AS_OF},
    **{name: Suite(f"CentOS {name[-1]}", end) for name, end in _CENTOS.ends.items() if name.startswith("centos")},
}
"""What has ended, by the name that it has as a part of a tag."""
ONLY_OF_UBUNTU: frozenset[str] = frozenset(
    {name for name, _ in _UBUNTU} - {"precise", "trusty", "xenial", "bionic", "focal"}
)
"""Names that count in the tags of Ubuntu alone, since others give them to releases of their own: ``ros:kinetic``."""
WITH_JAMMY: frozenset[str] = frozenset({"ubuntu", "buildpack-deps", "eclipse-temurin"})
"""Images whose tags name a release of Ubuntu, and of which those with ``jammy`` and ``noble`` are sure to exist."""

GIVEN_UP: Mapping[str, GivenUp] = {
    "openjdk": GivenUp("2022-07", "`eclipse-temurin`, `amazoncorretto` and others are in its place"),
    "java": GivenUp("2016-12", "`eclipse-temurin`, `amazoncorretto` and others are in its place"),
    "adoptopenjdk": GivenUp("2021-08", "`eclipse-temurin` is in its place"),
    "centos": GivenUp("2024-06", "`almalinux`, `rockylinux/rockylinux` and `quay.io/centos/centos` are in its place"),
    "django": GivenUp("2016-12", "`python` is in its place"),
    "rails": GivenUp("2016-12", "`ruby` is in its place"),
    "celery": GivenUp("2017-06", "`python` is in its place"),
    "iojs": GivenUp("2015-09", "`node` is in its place"),
    "jenkins": GivenUp("2018-06", "`jenkins/jenkins` is in its place"),
    "opensuse": GivenUp("2018-12", "`opensuse/leap` is in its place"),
    "vault": GivenUp("2023-06", "`hashicorp/vault` is in its place"),
    "consul": GivenUp("2023-06", "`hashicorp/consul` is in its place"),
    "clearlinux": GivenUp("2025-07", "the distribution has been given up"),
}
"""By the name of the image."""

JAVA_IMAGES: frozenset[str] = frozenset({"openjdk", "java", "adoptopenjdk"})
TEMURIN: frozenset[str] = frozenset({"8", "11", "17", "21"})
"""The releases of Java that ``eclipse-temurin`` has as ``N``, ``N-jdk`` and ``N-jre``, each also with ``-alpine``."""
JAVA_PARTS: frozenset[str] = frozenset({"slim", "stretch", "buster", "bullseye", "jessie"})
"""What stands in the tags of those images and has no counterpart: the usual tag is the nearest one."""
