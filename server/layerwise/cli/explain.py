"""``layerwise rule ID``: the manual of a rule, for a terminal."""

from __future__ import annotations

import sys
from argparse import Namespace

from layerwise.cli.errors import CLEAN
from layerwise.cli.markdown import rendered
from layerwise.cli.rule_names import rules_named
from layerwise.cli.terminal import look_of, never_fail
from layerwise.engine import manual


def explain(arguments: Namespace) -> int:
    """Print the manual of each rule that is asked for, once.

    :raises UsageError: for an id that no rule has.
    """
    rules = dict.fromkeys(rule for name in arguments.ids for rule in rules_named(name))
    never_fail(sys.stdout)
    look = look_of(sys.stdout, arguments.color)
    for rule in rules:
        for line in rendered(manual(rule), look):
            print(line)
        print(f"\n{look.paint(rule.url, 'blue')}\n")
    return CLEAN
