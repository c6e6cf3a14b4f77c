"""Arguments of which the manual or the file knows some: images, signals, users, labels, and the words of commands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from layerwise.features.completion.flags import stages
from layerwise.features.completion.item import Item, ItemKind, documented
from layerwise.features.place import Place
from layerwise.knowledge.manual import Book, pages
from layerwise.shell.tree import Command
from layerwise.syntax.tree import Arg, Env, From, Healthcheck, Instruction, Label, Run, Stopsignal, User
from layerwise.text import Span

_SIGNALS = ("SIGTERM", "SIGINT", "SIGQUIT", "SIGWINCH", "SIGHUP", "SIGUSR1", "SIGKILL", "SIGRTMIN+3")
_PLATFORM_ARGS = ("TARGETPLATFORM", "TARGETOS", "TARGETARCH", "TARGETVARIANT", "BUILDPLATFORM", "BUILDOS", "BUILDARCH")
_CREATORS = frozenset({"useradd", "adduser"})


def arguments(place: Place) -> list[Item]:
    """What may stand as the argument at the cursor."""
    offer = _OFFERS.get(type(place.instruction))
    return list(offer(place)) if offer else []


def _span(place: Place) -> Span:
    """From the start of the word that is being written to the cursor."""
    word = next((word for word in place.instruction.arguments if word.span.contains(place.offset)), None)
    return Span(word.span.start if word else place.offset, place.offset)


def _index(place: Place) -> int:
    return sum(word.span.end < place.offset for word in place.instruction.arguments)


def _image(place: Place) -> Iterable[Item]:
    index = _index(place)
    if index == 1:
        return [Item("AS", ItemKind.KEYWORD, _span(place), "AS ", documentation=documented(Book.WORDS, "AS"))]
    return _images(place) if index == 0 else ()


def _images(place: Place) -> Iterator[Item]:
    span = _span(place)
    yield from stages(place, span)
    yield Item("scratch", ItemKind.IMAGE, span, "scratch", documentation=documented(Book.WORDS, "scratch"))
    for name, page in pages(Book.IMAGES).items():
        yield Item(name, ItemKind.IMAGE, span, name, documentation=page.markdown)


def _signals(place: Place) -> Iterator[Item]:
    for name in _SIGNALS:
        yield Item(name, ItemKind.VALUE, _span(place), name, documentation=documented(Book.VALUES, name))


def _users(place: Place) -> Iterator[Item]:
    for name in dict.fromkeys((*_created_users(place), "root")):
        yield Item(name, ItemKind.VALUE, _span(place), name)


def _created_users(place: Place) -> Iterator[str]:
    for step in place.stage.steps if place.stage else ():
        if step.span.start >= place.outer.span.start:
            return
        for command in step.script.commands if step.script else ():
            if command.words and command.program in _CREATORS and command.arguments:
                name = command.arguments[-1].value
                if name:
                    yield name


def _labels(place: Place) -> Iterator[Item]:
    if not _in_value(place):
        for name, page in pages(Book.LABELS).items():
            yield Item(name, ItemKind.KEY, _span(place), f"{name}=", documentation=page.markdown)


def _arg_names(place: Place) -> Iterator[Item]:
    if _in_value(place):
        return
    span = _span(place)
    known = place.analysis.build.global_args if place.stage else {}
    for name in dict.fromkeys((*(name for name in known if name not in _PLATFORM_ARGS), *_PLATFORM_ARGS)):
        if place.stage:
            yield Item(name, ItemKind.VARIABLE, span, name, documentation=documented(Book.VARIABLES, name))


def _env_names(place: Place) -> Iterator[Item]:
    if not _in_value(place):
        for name, page in pages(Book.VARIABLES).items():
            if name not in _PLATFORM_ARGS and name.isupper():
                yield Item(name, ItemKind.VARIABLE, _span(place), f"{name}=", documentation=page.markdown)


def _in_value(place: Place) -> bool:
    span = _span(place)
    pairs = place.instruction.pairs if isinstance(place.instruction, Env | Label) else ()
    legacy = bool(pairs) and pairs[0].legacy and _index(place) > 0
    return "=" in span.of(place.analysis.text) or legacy


def _health(place: Place) -> Iterator[Item]:
    if _index(place) == 0:
        for name in ("CMD", "NONE"):
            page = documented(Book.WORDS, f"HEALTHCHECK {name}")
            yield Item(name, ItemKind.KEYWORD, _span(place), name, documentation=page)


def _command_words(place: Place) -> Iterator[Item]:
    """Subcommands and options that the manual knows of the program in front."""
    command = _command_at(place)
    if command is None:
        return
    touched = next((word for word in command.words if word.span.contains(place.offset)), None)
    if touched is not None and touched.span == command.name.span:
        return
    span = Span(touched.span.start if touched else place.offset, place.offset)
    dashed = span.of(place.analysis.text).startswith("-")
    plain = [word.value for word in command.arguments if word.value and not word.value.startswith("-")]
    subcommand = plain[0] if plain and (touched is None or plain[0] != touched.value) else ""
    seen = set()
    for key, page in pages(Book.COMMANDS).items():
        words = key.split()
        if len(words) < 2 or words[0] != command.program or words[-1] in seen:
            continue
        is_option = words[-1].startswith("-")
        if is_option != dashed or (len(words) > 2 and words[1] != subcommand) or (not dashed and subcommand):
            continue
        seen.add(words[-1])
        yield Item(words[-1], ItemKind.COMMAND, span, words[-1], documentation=page.markdown)


def _command_at(place: Place) -> Command | None:
    """The command that the cursor is in, or behind with nothing but blanks between."""
    script = place.step.script if place.step else None
    best: Command | None = None
    for command in script.commands if script else ():
        between = Span(min(command.span.end, place.offset), place.offset).of(place.analysis.text)
        inside = command.span.start < place.offset and not between.strip(" \t")
        if command.words and inside and (best is None or command.span.start >= best.span.start):
            best = command
    return best


_OFFERS: dict[type[Instruction], Callable[[Place], Iterable[Item]]] = {
    From: _image,
    Stopsignal: _signals,
    User: _users,
    Label: _labels,
    Arg: _arg_names,
    Env: _env_names,
    Healthcheck: _health,
    Run: _command_words,
}
