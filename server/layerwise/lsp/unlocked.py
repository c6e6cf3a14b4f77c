"""Lets threads compute the parts of different analyses at the same time, which Python 3.11 does not.

There ``functools.cached_property`` holds one lock for an attribute of all objects of a class while it computes a value,
so that a keystroke in one document would wait until the thread that reads another one is done. Python 3.12 has no such
lock. Without it a value may be computed twice, which does no harm: what is kept this way is pure.
"""

from __future__ import annotations

import sys
from contextlib import nullcontext
from functools import cached_property


def unlock(package: str) -> None:
    """Take the locks off the cached properties of all classes in the modules of a package that are loaded by now."""
    if sys.version_info >= (3, 12):
        return
    for name, module in tuple(sys.modules.items()):
        if name == package or name.startswith(package + "."):
            for kind in vars(module).values():
                if isinstance(kind, type):
                    for attribute in vars(kind).values():
                        if isinstance(attribute, cached_property):
                            vars(attribute)["lock"] = nullcontext()
