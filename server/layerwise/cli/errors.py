"""What stops a command before or while it runs, and the exit statuses."""

from __future__ import annotations

CLEAN = 0
FOUND = 1
"""Something was found at or above ``--fail-on``."""
WRONG = 2
"""Wrong use, or something that could not be read or written."""
INTERRUPTED = 130
"""Ctrl-C, as a shell reports it."""
PIPE_CLOSED = 141
"""Nobody reads the output any more, as a shell reports it."""


class UsageError(Exception):
    """The command line asks for something that cannot be; the message is for the user."""
