"""The rule size/unignored-context."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence

from msgspec import Struct

from layerwise.build.ignoring import (
    Demand,
    Use,
    Verdict,
    demand,
    sight,
    source_span,
    verdicts,
    wanted_by,
    weights,
    written,
)
from layerwise.build.ignoring.saying import listed
from layerwise.build.model import Build, Step
from layerwise.context import ContextTree
from layerwise.knowledge.litter import Kind
from layerwise.knowledge.weights import LARGE
from layerwise.lint import Applicability, FileContext, FileEdit, Finding, Fix, Related, Severity, rule
from layerwise.syntax.tree import Transfer

_ALWAYS = frozenset({Kind.HISTORY, Kind.DEPENDENCIES, Kind.SECRET})
_IF_LARGE = frozenset({Kind.OUTPUT, Kind.CACHE})
_SHOWN = 3


@rule(
    Build,
    severity=Severity.WARNING,
    aliases=("DKL-LI-0003",),
    fixes=(Applicability.SAFE, Applicability.UNSAFE),
    about={Transfer},
)
def unignored_context(build: Build, ctx: FileContext) -> Iterator[Finding]:
    r"""A copy takes along what no build needs: the history, installed dependencies, caches, secrets.

    ## Why
    What the ignore file lets through is sent to the builder at every build, and `COPY . .` puts it into a layer.
    That costs more than bytes. Every commit changes `.git`, so that the copy and all steps behind it run again. The
    `node_modules` of a desktop, with programs for another system, lie over those that the image has installed. And
    an `.env` can be read by everybody who has the image.

    The rule looks at the files that are really there. It names what they weigh, and only those that no Dockerfile
    using this context can need: dependencies that the build installs, output that it makes itself, a history that
    nothing in it reads.

    ## Context
    ```
    .git/HEAD
    node_modules/left-pad/index.js
    package.json
    package-lock.json
    server.js
    ```

    ## Example
    FROM node:22
    WORKDIR /app
    COPY package.json package-lock.json ./
    RUN npm ci
    COPY . .
    CMD ["node", "server.js"]

    ## Use instead
    ```text file=.dockerignore
    # Version control
    .git

    # Dependencies, which the build installs
    **/node_modules
    ```

    ## Fix safety
    The fix creates the ignore file, or adds lines at its end; `NAME.dockerignore` where the Dockerfile has one.
    Safe for what cannot be needed: everything that a COPY, an ADD or a bind mount of any Dockerfile with this
    context names stays, and so does all that nothing in the build makes again. Unsafe for secrets, which the image
    might read when it runs, and for the history where a compiler writes the commit into what it makes.
    """
    tree = ctx.files
    if tree is None or not tree.patient or not tree.observed(sight).is_littered:
        return
    own = demand(build)
    report = tree.kept(("report", own), lambda: _report(build, own, tree))
    if not report.worth:
        return
    taking = [(step, taken) for step in _copies(build) if (taken := _taken(step, report, tree))]
    if not taking:
        return
    first, taken = taking[0]
    yield Finding(
        source_span(first, taken[0].path),
        _message(taken, tree),
        fixes=report.fixes,
        related=[Related(source_span(step, own[0].path), "This copy takes it along too") for step, own in taking[1:]],
    )


class _Report(Struct, frozen=True, eq=False):
    """What there is to say of a context, wherever that is said."""

    worth: tuple[Verdict, ...]
    fixes: tuple[Fix, ...]


def _report(build: Build, own: Demand, tree: ContextTree) -> _Report:
    found = [each for each in verdicts(build, tree, {Kind.DOCKER}) if each.is_taken and each.use is not Use.NEEDED]
    weighed = weights(tree)
    worth = tuple(
        each
        for each in found
        if each.found.row.kind in _ALWAYS or (each.found.row.kind in _IF_LARGE and weighed[each.path][0].bytes >= LARGE)
    )
    return _Report(worth, tuple(_fixes(own, found, tree)) if worth else ())


def _copies(build: Build) -> Iterator[Step]:
    for stage in build.stages:
        if stage.facts.reachable:
            yield from stage.steps_about({Transfer})


def _taken(step: Step, report: _Report, tree: ContextTree) -> tuple[Verdict, ...]:
    """What a step takes along of all that is worth a word."""
    sources = wanted_by(step)
    if not sources:
        return ()
    return tree.kept(
        (report, sources),
        lambda: tuple(each for each in report.worth if any(source.takes(each.path) for source in sources)),
    )


def _message(taken: Sequence[Verdict], tree: ContextTree) -> str:
    name = posixpath.basename(tree.ignore_path or "")
    why = f"`{name}` lets {'it' if len(taken) == 1 else 'them'} through" if name else "there is no `.dockerignore`"
    parts = []
    for are_secrets, about in ((False, "which no build needs"), (True, "which may hold secrets")):
        some = [each for each in taken if (each.found.row.kind is Kind.SECRET) is are_secrets]
        if some:
            parts.append(f"{listed(some, weights(tree), _SHOWN)}, {about}")
    return f"Takes along {', and '.join(parts)}: {why}"


def _fixes(own: Demand, found: Sequence[Verdict], tree: ContextTree) -> Iterator[Fix]:
    """Leaving out what nobody can need; and then, for a person to look at, the rest."""
    sure = [each for each in found if each.use is Use.NONE]
    doubtful = [each for each in found if each.use is Use.DOUBTFUL]
    for grade, some in ((Applicability.SAFE, sure), (Applicability.UNSAFE, found if doubtful else [])):
        file = written(tree, some, own)
        if file is None:
            continue
        title = f"{'Create' if file.before is None else 'Complete'} {posixpath.basename(file.path)}"
        edit = FileEdit(posixpath.relpath(file.path, tree.root), file.text, file.before)
        names = ", ".join(f"`{line}`" for line in file.lines[:_SHOWN])
        more = f" and {len(file.lines) - _SHOWN} more" if len(file.lines) > _SHOWN else ""
        note = ". ".join(dict.fromkeys(each.reason for each in doubtful)) if grade is Applicability.UNSAFE else ""
        yield Fix(f"{title} with {names}{more}", applicability=grade, note=note, files=[edit])
