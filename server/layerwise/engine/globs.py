"""Patterns over paths, as settings have them. Knows no files."""

from __future__ import annotations

import re
from functools import cache

from layerwise.text.patterns import regex

_WILD = regex(r"(/\*\*/|\*\*/|/\*\*|\*\*|\*|\?|\[[^\]]+\])")


def path_matches(pattern: str, path: str, root: str | None) -> bool:
    """Whether ``path`` (with ``/``) matches a pattern relative to ``root``, or lies in a folder that does.

    ``*`` and ``?`` stay within a name, ``**`` crosses folders, ``[abc]`` is a set. A pattern without a slash matches a
    name in any folder. A path outside of ``root`` matches nothing but patterns without a slash.
    """
    inside = path
    if root is not None:
        prefix = root.rstrip("/") + "/"
        if path.startswith(prefix):
            inside = path[len(prefix) :]
        elif path.startswith("/") and "/" in pattern.strip("/"):
            return False
    return bool(_compiled(pattern).fullmatch(inside.lstrip("/")))


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    pattern = pattern.removeprefix("./")
    anywhere = "/" not in pattern.strip("/")
    body = "".join(_translated(part) for part in _WILD.split(pattern.strip("/")))
    return re.compile(("(?:.*/)?" if anywhere else "") + body + "(?:/.*)?", re.DOTALL)


def _translated(part: str) -> str:
    known = {"/**/": "/(?:.*/)?", "**/": "(?:.*/)?", "/**": "/.*", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    if part in known:
        return known[part]
    if part.startswith("[") and part.endswith("]") and len(part) > 2:
        inside = part[1:-1].replace("\\", r"\\")
        return f"[^{inside[1:]}]" if inside[0] in "!^" else f"[{inside}]"
    return re.escape(part)
