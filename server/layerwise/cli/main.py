"""The command ``layerwise``: from arguments to an exit status. Each command is imported when it is called."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Sequence

from layerwise.cli.arguments import parse_arguments
from layerwise.cli.errors import INTERRUPTED, PIPE_CLOSED, WRONG, UsageError


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. Returns its exit status, see ``docs/cli.md``; never exits by itself.

    :param argv: the arguments without the name of the program; those of the process by default.
    """
    try:
        status = _run(parse_arguments(argv))
        sys.stdout.flush()
        return status
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 0
    except UsageError as error:
        print(f"layerwise: {error}", file=sys.stderr)
        return WRONG
    except BrokenPipeError:
        _silence(sys.stdout)
        return PIPE_CLOSED
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception:
        # The one guard: Python itself would end with 1, which means that something was found.
        import traceback

        traceback.print_exc()
        print("layerwise: this is a bug, please report it with the lines above", file=sys.stderr)
        return WRONG


def _run(arguments: Namespace) -> int:
    match arguments.command:
        case "check":
            from layerwise.cli.check import check

            return check(arguments)
        case "fix":
            from layerwise.cli.fix import fix

            return fix(arguments)
        case "rule":
            from layerwise.cli.explain import explain

            return explain(arguments)
        case "rules":
            from layerwise.cli.catalogue import list_rules

            return list_rules(arguments)
        case _:
            from layerwise.cli.server import serve

            return serve(arguments)


def _silence(stream: object) -> None:
    """Send what a stream still holds nowhere, so that the interpreter does not fail when it flushes at its end."""
    if stream is sys.__stdout__ and sys.__stdout__ is not None:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.__stdout__.fileno())
        os.close(nowhere)
