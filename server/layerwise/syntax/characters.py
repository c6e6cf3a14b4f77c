"""What the builder, written in Go, counts as white space. Python's own idea differs by four control characters."""

from __future__ import annotations

import re

SPACES = "\t\n\v\f\r \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
"""Go's ``unicode.IsSpace``, for ``str.strip`` and ``in``."""

NO_SPACES = re.compile(f"[^{SPACES}]+")
BLANKS = re.compile("[\t\v\f\r ]+")
"""What separates a keyword from its arguments and the words of COPY, EXPOSE and FROM from each other."""
NO_BLANKS = re.compile("[^\t\v\f\r ]+")

BYTE_ORDER_MARK = "\ufeff"

LONGEST_LINE = 65535
"""How many bytes of a line BuildKit's scanner takes; at a longer one it gives up, and with it the whole file."""


def is_too_long(line: str) -> bool:
    """Whether a line without its line end is longer than BuildKit's scanner takes."""
    return len(line) > LONGEST_LINE // 4 and len(line.encode("utf-8", "replace")) > LONGEST_LINE
