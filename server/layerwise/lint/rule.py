"""The declaration of a rule: a decorator on a generator function whose docstring is the manual.

The node type that a rule asks for is what it depends on, and decides which context it is given:

- an ``Instruction`` type or ``shell.Command``: one step. It sees that instruction, the state in force before and after
  it, and a few facts about its stage (``Context``).
- ``Stage``: one stage with all its steps and the text between them (``StageContext``).
- ``Build``: the whole file (``FileContext``).
- ``Suppression``: a comment that silences rules, after all other rules have run (``SuppressionContext``).

A narrower scope costs less at a keystroke: a step is linted again only when it, or what it can see, has changed. And a
rule that says what it is ``about`` is not asked where nothing of that is to be seen. It must have nothing to say there,
which the tests of each rule check.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar, overload

from msgspec import Struct

from layerwise.build.model import Build, Stage
from layerwise.build.relation import HARMLESS, Alteration
from layerwise.build.subjects import Subject, Subjects
from layerwise.lint.context import Context, FileContext, StageContext, SuppressionContext
from layerwise.lint.finding import Applicability, Finding, Severity
from layerwise.lint.suppression import Suppression
from layerwise.shell.tree import Command
from layerwise.syntax.tree import Instruction


class Scope(StrEnum):
    """What a rule can see."""

    STEP = "step"
    STAGE = "stage"
    BUILD = "build"
    SUPPRESSION = "suppression"


DOCS = "https://github.com/layerwise/layerwise/blob/main/docs/"
"""Where the documentation can be read."""


class Option(Struct, frozen=True):
    """A setting of one rule: its default (whose type is the setting's type) and what it means."""

    default: bool | int | str | tuple[str, ...]
    description: str


@dataclass(frozen=True, eq=False)
class Rule:
    """A rule as it was declared. ``id`` is ``family/name``, made from the module and the function."""

    id: str
    check: Callable[[Any, Any], Iterable[Finding]]
    nodes: tuple[type, ...]
    scope: Scope
    severity: Severity
    aliases: tuple[str, ...]
    fixes: tuple[Applicability, ...]
    options: Mapping[str, Option] = field(default_factory=dict)
    changes: frozenset[Alteration] = HARMLESS
    """In what the build after one of its fixes may differ from the one before: the same commands in the same order, but
    for this."""
    about: Subjects = frozenset()
    """A node that is about none of these cannot be flagged; empty for a rule that may flag any."""

    @property
    def family(self) -> str:
        return self.id.partition("/")[0]

    @property
    def name(self) -> str:
        return self.id.partition("/")[2]

    @property
    def url(self) -> str:
        """The page of this rule."""
        return f"{DOCS}rules/{self.id}.md"

    @property
    def manual(self) -> str:
        """The docstring as Markdown."""
        return _dedent(self.check.__doc__ or "")

    @property
    def summary(self) -> str:
        """The first paragraph of the manual."""
        return " ".join(self.manual.partition("\n\n")[0].split())

    def concerns(self, subjects: Subjects) -> bool:
        """Whether a node that is about these may be flagged."""
        return not self.about or not self.about.isdisjoint(subjects)

    def section(self, title: str) -> str:
        """The text under ``## title`` in the manual, without surrounding blank lines; empty if there is none."""
        match = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", self.manual + "\n", re.MULTILINE | re.DOTALL)
        return match.group(1).strip("\n") if match else ""


_SCOPES: dict[tuple[type, ...], Scope] = {
    (Stage,): Scope.STAGE,
    (Build,): Scope.BUILD,
    (Suppression,): Scope.SUPPRESSION,
}

InstructionT = TypeVar("InstructionT", bound=Instruction | Command)

_StepCheck = Callable[[InstructionT, Context], Iterator[Finding]]


@overload
def rule(
    node: type[Stage],
    /,
    *,
    severity: Severity,
    aliases: tuple[str, ...] = (),
    fixes: tuple[Applicability, ...] = (),
    changes: Collection[Alteration] = (),
    options: Mapping[str, Option] | None = None,
    about: Collection[Subject] = (),
) -> Callable[[Callable[[Stage, StageContext], Iterator[Finding]]], Rule]: ...
@overload
def rule(
    node: type[Build],
    /,
    *,
    severity: Severity,
    aliases: tuple[str, ...] = (),
    fixes: tuple[Applicability, ...] = (),
    changes: Collection[Alteration] = (),
    options: Mapping[str, Option] | None = None,
    about: Collection[Subject] = (),
) -> Callable[[Callable[[Build, FileContext], Iterator[Finding]]], Rule]: ...
@overload
def rule(
    node: type[Suppression],
    /,
    *,
    severity: Severity,
    aliases: tuple[str, ...] = (),
    fixes: tuple[Applicability, ...] = (),
    changes: Collection[Alteration] = (),
    options: Mapping[str, Option] | None = None,
    about: Collection[Subject] = (),
) -> Callable[[Callable[[Suppression, SuppressionContext], Iterator[Finding]]], Rule]: ...
@overload
def rule(
    *nodes: type[InstructionT],
    severity: Severity,
    aliases: tuple[str, ...] = (),
    fixes: tuple[Applicability, ...] = (),
    changes: Collection[Alteration] = (),
    options: Mapping[str, Option] | None = None,
    about: Collection[Subject] = (),
) -> Callable[[_StepCheck[InstructionT]], Rule]: ...
def rule(
    *nodes: type,
    severity: Severity,
    aliases: tuple[str, ...] = (),
    fixes: tuple[Applicability, ...] = (),
    changes: Collection[Alteration] = (),
    options: Mapping[str, Option] | None = None,
    about: Collection[Subject] = (),
) -> Callable[[Any], Rule]:
    """Declare a rule on the node types it looks at.

    :param severity: the severity in the profile ``recommended``; ``OFF`` for a rule that only other profiles turn on.
    :param aliases: the ids by which other tools know it, accepted wherever an id is.
    :param fixes: the grades of the fixes it may offer, for the catalogue; a finding may offer fewer, never others.
    :param changes: in what the build after a fix may differ from the one before, see ``Rule.changes``. What leaves
        every command in its place with its words and settings goes without saying.
    :param about: subjects (see ``build.subjects``) of which one must be there for the rule to have anything to say: in
        the command, the instruction, the stage or the build, whichever it looks at. It is not asked elsewhere.
    """
    scope = _SCOPES.get(nodes, Scope.STEP)

    def declare(check: Callable[[Any, Any], Iterator[Finding]]) -> Rule:
        family, name = check.__module__.rpartition(".")[0].rpartition(".")[2], check.__module__.rpartition(".")[2]
        if name != check.__name__:
            raise TypeError(f"the rule in rules/{family}/{name}.py must be called {name}, not {check.__name__}")
        rule_id = f"{family}/{name.replace('_', '-')}"
        return Rule(
            rule_id,
            check,
            nodes,
            scope,
            severity,
            aliases,
            fixes,
            options or {},
            HARMLESS.union(changes),
            frozenset(about),
        )

    return declare


def _dedent(docstring: str) -> str:
    head, _, rest = docstring.strip("\n").partition("\n")
    lines = rest.splitlines()
    margin = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    return "\n".join([head.strip(), *(line[margin:].rstrip() for line in lines)]).strip("\n")
