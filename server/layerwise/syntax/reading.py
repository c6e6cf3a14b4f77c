"""What is known of an instruction while it is read: its logical line, and how far the reading has come.

It cuts keyword, flags and words; what they mean for each instruction is known in ``instruction``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from layerwise.syntax.characters import BLANKS, NO_BLANKS, NO_SPACES, SPACES
from layerwise.syntax.flags import read_flags
from layerwise.syntax.heredocs import Opening, body
from layerwise.syntax.json_form import Item, NotStringsError, json_array
from layerwise.syntax.line import Line
from layerwise.syntax.nodes import (
    BrokenWord,
    CommandForm,
    Comment,
    ExecForm,
    Flag,
    Heredoc,
    Node,
    Problem,
    ShellForm,
    Word,
)
from layerwise.syntax.words import lexical_error
from layerwise.text import Span

_LONGEST_COMMAND = 100_000


class Identity:
    """What ``Instruction.key`` is: one object for every placement of the same reading."""

    __slots__ = ("__weakref__",)


@dataclass(slots=True)
class Reading:
    """An instruction in the making. ``start`` and ``end`` bound it in the logical line, white space not counted."""

    text: str
    """All lines of the instruction, heredocs included."""
    line: Line
    escape: str
    start: int
    keyword_length: int
    too_long: bool = False
    """A line of it is too long for BuildKit; then it ends behind its keyword."""
    keyword: Word = field(init=False)
    flags: tuple[Flag, ...] = field(init=False)
    at: int = field(init=False)
    """Where the arguments start in the logical line."""
    end: int = field(init=False)
    arguments: tuple[Word, ...] = ()
    heredocs: tuple[Heredoc, ...] = ()
    comments: tuple[Comment, ...] = ()
    origin: int = 0
    """Where it starts in ``text``. A line with nothing but a continuation in front of the keyword is part of it."""
    problems: list[Problem] = field(default_factory=list)
    step_problems: list[Problem] = field(default_factory=list)

    def __post_init__(self) -> None:
        text = self.line.text
        self.end = max(len(text.rstrip(SPACES)), self.start)
        stop = min(self.start + self.keyword_length, self.end)
        self.keyword = self.line.word(self.start, stop)
        blank = None if self.too_long else BLANKS.match(text, stop)
        self.flags, self.at = read_flags(self.line, blank.end(), self.end) if blank else ((), self.end)
        while self.at < self.end and text[self.at] in SPACES:
            self.at += 1
        self.at = min(self.at, self.end)

    @property
    def rest(self) -> str:
        """What stands behind the flags, stripped."""
        return self.line.text[self.at : self.end]

    @property
    def body(self) -> Span:
        if self.at < self.end:
            return self.line.span(self.at, self.end)
        last = self.flags[-1] if self.flags else self.keyword
        return Span(last.span.end, last.span.end)

    def fields(self, stop: int) -> dict[str, Any]:
        """The fields that every instruction has. ``stop`` is where its text ends."""
        return {
            "span": Span(self.origin, stop),
            "keyword": self.keyword,
            "flags": self.flags,
            "arguments": self.arguments,
            "body": self.body,
            "heredocs": self.heredocs,
            "comments": self.comments,
            "problems": tuple(sorted(self.problems, key=lambda problem: problem.span)),
            "step_problems": tuple(self.step_problems),
            "key": Identity(),
        }

    def refuse(self, where: Node | Span, message: str, code: str, replacement: str | None = None) -> None:
        span = where.span if isinstance(where, Node) else where
        self.problems.append(Problem(span, message, code, replacement))

    def refuse_step(self, where: Node, message: str, code: str) -> None:
        self.step_problems.append(Problem(where.span, message, code))

    def check_words(self, *words: Word) -> None:
        """Refuse the words that BuildKit's shell lexer cannot read, whatever the values of their variables."""
        for word in words:
            error = lexical_error(word.text, self.escape)
            if error:
                self.refuse_step(word, error, "invalid-word")

    def words(self, at: int | None = None) -> tuple[Word, ...]:
        """What stands behind the flags, cut at white space of any kind, as a shell would.

        A text that nobody has written by hand stays one word, so that it does not fill the memory.
        """
        start = self.at if at is None else at
        if self.end - start > _LONGEST_COMMAND:
            return (self.line.word(start, self.end),)
        return self.line.words(NO_SPACES, start, self.end)

    def blank_separated(self) -> tuple[Word, ...]:
        """The same, but cut only where BuildKit does it for COPY, EXPOSE and the like: not at a no-break space."""
        return self.line.words(NO_BLANKS, self.at, self.end)

    def whole(self) -> Word | None:
        """All that stands behind the flags as one word."""
        return self.line.word(self.at, self.end) if self.at < self.end else None

    def json(self, at: int) -> tuple[Word, ...] | None:
        """The strings of the JSON form that starts at ``at``, None for shell form and for an array of other things."""
        try:
            items = json_array(self.line.text, at, self.end)
        except NotStringsError as error:
            self.refuse(self.line.span(error.start, error.end), str(error), "json-not-strings")
            return None
        return None if items is None else tuple(self._json_word(item) for item in items)

    def _json_word(self, item: Item) -> Word:
        span = self.line.span(item.start, item.end)
        if len(item.runs) == 1 and span.end - span.start == len(item.value) + 2:
            return Word(span, item.value)
        parts = tuple(self.line.span(start, end) for _, start, end in item.runs)
        return BrokenWord(span, item.value, tuple(offset for offset, _, _ in item.runs), parts)

    def command(self, at: int) -> CommandForm | None:
        """The command that starts at ``at``; its words become the arguments."""
        if at >= self.end:
            return None
        strings = self.json(at)
        if strings is not None:
            self.arguments = strings
            return ExecForm(self.line.span(at, self.end), strings)
        self.arguments = self.words(at)
        word = self.line.word(at, self.end)
        return ShellForm(word.span, word.text, word)

    def read_heredocs(self, opened: tuple[Opening, ...], first_line: int) -> None:
        """:param first_line: where the lines below the logical line start in ``text``."""
        found: list[Heredoc] = []
        following = min(first_line, len(self.text))
        for opening in opened:
            lines = body(self.text, following, opening)
            following = lines.next
            content = Span(lines.start, lines.end)
            end = Span(*lines.terminator) if lines.terminator else Span(lines.end, lines.end)
            span = self.line.span(opening.start, opening.end)
            found.append(
                Heredoc(
                    span,
                    opening.name,
                    content,
                    end,
                    content.of(self.text),
                    opening.file_descriptor,
                    opening.quoted,
                    opening.strips_tabs,
                    lines.terminator is not None,
                )
            )
        self.heredocs = tuple(found)
        open_one = next((heredoc for heredoc in found if not heredoc.closed), None)
        if open_one:
            self.refuse(open_one, "unterminated heredoc", "unterminated-heredoc")
