"""How Go reads durations, numbers and booleans, with its words for what it cannot read."""

from __future__ import annotations

import re

from layerwise.syntax.quoting import quoted

_UNITS = {
    "ns": 1,
    "us": 1_000,
    "µs": 1_000,
    "μs": 1_000,
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "m": 60_000_000_000,
    "h": 3_600_000_000_000,
}
_LARGEST = 2**63
_NUMBER = re.compile(r"([0-9]*)(?:\.([0-9]*))?")
_UNIT = re.compile(r"[^0-9.]+")
_BOOLEANS = frozenset(["1", "t", "T", "TRUE", "true", "True", "0", "f", "F", "FALSE", "false", "False"])
_SIZE = re.compile(r"[0-9]*(?:\.[0-9]+)?(?:\.?)[ ]?(?:[kKmMgGtTpP][iI]?)?[bB]?\Z")


def nanoseconds(text: str) -> int:
    """A duration such as ``1m30s`` (``time.ParseDuration``).

    :raises ValueError: in Go's wording.
    """
    rest = text[1:] if text[:1] in ("-", "+") else text
    if rest == "0":
        return 0
    invalid = f"time: invalid duration {quoted(text)}"
    if not rest:
        raise ValueError(invalid)
    total = 0
    while rest:
        match = _NUMBER.match(rest)
        assert match
        if not match[1] and not match[2]:
            raise ValueError(invalid)
        unit = _UNIT.match(rest, match.end())
        if not unit:
            raise ValueError(f"time: missing unit in duration {quoted(text)}")
        if unit[0] not in _UNITS:
            raise ValueError(f"time: unknown unit {quoted(unit[0])} in duration {quoted(text)}")
        total += (
            int(float(f"{match[1] or 0}.{match[2] or 0}") * _UNITS[unit[0]])
            if match[2]
            else int((match[1] or "0")[:40]) * _UNITS[unit[0]]
        )
        if total > _LARGEST:
            raise ValueError(invalid)
        rest = rest[unit.end() :]
    return -total if text[0] == "-" else total


def integer(text: str, *, bits: int) -> int:
    """A decimal number with a sign (``strconv.ParseInt``).

    :raises ValueError: in Go's wording.
    """
    if not re.fullmatch(r"[-+]?[0-9]+", text):
        raise ValueError(f"strconv.ParseInt: parsing {quoted(text)}: invalid syntax")
    value = int(text) if len(text) < 40 else 2**bits
    if not -(2 ** (bits - 1)) <= value < 2 ** (bits - 1):
        raise ValueError(f"strconv.ParseInt: parsing {quoted(text)}: value out of range")
    return value


def is_unsigned(text: str, *, base: int, bits: int) -> bool:
    """Whether ``strconv.ParseUint`` takes the text."""
    digits = "01234567"[:base] if base < 10 else "0123456789"
    stripped = text.lstrip("0") or "0"
    return bool(text) and all(c in digits for c in text) and len(stripped) < 40 and int(stripped, base) < 2**bits


def is_boolean(text: str) -> bool:
    """Whether ``strconv.ParseBool`` takes the text."""
    return text in _BOOLEANS


def is_size(text: str) -> bool:
    """Whether ``units.RAMInBytes`` takes the text, such as ``64m`` or ``1.5GiB``."""
    return text[:1].isdecimal() and bool(_SIZE.match(text))
