"""Between the client's URIs and the core's paths, which are absolute and written with ``/``."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote, urlsplit

_DRIVE = re.compile(r"/[A-Za-z]:(?=/|$)")


def path_of(uri: str) -> str | None:
    """The path of a file's URI; None for anything that is not a file on disk, such as an untitled document."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        return None
    if parts.scheme.lower() != "file":
        return None
    path = unquote(parts.path)
    if parts.netloc and parts.netloc != "localhost":
        return f"//{unquote(parts.netloc)}{path}"
    if _DRIVE.match(path):
        return path[1].upper() + path[2:]
    return path or None


def uri_of(path: str) -> str:
    """The URI of a file."""
    if path.startswith("//"):
        return "file:" + quote(path, safe="/")
    if not path.startswith("/"):
        path = "/" + path
    return "file://" + quote(path, safe="/" if not _DRIVE.match(path) else "/:")
