"""Progress of work that takes long enough to be worth a word. Knows nothing of what the work is."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from itertools import count
from typing import Any, Protocol

from pygls.exceptions import JsonRpcException

AFTER = 0.7
"""Seconds; shorter work is not mentioned."""
_TOKENS = count(1)


class Speaks(Protocol):
    """What is needed of the conversation with the client."""

    def ask(self, method: str, params: Mapping[str, Any] | None) -> asyncio.Future[Any]: ...
    def tell(self, method: str, params: Mapping[str, Any]) -> None: ...


class Progress:
    """One progress bar for all pieces of work that are under way at a time."""

    def __init__(self, client: Speaks, title: str) -> None:
        self._client = client
        self._title = title
        self._done = 0
        self._open = 0
        self._task: asyncio.Task[None] | None = None
        self._token: str | None = None

    def work(self, change: int) -> None:
        """A piece of work has begun (``+1``) or is done (``-1``)."""
        self._open += change
        self._done += change < 0
        if self._open and self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._begin())
        elif not self._open:
            self._end()
        elif self._token:
            self._tell({"kind": "report", **self._state()})

    async def _begin(self) -> None:
        await asyncio.sleep(AFTER)
        token = f"layerwise-progress-{next(_TOKENS)}"
        try:
            await self._client.ask("window/workDoneProgress/create", {"token": token})
        except JsonRpcException:
            return
        self._token = token
        self._tell({"kind": "begin", "title": self._title, "cancellable": False, **self._state()})

    def _end(self) -> None:
        if self._token:
            self._tell({"kind": "end"})
        elif self._task:
            self._task.cancel()
        self._task = self._token = None
        self._done = 0

    def _state(self) -> dict[str, Any]:
        total = self._done + self._open
        return {"message": f"{self._done} of {total}", "percentage": 100 * self._done // total}

    def _tell(self, value: Mapping[str, Any]) -> None:
        self._client.tell("$/progress", {"token": self._token, "value": value})
