"""The name of a package in what an install is told, whatever the package manager. Knows no packages."""

from __future__ import annotations

import re

from layerwise.text.patterns import regex

_BEHIND = regex(r"(?<=.)[=<>~!@:;\[].*", re.DOTALL)


def package_name(text: str) -> str:
    """``curl`` of ``curl=7.88``, ``uvicorn`` of ``'uvicorn[standard]>1'``, ``@a/b`` of ``@a/b@2``."""
    return _BEHIND.sub("", text.strip("'\""))
