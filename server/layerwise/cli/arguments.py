"""The grammar of the command line: commands, options and their help."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from layerwise import __version__

if TYPE_CHECKING:
    from argparse import _SubParsersAction

FORMATS = ("text", "json", "sarif", "github")
SEVERITIES = ("error", "warning", "information", "hint")
NEVER = "never"
PROFILES = ("recommended", "hadolint", "buildkit", "all")

_DESCRIPTION = "Reads Dockerfiles as a builder does, says what their steps cost, and fixes what can be fixed."
_CHECK_STATUSES = """\
exit status:
  0  nothing was found at or above --fail-on
  1  something was found at or above --fail-on
  2  wrong use, bad settings, or a path that could not be read; the others are checked all the same
"""
_FIX_STATUSES = """\
exit status:
  0  nothing at or above --fail-on is left; with --diff: and there is nothing to fix
  1  something at or above --fail-on is left; with --diff: or there is something to fix
  2  wrong use, bad settings, or a path that could not be read or written; the others are fixed all the same
"""


def parse_arguments(argv: Sequence[str] | None) -> Namespace:
    """The options of one call; ``command`` names the command.

    :raises SystemExit: on wrong use (2), and after ``--help`` and ``--version`` (0), all said that there is to say.
    """
    parser = _parser()
    arguments, rest = parser.parse_known_args(argv)
    # argparse takes the paths in one piece and leaves those behind the next option over: `check a --quiet b`.
    if rest and (not hasattr(arguments, "paths") or any(word.startswith("-") and word != "-" for word in rest)):
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    if rest:
        arguments.paths += rest
    return arguments


def _parser() -> ArgumentParser:
    parser = ArgumentParser(prog="layerwise", description=_DESCRIPTION, allow_abbrev=False)
    parser.add_argument("--version", action="version", version=f"layerwise {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_check(commands)
    _add_fix(commands)
    _add_rule(commands)
    _add_rules(commands)
    _add_server(commands)
    return parser


def _add_check(commands: _SubParsersAction[ArgumentParser]) -> None:
    parser = _command(commands, "check", "Check Dockerfiles and print what was found.", _CHECK_STATUSES)
    _add_paths(parser)
    _add_output_format(parser, FORMATS)
    _add_output(parser)
    _add_rule_options(parser)


def _add_fix(commands: _SubParsersAction[ArgumentParser]) -> None:
    text = "Apply fixes to Dockerfiles. What is read from standard input is written to standard output."
    parser = _command(commands, "fix", text, _FIX_STATUSES)
    more = parser.add_mutually_exclusive_group()
    more.add_argument(
        "--unsafe", action="store_true", help="apply unsafe fixes too; a person should look at the result"
    )
    more.add_argument(
        "--optimize",
        action="store_true",
        help="apply safe fixes and all that makes builds faster and images smaller, and say why; see --diff",
    )
    more.add_argument(
        "--split",
        action="store_true",
        help="split the final stage into one that builds and one that runs, and do nothing else; see --diff",
    )
    more.add_argument(
        "--dockerignore",
        action="store_true",
        help="write what no build needs into the .dockerignore, and do nothing else; see --diff",
    )
    parser.add_argument("--diff", action="store_true", help="print the changes instead of making them")
    _add_paths(parser)
    _add_output(parser)
    _add_rule_options(parser)


def _add_rule(commands: _SubParsersAction[ArgumentParser]) -> None:
    parser = _command(commands, "rule", "Explain rules.")
    parser.add_argument(
        "ids", metavar="ID", nargs="+", help="an id, or the one that another tool has for it, as DL3042"
    )
    _add_color(parser)


def _add_rules(commands: _SubParsersAction[ArgumentParser]) -> None:
    parser = _command(commands, "rules", "List all rules, with their severity and the grades of their fixes.")
    _add_output_format(parser, ("text", "json"))
    parser.add_argument("--profile", choices=PROFILES, metavar="NAME", help="severities as in this profile")
    _add_color(parser)


def _add_server(commands: _SubParsersAction[ArgumentParser]) -> None:
    parser = _command(commands, "server", "Run the language server, over standard input and output by default.")
    transport = parser.add_mutually_exclusive_group()
    transport.add_argument("--stdio", action="store_true", help="talk over standard input and output (the default)")
    transport.add_argument("--tcp", metavar="[HOST:]PORT", help="listen for a TCP connection instead")
    transport.add_argument("--ws", metavar="[HOST:]PORT", help="listen for a WebSocket connection instead")


def _command(
    commands: _SubParsersAction[ArgumentParser], name: str, description: str, epilog: str | None = None
) -> ArgumentParser:
    return commands.add_parser(
        name,
        help=description.partition(". ")[0].rstrip("."),
        description=description,
        epilog=epilog,
        formatter_class=RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )


def _add_paths(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("what to read")
    group.add_argument(
        "paths", metavar="PATH", nargs="*", help="Dockerfiles, folders to search, - for standard input (default: .)"
    )
    group.add_argument(
        "--stdin-filename", metavar="NAME", help="the path of what comes on standard input: for settings and output"
    )
    group.add_argument("--no-gitignore", action="store_true", help="search what git ignores too")
    group.add_argument("--jobs", type=_positive, metavar="N", help="how many processes (default: as many as pay off)")


def _add_output_format(parser: ArgumentParser, formats: Sequence[str]) -> None:
    parser.add_argument(
        "--output-format",
        choices=formats,
        default="text",
        metavar="FORMAT",
        help=f"{', '.join(formats)} (default: text)",
    )


def _add_output(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--fail-on",
        choices=(*SEVERITIES, NEVER),
        default="warning",
        metavar="SEVERITY",
        help=f"what makes the exit status 1: {', '.join(SEVERITIES)} and graver, or never (default: warning)",
    )
    parser.add_argument("-q", "--quiet", action="store_true", help="no summary and no progress")
    _add_color(parser)


def _add_color(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--color",
        choices=("auto", "always", "never"),
        default="auto",
        metavar="WHEN",
        help="auto, always, never (default: auto, which honours NO_COLOR and FORCE_COLOR)",
    )


def _add_rule_options(parser: ArgumentParser) -> None:
    group = parser.add_argument_group(
        "which rules", "RULE is an id, an id of another tool, a family such as size, or a pattern such as DL30*."
    )
    group.add_argument("--profile", choices=PROFILES, metavar="NAME", help=f"{', '.join(PROFILES)}")
    group.add_argument("--select", action="append", metavar="RULE[,RULE]", help="only these rules")
    group.add_argument("--extend-select", action="append", metavar="RULE[,RULE]", help="these rules too")
    group.add_argument("--ignore", action="append", metavar="RULE[,RULE]", help="not these rules")
    group.add_argument(
        "--severity", action="append", metavar="RULE=SEVERITY", help=f"{', '.join(SEVERITIES)} or off, for a rule"
    )
    group.add_argument("--isolated", action="store_true", help="read no settings file")


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


_positive.__name__ = "number"
