"""The rule size/development-dependencies."""

from __future__ import annotations

import re
from collections.abc import Iterator

from layerwise.build.development import AskedFor, Shipped, asked_for, development_of, project_of, shipped
from layerwise.build.model import Build
from layerwise.build.relation import Alteration
from layerwise.build.runs import run_text
from layerwise.knowledge.development import ASKING, OLD_NPM, PRODUCTION
from layerwise.lint import Applicability, FileContext, Finding, Fix, Related, Severity, rule
from layerwise.shell.join import add_option, append_command, prepend_command
from layerwise.syntax.tree import Copy
from layerwise.text import Edit, Span


@rule(
    Build,
    severity=Severity.WARNING,
    fixes=(Applicability.UNSAFE,),
    changes=(Alteration.COMMAND_ADDED, Alteration.COMMAND_REWRITTEN, Alteration.OPTION_REMOVED),
    about=frozenset((*PRODUCTION, *ASKING)),
)
def development_dependencies(build: Build, ctx: FileContext) -> Iterator[Finding]:
    r"""What only developers need is installed along with what the application needs, and shipped with it.

    ## Why
    Compilers, test frameworks and linters are often the larger half of `node_modules`, and each of them is code that
    somebody has to watch for holes. The same goes for a folder that is built in another stage and then copied whole:
    whatever the build needed comes along.

    An install that asks for them by name (`pipenv install --dev`, `poetry install --with test`, `uv sync --group dev`,
    `pip install .[dev]`, `-r requirements-dev.txt`) is always reported. Otherwise the manifest says whether there are
    any, and the message names them; where it cannot be seen, and nothing is built with them, only the profile `all`
    reports it.

    ## Example
    FROM node:22-slim
    WORKDIR /app
    COPY package.json package-lock.json ./
    RUN npm ci
    COPY . .
    CMD ["node", "server.js"]
    ---
    FROM node:22 AS build
    WORKDIR /app
    COPY . .
    RUN npm ci
    RUN npm run build

    FROM node:22-slim
    WORKDIR /app
    COPY --from=build /app .
    CMD ["node", "dist/server.js"]

    ## Use instead
    FROM node:22-slim
    WORKDIR /app
    COPY package.json package-lock.json ./
    RUN npm ci --omit=dev
    COPY . .
    CMD ["node", "server.js"]
    ---
    FROM node:22 AS build
    WORKDIR /app
    COPY . .
    RUN npm ci
    RUN npm run build && npm prune --omit=dev

    FROM node:22-slim
    WORKDIR /app
    COPY --from=build /app .
    CMD ["node", "dist/server.js"]

    ## Fix safety
    Unsafe: an application may use something that is listed under the wrong heading, and a script of the package itself
    (`prepare`, `postinstall`) may call a tool that is not there then. Nothing is reported where a later step of the
    image builds something with them, or where the container is one to develop in.
    """
    for each in shipped(build, ctx.files):
        names = development_of(each.stage, each.step, each.operation, ctx.files)
        what = _counted(names) if names else "the development dependencies"
        fix = _fix(each, ctx)
        if each.copy is not None and each.user is not None:
            yield Finding(
                _source(each),
                f"This brings {what} along that `{each.operation.spoken}` installed for the build",
                fix=fix,
                related=[Related(each.operation.place, "They are installed here")],
            )
            continue
        yield Finding(
            each.operation.place,
            f"`{each.operation.spoken}` installs {what} too, which stay in the final image",
            fix=fix,
            related=[Related(_source(each), "This brings them into the image")] if each.copy else [],
            severity=None if names else Severity.OFF,
        )
    for asking in asked_for(build, ctx.files):
        yield _asking(asking)


def _asking(found: AskedFor) -> Finding:
    asked, shipped = found.asked, found.shipped
    by = (
        "is for developers by its name, and what it lists"
        if asked.file
        else "asks for what only developers need, which"
    )
    fix = Fix(asked.title, asked.edit, applicability=Applicability.UNSAFE, note=_NOTE) if asked.edit else None
    return Finding(
        asked.place,
        f"`{asked.text}` {by} stays in the final image",
        fix=fix,
        related=[Related(_source(shipped), "This brings it into the image")] if shipped.copy else [],
    )


def _counted(names: tuple[str, ...]) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:3])
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return f"{len(names)} development {'dependency' if len(names) == 1 else 'dependencies'} ({shown}{more})"


def _source(each: Shipped) -> Span:
    assert each.copy is not None
    instruction = each.copy.instruction
    assert isinstance(instruction, Copy)
    return instruction.sources[0].span


def _fix(each: Shipped, ctx: FileContext) -> Fix | None:
    row = PRODUCTION[each.operation.manager.name]
    if row.other and each.operation.has_option(*row.other):
        return None
    if each.user is not None:
        return _pruning(each, ctx)
    if each.shared:
        return None
    edit = _edit(each, ctx)
    return edit and Fix(edit[0], edit[1], applicability=Applicability.UNSAFE, note=_NOTE)


_NOTE = "An application may use what is listed under the wrong heading"


def _edit(each: Shipped, ctx: FileContext) -> tuple[str, Edit] | None:
    operation = each.operation
    row = PRODUCTION[operation.manager.name]
    if operation.manager.name == "bundler":
        run = run_text(each.step, ctx.text)
        edit = run and prepend_command(run, "bundle config set without 'development test'", before=operation.command)
        return ("Leave out the groups `development` and `test`", edit) if edit else None
    option = row.older if _is_old(each) else row.option
    return f"Add `{option}`", add_option(
        operation.command, option, after=operation.subcommand or operation.command.name
    )


def _pruning(each: Shipped, ctx: FileContext) -> Fix | None:
    row = PRODUCTION[each.operation.manager.name]
    assert each.user is not None
    run = run_text(each.user, ctx.text)
    if not row.prune or run is None or each.user.before.workdir != project_of(each.step, each.operation):
        return None
    text = row.prune.replace("--omit=dev", "--production") if _is_old(each) else row.prune
    edit = append_command(run, text)
    return Fix(f"Run `{text}` after the build", edit, applicability=Applicability.UNSAFE, note=_NOTE) if edit else None


def _is_old(each: Shipped) -> bool:
    """Whether the tool is one from before the option."""
    if each.operation.manager.name == "poetry":
        version = each.step.before.lookup("POETRY_VERSION")
        return bool(version and re.match(r"0\.|1\.[01](?:\.|$)", version.value or ""))
    image = each.stage.facts.image
    major = image.major if image is not None and image.name == "node" else None
    return each.operation.manager.name == "npm" and major is not None and major <= OLD_NPM
