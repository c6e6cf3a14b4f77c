"""What an image is for, as far as its stage tells: an application, people at a terminal, or the building of others."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from layerwise.build.model import Stage, Step
from layerwise.context.tree import ContextTree
from layerwise.knowledge.debugging import APPLICATIONS, FOR_PEOPLE, IDLE, MODES, PREFERENCES, REPLS, SERVERS, WORKPLACES
from layerwise.knowledge.manifests import PLAIN_NAMES
from layerwise.knowledge.purposes import is_development, is_toolbox
from layerwise.shell.tree import Command
from layerwise.syntax.tree import Cmd, Commanding, Entrypoint, ExecForm, Expose, Healthcheck, Heredoc, Run, Transfer


def is_for_people(stage: Stage) -> bool:
    """Whether somebody is expected to work in the containers of a final image."""
    after = stage.steps[-1].after
    if stage.name is not None and is_development(stage.name):
        return True
    if stage.facts.image is not None and (is_development(stage.facts.image.name) or is_toolbox(stage.facts.image.name)):
        return True
    if not FOR_PEOPLE.isdisjoint(after.installed) or not PREFERENCES.isdisjoint(after.env):
        return True
    if any(is_development(after.env[name].value or "") for name in MODES if name in after.env):
        return True
    words = {word.rpartition("/")[2] for step in stage.steps for word in step.once(_started)}
    return not words.isdisjoint(WORKPLACES) or not starts_application(stage)


def is_named_for_developers(tree: ContextTree | None) -> bool:
    """Whether the Dockerfile says by its name, or its folder's, that it is one to develop or to test with."""
    path = tree.dockerfile if tree is not None else None
    names = path.rsplit("/", 2)[-2:] if path else []
    return any(map(is_development, names)) or any(map(is_toolbox, names[-1:]))


def starts_application(stage: Stage) -> bool:
    """Whether the image starts something that does work, by its own CMD or ENTRYPOINT or by that of its base image."""
    started = [words for step in stage.steps if (words := step.once(_started))]
    if started:
        return not all(map(_is_idle, started))
    image = stage.facts.image
    return image is not None and image.name in APPLICATIONS


def serves(stage: Stage) -> bool:
    """Whether the image is surely one of a service: it starts something, and exposes a port or is known to serve."""
    if not starts_application(stage) or not holds_application(stage):
        return False
    image = stage.facts.image
    if any(step.kind is Expose for step in stage.steps) or (image is not None and image.name in APPLICATIONS):
        return True
    words = {word.rpartition("/")[2] for step in stage.steps for word in step.once(_started)}
    return not SERVERS.isdisjoint(words)


def holds_application(stage: Stage) -> bool:
    """Whether what it starts is in the image, and not mounted into the container, as it is for development."""
    image = stage.facts.image
    if image is not None and image.name in APPLICATIONS:
        return True
    started = {word.rpartition("/")[2] for step in stage.steps for word in step.once(_started)}
    return not started.isdisjoint(stage.steps[-1].after.installed) or any(
        step.once(_brings_source) for step in stage.steps
    )


def started_words(stage: Stage) -> tuple[str, ...]:
    """The words of all that the image starts by itself, the last CMD and ENTRYPOINT alone."""
    return stage.once(_started_words)


def _started_words(stage: Stage) -> tuple[str, ...]:
    last = (next((step for step in reversed(stage.steps) if step.kind is kind), None) for kind in (Entrypoint, Cmd))
    return tuple(word for step in last if step is not None for word in step.once(_started))


def is_mounted(stage: Stage) -> bool:
    """Whether a service is started whose source is not in the image: it is mounted, as it is for development."""
    started = {word.rpartition("/")[2] for step in stage.steps for word in step.once(_started)}
    return not SERVERS.isdisjoint(started) and not holds_application(stage)


def starts_script(stage: Stage) -> bool:
    """Whether what the image starts is a shell script of the project, of which nothing is known."""
    words = (word for step in stage.steps for word in step.once(_started)[:1])
    return any(word.endswith(".sh") or "entrypoint" in word for word in words)


def _brings_source(step: Step) -> bool:
    """Whether a step copies a folder of the project, or what another stage has made of it, or fetches it."""
    instruction = step.instruction
    if not isinstance(instruction, Transfer):
        commands = step.script.commands if step.script and step.kind is Run else ()
        return any(each.program == "git" and "clone" in (word.value for word in each.arguments) for each in commands)
    if instruction.flag("from"):
        return True
    names = [source.text.rstrip("/") for source in instruction.sources if not isinstance(source, Heredoc)]
    return any(
        name in (".", "./", "*", "./*", "")
        or ("." not in name and "/" not in name.removeprefix("./") and name not in PLAIN_NAMES)
        or name.endswith((".jar", ".war", ".py", ".js"))
        for name in names
    )


def _started(step: Step) -> tuple[str, ...]:
    """The words that a CMD or ENTRYPOINT starts with."""
    if step.kind not in (Cmd, Entrypoint):
        return ()
    return tuple(_words(step))


def _words(step: Step) -> Iterator[str]:
    instruction = step.instruction
    if isinstance(instruction, Commanding | Healthcheck) and isinstance(instruction.command, ExecForm):
        yield from (word.text for word in instruction.command.items)
    # Also what stands in the string of `["sh", "-c", "…"]`.
    if step.script is not None:
        for command in step.script.commands:
            if not command.is_json:
                yield from (word.value or word.text for word in command.words[command.start :])


def _is_idle(words: tuple[str, ...]) -> bool:
    """Whether this waits for somebody: a shell or an interpreter with nothing to do, or a program that only sleeps."""
    program = words[0].rpartition("/")[2]
    if REPLS.fullmatch(program):
        return all(word.startswith("-") for word in words[1:])
    return program in IDLE and not _runs_script(words)


def _runs_script(words: tuple[str, ...]) -> bool:
    """``sh -c 'gunicorn …'`` and ``bash start.sh``; but not ``bash`` alone, ``bash -l`` or ``tail -f /dev/null``."""
    shell = words[0].rpartition("/")[2]
    if shell in ("sleep", "tail", "cat", "true", "tmux", "login"):
        return False
    rest = [word for word in words[1:] if not word.startswith("-")]
    return any(word.split()[0].rpartition("/")[2] not in IDLE for word in rest if word.split())


def mentions(stage: Stage, programs: Collection[str], *, but: Command) -> bool:
    """Whether anything in a stage calls one of these programs: a command, or a word of what the image starts."""
    for step in stage.steps:
        if step.script is not None:
            for command in step.script.commands:
                if command.span != but.span and (
                    command.program in programs or any(word.value in programs for word in command.arguments)
                ):
                    return True
        elif step.kind in (Cmd, Entrypoint, Healthcheck) and any(
            word.rpartition("/")[2] in programs for word in _words(step)
        ):
            return True
    return False
