"""File modes in words: ``755`` and ``u=rwX,go=rX``."""

from __future__ import annotations

_CLASSES = ("owner", "group", "others")
_BITS = ((4, "read"), (2, "write"), (1, "execute"))
_SPECIAL = ((4, "set-user-ID"), (2, "set-group-ID"), (1, "sticky"))
_WHO = {"u": "owner", "g": "group", "o": "others", "a": "all"}
_HOW = {"+": "may also", "-": "may no longer", "=": "may only"}
_WHAT = {"r": "read", "w": "write", "x": "execute", "X": "execute folders and programs", "s": "set-ID", "t": "sticky"}


def mode_text(mode: str) -> str:
    """What a mode allows; empty when it is none."""
    if mode.isdecimal() and 1 <= len(mode) <= 4 and not set(mode) & {"8", "9"}:
        return _octal(mode.zfill(4))
    clauses = [_symbolic(clause) for clause in mode.split(",")]
    return "; ".join(clauses) if mode and all(clauses) else ""


def _octal(digits: str) -> str:
    parts = []
    for who, digit in zip(_CLASSES, digits[1:], strict=True):
        rights = [name for bit, name in _BITS if int(digit) & bit]
        parts.append(f"{who} {'/'.join(rights) or 'nothing'}")
    special = [name for bit, name in _SPECIAL if int(digits[0]) & bit]
    text = ", ".join(parts + special)
    return text + ". Everybody may write" if int(digits[3]) & 2 and not int(digits[0]) & 1 else text


def _symbolic(clause: str) -> str:
    at = next((index for index, character in enumerate(clause) if character in _HOW), -1)
    if at < 0:
        return ""
    who, how, what = clause[:at], clause[at], clause[at + 1 :]
    if set(who) - _WHO.keys():
        return ""
    names = " and ".join(_WHO[letter] for letter in who) or "all"
    if what and set(what) <= set("ugo"):
        return f"{names} {_HOW[how]} what {' and '.join(_WHO[letter] for letter in what)} may"
    if set(what) - _WHAT.keys():
        return ""
    return f"{names} {_HOW[how]} {'/'.join(_WHAT[letter] for letter in what) or 'nothing'}"
