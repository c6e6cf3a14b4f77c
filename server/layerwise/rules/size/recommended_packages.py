"""The rule size/recommended-packages."""

from __future__ import annotations

from collections.abc import Iterator

from layerwise.build.model import Stage, Step
from layerwise.build.operations import Operation, PackageOperation
from layerwise.build.settings import APT_CONFIGURED, APT_NO_RECOMMENDS, DNF_NO_WEAK, ZYPPER_NO_RECOMMENDS
from layerwise.lint import Applicability, Finding, Fix, Severity, StageContext, rule
from layerwise.shell.join import add_option

SETTINGS = {
    "apt": (APT_NO_RECOMMENDS, APT_CONFIGURED),
    "aptitude": (APT_NO_RECOMMENDS, APT_CONFIGURED),
    "dnf": (DNF_NO_WEAK,),
    "microdnf": (DNF_NO_WEAK,),
    "zypper": (ZYPPER_NO_RECOMMENDS,),
}
"""What earlier steps may have set; a configuration file of apt that we cannot read gets the benefit of the doubt."""
SUBCOMMANDS = frozenset({"install", "in", "reinstall", "satisfy"})
OFF = frozenset({"0", "false", "no", "off"})


@rule(
    Stage,
    severity=Severity.INFORMATION,
    aliases=("DL3015", "DS-0029"),
    fixes=(Applicability.UNSAFE,),
    about=SETTINGS,
)
def recommended_packages(stage: Stage, ctx: StageContext) -> Iterator[Finding]:
    r"""An install brings packages along that are only recommended, unless it is told not to.

    ## Why
    `apt-get` installs all that a package recommends: manual pages, fonts, daemons, whole desktops. In an image
    they are often larger than what was asked for. `dnf` has the same habit with weak dependencies, and `zypper`
    with recommended packages.

    ## Example
    RUN apt-get update && apt-get install -y python3

    ## Use instead
    RUN apt-get update && apt-get install --no-install-recommends -y python3

    ## Fix safety
    Unsafe: something in the image may use a package that was only recommended, such as `ca-certificates` for
    `curl`. Name those packages yourself.
    """
    if not stage.facts.in_result:
        return
    for step in stage.steps:
        if step.tools.isdisjoint(SETTINGS):
            continue
        inner = step.trigger or step
        for index in inner.once(_taking_all):
            operation = inner.operations[index]
            option = operation.manager.leave_recommended
            assert option is not None
            yield Finding(
                operation.place,
                f"`{operation.spoken}` installs recommended packages too",
                fix=Fix(
                    f"Add `{option}`",
                    add_option(operation.command, option, after=operation.subcommand),
                    applicability=Applicability.UNSAFE,
                    note="Name the recommended packages that the image needs",
                    optimizes=True,
                ),
                reported_as=None if operation.manager.name == "apt" else (),
            )


def _taking_all(step: Step) -> tuple[int, ...]:
    """The indices of the operations that install recommended packages."""
    return tuple(index for index, each in enumerate(step.operations) if _takes_all(step, each))


def _takes_all(step: Step, operation: PackageOperation) -> bool:
    manager = operation.manager
    if manager.leave_recommended is None or operation.subcommand is None:
        return False
    if operation.operation is not Operation.INSTALL or operation.phrase not in SUBCOMMANDS:
        return False
    if not step.after.tool_settings.isdisjoint(SETTINGS.get(manager.name, ())):
        return False
    given = {word.value or word.text for word in operation.command.arguments}
    if not manager.leave_recommended_options.isdisjoint(given):
        return False
    return not any(_turns_off(text) for text in given)


def _turns_off(text: str) -> bool:
    """``-o APT::Install-Recommends=false`` and ``--setopt install_weak_deps=False``"""
    name, _, value = text.rpartition("=")
    return name.lower().endswith(("install-recommends", "install_weak_deps")) and value.strip("\"'").lower() in OFF
