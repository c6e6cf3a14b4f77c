"""Instructions that belong to no stage, because their FROM is missing or still being typed.

The builder refuses such a file. All the same its other findings must not vanish from under the hands of whoever types
the FROM, so these instructions are linted as if one stood above them.
"""

from __future__ import annotations

from typing import NamedTuple

from layerwise.build import build
from layerwise.build.model import Stages
from layerwise.engine.reported import Found
from layerwise.syntax import parse
from layerwise.syntax.tree import Arg, Dockerfile
from layerwise.text import Span

_FROM = "FROM\n"


class Orphans(NamedTuple):
    """The instructions before the first FROM, but for the ARGs above them, as the stage of a file of its own."""

    stages: Stages
    """This one."""
    dockerfile: Dockerfile
    shift: int
    """What leads from a place in that file to the place in the real one."""
    start: int
    """Where the first of them starts in the real file; before it stands what was made up."""

    def hold(self, found: Found) -> bool:
        """Whether a finding of the stage has nothing to do with the FROM that was made up."""
        at = self.stages[0].span.start + self.shift + found.at
        edits = [edit for fix in found.finding.fixes for edit in fix.edits]
        return all(at + span.start >= self.start for span in (found.finding.span, *(edit.span for edit in edits)))


def orphans_of(dockerfile: Dockerfile) -> Orphans | None:
    """Those of a file; None when there are none, as in every file that builds."""
    section = dockerfile.sections[0]
    first = next((start for start, node in section.layout.instructions if not isinstance(node, Arg)), None)
    if first is None:
        return None
    start = section.span.start + first
    head = (f"# escape={dockerfile.escape}\n" if dockerfile.escape != "\\" else "") + _FROM
    alone = parse(head + Span(start, section.span.end).of(dockerfile.text))
    return Orphans(build(alone).stages, alone, start - len(head), start)
