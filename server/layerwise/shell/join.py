"""Editing scripts without position arithmetic: what rules and features use to change a RUN.

All of it returns edits that keep the style of the RUN, its comments, and what the rest of it does.
"""

from __future__ import annotations

from layerwise.shell.append import add_option, append_command, prepend_command
from layerwise.shell.merge import merge_runs
from layerwise.shell.remove import remove_statement, without
from layerwise.shell.style import Refusal, RunText, Style, style_of

__all__ = [
    "Refusal",
    "RunText",
    "Style",
    "add_option",
    "append_command",
    "merge_runs",
    "prepend_command",
    "remove_statement",
    "style_of",
    "without",
]
