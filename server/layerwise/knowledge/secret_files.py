"""Files that hold secrets: by which names they are known, how their content shows it, and which programs read them."""

from __future__ import annotations

import re

from msgspec import Struct


class SecretFile(Struct, frozen=True):
    """``path`` matches the end of a path. ``content`` matches a text that does hold a secret.

    Where ``by_name`` is False the name says little, so that the content has to be seen.
    """

    path: re.Pattern[str]
    what: str
    content: re.Pattern[str]
    readers: tuple[str, ...] = ()
    by_name: bool = True
    over_ssh: bool = False
    """Its readers can be given the caller's SSH agent instead."""


def _file(path: str, what: str, content: str, readers: str = "", **more: bool) -> SecretFile:
    flags = re.MULTILINE | re.IGNORECASE
    return SecretFile(
        re.compile(rf"(?:^|/)(?:{path})/?$"), what, re.compile(content, flags), tuple(readers.split()), **more
    )


_NODE = "npm npx yarn pnpm bun"
_IN_URL = r"://[^/\s:@]*:[^@\s$]+@"
_VALUE = r"[ \t]*[=:][ \t]*[\"']?(?!\$\{)[^\s\"']"

MANY = 200
"""So many files of a folder are read at most."""

SECRET_FILES: tuple[SecretFile, ...] = (
    _file(r"id_(?:rsa|dsa|ecdsa|ed25519)", "a private SSH key", r"PRIVATE KEY", "git ssh scp rsync", over_ssh=True),
    _file(r"\.ssh", "the folder of SSH keys", r"PRIVATE KEY", "git ssh scp rsync"),
    _file(r"[._]netrc", "the file of passwords for servers", r"\bpassword\s+\S", "curl wget git pip pip3 go"),
    _file(r"\.git-credentials", "the file of passwords for git", _IN_URL, "git"),
    _file(r"\.pgpass", "the file of passwords for PostgreSQL", r"^[^#].*:", "psql pg_dump pg_restore"),
    _file(r"\.pypirc", "the file of passwords for Python packages", rf"^\s*password{_VALUE}", "twine"),
    _file(r"\.aws/credentials", "the file of AWS keys", rf"secret_access_key{_VALUE}", "aws"),
    _file(
        r"\.kube/config|kubeconfig|kube\.config",
        "the key to a cluster",
        rf"(?:client-key-data|token|password){_VALUE}",
        "kubectl helm",
    ),
    _file(
        r"\.env(?:\.(?!example|sample|template|dist|tpl|tmpl|test|ci|defaults?|schema|vault)\w+)?",
        "the file of settings and secrets",
        r"^\s*(?:export\s+)?\w*(?:SECRET|TOKEN|PASSWORD|PASSWD|API_?KEY|PRIVATE_KEY|ACCESS_KEY)\w*[ \t]*=[ \t]*[\"']?[^\s\"'$#<]",
    ),
    _file(r"\.npmrc", "the settings of npm", rf"(?:_authToken|_auth|_password){_VALUE}", _NODE, by_name=False),
    _file(r"\.yarnrc\.yml", "the settings of yarn", rf"(?:npmAuthToken|npmAuthIdent){_VALUE}", "yarn", by_name=False),
    _file(
        r"auth\.json",
        "the passwords of Composer",
        r'"(?:http-basic|[\w-]+-(?:oauth|token)|bearer)"\s*:\s*\{\s*"',
        "composer",
        by_name=False,
    ),
    _file(r"pip\.(?:conf|ini)", "the settings of pip", _IN_URL, "pip pip3", by_name=False),
    _file(r"settings\.xml", "the settings of Maven", r"<password>\s*(?!\$\{|\{)[^<\s]", "mvn", by_name=False),
    _file(
        r"\.docker/config\.json|\.dockercfg",
        "the passwords of registries",
        r'"auth"\s*:\s*"[^"]',
        "docker skopeo crane",
        by_name=False,
    ),
    _file(r"[^/]*\.(?:pem|key|ppk)", "a private key", r"-----BEGIN [A-Z ]*PRIVATE KEY-----", by_name=False),
)

NO_REAL_ONES = re.compile(
    r"(?:^|[/_.-])(?:tests?|testdata|fixtures?|examples?|samples?|demos?|dummy|fakes?|mocks?|snakeoil)(?:[/_.-]|$)",
    re.IGNORECASE,
)
"""Paths of files that are there for tests or to be looked at."""
