"""Which files of a project an install reads: manifests, lock files and the settings beside them, for each package manager.

Names are relative to the folder of the project and may hold ``*``. Sources: the manuals of the tools.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct


class Manifests(Struct, frozen=True):
    """What one package manager reads of a project before it installs."""

    manager: str
    """The name of the row in ``packages``."""
    required: tuple[str, ...] = ()
    """Without one of these the folder is no project of this manager. Empty where the arguments name the file."""
    files: tuple[str, ...] = ()
    """What is read besides, where it exists."""
    folders: tuple[str, ...] = ()
    """Folders that are read as a whole, where they exist."""
    above: tuple[str, ...] = ()
    """What is looked for in the folders above the project too."""
    outputs: tuple[str, ...] = ()
    """What the install writes into the project. If the context holds it, a later COPY of the tree would overwrite it."""
    unseen: tuple[str, ...] = ()
    """What to copy when the context cannot be seen. A pattern that matches nothing is no error beside one that does."""
    installs: frozenset[str] = frozenset()
    """Subcommands that install what the manifests say, and need no more than that."""
    builds: frozenset[str] = frozenset()
    """Subcommands that need the tree, and on the way install what the manifests say."""
    folder_options: tuple[str, ...] = ()
    """Options whose value is the folder of the project."""
    file_options: tuple[str, ...] = ()
    """Options whose value is the manifest."""
    vendored: tuple[str, ...] = ()
    """Where one of these exists, dependencies come along with the tree, and nothing is downloaded."""
    without_project: str = ""
    """The options with which the install leaves the project itself alone, and gets its dependencies only."""
    fetch: str = ""
    """The arguments with which the program gets the dependencies and builds nothing."""
    is_code: bool = False
    """Its manifests are programs, which may read any file: nothing can be proved about them."""


_PYTHON_PROJECT = ("pyproject.toml",)
_NODE = ("package.json",)
_NODE_OUTPUTS = ("node_modules",)

MANIFESTS: tuple[Manifests, ...] = (
    Manifests("pip", installs=frozenset({"install"})),
    Manifests(
        "uv",
        _PYTHON_PROJECT,
        ("uv.lock", "uv.toml", ".python-version"),
        outputs=(".venv",),
        unseen=("pyproject.toml", "uv.lock*"),
        installs=frozenset({"sync"}),
        folder_options=("--directory", "--project"),
        without_project="--no-install-project",
    ),
    Manifests(
        "poetry",
        _PYTHON_PROJECT,
        ("poetry.lock", "poetry.toml"),
        outputs=(".venv",),
        unseen=("pyproject.toml", "poetry.lock*"),
        installs=frozenset({"install", "sync"}),
        folder_options=("-C", "--directory", "-P", "--project"),
        without_project="--no-root",
    ),
    Manifests(
        "pipenv",
        ("Pipfile", "Pipfile.lock"),
        outputs=(".venv",),
        unseen=("Pipfile", "Pipfile.lock*"),
        installs=frozenset({"install", "sync"}),
    ),
    Manifests(
        "pdm",
        _PYTHON_PROJECT,
        ("pdm.lock", "pdm.toml", ".pdm-python"),
        outputs=(".venv", "__pypackages__"),
        unseen=("pyproject.toml", "pdm.lock*"),
        installs=frozenset({"install", "sync"}),
        folder_options=("-p", "--project"),
        without_project="--no-self",
    ),
    Manifests("conda", installs=frozenset({"create", "update", "install"})),
    Manifests(
        "npm",
        _NODE,
        ("package-lock.json", "npm-shrinkwrap.json", ".npmrc"),
        outputs=_NODE_OUTPUTS,
        unseen=("package.json", "package-lock.json*"),
        installs=frozenset({"install", "i", "in", "ci", "clean-install", "install-clean"}),
        folder_options=("--prefix", "-C"),
    ),
    Manifests(
        "yarn",
        _NODE,
        ("yarn.lock", ".yarnrc", ".yarnrc.yml", ".npmrc", ".pnp.cjs", ".pnp.loader.mjs"),
        (".yarn/releases", ".yarn/plugins", ".yarn/patches", ".yarn/cache"),
        outputs=_NODE_OUTPUTS,
        unseen=("package.json", "yarn.lock*"),
        installs=frozenset({"", "install", "focus"}),
        folder_options=("--cwd",),
    ),
    Manifests(
        "pnpm",
        _NODE,
        ("pnpm-lock.yaml", "pnpm-workspace.yaml", ".npmrc", ".pnpmfile.cjs", "pnpmfile.js"),
        outputs=_NODE_OUTPUTS,
        unseen=("package.json", "pnpm-lock.yaml*", "pnpm-workspace.yaml*"),
        installs=frozenset({"install", "i"}),
        folder_options=("-C", "--dir"),
    ),
    Manifests(
        "bun",
        _NODE,
        ("bun.lock", "bun.lockb", "bunfig.toml", ".npmrc"),
        outputs=_NODE_OUTPUTS,
        unseen=("package.json", "bun.lock*"),
        installs=frozenset({"install", "i"}),
        folder_options=("--cwd",),
    ),
    Manifests(
        "bundler",
        ("Gemfile",),
        ("Gemfile.lock", ".ruby-version", ".tool-versions", ".bundle/config"),
        ("vendor/cache",),
        outputs=("vendor/bundle",),
        unseen=("Gemfile", "Gemfile.lock*"),
        installs=frozenset({"", "install"}),
        file_options=("--gemfile",),
    ),
    Manifests(
        "composer",
        ("composer.json",),
        ("composer.lock", "auth.json", "symfony.lock"),
        outputs=("vendor",),
        unseen=("composer.json", "composer.lock*"),
        installs=frozenset({"install", "i", "update", "u", "upgrade"}),
        folder_options=("-d", "--working-dir"),
        without_project="--no-scripts --no-autoloader",
    ),
    Manifests(
        "cargo",
        ("Cargo.toml",),
        ("Cargo.lock", "rust-toolchain", "rust-toolchain.toml", ".cargo/config.toml", ".cargo/config"),
        outputs=("target",),
        unseen=("Cargo.toml", "Cargo.lock*"),
        installs=frozenset({"fetch"}),
        builds=frozenset({"build", "b", "install"}),
        folder_options=("--path",),
        file_options=("--manifest-path",),
        vendored=("vendor",),
        fetch="fetch",
    ),
    Manifests(
        "go",
        ("go.mod",),
        ("go.sum", "go.work", "go.work.sum"),
        unseen=("go.mod", "go.sum*"),
        installs=frozenset({"download"}),
        builds=frozenset({"build", "install", "get", "test", "tidy", "vendor"}),
        folder_options=("-C",),
        vendored=("vendor/modules.txt",),
        fetch="mod download",
    ),
    Manifests(
        "maven",
        ("pom.xml",),
        ("mvnw", ".mvn/maven.config", ".mvn/jvm.config", ".mvn/extensions.xml", ".mvn/settings.xml"),
        (".mvn/wrapper",),
        outputs=("target",),
        unseen=("pom.xml",),
        installs=frozenset({"dependency:go-offline", "dependency:resolve", "dependency:resolve-plugins"}),
        builds=frozenset({"package", "install", "verify", "compile"}),
        file_options=("-f", "--file"),
        fetch="dependency:go-offline",
    ),
    Manifests(
        "gradle",
        ("build.gradle", "build.gradle.kts", "settings.gradle", "settings.gradle.kts"),
        ("gradle.properties", "gradlew", "gradle.lockfile", "settings-gradle.lockfile", "buildscript-gradle.lockfile"),
        ("gradle", "buildSrc"),
        outputs=("build",),
        unseen=("*.gradle*", "gradle.properties*"),
        installs=frozenset({"dependencies"}),
        builds=frozenset({"build", "assemble", "bootJar", "jar", "shadowJar"}),
        folder_options=("-p", "--project-dir"),
        fetch="dependencies",
        is_code=True,
    ),
    Manifests(
        "dotnet",
        ("*.csproj", "*.fsproj", "*.vbproj", "*.sln", "*.slnx", "*.proj"),
        ("packages.lock.json", "packages.config"),
        above=(
            *(
                "Directory.Build.props",
                "Directory.Build.targets",
                "Directory.Packages.props",
                "Directory.Solution.props",
            ),
            *("nuget.config", "NuGet.config", "NuGet.Config", "global.json"),
        ),
        outputs=("obj",),
        unseen=("*.*proj",),
        installs=frozenset({"restore"}),
        builds=frozenset({"build", "publish"}),
        fetch="restore",
    ),
    Manifests(
        "mix",
        ("mix.exs",),
        ("mix.lock", ".tool-versions"),
        ("config",),
        outputs=("deps", "_build"),
        unseen=("mix.exs", "mix.lock*"),
        installs=frozenset({"deps.get"}),
        is_code=True,
    ),
    Manifests(
        "dart",
        ("pubspec.yaml",),
        ("pubspec.lock", "pubspec_overrides.yaml"),
        outputs=(".dart_tool",),
        unseen=("pubspec.yaml", "pubspec.lock*"),
        installs=frozenset({"get"}),
        folder_options=("-C", "--directory"),
    ),
    Manifests(
        "sbt",
        ("build.sbt",),
        (".sbtopts", ".jvmopts"),
        ("project",),
        outputs=("target",),
        unseen=("*.sbt", ".sbtopts*"),
        installs=frozenset({"update"}),
        is_code=True,
    ),
    Manifests(
        "r",
        ("renv.lock",),
        (".Rprofile", "renv/activate.R", "renv/settings.json", "renv/settings.dcf"),
        outputs=("renv/library",),
        unseen=("renv.lock",),
    ),
)

BY_MANAGER: Mapping[str, Manifests] = {row.manager: row for row in MANIFESTS}

ECOSYSTEMS: Mapping[str, str] = {
    **dict.fromkeys(("npm", "yarn", "pnpm", "bun"), "node"),
    **dict.fromkeys(("pip", "uv", "poetry", "pipenv", "pdm"), "python"),
}
"""Managers that install into the same place, so that one may stand in for the other."""

LIFECYCLE_SCRIPTS = ("preinstall", "install", "postinstall", "prepublish", "preprepare", "prepare", "postprepare")
"""Scripts of a ``package.json`` that an install runs (npm manual, "scripts", "Life Cycle Operation Order")."""

COMPOSER_SCRIPTS = (
    *("pre-install-cmd", "post-install-cmd", "pre-autoload-dump", "post-autoload-dump", "pre-operations-exec"),
    *("pre-package-install", "post-package-install", "command", "pre-pool-create", "init"),
)
"""Events of a ``composer.json`` that an install raises (Composer manual, "Scripts")."""

PLAIN_NAMES = frozenset(
    [
        *(
            "Gemfile",
            "Pipfile",
            "Makefile",
            "Rakefile",
            "Procfile",
            "Dockerfile",
            "Brewfile",
            "Vagrantfile",
            "Jenkinsfile",
        ),
        *(
            "mvnw",
            "gradlew",
            "configure",
            "VERSION",
            "LICENSE",
            "README",
            "NOTICE",
            "CHANGELOG",
            "Caddyfile",
            "Berksfile",
        ),
    ]
)
"""Files whose names have no extension, so that they are not taken for folders."""

SOURCE_FOLDERS = frozenset(
    [
        *("src", "source", "sources", "app", "apps", "web", "www", "site", "client", "server", "frontend", "backend"),
        *("api", "ui", "public", "static", "assets", "templates", "views", "pages", "components", "styles", "images"),
        *("routes", "controllers", "services", "middleware", "stories", "locale", "locales", "i18n", "content", "cmd"),
        *("internal", "test", "tests", "spec", "specs", "e2e", "cypress", "__tests__"),
    ]
)
"""Names of folders in which people keep what they work on, and nothing that an install reads but manifests."""

SOURCE_FILES = frozenset(
    [
        *(f"{stem}.py" for stem in ("app", "main", "server", "run", "bot", "api", "wsgi", "asgi", "manage", "*")),
        *(f"{stem}.{end}" for stem in ("app", "main", "server", "index", "*") for end in ("js", "mjs", "ts", "tsx")),
        *("main.go", "server.go", "*.go"),
    ]
)
"""Names of files that hold a program, or as a pattern all of them, and that no install reads."""

HOOK_FOLDERS = frozenset({"prisma"})
"""Folders that scripts of packages read when these are installed: Prisma's client is made of its schema."""

WORKSPACE_FILES = frozenset({"pnpm-workspace.yaml", "lerna.json", "nx.json", "turbo.json"})
"""Files that tell of packages in folders of their own, whose manifests an install needs too."""
