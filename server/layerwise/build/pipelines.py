"""Pipelines of a RUN whose first commands may fail unnoticed, and which shell of the image would notice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from msgspec import Struct

from layerwise.build.model import ImageName, State, Step
from layerwise.knowledge.base_images import BUSYBOX_IMAGES, WITH_BASH
from layerwise.knowledge.programs import FAILING_QUIETLY, NOTICING, STOPPING_EARLY
from layerwise.shell.meaning import Option, base_options
from layerwise.shell.script import READ
from layerwise.shell.tree import AndOr, Around, Command, Compound, Negation, Pipeline, Script, Statement
from layerwise.syntax.tree import Run

_CAUGHT = frozenset({Around.CONDITION, Around.TRIED, Around.NEGATION, Around.OR})
_APART = frozenset({Around.NESTED, Around.SUBSTITUTION})
_KNOWING = frozenset({"bash", "zsh", "ash"})
"""Shells that know the option, wherever they are; ``sh`` is one of them in some images only."""


class Unnoticed(Struct, frozen=True):
    """A command in front of a ``|``, by its index among the commands of the script; ``end`` is that of the one behind.

    ``matters`` says that it is likely to fail one day, and that the rest goes on with what there is then.
    """

    index: int
    end: int
    matters: bool


def unnoticed(step: Step) -> Unnoticed | None:
    """The first that matters, or else the first; for ``Step.once``, so that spans start at 0."""
    script = step.script
    if not isinstance(step.instruction, Run) or script is None or script.dialect not in READ:
        return None
    shell = step.before.shell
    program = shell[0].rpartition("/")[2] if shell else "sh"
    has_option = Option.PIPEFAIL in base_options(shell)
    if has_option and program in _KNOWING:
        return None
    if any(command.program in ("set", "shopt") and "pipefail" in _words(command) for command in script.commands):
        return None
    found = [
        Unnoticed(left, right, not has_option and _matters(script, left, right))
        for left, right in (*_piped(script), *_substituted(script))
    ]
    return next((each for each in found if each.matters), found[0] if found else None)


def knowing_shell(state: State, image: ImageName | None) -> tuple[str, ...] | None:
    """The SHELL with the option that an image is sure to have; None when that can't be known."""
    if state.shell is not None and state.shell[0].rpartition("/")[2] == "bash":
        return (state.shell[0], "-o", "pipefail", "-c") if state.shell[1:] == ("-c",) else None
    if state.shell not in (None, ("/bin/sh", "-c")):
        return None
    if "bash" in state.installed or (image is not None and _has_bash(image)):
        return ("/bin/bash", "-o", "pipefail", "-c")
    if image is not None and (image.name in BUSYBOX_IMAGES or "alpine" in image.tag):
        return ("/bin/ash", "-o", "pipefail", "-c")
    return None


def _has_bash(image: ImageName) -> bool:
    return image.known and image.name in WITH_BASH and "alpine" not in image.tag


def _piped(script: Script) -> Iterator[tuple[int, int]]:
    """The indices of each command before a ``|`` and of the first one behind it."""
    indexed = [(index, each) for index, each in enumerate(script.commands) if not _APART.intersection(each.within)]
    for pipeline in _pipelines(entry.statement for entry in script.entries):
        for part, following in pairwise(pipeline.parts):
            behind = next((index for index, each in indexed if following.span.encloses(each.span)), None)
            for index, each in indexed:
                if behind is not None and part.span.encloses(each.span):
                    yield index, behind


def _pipelines(statements: Iterable[Statement]) -> Iterator[Pipeline]:
    for statement in statements:
        if isinstance(statement, Pipeline):
            yield statement
        if isinstance(statement, Pipeline | AndOr):
            yield from _pipelines(statement.parts)
        elif isinstance(statement, Negation):
            yield from _pipelines((statement.statement,))
        elif isinstance(statement, Compound):
            yield from _pipelines(entry.statement for entries in statement.lists for entry in entries)


def _substituted(script: Script) -> Iterator[tuple[int, int]]:
    """The same inside of ``$(…)``, of which the tree has the commands only: those that stand next to each other."""
    for index, (left, right) in enumerate(pairwise(script.commands)):
        is_inside = left.within[-2:] == right.within[-2:] == (Around.SUBSTITUTION, Around.PIPELINE)
        if is_inside and Around.NESTED not in left.within and right.span.start - left.span.end in (1, 3):
            yield index, index + 1


def _matters(script: Script, left: int, right: int) -> bool:
    command, following = script.commands[left], script.commands[right]
    if not _CAUGHT.isdisjoint(command.within):
        return False
    if Around.SUBSTITUTION in command.within:
        # Only `x=$(…)` by itself goes by the status of what is in it.
        outer = [each for each in script.commands[:left] if each.span.encloses(command.span)]
        if not outer or any(each.words for each in outer):
            return False
    return command.program in FAILING_QUIETLY and following.program not in STOPPING_EARLY | NOTICING


def _words(command: Command) -> set[str]:
    return {word.value or word.text for word in command.arguments}
