"""Servers of static sites from npm, what they are told by options, and the nginx that stands in for them."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

NGINX = "nginx:1.28-alpine"
NGINX_OF_A_USER = "nginxinc/nginx-unprivileged:1.28-alpine"
"""The same, for running without root."""


class SiteServer(Struct, frozen=True):
    """A server of files. ``single`` are the options by which it answers unknown paths with the first page."""

    port: int
    ports: frozenset[str]
    single: frozenset[str] = frozenset()
    ignored: frozenset[str] = frozenset()
    """Options without a value about its output and the like."""
    ignored_values: frozenset[str] = frozenset()
    ignored_starts: tuple[str, ...] = ()
    """The beginnings of options that have their value in the same word."""
    is_single: bool = False
    compresses: bool = False
    folder: str = "."


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


SERVERS: Mapping[str, SiteServer] = {
    "serve": SiteServer(
        3000,
        _words("-l --listen -p --port"),
        _words("-s --single"),
        _words("-n --no-clipboard -L --no-request-logging --no-port-switching -d --debug --no-etag"),
        compresses=True,
    ),
    "http-server": SiteServer(
        8080,
        _words("-p --port"),
        ignored=_words("-s --silent -i --no-dotfiles"),
        ignored_values=_words("-a -c"),
        ignored_starts=("-c", "-a"),
        folder="public",
    ),
}
"""By the name of the program."""


class DevelopmentServer(Struct, frozen=True):
    """A server that builds the source as it serves it. ``folder`` is where the same tool builds it to, otherwise."""

    port: int
    folder: str
    subcommands: frozenset[str]
    """One of these comes first; an empty word where it is started without any."""
    settings: tuple[str, ...] = ()
    """Files in which another folder may be named, with one of the words of ``elsewhere``."""
    elsewhere: tuple[str, ...] = ()
    preview: int = 0
    """The port at which it serves what is built, when it is told to."""


_VITE = tuple(f"vite.config.{ending}" for ending in ("js", "ts", "mjs", "mts", "cjs", "cts"))
DEVELOPMENT: Mapping[str, DevelopmentServer] = {
    "react-scripts": DevelopmentServer(3000, "build", frozenset({"start"}), (".env",), ("BUILD_PATH",)),
    "vite": DevelopmentServer(5173, "dist", frozenset({"", "dev", "serve", "preview"}), _VITE, ("outDir",), 4173),
    "vue-cli-service": DevelopmentServer(
        8080, "dist", frozenset({"serve"}), ("vue.config.js",), ("outputDir", "--dest")
    ),
    "ng": DevelopmentServer(4200, "", frozenset({"serve"}), (), ("--output-path",)),
}
"""By the name of the program."""

BUILDERS: frozenset[str] = frozenset(DEVELOPMENT) | {"webpack", "rollup", "parcel", "gatsby", "astro", "eleventy"}
"""Programs that build a site when they are told ``build``."""
