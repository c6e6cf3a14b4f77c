"""Where the files that are measured against lie: outside of this repository, or nowhere."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator
from pathlib import Path


def shared_file(name: str) -> Path | None:
    """A file of the shared folder: LAYERWISE_SHARED, else the one beside the checkout; None when it isn't there."""
    folder = os.environ.get("LAYERWISE_SHARED") or Path(__file__).resolve().parents[2] / "shared"
    path = Path(folder) / name
    return path if path.exists() else None


def corpus() -> Iterator[tuple[str, str]]:
    """The id and the text of each real Dockerfile; nothing where there is no corpus."""
    path = shared_file("corpus/dockerfiles.jsonl.gz")
    if path is None:
        return
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            entry = json.loads(line)
            yield f"{entry['repo']}/{entry['path']}", entry["dockerfile"]
