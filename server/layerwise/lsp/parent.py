"""Notices when the process that started the server is gone, so that no server is left behind."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable

EVERY = 2.0
"""Seconds between two looks."""


async def end_with(process: int, stop: Callable[[int], None]) -> None:
    """Stop when the client's process has ended. One that was never there, as seen from inside a container, doesn't
    count: then the end of standard input tells."""
    if not is_alive(process):
        return
    while is_alive(process):
        await asyncio.sleep(EVERY)
    stop(1)


def is_alive(process: int) -> bool:
    """Whether there is a process of this number."""
    if process <= 0:
        return False
    if sys.platform == "win32":
        return _is_alive_on_windows(process)
    try:
        os.kill(process, 0)
    except PermissionError:
        return True
    except (OSError, OverflowError):
        return False
    return True


def _is_alive_on_windows(process: int) -> bool:
    """``os.kill`` would end it there."""
    import ctypes

    synchronize, timed_out = 0x00100000, 0x00000102
    kernel = ctypes.windll.kernel32  # type: ignore[attr-defined, unused-ignore]
    handle = kernel.OpenProcess(synchronize, False, process)
    if not handle:
        return False
    try:
        return bool(kernel.WaitForSingleObject(handle, 0) == timed_out)
    finally:
        kernel.CloseHandle(handle)
