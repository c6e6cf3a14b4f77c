"""The tree of a Dockerfile: what BuildKit's parser would see, with the exact place of each part.

The tree is lossless: the pieces of a section follow each other without a hole, and within an instruction each
character belongs to a word, a comment or the gap between two of them (see ``lossless``). Instructions are kept relative
to their own start and are moved to their place in the file when they are first asked for.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import overload

from layerwise.syntax.characters import LONGEST_LINE, is_too_long
from layerwise.syntax.directives import Prologue
from layerwise.syntax.kinds import (
    Add,
    Arg,
    Assigning,
    Cmd,
    Commanding,
    Copy,
    Entrypoint,
    Env,
    Expose,
    From,
    Healthcheck,
    Instruction,
    Label,
    Maintainer,
    Onbuild,
    Run,
    Shell,
    Stopsignal,
    Transfer,
    Unknown,
    User,
    Valued,
    Volume,
    Workdir,
)
from layerwise.syntax.nodes import (
    BrokenWord,
    CommandForm,
    Comment,
    Directive,
    ExecForm,
    Flag,
    Gap,
    Heredoc,
    Key,
    Mount,
    Node,
    Pair,
    Problem,
    ShellForm,
    Word,
)
from layerwise.syntax.place import moved
from layerwise.text import Edit, LineIndex, Span

Piece = Instruction | Comment | Directive | Gap


class Layout:
    """How the text of a section is cut, relative to the start of the section. Made once per text, shared by its places.

    ``nodes[i]`` starts at ``starts[i]``; its own spans are relative to that.
    """

    __slots__ = (
        *("__weakref__", "instructions", "lower", "nodes", "open_ended", "own", "problems", "starts", "step_problems"),
        "upper",
    )

    def __init__(
        self, starts: tuple[int, ...], nodes: tuple[Instruction | Comment | Directive, ...], *, open_ended: bool
    ) -> None:
        self.starts = starts
        self.nodes = nodes
        self.open_ended = open_ended
        """It holds a heredoc without its end, so that text behind the section may change how it is cut."""
        self.instructions = tuple(
            (start, node) for start, node in zip(starts, nodes, strict=True) if isinstance(node, Instruction)
        )
        """The instructions with their starts: unplaced, so that they cost nothing."""
        self.own = tuple([node for _, node in self.instructions])
        """The instructions alone."""
        self.lower = sum([node.keyword.text.islower() for node in self.own])
        self.upper = sum([node.keyword.text.isupper() for node in self.own])
        """How many keywords are written in lower case, and in upper case."""
        own = [moved(each, start) for start, node in self.instructions for each in node.problems]
        self.problems = (*own, *_long_comments(starts, nodes))
        steps = ((start, each) for start, node in self.instructions for each in node.step_problems)
        self.step_problems = tuple(moved(each, start) for start, each in steps)


def _long_comments(starts: tuple[int, ...], nodes: tuple[Node, ...]) -> Iterator[Problem]:
    message = f"dockerfile line greater than max allowed size of {LONGEST_LINE}"
    for start, node in zip(starts, nodes, strict=True):
        if isinstance(node, Comment) and node.span.end > LONGEST_LINE // 4 and is_too_long("#" + node.text):
            yield Problem(Span(start, start + 1), message, "line-too-long")


class Section:
    """A FROM and all that follows it up to the next, or what stands before the first FROM.

    A section of an unchanged text keeps its ``key`` when its file is parsed again, even at another place.
    """

    def __init__(self, span: Span, layout: Layout) -> None:
        self.span = span
        self.layout = layout

    @property
    def key(self) -> object:
        return self.layout

    def instruction(self, index: int) -> Instruction:
        """The instruction of this index, counted within the section."""
        found = self._placed.get(index)
        if found is None:
            start, node = self.layout.instructions[index]
            found = self._placed[index] = moved(node, self.span.start + start)
        return found

    @cached_property
    def _placed(self) -> dict[int, Instruction]:
        return {}

    @cached_property
    def instructions(self) -> tuple[Instruction, ...]:
        return tuple(self.instruction(index) for index in range(len(self.layout.instructions)))

    @cached_property
    def comments(self) -> tuple[Comment, ...]:
        """The comment lines between instructions, in order; those inside one stand in ``Instruction.comments``."""
        layout = self.layout
        return tuple(
            moved(node, self.span.start + start)
            for start, node in zip(layout.starts, layout.nodes, strict=True)
            if isinstance(node, Comment)
        )

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        """All of the section without a hole."""
        return tuple(self._pieces())

    def _pieces(self) -> Iterator[Piece]:
        done = self.span.start
        index = 0
        for start, node in zip(self.layout.starts, self.layout.nodes, strict=True):
            piece: Piece
            if isinstance(node, Instruction):
                piece = self.instruction(index)
                index += 1
            else:
                piece = moved(node, self.span.start + start)
            if piece.span.start > done:
                yield Gap(Span(done, piece.span.start))
            yield piece
            done = piece.span.end
        if done < self.span.end:
            yield Gap(Span(done, self.span.end))


class Sections(Sequence[Section]):
    """The sections of a file. Each is put in its place when it is asked for; those that nobody asks for cost nothing.

    What needs no place is in ``layouts``, and where each section starts in ``starts``.
    """

    __slots__ = ("_placed", "end", "layouts", "starts")

    def __init__(self, sections: Sequence[Section]) -> None:
        self.layouts = [section.layout for section in sections]
        self.starts = [section.span.start for section in sections]
        self.end = sections[-1].span.end
        self._placed: list[Section | None] = list(sections)

    def replaced(self, first: int, stop: int, changed: Sequence[Section], shift: int) -> Sections:
        """The sections where ``changed`` stand in the place of those from ``first`` to ``stop``, and those behind are
        ``shift`` characters further down."""
        found = Sections.__new__(Sections)
        rest = self.starts[stop:]
        found.layouts = [*self.layouts[:first], *[each.layout for each in changed], *self.layouts[stop:]]
        found.starts = [
            *self.starts[:first],
            *[each.span.start for each in changed],
            *([start + shift for start in rest] if shift else rest),
        ]
        found.end = self.end + shift if stop < len(self) else changed[-1].span.end
        placed = [None] * len(rest) if shift else self._placed[stop:]
        found._placed = [*self._placed[:first], *changed, *placed]
        return found

    def __len__(self) -> int:
        return len(self.layouts)

    @overload
    def __getitem__(self, index: int) -> Section: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Section, ...]: ...
    def __getitem__(self, index: int | slice) -> Section | tuple[Section, ...]:
        if isinstance(index, slice):
            return tuple([self[each] for each in range(*index.indices(len(self)))])
        return self._placed[index] or self._put(range(len(self))[index])

    def __iter__(self) -> Iterator[Section]:
        return iter(self[:])

    def _put(self, index: int) -> Section:
        end = self.starts[index + 1] if index + 1 < len(self) else self.end
        section = self._placed[index] = Section(Span(self.starts[index], end), self.layouts[index])
        return section


class Dockerfile:
    """A parsed file: any text gives one. Immutable; its parts are computed when first asked for."""

    def __init__(
        self,
        text: str,
        *,
        escape: str,
        directives: tuple[Directive, ...],
        sections: Sections,
        problems: tuple[Problem, ...],
        prologue: Prologue,
    ) -> None:
        self.text = text
        self.escape = escape
        """The escape character in force, a backslash or a backtick."""
        self.directives = directives
        self.sections = sections
        """``sections[0]`` is what stands before the first FROM, and may be empty; each further one is a stage."""
        self.file_problems = problems
        """What is wrong with the file as a whole, such as a bad directive; see ``problems`` for all."""
        self.prologue = prologue
        """What the directives say, and how far down they were looked for."""
        self._lines_before: tuple[LineIndex, Edit] | None = None

    @cached_property
    def lines(self) -> LineIndex:
        before, self._lines_before = self._lines_before, None
        return before[0].edited(before[1]) if before else LineIndex(self.text)

    def follow(self, previous: Dockerfile, edit: Edit) -> None:
        """Take note that ``edit`` has led here from ``previous``, so that lines which were counted stay so."""
        if "lines" in previous.__dict__:
            self._lines_before = previous.lines, edit

    @cached_property
    def instructions(self) -> tuple[Instruction, ...]:
        return tuple(instruction for section in self.sections for instruction in section.instructions)

    @cached_property
    def problems(self) -> tuple[Problem, ...]:
        """All problems, in order of their place."""
        rows = zip(self.sections.starts, self.sections.layouts, strict=True)
        own = [moved(each, start) for start, layout in rows if layout.problems for each in layout.problems]
        return tuple(sorted([*self.file_problems, *own], key=lambda problem: problem.span))

    @cached_property
    def step_problems(self) -> tuple[Problem, ...]:
        """What the builder refuses only when it comes to the step, see ``Instruction.step_problems``."""
        rows = zip(self.sections.starts, self.sections.layouts, strict=True)
        return tuple(moved(each, start) for start, layout in rows for each in layout.step_problems)

    def pieces(self) -> Iterator[Piece]:
        """All pieces in order; their texts concatenate to the text of the file."""
        for section in self.sections:
            yield from section.pieces

    def section_at(self, offset: int) -> Section:
        """The section that holds ``offset``; at the border of two, the later one."""
        return self.sections[max(bisect_right(self.sections.starts, offset) - 1, 0)]

    def instruction_at(self, offset: int) -> Instruction | None:
        """The instruction that a cursor at ``offset`` touches; between two that touch each other, the later one."""
        section = self.section_at(offset)
        starts = [start for start, _ in section.layout.instructions]
        index = bisect_right(starts, offset - section.span.start) - 1
        if index < 0:
            return None
        instruction = section.instruction(index)
        return instruction if instruction.span.contains(offset) else None

    def word(self, node: Node) -> str:
        """The characters under a node as they stand in the file."""
        return node.span.of(self.text)


__all__ = [
    "Add",
    "Arg",
    "Assigning",
    "BrokenWord",
    "Cmd",
    "CommandForm",
    "Commanding",
    "Comment",
    "Copy",
    "Directive",
    "Dockerfile",
    "Entrypoint",
    "Env",
    "ExecForm",
    "Expose",
    "Flag",
    "From",
    "Gap",
    "Healthcheck",
    "Heredoc",
    "Instruction",
    "Key",
    "Label",
    "Layout",
    "Maintainer",
    "Mount",
    "Node",
    "Onbuild",
    "Pair",
    "Piece",
    "Problem",
    "Run",
    "Section",
    "Sections",
    "Shell",
    "ShellForm",
    "Stopsignal",
    "Transfer",
    "Unknown",
    "User",
    "Valued",
    "Volume",
    "Word",
    "Workdir",
]
