"""Flags of an instruction, keys of a mount, and values of which there are but a few."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from layerwise.features.completion.item import Item, ItemKind, documented
from layerwise.features.place import Place
from layerwise.knowledge.instructions import (
    INSTRUCTIONS,
    MOUNT_SHARING,
    MOUNT_TYPES,
    NETWORKS,
    SECURITIES,
    FlagKind,
)
from layerwise.knowledge.manual import Book
from layerwise.syntax.tree import Flag, Mount
from layerwise.text import Span

_KEYS = {
    "bind": ("target", "source", "from", "rw"),
    "cache": ("target", "id", "sharing", "from", "source", "mode", "uid", "gid", "ro"),
    "secret": ("id", "target", "env", "required", "mode", "uid", "gid"),
    "ssh": ("id", "target", "required", "mode", "uid", "gid"),
    "tmpfs": ("target", "size"),
}
"""The keys of each type of mount; those that are mostly wanted first."""
_SAME_KEYS = {"src": "source", "dst": "target", "destination": "target", "readonly": "ro", "readwrite": "rw"}
_SWITCHES = frozenset({"ro", "rw", "required"})
_PLATFORMS = ("$BUILDPLATFORM", "$TARGETPLATFORM", "linux/amd64", "linux/arm64", "linux/arm/v7", "windows/amd64")


def flags(place: Place) -> list[Item]:
    """The flags that may still be given, where one may stand: before all arguments."""
    instruction = place.instruction
    kind = INSTRUCTIONS.get(instruction.name)
    if kind is None or not kind.flags:
        return []
    flag = _at(place)
    word = next((word for word in instruction.arguments if word.span.contains(place.offset)), None)
    if any(each.span.end < place.offset and each is not word for each in instruction.arguments):
        return []
    if flag is None and word is not None and not word.text.startswith("-"):
        return []
    dashes = "" if flag or word else _dashes(place)
    if not (flag or word or dashes):
        return []
    start = flag.span.start if flag else word.span.start if word else place.offset - len(dashes)
    span = Span(start, place.offset)
    given = {each.name.text for each in instruction.flags if each is not flag}
    return [
        _flag(instruction.name, name, value, span)
        for name, value in kind.flags.items()
        if name not in given or value is FlagKind.LIST
    ]


def _dashes(place: Place) -> str:
    """The dashes of a flag without a name yet, which the builder takes for the end of all flags."""
    behind = max([place.instruction.keyword.span.end, *(each.span.end for each in place.instruction.flags)])
    written = Span(min(behind, place.offset), place.offset).of(place.analysis.text).strip()
    return written if written in ("-", "--") else ""


def _flag(instruction: str, name: str, kind: FlagKind, span: Span) -> Item:
    text = f"--{name}" if kind is FlagKind.SWITCH else f"--{name}="
    page = documented(Book.FLAGS, f"{instruction} --{name}")
    return Item(text, ItemKind.FLAG, span, text, documentation=page, goes_on=kind is not FlagKind.SWITCH)


def values_of_flag(place: Place) -> list[Item]:
    """The values of the flag that is being written; those of a mount by its keys."""
    flag = _at(place)
    if flag is None or place.offset <= flag.name.span.end:
        return []
    start = flag.value.span.start if flag.value else flag.name.span.end + 1
    if isinstance(flag, Mount) or flag.name.text == "mount":
        return list(_of_mount(place, flag, start))
    return list(_values(place, flag.name.text, Span(start, place.offset)))


def stages(place: Place, span: Span) -> Iterator[Item]:
    """The stages that a reference at this place may name."""
    before = place.stage.facts.index if place.stage else 0
    for stage in place.analysis.build.stages[:before]:
        if stage.name:
            image = stage.from_.image.text if stage.from_.image else ""
            yield Item(stage.name, ItemKind.STAGE, span, stage.name, detail=f"FROM {image}")


def _at(place: Place) -> Flag | None:
    return next((flag for flag in place.instruction.flags if flag.span.contains(place.offset)), None)


def _values(place: Place, name: str, span: Span) -> Iterable[Item]:
    if name == "from":
        return stages(place, span)
    if name == "platform":
        return [
            Item(each, ItemKind.VALUE, span, each, documentation=documented(Book.VALUES, each)) for each in _PLATFORMS
        ]
    known = {"network": NETWORKS, "security": SECURITIES}.get(name, ())
    return [
        Item(each, ItemKind.VALUE, span, each, documentation=documented(Book.WORDS, f"--{name}={each}"))
        for each in known
    ]


def _of_mount(place: Place, flag: Flag, start: int) -> Iterator[Item]:
    written = Span(start, place.offset).of(place.analysis.text)
    piece = written.rpartition(",")[2]
    name, equals, value = piece.partition("=")
    if equals:
        yield from _mount_values(place, name.lower(), Span(place.offset - len(value), place.offset))
        return
    kind = flag.type if isinstance(flag, Mount) else "bind"
    given = {_SAME_KEYS.get(key.name.text, key.name.text) for key in flag.keys if not key.span.contains(place.offset)}
    names = _KEYS.get(kind, ()) if "type" in given else ("type", *_KEYS.get(kind, ()))
    span = Span(place.offset - len(piece), place.offset)
    for each in names:
        if each not in given:
            text = each if each in _SWITCHES else f"{each}="
            page = documented(Book.MOUNTS, f"{each} {kind}") or documented(Book.MOUNTS, each)
            yield Item(text, ItemKind.KEY, span, text, documentation=page, goes_on=text.endswith("="))


def _mount_values(place: Place, name: str, span: Span) -> Iterator[Item]:
    if name == "from":
        yield from stages(place, span)
    for each in {"type": MOUNT_TYPES, "sharing": MOUNT_SHARING}.get(name, ()):
        yield Item(each, ItemKind.VALUE, span, each, documentation=documented(Book.MOUNTS, f"{name}={each}"))
