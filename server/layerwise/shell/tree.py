"""What a shell script consists of: commands, what joins them, and what encloses them, with exact places.

Spans are absolute in the Dockerfile, also for a script in a heredoc or inside ``sh -c '…'``. The tree says how the
script is built, not what its commands do; that is for ``build``.
"""

from __future__ import annotations

from enum import StrEnum

from layerwise.syntax.nodes import Comment, Node
from layerwise.text import Span


class Dialect(StrEnum):
    """The language of a script. Only the first two are read; the others are recognised and left alone."""

    SH = "sh"
    BASH = "bash"
    POWERSHELL = "powershell"
    CMD = "cmd"
    OTHER = "other"


class ShellWord(Node, frozen=True):
    """A word of a command. ``text`` is as written (quotes and expansions, without continuations)."""

    text: str
    value: str | None
    """What the shell makes of it, quotes removed, when that can be known from the word alone; else None.

    Globs and a leading tilde stand as they are, for they name files; a word with a variable, a substitution or braces
    to expand has no value.
    """

    @property
    def is_literal(self) -> bool:
        return self.value is not None


class Assignment(Node, frozen=True):
    """``name=value`` before a command, or as a command of its own."""

    name: str
    value: ShellWord | None


class Redirection(Node, frozen=True):
    """``2>file``, ``<<EOF`` … ``target`` is None for a heredoc."""

    operator: str
    descriptor: int | None
    target: ShellWord | None


class Around(StrEnum):
    """What encloses a command, or how its status is used. ``Command.within`` lists it from the outside in."""

    GROUP = "group"
    SUBSHELL = "subshell"
    SUBSTITUTION = "substitution"
    IF = "if"
    CONDITION = "condition"
    LOOP = "loop"
    CASE = "case"
    FUNCTION = "function"
    PIPELINE = "pipeline"
    NEGATION = "negation"
    OR = "or"
    """The right side of ``||``, which usually does not run."""
    TRIED = "tried"
    """The left side of ``||``, whose failure is caught."""
    BACKGROUND = "background"
    NESTED = "nested"
    """Inside ``sh -c '…'``, ``bash -c "…"`` or ``eval``."""


class Command(Node, frozen=True):
    """A simple command. ``words`` are all its words; ``start`` is the index of the program that really runs.

    In ``sudo -E env A=b pip3 install x`` the words from ``pip3`` on count, so ``start`` is 4. The span covers
    assignments and redirections too. ``[ … ]`` is a command of that name. An assignment alone has no words. For
    ``export`` and its kin ``assignments`` are those it makes.
    """

    words: tuple[ShellWord, ...]
    start: int = 0
    assignments: tuple[Assignment, ...] = ()
    redirections: tuple[Redirection, ...] = ()
    within: tuple[Around, ...] = ()
    is_json: bool = False
    """The words are the strings of a JSON form: no shell reads them."""

    @property
    def name(self) -> ShellWord:
        """The word that names the program which really runs, empty for an assignment alone."""
        return self.words[self.start] if self.words else ShellWord(Span(self.span.start, self.span.start), "", "")

    @property
    def program(self) -> str:
        """Its name without folders, or an empty string when it cannot be known: ``/venv/bin/pip`` gives ``pip``."""
        return (self.name.value or "").rpartition("/")[2]

    @property
    def arguments(self) -> tuple[ShellWord, ...]:
        """The words behind the program's name."""
        return self.words[self.start + 1 :]


class Entry(Node, frozen=True):
    """An element of a list: a statement and what ends it: ``;``, ``&``, a newline, or nothing at the end.

    The span ends with the ``;`` or ``&``.
    """

    statement: Statement
    terminator: str


class Pipeline(Node, frozen=True):
    """Two or more statements joined by ``|``."""

    parts: tuple[Statement, ...]


class Negation(Node, frozen=True):
    """``! statement``."""

    statement: Statement


class AndOr(Node, frozen=True):
    """Statements joined by ``&&`` and ``||``, left-associative; ``operators[i]`` stands behind ``parts[i]``."""

    parts: tuple[Statement, ...]
    operators: tuple[str, ...]
    operator_spans: tuple[Span, ...] = ()


class Compound(Node, frozen=True):
    """A group, subshell, loop, conditional, case or function. ``kind`` says which; ``lists`` are the lists inside."""

    kind: Around
    lists: tuple[tuple[Entry, ...], ...]
    redirections: tuple[Redirection, ...] = ()


Statement = Command | Pipeline | Negation | AndOr | Compound


class Script(Node, frozen=True):
    """The script of one RUN (or of another instruction in shell form)."""

    dialect: Dialect
    entries: tuple[Entry, ...]
    """The top-level list. Empty when the dialect is not read or the script is broken."""
    commands: tuple[Command, ...]
    """Every simple command at any depth, in the order of the text."""
    comments: tuple[Comment, ...] = ()
    """Shell comments: in a heredoc, or after a command."""
    broken: bool = False
    """tree-sitter found an error. Then ``entries`` is empty, and ``commands`` holds what could be read all the same."""
    heredoc: bool = False
    """The script is the body of a ``RUN <<EOF``."""
