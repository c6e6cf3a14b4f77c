"""Whether a RUN may look at a variable of its environment that it does not name. What is not known may do so."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from weakref import WeakKeyDictionary

from layerwise.build.dependencies import View, Work, needs_of
from layerwise.build.dependencies.installs import Install
from layerwise.build.operations import Operation, PackageOperation, operations
from layerwise.knowledge.programs import DOWNLOADING, SHELLS, SPEAKING, SYSTEM, WITH_PATHS
from layerwise.shell.tree import Around, Command

_PRINTING = frozenset({"env", "printenv", "command", "source", "."})
_PRINTING_ALONE = frozenset({"set", "export", "declare", "typeset", "readonly", "local"})
_DEAF = (SPEAKING | SYSTEM | WITH_PATHS | DOWNLOADING) - _PRINTING
_FROM_LISTS = frozenset({"pip", "conda", "go", "cargo"})
"""Package managers that run nothing of the project when they install what a manifest lists."""
_KEPT: WeakKeyDictionary[Work, Hearing] = WeakKeyDictionary()
"""Of the steps that do not depend on those before them."""
_WITHOUT_PROJECT = frozenset({Operation.UPDATE_INDEX, Operation.CLEAN, Operation.REMOVE})


class Hearing(IntEnum):
    """How a RUN treats variables that describe the build."""

    DEAF = 0
    """All its commands are known, and look at none of them."""
    HARDLY = 1
    """It runs scripts on the way, of packages or of the project, which most likely look at none of them."""
    MAY = 2


def hearing(work: Work, earlier: Sequence[Work]) -> Hearing:
    """:param earlier: the steps before, which tell what an install finds."""
    known = _KEPT.get(work)
    if known is None:
        known = _hearing(work, earlier)
        if not work.installs:
            _KEPT[work] = known
    return known


def _hearing(work: Work, earlier: Sequence[Work]) -> Hearing:
    if not work.is_readable:
        return Hearing.MAY
    installs = {id(each.command): each for each in work.installs}
    commands = [placed.command for placed in work.commands if not _is_shell_of(placed.command, work)]
    return max(_command(command, installs, work, earlier) for command in commands)


def _is_shell_of(command: Command, work: Work) -> bool:
    """Whether it is the shell of ``sh -c '…'``, whose commands are known."""
    inner = (each.command for each in work.commands if Around.NESTED in each.command.within)
    return command.program in SHELLS and any(command.span.encloses(each.span) for each in inner if each is not command)


def _command(command: Command, installs: dict[int, Install], work: Work, earlier: Sequence[Work]) -> Hearing:
    if not command.words:
        return Hearing.DEAF
    found = operations(command)
    if found:
        install = installs.get(id(command))
        return max(_operation(each, install, work, earlier) for each in found)
    if "/" in command.name.text and not command.name.text.startswith(("/bin/", "/sbin/", "/usr/")):
        return Hearing.MAY
    program = command.program
    if program in SHELLS and Around.PIPELINE in command.within:
        return Hearing.HARDLY
    if program == "corepack" and command.arguments and command.arguments[0].value in ("enable", "disable", "prepare"):
        return Hearing.DEAF
    if program in _PRINTING_ALONE and not command.arguments and not command.assignments:
        return Hearing.MAY
    return Hearing.DEAF if program in _DEAF else Hearing.MAY


def _operation(operation: PackageOperation, install: Install | None, work: Work, earlier: Sequence[Work]) -> Hearing:
    if operation.manager.is_distribution or operation.operation in _WITHOUT_PROJECT:
        return Hearing.DEAF
    if operation.operation is Operation.BUILD or (install is not None and (install.own or install.builds)):
        return Hearing.MAY
    if install is None:
        named = [word.value or "." for word in operation.packages]
        local = any(name.startswith((".", "/", "file:")) for name in named)
        return Hearing.DEAF if named and not local and not operation.has_option("-e", "--editable") else Hearing.MAY
    if install.manager in _FROM_LISTS:
        return Hearing.DEAF
    view = View(work.tree, [each.copied for each in earlier if each.copied]) if work.tree else None
    needs = needs_of(install, view)
    return Hearing.HARDLY if needs.reasons or needs.builds_project or not needs.seen else Hearing.DEAF
