"""The rule security/secret-copied."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

from layerwise.build.environment import home_of
from layerwise.build.model import Stage, Step
from layerwise.build.relation import Alteration
from layerwise.context.tree import ContextTree
from layerwise.knowledge.secret_files import MANY, NO_REAL_ONES, SECRET_FILES, SecretFile
from layerwise.lint import Applicability, Edit, Finding, Fix, Severity, StageContext, rule
from layerwise.lint.mounts import written_mounts
from layerwise.lint.placing import Sheet
from layerwise.syntax.tree import Heredoc, Run, Transfer, Word
from layerwise.text import Span


@rule(
    Stage,
    severity=Severity.WARNING,
    fixes=(Applicability.UNSAFE,),
    changes=(Alteration.INSTRUCTION_REMOVED,),
    about={Transfer},
)
def secret_copied(stage: Stage, ctx: StageContext) -> Iterator[Finding]:
    r"""A file with passwords, tokens or keys is copied into a layer.

    ## Why
    Whoever can pull the image has the file, also when a later step removes it: the layer below still holds it. A mount
    shows the file to one RUN, and leaves nothing behind: `--mount=type=secret`, or `--mount=type=ssh` for the keys of
    whoever builds. What the container needs is given to it when it starts.

    Where the build context can be seen, the rule looks into the file, and is silent when there is no secret in it: an
    `.npmrc` that names `${NPM_TOKEN}` is fine. Where it cannot, only names count that leave no doubt.

    ## Example
    FROM debian:12
    COPY .netrc /root/.netrc
    RUN git clone https://git.example.com/app.git /srv/app

    ## Use instead
    FROM debian:12
    RUN --mount=type=secret,id=netrc,target=/root/.netrc git clone https://git.example.com/app.git /srv/app

    ## Fix safety
    Unsafe: whoever builds must pass the file (`--secret id=netrc,src=.netrc`) or the agent (`--ssh default`), and the
    container does not have it. The mount is put on the RUNs behind the copy that call a program which reads the file;
    there is no fix where there is none, or where anything else in the stage names the file.
    """
    for outer in stage.steps_about({Transfer}):
        step = outer.trigger or outer
        instruction = step.instruction
        if not isinstance(instruction, Transfer):
            continue
        for source in instruction.sources:
            kind = None if isinstance(source, Heredoc) else _kind(instruction, source, ctx.files)
            if kind is None or isinstance(source, Heredoc):
                continue
            yield Finding(
                source.span,
                _message(source, kind, stage),
                fix=None if outer.trigger else _fix(stage, step, instruction, source, kind, ctx),
                severity=None if stage.facts.in_result else Severity.INFORMATION,
            )


def _message(source: Word, kind: SecretFile, stage: Stage) -> str:
    name = posixpath.basename(source.text.rstrip("/"))
    if not stage.facts.in_result:
        return f"`{name}`, {kind.what}, stays in the build cache"
    return (
        f"`{name}`, {kind.what}, stays in the image even if a later step removes it: whoever can pull it has the file"
    )


def _kind(instruction: Transfer, source: Word, files: ContextTree | None) -> SecretFile | None:
    """What kind of secrets a source holds, None for none that are known."""
    path = source.text
    kind = _kind_of(path)
    if kind is None:
        return None
    if instruction.flag("from") is not None or files is None:
        return kind if kind.by_name else None
    if files.is_folder(path):
        below = islice(files.files_below(path), MANY)
        paths = [each for each in below if not each.endswith(".pub")]
    else:
        paths = [path]
    texts = [text for each in paths if (text := files.read(each)) is not None]
    if not texts and not files.exists(path):
        return kind if kind.by_name else None
    return kind if any(kind.content.search(text) for text in texts) else None


@lru_cache(maxsize=1024)
def _kind_of(path: str) -> SecretFile | None:
    """By its name alone."""
    if NO_REAL_ONES.search(path) or "*" in path or "$" in path or "://" in path:
        return None
    return next((each for each in SECRET_FILES if each.path.search(path)), None)


def _fix(
    stage: Stage, step: Step, instruction: Transfer, source: Word, kind: SecretFile, ctx: StageContext
) -> Fix | None:
    target = _target(step, instruction, source)
    facts = stage.facts
    if target is None or not facts.takes_mounts or facts.is_windows or facts.is_parent or instruction.flag("from"):
        return None
    name = posixpath.basename(target)
    if ctx.names_behind(step, name):
        return None
    behind = stage.steps[step.index + 1 :]
    users = [each for each in behind if each.kind is Run and not each.subjects.isdisjoint(kind.readers)]
    id_ = name.lstrip("._")
    mode = "" if all(home_of(each.before) == "/root" for each in users) else ",mode=0444"
    value = "type=ssh" if kind.over_ssh else f"type=secret,id={id_},target={target}{mode}"
    edits = [_without(instruction, source, ctx), *(written_mounts(each, [value], ctx) for each in users)]
    if not users or None in edits:
        return None
    where = "the RUN that reads it" if len(users) == 1 else f"the {len(users)} RUNs that may read it"
    return Fix(
        f"Let {where} use the SSH agent instead" if kind.over_ssh else f"Mount `{name}` as a secret in {where}",
        *(edit for edit in edits if edit),
        applicability=Applicability.UNSAFE,
        note="Build with `--ssh default`" if kind.over_ssh else f"Build with `--secret id={id_},src={source.text}`",
    )


def _target(step: Step, instruction: Transfer, source: Word) -> str | None:
    """The absolute path of the copied file; None when it can't be known."""
    if instruction.destination is None or instruction.is_json or instruction.comments:
        return None
    text = step.value(instruction.destination.text)
    if text is None or (not text.startswith("/") and step.before.workdir is None):
        return None
    path = posixpath.join(step.before.workdir or "/", text)
    is_folder = len(instruction.sources) > 1 or text in (".", "..") or text.endswith(("/", "/."))
    name = posixpath.basename(source.text)
    if not is_folder and posixpath.basename(path) != name and "." not in posixpath.basename(path):
        return None
    return posixpath.normpath(posixpath.join(path, name) if is_folder else path)


def _without(instruction: Transfer, source: Word, ctx: StageContext) -> Edit | None:
    sources = instruction.sources
    if len(sources) == 1:
        sheet = Sheet(ctx.dockerfile)
        return sheet.removal(sheet.lines_of(instruction))
    index = sources.index(source)
    following = sources[index + 1] if index + 1 < len(sources) else instruction.destination
    return Edit(Span(source.span.start, following.span.start), "") if following else None
