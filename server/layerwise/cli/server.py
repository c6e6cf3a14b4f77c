"""``layerwise server``: the one place where the command line meets the language server, which is imported only here."""

from __future__ import annotations

from argparse import Namespace


def serve(arguments: Namespace) -> int:
    """Run the language server until its client is done with it."""
    from layerwise.lsp.server import main

    return main(tcp=arguments.tcp, ws=arguments.ws)
