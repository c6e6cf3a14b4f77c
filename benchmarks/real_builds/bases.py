"""Base images without a registry: Debian from its own mirror, under the names that ordinary Dockerfiles use.

What this machine needs to reach its mirrors and registries (sources, certificates) is taken from it at run time.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Mapping
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
    "python:3.11-slim": ("python3", "python3-pip", "python-is-python3"),
    "python:3.11-slim-bookworm": ("python3", "python3-pip", "python-is-python3", "python3-venv"),
    "python:3.11": ("python3", "python3-pip", "python-is-python3", "python3-dev", "build-essential", "curl", "git"),
    "node:18": ("nodejs", "npm", "build-essential", "curl", "git"),
    "node:18-slim": ("nodejs", "npm"),
    "golang:1.19": ("golang-go", "git", "build-essential"),
    "gcc:12": ("build-essential", "git"),
    "php:8.2-cli": ("php-cli", "php-mbstring", "php-xml", "php-curl", "unzip", "curl"),
    "composer:2": ("composer", "unzip", "git"),
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


def make_base(docker: Docker, folder: Path) -> None:
    """Debian itself, kept in ``folder`` from run to run."""
    archive = folder / "base.tar"
    if not archive.exists():
        _bootstrap(archive, next((each for each in SOURCES if each.exists()), None))
    changes = [f"--change=ENV {name}={value}" for name, value in ENVIRONMENT.items()]
    docker.run("import", *changes, '--change=CMD ["bash"]', str(archive), DEBIAN)


def make_image(docker: Docker, name: str) -> None:
    """One of the other images, made of Debian, unless it is there already."""
    if name == DEBIAN or docker.run("image", "ls", "--quiet", name).strip():
        return
    if name not in PACKAGES:
        raise BuildError(f"there is no image {name} here")
    install = f"apt-get update && apt-get install -y --no-install-recommends {' '.join(PACKAGES[name])}"
    lines = (f"FROM {DEBIAN}", f"RUN {install} && rm -rf /var/lib/apt/lists/*", *MORE.get(name, ()))
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "Dockerfile").write_text("\n".join(lines) + "\n")
        docker.build(Path(folder), name)


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
