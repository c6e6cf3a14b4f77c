"""Keeps what was measured, so that a version is not built again as long as neither its text nor the code changes."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path

from images import Image
from judging import Judgement
from measuring import Row
from projects import FOLDER, Project
from versions import Version

from layerwise import build


class Kept:
    """The rows and images of earlier runs, in a folder."""

    def __init__(self, folder: Path, repeats: int) -> None:
        self._folder = folder / "measured"
        self._folder.mkdir(parents=True, exist_ok=True)
        self._repeats = repeats
        self._code = _code()

    def row(self, project: Project, version: Version) -> Row | None:
        """What was measured of this version of this project, None when it has not been."""
        path = self._path(project, version, "row")
        if not path.exists():
            return None
        data = json.loads(path.read_text())
        data["judgement"] = Judgement(**data["judgement"])
        return Row(**{**data, "rules": version.rules})

    def image(self, project: Project, version: Version) -> Image | None:
        path = self._path(project, version, "image")
        return Image(**json.loads(path.read_text())) if path.exists() else None

    def keep(self, project: Project, version: Version, row: Row, image: Image) -> None:
        self._path(project, version, "row").write_text(json.dumps({**asdict(row), "divergence": None}))
        self._path(project, version, "image").write_text(json.dumps(asdict(image)))

    def _path(self, project: Project, version: Version, kind: str) -> Path:
        """Named by all that the measurement depends on, but for the machine."""
        digest = hashlib.sha256(f"{self._repeats}{self._code}{version.text}{version.files}".encode())
        for file in sorted((FOLDER / project.name).rglob("*")):
            digest.update(file.read_bytes() if file.is_file() else b"")
        return self._folder / f"{project.name}-{version.name}-{digest.hexdigest()[:16]}.{kind}.json"


def _code() -> str:
    """What builds and judges: rows on one page come from the same."""
    model = sorted(Path(build.__file__).parent.rglob("*.py"))
    here = [Path(__file__).with_name(f"{name}.py") for name in ("bases", "builder", "images", "judging", "measuring")]
    return hashlib.sha256(b"".join(file.read_bytes() for file in (*model, *here))).hexdigest()
