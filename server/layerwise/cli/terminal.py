"""What a stream can show: colour, width, and whether somebody is looking at it."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import TextIO

from msgspec import Struct

_CODES = {
    "bold": "1",
    "faint": "2",
    "red": "31",
    "green": "32",
    "yellow": "33",
    "blue": "34",
    "magenta": "35",
    "cyan": "36",
}
_WIDTH_OF_A_FILE = 240


class Look(Struct, frozen=True):
    """How text is painted: with ANSI colours or without, on lines of at most ``width`` cells."""

    colour: bool = False
    width: int = _WIDTH_OF_A_FILE

    def paint(self, text: str, *styles: str) -> str:
        """The text in some styles, such as ``bold`` and ``red``; as it is when there is no colour."""
        if not self.colour or not text or not styles:
            return text
        return f"\x1b[{';'.join(_CODES[style] for style in styles)}m{text}\x1b[0m"


def look_of(stream: TextIO, colour: str = "auto", environment: Mapping[str, str] | None = None) -> Look:
    """How to write to a stream.

    :param colour: ``always``, ``never`` or ``auto``. With ``auto``, ``NO_COLOR`` turns colour off and ``FORCE_COLOR``
        turns it on (see no-color.org and force-color.org), else a terminal gets it that is not ``TERM=dumb``.
    """
    environment = os.environ if environment is None else environment
    return Look(_wants_colour(stream, colour, environment), _width_of(stream))


def is_terminal(stream: TextIO) -> bool:
    try:
        return stream.isatty()
    except (AttributeError, ValueError):
        return False


def use_utf8(stream: TextIO) -> None:
    """Make a stream write UTF-8 with untouched line ends, as JSON and a Dockerfile's own text need it.

    A lone surrogate, which stands for a byte of a file name that is no UTF-8, is written as its escape in JSON.
    """
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline="")


def never_fail(stream: TextIO) -> None:
    """Make a stream write an escape for what its encoding does not have, instead of raising."""
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(errors="backslashreplace")


def _wants_colour(stream: TextIO, colour: str, environment: Mapping[str, str]) -> bool:
    if colour != "auto":
        return colour == "always"
    if environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR"):
        return True
    return is_terminal(stream) and environment.get("TERM") != "dumb" and _understands_ansi()


def _understands_ansi() -> bool:
    """Whether the terminal reads ANSI codes; the console of Windows does so after being told once."""
    if sys.platform != "win32":
        return True
    import ctypes

    kernel = ctypes.windll.kernel32
    return all(kernel.SetConsoleMode(kernel.GetStdHandle(handle), 7) for handle in (-11, -12))


def _width_of(stream: TextIO) -> int:
    if not is_terminal(stream):
        return _WIDTH_OF_A_FILE
    try:
        return max(40, os.get_terminal_size(stream.fileno()).columns)
    except (OSError, ValueError):
        return 80
