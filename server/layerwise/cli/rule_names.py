"""Rules as a user names them on the command line, and what to say about a name that no rule has."""

from __future__ import annotations

from layerwise.cli.errors import UsageError
from layerwise.engine import RULES, is_foreign, resolve
from layerwise.lint import Rule


def rules_named(name: str) -> tuple[Rule, ...]:
    """The rules that an id, an alias, a family or a pattern means.

    :raises UsageError: when there are none, with the nearest names.
    """
    rules = resolve(name)
    if not rules:
        raise UsageError(unknown(name))
    return rules


def unknown(name: str) -> str:
    """What to say about a name that means no rule."""
    if is_foreign(name):
        return f"Layerwise has no rule for {name} yet"
    from difflib import get_close_matches

    known = {alias.casefold(): alias for rule in RULES.values() for alias in rule.aliases}
    known |= {rule.name: rule.id for rule in RULES.values()}
    known |= {rule.id: rule.id for rule in RULES.values()}
    near = dict.fromkeys(known[match] for match in get_close_matches(name.casefold(), known, n=3))
    hint = f"; did you mean {' or '.join(near)}?" if near else "; `layerwise rules` lists them all"
    return f"there is no rule {name!r}{hint}"
