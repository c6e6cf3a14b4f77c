"""Keeps what was measured, so that a version is built again only when its text or what it stands on is another."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path

from bases import STAND_INS
from images import Image
from judging import Judgement
from measuring import Rebuild, Row
from projects import FOLDER, Project
from versions import Version


class Kept:
    """The rows and images of earlier runs, in a folder."""

    def __init__(self, folder: Path, repeats: int) -> None:
        self._folder = folder / "measured"
        self._folder.mkdir(parents=True, exist_ok=True)
        self._repeats = repeats

    def row(self, project: Project, version: Version) -> Row | None:
        """What was measured of this version of this project, None when it has not been."""
        path = self._path(project, version, "row")
        if not path.exists():
            return None
        data = json.loads(path.read_text())
        data["judgement"] = Judgement()
        data["builds"] = [
            Rebuild(kind, tuple(paths), tuple(map(tuple, places))) for kind, paths, places in data["builds"]
        ]
        return Row(**{**data, "rules": version.rules})

    def image(self, project: Project, version: Version) -> Image | None:
        path = self._path(project, version, "image")
        return Image(**json.loads(path.read_text())) if path.exists() else None

    def keep(self, project: Project, version: Version, row: Row, image: Image) -> None:
        self._path(project, version, "row").write_text(json.dumps(_figures(row)))
        self._path(project, version, "image").write_text(json.dumps(asdict(image)))

    def _path(self, project: Project, version: Version, kind: str) -> Path:
        """Named by all that the measurement depends on, but for the machine."""
        digest = hashlib.sha256(f"{self._repeats}{_code(project)}{version.text}{version.files}".encode())
        for file in sorted((FOLDER / project.name).rglob("*")):
            digest.update(file.read_bytes() if file.is_file() else b"")
        return self._folder / f"{project.name}-{version.name}-{digest.hexdigest()[:16]}.{kind}.json"


def _figures(row: Row) -> dict[str, object]:
    """What was measured, without what is made of it anew each time."""
    builds = [(each.kind, each.paths, each.places) for each in row.builds]
    return {**asdict(row), "divergence": None, "judgement": None, "builds": builds}


def _code(project: Project) -> str:
    """What makes the images below, and reads the images made."""
    names = {image.partition(":")[0] for image in project.images}
    here = [Path(__file__).with_name(f"{name}.py") for name in ("bases", "images")]
    here += (file for name in names for file in (STAND_INS / name).glob("*"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in sorted(here))).hexdigest()
