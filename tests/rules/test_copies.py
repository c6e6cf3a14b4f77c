"""Which findings about copies are shown by default, and which only in profiles that ask for more."""

from __future__ import annotations

import pytest

from layerwise.engine import Settings, analyse
from layerwise.lint import Severity

BUILD = "FROM golang:1.23 AS build\nRUN go install example.com/shop@v1\n"
TOOLS = "FROM scratch AS tools\nCOPY shop /usr/bin/\n"
WHOLE = "size/whole-filesystem-copied"


@pytest.mark.parametrize(
    ("text", "default"),
    [
        (f"{BUILD}FROM debian:12\nCOPY --from=build / /\n", Severity.WARNING),
        (f"{BUILD}FROM scratch\nCOPY --from=build / /\n", None),
        (f"{TOOLS}FROM debian:12\nCOPY --from=tools / /\n", None),
        ("FROM debian:12\nCOPY --from=registry.example.com/tools / /\n", None),
        (f"{BUILD}FROM debian:12 AS more\nCOPY --from=build / /\nFROM debian:12\nCOPY --from=more /srv /srv\n", None),
        (f"{BUILD}FROM debian:12\nONBUILD COPY --from=python:3.12 / /\n", None),
    ],
)
def test_a_whole_filesystem_is_mentioned_where_it_is_waste(text: str, default: Severity | None) -> None:
    def severities(settings: Settings) -> list[Severity]:
        found = analyse(text, path="/project/Dockerfile", settings=settings).findings
        return [each.severity for each in found if each.rule.id == WHOLE]

    assert severities(Settings()) == ([] if default is None else [default])
    assert severities(Settings(profile="all")) == [Severity.WARNING]
