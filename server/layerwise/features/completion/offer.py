"""Finds out what is being written at a cursor, and asks for what fits there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from layerwise.engine import Analysis
from layerwise.features.completion.flags import flags, values_of_flag
from layerwise.features.completion.item import Item, ItemKind, documented
from layerwise.features.completion.words import arguments
from layerwise.features.place import Place, instruction_behind, place_of
from layerwise.features.variables import key_of
from layerwise.knowledge.instructions import DIRECTIVES, INSTRUCTIONS
from layerwise.knowledge.manual import Book
from layerwise.syntax.tree import Arg, Comment, From, Onbuild, Unknown
from layerwise.text import Span

_DIRECTIVE_VALUES = {"syntax": "docker/dockerfile:1", "escape": "`", "check": "skip="}
_NO_TRIGGERS = frozenset({"FROM", "ONBUILD", "MAINTAINER"})
_OLD = frozenset({"MAINTAINER"})
_BLANK = " \t"


def completions(analysis: Analysis, offset: int) -> tuple[Item, ...]:
    """What may be inserted at a cursor, in an order that makes sense; the editor filters by what is typed."""
    return tuple(_completions(analysis, offset))


def _completions(analysis: Analysis, offset: int) -> Iterable[Item]:
    comment = _comment(analysis, offset)
    if comment is not None:
        return _directives(analysis, comment, offset)
    instruction = instruction_behind(analysis, offset)
    if instruction is None:
        return _keywords(analysis, Span(offset, offset))
    place = place_of(analysis, instruction, offset)
    if isinstance(place.instruction, Onbuild) and offset > place.instruction.keyword.span.end:
        return _triggers(analysis, Span(offset, offset))
    keyword = place.instruction.keyword.span
    if offset <= keyword.end:
        start = Span(min(keyword.start, offset), offset)
        return _triggers(analysis, start) if place.in_onbuild else _keywords(analysis, start)
    if isinstance(place.instruction, Unknown):
        return ()
    return _variables(place) or values_of_flag(place) or flags(place) or arguments(place)


def _comment(analysis: Analysis, offset: int) -> Span | None:
    """The comment that the cursor is in or behind, on its line."""
    line = analysis.lines.span(analysis.lines.line_of(offset))
    for piece in analysis.dockerfile.section_at(line.start).pieces:
        if piece.span.start >= line.start and piece.span.start < offset and isinstance(piece, Comment):
            return piece.span
        if piece.span.start >= offset:
            break
    bare = Span(line.start, offset).of(analysis.text).lstrip(_BLANK)
    return Span(offset - len(bare), offset) if bare.startswith("#") and line.start < offset else None


def _directives(analysis: Analysis, comment: Span, offset: int) -> Iterator[Item]:
    """Directives stand at the top only, each once."""
    prologue = analysis.dockerfile.prologue
    line = analysis.lines.line_of(offset)
    typed = Span(comment.start, offset).of(analysis.text).removeprefix("#").strip()
    above = len(prologue.directives)
    if line > above or "=" in typed or " " in typed:
        return
    used = {directive.name.text.lower() for directive in prologue.directives}
    for name in DIRECTIVES:
        if name not in used:
            text = f"# {name}={_DIRECTIVE_VALUES[name]}"
            page = documented(Book.DIRECTIVES, name)
            yield Item(text, ItemKind.KEYWORD, Span(comment.start, offset), text, documentation=page)


def _keywords(analysis: Analysis, span: Span) -> Iterator[Item]:
    """All instructions; before the first FROM only those that may stand there. In the case that the file uses."""
    section = analysis.dockerfile.section_at(span.start)
    begun = section is not analysis.dockerfile.sections[0]
    names = [name for name in INSTRUCTIONS if name not in _OLD] if begun else ["FROM", "ARG"]
    return _named(analysis, names, span)


def _triggers(analysis: Analysis, span: Span) -> Iterator[Item]:
    return _named(analysis, [name for name in INSTRUCTIONS if name not in _NO_TRIGGERS], span)


def _named(analysis: Analysis, names: Iterable[str], span: Span) -> Iterator[Item]:
    lower = _writes_lower_case(analysis, span)
    for name in names:
        text = name.lower() if lower else name
        yield Item(
            text, ItemKind.KEYWORD, span, text + " ", documentation=documented(Book.INSTRUCTIONS, name), goes_on=True
        )


def _writes_lower_case(analysis: Analysis, span: Span) -> bool:
    """Whether the instructions elsewhere in the file are in lower case."""
    for section in analysis.dockerfile.sections:
        for start, node in section.layout.instructions:
            if section.span.start + start != span.start and not isinstance(node, Unknown):
                return node.keyword.text.islower()
    return False


def _variables(place: Place) -> list[Item]:
    """The variables in scope behind a ``$`` or ``${``."""
    text, at = place.analysis.text, place.offset
    while at > 0 and (text[at - 1].isalnum() or text[at - 1] == "_"):
        at -= 1
    braces = text[at - 1 : at] == "{"
    dollar = at - 1 - braces
    if text[dollar : dollar + 1] != "$" or dollar < place.instruction.keyword.span.end:
        return []
    span = Span(at, place.offset)
    closing = "}" if braces and text[place.offset : place.offset + 1] != "}" else ""
    return [
        Item(name, ItemKind.VARIABLE, span, name + closing, detail, documented(Book.VARIABLES, name))
        for name, detail in sorted(_in_scope(place).items())
    ]


def _in_scope(place: Place) -> dict[str, str]:
    """Names with their values."""
    if isinstance(place.outer, From) or place.stage is None:
        variables = dict(place.analysis.build.global_args)
        found = {name: variable.value or "" for name, variable in variables.items()}
        if place.stage is None:
            found |= _before_the_first_from(place)
        return found
    state = place.step.before if place.step else place.stage.steps[-1].after
    return {name: variable.value or "" for name, variable in {**state.args, **state.env}.items()}


def _before_the_first_from(place: Place) -> dict[str, str]:
    found = {}
    for instruction in place.analysis.dockerfile.sections[0].instructions:
        if isinstance(instruction, Arg) and instruction.span.start < place.outer.span.start:
            for pair in instruction.pairs:
                found[key_of(pair, place.escape)] = pair.value.text if pair.value else ""
    return found
