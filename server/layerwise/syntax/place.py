"""Moving a node to another place. Knows how nodes are built, not what they are."""

from __future__ import annotations

import re
from typing import Any, TypeVar

from msgspec.structs import force_setattr

from layerwise.syntax.nodes import Node
from layerwise.text import Span

NodeT = TypeVar("NodeT", bound=Node)

_PLAIN = {"bool", "int", "str", "object", "None", "tuple"}
_INNER: dict[type, tuple[str, ...]] = {}
_span = tuple.__new__


def moved(node: NodeT, by: int) -> NodeT:
    """The same node with all its spans, and those of the nodes inside it, moved by ``by`` characters.

    Written for speed: it runs some hundred times at every keystroke.
    """
    if not by:
        return node
    there: NodeT = node.__copy__()  # type: ignore[attr-defined]  # Every Struct has it; ``copy`` takes twice as long.
    start, end = node.span
    force_setattr(there, "span", _span(Span, (start + by, end + by)))
    inner = _INNER.get(node.__class__)
    for name in _inner(node.__class__) if inner is None else inner:
        value = getattr(node, name)
        kind = value.__class__
        if kind is tuple:
            if value:
                force_setattr(there, name, _moved_items(value, by))
        elif kind is Span:
            force_setattr(there, name, _span(Span, (value[0] + by, value[1] + by)))
        elif isinstance(value, Node):
            force_setattr(there, name, moved(value, by))
    return there


def _moved_items(items: tuple[Any, ...], by: int) -> tuple[Any, ...]:
    there = []
    for item in items:
        if isinstance(item, Node):
            item = moved(item, by)
        elif item.__class__ is Span:
            item = _span(Span, (item[0] + by, item[1] + by))
        there.append(item)
    return tuple(there)


def _inner(cls: type[Node]) -> tuple[str, ...]:
    """The fields besides ``span`` that may hold places, by what is declared of them."""
    declared = {name: kind for base in cls.__mro__ for name, kind in getattr(base, "__annotations__", {}).items()}
    names = (name for name in cls.__struct_fields__ if name != "span")
    _INNER[cls] = tuple(name for name in names if not _PLAIN.issuperset(re.findall(r"\w+", declared[name])))
    return _INNER[cls]
