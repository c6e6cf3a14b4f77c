"""Moving a script to another place in the file."""

from __future__ import annotations

from layerwise.shell.tree import AndOr, Command, Compound, Entry, Negation, Pipeline, Script, Statement
from layerwise.syntax.place import moved


def placed(script: Script, by: int) -> Script:
    """The same script with all its spans moved by ``by`` characters.

    A command in ``entries`` is the same object as in ``commands``, before and after.
    """
    if not by:
        return script
    commands = {id(command): moved(command, by) for command in script.commands}
    return Script(
        script.span.moved(by),
        script.dialect,
        _entries(script.entries, by, commands),
        tuple(commands.values()),
        tuple(moved(comment, by) for comment in script.comments),
        script.broken,
        script.heredoc,
    )


def _entries(entries: tuple[Entry, ...], by: int, commands: dict[int, Command]) -> tuple[Entry, ...]:
    return tuple(
        Entry(entry.span.moved(by), _statement(entry.statement, by, commands), entry.terminator) for entry in entries
    )


def _statement(statement: Statement, by: int, commands: dict[int, Command]) -> Statement:
    if isinstance(statement, Command):
        return commands[id(statement)]
    span = statement.span.moved(by)
    if isinstance(statement, AndOr):
        parts = tuple(_statement(part, by, commands) for part in statement.parts)
        return AndOr(span, parts, statement.operators, tuple(each.moved(by) for each in statement.operator_spans))
    if isinstance(statement, Pipeline):
        return Pipeline(span, tuple(_statement(part, by, commands) for part in statement.parts))
    if isinstance(statement, Negation):
        return Negation(span, _statement(statement.statement, by, commands))
    lists = tuple(_entries(entries, by, commands) for entries in statement.lists)
    redirections = tuple(moved(redirection, by) for redirection in statement.redirections)
    return Compound(span, statement.kind, lists, redirections)
