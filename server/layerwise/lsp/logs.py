"""The log goes to the client, for standard output is the protocol's, and standard error shows as a failure."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress

_TYPES = ((logging.ERROR, 1), (logging.WARNING, 2), (logging.INFO, 3))
_LOG = 4


class ClientLog(logging.Handler):
    """Sends records as ``window/logMessage``, from whichever thread.

    :param send: takes a message type of the protocol and a text.
    """

    def __init__(self, send: Callable[[int, str], None], loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._send = send
        self._loop = loop

    def emit(self, record: logging.LogRecord) -> None:
        kind = next((kind for level, kind in _TYPES if record.levelno >= level), _LOG)
        with suppress(RuntimeError):  # The event loop may have ended, and the client with it.
            self._loop.call_soon_threadsafe(self._send, kind, self.format(record))


def log_to_client(send: Callable[[int, str], None], loop: asyncio.AbstractEventLoop) -> None:
    """From now on what is logged goes to the client, and nowhere else."""
    ours = logging.getLogger("layerwise")
    ours.handlers = [ClientLog(send, loop)]
    ours.setLevel(logging.INFO)
    ours.propagate = False
    # pygls reports each refused message with a traceback; that is done here in fewer words.
    for name in ("pygls", "asyncio", "websockets"):
        other = logging.getLogger(name)
        other.handlers = [logging.NullHandler()]
        other.propagate = False
