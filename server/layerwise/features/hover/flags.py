"""Hovers on flags: their names, the keys of a mount, and values that are one of a few."""

from __future__ import annotations

from layerwise.features.hover.images import reference_hover
from layerwise.features.hover.markdown import Hover, code, paragraphs
from layerwise.features.hover.modes import mode_text
from layerwise.features.hover.users import owner_text
from layerwise.features.place import Place
from layerwise.knowledge.manual import Book, page
from layerwise.syntax.tree import Key, Mount, Word

_MODES = frozenset({"chmod", "mode"})
_SOURCES = frozenset({"from"})


def flag_hover(place: Place) -> Hover | None:
    """The flag under the cursor: the key or the value it touches, else the flag itself."""
    instruction = place.instruction
    flag = next((flag for flag in instruction.flags if flag.span.contains(place.offset)), None)
    if flag is None:
        return None
    if isinstance(flag, Mount) and flag.keys:
        for key in flag.keys:
            if key.span.contains(place.offset):
                return _key_hover(place, flag, key)
    if flag.value and flag.value.span.contains(place.offset) and not flag.name.span.contains(place.offset):
        answer = _value_hover(place, flag.name.text, flag.value)
        if answer:
            return answer
    found = page(Book.FLAGS, f"{instruction.name} --{flag.name.text}")
    return Hover(flag.span, found.markdown) if found else None


def _value_hover(place: Place, name: str, value: Word) -> Hover | None:
    if name in _SOURCES:
        return reference_hover(place, value)
    found = page(Book.WORDS, f"--{name}={value.text}") or (
        page(Book.VALUES, value.text) if name == "platform" else None
    )
    text = found.markdown if found else ""
    if name in _MODES:
        mode = mode_text(value.text)
        text = f"{code(value.text)}: {mode}." if mode else ""
    elif name == "chown":
        text = owner_text(place, value.text)
    if not text:
        return None
    about = page(Book.FLAGS, f"{place.instruction.name} --{name}")
    return Hover(value.span, paragraphs(text, about.markdown if about else None))


def _key_hover(place: Place, mount: Mount, key: Key) -> Hover | None:
    name, value = key.name.text.lower(), key.value
    if value and value.span.contains(place.offset) and not key.name.span.contains(place.offset):
        if name in _SOURCES:
            return reference_hover(place, value)
        chosen = page(Book.MOUNTS, f"{name}={value.text.lower()}")
        if chosen:
            return Hover(value.span, chosen.markdown)
    if name == "type":
        name = f"type={mount.type}"
    found = page(Book.MOUNTS, f"{name} {mount.type}") or page(Book.MOUNTS, name)
    if found is None:
        return None
    mode = mode_text(value.text) if value and name in _MODES else ""
    extra = f"{code(value.text)}: {mode}." if value and mode else None
    return Hover(key.span, paragraphs(extra, found.markdown))
