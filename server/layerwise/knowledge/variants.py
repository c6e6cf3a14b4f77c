"""Images whose usual tag holds a whole toolchain, and how their small one is called.

Sizes are of the unpacked images, rounded down generously: they differ between releases.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec import Struct


class Slim(Struct, frozen=True):
    """``saved`` are the megabytes by which the small variant is smaller.

    In a tag that names the release of the distribution, ``slim`` stands before that or, where ``last`` is set, behind it.
    """

    saved: int
    last: bool = False


SLIM: Mapping[str, Slim] = {
    "python": Slim(800),
    "pypy": Slim(700),
    "node": Slim(800, last=True),
    "ruby": Slim(700),
    "perl": Slim(700),
    "erlang": Slim(800),
    "elixir": Slim(800),
}
"""By the name of the image; all of them run on the same C library as the full one."""

_RELEASES = "jessie|stretch|buster|bullseye|bookworm|trixie|forky|sid|testing|stable|oldstable|unstable"
_PLAIN = re.compile(
    rf"(?P<version>(?:lts|current|latest|rc|[0-9][0-9.]*(?:-rc[0-9]*)?)?)(?:(?:^|-)(?P<release>{_RELEASES}))?"
)


def slim_tag(image: str, tag: str) -> str | None:
    """The tag of the small variant; None where the tag is one of another variant, or of a form that is not known."""
    row = SLIM[image]
    match = _PLAIN.fullmatch(tag)
    if match is None:
        return None
    version = "" if match["version"] == "latest" else match["version"]
    release = match["release"] or ""
    parts = (version, release, "slim") if row.last else (version, "slim", release)
    return "-".join(part for part in parts if part)


FULL_PROGRAMS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("gcc", "cc", "g++", "c++", "cpp", "ld"), ("gcc", "g++", "build-essential", "clang")),
    **dict.fromkeys(("make",), ("make", "build-essential")),
    **dict.fromkeys(("autoconf", "autoreconf", "automake", "aclocal"), ("autoconf", "automake", "dh-autoreconf")),
    **dict.fromkeys(("libtoolize", "libtool"), ("libtool",)),
    **dict.fromkeys(("patch",), ("patch", "build-essential")),
    "git": ("git", "git-core", "git-all"),
    "hg": ("mercurial",),
    "svn": ("subversion",),
    "curl": ("curl",),
    "wget": ("wget",),
    "unzip": ("unzip",),
    "xz": ("xz-utils",),
    "bzip2": ("bzip2",),
    "file": ("file",),
    **dict.fromkeys(("gpg", "gpg2", "dirmngr"), ("gnupg", "gnupg2", "gpg", "dirmngr")),
    **dict.fromkeys(("convert", "identify", "mogrify", "magick"), ("imagemagick",)),
    **dict.fromkeys(("pkg-config",), ("pkg-config", "pkgconf")),
    **dict.fromkeys(("ps", "top", "free", "pgrep", "pkill"), ("procps",)),
    "ssh": ("openssh-client",),
    "ssh-keyscan": ("openssh-client",),
    "pg_config": ("libpq-dev",),
    "mysql_config": ("default-libmysqlclient-dev", "libmariadb-dev"),
    "./configure": ("gcc", "g++", "build-essential", "clang"),
    "cmake": ("gcc", "g++", "build-essential", "clang"),
    "ninja": ("gcc", "g++", "build-essential", "clang"),
    "node-gyp": ("g++", "build-essential"),
}
"""Programs that only the full variant has (the image ``buildpack-deps``), with the packages any of which brings them."""

COMPILERS: frozenset[str] = frozenset({"gcc", "g++", "build-essential", "clang"})

COMPILED_PACKAGES: Mapping[str, frozenset[str]] = {
    "pip": frozenset(
        {
            *("psycopg2", "mysqlclient", "uwsgi", "pycurl", "python-ldap", "pygraphviz", "mpi4py", "dlib", "pysqlite3"),
            *(
                "netifaces",
                "pyaudio",
                "pycrypto",
                "xmlsec",
                "pykerberos",
                "kerberos",
                "gssapi",
                "psycopg",
                "cassandra-driver",
            ),
            *("jpype1", "ibm_db", "cx-oracle", "pyodbc", "gevent", "scikit-learn", "systemd-python", "dbus-python"),
        }
    ),
    "npm": frozenset(
        {"node-sass", "bcrypt", "canvas", "sqlite3", "better-sqlite3", "node-gyp", "grpc", "zeromq", "usb"}
    ),
}
"""Packages of which some releases are compiled as they are installed."""
