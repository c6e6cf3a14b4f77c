"""What servers do when they get a signal, as their own manuals say, and which images set one for ``docker stop``."""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec import Struct


class Manners(Struct, frozen=True):
    """``wanted`` is the signal by which a server finishes what it is doing; ``others`` what it does at other ones."""

    wanted: str
    others: Mapping[str, str]


_DROPS = "drops the requests that it is working on"
_RELOADS = "only reads its configuration anew"
_NGINX = Manners("SIGQUIT", {"SIGTERM": _DROPS, "SIGINT": _DROPS, "SIGHUP": _RELOADS, "SIGWINCH": "stays where it is"})
_APACHE = Manners("SIGWINCH", {"SIGTERM": _DROPS, "SIGHUP": "starts anew", "SIGUSR1": "starts anew"})
_SYSTEMD = Manners("SIGRTMIN+3", {"SIGTERM": "starts itself anew", "SIGHUP": _RELOADS, "SIGINT": "reboots"})

SERVERS: Mapping[str, Manners] = {
    "nginx": _NGINX,
    "openresty": _NGINX,
    "httpd": _APACHE,
    "apache2": _APACHE,
    "httpd-foreground": _APACHE,
    "php-fpm": Manners("SIGQUIT", {"SIGTERM": _DROPS, "SIGINT": _DROPS, "SIGUSR2": _RELOADS}),
    "haproxy": Manners("SIGUSR1", {"SIGTERM": "drops all connections", "SIGINT": "drops all connections"}),
    "postgres": Manners(
        "SIGINT",
        {
            "SIGTERM": "waits for its clients to go, and is killed before they do",
            "SIGQUIT": "aborts, and has to recover at the next start",
            "SIGHUP": _RELOADS,
        },
    ),
    "systemd": _SYSTEMD,
}
"""By the name of the program; with a version behind the name, it is that without."""

SYSTEMD_PATHS: frozenset[str] = frozenset({"/lib/systemd/systemd", "/usr/lib/systemd/systemd", "/bin/systemd"})
INITS: frozenset[str] = frozenset({"/sbin/init", "/usr/sbin/init"})
"""Which is systemd on the distributions below, if nothing else has been put there."""
WITH_SYSTEMD: frozenset[str] = frozenset({"centos", "fedora", "almalinux", "rockylinux", "oraclelinux"})

PASSING_ON: frozenset[str] = frozenset({"tini", "dumb-init", "docker-entrypoint.sh", "entrypoint.sh", "exec", "gosu"})
"""What stands before a server and passes signals on to it, or puts it in its own place."""

WITHOUT_SIGNAL: frozenset[str] = frozenset(
    {
        *("alpine", "debian", "ubuntu", "busybox", "buildpack-deps", "centos", "fedora", "almalinux", "rockylinux"),
        *("amazonlinux", "oraclelinux", "archlinux", "opensuse/leap", "opensuse/tumbleweed", "photon"),
        *("python", "node", "ruby", "golang", "rust", "perl", "openjdk", "eclipse-temurin", "amazoncorretto"),
    }
)
"""Images that set no STOPSIGNAL, so that ``docker stop`` sends SIGTERM."""

_NUMBERS: Mapping[str, str] = {
    "1": "HUP",
    "2": "INT",
    "3": "QUIT",
    "6": "ABRT",
    "9": "KILL",
    "10": "USR1",
    "12": "USR2",
    "15": "TERM",
    "19": "STOP",
    "28": "WINCH",
    "37": "RTMIN+3",
}
_NAME = re.compile(r"(?:SIG)?([A-Z]+[0-9]?(?:[+-]\d+)?)", re.IGNORECASE)


def signal_name(text: str) -> str | None:
    """The full name of a signal as STOPSIGNAL takes it: by number (of Linux), or with or without ``SIG``."""
    if text in _NUMBERS:
        return f"SIG{_NUMBERS[text]}"
    match = _NAME.fullmatch(text)
    return f"SIG{match[1].upper()}" if match else None
