"""Which names of variables speak of secrets, by whose judgement, and which values show that there is none.

The lists of names are those of BuildKit's check ``SecretsUsedInArgOrEnv`` (``dockerfile2llb/validations.go``, with the
exceptions of Dockerfile syntax 1.14) and of hadolint's DL3064, so that their ids mean here what they mean there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

BUILDKIT_NAME = re.compile(
    r"(?:_|^)(?:apikey|auth|credentials?|key|password|pword|passwd|secret|token)(?:_|$)", re.IGNORECASE
)
BUILDKIT_EXCEPTION = re.compile(r"(?:_|^)(?:public|file|version)(?:_|$)", re.IGNORECASE)
HADOLINT_NAME = re.compile(r"api_key|aws_access_key_id|password|private|secret|token|username", re.IGNORECASE)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ABOUT_ONE = _words(
    "ALG ALGORITHM BACKEND BYTES CLASS CONF CONFIG COUNT DAYS DIR DIRECTORY DISABLED DOMAIN ENABLE ENABLED ENDPOINT"
    " EXPIRATION EXPIRE EXPIRES EXPIRY FILE FILES FINGERPRINT FOLDER FORMAT HEADER HOST HOSTNAME HOURS ID IDS INDEX"
    " INTERVAL ISSUER KEYID KEYSERVER LENGTH LIFETIME LIMIT LOCATION METHOD MINUTES MODE NAME PATH PLUGIN POLICY PORT"
    " PREFIX PROVIDER REALM REGION REQUIRED SECONDS SERVER SERVICE SIZE SOURCE STORE SUFFIX TIMEOUT TTL TYPE TYPES"
    " URI URL USER USERNAME VERSION"
)
"""Last words of names that say something about a secret, and are none: ``TOKEN_URL``, ``AUTH_TYPE``, ``KEY_ID``."""
TOGGLES = _words("DISABLE ENABLE HAS NO REQUIRE SKIP USE WITH WITHOUT")
"""First words of names that turn something on or off."""
IDS_OF_KEYS = re.compile(r"ACCESS_KEY_ID$", re.IGNORECASE)
"""Half of a credential, whatever its last word says."""
STRONG = _words("APIKEY CREDENTIAL CREDENTIALS PASSWORD PWORD PASSWD SECRET TOKEN PRIVATE")
"""Words that mean a secret by themselves; ``KEY`` and ``AUTH`` mean one in some company only."""
OF_SECRET_KEYS = _words(
    "ACCESS ACCOUNT AES API APP CLIENT DEPLOY ENCRYPTION HMAC JWT LICENSE MASTER SESSION SHARED STORAGE"
)
"""Words beside ``KEY`` that make it a secret one."""
OF_PUBLIC_KEYS = _words("APT DEB GPG PGP PUB PUBLIC RELEASE REPO REPOSITORY RPM")
"""Words beside ``KEY`` that make it the key by which others check a signature."""

NO_VALUE = re.compile(
    r"|true|false|yes|no|on|off|none|null|nil|undefined|\d{1,5}"
    r"|(?:build-?)?(?:dummy|fake|placeholder|unused|ignored|irrelevant|example|sample|test|todo)\w*"
    r"|changeit|minioadmin|harbor12345"
    r"|(?:not|no|un)[-_ ]?(?:used|set|needed|real|secret|secure)\w*|x{3,}|\*{3,}|\.{3,}|<[^>]*>",
    re.IGNORECASE,
)
"""Values that stand for having none, say of themselves that they are not real, or that a product's own manual names as
what it comes with: the password of Java's trust store, of MinIO, of Harbor."""
PLACE = re.compile(r"(?:[a-z][a-z0-9+.-]*://(?![^/@\s]*:[^/@\s]*@)|\.{0,2}/|~/|[A-Za-z]:\\)\S*")
"""A path, or a URL without a password in it."""
FINGERPRINT = re.compile(r"(?:0x)?(?:[0-9A-Fa-f]{8}|[0-9A-Fa-f]{16}|[0-9A-Fa-f]{40})(?:\s.*)?", re.DOTALL)
"""By which a public key is known, or several of them."""
WORD = re.compile(r"[A-Za-z]+(?:[-_. ][A-Za-z]+)*")
"""A value that is made of words, as a setting is."""

_NODE = ("npm", "npx", "yarn", "pnpm", "bun", "lerna", "turbo", "nx")
_AWS = ("aws", "terraform", "sam", "cdk", "serverless", "s3cmd")
READERS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(
        ("NPM_TOKEN", "NODE_AUTH_TOKEN", "NPM_AUTH_TOKEN", "NPM_AUTH", "FONTAWESOME_NPM_AUTH_TOKEN"), _NODE
    ),
    **dict.fromkeys(("YARN_NPM_AUTH_TOKEN", "YARN_AUTH_TOKEN"), ("yarn",)),
    **dict.fromkeys(("GITHUB_TOKEN", "GH_TOKEN"), (*_NODE, "gh", "mvn", "gradle", "composer")),
    "COMPOSER_AUTH": ("composer",),
    "CARGO_REGISTRY_TOKEN": ("cargo",),
    **dict.fromkeys(("UV_PUBLISH_TOKEN", "UV_PUBLISH_PASSWORD"), ("uv",)),
    "TWINE_PASSWORD": ("twine",),
    **dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"), _AWS),
    "SENTRY_AUTH_TOKEN": (*_NODE, "sentry-cli"),
    **dict.fromkeys(("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"), ("hf", "huggingface-cli")),
    **dict.fromkeys(("RAILS_MASTER_KEY", "SECRET_KEY_BASE"), ("rails", "rake", "bundle")),
    **dict.fromkeys(("NUGET_TOKEN", "NUGET_AUTH_TOKEN", "NUGET_PASSWORD"), ("dotnet", "nuget", "msbuild")),
}
"""By the name of a variable the programs that read it, or a file of settings which names it, without being told so."""
