"""All rules there are, found by walking ``layerwise.rules``. Names none of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType

import layerwise.rules
from layerwise.knowledge.profiles import BUILDKIT_CHECKS, FOREIGN_IDS
from layerwise.lint import Rule
from layerwise.text.patterns import regex

_FOREIGN = regex(FOREIGN_IDS)


def _discover() -> Iterator[Rule]:
    for family in iter_modules(layerwise.rules.__path__, "layerwise.rules."):
        if not family.ispkg:
            continue
        for module in iter_modules(import_module(family.name).__path__, family.name + "."):
            rule = getattr(import_module(module.name), module.name.rpartition(".")[2], None)
            if not isinstance(rule, Rule):
                raise TypeError(f"{module.name} holds no rule of its own name")
            yield rule


RULES: Mapping[str, Rule] = MappingProxyType({rule.id: rule for rule in sorted(_discover(), key=lambda rule: rule.id)})
"""Every rule by its id, sorted."""

FAMILIES: tuple[str, ...] = tuple(
    sorted(module.name for module in iter_modules(layerwise.rules.__path__) if module.ispkg)
)
"""The folders that rules stand in."""


@cache
def resolve(selector: str) -> tuple[Rule, ...]:
    """The rules that a selector means: an id, an alias, a family, or a pattern with ``*`` over all of these."""
    return tuple(rule for rule in RULES.values() if names_rule(selector, rule) or names_alias(selector, rule.aliases))


@cache
def names_rule(selector: str, rule: Rule) -> bool:
    """Whether a selector means the whole rule, by its id or family."""
    wanted = selector.casefold()
    if "*" in wanted:
        return fnmatchcase(rule.id.casefold(), wanted)
    return wanted in (rule.id, rule.family)


@cache
def names_alias(selector: str, aliases: tuple[str, ...]) -> bool:
    """Whether a selector means one of these ids of other tools."""
    wanted = selector.casefold()
    folded = [alias.casefold() for alias in aliases]
    if "*" in wanted:
        return any(fnmatchcase(alias, wanted) for alias in folded)
    return any(alias == wanted or ("*" in alias and fnmatchcase(wanted, alias)) for alias in folded)


@cache
def is_foreign(selector: str) -> bool:
    """Whether a selector that means no rule of ours is one that another tool may know."""
    return bool(_FOREIGN.fullmatch(selector.upper())) or selector in BUILDKIT_CHECKS or selector == "SC*"
