"""What bake files say about builds: the folder and the Dockerfile of each target, in JSON and in simple HCL.

A Dockerfile that stands in the bake file itself is told of apart: such a target builds no file of the folder.

Of HCL only blocks ``target "name" { … }`` at the top are read, and of those only attributes that are one literal string
or a list of them. A target that says ``context`` or ``dockerfile`` in another way (variables, functions, a matrix) is
left out: it is better not to know a folder than to know a wrong one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from layerwise.context.compose import MAX_TEXT, BuildTarget, is_local
from layerwise.context.documents import read_json
from layerwise.text.patterns import regex

BAKE_FILES = ("docker-bake.hcl", "docker-bake.json", "docker-bake.override.hcl", "docker-bake.override.json")

_UNKNOWN = object()
_INLINE = "dockerfile-inline"
_TOKEN = regex(
    r"""
    (?P<space>[ \t\r\n,]+ | \#[^\n]* | //[^\n]* | /\*.*?\*/)
  | <<(?P<dash>-?)(?P<heredoc>\w+)[ \t\r]*\n(?P<body>(?s:.*?)\n)[ \t]*(?P=heredoc)\b
  | "(?P<string>(?:[^"\\\n]|\\.)*)"
  | (?P<name>[A-Za-z_][\w-]*)
  | (?P<mark>[{}\[\]=()])
  | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_OPENING = {"{": "}", "[": "]", "(": ")"}


@lru_cache(maxsize=64)
def builds_in_bake(name: str, text: str) -> tuple[BuildTarget, ...]:
    """The builds that a bake file of this name tells of."""
    targets = _targets(name, text)
    return tuple(found for target in targets for found in _build(target, targets))


@lru_cache(maxsize=64)
def inline_builds_in_bake(name: str, text: str) -> tuple[tuple[str, str], ...]:
    """The builds whose Dockerfile stands in the bake file itself: the context of each, and that Dockerfile.

    What bake puts into it for variables is not known: ``${X}`` stays as it is, as a variable of the Dockerfile.
    """
    found = []
    targets = _targets(name, text) if _INLINE in text else {}
    for target in targets:
        attributes = dict(_inherited(target, targets, frozenset()))
        context, dockerfile = attributes.get("context", "."), attributes.get(_INLINE)
        if isinstance(context, str) and isinstance(dockerfile, str) and is_local(context) and "${" not in context:
            found.append((context, dockerfile))
    return tuple(found)


def _targets(name: str, text: str) -> dict[str, dict[str, Any]]:
    if len(text) > MAX_TEXT:
        return {}
    return _json_targets(text) if name.endswith(".json") else _hcl_targets(text)


def _build(name: str, targets: dict[str, dict[str, Any]]) -> Iterator[BuildTarget]:
    attributes = dict(_inherited(name, targets, frozenset()))
    context = attributes.get("context", ".")
    dockerfile = attributes.get("dockerfile", "Dockerfile")
    if _INLINE in attributes or not isinstance(context, str) or not isinstance(dockerfile, str):
        return
    if is_local(context) and "${" not in context + dockerfile:
        yield BuildTarget(context, dockerfile)


def _inherited(name: str, targets: dict[str, dict[str, Any]], seen: frozenset[str]) -> Iterator[tuple[str, Any]]:
    """All attributes of a target, those it inherits first."""
    own = targets.get(name)
    if own is None or name in seen:
        return
    above = own.get("inherits", [])
    if not isinstance(above, list):
        yield "context", _UNKNOWN
        return
    for parent in above:
        if isinstance(parent, str):
            yield from _inherited(parent, targets, seen | {name})
    yield from own.items()


def _json_targets(text: str) -> dict[str, dict[str, Any]]:
    document = read_json(text)
    targets = document.get("target") if isinstance(document, dict) else None
    if not isinstance(targets, dict):
        return {}
    return {name: target for name, target in targets.items() if isinstance(target, dict)}


def _hcl_targets(text: str) -> dict[str, dict[str, Any]]:
    tokens = [(match.lastgroup or "", match) for match in _TOKEN.finditer(text) if match.lastgroup != "space"]
    marks = [match[kind] if kind in ("name", "mark") else "" for kind, match in tokens]
    targets: dict[str, dict[str, Any]] = {}
    at = 0
    while at < len(tokens):
        if marks[at] == "target" and at + 2 < len(tokens) and tokens[at + 1][0] == "string" and marks[at + 2] == "{":
            end = _closing(marks, at + 2)
            block = slice(at + 3, end)
            targets.setdefault(tokens[at + 1][1]["string"], {}).update(_attributes(tokens[block], marks[block]))
            at = end + 1
        elif marks[at] in _OPENING:
            at = _closing(marks, at) + 1
        else:
            at += 1
    return targets


def _closing(marks: list[str], at: int) -> int:
    """The index of the mark that closes the one at ``at``, or the end."""
    depth = 0
    for index in range(at, len(marks)):
        depth += (marks[index] in _OPENING) - (marks[index] in _OPENING.values() and marks[index] != "")
        if depth == 0:
            return index
    return len(marks)


def _attributes(tokens: list[tuple[str, re.Match[str]]], marks: list[str]) -> Iterator[tuple[str, Any]]:
    """The attributes of a block, each with its value: a string, a list of strings, or something unknown."""
    depths = list(_depths(marks))
    starts = [
        at for at in range(len(tokens) - 1) if tokens[at][0] == "name" and marks[at + 1] == "=" and not depths[at]
    ]
    ends = [*starts[1:], len(tokens)][: len(starts)]
    for at, end in zip(starts, ends, strict=True):
        value, name = tokens[at + 2 : end], marks[at]
        yield name, _text(value) if name == _INLINE else _value(value, marks[at + 2 : end])


def _depths(marks: Iterable[str]) -> Iterator[int]:
    depth = 0
    for mark in marks:
        depth -= mark != "" and mark in _OPENING.values()
        yield depth
        depth += mark in _OPENING


def _value(tokens: list[tuple[str, re.Match[str]]], marks: list[str]) -> Any:
    strings = [_string(match["string"]) for kind, match in tokens if kind == "string"]
    if len(tokens) == 1 and strings:
        return strings[0]
    if marks[:1] == ["["] and marks[-1:] == ["]"] and len(strings) == len(tokens) - 2:
        return strings
    return _UNKNOWN


def _string(written: str) -> Any:
    if "\\" in written or "${" in written or "%{" in written:
        return _UNKNOWN
    return written


def _text(tokens: list[tuple[str, re.Match[str]]]) -> Any:
    """A text of any length, in quotes or as a heredoc. Something unknown where it is put together of parts."""
    if len(tokens) != 1:
        return _UNKNOWN
    kind, match = tokens[0]
    if kind == "body":
        text = _dedented(match["body"]) if match["dash"] else match["body"]
    elif kind == "string":
        text = _unescaped(match[kind])
    else:
        return _UNKNOWN
    return text.replace("$${", "${").replace("%%{", "%{")


def _unescaped(written: str) -> str:
    """Escapes of HCL are those of JSON, but for the long form of a character by its number."""
    try:
        return str(json.loads(f'"{written}"', strict=False))
    except ValueError:
        return written


def _dedented(text: str) -> str:
    lines = text.split("\n")
    indent = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    return "\n".join(line[indent:] for line in lines)
