"""The script of a RUN as a plain list of statements, and where it could be cut in two."""

from __future__ import annotations

from msgspec import Struct

from layerwise.build.step import Step
from layerwise.shell.tree import AndOr, Command, Dialect, Script, Statement
from layerwise.syntax.tree import Heredoc, Run, ShellForm
from layerwise.text import Span


class Listing(Struct, frozen=True):
    """Statements that run one behind the other."""

    parts: tuple[Statement, ...]
    joint: str
    """What to write between two of them."""
    ends_at_failure: bool
    """The first one that fails is the last one that runs."""
    heredoc: Heredoc | None = None
    start_of_body: int = 0
    body: str = ""

    def gap_behind(self, index: int) -> Span | None:
        """What stands between a statement and the next, or the start of the line of the next in a heredoc.

        None where that cannot be told.
        """
        end, start = self.parts[index].span.end, self.parts[index + 1].span.start
        if self.heredoc is None:
            return Span(end, start)
        at = self.body.find("\n", end - self.start_of_body) + 1
        return Span(at + self.start_of_body, at + self.start_of_body) if 0 < at <= start - self.start_of_body else None


def listed(step: Step) -> Listing | None:
    """The list that the script of a RUN is; None where it is more than that, or where it cannot be written in two."""
    script, run = step.script, step.instruction
    if script is None or script.broken or not isinstance(run, Run) or not script.entries:
        return None
    statements = tuple(entry.statement for entry in script.entries)
    if script.heredoc:
        return _in_heredoc(step, run, script, statements)
    if run.heredocs or not isinstance(run.command, ShellForm):
        return None
    whole = statements[0]
    if len(statements) == 1:
        if isinstance(whole, AndOr) and set(whole.operators) == {"&&"}:
            return Listing(whole.parts, " && ", ends_at_failure=True)
        return None
    if any(entry.terminator != ";" for entry in script.entries[:-1]) or script.entries[-1].terminator == "&":
        return None
    return Listing(statements, "; ", _ends_at_failure(step, script))


def _in_heredoc(step: Step, run: Run, script: Script, statements: tuple[Statement, ...]) -> Listing | None:
    if len(run.heredocs) != 1 or script.dialect not in (Dialect.SH, Dialect.BASH):
        return None
    heredoc = run.heredocs[0]
    alone = isinstance(run.command, ShellForm) and run.command.span == heredoc.span
    # A first line `#!` names the program that reads the rest.
    if not (alone and heredoc.closed and len(statements) > 1) or heredoc.text.startswith("#!"):
        return None
    if any(entry.terminator == "&" for entry in script.entries) or any(
        redirection.operator.startswith("<<") for command in script.commands for redirection in command.redirections
    ):
        return None
    return Listing(statements, "\n", _ends_at_failure(step, script), heredoc, heredoc.body.start, heredoc.text)


def _ends_at_failure(step: Step, script: Script) -> bool:
    """Whether ``set -e`` is the first that a script does, or the shell is started like that."""
    first = script.entries[0].statement
    words = [word.value or "" for word in first.words] if isinstance(first, Command) else []
    if words[:1] == ["set"] and any(_has_e(word) for word in words[1:]):
        return True
    return any(_has_e(word) for word in (step.before.shell or ())[1:])


def _has_e(word: str) -> bool:
    return word == "errexit" or (word[:1] == "-" and word[1:2] != "-" and "e" in word[1:])
