"""How a file breaks its RUNs into lines. Knows nothing of what the commands do."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

from msgspec import Struct

from layerwise.shell.meaning import lists, statements
from layerwise.shell.tree import AndOr, Script
from layerwise.syntax.tree import Run
from layerwise.text import Span

Characters = Callable[[Span], str]
"""The characters under a span, as they stand in the file: ``Context.text``, or ``lambda span: span.of(text)``."""

_INDENT = re.compile(r"\n([ \t]*)(?=[^\s#])")


class RunText(Struct, frozen=True):
    """A RUN with its script, and how to look at its characters. ``shell`` is the SHELL in force, None the default."""

    instruction: Run
    script: Script
    characters: Characters
    escape: str = "\\"
    shell: tuple[str, ...] | None = None
    around: Span | None = None
    """The place of the ONBUILD whose trigger it is."""

    @property
    def start(self) -> int:
        """Where the instruction starts, ONBUILD included."""
        return self.around.start if self.around else self.instruction.span.start

    @property
    def end(self) -> int:
        return self.instruction.span.end

    @property
    def text(self) -> str:
        return self.characters(self.instruction.span)

    @property
    def lines(self) -> str:
        """Its characters without the bodies of heredocs that are data; those of a script count."""
        heredocs = self.instruction.heredocs
        if self.script.heredoc or not heredocs:
            return self.text
        return self.characters(Span(self.instruction.span.start, heredocs[0].body.start)).rstrip()


class Refusal(Struct, frozen=True):
    """Why an edit is not offered: half a sentence without a capital and a full stop."""

    reason: str
    silenced: bool = False
    """All that stands in the way is a comment that silences rules."""


class Style(Struct, frozen=True):
    """Where a line breaks: before the operator (``leading``) or behind it, and how the next one is indented."""

    escape: str = "\\"
    newline: str = "\n"
    indent: str = "    "
    leading: bool = True
    breaks: bool = True
    """Whether there is a new line at all; False for a RUN on one line."""

    def joint(self, operator: str) -> str:
        """What stands between two commands."""
        if not self.breaks:
            return f"{operator} " if operator == ";" else f" {operator} "
        ahead, behind = self.ahead(operator), self.behind(operator)
        return f"{ahead}{self.newline}{behind}"

    def ahead(self, operator: str) -> str:
        """What ends the line above a break."""
        if operator == ";":
            return f"; {self.escape}"
        return f" {self.escape}" if self.leading else f" {operator} {self.escape}"

    def behind(self, operator: str) -> str:
        """What starts the line below a break."""
        return f"{self.indent}{operator} " if self.leading and operator != ";" else self.indent


class _Break(NamedTuple):
    """A line break at an operator."""

    leading: bool | None
    indent: str


def style_of(runs: Iterable[RunText], others: Iterable[RunText] = ()) -> Style:
    """The style of these RUNs; where they break no line at an operator, that of the others."""
    runs = tuple(runs)
    newline = next(("\r\n" if "\r\n" in run.lines else "\n" for run in runs if "\n" in run.lines), "")
    found = [each for run in runs for each in _breaks(run)]
    more = [] if any(each.leading is not None for each in found) else [each for run in others for each in _breaks(run)]
    votes = [each.leading for each in (*found, *more) if each.leading is not None]
    return Style(
        escape=runs[0].escape if runs else "\\",
        newline=newline or "\n",
        indent=next((each.indent for each in (*found, *more)), "    "),
        leading=2 * sum(votes) >= len(votes),
        breaks=bool(newline),
    )


def _breaks(run: RunText) -> Iterator[_Break]:
    """The line breaks at operators, then those elsewhere in the RUN, which tell at least how it is indented."""
    if run.script.heredoc or run.script.broken:
        return
    for statement in statements(run.script.entries):
        if isinstance(statement, AndOr):
            yield from _at_operators(statement, run.characters)
    for entries in lists(run.script.entries):
        for entry, following in pairwise(entries):
            gap = run.characters(Span(entry.span.end, following.span.start))
            if indent := _last_indent(gap):
                yield _Break(None, indent)
    indents = _INDENT.findall(run.lines)
    if indents:
        shortest = min(indents, key=len)
        if shortest:
            yield _Break(None, shortest)


def _at_operators(statement: AndOr, characters: Characters) -> Iterator[_Break]:
    for index, operator in enumerate(statement.operator_spans):
        before = characters(Span(statement.parts[index].span.end, operator.start))
        after = characters(Span(operator.end, statement.parts[index + 1].span.start))
        if "\n" in before:
            yield _Break(True, _last_indent(before) or "")
        elif "\n" in after:
            yield _Break(False, _last_indent(after) or "")


def _last_indent(gap: str) -> str | None:
    """The white space behind the last line break in what stands between two commands."""
    return gap.rpartition("\n")[2] if "\n" in gap else None
