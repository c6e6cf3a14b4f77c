"""Reads the specifications of splitting: Markdown with a Dockerfile, the files beside it, and what becomes of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

FOLDER = Path(__file__).parent / "splitting"
_FENCE = re.compile(r"^```(\S*)[ ]?([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass
class Case:
    """``files`` is None where the context is not in sight; ``after`` is None where the split is refused."""

    name: str
    before: str
    files: dict[str, str] | None = None
    after: str | None = None
    assumes: list[str] = field(default_factory=list)
    refused: str | None = None


def cases() -> Iterator[Case]:
    for path in sorted(FOLDER.glob("*.md")):
        for section in re.split(r"^## ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
            yield _case(f"{path.stem}: {section.partition(chr(10))[0]}", section)


def _case(name: str, section: str) -> Case:
    case: Case | None = None
    for language, info, body in _FENCE.findall(section):
        if language == "dockerfile" and not info:
            case = Case(name, body)
            continue
        assert case is not None, name
        if info.startswith("file="):
            case.files = {**(case.files or {}), info.removeprefix("file="): body}
        elif info == "split":
            case.after = body
        elif language == "assumes":
            case.assumes = body.splitlines()
        else:
            assert language == "refused", (name, language)
            case.refused = body.strip()
    assert case is not None, name
    assert (case.after is None) != (case.refused is None), name
    return case
