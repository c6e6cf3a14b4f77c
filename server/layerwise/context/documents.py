"""Reads the data formats of manifests: JSON, TOML and YAML. Whatever is in a file, reading it ends and never fails."""

from __future__ import annotations

import json
import tomllib
from typing import Any

MAX_TEXT = 500_000
"""Longer texts are left alone, in characters: manifests are written by people, and lock files are not read here."""


def read_json(text: str | None) -> Any:
    """The value, None when there is none."""
    if text is None or len(text) > MAX_TEXT:
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def read_toml(text: str | None) -> dict[str, Any] | None:
    """The table, None when there is none."""
    if text is None or len(text) > MAX_TEXT:
        return None
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError):
        return None


def read_yaml(text: str | None) -> Any:
    """The value of a document with nothing but plain data in it, None when there is none."""
    if text is None or len(text) > MAX_TEXT:
        return None
    # It costs 20 ms to import, and most Dockerfiles have no such file beside them.
    import yaml

    try:
        return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (yaml.YAMLError, ValueError, RecursionError):
        return None
