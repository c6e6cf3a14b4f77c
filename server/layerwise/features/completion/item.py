"""A thing that an editor may offer."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from layerwise.knowledge.manual import Book, page
from layerwise.text import Span


class ItemKind(StrEnum):
    KEYWORD = "keyword"
    FLAG = "flag"
    KEY = "key"
    VALUE = "value"
    VARIABLE = "variable"
    STAGE = "stage"
    IMAGE = "image"
    COMMAND = "command"


class Item(Struct, frozen=True):
    """``text`` replaces ``span``, which ends at the cursor. ``documentation`` is Markdown, empty for none."""

    label: str
    kind: ItemKind
    span: Span
    text: str
    detail: str = ""
    documentation: str = ""
    goes_on: bool = False
    """What is inserted is not whole: ask again behind it, as behind ``--from=``."""


def documented(book: Book, key: str) -> str:
    """The page of the manual, empty where there is none."""
    found = page(book, key)
    return found.markdown if found else ""
