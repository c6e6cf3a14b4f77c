"""Reading a simple command: its words, assignments and redirections, and the substitutions in them, each in its place.

tree-sitter takes words behind a redirection for more of its targets; they are given back to the command.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tree_sitter import Node

from layerwise.shell.grammar import (
    ASSIGNMENT,
    COMMENT,
    DESCRIPTOR,
    NO_WORDS,
    REDIRECTS,
    RESERVED,
    SUBSTITUTIONS,
    characters_of_bytes,
)
from layerwise.shell.heredocs import heredocs_of, masked, opening_at
from layerwise.shell.quoting import value_of
from layerwise.shell.source import Source
from layerwise.shell.tree import Around, Assignment, Command, Entry, Redirection, ShellWord
from layerwise.shell.wrappers import start_of
from layerwise.syntax.nodes import Comment
from layerwise.text import Span

Within = tuple[Around, ...]
_span = tuple.__new__


class BrokenError(Exception):
    """The tree holds something that no shell would read this way."""


class CommandReader:
    """Reads the commands of one script. What a list of statements is, its heir knows."""

    def __init__(self, source: Source, within: Within, openings: tuple[int, ...]) -> None:
        self.source = source
        self.within = within
        self.text = text = source.text
        self.places = source.places
        self.ends = source.ends
        found = tuple(opening_at(text, start) for start in openings)
        if "\r" in text or "\0" in text:
            text = text.replace("\r", " ").replace("\0", " ")
            self.text = text
        if "<<" in text and "\n" in text:
            found += heredocs_of(text)
        self.heredocs = {heredoc.operator: heredoc for heredoc in found}
        if found:
            text = masked(text, found)
        self.characters = None if text.isascii() else characters_of_bytes(text)
        self.bytes = text.encode("utf-8", "replace")
        self.commands: list[Command] = []
        self.comments: list[Comment] = []
        self.sorted = True
        self.last = -1

    def _range(self, node: Node) -> tuple[int, int]:
        """Where a node starts and ends in the text of the script."""
        characters = self.characters
        if characters is None:
            return node.start_byte, node.end_byte
        return characters[node.start_byte], characters[node.end_byte]

    def _placed(self, start: int, end: int) -> Span:
        places = self.places
        if start == end:
            place = self.source.end(start - 1) if start else places[0]
            return Span(place, place)
        return _span(Span, (places[start], places[end - 1] + 1 if self.ends is None else self.ends[end - 1]))

    def _span(self, node: Node) -> Span:
        return self._placed(*self._range(node))

    def _arithmetic(self, node: Node, redirects: Iterable[Node], within: Within) -> Command:
        start, end = self._range(node)
        span = self._placed(start, end)
        found = [self._redirection(redirect, within, []) for redirect in redirects]
        self._substitutions(node, within)
        span = span.to(found[-1].span) if found else span
        return self._add(Command(span, (ShellWord(span, self.text[start:end], None),), 0, (), tuple(found), within))

    def _command(self, nodes: Sequence[Node], redirects: Iterable[Node], within: Within) -> Command:
        ranges: list[tuple[int, int]] = []
        assignments: list[Assignment] = []
        redirections: list[Redirection] = []
        characters = self.characters
        first, last = len(self.text), -1
        for node in nodes:
            start, end = node.start_byte, node.end_byte
            if characters is not None:
                start, end = characters[start], characters[end]
            if node.kind_id in NO_WORDS:
                if node.kind_id == COMMENT:
                    self._comment(node)
                    continue
                if node.kind_id != ASSIGNMENT:
                    redirections.append(self._redirection(node, within, ranges))
                else:
                    assignments.append(self._assignment(node))
                    if ranges:
                        ranges.append((start, end))
            elif ranges and ranges[-1][1] == start:
                ranges[-1] = (ranges[-1][0], end)
            else:
                ranges.append((start, end))
            first = start if start < first else first
            last = end if end > last else last
        inner_last = last
        for node in redirects:
            redirections.append(self._redirection(node, within, ranges))
            start, end = self._range(node)
            first, last = min(first, start), max(last, end)
        if last < 0:
            raise BrokenError
        words = self._words(ranges)
        start = 0
        if words:
            if words[0].text in RESERVED:
                raise BrokenError
            start = start_of(words)
        span = self._placed(first, last)
        command = self._add(Command(span, words, start, tuple(assignments), tuple(redirections), within))
        text = self.text[first:inner_last]
        if "(" in text or "`" in text:
            for node in nodes:
                if node.kind_id not in REDIRECTS:
                    self._substitutions(node, within)
        return command

    def _add(self, command: Command) -> Command:
        start = command.span.start
        self.sorted = self.sorted and start >= self.last
        self.last = start
        self.commands.append(command)
        return command

    def _words(self, ranges: Iterable[tuple[int, int]]) -> tuple[ShellWord, ...]:
        """The words of these ranges of the text. Written for speed: most of a script is words."""
        text, places, ends = self.text, self.places, self.ends
        words: list[ShellWord] = []
        for start, end in ranges:
            content = text[start:end]
            if "\n" in content:
                content = content.replace("\\\n", "")
            stop = places[end - 1] + 1 if ends is None else ends[end - 1]
            words.append(ShellWord(_span(Span, (places[start], stop)), content, value_of(content)))
        return tuple(words)

    def _assignment(self, node: Node) -> Assignment:
        start, end = self._range(node)
        text = self.text[start:end]
        name, equals, _ = text.partition("=")
        at = start + len(name) + len(equals)
        value = self._words(((at, end),))[0] if at < end else None
        return Assignment(self._placed(start, end), name, value)

    def _redirection(self, node: Node, within: Within, words: list[tuple[int, int]]) -> Redirection:
        """A redirection; what stands behind its target belongs to the command and goes to ``words``."""
        operator = ""
        descriptor: int | None = None
        at_operator = -1
        start, end = self._range(node)
        targets: list[tuple[int, int]] = []
        for child in node.children:
            if child.kind_id == DESCRIPTOR:
                digits = self.text[slice(*self._range(child))]
                descriptor = int(digits) if digits.isdecimal() else None
            elif not child.is_named and not operator:
                operator, at_operator = child.type, self._range(child)[0]
            else:
                at = self._range(child)
                if targets and targets[-1][1] == at[0]:
                    at = (targets.pop()[0], at[1])
                targets.append(at)
        text = self.text[start:end]
        if "(" in text or "`" in text:
            self._substitutions(node, within)
        if not targets:
            return Redirection(self._placed(start, end), operator, descriptor, None)
        words.extend(targets[1:])
        heredoc = self.heredocs.get(at_operator)
        span = self._placed(start, targets[0][1])
        if heredoc:
            return Redirection(span, "<<-" if heredoc.dash else "<<", descriptor, None)
        return Redirection(span, operator, descriptor, self._words(targets[:1])[0])

    def _substitutions(self, node: Node, within: Within) -> None:
        """The commands inside ``$(…)``, backquotes and ``<(…)`` anywhere under a node."""
        for child in (node,) if node.kind_id in SUBSTITUTIONS else node.children:
            if child.kind_id in SUBSTITUTIONS:
                self._entries(child.children, (*within, Around.SUBSTITUTION))
            elif child.child_count:
                self._substitutions(child, within)

    def _comment(self, node: Node) -> None:
        start, end = self._range(node)
        self.comments.append(Comment(self._placed(start, end), self.text[start + 1 : end].strip()))

    def _entries(self, nodes: Iterable[Node], within: Within) -> tuple[Entry, ...]:
        """The list of statements among ``nodes``."""
        raise NotImplementedError
