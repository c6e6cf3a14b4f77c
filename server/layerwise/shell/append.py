"""Adding to a script: a command behind a statement, an option to a command."""

from __future__ import annotations

import json

from msgspec.structs import replace

from layerwise.shell.lookup import Place, errexit_counts, place_of
from layerwise.shell.meaning import Meaning, Option, base_options, ends_at_failure, ends_simply
from layerwise.shell.script import READ
from layerwise.shell.style import RunText, Style, style_of
from layerwise.shell.tree import AndOr, Around, Command, Entry, ShellWord
from layerwise.text import Edit, Span

_APART = frozenset({Around.SUBSHELL, Around.SUBSTITUTION, Around.NESTED})


def add_option(command: Command, option: str, *, after: ShellWord | None = None) -> Edit:
    """Insert an option right behind a word of the command, such as its subcommand; behind its last word without one.

    :param option: one word or several that need no quotes.
    """
    at = (after or command.words[-1]).span.end
    if command.is_json:
        return Edit(Span(at, at), "".join(f", {json.dumps(word)}" for word in option.split()))
    return Edit(Span(at, at), f" {option}")


def append_command(run: RunText, text: str, *, after: Command | None = None, style: Style | None = None) -> Edit | None:
    """Run ``text`` behind everything in the RUN, or behind the list that holds ``after`` if it succeeds.

    None where that cannot be done without changing what the script does: behind a background job, behind ``exec`` and
    ``exit``, in exec form, inside ``sh -c '…'``, or where ``set -e`` would lose its effect.

    :param style: how a new line is begun; that of the RUN if not given.
    """
    script = run.script
    if script.broken or script.dialect not in READ or not script.entries or any(c.is_json for c in script.commands):
        return None
    place = Place(script.entries, len(script.entries) - 1) if after is None else place_of(script, after)
    if place is None or place.entry.terminator == "&":
        return None
    if after is not None and {Around.BACKGROUND, Around.CONDITION, Around.FUNCTION}.intersection(after.within):
        return None
    if _may_have_ended(run, place):
        return None
    operator = _operator(run, place, after)
    if operator is None:
        return None
    style = style or style_of([run])
    if script.heredoc:
        return _in_heredoc(run, place, operator, text, style)
    return _inline(place, operator, text, style if place.is_top else _indented(style, run, place))


def prepend_command(run: RunText, text: str, *, before: Command) -> Edit | None:
    """Run ``text`` right before a command, which then runs only if ``text`` succeeds.

    None where the command is not simply the next thing to be done: in a pipeline, behind ``||``, in a string.
    """
    script = run.script
    if script.broken or script.dialect not in READ or before.is_json or before.within:
        return None
    place = place_of(script, before)
    if place is None:
        return None
    at = before.span.start
    if Option.ERREXIT in Meaning(script, run.text).opening | base_options(run.shell):
        return Edit(Span(at, at), f"{text}; ") if place.entry.statement == before else None
    return Edit(Span(at, at), f"{text} && ")


def _may_have_ended(run: RunText, place: Place) -> bool:
    """Whether an ``exec`` or an ``exit`` that means success stands before the end of the place."""
    for command in run.script.commands:
        if command.span.start >= place.entry.span.end or _APART.intersection(command.within):
            continue
        if command.words and command.words[0].text == "exec" and len(command.words) > 1:
            return True
        if command.program == "exit" and (not command.arguments or command.arguments[0].value in (None, "0")):
            return True
    return False


def _operator(run: RunText, place: Place, after: Command | None) -> str | None:
    """``&&`` or ``;``, whichever keeps a failure before it a failure; None where neither does."""
    meaning = Meaning(run.script, run.text)
    statement = place.entry.statement
    ends_at_end = place.is_top and place.is_last
    if Option.ERREXIT in meaning.opening | base_options(run.shell):
        if after is not None and not errexit_counts(place, after):
            return "&&"
        if ends_at_failure(place.entry) and (len(place.entries) > 1 or not ends_at_end):
            return ";"
        return "&&" if ends_at_end and ends_simply(statement) else None
    if meaning.uses_errexit:
        return "&&" if ends_at_end and ends_simply(statement) else None
    return "&&"


def _inline(place: Place, operator: str, text: str, style: Style) -> Edit:
    entry = place.entry
    if operator == ";" and entry.terminator == ";":
        line = f" {style.escape}{style.newline}{style.indent}" if style.breaks else " "
        return Edit(Span(entry.span.end, entry.span.end), f"{line}{text};")
    at = entry.statement.span.end
    return Edit(Span(at, at), style.joint(operator) + text)


def _indented(style: Style, run: RunText, place: Place) -> Style:
    """The style with the indentation of the last command of a list that stands in another, as in a subshell."""
    statement = place.entry.statement
    last = statement.parts[-1] if isinstance(statement, AndOr) else statement
    _, newline, line = run.characters(Span(run.instruction.span.start, last.span.start)).rpartition("\n")
    head = line.lstrip(" \t")
    return replace(style, indent=line[: len(line) - len(head)]) if newline and head.rstrip() in ("", "&&") else style


def _in_heredoc(run: RunText, place: Place, operator: str, text: str, style: Style) -> Edit | None:
    entry = place.entry
    body = run.instruction.heredocs[0].body
    indent = _indent_at(run, entry)
    has_heredoc = any(
        redirection.target is None and redirection.operator.startswith("<<")
        for command in run.script.commands
        if entry.span.encloses(command.span)
        for redirection in command.redirections
    )
    at = entry.statement.span.end
    if operator == "&&":
        joint = " && " if has_heredoc else f" &&{style.newline}{indent}"
        return Edit(Span(at, at), joint + text)
    if place.is_top and place.is_last:
        return Edit(Span(body.end, body.end), indent + text + style.newline)
    if has_heredoc:
        return None
    line_end = run.characters(Span(at, body.end)).find("\n")
    if line_end < 0 or (not place.is_last and _same_line(run, place)):
        return None
    at += line_end + 1
    return Edit(Span(at, at), indent + text + style.newline)


def _same_line(run: RunText, place: Place) -> bool:
    following = place.entries[place.index + 1]
    return "\n" not in run.characters(Span(place.entry.span.end, following.span.start))


def _indent_at(run: RunText, entry: Entry) -> str:
    body = run.instruction.heredocs[0].body
    line = run.characters(Span(body.start, entry.span.start)).rpartition("\n")[2]
    return line if not line.strip() else line[: len(line) - len(line.lstrip())]
