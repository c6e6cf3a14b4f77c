"""What of a build context no build needs, and the ``.dockerignore`` that leaves it out.

The context is looked through for what is known to be no part of a project; then every Dockerfile that uses it is asked
whether it could need that: names it, installs it itself, makes it again, reads the history. What is not known to be
useless is kept.
"""

from __future__ import annotations

from layerwise.build.ignoring.demand import Demand, demand, source_span, wanted_by
from layerwise.build.ignoring.history import readers
from layerwise.build.ignoring.judging import Use, Verdict, all_demands, verdicts
from layerwise.build.ignoring.sight import Found, Sight, sight, weights
from layerwise.build.ignoring.writing import Written, written
from layerwise.context import ContextTree

__all__ = [
    "Demand",
    "Found",
    "Sight",
    "Use",
    "Verdict",
    "Written",
    "demand",
    "look_through",
    "sight",
    "source_span",
    "verdicts",
    "wanted_by",
    "weights",
    "written",
]


def look_through(tree: ContextTree) -> bool:
    """Find out what takes longer than a keystroke may. Whether there is anything that may be left out."""
    is_littered = tree.observed(sight).is_littered
    if is_littered:
        weights(tree)
        all_demands(tree)
        readers(tree)
    return is_littered
