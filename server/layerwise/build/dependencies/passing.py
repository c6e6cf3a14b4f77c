"""Which copies a RUN may be moved above, since it reads and writes nothing of what they copy.

Knows the order of the steps, not what is gained by another one.
"""

from __future__ import annotations

import posixpath
from collections.abc import Sequence

from layerwise.build.dependencies.apart import is_project_folder, keeps_out, made_by_copying_to
from layerwise.build.dependencies.work import Work
from layerwise.syntax.tree import (
    Cmd,
    Copy,
    Entrypoint,
    Expose,
    Healthcheck,
    Heredoc,
    Label,
    Maintainer,
    Onbuild,
    Run,
    Stopsignal,
    Transfer,
    Workdir,
)
from layerwise.text.patterns import regex

_WITHOUT_EFFECT = (Cmd, Entrypoint, Expose, Healthcheck, Label, Maintainer, Onbuild, Stopsignal)
_PROGRAM_FOLDERS = frozenset({"/usr/local/bin", "/usr/bin"})
_NAME = regex(r"[\w.+-]+")


def follows(works: Sequence[Work], earlier: Work, later: Work) -> bool:
    """Whether a RUN may go where an earlier one goes, with nothing in between that would keep it."""
    between = works[earlier.index + 1 : later.index]
    return all(isinstance(each.instruction, (*_WITHOUT_EFFECT, Transfer, Workdir)) for each in between)


def passed(works: Sequence[Work], first: Work, run: Work, *, programs: bool = False) -> list[Work]:
    """The copies that a RUN may go above, with those RUNs from ``first`` on that go before it; the topmost comes last.

    :param programs: also past programs from another stage that it does not start. Package managers may do so.
    """
    found: list[Work] = []
    folders: dict[str, None] = {}
    past_workdir = False
    for work in reversed(works[1 : run.index]):
        instruction = work.instruction
        if isinstance(instruction, Run) and work.index >= first.index:
            continue
        if isinstance(instruction, Workdir):
            if not past_workdir and not all(_is_apart(run, folder, past_workdir=True) for folder in folders):
                break
            past_workdir = True
        elif isinstance(instruction, Transfer):
            if programs and _brings_programs(work, run):
                found.append(work)
                continue
            folder = work.destination
            if folder is None or not is_project_folder(folder):
                break
            made = made_by_copying_to(folder)
            if made not in folders and not _is_apart(run, made, past_workdir=past_workdir):
                break
            folders[made] = None
            found.append(work)
        elif not isinstance(instruction, _WITHOUT_EFFECT):
            break
    return found


def _brings_programs(work: Work, run: Work) -> bool:
    """Whether a step copies programs of other names than a RUN starts, which does nothing but install packages."""
    copy, target = work.instruction, work.destination
    if not isinstance(copy, Copy) or copy.flag("from") is None or target is None:
        return False
    names = [posixpath.basename(each.text) for each in copy.sources if not isinstance(each, Heredoc)]
    if target not in _PROGRAM_FOLDERS:
        target, name = posixpath.split(target)
        names = [name]
    if target not in _PROGRAM_FOLDERS or not all(_NAME.fullmatch(name) for name in names):
        return False
    return run.once(_only_installs) and run.once(_words).isdisjoint(names) and run.is_apart((target,), anywhere=True)


def _only_installs(work: Work) -> bool:
    """Whether a RUN installs packages of the distribution, and sees no files but those of the image."""
    run = work.instruction
    is_bound = isinstance(run, Run) and any(mount.type == "bind" for mount in run.mounts)
    return not is_bound and any(each.manager.is_distribution for each in work.step.operations)


def _words(work: Work) -> frozenset[str]:
    """All words of its commands, programs and packages among them."""
    return frozenset(word.text for placed in work.commands for word in placed.command.words)


def _is_apart(work: Work, folder: str, *, past_workdir: bool) -> bool:
    assert isinstance(work.instruction, Run)
    if any(mount.type == "bind" for mount in work.instruction.mounts):
        return False
    if any(not each.manager.is_distribution for each in work.step.operations) and not (
        keeps_out(work.step.before, (folder,)) and not folder.startswith("/home")
    ):
        return False
    return work.is_apart((folder,), anywhere=past_workdir)
