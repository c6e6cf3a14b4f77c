"""The rule size/sparse-log-file."""

from __future__ import annotations

from collections.abc import Iterator

from layerwise.build.accounts import account_made_by
from layerwise.lint import Applicability, Context, Finding, Fix, Severity, rule
from layerwise.shell.join import add_option
from layerwise.shell.tree import Command

HIGH = 5
"""How many digits make a number high: 65 535 is still small, but its log is 19 MB where the builder fills the holes."""
WITHOUT_LOG = ("-l", "--no-log-init")


@rule(Command, severity=Severity.WARNING, aliases=("DL3046",), fixes=(Applicability.SAFE,))
def sparse_log_file(command: Command, ctx: Context) -> Iterator[Finding]:
    r"""`useradd` with a high number makes huge log files of nothing, which a layer may hold in full.

    ## Why
    `useradd` writes to `/var/log/lastlog` and `/var/log/faillog` at a place that is found by multiplying the number
    of the user. The file is sparse: it takes no space on the disk. Yet a layer is an archive, and not every builder
    keeps the holes, so that a high number makes layers of gigabytes. With `-l` it leaves these files alone.

    ## Example
    FROM debian:12
    RUN useradd -u 123456 app

    ## Use instead
    FROM debian:12
    RUN useradd -l -u 123456 app

    ## Fix safety
    Safe: the files are about logins, of which there are none in a container.
    """
    if command.program != "useradd" or ctx.stage.is_windows:
        return
    account = account_made_by(command)
    words = [word.value or word.text for word in command.arguments]
    if account is None or any(_leaves_logs(word) for word in words):
        return
    uid = account.uid
    if uid is None or not uid.isdecimal() or len(uid.lstrip("0")) <= HIGH:
        return
    yield Finding(
        command.name.span.to(command.words[-1].span),
        f"`useradd` with the number {uid} and without `-l` writes huge log files of holes, "
        "which may stay in the layer in full",
        fix=Fix("Add `-l`", add_option(command, "-l", after=command.name)),
    )


def _leaves_logs(word: str) -> bool:
    """``-l``, also among other letters: ``-ml``."""
    if word in WITHOUT_LOG:
        return True
    return word.startswith("-") and not word.startswith("--") and word[1:].isalpha() and "l" in word
