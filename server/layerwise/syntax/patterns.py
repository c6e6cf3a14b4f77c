"""The patterns of ``${name#pattern}`` and its relatives, as BuildKit's shell lexer reads them."""

from __future__ import annotations

import re

_SPECIAL = frozenset("[]{}.+()|^$")
_TEMPLATE = re.compile(r"\$(?:(\$)|(\w+)|\{(\w+)\})", re.ASCII)


class PatternError(ValueError):
    """The pattern has an escape that means nothing. The text says which; ``pattern`` is what BuildKit names with it."""

    def __init__(self, message: str, pattern: str) -> None:
        super().__init__(message)
        self.pattern = pattern


def regex_of(pattern: str, *, greedy: bool, anchored: bool) -> str:
    """The regular expression for a pattern of ``*``, ``?`` and ordinary characters; there are no bracket expressions.

    :raises PatternError: for a backslash before anything but ``*``, ``?``, a backslash, a slash or a brace.
    """
    out = ["^"] if anchored else []
    star = ".*" if greedy else ".*?"
    characters = iter(range(len(pattern)))
    for index in characters:
        character = pattern[index]
        if character == "*":
            out.append(star)
        elif character == "?":
            out.append(".")
        elif character == "\\":
            following = pattern[index + 1 : index + 2]
            if following in ("}", "/"):
                continue
            if following not in ("*", "?", "\\"):
                raise PatternError(f"invalid escape '\\{following or chr(0xFFFD)}'", pattern)
            out.append("\\" + following)
            next(characters)
        else:
            out.append("\\" + character if character in _SPECIAL else character)
    return "".join(out)


def without_prefix(value: str, pattern: str, *, greedy: bool) -> str:
    """``${value#pattern}``, with ``greedy`` ``${value##pattern}``.

    :raises PatternError: see ``regex_of``.
    """
    match = re.match(regex_of(pattern, greedy=greedy, anchored=True), value)
    return value[match.end() :] if match else value


def without_suffix(value: str, pattern: str, *, greedy: bool) -> str:
    """``${value%pattern}``, with ``greedy`` ``${value%%pattern}``: the same thing in a mirror.

    :raises PatternError: see ``regex_of``.
    """
    return without_prefix(value[::-1], _mirrored(pattern), greedy=greedy)[::-1]


def replaced(value: str, pattern: str, replacement: str, *, everywhere: bool) -> str:
    """``${value/pattern/replacement}``, or with two slashes in front when ``everywhere``.

    :raises PatternError: see ``regex_of``.
    """
    regex = re.compile(regex_of(pattern, greedy=True, anchored=False))
    if everywhere:
        # Only this one goes through Go's ReplaceAllString, which reads "$1" in the replacement as a group.
        return regex.sub(lambda match: _filled(replacement, match[0]), value)
    return regex.sub(lambda _: replacement, value, count=1)


def _filled(template: str, whole: str) -> str:
    def group(match: re.Match[str]) -> str:
        if match[1]:
            return "$"
        return whole if (match[2] or match[3]) == "0" else ""

    return _TEMPLATE.sub(group, template)


def _mirrored(pattern: str) -> str:
    tokens = re.findall(r"\\.|.", pattern, re.DOTALL)
    return "".join(reversed(tokens))
