"""Every place of the name under a cursor: a variable, a stage or a heredoc's delimiter. Base of going to a definition,
of highlights, references and renaming.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from msgspec import Struct

from layerwise.build import Stage
from layerwise.engine import Analysis
from layerwise.features.place import Place, place_at
from layerwise.features.stages import Reference, alias_at, reference_at, references
from layerwise.features.variables import Definition, definition_at, definitions, key_of, meaning, use_at, uses_in
from layerwise.syntax.tree import From, Heredoc, Instruction
from layerwise.text import Span

_GLOBAL = -1
"""The scope of the ARGs before the first FROM, which the lines of all FROMs see."""
_BEFORE = -2
"""The scope of whatever else stands before the first FROM: a file that is only begun, or an error."""


class Kind(StrEnum):
    VARIABLE = "variable"
    STAGE = "stage"
    HEREDOC = "heredoc"


class Occurrence(Struct, frozen=True):
    """A place where a name stands; ``span`` covers the name alone."""

    span: Span
    is_definition: bool = False


class Name(Struct, frozen=True):
    """The name under a cursor: what it is, where it stands there, and all its places in order, this one included."""

    kind: Kind
    text: str
    span: Span
    occurrences: tuple[Occurrence, ...]


def name_at(analysis: Analysis, offset: int) -> Name | None:
    """The name that a cursor touches, None for anything else."""
    place = place_at(analysis, offset)
    if place is None:
        return None
    return _heredoc(place) or _variable(place) or _stage(place)


def definition(analysis: Analysis, offset: int) -> Span | None:
    """Where the name under the cursor is defined: the name itself when it is its own definition."""
    place = place_at(analysis, offset)
    if place is None:
        return None
    heredoc = _heredoc(place)
    if heredoc:
        return heredoc.occurrences[0].span
    variable = _variable_definition(place)
    return variable or _stage_definition(place)


def occurrences(analysis: Analysis, offset: int) -> tuple[Occurrence, ...]:
    """All places of the name under the cursor, in order."""
    name = name_at(analysis, offset)
    return name.occurrences if name else ()


def delimiter_span(heredoc: Heredoc, text: str) -> Span:
    """The delimiter behind ``<<``, without quotes."""
    at = text.rfind(heredoc.delimiter, heredoc.span.start, heredoc.span.end)
    return Span(at, at + len(heredoc.delimiter)) if at >= 0 else heredoc.span


def _heredoc(place: Place) -> Name | None:
    for heredoc in place.outer.heredocs:
        opening = delimiter_span(heredoc, place.analysis.text)
        closing = Span(max(heredoc.terminator.end - len(heredoc.delimiter), heredoc.body.end), heredoc.terminator.end)
        spans = [opening] if closing.start == closing.end else [opening, closing]
        for span in spans:
            if span.contains(place.offset) and span.start < span.end:
                found = tuple(Occurrence(each, each is opening) for each in spans)
                return Name(Kind.HEREDOC, heredoc.delimiter, span, found)
    return None


def _variable_definition(place: Place) -> Span | None:
    own = definition_at(place)
    if own:
        return own.pair.key.span
    use = use_at(place)
    if use is None:
        return None
    found = meaning(place, use.name)
    return found.pair.key.span if found else None


def _variable(place: Place) -> Name | None:
    own = definition_at(place)
    use = None if own else use_at(place)
    if own:
        text, span = key_of(own.pair, place.escape), own.pair.key.span
    elif use and use.name[:1].isidentifier():
        text, span = use.name, use.name_span
    else:
        return None
    scopes = _scopes(place, text)
    found = {}
    for each in definitions(place.analysis, text):
        if _defining(each) in scopes:
            found[each.pair.key.span] = Occurrence(each.pair.key.span, is_definition=True)
    for stage in (None, *place.analysis.build.stages):
        for instruction, each_use in uses_in(place.analysis, stage, text):
            if _scope(stage, instruction) in scopes:
                found.setdefault(each_use.name_span, Occurrence(each_use.name_span))
    found.setdefault(span, Occurrence(span))
    return Name(Kind.VARIABLE, text, span, tuple(sorted(found.values(), key=lambda each: each.span)))


def _scopes(place: Place, name: str) -> frozenset[int]:
    """The scopes, by index of the stage, in which the name means the variable at this place.

    A stage shares it with one that it is built on, where the variable is inherited, and with the global one where an
    ARG without a value brings that in.
    """
    links: dict[int, set[int]] = {}
    found = list(definitions(place.analysis, name))
    defined = {_defining(each) for each in found}
    if _GLOBAL in defined:
        _link(links, _GLOBAL, _BEFORE)
    for each in found:
        if each.stage and _GLOBAL in defined and each.pair.value is None and not each.is_env:
            _link(links, each.stage.facts.index, _GLOBAL)
    for stage in place.analysis.build.stages:
        if stage.parent is not None and (stage.parent in defined or stage.parent in links):
            _link(links, stage.facts.index, stage.parent)
    return frozenset(_connected(links, _scope(place.stage, place.outer)))


def _link(links: dict[int, set[int]], one: int, other: int) -> None:
    links.setdefault(one, set()).add(other)
    links.setdefault(other, set()).add(one)


def _connected(links: dict[int, set[int]], start: int) -> set[int]:
    seen, todo = {start}, [start]
    while todo:
        for other in links.get(todo.pop(), ()):
            if other not in seen:
                seen.add(other)
                todo.append(other)
    return seen


def _defining(definition: Definition) -> int:
    """The scope that a definition belongs to."""
    if definition.stage:
        return definition.stage.facts.index
    return _BEFORE if definition.is_env else _GLOBAL


def _scope(stage: Stage | None, instruction: Instruction) -> int:
    """The scope that a use belongs to."""
    if isinstance(instruction, From):
        return _GLOBAL
    return stage.facts.index if stage else _BEFORE


def _stage_definition(place: Place) -> Span | None:
    stage = alias_at(place)
    if stage is None:
        reference = reference_at(place)
        stage = _meant(place.analysis, reference) if reference else None
    if stage is None:
        return None
    alias = stage.from_.alias
    return alias.span if alias else stage.from_.image.span if stage.from_.image else stage.from_.keyword.span


def _meant(analysis: Analysis, reference: Reference) -> Stage | None:
    target = reference.target(analysis)
    if target or isinstance(reference.instruction, From):
        return target
    name = reference.word.text.lower()
    return next((stage for stage in analysis.build.stages if stage.name == name), None)


def _stage(place: Place) -> Name | None:
    stage = alias_at(place)
    reference = None if stage else reference_at(place)
    if reference:
        stage = _meant(place.analysis, reference)
        if stage is None and (isinstance(reference.instruction, From) or "$" in reference.word.text):
            return None
    elif stage is None:
        return None
    if reference:
        span = reference.word.span
    else:
        assert stage is not None
        assert stage.from_.alias is not None
        span = stage.from_.alias.span
    text = (stage.name if stage and stage.name else reference.word.text if reference else "").lower()
    found = sorted(_stage_places(place.analysis, stage, text), key=lambda each: each.span)
    return Name(Kind.STAGE, text, span, tuple(found)) if found else None


def _stage_places(analysis: Analysis, stage: Stage | None, text: str) -> Iterator[Occurrence]:
    for each in analysis.build.stages:
        alias = each.from_.alias
        if alias and each.name == text:
            yield Occurrence(alias.span, is_definition=True)
    for reference in references(analysis):
        target = _meant(analysis, reference)
        same = target.facts.index == stage.facts.index if target and stage else False
        if same or (reference.word.text.lower() == text and (target or not isinstance(reference.instruction, From))):
            yield Occurrence(reference.word.span)
