"""The instructions, each with its parts. Nodes are immutable and know nothing of what an instruction means."""

from __future__ import annotations

from dataclasses import dataclass, field

from layerwise.syntax.nodes import (
    CommandForm,
    Comment,
    ExecForm,
    Flag,
    Heredoc,
    Mount,
    Node,
    Pair,
    Problem,
    Word,
)
from layerwise.text import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruction(Node):
    """An instruction from its keyword to its last character, heredoc bodies included, without the last line end."""

    keyword: Word
    flags: tuple[Flag, ...] = ()
    arguments: tuple[Word, ...] = ()
    """The words behind the flags, split at white space, or the strings of the JSON form."""
    body: Span
    """From the first argument to the last, without heredoc bodies; empty behind keyword and flags if there is none."""
    heredocs: tuple[Heredoc, ...] = ()
    comments: tuple[Comment, ...] = ()
    """Comment lines inside the instruction's continuations."""
    problems: tuple[Problem, ...] = ()
    """What BuildKit refuses before it builds anything."""
    step_problems: tuple[Problem, ...] = ()
    """What it refuses only when it comes to this step, and no stage before has failed: words it cannot expand."""
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
class Commanding(Instruction):
    """RUN, CMD and ENTRYPOINT."""

    command: CommandForm | None


class Run(Commanding):
    __slots__ = ()

    @property
    def mounts(self) -> tuple[Mount, ...]:
        return tuple(flag for flag in self.flags if isinstance(flag, Mount))


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer(Instruction):
    """COPY and ADD. A source is a word or a heredoc; ``is_json`` tells the notation."""

    sources: tuple[Word | Heredoc, ...] = ()
    destination: Word | None
    is_json: bool = False


class Copy(Transfer):
    __slots__ = ()


class Add(Transfer):
    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Assigning(Instruction):
    """ENV, LABEL and ARG."""

    pairs: tuple[Pair, ...]


class Env(Assigning):
    __slots__ = ()


class Label(Assigning):
    __slots__ = ()


class Arg(Assigning):
    __slots__ = ()


class Cmd(Commanding):
    __slots__ = ()


class Entrypoint(Commanding):
    __slots__ = ()


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


class Expose(Instruction):
    """The ports are ``arguments``."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume(Instruction):
    """The mount points are ``arguments``; ``is_json`` tells the notation."""

    is_json: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Valued(Instruction):
    """MAINTAINER, STOPSIGNAL, USER and WORKDIR: all that follows is one value."""

    value: Word | None


class Maintainer(Valued):
    __slots__ = ()


class Stopsignal(Valued):
    __slots__ = ()


class User(Valued):
    __slots__ = ()


class Workdir(Valued):
    __slots__ = ()


class Unknown(Instruction):
    """A line whose first word is no keyword."""

    __slots__ = ()
