"""Which files weigh something, as far as a name can tell. Sizes that can be seen come from the build context instead."""

from __future__ import annotations

import re

LARGE = 100_000
"""Bytes from which on files in a layer are worth a word."""
MANY = 1_000
"""So many files are worth a word, whatever their bytes."""

ARCHIVES: tuple[str, ...] = (
    *(".tar", ".tar.gz", ".tar.xz", ".tar.bz2", ".tar.zst", ".tar.lz4", ".tgz", ".txz", ".tbz", ".tbz2", ".tzst"),
    *(".gz", ".xz", ".bz2", ".zst", ".zip", ".7z", ".rar", ".cpio"),
)
"""Files that hold others, packed."""
UNPACKED_BY_ADD: tuple[str, ...] = (
    *(".tar", ".gz", ".tgz", ".bz2", ".tbz", ".tbz2", ".tb2", ".xz", ".txz", ".zst", ".tzst", ".lz", ".lzma", ".tlz"),
    *(".z", ".taz", ".tpz", ".tz2", ".tzo"),
)
"""Names of archives that ADD may unpack, in lower case. A zip is none of them."""
PACKAGES: tuple[str, ...] = (
    *(".deb", ".rpm", ".apk", ".whl", ".gem", ".nupkg", ".jar", ".war", ".ear", ".pkg", ".msi", ".exe", ".run"),
    *(".AppImage", ".snap"),
)
"""Files that are installed, or run to install something."""
INSTALLERS: re.Pattern[str] = re.compile(
    r"\.run$|^get-pip\.py$|(?i:conda|mamba|miniforge|linux|x86_64|x64|amd64|aarch64|arm64|(?<![a-z])arch|uname)[^/]*\.(?:sh|bin)$"
)
"""Scripts that carry what they install: those that exist for one platform only, and a few known by name."""
MOSTLY_LARGE: tuple[str, ...] = (*ARCHIVES, *PACKAGES, ".iso", ".img", ".bin", ".dump", ".so", ".onnx", ".model")

MOSTLY_SMALL: frozenset[str] = frozenset(
    {
        *(".sh", ".bash", ".py", ".rb", ".pl", ".php", ".lua", ".js", ".ts", ".groovy", ".sql", ".awk", ".ps1"),
        *(".conf", ".cfg", ".cnf", ".ini", ".toml", ".yaml", ".yml", ".json", ".xml", ".properties", ".env", ".tpl"),
        *(".txt", ".md", ".html", ".css", ".pem", ".crt", ".key", ".pub", ".asc", ".gpg", ".list", ".repo", ".service"),
        *(".patch", ".diff", ".template", ".j2", ".default", ".example", ".lisp"),
    }
)
"""Texts that people write by hand."""
CHECKS: frozenset[str] = frozenset(
    {".sig", ".sign", ".minisig", ".sha256", ".sha512", ".sha1", ".md5", ".sha256sum", ".sha512sum", ".rsa"}
)
"""Signatures and checksums of other files."""

CONFIGURATION_FOLDERS: tuple[str, ...] = (
    *("/etc", "/usr/local/etc", "/docker-entrypoint.d", "/docker-entrypoint-initdb.d", "/run", "/var/run"),
    *("/var/spool/cron", "/usr/lib/systemd", "/lib/systemd"),
)
"""Folders of the image in which nothing large is kept."""

_SMALL_FOLDERS = re.compile(
    r"(?:^|[-_.])(?:scripts?|conf|config|configs|configuration|etc|sql|init|initdb|entrypoints?|hooks?|templates?|certs?"
    r"|docker|cron|crontabs?|systemd|rootfs|root|patch|patches|licenses?)$"
)


def is_small_folder(name: str) -> bool:
    """Whether a folder of a project is mostly one of scripts or settings, by its name without the path."""
    return _SMALL_FOLDERS.search(name.lower()) is not None


_HEAVY_PACKAGES = re.compile(
    r"(?:openjdk|java-|default-j[dr][ke]|texlive|libreoffice|chromium|firefox|google-chrome|postgresql-?\d*$|mysql-server"
    r"|mariadb-server|llvm|clang|gcc|g\+\+|gfortran|cmake$|build-essential|build-base|alpine-sdk|maven|gradle|cargo|rust"
    r"|golang|go$|ghc|erlang|mono-|nodejs$|dotnet-|cuda|libcudnn|libnvinfer|nvidia-|ffmpeg|libopencv|imagemagick|graphviz"
    r"|octave|r-base|wine|qemu|ros-|qt[56]|qtbase|libgtk|@"
    r"|torch|tensorflow|jax|keras|transformers|vllm|numpy|scipy|pandas|scikit|opencv|matplotlib|polars|pyspark|pyarrow"
    r"|jupyter|notebook|playwright|puppeteer|cypress|electron|phantomjs)"
)


def is_heavy_package(name: str) -> bool:
    """Whether a package brings tens of megabytes along, by its name in any distribution, on PyPI or npm."""
    return _HEAVY_PACKAGES.match(name.lower().removeprefix("python3-")) is not None
