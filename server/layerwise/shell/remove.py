"""Taking a command out of a script, with the operator that joins it and the line it stands on."""

from __future__ import annotations

from msgspec.structs import replace

from layerwise.shell.lookup import Place, place_of
from layerwise.shell.meaning import Meaning, Option, base_options, ends_at_failure, ends_simply
from layerwise.shell.script import READ
from layerwise.shell.style import RunText
from layerwise.shell.tree import AndOr, Command, Entry
from layerwise.text import Edit, Span


def remove_statement(run: RunText, command: Command) -> tuple[Edit, ...] | None:
    """The edits that take a command out of its list.

    None where something would be left that means something else, where nothing would be left, or where a comment would
    be lost.
    """
    if run.script.broken or run.script.dialect not in READ:
        return None
    place = place_of(run.script, command)
    if place is None:
        return None
    statement = place.entry.statement
    if statement == command:
        edit = _whole_entry(run, place)
        return (edit,) if edit else None
    if isinstance(statement, AndOr) and command in statement.parts:
        return _part(run, place, statement, statement.parts.index(command))
    return None


def without(run: RunText, command: Command) -> RunText | None:
    """The RUN as if the command, the first or the last of its script, were not there: for merging it with a neighbour.

    None where ``remove_statement`` would refuse, comments aside, or the command stands elsewhere.
    """
    entries = run.script.entries
    place = place_of(run.script, command)
    if place is None or not place.is_top or run.script.heredoc:
        return None
    statement, index = place.entry.statement, place.index
    rest: tuple[Entry, ...] | None = None
    if statement == command:
        rest = _other_entries(run, place)
    elif isinstance(statement, AndOr) and command in statement.parts:
        shorter = _shorter(run, place, statement, statement.parts.index(command))
        rest = (*entries[:index], shorter, *entries[index + 1 :]) if shorter else None
    return replace(run, script=replace(run.script, entries=rest)) if rest else None


def _other_entries(run: RunText, place: Place) -> tuple[Entry, ...] | None:
    entries = place.entries
    if len(entries) == 1 or place.entry.terminator == "&":
        return None
    if place.index == 0:
        return entries[1:]
    previous = entries[place.index - 1]
    if not place.is_last or not _errexit(run) or not ends_at_failure(previous) or previous.terminator == "&":
        return None
    return entries[:-1]


def _shorter(run: RunText, place: Place, statement: AndOr, index: int) -> Entry | None:
    parts, operators, spans = statement.parts, statement.operators, statement.operator_spans
    if index == 0 and operators[0] == "&&" and place.index == 0:
        parts, operators, spans = parts[1:], operators[1:], spans[1:]
    elif index == len(parts) - 1 and operators[-1] == "&&" and place.is_last:
        if Meaning(run.script, run.text).uses_errexit and not ends_simply(parts[-2]):
            return None
        parts, operators, spans = parts[:-1], operators[:-1], spans[:-1]
    else:
        return None
    span = parts[0].span.to(parts[-1].span)
    left = AndOr(span, parts, operators, spans) if len(parts) > 1 else parts[0]
    return Entry(span, left, place.entry.terminator)


def _errexit(run: RunText) -> bool:
    return Option.ERREXIT in Meaning(run.script, run.text).opening | base_options(run.shell)


def _whole_entry(run: RunText, place: Place) -> Edit | None:
    entry, entries = place.entry, place.entries
    if len(entries) == 1 or entry.terminator == "&":
        return None
    if not place.is_last:
        span = Span(entry.span.start, entries[place.index + 1].span.start)
        if entry.terminator == "\n":
            span = _whole_lines(run, span)
        return None if _comments(run, span) else Edit(span, "")
    previous = entries[place.index - 1]
    if not _errexit(run) or not ends_at_failure(previous) or previous.terminator == "&":
        return None
    start = previous.statement.span.end if entry.terminator == "" and previous.terminator == ";" else previous.span.end
    span = Span(start, entry.span.end)
    return None if _comments(run, span) else Edit(span, "")


def _whole_lines(run: RunText, span: Span) -> Span:
    """From the start of the first line to the start of the last, for an element of a list that has lines of its own."""
    start = run.instruction.span.start
    before = run.characters(Span(start, span.start)).rpartition("\n")[2]
    behind = run.characters(span).rpartition("\n")[2]
    return Span(span.start - len(before), span.end - len(behind)) if not before.strip() else span


def _part(run: RunText, place: Place, statement: AndOr, index: int) -> tuple[Edit, ...] | None:
    last = len(statement.parts) - 1
    operators = statement.operators
    if (index and operators[index - 1] != "&&") or (index < last and operators[index] != "&&"):
        return None
    if index == last and not (place.is_top and place.is_last) and Meaning(run.script, run.text).uses_errexit:
        return None
    part = statement.parts[index]
    if not index:
        span = Span(part.span.start, statement.parts[1].span.start)
        return None if _comments(run, span) else (Edit(span, ""),)
    span = Span(statement.parts[index - 1].span.end, part.span.end)
    if index < last:
        following = Span(part.span.end, statement.parts[index + 1].span.start)
        begins_line = "\n" in run.characters(Span(span.start, part.span.start))
        if begins_line and "\n" not in run.characters(following):
            return (Edit(Span(part.span.start, following.end), ""),)
    comments = _comments(run, span)
    if not comments:
        return (Edit(span, ""),)
    if index < last:
        span = Span(statement.operator_spans[index - 1].start, statement.operator_spans[index].start)
        return None if _comments(run, span) else (Edit(span, ""),)
    return _last_part(run, span, comments)


def _last_part(run: RunText, span: Span, comments: tuple[Span, ...]) -> tuple[Edit, ...] | None:
    """The comments above the last line of a RUN are left below it."""
    if span.end != run.instruction.span.end:
        return None
    gap = run.characters(Span(span.start, comments[0].start))
    line = gap.find("\n")
    if line < 0 or gap.count("\n") > 1:
        return None
    line -= gap[:line].endswith("\r")
    return Edit(Span(span.start, span.start + line), ""), Edit(Span(comments[-1].end, span.end), "")


def _comments(run: RunText, span: Span) -> tuple[Span, ...]:
    found = (comment.span for comment in (*run.instruction.comments, *run.script.comments))
    return tuple(sorted(comment for comment in found if span.encloses(comment)))
