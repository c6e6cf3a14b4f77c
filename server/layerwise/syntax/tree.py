"""The tree of a Dockerfile: what BuildKit's parser would see, with the exact place of each part.

Every node carries an absolute span into the text of its ``Dockerfile``. The tree is lossless: the pieces of a section
follow each other without a hole, and within an instruction each character belongs to a word, a comment or the gap
between two of them. Nodes are immutable and know nothing of what an instruction means.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from layerwise.text import LineIndex, Span


@dataclass(frozen=True, slots=True)
class Node:
    """Anything with a place. ``span`` is half-open, in code points from the start of the file."""

    span: Span


@dataclass(frozen=True, slots=True)
class Word(Node):
    """A word as the builder sees it: continuations, and comments inside them, are gone; quotes and variables stay.

    In exec form ``text`` is the decoded value of the JSON string and the span includes its quotes.
    """

    text: str


@dataclass(frozen=True, slots=True)
class Comment(Node):
    """A comment line from its ``#`` to the end of the line, wherever it stands. ``text`` has no ``#`` and is stripped."""

    text: str


@dataclass(frozen=True, slots=True)
class Directive(Node):
    """A parser directive that is in force, such as ``# syntax=docker/dockerfile:1``. The span starts at the ``#``."""

    name: Word
    value: Word


@dataclass(frozen=True, slots=True)
class Gap(Node):
    """White space, line ends and continuations between two pieces."""


@dataclass(frozen=True, slots=True)
class Problem(Node):
    """Something that the builder refuses, in BuildKit's own wording.

    ``code`` is a stable, hyphenated name of the kind of problem. ``replacement``, where one spelling is clearly meant,
    is what should stand under ``span`` instead.
    """

    message: str
    code: str
    replacement: str | None = None


@dataclass(frozen=True, slots=True)
class Key(Node):
    """One ``name=value`` of a structured flag; ``value`` is None when there is no ``=``."""

    name: Word
    value: Word | None


@dataclass(frozen=True, slots=True)
class Flag(Node):
    """``--name=value`` before the arguments. ``name`` is without dashes; ``keys`` are the fields of a ``--mount``."""

    name: Word
    value: Word | None
    keys: tuple[Key, ...] = ()

    def get(self, *names: str) -> str | None:
        """The value of the last key with one of these names; the empty string for a key without ``=``."""
        for key in reversed(self.keys):
            if key.name.text.lower() in names:
                return key.value.text if key.value else ""
        return None


@dataclass(frozen=True, slots=True)
class Mount(Flag):
    """A ``RUN --mount=…`` with its keys, see the Dockerfile reference, "RUN --mount"."""

    @property
    def type(self) -> str:
        return (self.get("type") or "bind").lower()

    @property
    def target(self) -> str | None:
        return self.get("target", "dst", "destination")

    @property
    def source(self) -> str | None:
        return self.get("source", "src")

    @property
    def from_(self) -> str | None:
        return self.get("from")


@dataclass(frozen=True, slots=True)
class Heredoc(Node):
    """A heredoc. ``span`` covers its operator (``<<EOF``); the body lies below the instruction's last line.

    ``body`` covers the lines between the two, with their line ends; ``terminator`` the closing delimiter without its
    line end, empty when the heredoc is never closed. ``text`` is the body as it stands, tabs not yet chomped.
    """

    delimiter: str
    body: Span
    terminator: Span
    text: str
    file_descriptor: int = 0
    quoted: bool = False
    """The delimiter is quoted, so that nothing in the body is expanded."""
    strips_tabs: bool = False
    """Written ``<<-``: leading tabs of each line are not part of the content."""
    closed: bool = True


@dataclass(frozen=True, slots=True)
class ShellForm(Node):
    """A command for a shell. ``text`` is what the shell is given: continuations and comment lines are gone.

    ``span`` covers the command in the file, without heredoc bodies.
    """

    text: str


@dataclass(frozen=True, slots=True)
class ExecForm(Node):
    """A command in JSON form. ``span`` includes the brackets."""

    items: tuple[Word, ...]


CommandForm = ShellForm | ExecForm


@dataclass(frozen=True, slots=True)
class Pair(Node):
    """One ``key=value`` of ENV, LABEL or ARG. ``legacy`` marks the notation ``ENV key value``.

    ``value`` is None for an ARG without default, and where it is missing.
    """

    key: Word
    value: Word | None
    legacy: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruction(Node):
    """An instruction from its keyword to its last character, heredoc bodies included, without the last line end."""

    keyword: Word
    flags: tuple[Flag, ...] = ()
    arguments: tuple[Word, ...] = ()
    """The words behind the flags, split at white space, or the strings of the JSON form."""
    body: Span
    """From the first argument to the last, without heredoc bodies; empty at the end of the keyword if there is none."""
    heredocs: tuple[Heredoc, ...] = ()
    comments: tuple[Comment, ...] = ()
    """Comment lines inside the instruction's continuations."""
    problems: tuple[Problem, ...] = ()
    key: object = field(default=None, compare=False, repr=False)
    """The same object for every placement of the same parse; compare with ``is``. What memos of this parse hang on."""

    @property
    def name(self) -> str:
        """The keyword in upper case."""
        return self.keyword.text.upper()

    def flag(self, name: str) -> Flag | None:
        """The last flag of this name, which is the one that counts."""
        return next((flag for flag in reversed(self.flags) if flag.name.text == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class From(Instruction):
    image: Word | None
    as_keyword: Word | None = None
    alias: Word | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Run(Instruction):
    command: CommandForm | None

    @property
    def mounts(self) -> tuple[Mount, ...]:
        return tuple(flag for flag in self.flags if isinstance(flag, Mount))


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer(Instruction):
    """COPY and ADD. A source is a word or a heredoc; ``is_json`` tells the notation."""

    sources: tuple[Word | Heredoc, ...] = ()
    destination: Word | None
    is_json: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy(Transfer):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Add(Transfer):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Assigning(Instruction):
    """ENV, LABEL and ARG."""

    pairs: tuple[Pair, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Env(Assigning):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Label(Assigning):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Arg(Assigning):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Cmd(Instruction):
    command: CommandForm | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrypoint(Instruction):
    command: CommandForm | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Healthcheck(Instruction):
    """``kind`` is the word ``CMD`` or ``NONE``; ``command`` is None for NONE."""

    kind: Word | None
    command: CommandForm | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Onbuild(Instruction):
    """``trigger`` is the instruction inside, with absolute spans of its own."""

    trigger: Instruction | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shell(Instruction):
    command: ExecForm | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Expose(Instruction):
    """The ports are ``arguments``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume(Instruction):
    """The mount points are ``arguments``; ``is_json`` tells the notation."""

    is_json: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Maintainer(Instruction):
    value: Word | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopsignal(Instruction):
    value: Word | None


@dataclass(frozen=True, slots=True, kw_only=True)
class User(Instruction):
    value: Word | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Workdir(Instruction):
    value: Word | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown(Instruction):
    """A line whose first word is no keyword."""


Piece = Instruction | Comment | Directive | Gap


class Section:
    """A FROM and all that follows it up to the next, or what stands before the first FROM.

    A section of an unchanged text keeps its ``key`` when its file is parsed again, even at another place.
    """

    def __init__(self, span: Span, key: object, pieces: Sequence[Piece]) -> None:
        self.span = span
        self.key = key
        self.pieces = pieces

    @cached_property
    def instructions(self) -> tuple[Instruction, ...]:
        return tuple(piece for piece in self.pieces if isinstance(piece, Instruction))

    @cached_property
    def comments(self) -> tuple[Comment, ...]:
        """The comment lines between instructions, in order; those inside one stand in ``Instruction.comments``."""
        return tuple(piece for piece in self.pieces if isinstance(piece, Comment))


class Dockerfile:
    """A parsed file: any text gives one. Immutable; its parts are computed when first asked for."""

    def __init__(
        self,
        text: str,
        *,
        escape: str,
        directives: tuple[Directive, ...],
        sections: tuple[Section, ...],
        problems: tuple[Problem, ...],
    ) -> None:
        self.text = text
        self.escape = escape
        """The escape character in force, a backslash or a backtick."""
        self.directives = directives
        self.sections = sections
        """``sections[0]`` is what stands before the first FROM, and may be empty; each further one is a stage."""
        self.file_problems = problems
        """What is wrong with the file as a whole, such as a bad directive; see ``problems`` for all."""

    @cached_property
    def lines(self) -> LineIndex:
        return LineIndex(self.text)

    @cached_property
    def instructions(self) -> tuple[Instruction, ...]:
        return tuple(instruction for section in self.sections for instruction in section.instructions)

    @cached_property
    def problems(self) -> tuple[Problem, ...]:
        """All problems, in order of their place."""
        own = [problem for instruction in self.instructions for problem in instruction.problems]
        return tuple(sorted([*self.file_problems, *own], key=lambda problem: problem.span))

    def pieces(self) -> Iterator[Piece]:
        """All pieces in order; their texts concatenate to the text of the file."""
        for section in self.sections:
            yield from section.pieces

    def instruction_at(self, offset: int) -> Instruction | None:
        """The instruction that a cursor at ``offset`` touches."""
        found = None
        for section in self.sections:
            if section.span.contains(offset):
                for instruction in section.instructions:
                    if instruction.span.contains(offset):
                        found = instruction
        return found

    def word(self, node: Node) -> str:
        """The characters under a node as they stand in the file."""
        return node.span.of(self.text)
