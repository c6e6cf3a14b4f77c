"""What the builder refuses to read. The parser and the build model know it all; this rule only tells it."""

from __future__ import annotations

from collections.abc import Iterator

from layerwise.build.model import Build
from layerwise.build.problems import problems
from layerwise.build.relation import Alteration
from layerwise.lint import Applicability, Edit, FileContext, Finding, Fix, Severity, rule
from layerwise.syntax.tree import Problem


@rule(
    Build,
    severity=Severity.ERROR,
    aliases=("DL1000",),
    fixes=(Applicability.SAFE,),
    changes=(
        Alteration.COMMAND_ADDED,
        Alteration.FLAG_REMOVED,
        Alteration.INSTRUCTION_ADDED,
        Alteration.INSTRUCTION_REMOVED,
        Alteration.MOUNT_REMOVED,
    ),
)
def syntax(build: Build, ctx: FileContext) -> Iterator[Finding]:
    r"""The builder cannot read the file.

    ## Why
    BuildKit reads the whole file before it builds anything, and stops at the first thing it does not understand: an
    unknown instruction or flag, a missing argument, a heredoc that is never closed. The message is the one it gives.

    ## Example
    FROM alpine:3.20
    RUNN echo hello

    ## Use instead
    FROM alpine:3.20
    RUN echo hello

    ## Fix safety
    Safe: offered only where a single spelling is near enough to be the one that was meant, and nothing but that word
    is replaced.
    """
    for problem in (*build.dockerfile.problems, *_of_stages(build)):
        fix = None
        if problem.replacement is not None:
            written = ctx.text(problem)
            fix = Fix(f"Replace `{written}` with `{problem.replacement}`", Edit(problem.span, problem.replacement))
        yield Finding(problem.span, problem.message, fix=fix)


def _of_stages(build: Build) -> Iterator[Problem]:
    """What is refused once the stages are known, but for names of images: those the builder reads only when it needs
    the stage."""
    for problem in problems(build):
        if problem.code != "bad-image-reference":
            yield problem
