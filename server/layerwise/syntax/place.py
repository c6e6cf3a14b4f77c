"""Moving a node to another place. Knows how nodes are built, not what they are."""

from __future__ import annotations

import re
from copy import copy
from typing import Any, TypeVar

from msgspec.structs import force_setattr

from layerwise.syntax.nodes import Node
from layerwise.text import Span

NodeT = TypeVar("NodeT", bound=Node)

_PLAIN = {"bool", "int", "str", "object", "None", "tuple"}
_MOVING: dict[type, tuple[str, ...]] = {}
_span = tuple.__new__


def moved(node: NodeT, by: int) -> NodeT:
    """The same node with all its spans, and those of the nodes inside it, moved by ``by`` characters."""
    if not by:
        return node
    there = copy(node)
    for name in _MOVING.get(node.__class__) or _moving(node.__class__):
        value = getattr(node, name)
        kind = value.__class__
        if kind is Span:
            force_setattr(there, name, _span(Span, (value[0] + by, value[1] + by)))
        elif kind is tuple:
            if value:
                force_setattr(there, name, tuple([_moved_item(item, by) for item in value]))
        elif isinstance(value, Node):
            force_setattr(there, name, moved(value, by))
    return there


def _moved_item(item: Any, by: int) -> Any:
    if item.__class__ is Span:
        return _span(Span, (item[0] + by, item[1] + by))
    return moved(item, by) if isinstance(item, Node) else item


def _moving(cls: type[Node]) -> tuple[str, ...]:
    """The fields that may hold places, by what is declared of them."""
    declared = {name: kind for base in cls.__mro__ for name, kind in getattr(base, "__annotations__", {}).items()}
    _MOVING[cls] = tuple(
        name for name in cls.__struct_fields__ if not _PLAIN.issuperset(re.findall(r"\w+", declared[name]))
    )
    return _MOVING[cls]
