"""How each package manager is told to leave out what only developers need, and what shows that it is needed after all."""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec import Struct, field


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


class Production(Struct, frozen=True):
    """A row of the table, for one package manager.

    ``phrases`` are the subcommands that install what the project's manifest lists, and ``folder`` where they put it: in
    the folder of the manifest, or an absolute path.
    """

    phrases: frozenset[str]
    option: str
    """What leaves the development dependencies out; empty where that is no option."""
    decided_by: frozenset[str]
    """Options that say for themselves which groups are installed."""
    folder: str
    variables: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Variables that leave them out when they have one of these values; any value, where there are none."""
    config: frozenset[str] = frozenset()
    """Words of a command that sets the same for good: ``bundle config set without …``."""
    prune: str = ""
    """The command that takes them out of a folder again."""
    prunes: frozenset[str] = frozenset()
    """Subcommands that do so."""
    older: str = ""
    """The option, where the release of the tool is one from before ``option``."""
    manifest: str = ""
    other: frozenset[str] = frozenset()
    """Options of a newer generation of the tool that has no such option."""


_NODE_ENV = {"NODE_ENV": frozenset({"production"})}
_TRUE = _words("1 true yes on")

PRODUCTION: Mapping[str, Production] = {
    "npm": Production(
        _words("install i in ins inst ci clean-install ic install-clean"),
        "--omit=dev",
        _words(
            "--omit --only --production --prod --include --dev --no-dev --also -g --global --location --no-production"
        ),
        "node_modules",
        {
            **_NODE_ENV,
            **dict.fromkeys(("NPM_CONFIG_PRODUCTION", "npm_config_production"), _TRUE),
            **dict.fromkeys(("NPM_CONFIG_OMIT", "npm_config_omit"), _words("dev")),
            **dict.fromkeys(("NPM_CONFIG_ONLY", "npm_config_only"), _words("prod production")),
        },
        _words("production omit only"),
        "npm prune --omit=dev",
        _words("prune"),
        older="--production",
        manifest="package.json",
    ),
    "yarn": Production(
        frozenset({"install", ""}),
        "--production",
        _words("--production --prod"),
        "node_modules",
        {**_NODE_ENV, "YARN_PRODUCTION": _TRUE},
        _words("production"),
        "yarn install --production --ignore-scripts --prefer-offline",
        _words("focus"),
        manifest="package.json",
        other=_words("--immutable --immutable-cache --check-cache --inline-builds --mode"),
    ),
    "pnpm": Production(
        _words("install i"),
        "--prod",
        _words("--prod -P --production --dev -D --no-prod -g --global"),
        "node_modules",
        _NODE_ENV,
        _words("production"),
        "pnpm prune --prod",
        _words("prune deploy"),
        manifest="package.json",
    ),
    "bun": Production(
        _words("install i"),
        "--production",
        _words("--production -p --omit -g --global"),
        "node_modules",
        manifest="package.json",
    ),
    "composer": Production(
        _words("install i"),
        "--no-dev",
        _words("--no-dev --dev"),
        "vendor",
        {"COMPOSER_NO_DEV": _TRUE},
        manifest="composer.json",
    ),
    "bundler": Production(
        frozenset({"install", ""}),
        "",
        _words("--without --with"),
        "/usr/local/bundle",
        {"BUNDLE_WITHOUT": frozenset(), "BUNDLE_ONLY": frozenset()},
        _words("without only"),
    ),
    "poetry": Production(
        _words("install sync"),
        "--only main",
        _words("--only --without --with --no-dev --all-groups --only-root --group"),
        ".venv",
        older="--no-dev",
        manifest="pyproject.toml",
    ),
    "uv": Production(
        _words("sync"),
        "--no-dev",
        _words("--no-dev --no-group --only-group --no-default-groups --only-dev --group --all-groups --dev"),
        ".venv",
        {"UV_NO_DEV": _TRUE, "UV_NO_DEFAULT_GROUPS": _TRUE, "UV_NO_GROUP": frozenset()},
        manifest="pyproject.toml",
    ),
    "pdm": Production(
        _words("install sync"),
        "--prod",
        _words("--prod --production --no-dev --dev -d -G --group --without"),
        ".venv",
        manifest="pyproject.toml",
    ),
}
"""By the name of the package manager. ``pipenv`` is not among them: it leaves them out unless it is told otherwise."""


class Asking(Struct, frozen=True):
    """By which options a package manager is asked for groups of packages, beside what it would install anyway.

    ``flags`` ask for what only developers need by themselves, ``groups`` for the groups, and ``extras`` for the extras
    of the project, that they name. ``instead`` is what to write in place of a flag or a group: nothing, where the groups
    are only installed when they are asked for.
    """

    phrases: frozenset[str]
    flags: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    extras: frozenset[str] = frozenset()
    instead: str = ""
    but: frozenset[str] = frozenset()
    """Options with which it installs something else."""


ASKING: Mapping[str, Asking] = {
    "pip": Asking(_words("install"), groups=_words("--group")),
    "pipenv": Asking(_words("install sync"), _words("--dev -d"), _words("--categories"), but=_words("--dev-only")),
    "poetry": Asking(
        _words("install sync"),
        _words("--all-groups"),
        _words("--with"),
        _words("--extras -E"),
        PRODUCTION["poetry"].option,
        _words("--only --without --only-root"),
    ),
    "uv": Asking(
        _words("sync"),
        _words("--dev --all-groups"),
        _words("--group"),
        _words("--extra"),
        PRODUCTION["uv"].option,
        _words("--no-dev --no-group --only-group --no-default-groups --only-dev"),
    ),
    "pdm": Asking(
        _words("install sync"),
        _words("--dev -d"),
        _words("--group -G"),
        frozenset(),
        PRODUCTION["pdm"].option,
        _words("--prod --production --no-dev --without --no-default"),
    ),
    "npm": Asking(
        PRODUCTION["npm"].phrases, groups=_words("--include"), instead=PRODUCTION["npm"].option, but=_words("--omit")
    ),
}
"""By the name of the package manager; of ``uv pip`` the row of ``pip`` counts."""

_GROUPS = _words(
    "dev develop devel development test tests testing unittest lint linting linter linters format formatting typing"
    " types typecheck mypy ci qa quality doc docs documentation debug"
)
_FILES = _words("requirements requirement reqs req pip python py packages deps dependencies base")


def is_development_group(name: str) -> bool:
    """Whether a group, or an extra, of this name is one for developers: ``dev``, ``dev-packages``, ``test``."""
    parts = re.split(r"[-_.]", name.lower())
    return parts[0] in _GROUPS and all(
        part in _GROUPS or part in ("packages", "deps", "dependencies") for part in parts
    )


def is_development_file(path: str) -> bool:
    """Whether a requirements file is one for developers: ``requirements-dev.txt``, ``requirements/test.txt``."""
    name = path.rpartition("/")[2].lower()
    parts = [part for part in re.split(r"[-_.]", name) if part not in _FILES and part not in ("txt", "in", "lock")]
    return bool(parts) and all(part in _GROUPS for part in parts)


BUILDING: Mapping[str, frozenset[str]] = {
    "node": _words(
        "npx tsc ng nest next nuxt vite webpack rollup esbuild gulp grunt bower parcel babel sass jest mocha eslint turbo nx"
        " lerna react-scripts vue-cli-service svelte-kit astro prisma node ts-node tsx bunx electron-builder hexo gatsby"
    ),
    "php": _words("phpunit phpstan psalm php-cs-fixer phpcs pest php box"),
    "ruby": _words("rspec rubocop cucumber guard brakeman"),
    "python": _words(
        "pytest tox nox flake8 black isort mypy ruff pylint pre-commit coverage sphinx-build mkdocs pyinstaller unittest"
    ),
}
"""Programs of an ecosystem that may be, or need, a development dependency."""

RUNNING: frozenset[str] = _words(
    "dev develop development start:dev start:debug start-dev serve watch nodemon ts-node ts-node-dev tsx vite ng"
    " webpack webpack-dev-server react-scripts vue-cli-service test tests jest mocha pytest storybook"
    " phpunit rspec guard lint debug expo gulp grunt --inspect --debug runserver --reload --watch preview cypress playwright"
)
"""Words of a CMD or ENTRYPOINT by which the container is one for development, or needs a tool of it."""

RUBY_MODES: frozenset[str] = frozenset({"RAILS_ENV", "RACK_ENV"})
"""Without one of them an application loads its development dependencies as it starts."""
OLD_NPM = 14
"""Up to this release of Node.js, ``npm`` is one from before ``--omit``."""
