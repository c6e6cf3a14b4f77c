"""Which RUNs of a final stage only check the project, and whether they can run in a stage of their own.

Checks write caches and reports, which nobody counts on; what a test may do besides is not known here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from layerwise.build.model import Build, Stage
from layerwise.build.purpose import is_for_people, started_words
from layerwise.build.step import Step
from layerwise.knowledge.checks import (
    ASKING,
    CHECKS,
    EXECUTING,
    MANY_PURPOSES,
    NAMING_RUN,
    PYTHON_CHECKS,
    PYTHONS,
    REPORTING,
    RUNNER_VALUES,
    SCRIPT_RUNNERS,
    Check,
    is_checking_script,
)
from layerwise.knowledge.toolchains import COMPILING_COMMANDS
from layerwise.shell.tree import Around, Command
from layerwise.syntax.tree import Cmd, Entrypoint, Onbuild, Run

PROGRAMS: frozenset[str] = frozenset((*CHECKS, *SCRIPT_RUNNERS, *EXECUTING, *PYTHONS))
"""The programs by whose names a check is found."""

_MAYBE = frozenset({Around.IF, Around.CASE, Around.OR, Around.FUNCTION, Around.SUBSTITUTION, Around.PIPELINE})
_QUIET = frozenset({"cd", "set", "echo", "printf", "true", ":", "export", "pwd", "ls", ""})
"""What may stand beside checks without doing anything that stays."""


class Checking(Struct, frozen=True, eq=False):
    """RUNs of a final stage that follow each other and check the project."""

    steps: tuple[Step, ...]
    alone: bool
    """They do nothing else."""

    @property
    def commands(self) -> list[Command]:
        """The commands that check."""
        rows = [(step.script.commands, step.once(_checks)) for step in self.steps if step.script]
        return [commands[index] for commands, indices in rows for index in indices]


def checking(stage: Stage) -> Iterator[Checking]:
    """The checks that every build of an application's image waits for, and that leave behind in it what they write."""
    found = [step for step in stage.steps_about(PROGRAMS) if step.once(_checks)]
    if not found or is_for_people(stage) or _starts_check(stage):
        return
    group: list[Step] = []
    for step in found:
        if group and not (step.once(_only_checks) and group[-1].index == step.index - 1):
            yield Checking(tuple(group), alone=True)
            group = []
        if step.once(_only_checks):
            group.append(step)
        elif step.once(_is_of_project):
            yield Checking((step,), alone=False)
    if group:
        yield Checking(tuple(group), alone=True)


def may_part(build: Build, stage: Stage, found: Checking) -> bool:
    """Whether all above the checks may become a stage that both they and what stands below are built on."""
    first, last = found.steps[0].index, found.steps[-1].index
    if build.dockerfile.problems or not found.alone or first < 2:
        return False
    kinds = [step.kind for step in stage.steps]
    # An ONBUILD would be triggered by the new FROMs, and an ENTRYPOINT drops the CMD of the stage it is built on.
    return Onbuild not in kinds and not (Cmd in kinds[:first] and Entrypoint in kinds[last:])


def free_name(build: Build, *wanted: str) -> str:
    """The first of these names that means nothing in the file, or else the last with a number."""
    heads = [(stage.name or "", stage.head) for stage in build.stages.models]
    taken = {word.lower() for name, head in heads for word in (name, head.base_name, *head.sources)}
    numbered = (f"{wanted[-1]}-{number}" for number in range(2, len(taken) + 3))
    return next(name for name in (*wanted, *numbered) if name not in taken)


def _checks(step: Step) -> tuple[int, ...]:
    """The indices of the commands of a RUN that surely run, and that only check the project."""
    if step.kind is not Run or step.script is None or step.script.broken:
        return ()
    rows = enumerate(step.script.commands)
    return tuple([index for index, each in rows if _MAYBE.isdisjoint(each.within) and _is_check(each)])


def _only_checks(step: Step) -> bool:
    checks = step.once(_checks)
    commands = step.script.commands if step.script else ()
    return all(
        index in checks or (each.program in _QUIET and not each.redirections) or _runs_next(each, commands[index + 1 :])
        for index, each in enumerate(commands)
    )


def _runs_next(command: Command, following: Sequence[Command]) -> bool:
    """Whether a command is the shell of the commands that follow: ``sh -c 'npm test'``."""
    inner = following[:1]
    return any(Around.NESTED in each.within and command.span.encloses(each.span) for each in inner)


def _is_of_project(step: Step) -> bool:
    """Whether a RUN does nothing beside but install what the project depends on, and build it."""
    if step.script is None or any(each.manager.is_distribution for each in step.operations):
        return False
    checks = step.once(_checks)
    known = _QUIET | PROGRAMS | COMPILING_COMMANDS.keys() | {each.command.program for each in step.operations}
    return all(
        each.program in known and (index not in checks or each.program not in MANY_PURPOSES)
        for index, each in enumerate(step.script.commands)
    )


def _starts_check(stage: Stage) -> bool:
    """Whether the image is there to check the project."""
    words = started_words(stage)
    return any(_is_checking(words[at:]) for at in range(len(words)))


def _is_check(command: Command) -> bool:
    if any(each.operator.startswith((">", "&>")) and each.descriptor != 2 for each in command.redirections):
        return False
    return _is_checking(
        tuple(word.text if word.value is None else word.value for word in command.words[command.start :])
    )


def _is_checking(words: Sequence[str]) -> bool:
    """Whether a command of these words only checks the project that it finds. The program comes first."""
    if not words or not ASKING.isdisjoint(words) or any(word.lower().startswith(REPORTING) for word in words):
        return False
    program, rest = words[0].rpartition("/")[2], words[1:]
    if program in PYTHONS:
        return _is_python_check(rest)
    if any(_fits(each, rest) for each in CHECKS.get(program, ())) or _is_script(program, rest):
        return True
    return program in EXECUTING and _executes_check(program, rest)


def _is_python_check(words: Sequence[str]) -> bool:
    """``-m pytest``, ``manage.py test``."""
    if "-m" not in words:
        file = next(_operands(words, frozenset({"-W", "-X"})), "")
        return file.endswith(".py") and _is_checking(words[words.index(file) :])
    inner = words[words.index("-m") + 1 :]
    if not inner:
        return False
    if inner[0] in EXECUTING:
        return _is_checking(inner)
    return inner[0] in PYTHON_CHECKS and (inner[0] not in CHECKS or _is_checking(inner))


def _is_script(program: str, words: Sequence[str]) -> bool:
    """``npm test``, ``yarn lint``, ``pnpm run test:unit``."""
    operands = list(_operands(words, RUNNER_VALUES)) if program in SCRIPT_RUNNERS else []
    if not operands:
        return False
    if operands[0] in NAMING_RUN:
        return len(operands) > 1 and is_checking_script(operands[1])
    return operands[0] in SCRIPT_RUNNERS[program] or (program in ("yarn", "pnpm") and is_checking_script(operands[0]))


def _executes_check(program: str, words: Sequence[str]) -> bool:
    """``npx eslint .``, ``uv run pytest``, ``php artisan test``: what stands behind is a check itself."""
    operands = list(_operands(words, RUNNER_VALUES))
    if EXECUTING[program]:
        if not operands or operands[0] not in EXECUTING[program]:
            return False
        words = words[words.index(operands[0]) + 1 :]
        if program == "coverage":
            return _is_python_check(words)
        operands = operands[1:]
    if not operands or operands[0].rpartition("/")[2] in EXECUTING:
        return False
    return _is_checking(words[words.index(operands[0]) :])


def _fits(check: Check, words: Sequence[str]) -> bool:
    operands = [word for word in _operands(words, check.valued) if "=" not in word]
    options = {word for word in words if word.startswith("-")}
    if not check.unwanted.isdisjoint(options) or (check.wanted and check.wanted.isdisjoint(options)):
        return False
    if check.all_of:
        return check.all_of.issuperset(operands) and not check.first.isdisjoint(operands)
    return not check.first or (bool(operands) and operands[0] in check.first)


def _operands(words: Sequence[str], valued: frozenset[str]) -> Iterator[str]:
    """The words that are neither options nor values of options, up to ``--``."""
    skips = False
    for word in words:
        if word == "--":
            return
        if skips:
            skips = False
        elif word.startswith("-"):
            skips = word in valued
        else:
            yield word
