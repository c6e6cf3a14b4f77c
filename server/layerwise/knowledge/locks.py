"""How the package managers are told to take what the lock file of a project says, and nothing else.

Sources: the manuals of the tools. Which files and subcommands there are besides stands in ``manifests``.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field


class Locking(Struct, frozen=True):
    """One package manager. Without its ``remedy`` an install changes the lock file where that does not fit."""

    files: tuple[str, ...]
    manifest: str
    subcommands: frozenset[str]
    """Those that install what the lock file says as long as it fits; of ``Install.subcommand``."""
    option: str = ""
    """The remedy as an option."""
    replacement: str = ""
    """The remedy as another subcommand."""
    variable: str = ""
    """The remedy as a variable of the command."""
    settled: frozenset[str] = frozenset()
    """Options by which somebody has decided what becomes of the lock file, one way or the other."""
    variables: frozenset[str] = frozenset()
    """Variables that decide it."""
    configured: Mapping[str, str] = field(default_factory=dict)
    """Files of settings that decide it, with a word that they then hold."""
    settings: frozenset[str] = frozenset()
    """Words of a command that sets up the tool, as ``bundle config set frozen true`` does."""
    relocks: frozenset[str] = frozenset()
    """Subcommands that resolve again although there is a lock file, besides those that upgrade."""
    instead: str = ""
    """The subcommand to use in place of one that upgrades."""
    is_strict: bool = False
    """An install that does not say how it treats the lock file is worth a warning."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


LOCKS: Mapping[str, Locking] = {
    "npm": Locking(
        ("package-lock.json", "npm-shrinkwrap.json"),
        "package.json",
        _words("install i in"),
        replacement="ci",
        settled=_words("--no-package-lock --package-lock --package-lock-only --no-lockfile"),
        variables=_words("npm_config_package_lock NPM_CONFIG_PACKAGE_LOCK"),
        configured={".npmrc": "package-lock"},
        settings=_words("package-lock"),
        is_strict=True,
    ),
    "yarn": Locking(
        ("yarn.lock",),
        "package.json",
        frozenset({"", "install"}),
        option="--frozen-lockfile",
        settled=_words(
            "--frozen-lockfile --immutable --no-immutable --pure-lockfile --no-lockfile --no-frozen-lockfile --mode"
        ),
        variables=_words("YARN_ENABLE_IMMUTABLE_INSTALLS"),
        configured={".yarnrc.yml": "enableImmutableInstalls", ".yarnrc": "frozen-lockfile"},
        settings=_words("enableImmutableInstalls frozen-lockfile"),
    ),
    "pnpm": Locking(
        ("pnpm-lock.yaml",),
        "package.json",
        _words("install i"),
        option="--frozen-lockfile",
        settled=_words(
            "--frozen-lockfile --no-frozen-lockfile --prefer-frozen-lockfile --no-lockfile --lockfile-only --offline"
        ),
        variables=_words("CI npm_config_frozen_lockfile NPM_CONFIG_FROZEN_LOCKFILE pnpm_config_frozen_lockfile"),
        configured={".npmrc": "lockfile", "pnpm-workspace.yaml": "frozenLockfile"},
        settings=_words("frozen-lockfile lockfile"),
    ),
    "bun": Locking(
        ("bun.lock", "bun.lockb"),
        "package.json",
        _words("install i"),
        option="--frozen-lockfile",
        settled=_words("--frozen-lockfile --no-save --lockfile-only"),
        configured={"bunfig.toml": "frozenLockfile"},
    ),
    "uv": Locking(
        ("uv.lock",),
        "pyproject.toml",
        _words("sync"),
        option="--locked",
        settled=_words("--locked --frozen --check --upgrade -U --upgrade-package -P --no-lock"),
        variables=_words("UV_LOCKED UV_FROZEN"),
    ),
    "pipenv": Locking(
        ("Pipfile.lock",),
        "Pipfile",
        _words("install"),
        option="--deploy",
        settled=_words("--deploy --ignore-pipfile --skip-lock"),
        variables=_words("PIPENV_IGNORE_PIPFILE PIPENV_SKIP_LOCK"),
        relocks=_words("lock"),
    ),
    "poetry": Locking(
        ("poetry.lock",),
        "pyproject.toml",
        frozenset(),
        settled=_words("--no-update --check --dry-run --lock"),
        relocks=_words("lock"),
        instead="install",
    ),
    "bundler": Locking(
        ("Gemfile.lock",),
        "Gemfile",
        frozenset({"", "install"}),
        variable="BUNDLE_FROZEN=true",
        settled=_words("--frozen --deployment --local --no-deployment"),
        variables=_words("BUNDLE_FROZEN BUNDLE_DEPLOYMENT"),
        configured={".bundle/config": "BUNDLE_"},
        settings=_words("frozen deployment"),
    ),
    "composer": Locking(
        ("composer.lock",), "composer.json", frozenset(), settled=_words("--lock --dry-run"), instead="install"
    ),
    "cargo": Locking(
        ("Cargo.lock",),
        "Cargo.toml",
        _words("build b fetch"),
        option="--locked",
        settled=_words("--locked --frozen --offline"),
    ),
}
"""By the name of the row in ``packages``."""
