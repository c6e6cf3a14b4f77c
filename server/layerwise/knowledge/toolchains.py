"""Compilers and build tools: the images that hold them, the packages that bring them, the commands that build with them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec import Struct


class Toolchain(Struct, frozen=True):
    """What an image is made to compile with.

    ``builds`` are the programs that compile, each with the words of which one must be among its arguments, if there are
    any. ``tools`` are those that, when the image starts one of them, need the toolchain as it runs.
    """

    language: str
    builds: Mapping[str, frozenset[str]]
    tools: frozenset[str]
    megabytes: int
    """About how much of the image is of no use to what it has compiled, unpacked."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_NOTHING: frozenset[str] = frozenset()
_C_BUILDS = {
    **dict.fromkeys(("gcc", "g++", "cc", "c++", "clang", "clang++", "ninja", "meson"), _NOTHING),
    **dict.fromkeys(("make", "gmake", "cmake", "scons", "bazel", "waf"), _NOTHING),
}
_MAVEN_BUILDS = {
    **dict.fromkeys(("mvn", "mvnw"), _words("package install verify compile deploy spring-boot:repackage")),
    **dict.fromkeys(
        ("gradle", "gradlew"),
        _words(
            "build assemble jar bootJar bootWar war shadowJar installDist distZip distTar fatJar uberJar nativeCompile"
        ),
    ),
    "javac": _NOTHING,
    "ant": _NOTHING,
}
_GO = Toolchain(
    "Go",
    {"go": _words("build install")},
    _words("go air dlv reflex gow CompileDaemon realize gin fresh godep make"),
    700,
)
_RUST = Toolchain("Rust", {"cargo": _words("build install b")}, _words("cargo rustc cargo-watch make"), 1200)
_JAVA_TOOLS = _words("mvn mvnw gradle gradlew ant javac jshell sbt lein jib jcmd")
_MAVEN = Toolchain("Java", _MAVEN_BUILDS, _JAVA_TOOLS, 300)
_DOTNET = Toolchain(".NET", {"dotnet": _words("publish build msbuild")}, _words("msbuild pwsh make"), 600)
_C = Toolchain("C", _C_BUILDS, _words("gcc g++ make gdb clang cmake"), 1000)
_SWIFT = Toolchain("Swift", {"swift": _words("build")}, _words("swift xcrun make"), 1500)
_HASKELL = Toolchain(
    "Haskell",
    {"stack": _words("build install"), "cabal": _words("build install v2-build new-build v2-install"), "ghc": _NOTHING},
    _words("stack cabal ghc ghci runghc runhaskell make"),
    1500,
)
_DART = Toolchain("Dart", {"dart": _words("compile")}, _words("dart pub flutter"), 500)

COMPILER_IMAGES: Mapping[str, Toolchain] = {
    "golang": _GO,
    "rust": _RUST,
    "maven": _MAVEN,
    "gradle": _MAVEN,
    "mcr.microsoft.com/dotnet/sdk": _DOTNET,
    "mcr.microsoft.com/dotnet/core/sdk": _DOTNET,
    "microsoft/dotnet": _DOTNET,
    "gcc": _C,
    "buildpack-deps": _C,
    "swift": _SWIFT,
    "haskell": _HASKELL,
    "dart": _DART,
    **dict.fromkeys(("eclipse-temurin", "openjdk", "amazoncorretto", "ibm-semeru-runtimes", "adoptopenjdk"), _MAVEN),
}
"""By the name of the image."""

_RUNTIME_TAG = re.compile(r"(?:^|-)(?:jre|slim|runtime|aspnet|nanoserver-jre)(?:-|$)")


def is_runtime_tag(image: str, tag: str) -> bool:
    """Whether a tag of such an image is one of a variant without the compiler."""
    if image == "microsoft/dotnet":
        return "sdk" not in tag
    return image not in ("golang", "rust", "maven", "gradle", "gcc", "haskell") and bool(_RUNTIME_TAG.search(tag))


BUILD_PACKAGES: frozenset[str] = _words(
    "build-essential gcc g++ cpp make cmake autoconf automake libtool libtool-bin bison flex gettext-base-dev clang llvm"
    " ninja-build meson gfortran nasm yasm dpkg-dev devscripts debhelper build-base alpine-sdk musl-dev libc-dev"
    " libc6-dev linux-headers gcc-c++ rpm-build kernel-headers linux-headers-generic glibc-devel libstdc++-devel"
    " rustc rust cargo golang golang-go go maven gradle default-jdk openjdk-8-jdk openjdk-11-jdk openjdk-17-jdk openjdk-21-jdk"
    " python-dev python3-dev python3-devel python-devel ruby-dev php-dev re2c"
)
"""Packages that are of use only while something is compiled, by their names in any distribution."""

_HEADERS = re.compile(r"[\w.+-]+-(?:dev|devel)")


def is_build_package(name: str) -> bool:
    """Whether a package holds a compiler, a build tool, or headers."""
    return name in BUILD_PACKAGES or _HEADERS.fullmatch(name) is not None


COMPILING_COMMANDS: Mapping[str, frozenset[str]] = {
    **_C_BUILDS,
    **_GO.builds,
    **_RUST.builds,
    **_MAVEN_BUILDS,
    **_SWIFT.builds,
    "configure": _NOTHING,
    **dict.fromkeys(("docker-php-ext-install", "pecl", "phpize", "rpmbuild", "debuild", "dpkg-buildpackage"), _NOTHING),
    **dict.fromkeys(("rpmrebuild", "qmake", "stack", "cabal", "ghc", "rustc", "ld", "checkinstall"), _NOTHING),
    "node-gyp": _NOTHING,
    "setup.py": _NOTHING,
    **dict.fromkeys(("python", "python3"), frozenset({"setup.py"})),
}
"""Programs that compile something, with the words of which one must be given, if there are any."""

RUNTIME_COMPILERS: frozenset[str] = _words(
    "torch vllm triton deepspeed cupy jax tensorflow numba cython pythran theano pystan cmdstanpy xgboost mxnet taichi"
    " rpy2 jupyter jupyterlab notebook ansible ansible-core tox nox pytest pre-commit"
)
"""Packages that compile, or install others, as they run."""
