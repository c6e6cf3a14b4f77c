"""The rule build/ungraceful-stop-signal."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from layerwise.build.model import Stage, Step
from layerwise.build.relation import Alteration
from layerwise.knowledge.signals import (
    INITS,
    PASSING_ON,
    SERVERS,
    SYSTEMD_PATHS,
    WITH_SYSTEMD,
    WITHOUT_SIGNAL,
    Manners,
    signal_name,
)
from layerwise.lint import Applicability, Edit, Finding, Fix, Severity, StageContext, rule
from layerwise.lint.placing import Sheet, keyword_like
from layerwise.syntax.tree import Cmd, Commanding, Entrypoint, ExecForm, Stopsignal
from layerwise.text import Span


class Started(NamedTuple):
    """A word of what the image starts."""

    text: str
    span: Span


NEVER = {
    "SIGKILL": "ends every process at once, with no time to finish anything",
    "SIGSTOP": "only halts the process, which is killed when the time for stopping is over",
}


@rule(
    Stage,
    severity=Severity.WARNING,
    fixes=(Applicability.SAFE,),
    changes=(Alteration.INSTRUCTION_ADDED, Alteration.INSTRUCTION_REMOVED, Alteration.INSTRUCTION_REWRITTEN),
    about={Stopsignal, Cmd, Entrypoint},
)
def ungraceful_stop_signal(stage: Stage, ctx: StageContext) -> Iterator[Finding]:
    r"""`docker stop` sends a signal at which this server does not finish what it is doing.

    ## Why
    Without `STOPSIGNAL` that is `SIGTERM`. Most programs end properly at it, but nginx and Apache drop the requests
    that they are working on, PostgreSQL waits for clients that do not go, and systemd does not stop at all: ten
    seconds later the container is killed. `SIGKILL` leaves no program any time. Orchestrators send the same signal
    with every new release.

    The official images of these servers set the right signal, which is why nothing is said of images built on them.

    ## Example
    FROM alpine:3.20
    RUN apk add --no-cache nginx
    CMD ["nginx", "-g", "daemon off;"]

    ## Use instead
    FROM alpine:3.20
    RUN apk add --no-cache nginx
    STOPSIGNAL SIGQUIT
    CMD ["nginx", "-g", "daemon off;"]

    ## Fix safety
    Safe: the files of the image stay the same. With `SIGKILL` taken away, a program that ignores `SIGTERM` is still
    killed, ten seconds later.
    """
    if not stage.facts.in_result or stage.facts.is_windows:
        return
    steps = [step for step in stage.steps_about({Stopsignal}) if step.kind is Stopsignal]
    if steps:
        yield from _of_setting(steps[-1], _server(stage), ctx)
    elif _sends_term(stage) and (server := _server(stage)) is not None:
        word, manners = server
        name, what = posixpath.basename(word.text), manners.others["SIGTERM"]
        yield Finding(
            word.span,
            f"At SIGTERM, which `docker stop` sends, {_spoken(name)} {what}; {manners.wanted} lets it end properly",
            fix=partial(_insertion, stage, manners.wanted, ctx),
        )


def _of_setting(step: Step, server: tuple[Started, Manners] | None, ctx: StageContext) -> Iterator[Finding]:
    instruction = step.instruction
    assert isinstance(instruction, Stopsignal)
    if instruction.value is None:
        return
    signal = signal_name(step.value(instruction.value.text) or "")
    name = _spoken(posixpath.basename(server[0].text)) if server else ""
    what = server[1].others.get(signal or "") if server else None
    if signal in NEVER:
        what = NEVER[signal]
    elif signal is None or what is None:
        return
    wanted = server[1].wanted if server else None
    advice = f"; {wanted} lets {name} end properly" if wanted else ""
    subject = f"At {signal} {name}" if signal not in NEVER else signal
    yield Finding(
        instruction.value.span, f"{subject} {what}{advice}", fix=partial(_replacement, instruction, wanted, ctx)
    )


def _spoken(program: str) -> str:
    return "systemd" if program == "init" else f"`{program}`"


def _replacement(instruction: Stopsignal, wanted: str | None, ctx: StageContext) -> Fix:
    assert instruction.value is not None
    if wanted is not None:
        return Fix(f"Send {wanted}", Edit(instruction.value.span, wanted))
    sheet = Sheet(ctx.dockerfile)
    return Fix("Let the default, SIGTERM, be sent", sheet.removal(sheet.lines_of(instruction)))


def _insertion(stage: Stage, wanted: str, ctx: StageContext) -> Fix:
    first = next(step for step in stage.steps_about({Cmd, Entrypoint}) if step.kind in (Cmd, Entrypoint)).instruction
    sheet = Sheet(ctx.dockerfile)
    block = sheet.block_of(first)
    line = f"{keyword_like(first, 'STOPSIGNAL')} {wanted}{sheet.newline(first.span.start)}"
    return Fix(f"Set STOPSIGNAL {wanted}", sheet.insertion_above(block, line))


def _sends_term(stage: Stage) -> bool:
    """Whether neither the base image nor a stage below sets another signal."""
    image = stage.facts.image
    if stage.parent is not None:
        return False
    return stage.facts.is_scratch or (
        image is not None and image.known and image.registry in ("", "docker.io") and image.name in WITHOUT_SIGNAL
    )


def _server(stage: Stage) -> tuple[Started, Manners] | None:
    """The word by which the image starts a server of the table; None also where a script gets the signal."""
    for index, word in enumerate(_words(stage)):
        manners = _manners(word.text, stage)
        if manners is not None:
            return word, manners
        is_option = index and word.text.startswith("-")
        if posixpath.basename(word.text) not in PASSING_ON and not is_option:
            return None
        if word.text.startswith(("-r", "--rewrite")):
            return None
    return None


def _words(stage: Stage) -> Iterator[Started]:
    """All words that the image starts, those of CMD behind those of ENTRYPOINT; in shell form a single command's."""
    for kind in (Entrypoint, Cmd):
        steps = [step for step in stage.steps_about({kind}) if step.kind is kind]
        if not steps:
            continue
        instruction = steps[-1].instruction
        assert isinstance(instruction, Commanding)
        if isinstance(instruction.command, ExecForm):
            yield from (Started(word.text, word.span) for word in instruction.command.items)
            continue
        script = steps[-1].script
        if script is not None and len(script.commands) == 1 and not script.broken:
            yield from (Started(word.value or word.text, word.span) for word in script.commands[0].words)
        return


def _manners(program: str, stage: Stage) -> Manners | None:
    image = stage.facts.image
    base = image.name if image is not None else ""
    if program in SYSTEMD_PATHS:
        return SERVERS["systemd"]
    if program in INITS:
        has_it = base in WITH_SYSTEMD or not stage.steps[-1].after.installed.isdisjoint({"systemd", "systemd-sysv"})
        return SERVERS["systemd"] if has_it else None
    return SERVERS.get(re.sub(r"-?[0-9.]+$", "", posixpath.basename(program))) or SERVERS.get(
        posixpath.basename(program)
    )
