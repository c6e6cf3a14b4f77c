"""Running rules: one walk, dispatched by node type, and nothing run again whose surroundings are the same.

What a rule finds on a step is kept relative to its instruction, what it finds on a stage relative to the stage. Keys
hold the identity of what they stand for; the entry holds that itself, so that no identity is used twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from layerwise.build.model import Build, Stage, StageFacts, Step
from layerwise.context.tree import ContextTree
from layerwise.engine.memo import Generations
from layerwise.engine.selection import Selection
from layerwise.lint import Context, FileContext, Finding, Rule, Scope, StageContext, Suppression, SuppressionContext
from layerwise.shell.tree import Command
from layerwise.syntax.tree import Dockerfile, Instruction
from layerwise.text import Span


class Failure(NamedTuple):
    """A rule that raised. ``span`` is the step, stage or file it looked at."""

    rule: Rule
    span: Span
    error: Exception

    def moved(self, by: int) -> Failure:
        return Failure(self.rule, self.span.moved(by), self.error)


class Found(NamedTuple):
    """A finding, kept relative to ``at``."""

    at: int
    rule: Rule
    finding: Finding

    @property
    def start(self) -> int:
        return self.at + self.finding.span.start


class Harvest(NamedTuple):
    """What some rules found, in the order of the text, and which of them failed."""

    found: Sequence[Found] = ()
    failures: Sequence[Failure] = ()


class _StepEntry(NamedTuple):
    """What was found on ``parts``, which are held so that their identities stay theirs."""

    parts: tuple[object, ...]
    harvest: Harvest


class _StageEntry(NamedTuple):
    stage: Stage
    escape: str
    harvest: Harvest


class Linter:
    """The rules of one selection over one build context. Remembers what it found, and for nothing else has state."""

    def __init__(self, selection: Selection, context: ContextTree | None) -> None:
        self.selection = selection
        self.context = context
        self._options = {rule.id: selection.options(rule) for rule in selection.rules}
        self._by_scope = {scope: tuple(r for r in selection.rules if r.scope is scope) for scope in Scope}
        self._by_node: dict[type, tuple[Rule, ...]] = {}
        self._stages: dict[tuple[int, int], _StageEntry] = {}
        self._steps: Generations[_StepEntry] = Generations(4096)

    def stages(self, stages: Iterable[Stage], dockerfile: Dockerfile) -> Iterator[tuple[int, Harvest]]:
        """What the rules on steps and on stages find in each stage, relative to the place given with it."""
        before, self._stages = self._stages, {}
        for stage in stages:
            key = (id(stage.section.key), 0)
            while key in self._stages:  # A stage may stand in the file twice.
                key = (key[0], key[1] + 1)
            old = before.get(key)
            same = old is not None and old.escape == dockerfile.escape and _is_same(stage, old.stage)
            harvest = old.harvest if old and same else self._lint_stage(stage, dockerfile)
            self._stages[key] = _StageEntry(stage, dockerfile.escape, harvest)
            yield stage.span.start, harvest

    def build(self, build: Build) -> Harvest:
        """What the rules on the whole file find, at absolute places."""
        found: list[Found] = []
        failures: list[Failure] = []
        whole = Span(0, len(build.dockerfile.text))
        for rule in self._by_scope[Scope.BUILD]:
            context = FileContext(self._options[rule.id], self.context, build)
            _run(rule, build, context, whole, found, failures)
        return Harvest(found, failures)

    def suppression(self, suppression: Suppression, **seen: Any) -> Harvest:
        """What the rules on suppressions say about one, at absolute places."""
        found: list[Found] = []
        failures: list[Failure] = []
        for rule in self._by_scope[Scope.SUPPRESSION]:
            context = SuppressionContext(self._options[rule.id], self.context, suppression=suppression, **seen)
            _run(rule, suppression, context, suppression.span, found, failures)
        return Harvest(found, failures)

    def _lint_stage(self, stage: Stage, dockerfile: Dockerfile) -> Harvest:
        found: list[Found] = []
        failures: list[Failure] = []
        start = stage.span.start
        for step, (at, _) in zip(stage.steps, stage.section.layout.instructions, strict=True):
            harvest = self._step(step, stage.facts, dockerfile)
            found += [Found(at + each.at, each.rule, each.finding) for each in harvest.found]
            failures += [failure.moved(at) for failure in harvest.failures]
        absolute: list[Found] = []
        failed: list[Failure] = []
        for rule in self._by_scope[Scope.STAGE]:
            context = StageContext(self._options[rule.id], self.context, stage, dockerfile)
            _run(rule, stage, context, stage.span, absolute, failed)
        found += [Found(0, each.rule, each.finding.moved(-start)) for each in absolute]
        failures += [failure.moved(-start) for failure in failed]
        return Harvest(tuple(sorted(found, key=_order)), tuple(failures))

    def _step(self, step: Step, facts: StageFacts, dockerfile: Dockerfile) -> Harvest:
        parts = (step.key, step.before, step.after)
        identity = (*map(id, parts), step.index, facts, dockerfile.escape)
        entry = self._steps.get(identity)
        if entry is None:
            entry = _StepEntry(parts, self._lint_step(step, facts, dockerfile))
            self._steps.put(identity, entry)
        return entry.harvest

    def _lint_step(self, step: Step, facts: StageFacts, dockerfile: Dockerfile) -> Harvest:
        found: list[Found] = []
        failures: list[Failure] = []
        start = step.instruction.span.start
        for each in _with_trigger(step):
            span = each.instruction.span
            text = span.of(dockerfile.text)
            for rule, node in self._tasks(each):
                context = Context(
                    self._options[rule.id], self.context, each, facts, text_of_step=text, escape=dockerfile.escape
                )
                _run(rule, node, context, span, found, failures)
        return Harvest(
            tuple(Found(0, each.rule, each.finding.moved(-start)) for each in found),
            tuple(failure.moved(-start) for failure in failures),
        )

    def _tasks(self, step: Step) -> Iterator[tuple[Rule, Instruction | Command]]:
        for rule in self._rules_on(type(step.instruction)):
            yield rule, step.instruction
        on_commands = self._rules_on(Command)
        if on_commands and step.script:
            for command in step.script.commands:
                for rule in on_commands:
                    yield rule, command

    def _rules_on(self, node: type) -> tuple[Rule, ...]:
        """The rules on a node type or one that it is derived from."""
        rules = self._by_node.get(node)
        if rules is None:
            rules = tuple(rule for rule in self._by_scope[Scope.STEP] if issubclass(node, rule.nodes))
            self._by_node[node] = rules
        return rules


def _run(rule: Rule, node: object, context: object, span: Span, found: list[Found], failures: list[Failure]) -> None:
    """The one place where a rule is called, and where its failure ends: the other rules go on."""
    try:
        found += [Found(0, rule, finding) for finding in rule.check(node, context)]
    except Exception as error:
        failures.append(Failure(rule, span, error))


def _is_same(stage: Stage, old: Stage) -> bool:
    """Whether a stage of the same text is the same in all that its rules may see, but for its place.

    The states within follow from the text and the state at the entry.
    """
    if stage is old:
        return True
    if stage.course is not old.course and stage.course.states[0] != old.course.states[0]:
        return False
    return stage.facts == old.facts and stage.parent == old.parent and _same_triggers(stage, old)


def _same_triggers(stage: Stage, old: Stage) -> bool:
    if not stage.triggers and not old.triggers:
        return True
    seen, seen_before = ([(each.key, each.before) for each in one.triggers] for one in (stage, old))
    return seen == seen_before


def _with_trigger(step: Step) -> Iterable[Step]:
    return (step, step.trigger) if step.trigger else (step,)


def _order(found: Found) -> tuple[int, int, str]:
    return found.start, found.at + found.finding.span.end, found.rule.id
