"""The rule security/secret-in-variable."""

from __future__ import annotations

import re
from collections.abc import Iterator

from layerwise.build.environment import home_of
from layerwise.build.handover import Handover, handover
from layerwise.build.model import Stage, Step
from layerwise.build.relation import Alteration
from layerwise.build.runs import run_text
from layerwise.knowledge.secrets import (
    ABOUT_ONE,
    BUILDKIT_EXCEPTION,
    BUILDKIT_NAME,
    FINGERPRINT,
    HADOLINT_NAME,
    IDS_OF_KEYS,
    NO_VALUE,
    OF_PUBLIC_KEYS,
    OF_SECRET_KEYS,
    PLACE,
    READERS,
    STRONG,
    TOGGLES,
    WORD,
)
from layerwise.lint import Applicability, Edit, Finding, Fix, Severity, StageContext, rule
from layerwise.lint.mounts import written_mounts
from layerwise.lint.pairs import without_pair
from layerwise.shell.join import prepend_command
from layerwise.syntax.tree import Arg, Env, Pair, Word
from layerwise.syntax.words import unquote, variables

ALIASES = ("SecretsUsedInArgOrEnv", "DL3064", "DS-0031", "CIS-DI-0010")


@rule(
    Stage,
    severity=Severity.WARNING,
    aliases=ALIASES,
    fixes=(Applicability.UNSAFE,),
    changes=(
        Alteration.INSTRUCTION_REMOVED,
        Alteration.SETTINGS_CHANGED,
        Alteration.ENVIRONMENT_CHANGED,
        Alteration.COMMAND_ADDED,
    ),
    about={Arg, Env},
)
def secret_in_variable(stage: Stage, ctx: StageContext) -> Iterator[Finding]:
    r"""A password, token or key is given to the build, or to the image, in a variable.

    ## Why
    The value of an `ENV` is part of the image: `docker inspect` shows it to anybody who can pull the image, and every
    process in the container can read it. The value of an `ARG` is in the environment of every later RUN, and
    `docker history` shows it next to each of them. Even in a stage that is thrown away it stays in the build cache.

    A secret mount shows the value to one RUN alone. It is in no layer, no history and no cache key.

    What only the container needs is given to it when it starts: `docker run -e`, or a secret of the orchestrator.

    The names that count are those of BuildKit's own check. By default nothing is said of names and values that are
    known to be harmless: `AUTH_TYPE`, `TOKEN_URL`, the fingerprint of a public key, `false`, an empty value.

    ## Example
    FROM node:22-slim
    ARG NPM_TOKEN
    WORKDIR /app
    COPY .npmrc package.json package-lock.json ./
    RUN npm ci

    ## Use instead
    FROM node:22-slim
    WORKDIR /app
    COPY .npmrc package.json package-lock.json ./
    RUN --mount=type=secret,id=NPM_TOKEN,env=NPM_TOKEN npm ci

    ## Fix safety
    Unsafe: whoever builds must pass the value in another way, `--secret id=NPM_TOKEN` instead of
    `--build-arg NPM_TOKEN`, and the builder must know Dockerfile syntax 1.10. Where `# syntax=` names an older one, the
    RUN reads the file of the mount. The mount is put on the RUNs that name the variable, and on those that call a
    program known to read it. There is no fix where anything else uses the value, where it has a default, and where
    the container may need it.
    """
    for outer in stage.steps_about({Arg, Env}):
        step = outer.trigger or outer
        for index, names, is_harmless in step.once(_suspects):
            instruction = step.instruction
            assert isinstance(instruction, Arg | Env)
            pair = instruction.pairs[index]
            fixable = not (is_harmless or outer.trigger)
            yield Finding(
                pair.key.span,
                _message(step, pair, stage),
                fix=_fix(stage, pair.key.text, ctx) if fixable else None,
                reported_as=names,
                severity=Severity.OFF if is_harmless else None,
            )


def _message(step: Step, pair: Pair, stage: Stage) -> str:
    name = pair.key.text
    if step.kind is Arg:
        where = "the history of the image" if stage.facts.in_result else "the build cache and the records of the build"
        return f"`{name}` is a build argument, whose value stays in {where}: a secret mount leaves no trace"
    if stage.facts.in_result:
        return f"`{name}` becomes part of the image: whoever can pull it can read the value"
    return f"The value of `{name}` stays in the build cache, and every RUN behind it can read it"


def _suspects(step: Step) -> tuple[tuple[int, tuple[str, ...], bool], ...]:
    """The index of each pair with such a name, the ids that others report it under, and whether it does no harm."""
    instruction = step.instruction
    assert isinstance(instruction, Arg | Env)
    found = []
    for index, pair in enumerate(instruction.pairs):
        names = _reported_as(pair.key.text)
        if names:
            is_ours = names[0] == ALIASES[0]
            found.append((index, names, not is_ours or _is_harmless(step, pair)))
    return tuple(found)


def _reported_as(name: str) -> tuple[str, ...]:
    by_buildkit = BUILDKIT_NAME.search(name) and not BUILDKIT_EXCEPTION.search(name)
    by_hadolint = HADOLINT_NAME.search(name)
    if by_buildkit:
        return ALIASES if by_hadolint else (ALIASES[0], *ALIASES[2:])
    return ALIASES[1:2] if by_hadolint else ()


def _is_harmless(step: Step, pair: Pair) -> bool:
    """Whether the name or the value shows that there is no secret."""
    words = [word for word in pair.key.text.upper().split("_") if word]
    if (words[-1] in ABOUT_ONE and not IDS_OF_KEYS.search(pair.key.text)) or words[0] in TOGGLES:
        return True
    if pair.value is not None and _uses_nothing(step, pair.value):
        return True
    value = step.value(pair.value.text) if pair.value else None
    if value is None or (not value and step.kind is Arg):
        return _is_of_public_key(words)
    if NO_VALUE.fullmatch(value) or PLACE.fullmatch(value):
        return True
    if _is_secret_by_name(words):
        return False
    return _is_of_public_key(words) or bool(FINGERPRINT.fullmatch(value) or WORD.fullmatch(value))


def _uses_nothing(step: Step, value: Word) -> bool:
    """Whether a value only passes on variables that nobody has set, as ``ENV X=$X`` without an ``ARG X`` does."""
    uses = variables(value, step.escape)
    rest = re.sub(r"\$\{?\w+\}?", "", unquote(value.text, step.escape))
    return bool(uses) and not rest and not any(use.modifier or step.before.lookup(use.name) for use in uses)


def _is_secret_by_name(words: list[str]) -> bool:
    return not STRONG.isdisjoint(words) or ("KEY" in words and not OF_SECRET_KEYS.isdisjoint(words))


def _is_of_public_key(words: list[str]) -> bool:
    return "KEY" in words and not OF_PUBLIC_KEYS.isdisjoint(words) and not _is_secret_by_name(words)


def _fix(stage: Stage, name: str, ctx: StageContext) -> Fix | None:
    if stage.facts.is_windows or not stage.facts.takes_mounts:
        return None
    found = handover(stage, name, READERS.get(name, ()), ctx.text)
    edits = tuple(_edits(stage, name, found, ctx)) if found else ()
    if not found or None in edits:
        return None
    count = len(found.users)
    as_file = "" if stage.facts.takes_secret_env else f",env={name}"
    return Fix(
        f"Mount `{name}` as a secret in the {'RUN that uses' if count == 1 else f'{count} RUNs that use'} it",
        *(edit for edit in edits if edit),
        applicability=Applicability.UNSAFE,
        note=f"Build with `--secret id={name}{as_file}` instead of `--build-arg {name}`",
    )


def _edits(stage: Stage, name: str, found: Handover, ctx: StageContext) -> Iterator[Edit | None]:
    """None among them where something cannot be done."""
    for step, pair in found.declarations:
        instruction = step.instruction
        assert isinstance(instruction, Arg | Env)
        yield without_pair(instruction, pair, ctx.dockerfile)
    for step in found.users:
        if stage.facts.takes_secret_env:
            yield written_mounts(step, [f"type=secret,id={name},env={name}"], ctx)
            continue
        run = run_text(step, ctx.text)
        is_roots = home_of(step.before) == "/root"
        if run is None or not run.script.commands or not is_roots:
            yield None
            return
        yield written_mounts(step, [f"type=secret,id={name}"], ctx)
        first = run.script.commands[0]
        yield prepend_command(run, f'export {name}="$(cat /run/secrets/{name})"', before=first)
