"""The rule size/verbose-download."""

from __future__ import annotations

from collections.abc import Iterator

from layerwise.build.fetchers import Wget, is_quiet, is_small, wget_of
from layerwise.lint import Applicability, Context, Finding, Fix, Severity, rule
from layerwise.shell.join import add_option
from layerwise.shell.tree import Command
from layerwise.syntax.tree import Run


@rule(
    Command,
    severity=Severity.INFORMATION,
    aliases=("DL3047",),
    fixes=(Applicability.SAFE, Applicability.UNSAFE),
    about={"wget"},
)
def verbose_download(command: Command, ctx: Context) -> Iterator[Finding]:
    r"""`wget` draws its progress into the log of the build, where nobody watches it.

    ## Why
    Without a terminal, GNU's `wget` writes a line of dots for every 50 KB: some 2,000 lines for a file of 100 MB. They
    bury what the step had to say, and BuildKit keeps no more than 2 MiB of a step's log, so that in the end it
    is the error that is cut off. With `--progress=dot:giga` a line stands for 32 MB.

    Where `wget` is that of BusyBox (as in images of Alpine that have not installed another), which writes no more than
    one line a second and does not know the option, where it is not known which one it is, or where a file of a few
    kilobytes is fetched, only the profiles `all` and `hadolint` report it. For BusyBox the fix is `-q`: it goes on
    printing its errors.

    ## Example
    FROM debian:12
    RUN apt-get update && apt-get install -y wget
    RUN wget https://example.com/tool.tar.gz

    ## Use instead
    FROM debian:12
    RUN apt-get update && apt-get install -y wget
    RUN wget --progress=dot:giga https://example.com/tool.tar.gz

    ## Fix safety
    Safe: it fetches the same, and says the same of errors. Unsafe where the `wget` of the image is not known, for that
    of BusyBox stops at an option it does not know.
    """
    if command.program != "wget" or not isinstance(ctx.step.instruction, Run) or is_quiet(command, ctx.step):
        return
    kind = wget_of(ctx.step, ctx.stage.image)
    if kind is Wget.SECOND:
        return
    busy = kind is Wget.BUSYBOX
    option = "-q" if busy else "--progress=dot:giga"
    told = "every second" if busy else "for every 50 KB, which makes 2,000 of them for 100 MB"
    yield Finding(
        command.name.span,
        f"`wget` writes a line into the log of the build {told}",
        fix=Fix(
            f"Add `{option}`",
            add_option(command, option, after=command.name),
            applicability=Applicability.UNSAFE if kind is Wget.UNKNOWN else Applicability.SAFE,
            note="The `wget` of BusyBox does not know this option" if kind is Wget.UNKNOWN else "",
        ),
        severity=None if kind is Wget.GNU and not is_small(command) else Severity.OFF,
    )
