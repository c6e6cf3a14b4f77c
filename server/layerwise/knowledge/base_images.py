"""What well-known images bring along, as their own Dockerfiles set it: variables, working directory, user, shell.

Facts that differ between tags, such as a version number, are listed without a value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct
from msgspec.structs import replace


class BaseImage(Struct, frozen=True):
    """What is in force in an image.

    ``env`` are pairs of a name and a value, None for one that differs between tags. ``workdir`` is None when unknown;
    ``user`` is None for root by default. ``accounts`` are (name, uid, home).
    """

    env: tuple[tuple[str, str | None], ...] = ()
    workdir: str | None = None
    user: str | None = None
    shell: tuple[str, ...] | None = None
    tool_settings: frozenset[str] = frozenset()
    accounts: tuple[tuple[str, str | None, str | None], ...] = ()
    complete: bool = False
    """``env`` holds all variables of the image."""


SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""What BuildKit sets as PATH for an image that sets none (its ``util/system/path.go``)."""
UNKNOWN = BaseImage((("PATH", None),))
SCRATCH = BaseImage((("PATH", SYSTEM_PATH),), "/", complete=True)

_DOTNET = (
    *(("APP_UID", "1654"), ("ASPNETCORE_HTTP_PORTS", "8080"), ("DOTNET_RUNNING_IN_CONTAINER", "true")),
    *(("DOTNET_VERSION", None), ("ASPNET_VERSION", None), ("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", None)),
)
_DOTNET_SDK = (
    *(("DOTNET_GENERATE_ASPNET_CERTIFICATE", "false"), ("DOTNET_NOLOGO", "true"), ("DOTNET_SDK_VERSION", None)),
    *(
        ("DOTNET_USE_POLLING_FILE_WATCHER", "true"),
        ("NUGET_XMLDOC_MODE", "skip"),
        ("POWERSHELL_DISTRIBUTION_CHANNEL", None),
    ),
)
_JAVA = ("JAVA_HOME", "JAVA_VERSION")
_JUPYTER = BaseImage(
    (
        *(
            ("CONDA_DIR", "/opt/conda"),
            ("SHELL", "/bin/bash"),
            ("NB_USER", "jovyan"),
            ("NB_UID", "1000"),
            ("NB_GID", "100"),
        ),
        *(("HOME", "/home/jovyan"), ("LC_ALL", "C.UTF-8"), ("LANG", "C.UTF-8"), ("LANGUAGE", "C.UTF-8")),
        *(("PATH", f"/opt/conda/bin:{SYSTEM_PATH}"), ("DEBIAN_FRONTEND", "noninteractive")),
    ),
    "/home/jovyan",
    "1000",
    ("/bin/bash", "-o", "pipefail", "-c"),
    accounts=(("jovyan", "1000", "/home/jovyan"),),
)


def _image(
    *unknown: str,
    path: str = "",
    workdir: str = "/",
    user: str | None = None,
    accounts: Iterable[tuple[str, str | None, str | None]] = (),
    **env: str,
) -> BaseImage:
    """:param unknown: variables whose value differs between tags. :param path: what stands in PATH before the usual."""
    pairs = {"PATH": f"{path}:{SYSTEM_PATH}" if path else SYSTEM_PATH, **dict.fromkeys(unknown), **env}
    return BaseImage(tuple(pairs.items()), workdir, user, accounts=tuple(accounts), complete=True)


BASE_IMAGES: Mapping[str, BaseImage] = {
    **dict.fromkeys(
        ("alpine", "almalinux", "amazonlinux", "busybox", "centos", "debian", "opensuse/leap", "opensuse/tumbleweed"),
        _image(),
    ),
    **dict.fromkeys(("oraclelinux", "rockylinux", "ubuntu", "buildpack-deps", "hello-world", "bash"), _image()),
    "fedora": _image("DISTTAG", "FGC", "FBR"),
    "archlinux": _image(LANG="C.UTF-8"),
    "python": _image("PYTHON_VERSION", "PYTHON_SHA256", "GPG_KEY", "LANG", path="/usr/local/bin"),
    "pypy": _image("PYPY_VERSION", path="/opt/pypy/bin", LANG="C.UTF-8"),
    "node": _image("NODE_VERSION", "YARN_VERSION", accounts=[("node", "1000", "/home/node")]),
    "golang": _image(
        "GOLANG_VERSION", path="/go/bin:/usr/local/go/bin", workdir="/go", GOTOOLCHAIN="local", GOPATH="/go"
    ),
    "rust": _image(
        "RUST_VERSION", path="/usr/local/cargo/bin", RUSTUP_HOME="/usr/local/rustup", CARGO_HOME="/usr/local/cargo"
    ),
    "ruby": _image(
        *("RUBY_VERSION", "RUBY_DOWNLOAD_URL", "RUBY_DOWNLOAD_SHA256"),
        path="/usr/local/bundle/bin",
        LANG="C.UTF-8",
        GEM_HOME="/usr/local/bundle",
        BUNDLE_SILENCE_ROOT_WARNING="1",
        BUNDLE_APP_CONFIG="/usr/local/bundle",
    ),
    "php": _image(
        *(
            "PHP_VERSION",
            "PHP_URL",
            "PHP_ASC_URL",
            "PHP_SHA256",
            "GPG_KEYS",
            "PHPIZE_DEPS",
            "PHP_CFLAGS",
            "PHP_CPPFLAGS",
        ),
        *("PHP_LDFLAGS", "PHP_EXTRA_CONFIGURE_ARGS", "APACHE_CONFDIR", "APACHE_ENVVARS"),
        workdir="/var/www/html",
        PHP_INI_DIR="/usr/local/etc/php",
    ),
    "composer": _image(
        *(
            "PHP_VERSION",
            "PHP_URL",
            "PHP_ASC_URL",
            "PHP_SHA256",
            "GPG_KEYS",
            "PHPIZE_DEPS",
            "PHP_CFLAGS",
            "PHP_CPPFLAGS",
        ),
        *("PHP_LDFLAGS", "COMPOSER_VERSION"),
        workdir="/app",
        PHP_INI_DIR="/usr/local/etc/php",
        COMPOSER_ALLOW_SUPERUSER="1",
        COMPOSER_HOME="/tmp",
    ),
    "nginx": _image("NGINX_VERSION", "NJS_VERSION", "NJS_RELEASE", "PKG_RELEASE", "DYNPKG_RELEASE", "ACME_VERSION"),
    "httpd": _image(
        *("HTTPD_VERSION", "HTTPD_SHA256", "HTTPD_PATCHES"),
        path="/usr/local/apache2/bin",
        workdir="/usr/local/apache2",
        HTTPD_PREFIX="/usr/local/apache2",
    ),
    "redis": _image("REDIS_VERSION", "REDIS_DOWNLOAD_URL", "REDIS_DOWNLOAD_SHA", "GOSU_VERSION", workdir="/data"),
    "postgres": BaseImage(
        (
            ("LANG", None),
            ("PG_MAJOR", None),
            ("PG_VERSION", None),
            ("PATH", None),
            ("PGDATA", None),
            ("GOSU_VERSION", None),
        ),
        "/",
        accounts=(("postgres", None, "/var/lib/postgresql"),),
    ),
    **dict.fromkeys(
        ("mysql", "mariadb", "mongo", "haskell", "swift", "perl", "gcc", "erlang"), BaseImage((("PATH", None),))
    ),
    "elixir": _image("ELIXIR_VERSION", "OTP_VERSION", "REBAR3_VERSION", "REBAR_VERSION", LANG="C.UTF-8"),
    **dict.fromkeys(
        ("eclipse-temurin", "amazoncorretto", "ibm-semeru-runtimes", "sapmachine"),
        BaseImage((*((name, None) for name in _JAVA), ("PATH", None), ("LANG", None)), "/"),
    ),
    "maven": BaseImage(
        (
            *((name, None) for name in _JAVA),
            ("PATH", None),
            ("MAVEN_HOME", "/usr/share/maven"),
            ("MAVEN_CONFIG", "/root/.m2"),
        ),
        "/",
    ),
    "gradle": BaseImage(
        (*((name, None) for name in _JAVA), ("PATH", None), ("GRADLE_HOME", "/opt/gradle"), ("GRADLE_VERSION", None)),
        "/home/gradle",
        accounts=(("gradle", "1000", "/home/gradle"),),
    ),
    "oven/bun": BaseImage(
        (("PATH", None), ("BUN_INSTALL_BIN", "/usr/local/bin"), ("BUN_RUNTIME_TRANSPILER_CACHE_PATH", "0")),
        "/home/bun/app",
    ),
    "continuumio/miniconda3": BaseImage(
        (("PATH", f"/opt/conda/bin:{SYSTEM_PATH}"), ("LANG", "C.UTF-8"), ("LC_ALL", "C.UTF-8")), "/"
    ),
    "condaforge/miniforge3": BaseImage((("PATH", f"/opt/conda/bin:{SYSTEM_PATH}"), ("CONDA_DIR", "/opt/conda")), "/"),
    "mambaorg/micromamba": BaseImage(
        (
            ("PATH", None),
            ("MAMBA_ROOT_PREFIX", "/opt/conda"),
            ("MAMBA_USER", "mambauser"),
            ("MAMBA_EXE", "/bin/micromamba"),
        ),
        "/tmp",
        "mambauser",
        accounts=(("mambauser", None, "/home/mambauser"),),
    ),
    **{
        f"{registry}jupyter/{name}": _JUPYTER
        for registry in ("", "quay.io/")
        for name in (
            *("docker-stacks-foundation", "base-notebook", "minimal-notebook", "scipy-notebook", "r-notebook"),
            *(
                "datascience-notebook",
                "tensorflow-notebook",
                "pytorch-notebook",
                "pyspark-notebook",
                "all-spark-notebook",
            ),
        )
    },
    **{
        f"mcr.microsoft.com/dotnet/{name}": BaseImage(
            (("PATH", None), *env), "/", accounts=(("app", "1654", "/home/app"),)
        )
        for name, env in (
            *(("runtime-deps", _DOTNET), ("runtime", _DOTNET), ("aspnet", _DOTNET), ("sdk", (*_DOTNET, *_DOTNET_SDK))),
        )
    },
}
"""By the name of the image without tag; those of Docker's own registry without ``docker.io`` and ``library``."""

_PLAIN: Mapping[str, tuple[frozenset[str], BaseImage]] = {
    "php": (frozenset({"apache", "fpm"}), replace(BASE_IMAGES["php"], workdir="/")),
}
"""What the tags of an image mean that have none of these parts: ``php:8.4`` and ``php:8.4-cli`` work in no folder."""

WITHOUT_PACKAGE_LISTS: frozenset[str] = frozenset(
    (
        *("debian", "ubuntu", "buildpack-deps", "python", "pypy", "node", "golang", "rust", "ruby", "php", "perl"),
        *("gcc", "nginx", "httpd", "redis", "postgres", "mariadb", "mongo", "mysql", "erlang", "elixir", "haskell"),
        *("swift", "eclipse-temurin", "openjdk", "maven", "gradle", "tomcat", "jenkins/jenkins", "wordpress"),
    )
)
"""Images with apt that come without its lists: the official ones remove them in the step that fetched them."""

WITH_BASH: frozenset[str] = WITHOUT_PACKAGE_LISTS | {
    *("almalinux", "amazonlinux", "archlinux", "centos", "fedora", "oraclelinux", "rockylinux", "opensuse/leap"),
}
"""Images that have bash, but for their variants of Alpine."""

BUSYBOX_IMAGES: frozenset[str] = frozenset({"alpine", "busybox", "docker", "bash"})
"""Images whose usual tags have the programs of BusyBox; of others, those with ``alpine`` in the tag have them."""

_WINDOWS = frozenset({"windows", "nanoserver", "servercore", "windowsservercore"})


def base_image(name: str, tag: str) -> BaseImage | None:
    """What an image brings along, by its name as in ``BASE_IMAGES`` and its tag; None for one that is not known."""
    parts, plain = _PLAIN.get(name, (frozenset(), None))
    return plain if plain is not None and parts.isdisjoint(tag.split("-")) else BASE_IMAGES.get(name)


def is_windows(repository: str, tag: str) -> bool:
    """Whether an image is one for Windows, by its name: those of Microsoft, and tags that name a Windows edition."""
    names = repository.split("/")
    return not _WINDOWS.isdisjoint(names) or any(part in tag for part in _WINDOWS - {"windows"})
