"""Where the files that are measured against lie: outside of this repository, or nowhere."""

from __future__ import annotations

import os
from pathlib import Path


def shared_file(name: str) -> Path | None:
    """A file of the shared folder: LAYERWISE_SHARED, else the one beside the checkout; None when it isn't there."""
    folder = os.environ.get("LAYERWISE_SHARED") or Path(__file__).resolve().parents[2] / "shared"
    path = Path(folder) / name
    return path if path.exists() else None
