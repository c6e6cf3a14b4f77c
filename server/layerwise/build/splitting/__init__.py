"""Decides whether a final stage can be split into one that builds and one that runs, and makes the text that does it.

Everything that is carried over lies where it lay, under the same variables, folder and user, so that commands need not
change. What cannot be known is refused, what is assumed is named. Reads of the context what it is shown, nothing else.
"""

from __future__ import annotations

from layerwise.build.model import Build, Stage
from layerwise.build.splitting.contract import Split, UnsplittableError
from layerwise.build.splitting.plan import plan
from layerwise.build.splitting.writing import text_of
from layerwise.context.tree import ContextTree
from layerwise.shell.join import Refusal
from layerwise.syntax.tree import Cmd, Entrypoint, Run
from layerwise.text import Span

__all__ = ["Refusal", "Split", "may_split", "split"]


def may_split(stage: Stage) -> bool:
    """A cheap look whether it is worth asking: a final stage on an image, with a RUN and something that it starts."""
    kinds = {step.kind for step in stage.steps}
    return stage.facts.is_final and stage.parent is None and Run in kinds and not kinds.isdisjoint((Cmd, Entrypoint))


def split(build: Build, stage: Stage, files: ContextTree | None = None) -> Split | Refusal:
    """The stage split in two, or why that is not offered.

    :param files: the build context, None when it is not in sight. With it, fewer things need be assumed.
    """
    if not may_split(stage) or stage is not build.final:
        return Refusal("only a final stage that starts something can be split")
    if build.dockerfile.problems:
        return Refusal("the builder refuses the file as it is")
    try:
        found = plan(stage, files)
    except UnsplittableError as error:
        return Refusal(str(error))
    text = build.dockerfile.text
    end = "\r\n" if "\r\n" in text else "\n"
    names = {each.name for each in build.stages}
    name = next(each for each in ("build", "builder", "build-stage", "compile", "split-build") if each not in names)
    for copy in found.copied:
        found.layout.copies.append(f"COPY --from={name} {found.chown}{copy[0]} {copy[1]}")
    alias = stage.from_.alias
    found.layout.head += f" {stage.from_.as_keyword.text} {alias.text}" if alias and stage.from_.as_keyword else ""
    section = text_of(stage, found.layout, text, name, end)
    span = Span(stage.span.start, stage.span.end)
    after = text[: span.start] + section + text[span.end :]
    title = found.title or f"Split into stages: build the {found.language} program, run it on {found.runtime}"
    if found.assumptions:
        more = f", and {len(found.assumptions) - 1} more" if len(found.assumptions) > 1 else ""
        title += f" (assumes that {found.assumptions[0]}{more})"
    return Split(
        title,
        after,
        found.language,
        found.runtime,
        tuple(path for path, _ in found.copied),
        tuple(found.assumptions),
        tuple(found.left),
    )
