"""What a split into stages goes by: which small image runs what an SDK image builds, which package of libraries belongs
to which package of headers, and which files of a project are its source. Sources: the packages and images themselves."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sdk:
    """An image to build with. ``static`` and ``debian`` and ``alpine`` are images to run the result on, by what the SDK
    image is based on; ``{release}``, ``{alpine}``, ``{java}`` and ``{tag}`` stand for what its tag says."""

    language: str
    debian: str
    alpine: str = ""
    static: str = ""
    packages: tuple[str, ...] = ()
    """Distribution packages of the SDK image that what it builds uses as it runs."""


_STATIC = "alpine:3"
_JRE = "eclipse-temurin:{java}-jre"
_GO = Sdk("Go", "debian:{release}-slim", "alpine:{alpine}", _STATIC, ("ca-certificates", "tzdata"))
_RUST = Sdk("Rust", "debian:{release}-slim", "alpine:{alpine}", "", ("ca-certificates", "tzdata"))
_C = Sdk("C", "debian:{release}-slim", "", "", ("ca-certificates", "tzdata"))
_JAVA = Sdk("Java", _JRE, _JRE + "-alpine")

SDKS: Mapping[str, Sdk] = {
    "golang": _GO,
    "rust": _RUST,
    "gcc": _C,
    **dict.fromkeys(("maven", "gradle", "eclipse-temurin", "openjdk", "amazoncorretto"), _JAVA),
    "mcr.microsoft.com/dotnet/sdk": Sdk(
        ".NET", "mcr.microsoft.com/dotnet/aspnet:{tag}", "mcr.microsoft.com/dotnet/aspnet:{tag}"
    ),
}
"""By the name of the image."""

RELEASES: Mapping[str, tuple[tuple[tuple[int, ...], str], ...]] = {
    "golang": (((1, 23), "trixie"), ((1, 19), "bookworm"), ((1, 16), "bullseye")),
    "rust": (((1, 89), "trixie"), ((1, 70), "bookworm"), ((1, 55), "bullseye")),
    "gcc": (((14,), "trixie"), ((12,), "bookworm"), ((10,), "bullseye")),
}
"""The release of Debian that an image without one in its tag is based on, from which version on; the newest first.
Where it has changed during a version's life, the newer one: what is linked to an older C library runs on a newer one."""

NAMED_RELEASES: tuple[str, ...] = (
    *("buster", "bullseye", "bookworm", "trixie"),
    *("focal", "jammy", "noble"),
)
RELEASE_OF_TAG: Mapping[str, str] = {
    "10": "buster",
    "11": "bullseye",
    "12": "bookworm",
    "13": "trixie",
    "20.04": "focal",
    "22.04": "jammy",
    "24.04": "noble",
}
"""The release of a tag of ``debian`` or ``ubuntu``."""

Names = str | Mapping[str, str]
_SSL = {
    **dict.fromkeys(("buster", "bullseye", "focal"), "libssl1.1"),
    **dict.fromkeys(("bookworm", "jammy"), "libssl3"),
    **dict.fromkeys(("trixie", "noble"), "libssl3t64"),
}
_T64 = ("trixie", "noble")
_BEFORE_T64 = ("buster", "bullseye", "bookworm", "focal", "jammy")


def _t64(name: str) -> Mapping[str, str]:
    return {**dict.fromkeys(_BEFORE_T64, name), **dict.fromkeys(_T64, name + "t64")}


_DEBIAN_JPEG = dict.fromkeys(("buster", "bullseye", "bookworm", "trixie"), "libjpeg62-turbo")
_JPEG = {**_DEBIAN_JPEG, **dict.fromkeys(("focal", "jammy", "noble"), "libjpeg-turbo8")}
APT_LIBRARIES: Mapping[str, Names] = {
    "libpq-dev": "libpq5",
    "default-libmysqlclient-dev": dict.fromkeys(("buster", "bullseye", "bookworm", "trixie"), "libmariadb3"),
    "libmariadb-dev": "libmariadb3",
    "libffi-dev": {
        "buster": "libffi6",
        **dict.fromkeys(("bullseye", "focal"), "libffi7"),
        **dict.fromkeys(("bookworm", "trixie", "jammy", "noble"), "libffi8"),
    },
    "libssl-dev": _SSL,
    "libxml2-dev": dict.fromkeys(NAMED_RELEASES, "libxml2"),
    "libxslt1-dev": "libxslt1.1",
    "libxslt-dev": "libxslt1.1",
    "zlib1g-dev": "zlib1g",
    "libjpeg-dev": _JPEG,
    "libjpeg62-turbo-dev": _DEBIAN_JPEG,
    "libpng-dev": _t64("libpng16-16"),
    "libfreetype6-dev": "libfreetype6",
    "libfreetype-dev": "libfreetype6",
    "libwebp-dev": {
        **dict.fromkeys(("buster", "bullseye", "focal"), "libwebp6"),
        **dict.fromkeys(("bookworm", "trixie", "jammy", "noble"), "libwebp7"),
    },
    "libzip-dev": {
        **dict.fromkeys(("buster", "bullseye", "bookworm", "jammy"), "libzip4"),
        "trixie": "libzip5",
        "focal": "libzip5",
        "noble": "libzip4t64",
    },
    "libicu-dev": {
        "buster": "libicu63",
        "bullseye": "libicu67",
        "bookworm": "libicu72",
        "trixie": "libicu76",
        "focal": "libicu66",
        "jammy": "libicu70",
        "noble": "libicu74",
    },
    "libonig-dev": "libonig5",
    "libcurl4-openssl-dev": _t64("libcurl4"),
    "libsqlite3-dev": "libsqlite3-0",
    "libyaml-dev": "libyaml-0-2",
    "libsasl2-dev": "libsasl2-2",
    "libgmp-dev": "libgmp10",
    "libbz2-dev": "libbz2-1.0",
    "liblzma-dev": "liblzma5",
    "libevent-dev": {"bookworm": "libevent-2.1-7", "jammy": "libevent-2.1-7", "trixie": "libevent-2.1-7t64"},
    "libsodium-dev": "libsodium23",
    "libzmq3-dev": "libzmq5",
    "libjansson-dev": "libjansson4",
    "libpcre2-dev": "libpcre2-8-0",
    "libgfortran-dev": "libgfortran5",
    "gfortran": "libgfortran5",
    **dict.fromkeys(("libc6-dev", "linux-libc-dev", "python3-dev", "python-dev", "libpython3-dev", "libtool"), ""),
}
"""The package of the libraries for one of headers, in Debian and Ubuntu: the same in all releases, or by release. An
empty name: none is needed."""

APK_LIBRARIES: Mapping[str, str] = {
    "postgresql-dev": "libpq",
    "libpq-dev": "libpq",
    "libffi-dev": "libffi",
    "openssl-dev": "openssl",
    "mariadb-dev": "mariadb-connector-c",
    "mariadb-connector-c-dev": "mariadb-connector-c",
    "zlib-dev": "zlib",
    "jpeg-dev": "libjpeg-turbo",
    "libjpeg-turbo-dev": "libjpeg-turbo",
    "libpng-dev": "libpng",
    "freetype-dev": "freetype",
    "libxml2-dev": "libxml2",
    "libxslt-dev": "libxslt",
    "icu-dev": "icu-libs",
    "oniguruma-dev": "oniguruma",
    "libzip-dev": "libzip",
    "sqlite-dev": "sqlite-libs",
    "yaml-dev": "yaml",
    "curl-dev": "libcurl",
    "gmp-dev": "gmp",
    "libwebp-dev": "libwebp",
    "bzip2-dev": "libbz2",
    "xz-dev": "xz-libs",
    "vips-dev": "vips",
    "cyrus-sasl-dev": "libsasl",
    "libsodium-dev": "libsodium",
    "pcre2-dev": "pcre2",
    **dict.fromkeys(("g++", "build-base", "alpine-sdk", "gcc"), "libstdc++"),
    **dict.fromkeys(("musl-dev", "libc-dev", "linux-headers", "python3-dev", "autoconf", "automake", "make"), ""),
}
"""The same in Alpine. What is compiled as C++ there needs its library, which the image does not have by itself."""

FETCHING_PACKAGES: frozenset[str] = frozenset(
    [
        "git",
        "git-core",
        "mercurial",
        "subversion",
        "wget",
        "curl",
        "unzip",
        "zip",
        "xz-utils",
        "bzip2",
        "gnupg",
        "gnupg2",
        "gpg",
        "dirmngr",
        "openssh-client",
        "openssh",
        "protobuf-compiler",
        "protobuf",
        "protoc",
        "upx",
        "upx-ucl",
        "file",
        "patch",
        "pkg-config",
        "pkgconf",
        "pkgconfig",
        "swig",
        "software-properties-common",
        "apt-transport-https",
        "lsb-release",
        "ca-certificates-java",
        "apt-utils",
    ]
)
"""Packages that fetch or prepare what is built. What runs may call them too, though it seldom does."""

BUILD_VARIABLES: frozenset[str] = frozenset(
    [
        "CGO_ENABLED",
        "GO111MODULE",
        "GOPROXY",
        "GOFLAGS",
        "GOOS",
        "GOARCH",
        "GOARM",
        "GOPATH",
        "GOBIN",
        "GOSUMDB",
        "GONOSUMDB",
        "GOPRIVATE",
        "GONOSUMCHECK",
        "GOCACHE",
        "GOMODCACHE",
        "GOTOOLCHAIN",
        "CGO_CFLAGS",
        "CGO_LDFLAGS",
        "CARGO_HOME",
        "CARGO_TARGET_DIR",
        "RUSTFLAGS",
        "CARGO_NET_GIT_FETCH_WITH_CLI",
        "MAVEN_OPTS",
        "GRADLE_OPTS",
        "GRADLE_USER_HOME",
        "MAVEN_CONFIG",
        "DOTNET_CLI_TELEMETRY_OPTOUT",
        "NUGET_PACKAGES",
        "CFLAGS",
        "CXXFLAGS",
        "LDFLAGS",
        "CC",
        "CXX",
        "MAKEFLAGS",
        "DEBIAN_FRONTEND",
        "DOTNET_SKIP_FIRST_TIME_EXPERIENCE",
        "DOTNET_NOLOGO",
        "NUGET_XMLDOC_MODE",
        "PIP_NO_CACHE_DIR",
        "PIP_DISABLE_PIP_VERSION_CHECK",
        "COMPOSER_ALLOW_SUPERUSER",
        "COMPOSER_HOME",
    ]
)
"""Variables that only tools of a build read."""

SOURCE_ENDINGS: frozenset[str] = frozenset(
    [
        ".go",
        ".rs",
        ".java",
        ".kt",
        ".kts",
        ".scala",
        ".groovy",
        ".gradle",
        ".c",
        ".h",
        ".cc",
        ".cpp",
        ".cxx",
        ".hpp",
        ".hh",
        ".hxx",
        ".s",
        ".cs",
        ".fs",
        ".vb",
        ".csproj",
        ".fsproj",
        ".vbproj",
        ".sln",
        ".slnx",
        ".proto",
        ".y",
        ".l",
        ".m4",
        ".am",
        ".ac",
        ".in",
        ".cmake",
        ".o",
        ".a",
        ".mod",
        ".sum",
        ".lock",
        ".md",
        ".rst",
        ".iml",
        ".pc",
        ".mk",
        ".rc",
        ".dockerfile",
    ]
)
SOURCE_NAMES = re.compile(
    r"(?:Makefile|makefile|GNUmakefile|CMakeLists\.txt|Cargo\.(?:toml|lock)|pom\.xml|mvnw(?:\.cmd)?|gradlew(?:\.bat)?"
    r"|gradle\.properties|configure|README.*|LICEN[CS]E.*|CHANGELOG.*|CONTRIBUTING.*|NOTICE.*|AUTHORS.*|COPYING.*"
    r"|Dockerfile.*|Containerfile.*|.*\.Dockerfile|(?:docker-)?compose.*\.ya?ml|Jenkinsfile|Procfile|Vagrantfile"
    r"|rust-toolchain(?:\.toml)?|global\.json|NuGet\.[Cc]onfig|Directory\..*\.props|meson\.build|vendor"
    r"|\.(?!env$).*|.*_test\.\w+)",
)
SOURCE_FOLDERS: frozenset[str] = frozenset(
    [
        ".git",
        ".github",
        ".gitlab",
        ".vscode",
        ".idea",
        ".cargo",
        ".mvn",
        ".gradle",
        "gradle",
        "vendor",
        "third_party",
        "node_modules",
        "target",
        "obj",
        "testdata",
        "test",
        "tests",
        "docs",
        "doc",
        "examples",
        "example",
        "benches",
        ".circleci",
        "buildSrc",
    ]
)
"""Folders of a project that what is built of it does not read."""

DATA_FOLDERS: frozenset[str] = frozenset(
    [
        "templates",
        "template",
        "static",
        "public",
        "assets",
        "migrations",
        "views",
        "config",
        "configs",
        "conf",
        "data",
        "web",
        "www",
        "wwwroot",
        "html",
        "i18n",
        "locales",
        "locale",
        "resources",
        "fixtures",
        "seeds",
        "certs",
        "scripts",
    ]
)
"""Folders of a project that are read as a program runs, by their usual names."""

HARMLESS: frozenset[str] = frozenset(
    [
        "set",
        "echo",
        "printf",
        "true",
        "false",
        "test",
        "[",
        "[[",
        ":",
        "ls",
        "pwd",
        "cat",
        "export",
        "env",
        "cd",
        "uname",
        "which",
        "type",
        "command",
        "find",
        "grep",
        "egrep",
        "head",
        "tail",
        "sleep",
        "id",
        "whoami",
        "date",
        "sha256sum",
        "sha512sum",
        "md5sum",
        "rm",
        "rmdir",
        "strip",
        "upx",
        "sync",
        "file",
        "ldd",
        "du",
        "df",
        "tree",
        "unset",
        "exit",
        "nproc",
        "dirname",
        "basename",
        "readlink",
        "wc",
        "sort",
        "tr",
        "cut",
        "awk",
        "expr",
        "return",
        "read",
        "git",
        "node-prune",
    ]
)
"""Programs that leave nothing behind which an image needs but by redirection, or where they stand."""
COMPILING: frozenset[str] = frozenset(
    [
        "go",
        "cargo",
        "rustup",
        "rustc",
        "mvn",
        "mvnw",
        "gradle",
        "gradlew",
        "dotnet",
        "make",
        "gmake",
        "cmake",
        "ctest",
        "gcc",
        "g++",
        "cc",
        "c++",
        "clang",
        "clang++",
        "ninja",
        "meson",
        "configure",
        "autogen.sh",
        "bootstrap",
        "autoreconf",
        "autoconf",
        "automake",
        "libtoolize",
        "aclocal",
        "javac",
        "jar",
        "ant",
        "protoc",
        "node-gyp",
        "npm",
        "npx",
        "yarn",
        "pnpm",
        "corepack",
        "tsc",
        "vite",
        "composer",
        "ar",
        "ld",
        "ranlib",
        "ldconfig",
    ]
)
"""Programs that write where they run, or into caches of their own, as long as they install nothing elsewhere."""
WRITING: frozenset[str] = frozenset(
    [
        "cp",
        "mv",
        "install",
        "ln",
        "mkdir",
        "touch",
        "sed",
        "tee",
        "tar",
        "unzip",
        "curl",
        "wget",
        "chmod",
        "chown",
        "chgrp",
    ]
)
"""Programs that write the paths that they are told."""
CONFIGURING: frozenset[str] = frozenset(
    [
        "useradd",
        "adduser",
        "groupadd",
        "addgroup",
        "usermod",
        "chown",
        "chmod",
        "chgrp",
        "mkdir",
        "touch",
        "ln",
        "set",
        "true",
        "echo",
        "a2enmod",
        "a2dismod",
        "a2ensite",
        "a2dissite",
        "a2enconf",
        "update-ca-certificates",
    ]
)
"""Programs that set up an image, so that they may as well run in the final stage alone."""
ACCOUNT_PROGRAMS: frozenset[str] = frozenset(["useradd", "adduser", "groupadd", "addgroup", "usermod"])
PASSING: tuple[str, ...] = (
    *("/tmp", "/var/tmp", "/root", "/go", "/usr/local/cargo", "/usr/local/rustup", "/home/gradle/.gradle"),
    *("/var/cache", "/var/lib/apt", "/etc/apt", "/etc/apk", "/usr/src", "/dev", "/usr/share/maven"),
)
"""Folders in which a build keeps what only it needs."""
SEARCHED: tuple[str, ...] = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")
"""Where any image looks for programs."""
SITE_SERVERS: frozenset[str] = frozenset({"serve", "http-server", "live-server", "sirv"})
"""Servers of static files from npm."""
