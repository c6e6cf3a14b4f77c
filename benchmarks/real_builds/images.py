"""What an image holds, as far as two builds of the same can agree on it, and where two images differ."""

from __future__ import annotations

import hashlib
import json
import re
import shlex
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from builder import BuildError, Docker

CACHES = re.compile(
    r"^(?:var/cache/|var/lib/apt/|var/lib/dpkg/[^/]*-old$|var/log/|tmp/|var/tmp/|run/|dev/|proc/|sys/|root/\.(?:cache|npm|composer)/"
    r"|root/\.local/share/(?:uv|gem)/|(?:root/)?go/pkg/|\.dockerenv$|etc/(?:hostname|hosts|resolv\.conf|mtab)$"
    r"|etc/ld\.so\.cache$|(?:.*/)?\.package-lock\.json$|var/lib/gems/[^/]*/cache/)|__pycache__/|\.pyc$"
)
"""Caches, logs, and what holds the time of the build."""
_LISTS = re.compile(r"^var/lib/dpkg/info/(?P<package>[^/:]+)(?::[^/]+)?\.list$")
_MERGED = re.compile(r"^(?:bin|sbin|lib|lib32|lib64|libx32)/")
"""Folders that are links into ``usr/``, while the lists of packages name them as they were."""


@dataclass(frozen=True)
class Image:
    """The files of an image by path, each as type, mode, owner and content hash; and what it is set to."""

    files: dict[str, str]
    settings: dict[str, Any]
    output: str
    volatile: tuple[str, ...] = ()
    """The files that another build of the very same Dockerfile makes otherwise."""
    owners: dict[str, str] = field(default_factory=dict)
    """The distribution package that each file belongs to, for those that belong to one."""

    @property
    def packages(self) -> frozenset[str]:
        return frozenset(self.owners.values())


def read_image(docker: Docker, tag: str, command: str, folder: Path) -> Image:
    """What an image holds, and what a command says in it, if there is one."""
    owners: dict[str, str] = {}
    container = docker.run("create", tag, "true").strip()
    archive = folder / "image.tar"
    try:
        docker.run("export", "--output", str(archive), container)
        files = dict(_files(archive, owners))
    finally:
        docker.run("rm", container)
        archive.unlink(missing_ok=True)
    found = json.loads(docker.run("image", "inspect", tag))[0]
    config = {**found["Config"], "Author": found.get("Author")}
    output = _output(docker, tag, command) if command else ""
    return Image(files, _settings(config), output, owners=owners)


def _output(docker: Docker, tag: str, command: str) -> str:
    """What a command says in an image: through its shell, or by itself where it has none."""
    options = ("run", "--rm", "--network=host", "--entrypoint")
    try:
        return docker.run(*options, "sh", tag, "-c", command)
    except BuildError as error:
        program, *words = shlex.split(command)
        return docker.run(*options, program, tag, *words) if '"sh": executable file not found' in str(error) else ""


def differing(before: Image, after: Image) -> list[str]:
    """The paths that two images do not have in common."""
    names = sorted({*before.files, *after.files})
    return [name for name in names if before.files.get(name) != after.files.get(name)]


def _files(archive: Path, owners: dict[str, str]) -> Iterator[tuple[str, str]]:
    contents: dict[str, str] = {}
    with tarfile.open(archive) as tar:
        for member in tar:
            name = member.name.removeprefix("./")
            if member.isdir():
                yield name + "/", f"folder {member.mode:o} {member.uid}:{member.gid}"
                continue
            content = tar.extractfile(member) if member.isreg() else None
            read = content.read() if content else b""
            what = hashlib.sha256(read).hexdigest() if content else member.linkname
            kind = member.type
            if member.islnk():
                # Another name of a file is as good as a copy of it.
                what, kind = contents[member.linkname.removeprefix("./")], tarfile.REGTYPE
            contents[name] = what
            if listed := _LISTS.match(name):
                owners.update((_merged(line), listed["package"]) for line in read.decode().splitlines())
                owners[name] = listed["package"]
            yield name, f"{kind!r} {member.mode:o} {member.uid}:{member.gid} {what}"


def _merged(line: str) -> str:
    """A path of a package's list, as the archive of an image names it."""
    path = line.lstrip("/")
    return f"usr/{path}" if _MERGED.match(path) else path


def _settings(config: dict[str, Any]) -> dict[str, Any]:
    """The settings of an image that matter to who runs it; a shell around plain words is none."""
    kept = ("User", "WorkingDir", "ExposedPorts", "Volumes", "Labels", "StopSignal", "Healthcheck", "Entrypoint", "Cmd")
    settings = {key: config.get(key) or None for key in kept}
    labels = dict(settings["Labels"] or {})
    # MAINTAINER and this label say the same.
    settings["Author"] = config.get("Author") or labels.pop("org.opencontainers.image.authors", None)
    settings["Labels"] = labels or None
    # How apt asks matters to the build alone, which is why a fix keeps it from those who run the image.
    settings["Env"] = sorted(each for each in config.get("Env") or [] if not each.startswith("DEBIAN_FRONTEND="))
    for key in ("Entrypoint", "Cmd"):
        words = settings[key] or []
        if words[:2] == ["/bin/sh", "-c"] and len(words) == 3:
            settings[key] = _plain_words(words[2]) or words
    return settings


def _plain_words(command: str) -> list[str]:
    """The words of a command that needs no shell; none of one that does."""
    lexer = shlex.shlex(command, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    words = list(lexer)
    needs_shell = any(not word.strip(";&|<>()") for word in words) or re.search(r"[$*?`]", command)
    return [] if needs_shell else words
