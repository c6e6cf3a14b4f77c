"""Package managers: how to recognise what they do, where their caches lie, and how to keep those out of a layer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Operation(StrEnum):
    """What a command does with a package manager."""

    INSTALL = "install"
    UPDATE_INDEX = "update index"
    UPGRADE = "upgrade"
    CLEAN = "clean"
    REMOVE = "remove"
    DOWNLOAD = "download"
    BUILD = "build"


class Truth(StrEnum):
    """How a tool reads the value of an environment variable that is a switch."""

    PIP = "pip"
    """``y yes t true on 1`` and ``n no f false off 0`` are read as booleans, in any case; both turn the cache off,
    for ``PIP_NO_CACHE_DIR`` has no value that keeps it on but the empty one (pip, ``cli/cmdoptions.py``)."""
    SET = "set"
    """Any value that is not empty turns it on."""
    BOOLEAN = "boolean"
    """``1 true yes on`` turn it on."""


@dataclass(frozen=True, slots=True)
class PackageManager:
    """A row of the table. Paths are absolute inside the image; ``~`` is the home folder of the user who runs it."""

    name: str
    programs: tuple[str, ...]
    """Names of the program; a versioned one (``pip3.11``) counts where ``versioned`` is set."""
    operations: Mapping[str, Operation]
    """What each subcommand does; a subcommand of two words is written with a space."""
    versioned: bool = False
    module: str | None = None
    """The name for ``python -m``."""
    bare: Operation | None = None
    """What the program does without a subcommand."""
    valued: frozenset[str] = frozenset()
    """Options that take the next word as their value."""
    manifest_options: frozenset[str] = frozenset()
    """Those of them whose value names a file of requirements."""
    is_distribution: bool = False
    """It installs the packages of a Linux distribution."""
    caches: tuple[str, ...] = ()
    """Folders of downloads and built packages that an install leaves behind and nobody needs at run time."""
    indexes: tuple[str, ...] = ()
    """Folders of package lists that ``UPDATE_INDEX`` leaves behind."""
    no_cache_flag: str | None = None
    """The option of an install that keeps its cache from being written."""
    no_cache_flags: frozenset[str] = frozenset()
    """All options with that effect, the one above included."""
    no_cache_variables: Mapping[str, Truth] = field(default_factory=dict)
    cache_folder_variable: str | None = None
    clean: str | None = None
    """The command that removes caches and lists."""
    assume_yes: tuple[str, ...] = ()
    mounts: tuple[str, ...] = ()
    """The cache mounts that replace a cache in the layer, as values of ``--mount``."""
    aliases: tuple[str, ...] = ()
    """The ids under which other tools report what this manager leaves behind."""


_INSTALL, _UPDATE, _UPGRADE, _CLEAN, _REMOVE, _DOWNLOAD, _BUILD = (
    Operation.INSTALL,
    Operation.UPDATE_INDEX,
    Operation.UPGRADE,
    Operation.CLEAN,
    Operation.REMOVE,
    Operation.DOWNLOAD,
    Operation.BUILD,
)

_APT_VALUED = frozenset({"-t", "--target-release", "--default-release", "-o", "--option", "-c", "--config-file", "-a"})
_DNF_VALUED = frozenset(
    {"-c", "--config", "-d", "-e", "-x", "--exclude", "--installroot", "--releasever", "--enablerepo", "--disablerepo"}
)
_PIP_VALUED = frozenset(
    [
        "-r",
        "--requirement",
        "-c",
        "--constraint",
        "-e",
        "--editable",
        "-t",
        "--target",
        "--prefix",
        "--root",
        "--src",
        "-i",
        "--index-url",
        "--extra-index-url",
        "-f",
        "--find-links",
        "--platform",
        "--python-version",
        "--implementation",
        "--abi",
        "--only-binary",
        "--no-binary",
        "--upgrade-strategy",
        "--progress-bar",
        "--cache-dir",
        "--proxy",
        "--retries",
        "--timeout",
        "--trusted-host",
        "--cert",
        "--client-cert",
        "--log",
        "-w",
        "--wheel-dir",
        "-d",
        "--dest",
        "--config-settings",
        "-C",
        "--global-option",
        "--python",
        "--report",
        "--group",
        "--use-feature",
        "--keyring-provider",
    ],
)
_NPM = {
    "install": _INSTALL,
    "i": _INSTALL,
    "in": _INSTALL,
    "add": _INSTALL,
    "ci": _INSTALL,
    "clean-install": _INSTALL,
    "install-clean": _INSTALL,
    "update": _UPGRADE,
    "cache clean": _CLEAN,
    "uninstall": _REMOVE,
    "rm": _REMOVE,
    "remove": _REMOVE,
    "run": _BUILD,
    "run-script": _BUILD,
}

MANAGERS: tuple[PackageManager, ...] = (
    PackageManager(
        "apt",
        ("apt-get", "apt"),
        {
            "install": _INSTALL,
            "update": _UPDATE,
            "upgrade": _UPGRADE,
            "dist-upgrade": _UPGRADE,
            "full-upgrade": _UPGRADE,
            "clean": _CLEAN,
            "autoclean": _CLEAN,
            "remove": _REMOVE,
            "purge": _REMOVE,
            "autoremove": _REMOVE,
            "autopurge": _REMOVE,
            "download": _DOWNLOAD,
            "build-dep": _INSTALL,
        },
        valued=_APT_VALUED,
        is_distribution=True,
        caches=("/var/cache/apt",),
        indexes=("/var/lib/apt/lists",),
        clean="rm -rf /var/lib/apt/lists/*",
        assume_yes=("-y", "--yes", "--assume-yes", "-qq", "-yq", "-qy"),
        mounts=("type=cache,target=/var/cache/apt,sharing=locked", "type=cache,target=/var/lib/apt,sharing=locked"),
        aliases=("DL3009", "DS-0017"),
    ),
    PackageManager(
        "aptitude",
        ("aptitude",),
        {
            "install": _INSTALL,
            "update": _UPDATE,
            "upgrade": _UPGRADE,
            "safe-upgrade": _UPGRADE,
            "full-upgrade": _UPGRADE,
            "clean": _CLEAN,
            "remove": _REMOVE,
        },
        valued=_APT_VALUED,
        is_distribution=True,
        caches=("/var/cache/apt",),
        indexes=("/var/lib/apt/lists",),
        clean="rm -rf /var/lib/apt/lists/*",
        assume_yes=("-y", "--assume-yes"),
        aliases=("DL3009",),
    ),
    PackageManager(
        "apk",
        ("apk",),
        {
            "add": _INSTALL,
            "update": _UPDATE,
            "upgrade": _UPGRADE,
            "del": _REMOVE,
            "fetch": _DOWNLOAD,
            "cache clean": _CLEAN,
        },
        valued=frozenset({"-t", "--virtual", "-X", "--repository", "-p", "--root", "--arch", "--keys-dir", "--wait"}),
        is_distribution=True,
        caches=("/var/cache/apk", "/etc/apk/cache"),
        indexes=("/var/cache/apk",),
        no_cache_flag="--no-cache",
        no_cache_flags=frozenset({"--no-cache"}),
        clean="rm -rf /var/cache/apk/*",
        mounts=("type=cache,target=/etc/apk/cache",),
        aliases=("DL3019", "DS-0025", "DKL-DI-0004"),
    ),
    *(
        PackageManager(
            name,
            programs,
            {
                "install": _INSTALL,
                "localinstall": _INSTALL,
                "groupinstall": _INSTALL,
                "reinstall": _INSTALL,
                "update": _UPGRADE,
                "upgrade": _UPGRADE,
                "distro-sync": _UPGRADE,
                "makecache": _UPDATE,
                "check-update": _UPDATE,
                "clean": _CLEAN,
                "remove": _REMOVE,
                "erase": _REMOVE,
                "autoremove": _REMOVE,
                "builddep": _INSTALL,
                "module install": _INSTALL,
                "group install": _INSTALL,
                "download": _DOWNLOAD,
            },
            valued=_DNF_VALUED,
            is_distribution=True,
            caches=folders,
            indexes=folders,
            clean=clean,
            assume_yes=("-y", "--assumeyes"),
            mounts=(f"type=cache,target={folders[0]},sharing=locked",),
            aliases=aliases,
        )
        for name, programs, folders, clean, aliases in (
            ("yum", ("yum",), ("/var/cache/yum",), "yum clean all", ("DL3032", "DS-0015")),
            ("dnf", ("dnf", "dnf5"), ("/var/cache/dnf", "/var/cache/libdnf5"), "dnf clean all", ("DL3040", "DS-0019")),
            ("microdnf", ("microdnf",), ("/var/cache/yum",), "microdnf clean all", ("DL3040",)),
            ("tdnf", ("tdnf",), ("/var/cache/tdnf",), "tdnf clean all", ()),
        )
    ),
    PackageManager(
        "zypper",
        ("zypper",),
        {
            "install": _INSTALL,
            "in": _INSTALL,
            "install-new-recommends": _INSTALL,
            "refresh": _UPDATE,
            "ref": _UPDATE,
            "update": _UPGRADE,
            "up": _UPGRADE,
            "patch": _UPGRADE,
            "dist-upgrade": _UPGRADE,
            "dup": _UPGRADE,
            "clean": _CLEAN,
            "cc": _CLEAN,
            "remove": _REMOVE,
            "rm": _REMOVE,
            "source-install": _INSTALL,
            "si": _INSTALL,
            "download": _DOWNLOAD,
        },
        valued=frozenset({"-R", "--root", "-r", "--repo", "--from", "-t", "--type", "-c", "--config", "-p", "-D"}),
        is_distribution=True,
        caches=("/var/cache/zypp",),
        indexes=("/var/cache/zypp",),
        clean="zypper clean --all",
        assume_yes=("-n", "--non-interactive", "-y", "--no-confirm"),
        mounts=("type=cache,target=/var/cache/zypp,sharing=locked",),
        aliases=("DL3036", "DS-0020"),
    ),
    PackageManager(
        "pacman",
        ("pacman",),
        {},
        is_distribution=True,
        caches=("/var/cache/pacman/pkg",),
        indexes=("/var/lib/pacman/sync",),
        assume_yes=("--noconfirm",),
    ),
    PackageManager(
        "pip",
        ("pip",),
        {"install": _INSTALL, "wheel": _BUILD, "download": _DOWNLOAD, "uninstall": _REMOVE, "cache purge": _CLEAN},
        versioned=True,
        module="pip",
        valued=_PIP_VALUED,
        manifest_options=frozenset({"-r", "--requirement", "-c", "--constraint", "-e", "--editable"}),
        caches=("~/.cache/pip",),
        no_cache_flag="--no-cache-dir",
        no_cache_flags=frozenset({"--no-cache-dir", "--no-cache"}),
        no_cache_variables={"PIP_NO_CACHE_DIR": Truth.PIP},
        cache_folder_variable="PIP_CACHE_DIR",
        mounts=("type=cache,target=~/.cache/pip",),
        aliases=("DL3042",),
    ),
    PackageManager(
        "uv",
        ("uv",),
        {
            "pip install": _INSTALL,
            "pip sync": _INSTALL,
            "sync": _INSTALL,
            "add": _INSTALL,
            "tool install": _INSTALL,
            "build": _BUILD,
            "cache clean": _CLEAN,
            "cache prune": _CLEAN,
        },
        module="uv",
        valued=frozenset({"-r", "--requirement", "-c", "--constraint", "-e", "--editable", "-p", "--python", "--group"})
        | frozenset({"--extra", "--index-url", "--extra-index-url", "--index", "--default-index", "--directory"})
        | frozenset({"--project", "--package", "--no-group", "--only-group", "--cache-dir", "--link-mode", "--target"}),
        manifest_options=frozenset({"-r", "--requirement", "-c", "--constraint", "-e", "--editable"}),
        caches=("~/.cache/uv",),
        no_cache_flag="--no-cache",
        no_cache_flags=frozenset({"--no-cache", "--no-cache-dir", "-n"}),
        no_cache_variables={"UV_NO_CACHE": Truth.BOOLEAN},
        cache_folder_variable="UV_CACHE_DIR",
        mounts=("type=cache,target=~/.cache/uv",),
    ),
    PackageManager(
        "poetry",
        ("poetry",),
        {
            "install": _INSTALL,
            "add": _INSTALL,
            "sync": _INSTALL,
            "update": _UPGRADE,
            "build": _BUILD,
            "cache clear": _CLEAN,
        },
        module="poetry",
        valued=frozenset({"--with", "--without", "--only", "-E", "--extras", "-C", "--directory", "-P", "--project"}),
        caches=("~/.cache/pypoetry",),
        no_cache_flag="--no-cache",
        no_cache_flags=frozenset({"--no-cache"}),
        no_cache_variables={"POETRY_NO_CACHE": Truth.BOOLEAN},
        cache_folder_variable="POETRY_CACHE_DIR",
        mounts=("type=cache,target=~/.cache/pypoetry",),
    ),
    PackageManager(
        "pipenv",
        ("pipenv",),
        {"install": _INSTALL, "sync": _INSTALL, "update": _UPGRADE},
        module="pipenv",
        valued=frozenset({"-r", "--requirements", "--python", "--pypi-mirror", "--categories", "--index"}),
        caches=("~/.cache/pipenv", "~/.cache/pip"),
        no_cache_variables={"PIP_NO_CACHE_DIR": Truth.PIP},
        cache_folder_variable="PIPENV_CACHE_DIR",
        mounts=("type=cache,target=~/.cache/pipenv", "type=cache,target=~/.cache/pip"),
    ),
    PackageManager(
        "pdm",
        ("pdm",),
        {
            "install": _INSTALL,
            "sync": _INSTALL,
            "add": _INSTALL,
            "update": _UPGRADE,
            "build": _BUILD,
            "cache clear": _CLEAN,
        },
        module="pdm",
        valued=frozenset({"-G", "--group", "-p", "--project", "-L", "--lockfile"}),
        caches=("~/.cache/pdm",),
        cache_folder_variable="PDM_CACHE_DIR",
        mounts=("type=cache,target=~/.cache/pdm",),
    ),
    PackageManager(
        "conda",
        ("conda", "mamba", "micromamba"),
        {
            "install": _INSTALL,
            "create": _INSTALL,
            "update": _UPGRADE,
            "upgrade": _UPGRADE,
            "env create": _INSTALL,
            "env update": _INSTALL,
            "clean": _CLEAN,
            "remove": _REMOVE,
        },
        valued=frozenset({"-n", "--name", "-c", "--channel", "-p", "--prefix", "-f", "--file", "--solver"}),
        manifest_options=frozenset({"-f", "--file"}),
        caches=("/opt/conda/pkgs",),
        assume_yes=("-y", "--yes"),
        mounts=("type=cache,target=/opt/conda/pkgs",),
    ),
    PackageManager(
        "npm",
        ("npm",),
        _NPM,
        valued=frozenset({"--prefix", "-w", "--workspace", "--registry", "--cache", "-C", "--loglevel", "--omit"}),
        caches=("~/.npm",),
        clean="npm cache clean --force",
        cache_folder_variable="npm_config_cache",
        mounts=("type=cache,target=~/.npm",),
        aliases=("DL3060",),
    ),
    PackageManager(
        "yarn",
        ("yarn", "yarnpkg"),
        {
            "install": _INSTALL,
            "add": _INSTALL,
            "global add": _INSTALL,
            "workspaces focus": _INSTALL,
            "cache clean": _CLEAN,
            "remove": _REMOVE,
            "build": _BUILD,
        },
        bare=_INSTALL,
        valued=frozenset({"--cwd", "--registry", "--cache-folder", "--modules-folder", "--network-timeout"}),
        caches=("/usr/local/share/.cache/yarn", "~/.cache/yarn", "~/.yarn/berry/cache"),
        clean="yarn cache clean",
        cache_folder_variable="YARN_CACHE_FOLDER",
        mounts=("type=cache,target=/usr/local/share/.cache/yarn",),
        aliases=("DL3060",),
    ),
    PackageManager(
        "pnpm",
        ("pnpm",),
        {
            "install": _INSTALL,
            "i": _INSTALL,
            "add": _INSTALL,
            "fetch": _DOWNLOAD,
            "store prune": _CLEAN,
            "remove": _REMOVE,
            "rm": _REMOVE,
            "build": _BUILD,
            "run": _BUILD,
        },
        valued=frozenset({"--filter", "-F", "-C", "--dir", "--registry", "--store-dir", "--reporter"}),
        caches=("~/.local/share/pnpm/store",),
        clean="pnpm store prune",
        mounts=("type=cache,target=~/.local/share/pnpm/store",),
    ),
    PackageManager(
        "bun",
        ("bun",),
        {
            "install": _INSTALL,
            "i": _INSTALL,
            "add": _INSTALL,
            "a": _INSTALL,
            "remove": _REMOVE,
            "rm": _REMOVE,
            "pm cache rm": _CLEAN,
            "run": _BUILD,
            "build": _BUILD,
        },
        valued=frozenset({"--cwd", "--registry", "--cache-dir", "--backend", "--filter"}),
        caches=("~/.bun/install/cache",),
        cache_folder_variable="BUN_INSTALL_CACHE_DIR",
        mounts=("type=cache,target=~/.bun/install/cache",),
    ),
    PackageManager(
        "gem",
        ("gem",),
        {
            "install": _INSTALL,
            "i": _INSTALL,
            "update": _UPGRADE,
            "cleanup": _CLEAN,
            "build": _BUILD,
            "uninstall": _REMOVE,
        },
        versioned=True,
        valued=frozenset({"-v", "--version", "-s", "--source", "-i", "--install-dir", "-n", "--bindir", "-P"}),
        caches=("/usr/local/bundle/cache", "/var/lib/gems"),
    ),
    PackageManager(
        "bundler",
        ("bundle", "bundler"),
        {"install": _INSTALL, "update": _UPGRADE, "clean": _CLEAN, "add": _INSTALL},
        bare=_INSTALL,
        valued=frozenset({"-j", "--jobs", "--path", "--gemfile", "--without", "--with", "--retry"}),
        caches=("~/.bundle/cache", "/usr/local/bundle/cache"),
        mounts=("type=cache,target=/usr/local/bundle/cache",),
    ),
    PackageManager(
        "composer",
        ("composer", "composer.phar"),
        {
            "install": _INSTALL,
            "i": _INSTALL,
            "update": _UPGRADE,
            "require": _INSTALL,
            "create-project": _INSTALL,
            "clear-cache": _CLEAN,
            "clearcache": _CLEAN,
        }
        | {"global require": _INSTALL, "dump-autoload": _BUILD, "dumpautoload": _BUILD},
        valued=frozenset({"-d", "--working-dir"}),
        caches=("~/.cache/composer", "~/.composer/cache", "/tmp/cache"),
        no_cache_flag="--no-cache",
        no_cache_flags=frozenset({"--no-cache"}),
        no_cache_variables={},
        cache_folder_variable="COMPOSER_CACHE_DIR",
        mounts=("type=cache,target=~/.cache/composer",),
    ),
    PackageManager(
        "cargo",
        ("cargo",),
        {
            "install": _INSTALL,
            "build": _BUILD,
            "fetch": _DOWNLOAD,
            "b": _BUILD,
            "test": _BUILD,
            "rustc": _BUILD,
            "chef cook": _INSTALL,
        },
        valued=frozenset({"--path", "--git", "--root", "--version", "--target", "--features", "-F", "-p", "--package"})
        | frozenset({"--bin", "--example", "--profile", "--manifest-path", "--target-dir", "-j", "--jobs", "--branch"}),
        caches=("/usr/local/cargo/registry", "/usr/local/cargo/git", "~/.cargo/registry", "~/.cargo/git"),
        mounts=("type=cache,target=/usr/local/cargo/registry", "type=cache,target=/usr/local/cargo/git/db"),
    ),
    PackageManager(
        "go",
        ("go",),
        {
            "install": _INSTALL,
            "get": _INSTALL,
            "mod download": _DOWNLOAD,
            "build": _BUILD,
            "test": _BUILD,
            "clean": _CLEAN,
            "mod vendor": _DOWNLOAD,
            "mod tidy": _DOWNLOAD,
        },
        valued=frozenset({"-o", "-ldflags", "-tags", "-gcflags", "-p", "-mod", "-C", "-asmflags"}),
        caches=("/go/pkg/mod", "~/.cache/go-build"),
        cache_folder_variable="GOMODCACHE",
        mounts=("type=cache,target=/go/pkg/mod", "type=cache,target=~/.cache/go-build"),
    ),
    PackageManager(
        "maven",
        ("mvn", "mvnw"),
        {
            "dependency:go-offline": _DOWNLOAD,
            "dependency:resolve": _DOWNLOAD,
            "package": _BUILD,
            "install": _BUILD,
            "verify": _BUILD,
            "compile": _BUILD,
            "test": _BUILD,
            "clean": _BUILD,
            "deploy": _BUILD,
        },
        valued=frozenset({"-f", "--file", "-s", "--settings", "-pl", "--projects", "-P", "-T", "-D"}),
        caches=("~/.m2/repository",),
        mounts=("type=cache,target=~/.m2",),
    ),
    PackageManager(
        "gradle",
        ("gradle", "gradlew"),
        {
            "dependencies": _DOWNLOAD,
            "build": _BUILD,
            "assemble": _BUILD,
            "bootJar": _BUILD,
            "jar": _BUILD,
            "shadowJar": _BUILD,
            "clean": _BUILD,
            "test": _BUILD,
        },
        valued=frozenset({"-p", "--project-dir", "-b", "-g", "--gradle-user-home", "-x", "-c"}),
        caches=("~/.gradle/caches",),
        cache_folder_variable="GRADLE_USER_HOME",
        mounts=("type=cache,target=~/.gradle",),
    ),
    PackageManager(
        "dotnet",
        ("dotnet",),
        {
            "restore": _INSTALL,
            "tool install": _INSTALL,
            "build": _BUILD,
            "publish": _BUILD,
            "test": _BUILD,
            "nuget locals": _CLEAN,
            "tool restore": _INSTALL,
        },
        valued=frozenset({"-c", "--configuration", "-o", "--output", "-r", "--runtime", "-f", "--framework", "-v"}),
        caches=("~/.nuget/packages",),
        cache_folder_variable="NUGET_PACKAGES",
        mounts=("type=cache,target=~/.nuget/packages",),
    ),
    PackageManager(
        "mix",
        ("mix",),
        {
            "deps.get": _INSTALL,
            "deps.compile": _BUILD,
            "local.hex": _INSTALL,
            "local.rebar": _INSTALL,
            "compile": _BUILD,
            "release": _BUILD,
        },
        valued=frozenset({"--only"}),
        caches=("~/.hex",),
        mounts=("type=cache,target=~/.hex",),
    ),
    PackageManager(
        "dart",
        ("dart", "flutter"),
        {
            "pub get": _INSTALL,
            "pub global activate": _INSTALL,
            "pub upgrade": _UPGRADE,
            "compile": _BUILD,
            "build": _BUILD,
            "pub cache clean": _CLEAN,
        },
        caches=("~/.pub-cache",),
        mounts=("type=cache,target=~/.pub-cache",),
    ),
    PackageManager(
        "sbt",
        ("sbt",),
        {"update": _INSTALL, "compile": _BUILD, "assembly": _BUILD, "stage": _BUILD, "package": _BUILD},
        caches=("~/.ivy2/cache", "~/.cache/coursier"),
        mounts=("type=cache,target=~/.ivy2", "type=cache,target=~/.cache/coursier"),
    ),
)
"""One row a tool. The order does not matter."""

BY_PROGRAM: Mapping[str, PackageManager] = {program: row for row in MANAGERS for program in row.programs}
BY_MODULE: Mapping[str, PackageManager] = {row.module: row for row in MANAGERS if row.module}
