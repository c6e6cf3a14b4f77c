"""The output formats of ``layerwise check``: what they have in common, and which there are.

A format writes one file at a time: several processes can each write theirs, and what is known early is shown early.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Protocol, cast

from layerwise.cli.report import Failure, Report, Totals
from layerwise.cli.terminal import Look


class Format(Protocol):
    """Writes what was found: a beginning, a piece for each file with ``between`` between two of them, and an end."""

    is_for_machines: bool
    """Its output is UTF-8 whatever the locale, and has to be complete to be read."""
    between: str

    def begin(self) -> str: ...

    def file(self, report: Report) -> str:
        """What stands there for one file; an empty string is nothing, and gets no ``between``."""
        ...

    def end(self, totals: Totals, failures: Sequence[Failure]) -> str: ...


def format_named(name: str, look: Look, *, quiet: bool) -> Format:
    """The format of a name in ``FORMATS``."""
    module = import_module(f"layerwise.cli.formats.{name}")
    return cast(Format, module.format_for(look, quiet=quiet))
