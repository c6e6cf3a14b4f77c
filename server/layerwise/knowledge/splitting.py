"""What a split into stages goes by: which small image runs what an SDK image builds, which package of libraries belongs
to which package of headers, and which files of a project are its source. Sources: the packages and images themselves."""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec import Struct


class Sdk(Struct, frozen=True):
    """An image to build with. ``static`` and ``debian`` and ``alpine`` are images to run the result on, by what the SDK
    image is based on; ``{release}``, ``{alpine}``, ``{java}`` and ``{tag}`` stand for what its tag says."""

    language: str
    debian: str
    alpine: str = ""
    static: str = ""
    packages: tuple[str, ...] = ()
    """Distribution packages of the SDK image that what it builds uses as it runs."""
    alpine_lines: tuple[str, ...] = ()
    """Instructions by which its Alpine image is for running what it is for building."""
    libraries: tuple[str, ...] = ()
    """Libraries of the SDK image, newer than those of the distribution, that what it builds is linked to."""


_STATIC = "alpine:3"
_JRE = "eclipse-temurin:{java}-jre"
_GO = Sdk("Go", "debian:{release}-slim", "alpine:{alpine}", _STATIC, ("ca-certificates", "tzdata"))
_RUST = Sdk("Rust", "debian:{release}-slim", "alpine:{alpine}", "", ("ca-certificates", "tzdata"))
_C = Sdk(
    "C",
    "debian:{release}-slim",
    packages=("ca-certificates", "tzdata"),
    libraries=("/usr/local/lib64/libgcc_s.so.1", "/usr/local/lib64/libstdc++.so.6"),
)
_JAVA = Sdk("Java", _JRE, _JRE + "-alpine")

SDKS: Mapping[str, Sdk] = {
    "golang": _GO,
    "rust": _RUST,
    "gcc": _C,
    **dict.fromkeys(("maven", "gradle", "eclipse-temurin", "openjdk", "amazoncorretto"), _JAVA),
    "mcr.microsoft.com/dotnet/sdk": Sdk(
        ".NET",
        "mcr.microsoft.com/dotnet/aspnet:{tag}",
        "mcr.microsoft.com/dotnet/aspnet:{tag}",
        alpine_lines=(
            "RUN apk add --no-cache icu-data-full icu-libs tzdata",
            "ENV DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=false",
        ),
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


def _bookworm(names: str) -> Mapping[str, str]:
    return {"bookworm": names}


_DEBIAN = ("buster", "bullseye", "bookworm", "trixie")
_EVENT = "libevent-2.1-7{0} libevent-core-2.1-7{0} libevent-extra-2.1-7{0} libevent-openssl-2.1-7{0} libevent-pthreads-2.1-7{0}"
_PCRE = "libpcre2-8-0 libpcre2-16-0 libpcre2-32-0"
_CURSES = "libncurses6 libncursesw6 libtinfo6"
_DEBIAN_JPEG = dict.fromkeys(_DEBIAN, "libjpeg62-turbo")
_JPEG = {**_DEBIAN_JPEG, **dict.fromkeys(("focal", "jammy", "noble"), "libjpeg-turbo8")}
APT_LIBRARIES: Mapping[str, Names] = {
    "libpq-dev": "libpq5",
    "default-libmysqlclient-dev": dict.fromkeys(_DEBIAN, "libmariadb3"),
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
        **dict.fromkeys(("buster", "bullseye", "focal"), "libwebp6 libwebpmux3 libwebpdemux2"),
        **dict.fromkeys(("bookworm", "trixie", "jammy", "noble"), "libwebp7 libwebpmux3 libwebpdemux2"),
    },
    "libtiff-dev": dict.fromkeys(("bookworm", "trixie", "noble"), "libtiff6 libtiffxx6"),
    "libxpm-dev": "libxpm4",
    "libgd-dev": "libgd3",
    "libexif-dev": "libexif12",
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
    "libldap-dev": _bookworm("libldap-2.5-0"),
    "libldap2-dev": _bookworm("libldap-2.5-0"),
    "libgmp-dev": "libgmp10 libgmpxx4ldbl",
    "libbz2-dev": "libbz2-1.0",
    "liblzma-dev": "liblzma5",
    "libzstd-dev": "libzstd1",
    "liblz4-dev": "liblz4-1",
    "libsnappy-dev": _bookworm("libsnappy1v5"),
    "libevent-dev": {
        **dict.fromkeys(("bookworm", "jammy"), _EVENT.format("")),
        **dict.fromkeys(_T64, _EVENT.format("t64")),
    },
    "libuv1-dev": _t64("libuv1"),
    "libhiredis-dev": _bookworm("libhiredis0.14"),
    "librdkafka-dev": "librdkafka1 librdkafka++1",
    "libmemcached-dev": _bookworm("libmemcached11 libmemcachedutil2"),
    "libprotobuf-dev": _bookworm("libprotobuf32 libprotobuf-lite32"),
    "libsodium-dev": "libsodium23",
    "libzmq3-dev": "libzmq5",
    "libjansson-dev": "libjansson4",
    "libpcre2-dev": _bookworm(_PCRE + " libpcre2-posix3"),
    "libncurses-dev": _CURSES,
    "libncurses5-dev": _CURSES,
    "libncursesw5-dev": _CURSES,
    "libreadline-dev": {
        **dict.fromkeys(("bullseye", "bookworm", "focal", "jammy"), "libreadline8"),
        **dict.fromkeys(_T64, "libreadline8t64"),
    },
    "libedit-dev": "libedit2",
    "uuid-dev": "libuuid1",
    "libseccomp-dev": "libseccomp2",
    "libsystemd-dev": "libsystemd0",
    "libusb-1.0-0-dev": "libusb-1.0-0",
    "libtidy-dev": _bookworm("libtidy5deb1"),
    "libgeos-dev": _bookworm("libgeos-c1v5"),
    "libgdal-dev": _bookworm("libgdal32"),
    "libmagic-dev": _bookworm("libmagic1"),
    "unixodbc-dev": _bookworm("libodbc2 libodbccr2 libodbcinst2"),
    "freetds-dev": "libct4 libsybdb5",
    "libblas-dev": "libblas3",
    "liblapack-dev": "liblapack3",
    "libopenblas-dev": _bookworm("libopenblas0"),
    "libgfortran-dev": "libgfortran5",
    "gfortran": "libgfortran5",
    **dict.fromkeys(("libc6-dev", "linux-libc-dev", "python3-dev", "python-dev", "libpython3-dev", "libtool"), ""),
}
"""The packages of the libraries for one of headers, in Debian and Ubuntu: the same in all releases, or by release. An
empty name: none is needed. Those of bookworm are what its packages depend on; of other releases only what is certain."""

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
    "bzip2-dev": "libbz2",
    "xz-dev": "xz-libs",
    "cyrus-sasl-dev": "libsasl",
    "libsodium-dev": "libsodium",
    "pcre2-dev": "pcre2",
    **dict.fromkeys(("g++", "build-base", "alpine-sdk"), "libstdc++"),
    "gcc": "libgcc",
    **dict.fromkeys(("musl-dev", "libc-dev", "linux-headers", "python3-dev", "autoconf", "automake", "make"), ""),
}
"""The same in Alpine. What is compiled as C++ there needs its library, which the image does not have by itself."""

RPM_LIBRARIES: Mapping[str, str] = {
    "openssl-devel": "openssl-libs",
    "libffi-devel": "libffi",
    "libxml2-devel": "libxml2",
    "libxslt-devel": "libxslt",
    "sqlite-devel": "sqlite-libs",
    "gmp-devel": "gmp",
    "bzip2-devel": "bzip2-libs",
    "xz-devel": "xz-libs",
    "libyaml-devel": "libyaml",
    "libjpeg-turbo-devel": "libjpeg-turbo",
    "libpng-devel": "libpng",
    "freetype-devel": "freetype",
    "libicu-devel": "libicu",
    "ncurses-devel": "ncurses-libs",
    "readline-devel": "readline",
    "libevent-devel": "libevent",
    "pcre2-devel": "pcre2",
    "jansson-devel": "jansson",
    **dict.fromkeys(("gcc-c++", "libstdc++-devel"), "libstdc++"),
    **dict.fromkeys(("glibc-devel", "glibc-headers", "kernel-headers", "python3-devel", "redhat-rpm-config"), ""),
}
"""The same in Fedora and its kin. SUSE has other names: there packages of headers stay."""

REPOSITORIES: tuple[str, ...] = (
    *(
        "/etc/apt/sources.list",
        "/etc/apt/preferences.d",
        "/etc/yum.repos.d",
        "/etc/apk/repositories",
        "/etc/zypp/repos.d",
    ),
)
"""Where a distribution is told of more packages."""

BASES: frozenset[str] = frozenset(
    [
        *("debian", "ubuntu", "alpine"),
        *("fedora", "registry.fedoraproject.org/fedora", "quay.io/fedora/fedora"),
        *("centos", "quay.io/centos/centos", "almalinux", "rockylinux", "rockylinux/rockylinux", "oraclelinux"),
        *("amazonlinux", "public.ecr.aws/amazonlinux/amazonlinux", "opensuse/leap", "opensuse/tumbleweed"),
        *(
            f"{name}{variant}"
            for release in ("8", "9", "10")
            for name in (f"redhat/ubi{release}", f"registry.access.redhat.com/ubi{release}")
            for variant in ("", "/ubi", "-minimal", "/ubi-minimal")
        ),
    ]
)
"""Images that hold a distribution and nothing else."""

INSTALLS: Mapping[str, str] = {
    "apt": "apt-get update && apt-get install -y --no-install-recommends {} && rm -rf /var/lib/apt/lists/*",
    "apk": "apk add --no-cache {}",
    "dnf": "dnf install -y --setopt=install_weak_deps=False {} && dnf clean all",
    "yum": "yum install -y {} && yum clean all",
    "microdnf": "microdnf install -y --nodocs --setopt=install_weak_deps=0 {} && microdnf clean all",
    "tdnf": "tdnf install -y {} && tdnf clean all",
    "zypper": "zypper --non-interactive install --no-recommends {} && zypper clean --all",
}
"""How packages are installed without leaving anything behind, by the package manager."""

NODE_PACKAGES: frozenset[str] = frozenset(["python3", "python", "python2", "py3-pip", "py3-setuptools", "libstdc++"])
"""Packages that node-gyp needs, or that the image of Node has anyway."""

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

BUNDLED_CRATES: frozenset[str] = frozenset(
    [
        *("openssl-sys", "windows-sys", "linux-raw-sys", "js-sys", "web-sys", "wasm-bindgen", "core-foundation-sys"),
        *("security-framework-sys", "libz-sys", "zstd-sys", "lzma-sys", "bzip2-sys", "brotli-sys", "lz4-sys"),
        *(
            "tikv-jemalloc-sys",
            "jemalloc-sys",
            "libmimalloc-sys",
            "ring-sys",
            "aws-lc-sys",
            "aws-lc-fips-sys",
            "inotify-sys",
        ),
        *("prefix-sys", "errno-dragonfly-sys", "iana-time-zone-haiku-sys", "system-configuration-sys", "fsevent-sys"),
        *("libgit2-sys", "libssh2-sys", "curl-sys", "librocksdb-sys", "snappy-sys", "esaxx-sys", "onig_sys"),
    ]
)
"""Crates that bind a library which they compile themselves, or which the image that runs it has: that of OpenSSL comes
with ``ca-certificates``."""

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
        "UV_COMPILE_BYTECODE",
        "UV_LINK_MODE",
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
        *(
            "ng",
            "webpack",
            "rollup",
            "esbuild",
            "parcel",
            "next",
            "nuxt",
            "react-scripts",
            "vue-cli-service",
            "nx",
            "turbo",
        ),
        *("bun", "bunx", "clang-format", "scons"),
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
BROWSER_PACKAGES: tuple[str, ...] = ("puppeteer", "playwright", "@playwright/test", "cypress")
"""Packages of npm that fetch a browser as they are installed, or let it be fetched, to the home of the user."""
PYTHON_MODULES: frozenset[str] = frozenset(
    ["pip", "venv", "virtualenv", "compileall", "ensurepip", "build", "poetry", "uv"]
)
"""Modules that, when they are run, write packages or into the folder they run in, and nothing else."""
CLONE_VALUES: frozenset[str] = frozenset(
    ["-b", "--branch", "--depth", "-o", "--origin", "-c", "--config", "-j", "--jobs", "--filter", "--reference", "-u"]
)
"""Options of ``git clone`` whose value is a word of its own."""
