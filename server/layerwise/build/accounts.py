"""The users that the commands of a RUN create: what ``useradd`` and ``adduser`` are told."""

from __future__ import annotations

from msgspec import Struct

from layerwise.shell.tree import Command

_VALUED = frozenset(
    (
        *("-u", "--uid", "-g", "--gid", "-G", "--groups", "-d", "--home-dir", "--home", "-h", "-s", "--shell", "-c"),
        *("--comment", "--gecos", "-k", "--skel", "-b", "--base-dir", "-e", "--expiredate", "-f", "--inactive", "-p"),
        *("--password", "-K", "--key", "-R", "--root", "-P", "--prefix", "-Z", "--selinux-user", "--ingroup", "--conf"),
    )
)
"""Options that take a value, of useradd, of Debian's adduser and of that in busybox."""
_UID = ("-u", "--uid")
_HOME = ("-d", "--home-dir", "--home", "-h")
_BASE = ("-b", "--base-dir")


class Account(Struct, frozen=True):
    """A user. ``uid`` and ``home`` are as written in the command, None where it leaves them to the tool."""

    name: str
    uid: str | None = None
    home: str | None = None


def account_made_by(command: Command) -> Account | None:
    """The user that a command creates, None when it creates none or one whose name can't be known."""
    if command.program not in ("useradd", "adduser"):
        return None
    given: dict[str, str | None] = {}
    operands: list[str | None] = []
    words = [word.value for word in command.arguments]
    index = 0
    while index < len(words):
        text = words[index] or ""
        name, equals, value = text.partition("=")
        if not text.startswith("-"):
            operands.append(words[index])
        elif equals:
            given[name] = value
        else:
            letter = text if text.startswith("--") else "-" + text[-1:]
            if letter in _VALUED:
                index += 1
                given[letter] = words[index] if index < len(words) else None
        index += 1
    # Debian's ``adduser user group`` puts a user into a group.
    if not operands or not operands[0] or (command.program == "adduser" and len(operands) > 1):
        return None
    return Account(operands[0], _first(given, _UID), _first(given, _HOME) or _under(_first(given, _BASE), operands[0]))


def _first(given: dict[str, str | None], names: tuple[str, ...]) -> str | None:
    return next((given[name] for name in names if given.get(name)), None)


def _under(base: str | None, name: str) -> str | None:
    return f"{base.rstrip('/')}/{name}" if base else None
