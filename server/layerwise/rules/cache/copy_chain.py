"""The rule cache/copy-chain."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import pairwise

from layerwise.build.copy_rows import CopyRow, copy_rows
from layerwise.build.model import Stage
from layerwise.build.relation import Alteration
from layerwise.lint import Applicability, Edit, Finding, Fix, Related, Severity, StageContext, rule
from layerwise.lint.placing import Sheet
from layerwise.syntax.tree import Copy
from layerwise.text import Span

WIDTH = 100
"""Characters up to which the joined COPY stands on one line."""


@rule(
    Stage,
    severity=Severity.HINT,
    fixes=(Applicability.SAFE,),
    # The name of a file at the end of a destination gives way to the folder.
    changes=(Alteration.INSTRUCTION_REWRITTEN,),
    about={Copy},
)
def copy_chain(stage: Stage, ctx: StageContext) -> Iterator[Finding]:
    r"""Several COPYs in a row put one small file each into the same folder, where one COPY would do.

    ## Why
    Each COPY is a step of its own, with a layer of its own that is packed, pushed and pulled, and takes longer to do so
    than a few kilobytes need. Nothing is gained by it: when one of the files changes, all steps behind it are done
    again anyway, the other COPYs among them, unless they say `--link`.

    Only small files count, because the build context says so or their names do: a large one may have a layer of its
    own on purpose, so that the others can change without it being sent again. A comment between two COPYs sets them
    apart. So does what a later RUN may tell apart: manifests, which an install needs, and everything else.

    ## Example
    COPY start.sh /usr/local/bin/
    COPY stop.sh /usr/local/bin/
    COPY health.sh /usr/local/bin/health.sh

    ## Use instead
    COPY start.sh stop.sh health.sh /usr/local/bin/

    ## Fix safety
    Safe: the same files get to the same places, with the same owner and mode. A file that is renamed on the way is not
    part of a row, and a destination without a slash only where that folder surely exists.
    """
    if stage.facts.is_windows:
        return
    for row in copy_rows(stage, ctx.files):
        first, *others = row.steps
        count = len(row.steps)
        yield Finding(
            first.span,
            f"{count} COPYs in a row put {row.files} small files into `{row.folder}`, in as many layers",
            fix=Fix(f"Make one COPY of the {count}", *_joined(row, ctx)),
            related=[Related(step.span, "This goes to the same folder") for step in others],
        )


def _joined(row: CopyRow, ctx: StageContext) -> Iterator[Edit]:
    """What stands between two sources becomes a gap, and the last destination the folder."""
    copies = [copy for step in row.steps if isinstance(copy := step.instruction, Copy)]
    gap = _gap(copies, row, ctx)
    comma = "," if copies[0].is_json else ""
    for above, below in pairwise(copies):
        yield Edit(Span(above.sources[-1].span.end, below.sources[0].span.start), comma + gap)
    last = copies[-1]
    assert last.destination is not None
    target = json.dumps(row.folder, ensure_ascii=False) if last.is_json else row.folder
    end = Edit(Span(last.sources[-1].span.end, last.destination.span.end), comma + gap + target)
    if ctx.text(end.span) != end.text:
        yield end


def _gap(copies: Sequence[Copy], row: CopyRow, ctx: StageContext) -> str:
    """What separates the sources: a space where all of it has room on one line, else a line end."""
    texts = [ctx.text(source) for copy in copies for source in copy.sources]
    start = ctx.text(Span(copies[0].span.start, copies[0].sources[0].span.start))
    is_short = len(start) + sum(len(text) + 2 for text in texts) + len(row.folder) <= WIDTH
    if is_short and not any("\n" in ctx.text(copy) for copy in copies):
        return " "
    return f" {ctx.escape}{Sheet(ctx.dockerfile).newline(copies[0].span.start)}    "
