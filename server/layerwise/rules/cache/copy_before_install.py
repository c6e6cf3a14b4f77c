"""The rule cache/copy-before-install."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from functools import partial

from layerwise.build.dependencies import (
    Copied,
    CopyLine,
    Late,
    NoPlan,
    Plan,
    Work,
    late_installs,
    plan_of,
    span_of,
    survey,
)
from layerwise.build.model import Stage, Step
from layerwise.build.relation import Alteration
from layerwise.knowledge.manifests import BY_MANAGER, WORKSPACE_FILES
from layerwise.lint import Applicability, Edit, Finding, Fix, Related, Severity, StageContext, rule
from layerwise.lint.placing import Sheet, keyword_like
from layerwise.syntax.tree import Heredoc, Instruction, Run, Transfer
from layerwise.text import Span


@rule(
    Stage,
    severity=Severity.WARNING,
    fixes=(Applicability.SAFE, Applicability.UNSAFE),
    changes=(
        Alteration.COMMANDS_PARTED,
        Alteration.COMMAND_ADDED,
        Alteration.MOVED,
    ),
    about=BY_MANAGER,
)
def copy_before_install(stage: Stage, ctx: StageContext) -> Iterator[Finding]:
    r"""The source is copied before dependencies are installed, so that every change of it installs them all again.

    ## Why
    A builder keeps a step as long as nothing that it depends on has changed, and a step depends on all layers
    below. Dependencies change once a week, source files every minute. With the manifests copied first, then the
    install, then the rest, a build after a change of the source starts behind the install: seconds in place of
    minutes.

    The install is found for pip, uv, poetry, pipenv, pdm, conda, npm, yarn, pnpm, bun, bundler, composer, cargo,
    go, maven, gradle, dotnet, mix, dart, flutter, sbt and renv. Commands that build the project and get its
    dependencies on the way (`go build`, `mvn package`) count too. The rule is silent where an earlier step has
    installed the same from manifests that were copied by themselves or are mounted.

    Source that has a COPY of its own, as in `COPY src ./src`, makes the install run again just the same when it
    stands before, also when the manifests are copied by themselves. It goes behind the install then. Folders count as
    source when the build context or their usual name shows it, files when they hold a program (`app.py`).

    ## Example
    FROM node:22
    WORKDIR /app
    COPY . .
    RUN npm ci
    CMD ["node", "server.js"]

    ## Use instead
    FROM node:22
    WORKDIR /app
    COPY package.json package-lock.json* ./
    RUN npm ci
    COPY . .
    CMD ["node", "server.js"]

    ## Fix safety
    Safe when the build context is in sight and shows that the install reads nothing but the manifests that the fix
    copies: no lifecycle script, no dependency in a folder of the tree, no manifest that is a program. Everything
    that the manifests refer to is copied with them: lock files, workspaces, included requirement files, settings of
    the package manager. Otherwise the fix is unsafe, and says why. Where the install builds the project too (`go
    build`, `uv sync`), it stays where it is, and a step before the copy gets the dependencies; for cargo, which wants
    the sources of all packages of a workspace, empty files stand in for them until the source is copied. A RUN that
    installs and builds is cut in two. There is no fix when another step in between needs the source.
    """
    if stage.facts.is_windows:
        return
    works = survey(stage, ctx.files)
    for late in late_installs(works, ctx.files, has_parent=stage.parent is not None):
        if _is_older_than_modules(late, stage):
            continue
        yield Finding(
            span_of(stage, late.first.step.index),
            _message(late),
            fix=partial(_fix, late, works, stage, ctx),
            related=_rebuilt(late, works, stage),
            severity=_severity(late),
        )


def _is_older_than_modules(late: Late, stage: Stage) -> bool:
    """Whether all is built in a GOPATH by a Go that downloads nothing there (release notes of Go 1.16)."""
    image = stage.facts.image
    version = re.match(r"1\.(\d+)", image.tag) if image and image.name == "golang" else None
    if version is None or int(version[1]) >= 16:
        return False
    if stage.steps[-1].after.lookup("GO111MODULE"):
        return False
    return all(
        install.manager == "go" and install.builds and install.folder.startswith("/go/src/")
        for _, install in late.installs
    )


def _message(late: Late) -> str:
    titles = list(dict.fromkeys(install.title for _, install in late.installs))
    names = " and ".join(f"`{title}`" for title in titles[:3])
    return f"Every change of the source makes {names} get all dependencies again"


def _severity(late: Late) -> Severity | None:
    """A build that gets dependencies on the way may have none, and `pip install .` has no simple remedy."""
    installs = [install for _, install in late.installs]
    if all(each.own or (each.builds and not late.is_seen) for each in installs):
        return Severity.INFORMATION
    return None


def _rebuilt(late: Late, works: Sequence[Work], stage: Stage) -> Iterator[Related]:
    """Each later step that is run again today whenever a file of the source changes."""
    installs = {work.index for work, _ in late.installs}
    for work in works[late.first.step.index + 1 :]:
        instruction = work.instruction
        linked = isinstance(instruction, Transfer) and instruction.flag("link") is not None
        if isinstance(instruction, Run | Transfer) and not linked:
            what = "Installs" if work.index in installs else "Runs" if isinstance(instruction, Run) else "Copies"
            yield Related(span_of(stage, work.index), f"{what} again on every change of the source")


def _fix(late: Late, works: Sequence[Work], stage: Stage, ctx: StageContext) -> Fix | None:
    if not late.is_seen and any(step.once(_copies_workspace_file) for step in stage.steps_about({Transfer})):
        # Without the manifests of its packages, which are not in sight, the install would leave them out.
        return None
    try:
        plan = plan_of(late, works, ctx.files, in_result=stage.facts.in_result)
        edits = tuple(_Writer(plan, stage, ctx).edits())
    except NoPlan:
        return None
    title = "Get the dependencies before the source is copied" if plan.fetch else _title(plan)
    grade = Applicability.UNSAFE if plan.reasons else Applicability.SAFE
    may_break = not plan.known.isdisjoint(plan.reasons)
    return Fix(title, *edits, applicability=grade, note=". ".join(plan.reasons), optimizes=not may_break)


def _copies_workspace_file(step: Step) -> bool:
    instruction = step.instruction
    sources = instruction.sources if isinstance(instruction, Transfer) else ()
    return any(not isinstance(each, Heredoc) and posixpath.basename(each.text) in WORKSPACE_FILES for each in sources)


def _title(plan: Plan) -> str:
    if any(plan.manifests.values()):
        return "Copy the manifests, install, then copy the rest"
    return "Install before the source is copied"


class _Writer:
    """Writes a plan as edits in the style of the file."""

    def __init__(self, plan: Plan, stage: Stage, ctx: StageContext) -> None:
        self.plan = plan
        self.stage = stage
        self.ctx = ctx
        self.sheet = Sheet(ctx.dockerfile)

    def edits(self) -> Iterator[Edit]:
        last = self.sheet.block_of(self._install)
        if self.plan.stays:
            first = self._block(self.plan.moved[0])
            lines = "".join(self._manifests(copy) for copy in self.plan.moved)
            yield self.sheet.insertion_above(first, lines + self._fetch(), spaced=self.sheet.is_spaced(first))
            return
        blocks = "".join(self._moved(copy) for copy in self.plan.moved)
        spaced = any(self.sheet.is_spaced(self._block(copy)) for copy in self.plan.moved)
        for copy in self.plan.moved:
            lines = self._manifests(copy)
            if lines:
                yield Edit(self._block(copy), lines)
        yield from self.sheet.removals(self._block(copy) for copy in self.plan.moved if not self._manifests(copy))
        if self.plan.fetch:
            yield self.sheet.insertion_above(last, self._fetch() + blocks, spaced=spaced)
        elif self.plan.split:
            yield self._cut(blocks)
        else:
            yield self.sheet.insertion_below(last, blocks, spaced=spaced)

    @property
    def _install(self) -> Instruction:
        return self.stage.steps[self.plan.last.index].instruction

    def _copy(self, copy: Copied) -> Transfer:
        """The instruction of a copy, at its place."""
        instruction = self.stage.steps[copy.step.index].instruction
        assert isinstance(instruction, Transfer)
        return instruction

    def _block(self, copy: Copied) -> Span:
        return self.sheet.block_of(self._copy(copy))

    def _manifests(self, copy: Copied) -> str:
        """The lines that stand in the place of a copy."""
        newline = self.sheet.newline(self._copy(copy).span.start)
        return "".join(self._line(copy, line) + newline for line in self.plan.manifests.get(copy.step.index, ()))

    def _line(self, copy: Copied, line: CopyLine) -> str:
        instruction = self._copy(copy)
        flags = [self.ctx.text(flag) for flag in instruction.flags if flag.name.text in ("chown", "chmod")]
        words = (*line.sources, line.destination)
        if any(" " in word for word in words):
            quoted = ", ".join('"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"' for word in words)
            return " ".join([keyword_like(instruction, "COPY"), *flags, f"[{quoted}]"])
        return " ".join([keyword_like(instruction, "COPY"), *flags, *words])

    def _moved(self, copy: Copied) -> str:
        """The text of a copy with its comments, and with another destination if it needs one."""
        block = self._block(copy)
        text = self.sheet.whole(block)
        destination = self.plan.destinations.get(copy.step.index)
        word = self._copy(copy).destination
        if destination is None or word is None:
            return text
        start, end = word.span.start - block.start, word.span.end - block.start
        return text[:start] + destination + text[end:]

    def _fetch(self) -> str:
        return self._run(" && ".join(self.plan.fetch)) + self.sheet.newline(self._install.span.start)

    def _run(self, command: str) -> str:
        """A RUN with the flags of the one that installs."""
        flags = [self.ctx.text(flag) for flag in self._install.flags]
        return " ".join([keyword_like(self._install, "RUN"), *flags, command])

    def _cut(self, blocks: str) -> Edit:
        """The list of a RUN in two RUNs, with the copies in between; comments in the gap stay above the second."""
        split = self.plan.split
        assert split is not None
        gap = split.gap.moved(self._install.span.start)
        newline = self.sheet.newline(gap.start)
        if split.heredoc is not None:
            operator = self.ctx.text(split.heredoc.span.moved(self._install.span.start))
            opening = self._run(operator) + newline
            return Edit(gap, split.heredoc.delimiter + newline + blocks + opening + split.prefix.replace("\n", newline))
        inside = self._install.comments
        comments = "".join(self.ctx.text(each) + newline for each in inside if gap.encloses(each.span))
        return Edit(gap, newline + blocks + comments + self._run(split.prefix))
