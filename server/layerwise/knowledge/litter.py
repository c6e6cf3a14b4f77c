"""What lies in the folder of a project and is not part of it: histories, installed dependencies, caches, build output.

Names are globs of the last part of a path. Sources: the manuals of the tools, which say what they write and how it is
made again, and what belongs into no repository.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct


class Kind(StrEnum):
    """What it is, as a heading in an ignore file says it."""

    HISTORY = "Version control"
    DEPENDENCIES = "Dependencies, which the build installs"
    OUTPUT = "What the build makes"
    CACHE = "Caches and reports"
    EDITOR = "Editors and desktops"
    SECRET = "Secrets and settings of one machine"
    DOCKER = "What tells the builder what to do"


class Litter(Struct, frozen=True):
    """A kind of files or folders. ``name`` alone tells, where none of the other fields demands more."""

    name: str
    kind: Kind
    is_folder: bool | None = True
    """None where it may be either."""
    inside: tuple[str, ...] = ()
    """One of these lies in it."""
    beside: tuple[str, ...] = ()
    """One of these lies beside it."""
    is_told: bool = False
    """It counts only where git is told to ignore it: elsewhere people keep source under this name."""
    made_by: tuple[str, ...] = ()
    """What makes it again during a build, as globs of a program, or of a program and one of its words. Empty: nobody
    needs it."""
    spoiled_by: tuple[str, ...] = ()
    """What reads it where it is run, written the same way."""
    is_general: bool = True
    """It is the same thing wherever it is called so, so that one pattern stands for all."""
    holds: str = ""
    """A regular expression that its text has to match."""
    at_root: bool = False
    is_local: bool = False
    """It is made in the very folder that the tool runs in, or that a workspace names, and not in those below."""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_NODE = ("package.json",)
_NODE_INSTALLS = (
    *("npm install", "npm i", "npm ci", "npm clean-install", "npm install-*", "yarn", "yarn install", "pnpm install"),
    *("pnpm i", "pnpm deploy", "pnpm fetch", "bun install", "bun i", "corepack yarn", "corepack pnpm", "npx pnpm"),
)
_NODE_BUILDERS = _words("npm yarn pnpm bun turbo nx lerna rush npx corepack")
_NODE_BUILDS = (
    *(
        f"{program} {word}"
        for program in _NODE_BUILDERS
        for word in ("build", "build:*", "compile", "generate", "bundle")
    ),
    *(f"npx {word}" for word in _words("tsc vite webpack rollup esbuild parcel ng next nuxt astro")),
    *("tsc", "vite build", "webpack", "rollup", "esbuild", "parcel build", "ng build", "next build", "nuxt build"),
    *("astro build", "gatsby build", "hugo", "eleventy", "docusaurus build", "vue-cli-service build", "nest build"),
)
_PYTHON_INSTALLS = (
    *("pip install", "pip3 install", "python install", "python3 install", "uv sync", "uv install", "poetry install"),
    *("poetry sync", "pipenv install", "pipenv sync", "pdm install", "pdm sync", "conda create", "conda update"),
    *("mamba create", "micromamba create", "pip* install", "hatch *", "rye sync"),
)
_MAVEN_BUILDS = tuple(
    f"{program} {goal}"
    for program in ("mvn", "mvnw")
    for goal in _words("package install verify deploy compile *:run jib:*")
)
_GRADLE_BUILDS = tuple(
    f"{program} *{task}"
    for program in ("gradle", "gradlew")
    for task in _words("build assemble jar bootJar shadowJar installDist war bootWar check test distZip distTar")
)
_DOTNET_BUILDS = ("dotnet build", "dotnet publish", "dotnet test", "dotnet run", "msbuild", "dotnet pack")
_CARGO_BUILDS = tuple(
    f"cargo {word}" for word in _words("build install run rustc test b chef auditable zigbuild leptos")
)

LITTER: tuple[Litter, ...] = (
    Litter(".git", Kind.HISTORY, is_folder=None, is_general=False),
    Litter(".hg", Kind.HISTORY, spoiled_by=("hg",), is_general=False),
    Litter(".svn", Kind.HISTORY, spoiled_by=("svn", "svnversion"), is_general=False),
    # Dependencies.
    Litter("node_modules", Kind.DEPENDENCIES, beside=_NODE, made_by=_NODE_INSTALLS, is_local=True),
    Litter(
        "bower_components",
        Kind.DEPENDENCIES,
        beside=("bower.json",),
        made_by=("bower install", "npx bower"),
        is_local=True,
    ),
    *(
        Litter(name, Kind.DEPENDENCIES, inside=("pyvenv.cfg",), made_by=_PYTHON_INSTALLS, is_general=name == ".venv")
        for name in (".venv", "venv", "env", ".env", ".virtualenv", "virtualenv")
    ),
    Litter(
        "vendor",
        Kind.DEPENDENCIES,
        inside=("autoload.php",),
        beside=("composer.json",),
        is_told=True,
        made_by=("composer install", "composer update", "composer.phar install", "php install"),
        is_general=False,
    ),
    Litter(
        "bundle",
        Kind.DEPENDENCIES,
        inside=("ruby", "jruby"),
        is_told=True,
        made_by=("bundle install", "bundle", "bundler install"),
        is_general=False,
    ),
    Litter("deps", Kind.DEPENDENCIES, beside=("mix.exs",), is_told=True, made_by=("mix deps.get",), is_general=False),
    Litter("_build", Kind.OUTPUT, beside=("mix.exs",), made_by=("mix compile", "mix release"), is_general=False),
    # Output.
    Litter(
        "target",
        Kind.OUTPUT,
        inside=("debug", "release", "CACHEDIR.TAG", ".rustc_info.json"),
        beside=("Cargo.toml",),
        made_by=_CARGO_BUILDS,
        is_general=False,
    ),
    Litter(
        "target",
        Kind.OUTPUT,
        inside=("classes", "maven-status", "maven-archiver", "surefire-reports", "generated-sources", "*.jar", "*.war"),
        beside=("pom.xml",),
        made_by=_MAVEN_BUILDS,
        is_general=False,
    ),
    Litter(
        "target",
        Kind.OUTPUT,
        beside=("build.sbt", "plugins.sbt", "build.properties"),
        is_told=True,
        made_by=("sbt *",),
        is_general=False,
    ),
    Litter(
        "build",
        Kind.OUTPUT,
        inside=("libs", "classes", "tmp", "intermediates", "reports"),
        beside=("build.gradle", "build.gradle.kts", "settings.gradle", "settings.gradle.kts"),
        made_by=_GRADLE_BUILDS,
        is_general=False,
    ),
    Litter("bin", Kind.OUTPUT, inside=("Debug", "Release"), beside=("*.*proj",), made_by=_DOTNET_BUILDS),
    Litter(
        "obj",
        Kind.OUTPUT,
        inside=("Debug", "Release", "project.assets.json", "*.nuget.g.props"),
        beside=("*.*proj",),
        made_by=(*_DOTNET_BUILDS, "dotnet restore"),
    ),
    *(
        Litter(name, Kind.OUTPUT, beside=_NODE, made_by=_NODE_BUILDS, is_local=True)
        for name in (".next", ".nuxt", ".output", ".svelte-kit", ".astro")
    ),
    *(
        Litter(name, Kind.OUTPUT, beside=_NODE, is_told=True, made_by=_NODE_BUILDS, is_general=False, is_local=True)
        for name in ("dist", "build", "out", "public/build", "storybook-static")
    ),
    Litter(
        "dist",
        Kind.OUTPUT,
        inside=("*.whl", "*.tar.gz"),
        beside=("pyproject.toml", "setup.py"),
        made_by=("python build", "python3 build", "uv build", "poetry build", "hatch build", "pdm build"),
        is_general=False,
    ),
    Litter("*.egg-info", Kind.OUTPUT, inside=("PKG-INFO",), made_by=_PYTHON_INSTALLS, is_general=False),
    Litter("dist-newstyle", Kind.OUTPUT, beside=("*.cabal", "cabal.project"), made_by=("cabal *",)),
    Litter(".stack-work", Kind.OUTPUT, made_by=("stack *",)),
    Litter(
        ".dart_tool", Kind.OUTPUT, beside=("pubspec.yaml",), made_by=("dart pub", "flutter pub", "dart *", "flutter *")
    ),
    Litter("zig-out", Kind.OUTPUT, beside=("build.zig",), made_by=("zig build",)),
    # Caches and reports.
    *(
        Litter(name, Kind.CACHE)
        for name in _words(
            "__pycache__ .pytest_cache .mypy_cache .ruff_cache .hypothesis .ipynb_checkpoints .pytype .tox .nox"
            " .parcel-cache .turbo .angular .nyc_output .sass-cache .zig-cache .kotlin .gradle .vagrant .ccls-cache"
            " .phpunit.cache .php-cs-fixer.cache .scannerwork"
        )
    ),
    *(
        Litter(name, Kind.CACHE, is_folder=False)
        for name in _words(".eslintcache .stylelintcache .coverage .phpunit.result.cache .rspec_status")
    ),
    *(Litter(name, Kind.CACHE, is_folder=False) for name in ("npm-debug.log*", "yarn-error.log*", "yarn-debug.log*")),
    Litter("*.tsbuildinfo", Kind.CACHE, is_folder=False, made_by=_NODE_BUILDS),
    Litter(
        "coverage",
        Kind.CACHE,
        inside=("lcov.info", "lcov-report", "coverage-final.json", "clover.xml", ".last_run.json", "coverage.xml"),
        is_general=False,
    ),
    Litter("htmlcov", Kind.CACHE, inside=("index.html",)),
    Litter(".terraform", Kind.CACHE, spoiled_by=("terraform", "terragrunt", "tofu")),
    # Editors and desktops.
    *(Litter(name, Kind.EDITOR) for name in _words(".vscode .idea .vs .fleet .zed .history .metals .bloop")),
    *(Litter(name, Kind.EDITOR, is_folder=False) for name in _words(".DS_Store Thumbs.db desktop.ini *.swp *.swo")),
    # Secrets.
    *(
        Litter(name, Kind.SECRET, is_folder=False, holds=r"(?m)^\s*(?:export\s+)?\w+\s*=\s*\S")
        for name in (".env", ".env.local", ".env.*.local")
    ),
    *(
        Litter(name, Kind.SECRET, is_folder=False)
        for name in (".netrc", ".pypirc", ".pgpass", "*.tfstate", ".htpasswd")
    ),
    *(Litter(name, Kind.SECRET) for name in _words(".aws .ssh .gnupg .kube")),
    *(
        Litter(name, Kind.SECRET, is_folder=False, holds="-----BEGIN [A-Z ]*PRIVATE KEY-----", is_general=False)
        for name in _words("*.pem *.key id_rsa id_ed25519 id_ecdsa id_dsa")
    ),
    # What tells the builder what to do.
    *(
        Litter(name, Kind.DOCKER, is_folder=False, is_general=False, at_root=True)
        for name in (
            *("Dockerfile", "Dockerfile.*", "*.Dockerfile", "*.dockerfile", "Containerfile"),
            *("compose*.yaml", "compose*.yml", "docker-compose*.yaml", "docker-compose*.yml"),
            "docker-bake*.hcl",
        )
    ),
)
"""The first row that fits counts."""

WORKSPACES: tuple[str, ...] = _words("pnpm-workspace.yaml lerna.json nx.json turbo.json rush.json")
"""Files by which a project of Node has others below it, which are installed and built together."""
IN_MANIFEST = re.compile(r'"workspaces"\s*:')
"""The same in a ``package.json``."""

PLACING: frozenset[str] = frozenset(_words("--prefix -C --cwd --dir --filter -F --workspace -w --project -p"))
"""Options whose value names a folder, or a project in one, that a tool works in."""

FIXTURES: frozenset[str] = frozenset(
    _words("fixtures fixture testdata test-data test_data __fixtures__ testcases goldens samples")
)
"""Folders in which files of such names are source: what tests are made of."""

NAMED_HISTORY = ".git"

READING_HISTORY: frozenset[str] = frozenset(
    f"git {word}"
    for word in _words(
        "describe rev-parse log rev-list ls-files ls-tree show status diff submodule branch tag name-rev archive"
        " symbolic-ref shortlog cat-file blame show-ref for-each-ref reset checkout fetch pull grep lfs stash switch"
        " restore clean worktree bundle update-index rebase cherry-pick merge commit add push hash-object notes"
    )
)
"""Subcommands of git that need the history. Those that make one of their own (``clone``, ``init``) do not."""

MAKING_HISTORY: frozenset[str] = frozenset({"git clone", "git init"})

CALL_OF_GIT = re.compile(
    r"""\bgit\b["']?[ \t,]+[^\n|;&:{}]{0,40}?\b"""
    r"(?:describe|rev-parse|log|rev-list|ls-files|ls-tree|show|status|diff|submodule|branch|tag|name-rev|archive"
    r"|symbolic-ref|shortlog|show-ref|for-each-ref)\b"
)
"""A call of git that reads the history: ``git describe``, ``["git", "-C", ".", "rev-parse", "HEAD"]``."""


class Reader(Struct, frozen=True):
    """Files that a tool reads when it builds, in which the history may be asked for.

    ``run_by`` are globs of programs, as in ``Litter.made_by``; ``plugins`` what reads the history on their behalf.
    """

    names: tuple[str, ...]
    run_by: tuple[str, ...]
    plugins: re.Pattern[str] = re.compile(r"(?!)")


def _plugins(text: str) -> re.Pattern[str]:
    return re.compile("|".join(text.split()))


READERS: tuple[Reader, ...] = (
    Reader(_words("Makefile makefile GNUmakefile *.mk"), ("make", "gmake")),
    Reader(_words("justfile Justfile .justfile"), ("just",)),
    Reader(_words("Taskfile.yml Taskfile.yaml"), ("task",)),
    Reader(
        _words("pyproject.toml setup.py setup.cfg _version.py versioneer.py hatch_build.py"),
        _words("pip* python* uv poetry pipenv pdm hatch tox nox rye flit"),
        _plugins(
            r"setuptools[_-]scm hatch-vcs versioneer setuptools[_-]git dunamai dynamic[_-]versioning versioningit"
            r" flit_scm pdm.{0,60}source\s*=\s*.scm \bpbr\b vcs-versioning miniver GitPython pygit2 incremental"
        ),
    ),
    Reader(
        (
            *_NODE,
            *_words(
                "vite.config.* next.config.* nuxt.config.* webpack.config.* vue.config.* gulpfile.* rollup.config.*"
            ),
        ),
        (*_NODE_BUILDERS, "node", *_words("vite next nuxt webpack gulp rollup tsc")),
        _plugins(
            r"git-rev-sync git-revision-webpack-plugin git-describe simple-git isomorphic-git git-last-commit"
            r" next-build-id git-repo-info git-rev nodegit git-commit-info vite-plugin-git"
        ),
    ),
    Reader(
        _words(
            "docusaurus.config.* mkdocs.yml hugo.toml hugo.yaml config.toml .eleventy.js antora*.yml gatsby-config.*"
        ),
        (*_NODE_BUILDERS, *_words("mkdocs hugo antora python*")),
        _plugins(r"showLastUpdate git-revision-date enableGitInfo gatsby-transformer-gitinfo git-authors"),
    ),
    Reader(
        ("conf.py",), ("sphinx-build", "make", "python*"), _plugins("sphinx_last_updated_by_git sphinx-git sphinx_git")
    ),
    Reader(_words("*.gemspec Rakefile Gemfile"), _words("bundle bundler gem rake rails ruby")),
    Reader(
        ("pom.xml",),
        ("mvn", "mvnw"),
        _plugins(r"git-commit-id buildnumber-maven jgitver jgit-buildnumber maven-git-versioning"),
    ),
    Reader(
        _words("build.gradle build.gradle.kts settings.gradle settings.gradle.kts"),
        ("gradle", "gradlew"),
        _plugins(
            r"git-version git-properties grgit jgit axion-release reckon nebula\.release spotless.{0,40}ratchetFrom"
        ),
    ),
    Reader(("build.sbt", "plugins.sbt"), ("sbt",), _plugins(r"sbt-git sbt-dynver sbt-release GitVersioning")),
    Reader(
        _words("build.rs Cargo.toml"),
        ("cargo", "trunk", "wasm-pack"),
        _plugins(r"\bvergen \bshadow-rs \bgit2\b \bgit-version\b \bbuilt\b\s*= \bgix\b git_version"),
    ),
    Reader(_words("CMakeLists.txt *.cmake *.cmake.in"), ("cmake", "make", "ninja"), _plugins(r"find_package\(Git")),
    Reader(
        _words("meson.build configure.ac version.sh git-version-gen"), _words("meson ninja autoreconf make configure")
    ),
    Reader(
        _words("*.csproj *.fsproj Directory.Build.props Directory.Packages.props version.json"),
        ("dotnet", "msbuild"),
        _plugins(r"MinVer GitVersion Nerdbank\.GitVersioning SourceLink GitInfo"),
    ),
    Reader(("mix.exs",), ("mix",)),
    Reader(("composer.json",), ("composer",), _plugins(r"package-versions pretty-package-versions")),
)
"""What is looked into. A script counts where a RUN, or one of these files, names it."""

SCRIPTS: tuple[str, ...] = ("*.sh", "*.bash", "build", "bootstrap", "configure", "version", "*.pl", "*.mjs", "*.cjs")

STAMPS: Mapping[str, str] = {
    "go build": "`go build` writes the commit into the program",
    "go install": "`go install` writes the commit into the program",
    "dotnet build": "the SDK of .NET writes the commit into the assembly",
    "dotnet publish": "the SDK of .NET writes the commit into the assembly",
}
"""What a build puts into its result where it finds the history, and does without where it does not (the manual of ``go
build``, ``-buildvcs``; the release notes of .NET 8, Source Link)."""
