"""The rule pin/unpinned-package."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from layerwise.build.operations import Operation, PackageOperation, operations
from layerwise.build.package_names import package_name
from layerwise.knowledge.pins import PINNINGS, Pinning
from layerwise.lint import Context, Finding, Severity, rule
from layerwise.shell.tree import Around, Command, ShellWord
from layerwise.text.patterns import regex

INSTALLING = frozenset({Operation.INSTALL, Operation.BUILD})
MOVING = regex(r"^(?:git\+|hg\+|git://|ssh://)")
"""An address whose branch moves, unless it names a commit or a tag."""


@rule(
    Command,
    severity=Severity.INFORMATION,
    aliases=("DL3008", "DL3013", "DL3016", "DL3018", "DL3028", "DL3033", "DL3037", "DL3041", "DL3062"),
)
def unpinned_package(command: Command, ctx: Context) -> Iterator[Finding]:
    r"""A package without a version is whatever is newest on the day its step is built.

    ## Why
    The step is cached, so that one machine keeps the version of last spring while another builds with today's. When
    a release breaks something, nothing in the repository has changed. A lock file, a requirements or a constraints
    file pins what the packages bring along too, and is better than a version in the command.

    ## Example
    RUN pip install flask
    ---
    RUN npm install -g typescript@latest

    ## Use instead
    RUN pip install flask==3.0.3
    ---
    RUN npm install -g typescript@5.4.5

    For the packages of a Linux distribution the rule is off by default. The release of the base image holds
    their versions, and a mirror keeps only the newest fix of each: a pin breaks the build as soon as there is a better
    one. Neither does it mind a tool that is told to renew itself, as `pip install --upgrade pip`, or
    the packages of conda, which solves a whole environment at once.
    """
    for operation in operations(command):
        pinning = PINNINGS.get(operation.manager.name)
        if pinning is None or operation.operation not in INSTALLING or operation.phrase not in pinning.phrases:
            continue
        if operation.has_option(*pinning.settles) or operation.manifests or _constrained(operation, ctx):
            continue
        loose = [word for word in _named(operation) if _is_loose(word, operation, pinning)]
        if loose:
            yield _finding(operation, pinning, loose)


def _finding(operation: PackageOperation, pinning: Pinning, loose: list[ShellWord]) -> Finding:
    names = [_text(word) for word in loose]
    shown = _listed([f"`{name}`" for name in names])
    is_aside = (
        operation.manager.is_distribution or pinning.aside or all(_bare(name) in pinning.itself for name in names)
    )
    return Finding(
        loose[0].span.to(loose[-1].span),
        f"{shown} {'has' if len(names) == 1 else 'have'} no fixed version, as in"
        f" `{_bare(names[0])}{pinning.joint}<version>`: each build gets what is newest on that day",
        reported_as=_reported_as(operation, pinning, loose),
        severity=Severity.OFF if is_aside else None,
    )


def _listed(names: list[str]) -> str:
    if len(names) > 3:
        return f"{', '.join(names[:3])} and {len(names) - 3} more"
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _reported_as(operation: PackageOperation, pinning: Pinning, loose: list[ShellWord]) -> tuple[str, ...]:
    """The id of hadolint, where it would report the command for one of these packages."""
    command = operation.command
    names = [_text(word) for word in loose]
    if pinning.alias is None or (pinning.programs and command.program not in pinning.programs):
        return ()
    if command.start or "/" in command.name.text or Around.NESTED in command.within:
        return ()
    if pinning.options_eat and set(_eaten(command)).issuperset(loose):
        return ()
    if pinning.alias_phrases and operation.phrase not in pinning.alias_phrases:
        return ()
    if pinning.alias_pinned and all(re.search(pinning.alias_pinned, name) for name in names):
        return ()
    return (pinning.alias,)


def _eaten(command: Command) -> Iterator[ShellWord]:
    """The words behind an option that is not eaten itself: ``fpm`` of ``gem install --no-document fpm``."""
    words = iter(command.arguments)
    for word in words:
        if word.text.startswith("-"):
            yield from islice(words, 1)


def _is_loose(word: ShellWord, operation: PackageOperation, pinning: Pinning) -> bool:
    text = _text(word)
    if not text or (word.value is None and re.search(r"[$`{]", word.text)):
        return False
    if operation.manager.name == "go":
        return _is_loose_module(text, operation, pinning)
    if MOVING.match(text):
        return "@" not in text.rpartition("/")[2] and "#" not in text.replace("#egg=", "")
    text = text.partition(";")[0]
    return not re.search(pinning.elsewhere, text) and not re.search(pinning.pinned, text)


def _is_loose_module(text: str, operation: PackageOperation, pinning: Pinning) -> bool:
    """Without a version, ``go install`` takes the one that ``go.mod`` has, and only ``go get`` the newest."""
    if Around.TRIED in operation.command.within:
        # ``go get x || true`` is how people fetch a source tree, in which they then check out what they want.
        return False
    if operation.phrase == "run" and text != _text(operation.packages[0]):
        return False
    if "@" not in text and (operation.phrase != "get" or "." not in text.partition("/")[0]):
        return False
    return not re.search(pinning.elsewhere, text) and not re.search(pinning.pinned, text)


def _named(operation: PackageOperation) -> Iterator[ShellWord]:
    """The words that name packages; what follows ``--`` in a ``gem install`` is for a compiler."""
    end = next((word.span.start for word in operation.command.words if word.text == "--"), None)
    for word in operation.packages:
        if operation.manager.name == "gem" and (word.text in ("true", "false") or (end and word.span.start > end)):
            continue
        yield word


def _constrained(operation: PackageOperation, ctx: Context) -> bool:
    network = ctx.step.instruction.flag("network")
    if network and network.value and network.value.text == "none":
        return True
    return operation.manager.name == "pip" and "PIP_CONSTRAINT" in ctx.step.before.scope


def _text(word: ShellWord) -> str:
    return word.text if word.value is None else word.value


def _bare(name: str) -> str:
    """The name alone: ``uvicorn`` of ``uvicorn[standard]``, ``typescript`` of ``typescript@latest``."""
    return package_name(name)
