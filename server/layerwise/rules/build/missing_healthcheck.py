"""The rule build/missing-healthcheck."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial

from layerwise.build.model import Build, Stage, Step
from layerwise.build.programs import has_program
from layerwise.build.purpose import serves, starts_application
from layerwise.build.relation import Alteration
from layerwise.knowledge.healthchecks import HTTP_PROBES, OTHER_PORTS, OWN_PROBES, PORTS, WITH_HEALTHCHECK
from layerwise.lint import Applicability, Edit, FileContext, Finding, Fix, Option, Severity, rule
from layerwise.lint.placing import Sheet, keyword_like
from layerwise.syntax.tree import Cmd, Entrypoint, Expose, From, Healthcheck

TIMES = "--interval=30s --timeout=3s --start-period=10s"


@rule(
    Build,
    severity=Severity.OFF,
    aliases=("DL3057", "DS-0026", "CIS-DI-0006"),
    fixes=(Applicability.UNSAFE,),
    changes=(Alteration.INSTRUCTION_ADDED,),
    options={
        "every-program": Option(False, "Report images that expose no port, too, as CIS-DI-0006 and DL3057 want it.")
    },
    about={From},
)
def missing_healthcheck(build: Build, ctx: FileContext) -> Iterator[Finding]:
    r"""The image has no `HEALTHCHECK`, so that its container counts as well for as long as its process runs.

    ## Why
    A server that hangs, or has lost its database, is still a running process. With a probe `docker ps` shows it as
    unhealthy, Compose waits for it (`depends_on` with `condition: service_healthy`), and Swarm replaces it.

    Off by default: Kubernetes has probes of its own and ignores this one. Only services are reported, which are images
    that expose a port or start a server: a tool, or a job that ends by itself, needs no probe.

    ## Example
    FROM python:3.13-slim
    COPY app.py .
    EXPOSE 8000
    CMD ["python", "app.py"]

    ## Use instead
    FROM python:3.13-slim
    COPY app.py .
    EXPOSE 8000
    HEALTHCHECK --interval=30s --timeout=3s --start-period=10s \
        CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/')"]
    CMD ["python", "app.py"]

    ## Fix safety
    Unsafe: it takes for granted that the server answers a request for `/` with success on the port that is exposed. It
    uses a program that is surely in the image; where none is, or no port is exposed, there is no fix.
    """
    final = build.final
    if final is None or not final.facts.in_result or final.facts.is_windows:
        return
    family = _family(build, final)
    if any(Healthcheck in stage.subjects for stage in family) or _has_one(final) or not _is_wanted(final, family, ctx):
        return
    instruction = final.steps[0].instruction
    assert isinstance(instruction, From)
    yield Finding(
        (instruction.image or instruction.keyword).span,
        "No HEALTHCHECK: a container of this image counts as well for as long as its process runs",
        fix=partial(_fix, final, family, ctx),
    )


def _family(build: Build, stage: Stage) -> list[Stage]:
    """The stage and all that it is built on."""
    found = [stage]
    while found[-1].parent is not None:
        found.append(build.stages[found[-1].parent])
    return found


def _has_one(stage: Stage) -> bool:
    image = stage.facts.image
    return image is not None and image.repository in WITH_HEALTHCHECK


def _is_wanted(stage: Stage, family: list[Stage], ctx: FileContext) -> bool:
    """Whether the image is one of a service, or at least of a program where all of them are asked for."""
    image = stage.facts.image
    is_server = image is not None and image.name in PORTS.keys() | OWN_PROBES.keys()
    if is_server or any(Expose in each.subjects or serves(each) for each in family):
        return True
    return bool(ctx.options["every-program"]) and any(map(starts_application, family))


def _fix(stage: Stage, family: list[Stage], ctx: FileContext) -> Fix | None:
    found = _probe(stage, family)
    if found is None:
        return None
    words, title = found
    keyword = stage.steps[0].instruction
    healthcheck, cmd = keyword_like(keyword, "HEALTHCHECK"), keyword_like(keyword, "CMD")
    sheet = Sheet(ctx.dockerfile)
    starting = [step for step in stage.steps_about({Cmd, Entrypoint}) if step.kind in (Cmd, Entrypoint)]
    beside = (starting or stage.steps[-1:])[0].instruction
    newline = sheet.newline(beside.span.start)
    command = json.dumps(list(words), ensure_ascii=False)
    text = f"{healthcheck} {TIMES} {ctx.escape}{newline}    {cmd} {command}{newline}"
    block = sheet.block_of(beside) if starting else sheet.lines_of(beside)
    edit: Edit = sheet.insertion_above(block, text) if starting else sheet.insertion_below(block, text)
    return Fix(
        title, edit, applicability=Applicability.UNSAFE, note="See that the server answers to this when it is well"
    )


def _probe(stage: Stage, family: list[Stage]) -> tuple[tuple[str, ...], str] | None:
    """The words of a probe that fits the image, and what it does."""
    image = stage.facts.image
    name = image.name if image is not None and image.registry in ("", "docker.io") else ""
    own = OWN_PROBES.get(name)
    if own:
        return own, f"Add a HEALTHCHECK by `{own[0]}`"
    kind = image.tag if name == "php" and image is not None else ""
    ports = [port for each in family for step in each.steps_about({Expose}) for port in _ports(step)]
    port = next(iter(ports), 80 if "apache" in kind else PORTS.get(name))
    if port is None or "fpm" in kind:
        return None
    if port in OTHER_PORTS:
        words: tuple[str, ...] = ("nc", "-z", "127.0.0.1", str(port))
        return (words, f"Add a HEALTHCHECK that knocks at port {port}") if has_program(stage, "nc") else None
    program = next((each for each in HTTP_PROBES if has_program(stage, each)), None)
    if program is None:
        return None
    url = f"http://127.0.0.1:{port}/" if port != 80 else "http://127.0.0.1/"
    words = tuple(word.replace("{url}", url) for word in HTTP_PROBES[program])
    return words, f"Add a HEALTHCHECK that asks port {port} by `{program}`"


def _ports(step: Step) -> Iterator[int]:
    """The TCP ports of an EXPOSE, as far as they are known and stand alone."""
    if step.kind is not Expose:
        return
    for word in step.instruction.arguments:
        number, _, protocol = (step.value(word.text) or "").partition("/")
        if number.isdecimal() and protocol.lower() in ("", "tcp"):
            yield int(number)
