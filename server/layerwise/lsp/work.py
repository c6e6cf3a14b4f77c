"""Work that would hold up the event loop, done on threads beside it. Knows nothing of what the work is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from threading import Condition, Thread
from typing import Any, TypeVar

ResultT = TypeVar("ResultT")
_Job = tuple[Callable[[], Any], "asyncio.Future[Any]"]


class Lane:
    """A few threads that take the newest job first: what the user has just touched matters most.

    The threads end with the process; nothing waits for them.
    """

    def __init__(self, name: str, threads: int) -> None:
        self.name = name
        self.threads = threads
        self._waiting: list[_Job] = []
        self._started = 0
        self._idle = 0
        self._changed = Condition()

    def submit(self, job: Callable[[], ResultT]) -> asyncio.Future[ResultT]:
        """Have a job done. Cancelling the future keeps a job from being started."""
        future: asyncio.Future[ResultT] = asyncio.get_running_loop().create_future()
        with self._changed:
            self._waiting.append((job, future))
            if self._idle < len(self._waiting) and self._started < self.threads:
                self._started += 1
                Thread(target=self._work, name=f"{self.name}-{self._started}", daemon=True).start()
            self._changed.notify()
        return future

    def _work(self) -> None:
        while True:
            with self._changed:
                self._idle += 1
                while not self._waiting:
                    self._changed.wait()
                self._idle -= 1
                job, future = self._waiting.pop()
            if not future.cancelled():
                _run(job, future)
            del job, future


def _run(job: Callable[[], Any], future: asyncio.Future[Any]) -> None:
    result: Any = None
    error: Exception | None = None
    try:
        result = job()
    except Exception as raised:
        error = raised
    with suppress(RuntimeError):  # The event loop may have ended; then nobody waits any more.
        future.get_loop().call_soon_threadsafe(_settle, future, result, error)


def _settle(future: asyncio.Future[Any], result: Any, error: Exception | None) -> None:
    if future.done():
        return
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)
