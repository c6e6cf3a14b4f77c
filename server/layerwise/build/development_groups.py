"""Installs that ask for what only developers need by its name: a group, an extra, a requirements file.

Knows the words and how to do without them; whether they matter in an image is for ``build.development`` to say.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from layerwise.build.operations import Operation, PackageOperation
from layerwise.build.step import Step
from layerwise.knowledge.development import ASKING, Asking, is_development_file, is_development_group
from layerwise.shell.tree import Around, ShellWord
from layerwise.syntax.tree import Run
from layerwise.text import Edit, Span
from layerwise.text.patterns import regex

_EXTRAS = regex(r"(?P<path>\.{1,2}(?:/[\w./-]*)?|/[\w./-]*)\[(?P<names>[\w\s,.-]+)\]")
_MAYBE = frozenset({Around.IF, Around.CASE, Around.OR, Around.TRIED, Around.FUNCTION, Around.LOOP})
_FILE_OPTIONS = ("-r", "--requirement", "--requirements")


class Asked(Struct, frozen=True):
    """What a command asks for."""

    index: int
    """The index of the operation in its step."""
    place: Span
    """The words that ask for it."""
    text: str
    """The same as one writes them."""
    edit: Edit | None
    """What makes it do without, None where that is not certain to leave a command."""
    title: str = ""
    file: bool = False
    """It is a requirements file, which is for developers by its name."""

    def moved(self, by: int) -> Asked:
        """The same with its spans moved by ``by`` characters."""
        edit = self.edit.moved(by) if self.edit else None
        return Asked(self.index, self.place.moved(by), self.text, edit, self.title, self.file)


def asked(step: Step) -> tuple[Asked, ...]:
    """What a RUN asks for, in the order of the text. For ``Step.once``."""
    if step.kind is not Run:
        return ()
    return tuple(each for index, operation in enumerate(step.operations) for each in _asked(index, operation))


def _asked(index: int, operation: PackageOperation) -> Iterator[Asked]:
    name, phrase = operation.manager.name, operation.phrase
    if name == "uv" and phrase.startswith("pip "):
        name, phrase = "pip", phrase.removeprefix("pip ")
    row = ASKING.get(name)
    if row is None or operation.operation is not Operation.INSTALL or phrase not in row.phrases:
        return
    if not _MAYBE.isdisjoint(operation.command.within) or operation.has_option("--help", "--dry-run", *row.but):
        return
    if name == "pip":
        yield from _by_pip(index, operation)
    elif operation.packages:
        return
    yield from _by_options(index, operation, row)


def _by_options(index: int, operation: PackageOperation, row: Asking) -> Iterator[Asked]:
    words = operation.command.words
    for at in range(operation.command.start + 1, len(words)):
        option, equals, value = (words[at].value or "").partition("=")
        last = at
        if option in row.groups | row.extras and not equals and at + 1 < len(words):
            last, value = at + 1, words[at + 1].value or ""
        is_flag = option in row.flags and not equals
        if not is_flag and not (option in row.groups | row.extras and _all_development(value)):
            continue
        place = words[at].span.to(words[last].span)
        text = " ".join(word.text for word in words[at : last + 1])
        instead = row.instead if option not in row.extras else ""
        yield Asked(index, place, text, *_replaced(operation, words[at - 1], place, instead, text))


def _replaced(
    operation: PackageOperation, before: ShellWord, place: Span, instead: str, text: str
) -> tuple[Edit | None, str]:
    if operation.command.is_json:
        return None, ""
    if instead:
        return Edit(place, instead), f"Replace `{text}` with `{instead}`"
    return Edit(Span(before.span.end, place.end), ""), f"Drop `{text}`"


def _all_development(value: str) -> bool:
    names = [name for name in value.replace(",", " ").split() if name]
    return bool(names) and all(map(is_development_group, names))


def _by_pip(index: int, operation: PackageOperation) -> Iterator[Asked]:
    for word in operation.packages:
        match = _EXTRAS.fullmatch(word.value or "")
        names = [name.strip() for name in match["names"].split(",")] if match else []
        found = [name for name in names if is_development_group(name)]
        if not found or match is None:
            continue
        kept = [name for name in names if name not in found]
        inner, outer = f"[{match['names']}]", f"[{','.join(kept)}]" if kept else ""
        edit = Edit(word.span, word.text.replace(inner, outer)) if inner in word.text else None
        what = ", ".join(f"`{name}`" for name in found)
        yield Asked(index, word.span, word.value or "", edit, f"Leave out the extra{'s' * (len(found) > 1)} {what}")
    words = list(operation.command.words)
    for word in operation.manifests:
        if word.value is None or not is_development_file(word.value):
            continue
        at = next((number for number, each in enumerate(words) if each.span == word.span), None)
        if at is None or words[at - 1].value not in _FILE_OPTIONS:
            continue
        place = words[at - 1].span.to(word.span)
        others = len(operation.packages) + len(operation.manifests) > 1
        edit = Edit(Span(words[at - 2].span.end, place.end), "") if others and not operation.command.is_json else None
        yield Asked(index, place, word.value, edit, f"Drop `{words[at - 1].text} {word.text}`", file=True)
