"""The rule build/healthcheck-tool-missing."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from layerwise.build.model import Stage, Step
from layerwise.build.programs import base_programs, has_program
from layerwise.knowledge.image_programs import PACKAGES
from layerwise.lint import Finding, Severity, StageContext, rule
from layerwise.shell.tree import Around, Command, Dialect
from layerwise.syntax.tree import ExecForm, Healthcheck, ShellForm
from layerwise.text import Span

LOOKING = frozenset({"command", "which", "type", "hash"})
"""Programs by which a script finds out what there is."""
INSTEAD = ("curl", "wget", "python", "python3", "node", "ruby", "php")


@rule(Stage, severity=Severity.WARNING, about={Healthcheck})
def healthcheck_tool_missing(stage: Stage, ctx: StageContext) -> Iterator[Finding]:
    r"""The program that is to check the container's health is not in the image.

    ## Why
    Small images come without `curl` and `wget`, and those without a distribution have no shell either. The probe then
    fails each time, whatever the application does: the container is `unhealthy` for ever, and an orchestrator that goes
    by that starts it anew again and again. Nobody notices in the build, since nothing runs the probe there.

    The rule speaks only of images whose content is known, and of stages in which nothing installs or copies the
    program, and no script is run that may.

    ## Example
    FROM python:3.13-slim
    COPY app.py .
    HEALTHCHECK CMD curl -f http://localhost:8000/ || exit 1
    CMD ["python", "app.py"]

    ## Use instead
    FROM python:3.13-slim
    COPY app.py .
    HEALTHCHECK CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://localhost:8000/')"]
    CMD ["python", "app.py"]
    """
    if stage.facts.is_parent or stage.facts.is_windows:
        return
    steps = [step for step in stage.steps_about({Healthcheck}) if step.kind is Healthcheck]
    found = _missing(stage, steps[-1]) if steps else None
    if found is None:
        return
    span, program = found
    image = stage.facts.image
    name = f"`{image.text}`" if image else "an empty image"
    yield Finding(
        span, f"{_problem(program)} is not in {name}, so that the container never gets healthy{_instead(stage)}"
    )


def _problem(program: str) -> str:
    return "`/bin/sh`, which runs a command in shell form," if program == "sh" else f"`{program}`"


def _instead(stage: Stage) -> str:
    there = next((program for program in INSTEAD if has_program(stage, program)), None)
    if there is None:
        return ""
    of_busybox = there == "wget" and "bash" in base_programs(stage).lacks
    return f": `{there}`{' of busybox' if of_busybox else ''} is there"


def _missing(stage: Stage, step: Step) -> tuple[Span, str] | None:
    """The place and the name of a program without which the probe fails."""
    instruction = step.instruction
    if not isinstance(instruction, Healthcheck) or instruction.command is None:
        return None
    form = instruction.command
    if isinstance(form, ShellForm) and step.before.shell is None and has_program(stage, "sh") is False:
        return form.span, "sh"
    if isinstance(form, ExecForm):
        first = form.items[0] if form.items else None
        program = first.text if first else ""
        name = posixpath.basename(program)
        in_path = "/" not in program or posixpath.dirname(program) in ("/bin", "/usr/bin")
        if first and in_path and name in {*PACKAGES, "sh"} and has_program(stage, name) is False:
            return first.span, name
    return _missing_in_script(stage, step)


def _missing_in_script(stage: Stage, step: Step) -> tuple[Span, str] | None:
    script = step.script
    if script is None or script.broken or script.dialect not in (Dialect.SH, Dialect.BASH):
        return None
    if any(command.program in LOOKING for command in script.commands):
        return None
    asking = [command for command in script.commands if command.program in PACKAGES and not command.is_json]
    missing = [command for command in asking if has_program(stage, command.program) is False]
    others = [command for command in asking if command not in missing]
    if not missing or any(map(_is_alternative, others)):
        return None
    first = missing[0]
    if Around.IF in first.within or Around.CONDITION in first.within:
        return None
    return first.name.span, first.program


def _is_alternative(command: Command) -> bool:
    """Whether it is one side of ``||``, so that the probe may do without the other."""
    return not {Around.OR, Around.TRIED}.isdisjoint(command.within)
