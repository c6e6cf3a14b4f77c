"""What happens when something goes wrong here: it is logged, the user is told once, the server goes on."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Callable
from typing import Any

logger = logging.getLogger("layerwise")


class Guard:
    """The one place where unexpected errors end.

    :param show: tells the user.
    """

    def __init__(self, show: Callable[[str], None]) -> None:
        self._show = show
        self._told: set[tuple[str, str]] = set()

    def report(self, error: BaseException, doing: str = "answering the editor") -> None:
        """Log an error, and show it if it is the first of its kind."""
        last = traceback.extract_tb(error.__traceback__)[-1:]
        kind = (type(error).__name__, f"{last[0].filename}:{last[0].lineno}" if last else str(error))
        if kind in self._told:
            logger.debug("Again: error while %s", doing, exc_info=error)
            return
        self._told.add(kind)
        logger.error("Error while %s", doing, exc_info=error)
        self._show(f"Layerwise: {type(error).__name__} while {doing}; it goes on, and the log has the details.")

    def of_loop(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """For ``loop.set_exception_handler``."""
        error = context.get("exception")
        if error is not None:
            self.report(error, "working in the background")
        else:
            logger.error("%s", context.get("message"))
