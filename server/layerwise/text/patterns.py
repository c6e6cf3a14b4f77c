"""Regular expressions that are compiled when they are first used.

A file needs few of the hundreds that there are, and to compile them all is a tenth of the time in which a command
starts.
"""

from __future__ import annotations

import re
from typing import Any, cast


def regex(source: str, flags: int = 0) -> re.Pattern[str]:
    """What ``re.compile`` gives, as far as methods and attributes go; an error in ``source`` shows at the first use.

    It is not the ``re`` of its matches.
    """
    return cast("re.Pattern[str]", _Later(source, flags))


class _Later:
    def __init__(self, source: str, flags: int) -> None:
        self._source = source
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        # Kept on the object, so that this is asked once for each method.
        value = getattr(re.compile(self._source, self._flags), name)
        setattr(self, name, value)
        return value
