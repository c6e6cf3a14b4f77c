"""Base images without a registry: Debian from its own mirror, under the names that ordinary Dockerfiles use.

What this machine needs to reach its mirrors and registries (sources, certificates) is taken from it at run time.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from builder import BuildError, Docker
from index import ENVIRONMENT as OF_INDEX

SUITE = "bookworm"
DEBIAN = f"debian:{SUITE}-slim"
SOURCES = (Path("/etc/apt/sources.list.d/debian.sources"), Path("/etc/apt/sources.list"))
CERTIFICATES = Path("/usr/local/share/ca-certificates")
BUNDLE = "/etc/ssl/certs/ca-certificates.crt"
ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "NODE_EXTRA_CA_CERTS": BUNDLE,
    "SSL_CERT_FILE": BUNDLE,
    **OF_INDEX,
}
CLEANING = """\
DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/*.bin || true"; };
APT::Update::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/*.bin || true"; };
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
Acquire::Languages "none";
APT::AutoRemove::SuggestsImportant "false";
"""
PIP = f"[global]\ncert = {BUNDLE}\nbreak-system-packages = true\n"

PACKAGES: Mapping[str, tuple[str, ...]] = {
    "debian:bookworm": ("curl", "git"),
    "python:3.11-slim": (),
    "python:3.11-slim-bookworm": (),
    "python:3.11": ("build-essential", "libffi-dev", "libssl-dev", "zlib1g-dev", "curl", "git"),
    "node:18": ("nodejs", "npm", "build-essential", "curl", "git"),
    "node:18-slim": ("nodejs", "npm"),
    "golang:1.19": ("golang-go", "git", "build-essential"),
    "gcc:12": ("build-essential", "git"),
    "php:8.2-cli": (*("autoconf", "dpkg-dev", "file", "g++", "gcc", "libc6-dev", "make", "pkg-config", "re2c"), "curl"),
    "composer:2": (),
    "ruby:3.1": ("ruby", "ruby-dev", "bundler", "build-essential", "git"),
    "nginx:1.22": ("nginx-light",),
    "nginx:1.28-alpine": ("nginx-light", "curl"),
}
"""What each image holds besides Debian. The names are those of images that have the same tools."""

MORE: Mapping[str, tuple[str, ...]] = {
    "nginx:1.28-alpine": ('CMD ["nginx", "-g", "daemon off;"]',),
    "golang:1.19": ("ENV GOPATH=/go", "ENV PATH=/go/bin:$PATH", "RUN mkdir -p /go/src /go/bin", "WORKDIR /go"),
}
"""What else the official images of these names say."""

STAND_INS = Path(__file__).parent / "stand_ins"
"""What Debian has otherwise than the official images: Python and PHP are compiled into /usr/local there, and PHP's
source is kept so that more of its extensions can be; Composer is one file."""


def make_base(docker: Docker, folder: Path) -> None:
    """Debian itself, kept in ``folder`` from run to run."""
    archive = folder / "base.tar"
    if not archive.exists():
        _bootstrap(archive, next((each for each in SOURCES if each.exists()), None))
    changes = [f"--change=ENV {name}={value}" for name, value in ENVIRONMENT.items()]
    stamp = archive.stat()
    with _kept(docker, DEBIAN, f"{changes}{stamp.st_size}{stamp.st_mtime}") as missing:
        if missing:
            docker.run("import", *changes, '--change=CMD ["bash"]', str(archive), DEBIAN)


def make_image(docker: Docker, name: str) -> None:
    """One of the other images, made of Debian, unless an earlier run has made it."""
    if name == DEBIAN:
        return
    if name not in PACKAGES:
        raise BuildError(f"there is no image {name} here")
    lines = [f"FROM {_ground(docker, name)}"]
    if PACKAGES[name]:
        install = f"apt-get update && apt-get install -y --no-install-recommends {' '.join(PACKAGES[name])}"
        lines.append(f"RUN {install} && rm -rf /var/lib/apt/lists/*")
    _build(docker, name, {"Dockerfile": "\n".join((*lines, *MORE.get(name, ()))) + "\n"})


def _ground(docker: Docker, name: str) -> str:
    """What an image is made on: Debian, or that with what has to be compiled."""
    folder = STAND_INS / name.partition(":")[0]
    if not folder.exists():
        return DEBIAN
    texts = {file.name: file.read_text() for file in sorted(folder.iterdir())}
    _build(docker, f"compiled/{folder.name}", texts)
    return f"compiled/{folder.name}"


def _build(docker: Docker, name: str, files: Mapping[str, str]) -> None:
    below = re.findall(r"^FROM (\S+)", files["Dockerfile"], re.MULTILINE)
    recipe = "".join(files.values()) + "".join(map(docker.identity, sorted(set(below))))
    with _kept(docker, name, recipe) as missing:
        if not missing:
            return
        with tempfile.TemporaryDirectory() as folder:
            for path, text in files.items():
                Path(folder, path).write_text(text)
            docker.build(Path(folder), name)


@contextmanager
def _kept(docker: Docker, name: str, recipe: str) -> Iterator[bool]:
    """Whether an image must be made. It is kept by its recipe, so that another one of its name does no harm."""
    kept = f"stand-in:{hashlib.sha256((name + recipe).encode()).hexdigest()[:16]}"
    is_missing = not docker.identity(kept)
    yield is_missing
    docker.run("tag", *((name, kept) if is_missing else (kept, name)))


def _bootstrap(archive: Path, sources: Path | None) -> None:
    with tempfile.TemporaryDirectory() as made:
        Path(made, "docker-clean").write_text(CLEANING)
        Path(made, "pip.conf").write_text(PIP)
        hooks = [
            f"copy-in {made}/docker-clean /etc/apt/apt.conf.d",
            f"copy-in {made}/pip.conf /etc",
            *(f"copy-in {each} {CERTIFICATES}" for each in sorted(CERTIFICATES.glob("*.crt"))),
            'chroot "$1" update-ca-certificates',
            'rm -f "$1/etc/resolv.conf" "$1/etc/hostname"',
        ]
        options = [f"--customize-hook={hook}" for hook in hooks]
        where = [str(sources)] if sources else []
        partial = archive.with_suffix(".partial.tar")
        command = ["mmdebstrap", "--variant=minbase", "--include=ca-certificates", *options, SUITE]
        subprocess.run([*command, str(partial), *where], check=True, capture_output=True)
        partial.rename(archive)
