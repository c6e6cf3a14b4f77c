"""The instructions, each with its parts. Nodes are immutable and know nothing of what an instruction means."""

from __future__ import annotations

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


class Instruction(Node, frozen=True, kw_only=True, eq=False):
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
    key: object = None
    """The same object for every placement of the same parse; compare with ``is``. What memos of this parse hang on."""

    def __eq__(self, other: object) -> bool:
        """Whether they are the same instruction in the same place, whichever parse they come from."""
        return self.__class__ is other.__class__ and all(
            getattr(self, name) == getattr(other, name) for name in self.__struct_fields__ if name != "key"
        )

    def __hash__(self) -> int:
        return hash((self.span, self.keyword))

    @property
    def name(self) -> str:
        """The keyword in upper case."""
        return self.keyword.text.upper()

    def flag(self, name: str) -> Flag | None:
        """The last flag of this name, which is the one that counts."""
        return next((flag for flag in reversed(self.flags) if flag.name.text == name), None)


class From(Instruction, frozen=True, kw_only=True):
    image: Word | None
    as_keyword: Word | None = None
    alias: Word | None = None


class Commanding(Instruction, frozen=True, kw_only=True):
    """RUN, CMD and ENTRYPOINT."""

    command: CommandForm | None


class Run(Commanding, frozen=True):
    @property
    def mounts(self) -> tuple[Mount, ...]:
        return tuple(flag for flag in self.flags if isinstance(flag, Mount))


class Transfer(Instruction, frozen=True, kw_only=True):
    """COPY and ADD. A source is a word or a heredoc; ``is_json`` tells the notation."""

    sources: tuple[Word | Heredoc, ...] = ()
    destination: Word | None
    is_json: bool = False


class Copy(Transfer, frozen=True):
    pass


class Add(Transfer, frozen=True):
    pass


class Assigning(Instruction, frozen=True, kw_only=True):
    """ENV, LABEL and ARG."""

    pairs: tuple[Pair, ...]


class Env(Assigning, frozen=True):
    pass


class Label(Assigning, frozen=True):
    pass


class Arg(Assigning, frozen=True):
    pass


class Cmd(Commanding, frozen=True):
    pass


class Entrypoint(Commanding, frozen=True):
    pass


class Healthcheck(Instruction, frozen=True, kw_only=True):
    """``kind`` is the word ``CMD`` or ``NONE``; ``command`` is None for NONE."""

    kind: Word | None
    command: CommandForm | None


class Onbuild(Instruction, frozen=True, kw_only=True):
    """``trigger`` is the instruction inside, with absolute spans of its own."""

    trigger: Instruction | None


class Shell(Instruction, frozen=True, kw_only=True):
    command: ExecForm | None


class Expose(Instruction, frozen=True):
    """The ports are ``arguments``."""


class Volume(Instruction, frozen=True, kw_only=True):
    """The mount points are ``arguments``; ``is_json`` tells the notation."""

    is_json: bool = False


class Valued(Instruction, frozen=True, kw_only=True):
    """MAINTAINER, STOPSIGNAL, USER and WORKDIR: all that follows is one value."""

    value: Word | None


class Maintainer(Valued, frozen=True):
    pass


class Stopsignal(Valued, frozen=True):
    pass


class User(Valued, frozen=True):
    pass


class Workdir(Valued, frozen=True):
    pass


class Unknown(Instruction, frozen=True):
    """A line whose first word is no keyword."""
