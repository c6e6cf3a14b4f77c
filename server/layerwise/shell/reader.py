"""From the syntax tree of tree-sitter-bash to the tree of ``tree``: statements, commands, and what encloses them.

tree-sitter nests redirections, pipelines, ``!`` and lists otherwise than a shell does (``a && b > f | c`` becomes a
pipeline of a list). So those are taken apart to a line of parts, and put together by the shell's own rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter

import tree_sitter_bash
from tree_sitter import Language, Node, Parser

from layerwise.shell.heredocs import heredocs_of, masked, opening_at
from layerwise.shell.quoting import value_of
from layerwise.shell.source import Source
from layerwise.shell.tree import (
    AndOr,
    Around,
    Assignment,
    Command,
    Compound,
    Dialect,
    Entry,
    Negation,
    Pipeline,
    Redirection,
    Script,
    ShellWord,
    Statement,
)
from layerwise.shell.wrappers import start_of
from layerwise.syntax.nodes import Comment
from layerwise.syntax.nodes import Node as SyntaxNode
from layerwise.text import Span

_LANGUAGE = Language(tree_sitter_bash.language())
_PARSER = Parser(_LANGUAGE)


def _named(name: str) -> int:
    kind = _LANGUAGE.id_for_node_kind(name, True)
    if kind is None:
        raise LookupError(f"this tree-sitter-bash has no {name}")
    return kind


_COMMAND = _named("command")
_COMMAND_NAME = _named("command_name")
_LIST = _named("list")
_PIPELINE = _named("pipeline")
_NEGATED = _named("negated_command")
_REDIRECTED = _named("redirected_statement")
_FILE_REDIRECT = _named("file_redirect")
_HERESTRING = _named("herestring_redirect")
_HEREDOC = _named("heredoc_redirect")
_ASSIGNMENT = _named("variable_assignment")
_ASSIGNMENTS = _named("variable_assignments")
_SUBSTITUTIONS = frozenset({_named("command_substitution"), _named("process_substitution")})
_COMMENT = _named("comment")
_IF = _named("if_statement")
_ELIF = _named("elif_clause")
_ELSE = _named("else_clause")
_CASE_ITEM = _named("case_item")
_DO_GROUP = _named("do_group")
_COMPOUND = _named("compound_statement")
_SUBSHELL = _named("subshell")
_DESCRIPTOR = _named("file_descriptor")
_EXPRESSIONS = frozenset(
    _named(name)
    for name in (
        "unary_expression",
        "binary_expression",
        "parenthesized_expression",
        "ternary_expression",
        "postfix_expression",
    )
)
_CLOSED_TWICE = re.compile(
    rb"(?<![^\s;&|])((?:fi|done|esac|\})[ \t]*)[ \t\n](?=\s*(?:fi|done|esac|then|do|else|elif|\})(?![^\s;&|)]))"
)
_REDIRECTS = frozenset({_FILE_REDIRECT, _HERESTRING, _HEREDOC})
_NO_WORDS = _REDIRECTS | {_ASSIGNMENT, _COMMENT}
_JOINING = frozenset({_LIST, _PIPELINE, _NEGATED, _REDIRECTED})
_PLAIN_COMMANDS = frozenset({_COMMAND, _named("declaration_command"), _named("unset_command")})
_TEST = _named("test_command")
_COMPOUNDS = {
    _IF: Around.IF,
    _named("while_statement"): Around.LOOP,
    _named("for_statement"): Around.LOOP,
    _named("c_style_for_statement"): Around.LOOP,
    _named("case_statement"): Around.CASE,
    _named("function_definition"): Around.FUNCTION,
    _COMPOUND: Around.GROUP,
    _SUBSHELL: Around.SUBSHELL,
}
_STATEMENTS = _JOINING | _PLAIN_COMMANDS | {_TEST, _ASSIGNMENT, _ASSIGNMENTS} | set(_COMPOUNDS)
_RESERVED = frozenset(
    ["{", "}", "if", "then", "elif", "else", "fi", "while", "until", "do", "done", "case", "in", "esac"]
)

_Within = tuple[Around, ...]
_span = tuple.__new__
_new = object.__new__
_put_span = ShellWord.__dict__.get("span", SyntaxNode.__dict__["span"]).__set__
_put_text = ShellWord.__dict__["text"].__set__
_put_value = ShellWord.__dict__["value"].__set__


class _BrokenError(Exception):
    """The tree holds something that no shell would read this way."""


def read(source: Source, dialect: Dialect, within: _Within = (), heredocs: tuple[int, ...] = ()) -> Script:
    """The script of a text.

    :param within: what encloses it.
    :param heredocs: where the heredocs of the instruction, whose bodies are not in the text, are opened in it.
    """
    return _Reader(source, within, heredocs).script(dialect)


class _Part:
    """A statement without operators around it, the redirections that fall to it, and the operator in front."""

    __slots__ = ("negations", "node", "operator", "redirects")

    def __init__(self, node: Node | None, operator: Node | None, negations: list[Node]) -> None:
        self.node = node
        self.operator = operator
        self.negations = negations
        self.redirects: list[Node] = []


class _Reader:
    def __init__(self, source: Source, within: _Within, openings: tuple[int, ...]) -> None:
        self.source = source
        self.within = within
        self.text = text = source.text
        self.places = source.places
        found = tuple(opening_at(text, start) for start in openings)
        if "\r" in text or "\0" in text:
            text = text.replace("\r", " ").replace("\0", " ")
            self.text = text
        if "<<" in text and "\n" in text:
            found += heredocs_of(text)
        self.heredocs = {heredoc.operator: heredoc for heredoc in found}
        if found:
            text = masked(text, found)
        self.characters = None if text.isascii() else _characters_of_bytes(text)
        self.bytes = text.encode("utf-8", "replace")
        self.commands: list[Command] = []
        self.comments: list[Comment] = []
        self.sorted = True

    def script(self, dialect: Dialect) -> Script:
        root = _parsed(self.bytes)
        span = Span(self.places[0], self.places[-1] + 1) if self.text else Span(0, 0)
        entries: tuple[Entry, ...] = ()
        broken = root.has_error
        try:
            if broken:
                self._intact(root.children, self.within)
            else:
                entries = self._entries(root.children, self.within)
        except _BrokenError:
            broken, entries, self.commands = True, (), []
        if not self.sorted:
            self.commands.sort(key=attrgetter("span"))
        return Script(span, dialect, entries, tuple(self.commands), tuple(self.comments), broken)

    # -- places

    def _range(self, node: Node) -> tuple[int, int]:
        """Where a node starts and ends in the text of the script."""
        characters = self.characters
        if characters is None:
            return node.start_byte, node.end_byte
        return characters[node.start_byte], characters[node.end_byte]

    def _placed(self, start: int, end: int) -> Span:
        places = self.places
        if start == end:
            return Span(places[start - 1] + 1, places[start - 1] + 1) if start else Span(places[0], places[0])
        return _span(Span, (places[start], places[end - 1] + 1))

    def _span(self, node: Node) -> Span:
        return self._placed(*self._range(node))

    # -- lists

    def _entries(self, nodes: Iterable[Node], within: _Within) -> tuple[Entry, ...]:
        """The statements among ``nodes`` with what ends them."""
        ended: list[tuple[Node, Node | None]] = []
        for node in nodes:
            kind = node.kind_id
            if kind in _STATEMENTS:
                ended.append((node, None))
            elif kind == _COMMENT:
                self._comment(node)
            elif ended and node.type in (";", "&"):
                ended[-1] = (ended[-1][0], node)
            elif node.type == ";;" and node.parent is not None and node.parent.kind_id != _CASE_ITEM:
                raise _BrokenError
        last = len(ended) - 1
        return tuple([self._entry(node, end, within, index == last) for index, (node, end) in enumerate(ended)])

    def _entry(self, node: Node, end: Node | None, within: _Within, is_last: bool) -> Entry:  # noqa: FBT001
        if end is None:
            statement = self._statement(node, within)
            return Entry(statement.span, statement, "" if is_last else "\n")
        if end.type == "&":
            within = (*within, Around.BACKGROUND)
        statement = self._statement(node, within)
        return Entry(statement.span.to(self._span(end)), statement, end.type)

    def _statement(self, node: Node, within: _Within) -> Statement:
        if node.kind_id not in _JOINING:
            return self._atom(node, (), within)
        return self._and_or(self._parts(node), within)

    def _parts(self, node: Node) -> list[_Part]:
        parts: list[_Part] = []
        self._take_apart(node, parts, None, [])
        return parts

    def _take_apart(self, node: Node, parts: list[_Part], operator: Node | None, negations: list[Node]) -> None:
        kind = node.kind_id
        if kind in (_LIST, _PIPELINE):
            for child in node.children:
                child_kind = child.kind_id
                if child_kind in _STATEMENTS:
                    self._take_apart(child, parts, operator, negations)
                    operator, negations = None, []
                elif child_kind == _COMMENT:
                    self._comment(child)
                elif child.type != "\n":
                    operator = child
        elif kind == _REDIRECTED:
            before = len(parts)
            redirects = []
            for child in node.children:
                if child.kind_id in _REDIRECTS:
                    redirects.append(child)
                else:
                    self._take_apart(child, parts, operator, negations)
            if len(parts) == before:
                parts.append(_Part(None, operator, negations))
            parts[-1].redirects.extend(redirects)
        elif kind == _NEGATED:
            self._take_apart(node.children[-1], parts, operator, [*negations, node.children[0]])
        else:
            parts.append(_Part(node, operator, negations))

    def _and_or(self, parts: list[_Part], within: _Within) -> Statement:
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

    def _pipeline(self, parts: list[_Part], within: _Within) -> Statement:
        if any(part.negations for part in parts[1:]):
            raise _BrokenError
        negations = parts[0].negations
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

    # -- commands

    def _atom(self, node: Node | None, redirects: Iterable[Node], within: _Within) -> Statement:
        if node is None:
            return self._command((), redirects, within)
        kind = node.kind_id
        if kind in _PLAIN_COMMANDS:
            return self._command(node.children, redirects, within)
        if kind == _TEST:
            return self._command(list(_flat(node)), redirects, within)
        if kind == _ASSIGNMENT:
            return self._command((node,), redirects, within)
        if kind == _ASSIGNMENTS:
            return self._command(node.children, redirects, within)
        if kind == _COMPOUND and node.children[0].type == "((":
            return self._arithmetic(node, redirects, within)
        if kind not in _COMPOUNDS:
            raise _BrokenError
        return self._compound(node, redirects, within)

    def _arithmetic(self, node: Node, redirects: Iterable[Node], within: _Within) -> Command:
        start, end = self._range(node)
        span = self._placed(start, end)
        found = [self._redirection(redirect, within, []) for redirect in redirects]
        self._substitutions(node, within)
        span = span.to(found[-1].span) if found else span
        return self._add(Command(span, (ShellWord(span, self.text[start:end], None),), 0, (), tuple(found), within))

    def _command(self, nodes: Sequence[Node], redirects: Iterable[Node], within: _Within) -> Command:
        ranges: list[tuple[int, int]] = []
        assignments: list[Assignment] = []
        redirections: list[Redirection] = []
        characters = self.characters
        first, last = len(self.text), -1
        for node in nodes:
            start, end = node.start_byte, node.end_byte
            if characters is not None:
                start, end = characters[start], characters[end]
            if node.kind_id in _NO_WORDS:
                if node.kind_id == _COMMENT:
                    self._comment(node)
                    continue
                if node.kind_id != _ASSIGNMENT:
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
            raise _BrokenError
        words = self._words(ranges)
        start = 0
        if words:
            if words[0].text in _RESERVED:
                raise _BrokenError
            start = start_of(words)
        span = self._placed(first, last)
        command = self._add(Command(span, words, start, tuple(assignments), tuple(redirections), within))
        text = self.text[first:inner_last]
        if "(" in text or "`" in text:
            for node in nodes:
                if node.kind_id not in _REDIRECTS:
                    self._substitutions(node, within)
        return command

    def _add(self, command: Command) -> Command:
        if self.commands and self.commands[-1].span > command.span:
            self.sorted = False
        self.commands.append(command)
        return command

    def _words(self, ranges: Iterable[tuple[int, int]]) -> tuple[ShellWord, ...]:
        """The words of these ranges of the text. Written for speed: most of a script is words."""
        text, places = self.text, self.places
        words: list[ShellWord] = []
        for start, end in ranges:
            content = text[start:end]
            if "\n" in content:
                content = content.replace("\\\n", "")
            word = _new(ShellWord)
            _put_span(word, _span(Span, (places[start], places[end - 1] + 1)))
            _put_text(word, content)
            _put_value(word, value_of(content))
            words.append(word)
        return tuple(words)

    def _assignment(self, node: Node) -> Assignment:
        start, end = self._range(node)
        text = self.text[start:end]
        name, equals, _ = text.partition("=")
        at = start + len(name) + len(equals)
        value = self._words(((at, end),))[0] if at < end else None
        return Assignment(self._placed(start, end), name, value)

    def _redirection(self, node: Node, within: _Within, words: list[tuple[int, int]]) -> Redirection:
        """A redirection; what stands behind its target belongs to the command and goes to ``words``."""
        operator = ""
        descriptor: int | None = None
        at_operator = -1
        start, end = self._range(node)
        targets: list[tuple[int, int]] = []
        for child in node.children:
            if child.kind_id == _DESCRIPTOR:
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

    def _substitutions(self, node: Node, within: _Within) -> None:
        """The commands inside ``$(…)``, backquotes and ``<(…)`` anywhere under a node."""
        for child in (node,) if node.kind_id in _SUBSTITUTIONS else node.children:
            if child.kind_id in _SUBSTITUTIONS:
                self._entries(child.children, (*within, Around.SUBSTITUTION))
            elif child.child_count:
                self._substitutions(child, within)

    # -- compounds

    def _compound(self, node: Node, redirects: Iterable[Node], within: _Within) -> Compound:
        kind = _COMPOUNDS[node.kind_id]
        inside = (*within, kind)
        lists = tuple(self._lists(node, inside))
        span = self._span(node)
        found = [self._redirection(redirect, within, []) for redirect in redirects]
        own = [self._redirection(child, within, []) for child in node.children if child.kind_id in _REDIRECTS]
        if found:
            span = span.to(found[-1].span)
        return Compound(span, kind, lists, (*own, *found))

    def _lists(self, node: Node, inside: _Within) -> Iterator[tuple[Entry, ...]]:
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
            if child_kind == _DO_GROUP:
                if condition:
                    yield self._entries(condition, (*inside, Around.CONDITION))
                yield self._entries(child.children, inside)
            elif child_kind == _CASE_ITEM:
                yield self._case_item(child, inside)
            elif kind is Around.FUNCTION and child_kind in _COMPOUNDS:
                body = self._statement(child, inside)
                yield (Entry(body.span, body, ""),)
            elif child_kind in _COMPOUNDS and kind is Around.LOOP and not condition and child_kind == _COMPOUND:
                yield self._entries(child.children, inside)
            elif kind is Around.LOOP and (child_kind in _STATEMENTS or child.type in (";", "&")):
                if node.children[0].type in ("while", "until"):
                    condition.append(child)
            elif child_kind == _COMMENT:
                self._comment(child)
            elif child.child_count and child_kind not in _REDIRECTS:
                self._substitutions(child, inside[:-1])

    def _branches(self, nodes: Iterable[Node], inside: _Within) -> Iterator[tuple[Entry, ...]]:
        held: list[Node] = []
        is_condition = True
        for child in nodes:
            kind = child.kind_id
            if child.type == "then" and not child.is_named:
                yield self._entries(held, (*inside, Around.CONDITION))
                held, is_condition = [], False
            elif kind in (_ELIF, _ELSE):
                if held:
                    yield self._entries(held, inside)
                    held = []
                if kind == _ELIF:
                    yield from self._branches(child.children, inside)
                else:
                    yield self._entries(child.children, inside)
            else:
                held.append(child)
        if held and not is_condition:
            entries = self._entries(held, inside)
            if entries:
                yield entries

    def _case_item(self, node: Node, inside: _Within) -> tuple[Entry, ...]:
        children = node.children
        at = next((index for index, child in enumerate(children) if child.type == ")" and not child.is_named), -1)
        for child in children[:at]:
            self._substitutions(child, inside[:-1])
        return self._entries(children[at + 1 :], inside)

    # -- the rest

    def _comment(self, node: Node) -> None:
        start, end = self._range(node)
        self.comments.append(Comment(self._placed(start, end), self.text[start + 1 : end].strip()))

    def _intact(self, nodes: Iterable[Node], within: _Within) -> None:
        """What a broken script says before the first thing that cannot be read: whole statements, or whole parts."""
        for node in nodes:
            if node.kind_id not in _STATEMENTS:
                if node.is_error or node.is_missing:
                    return
                continue
            if not node.has_error:
                self._statement(node, within)
                continue
            if node.kind_id == _LIST:
                self._intact(node.children, within)
            return


def _parsed(script: bytes) -> Node:
    """tree-sitter wants a ``;`` between ``fi`` and ``fi``, where a shell needs none. A blank may become one."""
    root = _PARSER.parse(script).root_node
    if root.has_error and _CLOSED_TWICE.search(script):
        repaired = _PARSER.parse(_CLOSED_TWICE.sub(b"\\1;", script)).root_node
        return root if repaired.has_error else repaired
    return root


def _flat(node: Node) -> Iterator[Node]:
    """The words of ``[ … ]``, whose expressions tree-sitter nests."""
    for child in node.children:
        if child.kind_id in _EXPRESSIONS:
            yield from _flat(child)
        else:
            yield child


def _characters_of_bytes(text: str) -> list[int]:
    """For each byte of the text, the index of its character."""
    index: list[int] = []
    for position, character in enumerate(text):
        index.extend([position] * len(character.encode("utf-8", "replace")))
    index.append(len(text))
    return index
