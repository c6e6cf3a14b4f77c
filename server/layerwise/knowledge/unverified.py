"""By which words programs are told not to check certificates, or the signatures of packages."""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec import Struct


class Unverifying(Struct, frozen=True):
    """``option`` matches a word; ``letter`` is the same as one letter, which may stand among others."""

    option: str = ""
    letter: str = ""
    takes_value: bool = False


_RPM = Unverifying(r"--nogpgcheck|--no-gpg-checks?|--setopt=\*?\.?(?:gpgcheck|sslverify)=(?:0|false)")
OPTIONS: Mapping[str, Unverifying] = {
    "curl": Unverifying("--insecure", "k"),
    "wget": Unverifying("--no-check-certificate"),
    "pip": Unverifying(r"--trusted-host(?:=.*)?", takes_value=True),
    **dict.fromkeys(("npm", "pnpm", "yarn"), Unverifying(r"--strict-ssl=false|--no-strict-ssl")),
    "apt": Unverifying(r"--allow-unauthenticated|--allow-insecure-repositories"),
    **dict.fromkeys(("dnf", "yum", "microdnf", "tdnf", "zypper"), _RPM),
}
"""By the name of a program, or of a package manager."""

CONFIGURING = frozenset({"git", "npm", "pnpm", "yarn", "conda"})
SETTINGS = re.compile(
    r"^git (?:-\S+ )*(?:-c http\.(?:\S+\.)?sslVerify=(?:false|0)|config .*http\.(?:\S+\.)?sslVerify (?:false|0))"
    r"|^(?:npm|pnpm|yarn) (?:config )?set (?:-g )?strict-ssl[ =]false"
    r"|^conda config --set ssl_verify (?:false|no)",
    re.IGNORECASE,
)
"""Commands that turn the check off, for themselves or for all that follow."""

VARIABLES: Mapping[str, tuple[str, ...]] = {
    "GIT_SSL_NO_VERIFY": ("1", "true", "yes"),
    "NODE_TLS_REJECT_UNAUTHORIZED": ("0",),
    "PYTHONHTTPSVERIFY": ("0",),
}
"""Variables that turn it off, by their values."""

LOCAL = re.compile(r"://(?:localhost|127\.|\[::1\]|0\.0\.0\.0|host\.docker\.internal)")
"""Addresses of the same machine."""
