"""The projects that are built: what ``projects/NAME/project.toml`` says of each, and its build context in a folder."""

from __future__ import annotations

import os
import shutil
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from builder import Docker

FOLDER = Path(__file__).parent / "projects"
MEGABYTE = 1 << 20


@dataclass(frozen=True)
class Change:
    """A change to a file: text appended to it, or a piece of it replaced."""

    path: str
    append: str = ""
    replace: tuple[str, str] = ("", "")

    def apply(self, root: Path) -> None:
        file = root / self.path
        text = file.read_text()
        old, new = self.replace
        assert old in text, f"{self.path} does not hold {old}"
        file.write_text(text.replace(old, new, 1) + self.append)


@dataclass(frozen=True)
class Project:
    """A project. ``run`` is a shell command for its image; ``prepare`` one that writes a lock file into the context."""

    name: str
    about: str
    images: tuple[str, ...]
    run: str
    source: Change
    manifest: Change
    unrelated: str
    prepare: tuple[str, str] | None
    generate: dict[str, int]
    """Files made at run time, with their size in MB."""
    differs: dict[str, str]
    """Files that may be otherwise after a fix, and why that does not matter."""

    @property
    def context(self) -> Path:
        return FOLDER / self.name / "context"

    def write(self, docker: Docker, root: Path) -> None:
        """The build context as it is before any change."""
        shutil.copytree(self.context, root, dirs_exist_ok=True)
        for name, size in self.generate.items():
            file = root / name
            file.parent.mkdir(parents=True, exist_ok=True)
            # Random, so that no layer gets smaller than it looks.
            file.write_bytes(os.urandom(size * MEGABYTE) or b"x")
        self.lock(docker, root)

    def lock(self, docker: Docker, root: Path) -> None:
        """Write the lock file, which names the places that packages come from and so is not kept."""
        if self.prepare:
            image, command = self.prepare
            mount = ("--volume", f"{root}:/context", "--workdir", "/context")
            docker.run("run", "--rm", "--network=host", *mount, image, "sh", "-ec", command)

    def change_manifest(self, docker: Docker, root: Path) -> list[str]:
        """Add a dependency. Returns the files of the context that are now other than before."""
        before = _contents(root)
        self.manifest.apply(root)
        self.lock(docker, root)
        after = _contents(root)
        return sorted(name for name, content in after.items() if before.get(name) != content)


def projects(names: list[str]) -> Iterator[Project]:
    """All projects, or those of these names."""
    for file in sorted(FOLDER.glob("*/project.toml")):
        name = file.parent.name
        if names and name not in names:
            continue
        data = tomllib.loads(file.read_text())
        prepare = data.get("prepare")
        yield Project(
            name=name,
            about=data["about"],
            images=tuple(data["images"]),
            run=data["run"],
            source=_change(data["source"]),
            manifest=_change(data["manifest"]),
            unrelated=data["unrelated"],
            prepare=(prepare["image"], prepare["command"]) if prepare else None,
            generate=data.get("generate", {}),
            differs=data.get("differs", {}),
        )


def _change(data: dict[str, Any]) -> Change:
    old, new = data.get("replace", ("", ""))
    return Change(data["path"], data.get("append", ""), (old, new))


def _contents(root: Path) -> dict[str, bytes]:
    """The small files of a context."""
    files = (path for path in root.rglob("*") if path.is_file() and not path.is_symlink())
    return {str(path.relative_to(root)): path.read_bytes() for path in files if path.stat().st_size < MEGABYTE}
