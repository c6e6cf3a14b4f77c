"""Programs that run another program, and how to find that one among their words."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct


class HasValue(Protocol):
    """A word, for this module."""

    @property
    def text(self) -> str: ...
    @property
    def value(self) -> str | None: ...


class Wrapper(Struct, frozen=True):
    """How a wrapper's words are cut. After its options come ``positionals`` words, then the program it runs.

    ``valued`` are the options that take the next word as their value; an option with ``=`` or with its value attached
    needs none. ``subcommand``, where there is one, must stand first, as in ``conda run``.
    """

    valued: frozenset[str] = frozenset()
    positionals: int = 0
    assigns: bool = False
    """``name=value`` words may stand before the program."""
    queries: frozenset[str] = frozenset()
    """With one of these options no program is run: ``command -v pip``."""
    subcommand: str | None = None


def _options(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _valued(options: str, positionals: int = 0, subcommand: str | None = None) -> Wrapper:
    return Wrapper(_options(options), positionals, subcommand=subcommand)


WRAPPERS: dict[str, Wrapper] = {
    "sudo": Wrapper(
        _options(
            "-u -g -h -p -C -r -t -T -U -D -R --user --group --host --prompt --close-from --role --type --other-user"
            " --command-timeout --chdir --chroot"
        ),
        assigns=True,
        queries=frozenset({"-l", "-v", "-e", "--list", "--validate", "--edit"}),
    ),
    "doas": Wrapper(frozenset({"-u", "-C", "-a"}), assigns=True),
    "env": Wrapper(
        frozenset({"-u", "-C", "--unset", "--chdir"}), assigns=True, queries=frozenset({"-S", "--split-string"})
    ),
    "exec": _valued("-a"),
    "command": Wrapper(queries=frozenset({"-v", "-V"})),
    "builtin": Wrapper(),
    "busybox": Wrapper(queries=frozenset({"--list", "--install", "--help"})),
    "time": _valued("-f -o --format --output"),
    "nice": _valued("-n --adjustment"),
    "ionice": Wrapper(
        frozenset({"-c", "-n", "--class", "--classdata"}), queries=frozenset({"-p", "-P", "-u", "--pid", "--pgid"})
    ),
    "nohup": Wrapper(),
    "setsid": Wrapper(),
    "stdbuf": _valued("-i -o -e --input --output --error"),
    "eatmydata": Wrapper(),
    "fakeroot": _valued("-l -s -i -u -b --lib --faked"),
    "catchsegv": Wrapper(),
    "linux32": Wrapper(),
    "linux64": Wrapper(),
    "setarch": _valued("", positionals=1),
    "unbuffer": Wrapper(),
    "xargs": _valued("-n -I -P -L -d -a -E -s --max-args --max-procs --max-lines --delimiter --arg-file --max-chars"),
    "timeout": _valued("-s -k --signal --kill-after", positionals=1),
    "gosu": _valued("", positionals=1),
    "su-exec": _valued("", positionals=1),
    "s6-setuidgid": _valued("", positionals=1),
    "setuidgid": _valued("", positionals=1),
    "chroot": _valued("--userspec --groups", positionals=1),
    "setpriv": _valued(
        "--reuid --regid --groups --inh-caps --ambient-caps --bounding-set --securebits --pdeathsig --ruid --euid"
        " --rgid --egid --selinux-label --apparmor-profile"
    ),
    "retry": _valued("-t -d -n -m -s -w --tries --times --delay --max --min --sleep --until --backoff"),
    "travis_retry": Wrapper(),
    "tini": _valued("-s -p -e"),
    "dumb-init": _valued("-r --rewrite"),
    "dbus-run-session": _valued("--config-file --dbus-daemon"),
    "xvfb-run": _valued(
        "-e -f -n -p -s -w --error-file --auth-file --server-num --xauth-protocol --server-args --wait"
    ),
    "conda": _valued("-n -p --name --prefix --cwd", subcommand="run"),
    "mamba": _valued("-n -p --name --prefix --cwd", subcommand="run"),
    "micromamba": _valued("-n -p --name --prefix --cwd -e --env -a --attach", subcommand="run"),
    "poetry": _valued("-C -P --directory --project", subcommand="run"),
    "pipenv": Wrapper(subcommand="run"),
    "pdm": _valued("-p --project", subcommand="run"),
    "bundle": _valued("--gemfile", subcommand="exec"),
    "bundler": _valued("--gemfile", subcommand="exec"),
    "opam": _valued("--switch --root", subcommand="exec"),
    "rbenv": Wrapper(subcommand="exec"),
    "pyenv": Wrapper(subcommand="exec"),
    "nodenv": Wrapper(subcommand="exec"),
    "scl": Wrapper(positionals=1, subcommand="enable"),
    "runuser": Wrapper(frozenset({"-u", "--user", "-g", "-G", "--group", "--supp-group"})),
    "flock": _valued("-w -E --timeout --wait --conflict-exit-code", positionals=1),
}
"""By the name of the program, without folders."""

_NUMBERS = frozenset("0123456789.smhd")


def start_of(words: tuple[HasValue, ...]) -> int:
    """The index of the word that names the program which really runs, through all wrappers around it.

    A wrapper without a program behind it, or one that only asks about a program, is the program itself.
    """
    start = 0
    while True:
        inner = _program_behind(words, start)
        if inner is None:
            return start
        start = inner


def _program_behind(words: tuple[HasValue, ...], start: int) -> int | None:
    name = words[start].value or ""
    if "/" in name:
        name = name.rpartition("/")[2]
    wrapper = WRAPPERS.get(name)
    if wrapper is None:
        return None
    index = start + 1
    if wrapper.subcommand is not None:
        if index >= len(words) or words[index].value != wrapper.subcommand:
            return None
        index += 1
    found = _past_options(words, index, wrapper)
    if found is None:
        return None
    index = found + wrapper.positionals
    if name == "runuser" and not _names_user(words[start + 1 : found]):
        return None
    if name == "retry":
        index = _past_number(words, index)
    if index < len(words) and words[index].value == "--":
        index += 1
    return index if index < len(words) else None


def _past_options(words: tuple[HasValue, ...], index: int, wrapper: Wrapper) -> int | None:
    while index < len(words):
        text = words[index].value or words[index].text
        if text == "--":
            return index + 1
        if wrapper.assigns and "=" in text and text[0] not in "-=/":
            index += 1
            continue
        if text[:1] != "-":
            return index
        if text in wrapper.queries:
            return None
        index += 2 if text in wrapper.valued else 1
    return index


def _names_user(words: tuple[HasValue, ...]) -> bool:
    """``runuser -u x program`` runs it directly; ``runuser x -c '…'`` and ``runuser -l x`` are like ``su``."""
    return any((word.value or "").startswith(("-u", "--user")) for word in words)


def _past_number(words: tuple[HasValue, ...], index: int) -> int:
    """``retry 5 program``, as several scripts of that name have it."""
    while index < len(words) and words[index].value and set(words[index].value or "") <= _NUMBERS:
        index += 1
    return index
