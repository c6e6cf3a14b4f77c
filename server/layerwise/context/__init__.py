"""The build context: where it is, what a builder would be sent of it, and what the ``.dockerignore`` leaves out."""

from layerwise.context.edited import absolute_path, edited
from layerwise.context.ignore import IgnorePattern, IgnoreProblem, IgnoreRules, read_ignore
from layerwise.context.locate import locate
from layerwise.context.memory import MemoryFiles
from layerwise.context.tree import Census, ContextTree, Files, Weight

__all__ = [
    "Census",
    "ContextTree",
    "Files",
    "IgnorePattern",
    "IgnoreProblem",
    "IgnoreRules",
    "MemoryFiles",
    "Weight",
    "absolute_path",
    "edited",
    "locate",
    "read_ignore",
]
