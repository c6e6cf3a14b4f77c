"""Package managers: how to recognise what they do, where their caches lie, and how to keep those out of a layer.

One row a tool. A rule that differs only by package manager is one rule over this table. Options and folders are those of
each tool's own manual, and of its source where the manual leaves something open.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct, field


class Operation(StrEnum):
    """What a command does with a package manager."""

    INSTALL = "install"
    UPDATE_INDEX = "update index"
    UPGRADE = "upgrade"
    CLEAN = "clean"
    REMOVE = "remove"
    DOWNLOAD = "download"
    """Packages are fetched, into a folder or the tool's cache, but not installed."""
    BUILD = "build"
    """The project is compiled or a script of it is run; what is missing is fetched on the way by some."""


class Folder(Struct, frozen=True):
    """Where a tool keeps something: ``path``, unless one of the variables in ``moved_by`` is set.

    Paths are absolute inside the image, ``~`` is the home folder of the user who runs the tool; one that only the tool itself
    knows is written as what asks it. ``moved_by`` are pairs of a
    variable and what is appended to its value, those that win first.
    """

    path: str
    moved_by: tuple[tuple[str, str], ...] = ()
    or_at: tuple[str, ...] = ()
    """Where other releases of the tool, or other users, have the same, as globs: what is done there counts too."""
    filled_by: frozenset[Operation] = frozenset()
    """The operations that fill it, where they are not all that fill the caches of the tool."""
    of_users: str = ""
    """Where it lies for users who are not root, if that is elsewhere."""


class Switch(Struct, frozen=True):
    """An environment variable that turns a cache off when it has one of ``values``, compared in lower case."""

    name: str
    values: frozenset[str]


class PackageManager(Struct, frozen=True):
    """A row of the table."""

    name: str
    programs: tuple[str, ...]
    operations: Mapping[str, Operation | None]
    """What each subcommand does, None for nothing; one of several words is written with spaces. Where there are none, all
    operands are packages."""
    ecosystem: str = ""
    """What its packages are for: ``python``, ``node``, ``rust`` …; empty for a Linux distribution's."""
    versioned: bool = False
    """The program may carry a version: ``pip3.11``."""
    module: str | None = None
    """The name for ``python -m``."""
    bare: Operation | None = None
    """What the program does without a subcommand."""
    otherwise: Operation | None = None
    """What it does with a subcommand that is not in the table: a script of the project, or a task."""
    goals: bool = False
    """Each operand is a subcommand of its own: ``mvn clean package``."""
    option_operations: Mapping[str, Operation] = field(default_factory=dict)
    """Options that do something by themselves, besides what the subcommand does."""
    valued: frozenset[str] = frozenset()
    """Options that take the next word as their value."""
    long_dash: bool = False
    """Options of several letters have one dash, so that ``-o`` is not bundled in ``-mod``."""
    attaches: bool = True
    """A value may stand right behind the letter of its option: ``-rdev.txt``."""
    package_options: frozenset[str] = frozenset()
    """Those of ``valued`` whose value is a package, as in ``pip install -e .``."""
    manifest_options: frozenset[str] = frozenset()
    """Those of ``valued`` whose value names a file of requirements, or the project's manifest."""
    manifest_operands: frozenset[str] = frozenset()
    """Subcommands whose operands are such files."""
    manifests: tuple[str, ...] = ()
    """Names and patterns of the files in which a project says what it needs."""
    locks: tuple[str, ...] = ()
    """Names of the files that pin it."""
    is_distribution: bool = False
    """It installs the packages of a Linux distribution."""
    caches: tuple[Folder, ...] = ()
    """What is left behind for the next install, and nobody needs at run time."""
    filled_by: frozenset[Operation] = frozenset({Operation.INSTALL, Operation.DOWNLOAD, Operation.UPGRADE})
    """The operations that fill the caches."""
    feeds_later: bool = False
    """Later commands of the same tool live on the cache, and may fail without it."""
    indexes: tuple[str, ...] = ()
    """Folders of package lists that ``UPDATE_INDEX``, or an install by itself, leaves behind."""
    installs_from_index: bool = False
    """An install fails where the lists are missing; other tools fetch them by themselves."""
    no_cache: str | None = None
    """The option of an install that keeps its cache from being filled."""
    no_cache_options: frozenset[str] = frozenset()
    """All options with that effect, the one above included."""
    cache_option: str | None = None
    """The option that moves the cache elsewhere."""
    switches: tuple[Switch, ...] = ()
    clean: str | None = None
    """The command that removes caches and lists; ``{0}``, ``{1}`` … stand for ``caches``, ``{program}`` for the program."""
    clean_words: tuple[frozenset[str], ...] = ()
    """For each of ``caches``, the last for all behind it: words of which the tool's clean command needs one to empty it, and
    for a distribution the package lists with it. Where there are none, any clean command does."""
    assume_yes: tuple[str, ...] = ()
    """Options that answer all questions; the first is what people write."""
    leave_recommended: str | None = None
    """The option that leaves out packages which are merely recommended."""
    leave_recommended_options: frozenset[str] = frozenset()
    mounts: tuple[Folder, ...] = ()
    """The targets of the cache mounts that BuildKit users write, where they are not the caches themselves."""
    later_mounts: tuple[Folder, ...] = ()
    """The same for later releases of the tool, where the command shows that it is one."""
    sharing: str | None = None
    """The sharing mode such a mount needs, since the tool locks its folder."""


_INSTALL, _UPDATE, _UPGRADE, _CLEAN, _REMOVE, _DOWNLOAD, _BUILD = (
    Operation.INSTALL,
    Operation.UPDATE_INDEX,
    Operation.UPGRADE,
    Operation.CLEAN,
    Operation.REMOVE,
    Operation.DOWNLOAD,
    Operation.BUILD,
)
_FETCHING = frozenset({_INSTALL, _DOWNLOAD, _UPGRADE})
_ALL = _FETCHING | {_BUILD}


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _doing(nothing: str = "", **operations: str) -> dict[str, Operation | None]:
    """``_doing(install="install i", clean="cache_clean")``: an underscore within a subcommand of several words."""
    found: dict[str, Operation | None] = {
        name.replace("_", " "): Operation(kind.replace("_", " "))
        for kind, names in operations.items()
        for name in names.split()
    }
    return found | dict.fromkeys(nothing.split())


_TRUE = _words("1 true yes on t y")
_PIP_TRUTH = _TRUE | _words("0 false no off f n")
"""Of ``PIP_NO_CACHE_DIR``: any word that pip can read as a truth value turns the cache off, ``0`` and ``off`` too, since
pip once took them so and never dared to change it (pip's ``cli/cmdoptions.py``). An empty value is ignored."""

# Distributions

_APT_VALUED = _words("-t --target-release --default-release -o --option -c --config-file -a --host-architecture -P")
_APT_LISTS = "/var/lib/apt/lists"
_APT_MOUNTS = (Folder("/var/cache/apt"), Folder(_APT_LISTS))
"""Not all of ``/var/lib/apt``, where apt notes which packages nobody asked for."""
_DNF_VALUED = _words(
    "-c --config -d --debuglevel -e --errorlevel -x --exclude --excludepkgs --installroot --releasever --enablerepo"
    " --disablerepo --repo --repoid --setopt --disableplugin --enableplugin -R --randomwait --rpmverbosity --comment"
    " --advisory --bz --cve --forcearch --repofrompath --downloaddir --destdir --disableexcludes"
)
_DNF = _doing(
    install="install install-n install-na localinstall groupinstall reinstall builddep build-dep swap"
    " group_install groups_install module_install environment_install in rei",
    upgrade="update upgrade upgrade-minimal update-minimal distro-sync dsync distribution-synchronization up up-min"
    " group_upgrade downgrade",
    update_index="makecache check-update check-upgrade",
    clean="clean",
    remove="remove erase autoremove rm group_remove groupremove",
    download="download",
)

_DISTRIBUTIONS = (
    PackageManager(
        "apt",
        ("apt-get", "apt"),
        _doing(
            install="install reinstall build-dep satisfy",
            update_index="update",
            upgrade="upgrade dist-upgrade full-upgrade dselect-upgrade",
            clean="clean autoclean auto-clean distclean dist-clean",
            remove="remove purge autoremove auto-remove autopurge",
            download="download source",
        ),
        valued=_APT_VALUED,
        is_distribution=True,
        caches=(Folder("/var/cache/apt/archives"),),
        indexes=(_APT_LISTS,),
        installs_from_index=True,
        clean=f"rm -rf {_APT_LISTS}/*",
        clean_words=(_words("clean autoclean auto-clean distclean dist-clean"), _words("distclean dist-clean")),
        assume_yes=("-y", "--yes", "--assume-yes"),
        leave_recommended="--no-install-recommends",
        leave_recommended_options=_words("--no-install-recommends"),
        mounts=_APT_MOUNTS,
        sharing="locked",
    ),
    PackageManager(
        "aptitude",
        ("aptitude",),
        _doing(
            install="install reinstall build-dep",
            update_index="update",
            upgrade="upgrade safe-upgrade full-upgrade dist-upgrade",
            clean="clean autoclean",
            remove="remove purge",
            download="download",
        ),
        valued=_APT_VALUED | _words("-w --width -F --display-format -O --sort -q -S --user-tag --log-file --log-level"),
        is_distribution=True,
        caches=(Folder("/var/cache/apt/archives"),),
        indexes=(_APT_LISTS,),
        installs_from_index=True,
        clean=f"rm -rf {_APT_LISTS}/*",
        clean_words=(_words("clean autoclean auto-clean distclean dist-clean"), _words("distclean dist-clean")),
        assume_yes=("-y", "--assume-yes"),
        leave_recommended="--without-recommends",
        leave_recommended_options=_words("--without-recommends -R"),
        mounts=_APT_MOUNTS,
        sharing="locked",
    ),
    PackageManager(
        "apk",
        ("apk",),
        _doing(
            install="add fix",
            update_index="update",
            upgrade="upgrade",
            clean="cache_clean cache_purge",
            remove="del",
            download="fetch",
        ),
        option_operations=dict.fromkeys(("-U", "--update", "--update-cache"), _UPDATE),
        valued=_words(
            "-t --virtual -X --repository -p --root --arch --keys-dir --repositories-file --wait --cache-dir"
            " --cache-max-age --progress-fd --timeout -o --output"
        ),
        is_distribution=True,
        caches=(Folder("/var/cache/apk", or_at=("/etc/apk/cache",)),),
        indexes=("/var/cache/apk", "/etc/apk/cache"),
        installs_from_index=True,
        no_cache="--no-cache",
        no_cache_options=_words("--no-cache --no-network"),
        cache_option="--cache-dir",
        clean="rm -rf /var/cache/apk/*",
        # apk keeps packages only where this folder is there.
        mounts=(Folder("/etc/apk/cache"),),
        sharing="locked",
    ),
    *(
        PackageManager(
            name,
            programs,
            _DNF,
            valued=_DNF_VALUED,
            is_distribution=True,
            caches=(Folder(folders[0], or_at=folders[1:]),),
            indexes=folders,
            clean="{program} clean all",
            clean_words=(_words("all"),),
            assume_yes=("-y", "--assumeyes"),
            leave_recommended=weak,
            leave_recommended_options=_words(
                "--setopt=install_weak_deps=False --setopt=install_weak_deps=false --setopt=install_weak_deps=0"
                " --setopt=install_weak_deps=no --setopt=install_weak_deps=No --no-allow-weak-deps"
            )
            if weak
            else frozenset(),
            mounts=(Folder(folders[0]),),
            sharing="locked",
        )
        for name, programs, folders, weak in (
            ("yum", ("yum", "yum4"), ("/var/cache/yum", "/var/cache/dnf"), None),
            (
                "dnf",
                ("dnf", "dnf-3", "dnf4", "dnf5"),
                ("/var/cache/dnf", "/var/cache/libdnf5", "/var/cache/yum"),
                "--setopt=install_weak_deps=False",
            ),
            (
                "microdnf",
                ("microdnf",),
                ("/var/cache/yum", "/var/cache/dnf", "/var/cache/libdnf5"),
                "--setopt=install_weak_deps=0",
            ),
            ("tdnf", ("tdnf",), ("/var/cache/tdnf",), None),
        )
    ),
    PackageManager(
        "zypper",
        ("zypper",),
        _doing(
            install="install in install-new-recommends inr source-install si",
            update_index="refresh ref refresh-services refs",
            upgrade="update up patch dist-upgrade dup",
            clean="clean cc",
            remove="remove rm",
            download="download",
        ),
        valued=_words(
            "-R --root --installroot -D --reposd-dir -C --cache-dir --raw-cache-dir --solv-cache-dir --pkg-cache-dir -c"
            " --config -p --plus-repo --plus-content -r --repo --from -t --type --releasever --userdata"
        ),
        is_distribution=True,
        caches=(Folder("/var/cache/zypp"),),
        indexes=("/var/cache/zypp",),
        clean="{program} clean --all",
        clean_words=(_words("--all -a"),),
        assume_yes=("--non-interactive", "-n", "-y", "--no-confirm"),
        leave_recommended="--no-recommends",
        leave_recommended_options=_words("--no-recommends"),
        mounts=(Folder("/var/cache/zypp"),),
        sharing="locked",
    ),
    PackageManager(
        "pacman",
        ("pacman",),
        {},
        valued=_words(
            "-b --dbpath -r --root --cachedir --config --gpgdir --hookdir --logfile --arch --ignore --overwrite"
        ),
        is_distribution=True,
        caches=(Folder("/var/cache/pacman/pkg"),),
        indexes=("/var/cache/pacman/pkg",),
        # ``pacman -Scc --noconfirm`` takes the default answer, which is no.
        clean="rm -rf /var/cache/pacman/pkg/*",
        clean_words=(_words("-Scc"),),
        assume_yes=("--noconfirm",),
        mounts=(Folder("/var/cache/pacman/pkg"),),
    ),
    PackageManager(
        "emerge",
        ("emerge", "emerge-webrsync"),
        {},
        bare=_UPDATE,
        option_operations={"--sync": _UPDATE, "--depclean": _CLEAN, "-c": _CLEAN, "--unmerge": _REMOVE, "-C": _REMOVE},
        valued=_words("-j --jobs --load-average --exclude --with-bdeps --color --root --prefix"),
        is_distribution=True,
        caches=(Folder("/var/cache/distfiles"),),
        indexes=("/var/db/repos/gentoo",),
        mounts=(Folder("/var/cache/distfiles"),),
    ),
)

# Python

_PIP_VALUED = _words(
    "-r --requirement -c --constraint --build-constraint -e --editable -t --target --prefix --root --src -i --index-url"
    " --pypi-url --extra-index-url -f --find-links --platform --python-version --implementation --abi --only-binary"
    " --no-binary --upgrade-strategy --progress-bar --cache-dir --proxy --retries --timeout --trusted-host --cert"
    " --client-cert --log --log-file --local-log -w --wheel-dir -d --dest --download-cache --config-settings -C"
    " --config-setting --global-option --build-option --install-option --python --report --group --use-feature"
    " --use-deprecated --keyring-provider --exists-action --root-user-action --resume-retries -b --build --build-dir"
    " --requirements-from-script"
)
_PIP = _doing(
    install="install", build="wheel", download="download", remove="uninstall", clean="cache_purge cache_remove"
)
_PIP_FOLDER = Folder("~/.cache/pip", (("PIP_CACHE_DIR", ""), ("XDG_CACHE_HOME", "/pip")))
_PIP_MANIFESTS = (
    "requirements*.txt",
    "requirements/*.txt",
    "constraints*.txt",
    "pyproject.toml",
    "setup.py",
    "setup.cfg",
)
_UV_VALUED = _words(
    "-r --requirement --requirements -c --constraint --constraints -b --build-constraint --build-constraints --override"
    " --overrides -e --editable -p --python --group --no-group --only-group --extra --no-extra -i --index-url"
    " --extra-index-url --index --default-index -f --find-links --directory --project --package --no-install-package"
    " --cache-dir --link-mode --target -t --prefix --index-strategy --keyring-provider --resolution --prerelease"
    " --exclude-newer --config-setting -C --config-settings --config-file --allow-insecure-host --color --torch-backend"
    " --python-platform --python-version --with --with-editable --with-requirements --from -P --upgrade-package"
    " --refresh-package --reinstall-package --no-binary-package --no-build-package --only-binary --no-binary -m --module"
    " -o --output-file --out-dir --marker --env-file --rev --tag --branch --bounds --script"
)
_REQUIREMENTS = _words("-r --requirement --requirements -c --constraint --constraints --build-constraint -b --override")
_EDITABLE = _words("-e --editable")

_PYTHON = (
    PackageManager(
        "pip",
        ("pip",),
        _PIP,
        "python",
        versioned=True,
        module="pip",
        valued=_PIP_VALUED,
        package_options=_EDITABLE,
        manifest_options=_words("-r --requirement -c --constraint --build-constraint"),
        manifests=_PIP_MANIFESTS,
        caches=(_PIP_FOLDER,),
        filled_by=_ALL,
        no_cache="--no-cache-dir",
        no_cache_options=_words("--no-cache-dir --no-cache"),
        cache_option="--cache-dir",
        switches=(Switch("PIP_NO_CACHE_DIR", _PIP_TRUTH),),
        clean="{program} cache purge",
    ),
    PackageManager(
        "uv",
        ("uv",),
        _doing(
            install="pip_install pip_sync sync add tool_install tool_upgrade",
            build="build run tool_run",
            remove="remove pip_uninstall",
            clean="cache_clean cache_prune",
        ),
        "python",
        module="uv",
        valued=_UV_VALUED,
        package_options=_EDITABLE,
        manifest_options=_REQUIREMENTS,
        manifest_operands=frozenset({"pip sync", "pip compile"}),
        manifests=("pyproject.toml", "requirements*.txt", ".python-version", "uv.toml"),
        locks=("uv.lock",),
        caches=(Folder("~/.cache/uv", (("UV_CACHE_DIR", ""), ("XDG_CACHE_HOME", "/uv"))),),
        no_cache="--no-cache",
        no_cache_options=_words("--no-cache --no-cache-dir -n"),
        cache_option="--cache-dir",
        switches=(Switch("UV_NO_CACHE", _TRUE),),
        clean="uv cache clean",
    ),
    PackageManager(
        "poetry",
        ("poetry",),
        _doing(install="install add sync", upgrade="update", build="build", remove="remove", clean="cache_clear"),
        "python",
        module="poetry",
        valued=_words("--with --without --only -E --extras -C --directory -P --project -G --group --source --python"),
        manifests=("pyproject.toml", "poetry.toml"),
        locks=("poetry.lock",),
        caches=tuple(
            Folder(
                f"~/.cache/pypoetry/{part}", (("POETRY_CACHE_DIR", f"/{part}"), ("XDG_CACHE_HOME", f"/pypoetry/{part}"))
            )
            for part in ("artifacts", "cache")
        ),
        # It says that it turns "source caches" off; the wheels stay in artifacts, so it is no remedy of ours.
        no_cache_options=_words("--no-cache"),
        clean="rm -rf {0} {1}",
    ),
    PackageManager(
        "pipenv",
        ("pipenv",),
        _doing(install="install sync", upgrade="update upgrade", remove="uninstall"),
        "python",
        module="pipenv",
        option_operations={"--clear": _CLEAN},
        valued=_words(
            "-r --requirements -e --editable --python --pypi-mirror --categories -i --index --extra-pip-args"
        ),
        package_options=_EDITABLE,
        manifest_options=_words("-r --requirements"),
        manifests=("Pipfile",),
        locks=("Pipfile.lock",),
        caches=(
            Folder(
                "~/.cache/pipenv", (("PIPENV_CACHE_DIR", ""), ("XDG_CACHE_HOME", "/pipenv")), or_at=("~/.cache/pip",)
            ),
        ),
        switches=(Switch("PIP_NO_CACHE_DIR", _PIP_TRUTH),),
        clean="rm -rf {0}",
    ),
    PackageManager(
        "pdm",
        ("pdm",),
        _doing(install="install sync add", upgrade="update", build="build run", remove="remove", clean="cache_clear"),
        "python",
        module="pdm",
        valued=_words("-G --group -p --project -L --lockfile --with --without -e --editable -c --config"),
        package_options=_EDITABLE,
        manifests=("pyproject.toml", "pdm.toml"),
        locks=("pdm.lock",),
        caches=(Folder("~/.cache/pdm", (("PDM_CACHE_DIR", ""), ("XDG_CACHE_HOME", "/pdm"))),),
        clean="rm -rf {0}",
    ),
    PackageManager(
        "pipx",
        ("pipx",),
        _doing(install="install inject install-all", upgrade="upgrade upgrade-all", remove="uninstall uninstall-all"),
        "python",
        module="pipx",
        valued=_words("--python --pip-args -i --index-url --suffix --spec --preinstall -r --requirement"),
        manifest_options=_words("-r --requirement"),
        caches=(_PIP_FOLDER,),
        switches=(Switch("PIP_NO_CACHE_DIR", _PIP_TRUTH),),
        clean="rm -rf {0}",
    ),
    PackageManager(
        "conda",
        ("conda", "mamba", "micromamba"),
        _doing(
            install="install create env_create env_update",
            upgrade="update upgrade",
            clean="clean",
            remove="remove uninstall env_remove",
        ),
        "conda",
        valued=_words("-n --name -c --channel -p --prefix -f --file --solver --revision --repodata-fn -r --root-prefix")
        | _words("--channel-alias --platform --subdir --rc-file --log-level --category"),
        attaches=False,
        manifest_options=_words("-f --file"),
        manifests=("environment*.yml", "environment*.yaml", "conda-lock.yml", "requirements*.txt"),
        caches=(
            Folder(
                "/opt/conda/pkgs", (("CONDA_PKGS_DIRS", ""), ("CONDA_DIR", "/pkgs"), ("MAMBA_ROOT_PREFIX", "/pkgs"))
            ),
        ),
        clean="{program} clean -afy",
        clean_words=(_words("-a --all -t --tarballs -p --packages"),),
        assume_yes=("-y", "--yes"),
    ),
)

# Node

_NPM_VALUED = _words(
    "--prefix -C --registry --cache --userconfig --globalconfig --omit --include -w --workspace --loglevel --only --tag"
    " --fetch-retries --fetch-timeout --fetch-retry-mintimeout --fetch-retry-maxtimeout --install-strategy --before"
    " --script-shell --maxsockets --location --otp --timeout --network-timeout --libc --os --cpu --python --target"
)
_NODE = (
    PackageManager(
        "npm",
        ("npm",),
        _doing(
            install="install i in ins inst insta instal isnt isnta isntal isntall add ci clean-install ic install-clean"
            " isntall-clean install-test it install-ci-test cit",
            upgrade="update up upgrade udpate",
            remove="uninstall un unlink remove r rm",
            clean="cache_clean cache_clear cache_rm",
            build="run run-script rum urn test t tst start pack publish",
        ),
        "node",
        valued=_NPM_VALUED,
        manifests=("package.json", ".npmrc"),
        locks=("package-lock.json", "npm-shrinkwrap.json"),
        caches=(Folder("~/.npm", (("npm_config_cache", ""), ("NPM_CONFIG_CACHE", "")), or_at=("~/.npm/_cacache",)),),
        cache_option="--cache",
        clean="npm cache clean --force",
    ),
    PackageManager(
        "yarn",
        ("yarn", "yarnpkg"),
        _doing(
            install="install add global_add workspaces_focus dlx",
            upgrade="upgrade up global_upgrade",
            remove="remove global_remove",
            clean="cache_clean",
            build="run build test start pack",
            nothing="cache config set init info why list outdated audit version policies help plugin login logout link unlink"
            " workspace workspaces exec node bin dir versions",
        ),
        "node",
        bare=_INSTALL,
        otherwise=_BUILD,
        valued=_words(
            "--cwd --registry --cache-folder --modules-folder --network-timeout --network-concurrency --mutex"
        )
        | _words("--global-folder --preferred-cache-folder --use-yarnrc --target-folder --inline-builds --mode"),
        manifests=("package.json", ".yarnrc", ".yarnrc.yml", ".npmrc", ".yarn"),
        locks=("yarn.lock",),
        caches=(
            Folder(
                "/usr/local/share/.cache/yarn",
                (("YARN_CACHE_FOLDER", ""),),
                or_at=("~/.cache/yarn", "~/.yarn/berry/cache"),
                of_users="~/.cache/yarn",
            ),
        ),
        cache_option="--cache-folder",
        clean="yarn cache clean",
        later_mounts=(Folder("~/.yarn/berry/cache", (("YARN_CACHE_FOLDER", ""), ("YARN_GLOBAL_FOLDER", "/cache"))),),
    ),
    PackageManager(
        "pnpm",
        ("pnpm",),
        _doing(
            install="install i add deploy import install-test it dlx",
            upgrade="update up upgrade",
            remove="remove rm uninstall un",
            download="fetch",
            clean="store_prune",
            build="run run-script build test start pack",
            nothing="config set get store exec list ls why outdated audit root bin env setup init link unlink licenses c"
            " approve-builds patch publish self-update",
        ),
        "node",
        otherwise=_BUILD,
        valued=_words(
            "--filter -F -C --dir --registry --store-dir --reporter --network-concurrency --workspace-concurrency"
        )
        | _words("--virtual-store-dir --modules-dir --lockfile-dir --loglevel --filter-prod --child-concurrency"),
        manifests=("package.json", "pnpm-workspace.yaml", ".npmrc", ".pnpmfile.cjs"),
        locks=("pnpm-lock.yaml",),
        caches=(
            Folder("~/.local/share/pnpm/store", (("PNPM_HOME", "/store"), ("XDG_DATA_HOME", "/pnpm/store"))),
            Folder("~/.cache/pnpm", (("XDG_CACHE_HOME", "/pnpm"),)),
        ),
        cache_option="--store-dir",
        clean="pnpm store prune",
        mounts=(Folder("~/.local/share/pnpm/store", (("PNPM_HOME", "/store"), ("XDG_DATA_HOME", "/pnpm/store"))),),
    ),
    PackageManager(
        "bun",
        ("bun",),
        _doing(
            install="install i add a link",
            upgrade="update",
            remove="remove rm r",
            clean="pm_cache_rm",
            build="run build test x",
        ),
        "node",
        valued=_words(
            "--cwd --registry --cache-dir --backend --filter -c --config --omit --network-concurrency --target"
        ),
        manifests=("package.json", "bunfig.toml", ".npmrc"),
        locks=("bun.lockb", "bun.lock"),
        caches=(Folder("~/.bun/install/cache", (("BUN_INSTALL_CACHE_DIR", ""), ("BUN_INSTALL", "/install/cache"))),),
        no_cache="--no-cache",
        no_cache_options=_words("--no-cache"),
        cache_option="--cache-dir",
        clean="rm -rf {0}",
    ),
)

# Other languages

_GEM_FOLDER = Folder(
    "$(gem env gemdir)/cache",
    (("GEM_HOME", "/cache"),),
    or_at=(
        *("/usr/local/bundle/cache", "/usr/lib*/ruby/gems/*/cache", "/usr/local/lib/ruby/gems/*/cache"),
        *("/usr/share/gems/cache", "/var/lib/gems/*/cache", "~/.gem/ruby/*/cache", "~/.local/share/gem/ruby/*/cache"),
    ),
)
_LANGUAGES = (
    PackageManager(
        "gem",
        ("gem",),
        _doing(
            install="install i", upgrade="update", remove="uninstall", clean="cleanup", build="build", download="fetch"
        ),
        "ruby",
        versioned=True,
        valued=_words(
            "-v --version -s --source -i --install-dir -n --bindir -P --trust-policy -p --http-proxy --platform"
        )
        | _words("--document -g --file --config-file --without -B --bulk-threshold --build-root"),
        manifest_options=_words("-g --file"),
        caches=(_GEM_FOLDER,),
        clean='rm -rf "$({program} env gemdir)/cache"',
    ),
    PackageManager(
        "bundler",
        ("bundle", "bundler"),
        _doing(install="install add", upgrade="update", remove="remove", clean="clean", download="cache package")
        | _doing(nothing="config exec info show list check outdated lock platform version init doctor env"),
        "ruby",
        versioned=True,
        bare=_INSTALL,
        valued=_words(
            "-j --jobs --path --gemfile --without --with --retry --standalone --binstubs --shebang -P --trust-policy"
        ),
        manifest_options=_words("--gemfile"),
        manifests=("Gemfile", "*.gemspec", ".ruby-version"),
        locks=("Gemfile.lock",),
        caches=(
            _GEM_FOLDER,
            Folder("~/.bundle/cache", (("BUNDLE_USER_CACHE", ""), ("BUNDLE_USER_HOME", "/cache"))),
        ),
        mounts=(_GEM_FOLDER,),
    ),
    PackageManager(
        "composer",
        ("composer", "composer.phar"),
        _doing(
            install="install i require r create-project global_install global_require reinstall",
            upgrade="update u upgrade global_update",
            remove="remove rm uninstall global_remove",
            clean="clear-cache clearcache cc",
            build="dump-autoload dumpautoload run-script run",
        ),
        "php",
        versioned=True,
        valued=_words("-d --working-dir --repository --stability -s --prefer-install --apcu-autoloader-prefix"),
        manifests=("composer.json", "auth.json"),
        locks=("composer.lock", "symfony.lock"),
        caches=(
            Folder(
                "~/.composer/cache",
                (("COMPOSER_CACHE_DIR", ""), ("COMPOSER_HOME", "/cache"), ("XDG_CACHE_HOME", "/composer")),
                or_at=("~/.cache/composer", "~/.composer"),
            ),
        ),
        no_cache="--no-cache",
        no_cache_options=_words("--no-cache"),
        switches=(Switch("COMPOSER_CACHE_DIR", _words("/dev/null")),),
        clean="composer clear-cache",
    ),
    PackageManager(
        "cargo",
        ("cargo",),
        _doing(
            install="install add binstall chef_cook",
            upgrade="update",
            download="fetch vendor generate-lockfile",
            build="build b test t bench check c rustc run r doc clippy auditable_build zigbuild nextest_run",
            remove="uninstall remove rm",
            clean="clean cache",
        ),
        "rust",
        valued=_words(
            "--path --git --root --version --vers --target -F --features -p --package --bin --example --profile"
        )
        | _words("--manifest-path --target-dir -j --jobs --branch --tag --rev --index --registry --config -Z --color")
        | _words("--message-format --test --bench --exclude --recipe-path -C --lockfile-path"),
        manifest_options=_words("--manifest-path"),
        manifests=("Cargo.toml", "rust-toolchain.toml", "rust-toolchain", ".cargo/config.toml", "build.rs"),
        locks=("Cargo.lock",),
        caches=(Folder("~/.cargo/registry", (("CARGO_HOME", "/registry"),)),),
        filled_by=_ALL,
        feeds_later=True,
        clean="rm -rf {0}",
        mounts=(
            Folder("~/.cargo/registry", (("CARGO_HOME", "/registry"),)),
            Folder("~/.cargo/git/db", (("CARGO_HOME", "/git/db"),)),
        ),
    ),
    PackageManager(
        "go",
        ("go",),
        _doing(
            install="install get",
            download="mod_download mod_tidy mod_vendor work_sync",
            build="build test vet generate run tool",
            clean="clean",
        ),
        "go",
        valued=_words("-o -ldflags -tags -gcflags -asmflags -gccgoflags -p -mod -modfile -C -pkgdir -toolexec -overlay")
        | _words("-buildmode -compiler -run -bench -count -timeout -cpu -coverprofile -covermode -coverpkg -pgo -exec"),
        long_dash=True,
        manifests=("go.mod", "go.work"),
        locks=("go.sum", "go.work.sum"),
        caches=(
            Folder(
                "~/.cache/go-build",
                (("GOCACHE", ""), ("XDG_CACHE_HOME", "/go-build")),
                filled_by=frozenset({_INSTALL, _BUILD}),
            ),
            Folder("~/go/pkg/mod", (("GOMODCACHE", ""), ("GOPATH", "/pkg/mod"))),
        ),
        filled_by=_ALL,
        feeds_later=True,
        clean="{program} clean -cache -modcache",
        clean_words=(_words("-cache"), _words("-modcache")),
    ),
    PackageManager(
        "maven",
        ("mvn", "mvnw", "mvnd"),
        _doing(
            download="dependency:go-offline dependency:resolve dependency:resolve-plugins dependency:get"
            " dependency:copy-dependencies dependency:resolve-sources",
            build="clean validate compile test-compile test package verify install deploy site spring-boot:repackage",
        ),
        "java",
        otherwise=_BUILD,
        goals=True,
        long_dash=True,
        valued=_words(
            "-f --file -s --settings -gs --global-settings -t --toolchains -pl --projects -P --activate-profiles"
        )
        | _words("-T --threads -D --define -rf --resume-from -l --log-file -b --builder"),
        manifest_options=_words("-f --file -s --settings"),
        manifests=("pom.xml", "**/pom.xml", ".mvn", "mvnw", "settings.xml"),
        caches=(Folder("~/.m2/repository"),),
        filled_by=_ALL,
        feeds_later=True,
        clean="rm -rf {0}",
    ),
    PackageManager(
        "gradle",
        ("gradle", "gradlew"),
        _doing(
            download="dependencies resolveDependencies downloadDependencies",
            build="build assemble classes bootJar bootWar jar war shadowJar installDist distTar distZip check test clean",
        ),
        "java",
        otherwise=_BUILD,
        goals=True,
        valued=_words("-p --project-dir -b --build-file -c --settings-file -g --gradle-user-home -x --exclude-task -I")
        | _words("--init-script --console --max-workers --warning-mode --project-cache-dir --include-build --priority"),
        manifest_options=_words("-b --build-file -c --settings-file"),
        manifests=(
            *("build.gradle", "build.gradle.kts", "settings.gradle", "settings.gradle.kts", "gradle.properties"),
            *("gradle", "gradlew", "**/build.gradle", "**/build.gradle.kts"),
        ),
        locks=("gradle.lockfile",),
        caches=(Folder("~/.gradle/caches", (("GRADLE_USER_HOME", "/caches"),)),),
        filled_by=_ALL,
        feeds_later=True,
        clean="rm -rf {0}",
        # Not all of ``~/.gradle``, where settings may lie.
        mounts=(
            Folder("~/.gradle/caches", (("GRADLE_USER_HOME", "/caches"),)),
            Folder("~/.gradle/wrapper", (("GRADLE_USER_HOME", "/wrapper"),)),
        ),
        # Two that run at once wait for a lock that is never given back.
        sharing="locked",
    ),
    PackageManager(
        "dotnet",
        ("dotnet",),
        _doing(
            install="restore tool_install tool_restore add_package workload_install workload_restore package_add",
            upgrade="tool_update workload_update",
            build="build publish test pack msbuild run",
            clean="clean nuget_locals",
            remove="tool_uninstall",
        ),
        "dotnet",
        valued=_words(
            "-c --configuration -o --output -r --runtime -f --framework -v --verbosity -s --source -a --arch --os"
        )
        | _words(
            "--configfile --packages --tool-path --version --add-source --project --version-suffix --lock-file-path"
        ),
        manifest_options=_words("--configfile --project"),
        manifest_operands=_words("restore build publish test pack"),
        manifests=(
            *("*.csproj", "*.fsproj", "*.vbproj", "**/*.csproj", "**/*.fsproj", "*.sln", "*.slnx", "global.json"),
            *("nuget.config", "NuGet.config", "NuGet.Config", "Directory.*.props", "Directory.*.targets"),
        ),
        locks=("packages.lock.json", "**/packages.lock.json"),
        caches=(Folder("~/.nuget/packages", (("NUGET_PACKAGES", ""),)),),
        filled_by=_ALL,
        feeds_later=True,
        clean="dotnet nuget locals all --clear",
    ),
    PackageManager(
        "mix",
        ("mix",),
        _doing(
            install="deps.get local.hex local.rebar archive.install escript.install",
            upgrade="deps.update",
            build="deps.compile compile release assets.deploy phx.digest test escript.build assets.build",
            clean="clean deps.clean",
        ),
        "elixir",
        goals=True,
        valued=_words("--only --repo --target"),
        manifests=("mix.exs", "config/config.exs", "config/prod.exs", "apps/*/mix.exs"),
        locks=("mix.lock",),
        caches=(Folder("~/.hex/packages", (("HEX_HOME", "/packages"),)),),
        clean="rm -rf {0}",
        mounts=(Folder("~/.hex", (("HEX_HOME", ""),)),),
    ),
    PackageManager(
        "dart",
        ("dart", "flutter"),
        _doing(
            install="pub_get pub_add pub_global_activate packages_get",
            upgrade="pub_upgrade upgrade",
            build="compile build run pub_run test",
            clean="clean pub_cache_clean",
        ),
        "dart",
        valued=_words("-C --directory -o --output -t --target --dart-define --flavor"),
        manifests=("pubspec.yaml",),
        locks=("pubspec.lock",),
        caches=(Folder("~/.pub-cache", (("PUB_CACHE", ""),)),),
        feeds_later=True,
        clean="{program} pub cache clean -f",
    ),
    PackageManager(
        "sbt",
        ("sbt", "sbtx"),
        _doing(download="update", build="compile assembly stage package dist test clean publishLocal Universal/stage"),
        "scala",
        otherwise=_BUILD,
        goals=True,
        long_dash=True,
        valued=_words("-mem -java-home -sbt-dir -sbt-boot -ivy -sbt-version -batch-size"),
        manifests=("build.sbt", "project/build.properties", "project/plugins.sbt", "project/*.sbt", "project/*.scala"),
        caches=(
            Folder("~/.cache/coursier", (("COURSIER_CACHE", ""), ("XDG_CACHE_HOME", "/coursier"))),
            Folder("~/.ivy2/cache"),
        ),
        filled_by=_ALL,
        feeds_later=True,
        clean="rm -rf {0} {1}",
    ),
    PackageManager(
        "r",
        ("R", "Rscript", "install2.r", "install.r", "installGithub.r", "installBioc.r"),
        {},
        "r",
        valued=_words("-l --libloc -d --deps -r --repos -n --ncpus -t --type --encoding --file -f -e"),
        manifests=("DESCRIPTION", ".Rprofile", "renv/activate.R", "renv/settings.json"),
        locks=("renv.lock",),
        caches=(
            Folder("~/.cache/R", (("XDG_CACHE_HOME", "/R"),)),
            Folder("/tmp/downloaded_packages"),
        ),
        clean="rm -rf {1}",
        mounts=(Folder("~/.cache/R/renv", (("RENV_PATHS_CACHE", ""), ("RENV_PATHS_ROOT", ""))),),
    ),
)

MANAGERS: tuple[PackageManager, ...] = (*_DISTRIBUTIONS, *_PYTHON, *_NODE, *_LANGUAGES)
"""One row a tool. The order does not matter."""

BY_NAME: Mapping[str, PackageManager] = {row.name: row for row in MANAGERS}
BY_PROGRAM: Mapping[str, PackageManager] = {program: row for row in MANAGERS for program in row.programs}
BY_MODULE: Mapping[str, PackageManager] = {row.module: row for row in MANAGERS if row.module}
CACHING: frozenset[str] = _words(
    ".cache cache caches tmp apt yum dnf zypp apk .npm .yarn .pnpm-store .m2 .gradle .nuget .ivy2 .composer .cpanm"
)
"""Names of folders that hold nothing but caches and lists, as a rule."""
MANAGER_NAMES: frozenset[str] = frozenset(manager.name for manager in MANAGERS)
DISTRIBUTION_MANAGERS: frozenset[str] = frozenset(manager.name for manager in MANAGERS if manager.is_distribution)
"""The names of those that install packages of a distribution."""
