"""From the syntax tree of tree-sitter-bash to the tree of ``tree``: statements, commands, and what encloses them.

tree-sitter nests redirections, pipelines, ``!`` and lists otherwise than a shell does (``a && b > f | c`` becomes a
pipeline of a list). So those are taken apart to a line of parts, and put together by the shell's own rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from enum import Enum, auto
from itertools import pairwise
from operator import attrgetter

from tree_sitter import Node

from layerwise.shell.command_reader import BrokenError, CommandReader, Within
from layerwise.shell.grammar import (
    ASSIGNMENT,
    ASSIGNMENTS,
    CASE_ITEM,
    COMMENT,
    COMPOUND,
    COMPOUNDS,
    DO_GROUP,
    ELIF,
    ELSE,
    JOINING,
    LIST,
    NEGATED,
    OPERATORS,
    PIPELINE,
    PLAIN_COMMANDS,
    REDIRECTED,
    REDIRECTS,
    STATEMENTS,
    TEST,
    flat,
    parsed,
)
from layerwise.shell.source import Source
from layerwise.shell.tree import (
    AndOr,
    Around,
    Compound,
    Dialect,
    Entry,
    Negation,
    Pipeline,
    Script,
    Statement,
)
from layerwise.text import Span


def read(source: Source, dialect: Dialect, within: Within = (), heredocs: tuple[int, ...] = ()) -> Script:
    """The script of a text.

    :param within: what encloses it.
    :param heredocs: where the heredocs of the instruction, whose bodies are not in the text, are opened in it.
    """
    return _Reader(source, within, heredocs).script(dialect)


_DEEPEST = 60
"""So many constructs inside of each other are read. Nobody writes a tenth of that, and what walks the tree recurses."""


class _Part:
    """A statement without operators around it, the redirections that fall to it, and the operator in front."""

    __slots__ = ("negations", "node", "operator", "redirects")

    def __init__(self, node: Node | None, operator: Node | None, negations: list[Node]) -> None:
        self.node = node
        self.operator = operator
        self.negations = negations
        self.redirects: list[Node] = []


class _Role(Enum):
    """What a node that is still to be taken apart is for the one around it."""

    STATEMENT = auto()
    CHILD = auto()
    """A statement, an operator or a comment in a list."""
    REDIRECTED = auto()
    """Its statement is done; what is left of it are the redirections."""


class _Reader(CommandReader):
    def script(self, dialect: Dialect) -> Script:
        root = parsed(self.bytes)
        span = Span(self.places[0], self.source.end(-1)) if self.text else Span(0, 0)
        entries: tuple[Entry, ...] = ()
        broken = root.has_error
        try:
            if broken:
                self._intact(root.children, self.within)
            else:
                entries = self._entries(root.children, self.within)
        except (BrokenError, RecursionError):
            broken, entries, self.commands = True, (), []
        if not self.sorted:
            self.commands.sort(key=attrgetter("span"))
        return Script(span, dialect, entries, tuple(self.commands), tuple(self.comments), broken)

    def _entries(self, nodes: Iterable[Node], within: Within) -> tuple[Entry, ...]:
        """The statements among ``nodes`` with what ends them."""
        ended: list[tuple[Node, Node | None]] = []
        for node in nodes:
            kind = node.kind_id
            if kind in STATEMENTS:
                ended.append((node, None))
            elif kind == COMMENT:
                self._comment(node)
            elif ended and node.type in (";", "&"):
                ended[-1] = (ended[-1][0], node)
            elif node.type == ";;" and node.parent is not None and node.parent.kind_id != CASE_ITEM:
                raise BrokenError
        last = len(ended) - 1
        return tuple([self._entry(node, end, within, index == last) for index, (node, end) in enumerate(ended)])

    def _entry(self, node: Node, end: Node | None, within: Within, is_last: bool) -> Entry:  # noqa: FBT001
        if end is None:
            statement = self._statement(node, within)
            return Entry(statement.span, statement, "" if is_last else "\n")
        if end.type == "&":
            within = (*within, Around.BACKGROUND)
        statement = self._statement(node, within)
        return Entry(statement.span.to(self._span(end)), statement, end.type)

    def _statement(self, node: Node, within: Within) -> Statement:
        if len(within) > _DEEPEST:
            raise BrokenError
        if node.kind_id not in JOINING:
            return self._atom(node, (), within)
        return self._and_or(self._parts(node), within)

    def _parts(self, node: Node) -> list[_Part]:
        """The commands that ``&&``, ``||`` and ``|`` join, in the order of the text.

        The grammar nests ``a && b && c`` to the left, once for each operator: a stack of our own bears any number.
        """
        parts: list[_Part] = []
        operator: Node | None = None
        negations: list[Node] = []
        todo = [(node, _Role.STATEMENT)]
        while todo:
            node, role = todo.pop()
            kind = node.kind_id
            if role is _Role.REDIRECTED:
                if all(child.kind_id in REDIRECTS for child in node.children):
                    parts.append(_Part(None, operator, negations))
                    operator, negations = None, []
                parts[-1].redirects.extend(child for child in node.children if child.kind_id in REDIRECTS)
            elif role is _Role.CHILD and kind == COMMENT:
                self._comment(node)
            elif role is _Role.CHILD and kind not in STATEMENTS:
                operator = operator if node.type == "\n" else node
            elif kind in (LIST, PIPELINE):
                todo.extend((child, _Role.CHILD) for child in reversed(node.children))
            elif kind == REDIRECTED:
                todo.append((node, _Role.REDIRECTED))
                body = [child for child in node.children if child.kind_id not in REDIRECTS]
                todo.extend((child, _Role.STATEMENT) for child in reversed(body))
            elif kind == NEGATED:
                negations = [*negations, node.children[0]]
                todo.append((node.children[-1], _Role.STATEMENT))
            else:
                parts.append(_Part(node, operator, negations))
                operator, negations = None, []
        return parts

    def _and_or(self, parts: list[_Part], within: Within) -> Statement:
        pipelines: list[list[_Part]] = []
        operators: list[Node] = []
        for part in parts:
            if part.operator is None or part.operator.type in ("&&", "||"):
                pipelines.append([part])
                if part.operator is not None:
                    operators.append(part.operator)
            else:
                pipelines[-1].append(part)
        if not operators:
            return self._pipeline(pipelines[0], within)
        kinds = [operator.type for operator in operators]
        last_or = max((index for index, kind in enumerate(kinds) if kind == "||"), default=-1)
        statements = []
        for index, pipeline in enumerate(pipelines):
            inside = within
            if index and kinds[index - 1] == "||":
                inside = (*inside, Around.OR)
            if index <= last_or:
                inside = (*inside, Around.TRIED)
            statements.append(self._pipeline(pipeline, inside))
        span = statements[0].span.to(statements[-1].span)
        spans = tuple([self._span(operator) for operator in operators])
        return AndOr(span, tuple(statements), tuple(kinds), spans)

    def _pipeline(self, parts: list[_Part], within: Within) -> Statement:
        negations = parts[0].negations
        if len(parts) == 1 and not negations:
            return self._atom(parts[0].node, parts[0].redirects, within)
        if any(part.negations for part in parts[1:]):
            raise BrokenError
        for _ in negations:
            within = (*within, Around.NEGATION)
        if len(parts) == 1:
            statement = self._atom(parts[0].node, parts[0].redirects, within)
        else:
            inside = (*within, Around.PIPELINE)
            statements = [self._atom(part.node, part.redirects, inside) for part in parts]
            statement = Pipeline(statements[0].span.to(statements[-1].span), tuple(statements))
        for negation in reversed(negations):
            statement = Negation(self._span(negation).to(statement.span), statement)
        return statement

    def _atom(self, node: Node | None, redirects: Iterable[Node], within: Within) -> Statement:
        if node is None:
            return self._command((), redirects, within)
        kind = node.kind_id
        if kind in PLAIN_COMMANDS:
            return self._command(node.children, redirects, within)
        if kind == TEST:
            return self._command(list(flat(node)), redirects, within)
        if kind == ASSIGNMENT:
            return self._command((node,), redirects, within)
        if kind == ASSIGNMENTS:
            return self._command(node.children, redirects, within)
        if kind == COMPOUND and node.children[0].type == "((":
            return self._arithmetic(node, redirects, within)
        if kind not in COMPOUNDS:
            raise BrokenError
        return self._compound(node, redirects, within)

    def _compound(self, node: Node, redirects: Iterable[Node], within: Within) -> Compound:
        kind = COMPOUNDS[node.kind_id]
        inside = (*within, kind)
        lists = tuple(self._lists(node, inside))
        span = self._span(node)
        found = [self._redirection(redirect, within, []) for redirect in redirects]
        own = [self._redirection(child, within, []) for child in node.children if child.kind_id in REDIRECTS]
        if found:
            span = span.to(found[-1].span)
        return Compound(span, kind, lists, (*own, *found))

    def _lists(self, node: Node, inside: Within) -> Iterator[tuple[Entry, ...]]:
        """The lists of a compound command, in the order of the text: conditions, then what they lead to."""
        kind = inside[-1]
        if kind is Around.IF:
            yield from self._branches(node.children, inside)
            return
        if kind in (Around.GROUP, Around.SUBSHELL):
            yield self._entries(node.children, inside)
            return
        condition: list[Node] = []
        for child in node.children:
            child_kind = child.kind_id
            if child_kind == DO_GROUP:
                if condition:
                    yield self._entries(condition, (*inside, Around.CONDITION))
                yield self._entries(child.children, inside)
            elif child_kind == CASE_ITEM:
                yield self._case_item(child, inside)
            elif kind is Around.FUNCTION and child_kind in COMPOUNDS:
                body = self._statement(child, inside)
                yield (Entry(body.span, body, ""),)
            elif child_kind in COMPOUNDS and kind is Around.LOOP and not condition and child_kind == COMPOUND:
                yield self._entries(child.children, inside)
            elif kind is Around.LOOP and (child_kind in STATEMENTS or child.type in (";", "&")):
                if node.children[0].type in ("while", "until"):
                    condition.append(child)
            elif child_kind == COMMENT:
                self._comment(child)
            elif child.child_count and child_kind not in REDIRECTS:
                self._substitutions(child, inside[:-1])

    def _branches(self, nodes: Iterable[Node], inside: Within) -> Iterator[tuple[Entry, ...]]:
        held: list[Node] = []
        is_condition = True
        for child in nodes:
            kind = child.kind_id
            if child.type == "then" and not child.is_named:
                yield self._entries(held, (*inside, Around.CONDITION))
                held, is_condition = [], False
            elif kind in (ELIF, ELSE):
                if held:
                    yield self._entries(held, inside)
                    held = []
                if kind == ELIF:
                    yield from self._branches(child.children, inside)
                else:
                    yield self._entries(child.children, inside)
            else:
                held.append(child)
        if held and not is_condition:
            entries = self._entries(held, inside)
            if entries:
                yield entries

    def _case_item(self, node: Node, inside: Within) -> tuple[Entry, ...]:
        children = node.children
        at = next((index for index, child in enumerate(children) if child.type == ")" and not child.is_named), -1)
        for child in children[:at]:
            self._substitutions(child, inside[:-1])
        return self._entries(children[at + 1 :], inside)

    def _is_operator(self, node: Node) -> bool:
        start, _ = self._range(node)
        return self.text[start : start + 1] in OPERATORS

    def _intact(self, nodes: Sequence[Node], within: Within) -> None:
        """What a broken script says before the first thing that cannot be read: whole statements, or whole parts."""
        while nodes:
            nodes = self._intact_among(nodes, within)

    def _intact_among(self, nodes: Sequence[Node], within: Within) -> Sequence[Node]:
        """Read what is whole among ``nodes``; returns the children of a broken list, among which to go on."""
        for node, following in pairwise((*nodes, None)):
            if node is None or node.is_error or node.is_missing:
                break
            if node.kind_id not in STATEMENTS:
                continue
            if node.has_error:
                return node.children if node.kind_id == LIST else ()
            if following is None or not following.is_error or self._is_operator(following):
                self._statement(node, within)
                continue
            # In ``a && b "c`` the last command goes on into what cannot be read.
            parts = self._parts(node)[:-1]
            if parts:
                self._and_or(parts, within)
            break
        return ()
