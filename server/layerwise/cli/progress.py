"""A progress bar on standard error, for runs that take long enough to wonder about."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_PATIENCE = 0.5
"""Seconds that a run may take without a bar."""


class Bar:
    """Counts files. It shows after half a second, and leaves nothing behind; ``shows=False`` makes it show never."""

    def __init__(self, total: int, *, shows: bool) -> None:
        self.total = total
        self.shows = shows and total > 1
        self._due = time.monotonic() + _PATIENCE
        self._done = 0
        self._drawn: tuple[Progress, TaskID] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._drawn:
            self._drawn[0].stop()

    def advance(self) -> None:
        self._done += 1
        if not self.shows:
            return
        if self._drawn is None and time.monotonic() >= self._due:
            self._drawn = self._draw()
        if self._drawn:
            progress, task = self._drawn
            progress.update(task, completed=self._done)

    def _draw(self) -> tuple[Progress, TaskID]:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=Console(file=sys.stderr),
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        progress.start()
        return progress, progress.add_task("Checking", total=self.total)
