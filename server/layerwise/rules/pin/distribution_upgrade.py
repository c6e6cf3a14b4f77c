"""The rule pin/distribution-upgrade."""

from collections.abc import Iterator

from layerwise.build.operations import Operation, operations
from layerwise.lint import Context, Finding, Severity, rule
from layerwise.shell.tree import Command

UPGRADES = {
    "apt": frozenset({"dist-upgrade", "full-upgrade"}),
    "aptitude": frozenset({"dist-upgrade", "full-upgrade"}),
    "zypper": frozenset({"dist-upgrade", "dup"}),
    "dnf": frozenset({"distro-sync", "dsync", "distribution-synchronization"}),
    "yum": frozenset({"distro-sync", "distribution-synchronization"}),
}
REPORTED_AS = {
    "apt-get": ("DS-0024", "DKL-DI-0003"),
    "apt": ("DS-0024",),
    "zypper": ("DL3035",),
}


@rule(Command, severity=Severity.WARNING, aliases=("DL3035", "DS-0024", "DKL-DI-0003"))
def distribution_upgrade(command: Command, ctx: Context) -> Iterator[Finding]:
    r"""A step that upgrades the whole distribution removes and replaces packages as it sees fit.

    ## Why
    `dist-upgrade`, `full-upgrade` and `zypper dup` may remove what the base image relies on, and turn it into another
    release than its tag says. Every package that is upgraded lies in the image twice. A newer base image, pulled
    with `--pull`, brings the same fixes, tested together and for no extra byte.

    ## Example
    RUN apt-get update && apt-get dist-upgrade -y

    ## Use instead
    RUN apt-get update && apt-get install -y --no-install-recommends openssl
    """
    for operation in operations(command):
        if operation.operation is not Operation.UPGRADE:
            continue
        if operation.phrase in UPGRADES.get(operation.manager.name, ()) and not operation.packages:
            names = REPORTED_AS.get(command.program, ())
            yield Finding(
                operation.place,
                f"`{operation.spoken}` turns the base image into another release than its tag says",
                reported_as=[each for each in names if each != "DS-0024" or operation.phrase == "dist-upgrade"],
            )
