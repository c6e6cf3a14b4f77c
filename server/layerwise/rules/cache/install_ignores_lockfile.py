"""The rule cache/install-ignores-lockfile."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from layerwise.build.dependencies import span_of
from layerwise.build.locking import Unlocked, unlocked
from layerwise.build.model import Stage
from layerwise.build.relation import Alteration
from layerwise.knowledge.locks import LOCKS
from layerwise.lint import Applicability, Edit, Finding, Fix, Related, Severity, StageContext, rule
from layerwise.shell.join import add_option
from layerwise.shell.tree import ShellWord
from layerwise.text import Span


@rule(
    Stage,
    severity=Severity.WARNING,
    fixes=(Applicability.SAFE, Applicability.UNSAFE),
    changes=(Alteration.COMMAND_REWRITTEN,),
    about=frozenset(LOCKS),
)
def install_ignores_lockfile(stage: Stage, ctx: StageContext) -> Iterator[Finding]:
    r"""The lock file is there, but the install may get other versions than it says.

    ## Why
    A lock file says to the last digit what was tested. `npm install` treats it as a suggestion: where it does not fit
    `package.json` any more, other versions are resolved and nobody is told, and the layer that holds them is kept and
    used for weeks. `npm ci` takes the lock file as it is or fails, and need not resolve anything. Other tools have an
    option for that; `composer update`, `poetry update` and their like never look at the lock file.

    The rule reports only installs whose lock file is known to be there: a COPY or a bind mount names it, or the build
    context shows it. What honours a lock file as long as it fits, as yarn, pnpm, bun, uv, pipenv, bundler and cargo do,
    is an information. It is silent where an option, a variable or a file of settings has decided the question.

    ## Example
    FROM node:22
    WORKDIR /app
    COPY package.json package-lock.json ./
    RUN npm install

    ## Use instead
    FROM node:22
    WORKDIR /app
    COPY package.json package-lock.json ./
    RUN npm ci

    ## Fix safety
    Safe for npm and for yarn 1 where the build context is in sight, and shows that the lock file fits the manifest:
    the same is installed as before. Otherwise the fix is unsafe, since the build fails where the lock file is not up
    to date, which is the point of it. In place of an update the locked versions are installed, which are others.
    """
    for each in unlocked(stage, ctx.files):
        if each.operation is not None and each.operation.manager.name == "npm" and _is_old(stage):
            continue
        start = span_of(stage, each.index).start
        yield Finding(
            _place(each).moved(start),
            _message(each),
            fix=partial(_fix, each, start),
            related=_related(each, stage),
            severity=None if each.ignores or each.row.is_strict else Severity.INFORMATION,
        )


def _is_old(stage: Stage) -> bool:
    """Whether the image has an npm without ``npm ci``, which came with 5.7."""
    image = stage.facts.image
    return image is not None and image.name == "node" and image.major is not None and image.major < 10


def _place(each: Unlocked) -> Span:
    if each.operation is not None:
        return each.operation.place if each.operation.subcommand else each.command.name.span
    return each.command.name.span.to(each.command.arguments[0].span)


def _spoken(each: Unlocked) -> str:
    if each.operation is not None:
        return each.operation.spoken
    return f"{each.command.program} {each.command.arguments[0].value}"


def _message(each: Unlocked) -> str:
    if each.operation is None:
        return f"`{_spoken(each)}` resolves again, so that the image may hold other versions than `{each.lock}` says"
    if each.ignores:
        return f"`{_spoken(each)}` does not look at `{each.lock}`: each build may get other versions"
    misfit = f"Where `{each.lock}` does not fit `{each.row.manifest}`"
    return f"{misfit}, `{_spoken(each)}` gets other versions and says nothing"


def _related(each: Unlocked, stage: Stage) -> Iterator[Related]:
    if each.brought_by != each.index:
        yield Related(span_of(stage, each.brought_by), f"This brings `{each.lock}`")


def _fix(each: Unlocked, start: int) -> Fix | None:
    change = _change(each)
    if change is None:
        return None
    title, edit = change
    if each.is_sure:
        return Fix(title, edit.moved(start))
    note = (
        "The versions of the lock file are others than those that are installed now"
        if each.ignores
        else f"The build fails where `{each.lock}` does not fit `{each.row.manifest}`"
    )
    return Fix(title, edit.moved(start), applicability=Applicability.UNSAFE, note=note)


def _change(each: Unlocked) -> tuple[str, Edit] | None:
    operation, row = each.operation, each.row
    if operation is None:
        return None
    word = operation.subcommand
    new = row.instead if each.ignores else row.replacement
    if new:
        return (f"Use `{operation.manager.programs[0]} {new}`", _replace(word, new)) if word else None
    if each.ignores:
        return None
    if row.variable:
        if each.command.is_json or each.command.start:
            return None
        at = each.command.span.start
        return f"Set `{row.variable}` for it", Edit(Span(at, at), row.variable + " ")
    option = row.option
    if operation.manager.name == "yarn":
        if each.is_berry is None:
            return None
        option = "--immutable" if each.is_berry else option
    return f"Add `{option}`", add_option(each.command, option, after=word or each.command.name)


def _replace(word: ShellWord, new: str) -> Edit:
    quoted = word.span.end - word.span.start == len(word.text) + 2
    return Edit(Span(word.span.start + quoted, word.span.end - quoted), new)
