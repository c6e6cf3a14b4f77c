"""The node types of tree-sitter-bash, and how a script is parsed. Two oddities of it are mended here.

It finds no ``fi`` behind ``fi`` without a ``;`` between them, and nests the expressions in ``[ … ]``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import tree_sitter_bash
from tree_sitter import Language, Node, Parser

from layerwise.shell.tree import Around

_LANGUAGE = Language(tree_sitter_bash.language())
_PARSER = Parser(_LANGUAGE)


def _named(name: str) -> int:
    kind = _LANGUAGE.id_for_node_kind(name, True)
    if kind is None:
        raise LookupError(f"this tree-sitter-bash has no {name}")
    return kind


COMMAND = _named("command")
COMMAND_NAME = _named("command_name")
LIST = _named("list")
PIPELINE = _named("pipeline")
NEGATED = _named("negated_command")
REDIRECTED = _named("redirected_statement")
FILE_REDIRECT = _named("file_redirect")
HERESTRING = _named("herestring_redirect")
HEREDOC = _named("heredoc_redirect")
ASSIGNMENT = _named("variable_assignment")
ASSIGNMENTS = _named("variable_assignments")
SUBSTITUTIONS = frozenset({_named("command_substitution"), _named("process_substitution")})
COMMENT = _named("comment")
IF = _named("if_statement")
ELIF = _named("elif_clause")
ELSE = _named("else_clause")
CASE_ITEM = _named("case_item")
DO_GROUP = _named("do_group")
COMPOUND = _named("compound_statement")
SUBSHELL = _named("subshell")
DESCRIPTOR = _named("file_descriptor")
EXPRESSIONS = frozenset(
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
REDIRECTS = frozenset({FILE_REDIRECT, HERESTRING, HEREDOC})
NO_WORDS = REDIRECTS | {ASSIGNMENT, COMMENT}
JOINING = frozenset({LIST, PIPELINE, NEGATED, REDIRECTED})
PLAIN_COMMANDS = frozenset({COMMAND, _named("declaration_command"), _named("unset_command")})
TEST = _named("test_command")
COMPOUNDS = {
    IF: Around.IF,
    _named("while_statement"): Around.LOOP,
    _named("for_statement"): Around.LOOP,
    _named("c_style_for_statement"): Around.LOOP,
    _named("case_statement"): Around.CASE,
    _named("function_definition"): Around.FUNCTION,
    COMPOUND: Around.GROUP,
    SUBSHELL: Around.SUBSHELL,
}
STATEMENTS = JOINING | PLAIN_COMMANDS | {TEST, ASSIGNMENT, ASSIGNMENTS} | set(COMPOUNDS)
OPERATORS = frozenset(";&|\n")
RESERVED = frozenset(
    ["{", "}", "if", "then", "elif", "else", "fi", "while", "until", "do", "done", "case", "in", "esac"]
)


def parsed(script: bytes) -> Node:
    """tree-sitter wants a ``;`` between ``fi`` and ``fi``, where a shell needs none. A blank may become one."""
    root = _PARSER.parse(script).root_node
    if root.has_error and _CLOSED_TWICE.search(script):
        repaired = _PARSER.parse(_CLOSED_TWICE.sub(b"\\1;", script)).root_node
        return root if repaired.has_error else repaired
    return root


def flat(node: Node) -> Iterator[Node]:
    """The words of ``[ … ]``, whose expressions tree-sitter nests."""
    for child in node.children:
        if child.kind_id in EXPRESSIONS:
            yield from flat(child)
        else:
            yield child


def characters_of_bytes(text: str) -> list[int]:
    """For each byte of the text, the index of its character."""
    index: list[int] = []
    for position, character in enumerate(text):
        index.extend([position] * len(character.encode("utf-8", "replace")))
    index.append(len(text))
    return index
