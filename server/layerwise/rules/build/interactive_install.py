"""The rule build/interactive-install."""

from __future__ import annotations

from collections.abc import Iterator

from layerwise.build.operations import Operation, PackageOperation, operations
from layerwise.build.settings import APT_CONFIGURED
from layerwise.lint import Applicability, Context, Finding, Fix, Severity, rule
from layerwise.shell.join import add_option
from layerwise.shell.tree import Around, Command

ASKING = frozenset({Operation.INSTALL, Operation.UPGRADE, Operation.REMOVE})
REPORTED_AS = {
    "apt": ("DL3014", "DS-0021"),
    "aptitude": (),
    "yum": ("DL3030",),
    "dnf": ("DL3038",),
    "tdnf": (),
    "zypper": ("DL3034",),
}
"""``microdnf`` is not here: it never asks."""
QUIET = {
    "apt": ("-qq", "--force-yes", "--assume-no", "-s", "--simulate", "--dry-run", "--just-print", "--print-uris"),
    "aptitude": ("-s", "--simulate"),
    "yum": ("--assumeno", "--help"),
    "dnf": ("--assumeno", "--help"),
    "zypper": ("--dry-run", "-D"),
}
"""Options by which nothing is asked, besides those that say yes."""


@rule(
    Command,
    severity=Severity.ERROR,
    aliases=("DL3014", "DL3030", "DL3034", "DL3038", "DS-0021"),
    fixes=(Applicability.SAFE,),
)
def interactive_install(command: Command, ctx: Context) -> Iterator[Finding]:
    r"""A package manager that asks whether to go on gets no answer in a build, and gives up.

    ## Why
    There is nobody at the keyboard. `apt-get` asks as soon as it has to install, upgrade or remove anything more than
    it was told by name, so that a build works for months and fails when a package gets a new dependency. `yum`, `dnf`
    and `zypper` always ask.

    ## Example
    RUN apt-get update && apt-get install curl
    ---
    RUN dnf install nginx

    ## Use instead
    RUN apt-get update && apt-get install -y curl
    ---
    RUN dnf install -y nginx

    ## Fix safety
    Safe: the answer is the one without which the build fails.
    """
    for operation in operations(command):
        names = REPORTED_AS.get(operation.manager.name)
        if names is None or operation.operation not in ASKING or operation.subcommand is None:
            continue
        if _is_answered(operation, ctx) or not (operation.packages or operation.operation is Operation.UPGRADE):
            continue
        when = "as soon as it needs more than it is told by name" if operation.manager.name == "apt" else "a question"
        yield Finding(
            operation.place,
            f"`{operation.spoken}` asks {when}, and nobody answers in a build",
            fix=Fix("Add `-y`", add_option(command, "-y", after=operation.subcommand)),
            reported_as=names if operation.phrase == "install" and command.program != "apt" else (),
        )


def _is_answered(operation: PackageOperation, ctx: Context) -> bool:
    command, manager = operation.command, operation.manager
    if operation.has_option(*manager.assume_yes, *QUIET.get(manager.name, ())):
        return True
    if Around.PIPELINE in command.within or any(each.operator.startswith("<") for each in command.redirections):
        return True
    if manager.is_distribution and APT_CONFIGURED in ctx.step.after.tool_settings:
        return True
    if any("$" in word.text for word in operation.options) or any(_says_yes(word.text) for word in command.words):
        return True
    quiet = sum(word.text.count("q") for word in operation.options if word.text[:2] != "--" and word.text[:1] == "-")
    return manager.name == "apt" and (quiet > 1 or operation.has_option("-q=2"))


def _says_yes(text: str) -> bool:
    """``-o APT::Get::Assume-Yes=true`` and ``--setopt=assumeyes=True``"""
    return "assume-yes" in text.lower() or "assumeyes" in text.lower() or text.startswith(("$", '"$', "--yes"))
