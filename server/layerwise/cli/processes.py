"""Sharing work among processes, with results in the order of the work."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.context import DefaultContext
    from multiprocessing.process import BaseProcess

T = TypeVar("T")
R = TypeVar("R")

# A forked process starts within milliseconds, another has to import everything anew: about a quarter of a second.
_FORKS = sys.platform == "linux"
_BYTES_WORTH_A_PROCESS = 100_000 if _FORKS else 1_000_000
_BATCHES_PER_PROCESS = 8
_LARGEST_BATCH = 32


class ProcessDiedError(RuntimeError):
    """A process ended before its work was done."""


def processes_for(paths: Sequence[str]) -> int:
    """How many processes are worth starting for some files, by their number and size and the processors there are."""
    if len(paths) < 2:
        return 1
    weight = sum(map(_size, paths))
    return max(1, min(_processors(), len(paths), 1 + weight // _BYTES_WORTH_A_PROCESS))


def in_order(work: Callable[[T], R], items: Sequence[T], *, processes: int) -> Iterator[R]:
    """``work(item)`` for each item, in their order, by several processes.

    ``work``, the items and the results must survive pickling. With one process all happens in this one.

    :raises ProcessDiedError: when a process ends too early.
    """
    if processes <= 1:
        yield from map(work, items)
        return
    team = _Team(work, items, processes)
    try:
        yield from team.results()
    finally:
        team.stop()


class _Team:
    """Some processes that each take a batch of items whenever they have nothing to do."""

    def __init__(self, work: Callable[[Any], Any], items: Sequence[Any], processes: int) -> None:
        import multiprocessing

        context = cast("DefaultContext", multiprocessing.get_context("fork" if _FORKS else "spawn"))
        size = max(1, min(_LARGEST_BATCH, len(items) // (processes * _BATCHES_PER_PROCESS)))
        self.batches = iter([range(start, min(start + size, len(items))) for start in range(0, len(items), size)])
        self.count = len(items)
        self.members: dict[Connection, BaseProcess] = {}
        for _ in range(processes):
            ours, theirs = context.Pipe()
            # A forked process has copies of our ends. It closes them, so that it notices when we are gone.
            copies = (*self.members, ours) if _FORKS else ()
            process = context.Process(target=_serve, args=(theirs, copies, work, items), daemon=True)
            process.start()
            theirs.close()
            self.members[ours] = process

    def results(self) -> Iterator[Any]:
        from multiprocessing.connection import wait

        early: dict[int, Any] = {}
        done = 0
        for connection in self.members:
            self._hand_out(connection)
        while done < self.count:
            for connection in cast("list[Connection]", wait(list(self.members))):
                early.update(self._collect(connection))
                self._hand_out(connection)
            while done in early:
                yield early.pop(done)
                done += 1

    def _hand_out(self, connection: Connection) -> None:
        batch = next(self.batches, None)
        if batch is not None:
            connection.send(batch)

    def _collect(self, connection: Connection) -> dict[int, Any]:
        try:
            results: dict[int, Any] = connection.recv()
        except (EOFError, ConnectionError):
            process = self.members[connection]
            process.join(1)
            raise ProcessDiedError(f"a process that was checking files ended with status {process.exitcode}") from None
        return results

    def stop(self) -> None:
        for connection, process in self.members.items():
            connection.close()
            process.terminate()
        for process in self.members.values():
            process.join()


def _serve(
    connection: Connection, copies: Sequence[Connection], work: Callable[[Any], Any], items: Sequence[Any]
) -> None:
    """The life of a process: batches of indexes in, results out, until the other end is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for copy in copies:
        copy.close()
    try:
        while True:
            batch = connection.recv()
            connection.send({index: work(items[index]) for index in batch})
    except (EOFError, ConnectionError):
        return


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0
