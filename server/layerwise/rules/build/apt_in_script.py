"""The rule build/apt-in-script."""

from collections.abc import Iterator

from layerwise.build.relation import Alteration
from layerwise.lint import Applicability, Context, Edit, Finding, Fix, Severity, rule
from layerwise.shell.tree import Command, ShellWord

QUERIES = frozenset({"search", "show", "policy", "depends", "rdepends", "showsrc"})
SAME = frozenset(
    {
        *(
            "install",
            "remove",
            "purge",
            "update",
            "autoremove",
            "clean",
            "autoclean",
            "build-dep",
            "source",
            "download",
        ),
        *("changelog", "check"),
    }
)
"""Subcommands that mean the same in ``apt-get``; ``upgrade`` does not, for ``apt`` installs new packages then."""
VALUED = frozenset({"-t", "--target-release", "--default-release", "-o", "--option", "-c", "--config-file", "-a"})


@rule(
    Command,
    severity=Severity.WARNING,
    aliases=("DL3027",),
    fixes=(Applicability.SAFE,),
    changes=(Alteration.COMMAND_REWRITTEN,),
)
def apt_in_script(command: Command, ctx: Context) -> Iterator[Finding]:
    r"""`apt` is made for people at a terminal; a script wants `apt-get` or `apt-cache`.

    ## Why
    The options and the output of `apt` may change from one release to the next, and it says so itself on every build:
    "apt does not have a stable CLI interface". The other two keep theirs.

    ## Example
    RUN apt install -y curl

    ## Use instead
    RUN apt-get install -y curl

    ## Fix safety
    Safe for the subcommands that mean the same in `apt-get` and `apt-cache`. For the others there is no fix:
    `apt upgrade` installs new packages where `apt-get upgrade` does not, and `apt list` has no counterpart.
    """
    if command.program != "apt" or command.name.value is None:
        return
    tool = _counterpart(command)
    fix = None
    if tool:
        text = command.name.text
        fix = Fix(f"Replace `apt` with `{tool}`", Edit(command.name.span, text.removesuffix("apt") + tool))
        if not text.endswith("apt") or command.is_json:
            fix = Fix(fix.title, Edit(command.name.span, f'"{tool}"')) if command.is_json else None
    yield Finding(command.name.span, "`apt` has no stable command line, as `apt-get` has", fix=fix)


def _counterpart(command: Command) -> str | None:
    subcommand = _subcommand(command.arguments)
    if subcommand in QUERIES:
        return "apt-cache"
    return "apt-get" if subcommand in SAME else None


def _subcommand(words: tuple[ShellWord, ...]) -> str | None:
    """The first word that is no option and no option's value."""
    before = ""
    for word in words:
        text = word.value or word.text
        if not text.startswith("-") and before not in VALUED:
            return word.value
        before = text
    return None
