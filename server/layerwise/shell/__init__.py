"""Reading the script of a RUN: commands, what joins them, and edits to them. The only owner of tree-sitter."""

from layerwise.shell.dialects import dialect_of
from layerwise.shell.script import script_of
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

__all__ = [
    "AndOr",
    "Around",
    "Assignment",
    "Command",
    "Compound",
    "Dialect",
    "Entry",
    "Negation",
    "Pipeline",
    "Redirection",
    "Script",
    "ShellWord",
    "Statement",
    "dialect_of",
    "script_of",
]
