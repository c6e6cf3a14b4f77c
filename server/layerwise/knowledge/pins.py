"""How each package manager is told one version of a package. Knows how such words look, not what is available."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


class Pinning(Struct, frozen=True):
    """A row of the table, for one package manager.

    The texts are regular expressions, looked for in a word that names a package.
    """

    phrases: frozenset[str]
    """The subcommands that take the newest version of what they are given."""
    pinned: str
    """The word says a version, or a range of versions."""
    elsewhere: str = r"(?!)"
    """The word is a file, a folder or an address: whatever it holds is no matter of versions."""
    settles: frozenset[str] = frozenset()
    """Options that say the versions for all packages, or where else they come from."""
    alias: str | None = None
    """The id under which hadolint reports the same."""
    alias_pinned: str | None = None
    """What hadolint takes for pinned, where that is more than ``pinned``."""
    alias_phrases: frozenset[str] = frozenset()
    """The subcommands that hadolint knows, where those are not all."""
    programs: frozenset[str] = frozenset()
    """The programs that hadolint looks at, where those are not all."""
    itself: frozenset[str] = frozenset()
    """The packages of the tool itself, which people renew on purpose."""
    aside: bool = False
    """Versions of single packages are seldom what people pin there."""
    joint: str = "="
    """What stands between the name of a package and its version."""
    options_eat: bool = False
    """hadolint takes the word behind any option for its value."""


_FILE = r"^[./~]|^file:|\$\("
_RPM_FILE = r"/|\.rpm$"
_RPM = r"-(?:\d|v\d)|-\$|:|[<>=]"
_PYTHON = r"[=<>~!@$]"
_NODE = r"^(?:npm:)?@?[^@]+@(?!(?:latest|next|canary)$).|[#$]"
_NODE_FILE = r"^[./~]|^file:|^link:|\.tar$|\.t(?:ar\.)?gz$|\.git$|#"

PINNINGS: Mapping[str, Pinning] = {
    "apt": Pinning(_words("install"), r"=|/|\$", r"^\.|^/|\.deb$|[-+]$", alias="DL3008", programs=_words("apt-get")),
    "aptitude": Pinning(_words("install"), r"=|/|\$", r"[-+_]$|^[~?]"),
    "apk": Pinning(_words("add"), r"[=<>~@$]", r"\.apk$|^[./]|^!|^-", alias="DL3018"),
    "yum": Pinning(_words("install") | {"module install"}, _RPM, _RPM_FILE, alias="DL3033", joint="-"),
    "dnf": Pinning(
        _words("install in") | {"module install"},
        _RPM,
        _RPM_FILE + "|^@",
        alias="DL3041",
        programs=_words("dnf"),
        joint="-",
    ),
    "microdnf": Pinning(
        _words("install") | {"module install"},
        _RPM,
        _RPM_FILE,
        alias="DL3041",
        joint="-",
    ),
    "tdnf": Pinning(_words("install"), _RPM, _RPM_FILE, joint="-"),
    "zypper": Pinning(_words("install in"), r"[=<>$]", r"\.rpm$|^[./]|^-", alias="DL3037"),
    "pip": Pinning(
        _words("install"),
        _PYTHON,
        r"^[./~]|/|\\|\.(?:whl|zip|tar\.gz|tgz|tar\.bz2)(?:$|\[)",
        settles=_words("-c --constraint --no-index -r --requirement"),
        alias="DL3013",
        itself=_words("pip setuptools wheel"),
        joint="==",
    ),
    "uv": Pinning(
        frozenset({"pip install", "tool install"}),
        _PYTHON,
        r"^[./~]|/|\.(?:whl|zip|tar\.gz|tgz)(?:$|\[)",
        settles=_words("-c --constraint --constraints -r --requirement --requirements --no-index --exclude-newer"),
        itself=_words("pip setuptools wheel uv"),
        joint="==",
    ),
    "pipx": Pinning(
        _words("install"), _PYTHON, r"^[./~]|/|\.whl$", settles=_words("--spec"), alias="DL3013", joint="=="
    ),
    "conda": Pinning(_words("install"), r"[=<>$]", r"/|^@|\.conda$|\.tar\.bz2$", aside=True),
    "npm": Pinning(
        _words("install i in add"),
        _NODE,
        _NODE_FILE,
        alias="DL3016",
        alias_phrases=_words("install"),
        alias_pinned=r"^(?:@[^@/]+/)?[^@/:]+@",
        itself=_words("npm"),
        joint="@",
    ),
    "yarn": Pinning(frozenset({"add", "global add"}), _NODE, _NODE_FILE, joint="@"),
    "pnpm": Pinning(_words("add"), _NODE, _NODE_FILE, joint="@"),
    "bun": Pinning(_words("add a"), _NODE, _NODE_FILE, joint="@"),
    "gem": Pinning(
        _words("install i"),
        r"[:$]",
        r"\.gem$|/",
        settles=_words("-v --version -g --file"),
        alias="DL3028",
        programs=_words("gem"),
        options_eat=True,
        joint=":",
    ),
    "go": Pinning(
        _words("get install run"),
        r"@(?!(?:latest|master|main|HEAD|upgrade)$).|\$",
        r"^[./]|\.\.\.$|\.go$|^all$|^std$",
        alias="DL3062",
        joint="@",
    ),
    "cargo": Pinning(
        _words("install"),
        r"@|\$",
        _FILE,
        settles=_words("--version --vers --git --path"),
        joint="@",
    ),
    "composer": Pinning(frozenset({"require", "global require", "r"}), r"[:=$]", r"^php$|^ext-", joint=":"),
}
"""By the name of the package manager."""
