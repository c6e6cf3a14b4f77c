"""Running rules: one walk, dispatched by node type and by what a node is about, and nothing run again whose
surroundings are the same.

What a rule finds on a step is kept relative to its instruction, what it finds on a stage relative to the stage. Keys
hold the identity of what they stand for; the entry holds that itself, so that no identity is used twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from msgspec import Struct

from layerwise.build.model import Build, Stage, StageFacts, Stages, Step
from layerwise.build.subjects import Subjects, subjects_of_command
from layerwise.context.tree import ContextTree
from layerwise.engine.memo import Generations
from layerwise.engine.reported import Failure, Found, Harvest, Piece
from layerwise.engine.selection import Selection
from layerwise.lint import (
    Context,
    FileContext,
    Rule,
    Scope,
    StageContext,
    Suppression,
    SuppressionContext,
)
from layerwise.shell.tree import Command
from layerwise.syntax.tree import Dockerfile, Instruction
from layerwise.text import Span, shared_ends

_NOTHING = Harvest()


class _StepEntry(NamedTuple):
    """What was found on ``parts``, which are held so that their identities stay theirs."""

    parts: tuple[object, ...]
    harvest: Harvest


class _StageEntry(Struct):
    """What was found in a stage, and by the rules on steps in each of its steps."""

    stage: Stage
    """The stage wherever it stands."""
    harvest: Harvest
    steps: Sequence[Harvest]


class Linter:
    """The rules of one selection over one build context. Remembers what it found, and for nothing else has state.

    :param asks_all: ask every rule about every node, whatever it says that it is about. It makes no difference.
    """

    def __init__(self, selection: Selection, context: ContextTree | None, *, asks_all: bool = False) -> None:
        self._asks_all = asks_all
        self.selection = selection
        self.context = context
        self._options = {rule.id: selection.options(rule) for rule in selection.rules}
        self._by_scope = {scope: tuple(r for r in selection.rules if r.scope is scope) for scope in Scope}
        self._by_node: dict[type, tuple[Rule, ...]] = {}
        self._models: list[Stage] = []
        self._stages: list[_StageEntry] = []
        """What was found in the stages that it was last asked about, each an entry for one of ``_models``."""
        self._escape = ""
        self._steps: Generations[_StepEntry] = Generations(4096)
        self._concerned: Generations[tuple[Rule, ...]] = Generations(1024)
        """Which of some rules nodes with these subjects concern."""

    def stages(self, stages: Stages, dockerfile: Dockerfile) -> list[Piece]:
        """What the rules on steps and on stages find in the stages, in order."""
        entries, models, before = self._stages, stages.models, self._models
        if self._escape != dockerfile.escape:
            entries, before = [], []
        head, tail = shared_ends(before, models)
        old, middle = entries[head : len(entries) - tail], range(head, len(models) - tail)
        rows: Iterable[_StageEntry | None] = (
            old if len(old) == len(middle) else _aligned(old, [models[index] for index in middle])
        )
        changed = [self._entry(stages[index], dockerfile, row) for index, row in zip(middle, rows, strict=True)]
        self._stages = [*entries[:head], *changed, *entries[len(entries) - tail :]]
        self._models, self._escape = models, dockerfile.escape
        found = zip(stages.starts, self._stages, strict=True)
        return [Piece(start, entry.harvest) for start, entry in found if entry.harvest is not _NOTHING]

    def _entry(self, stage: Stage, dockerfile: Dockerfile, old: _StageEntry | None) -> _StageEntry:
        if old is None or not _is_same(stage, old.stage):
            return self._lint_stage(stage, dockerfile, old)
        old.stage = stage
        return old

    def build(self, build: Build) -> Harvest:
        """What the rules on the whole file find, at absolute places."""
        found: list[Found] = []
        failures: list[Failure] = []
        whole = Span(0, len(build.dockerfile.text))
        for rule in self._asked(self._by_scope[Scope.BUILD], build.subjects):
            context = FileContext(self._options[rule.id], self.context, build)
            _run(rule, build, context, whole, found, failures)
        return self.harvest(found, failures)

    def suppression(self, suppression: Suppression, **seen: Any) -> Harvest:
        """What the rules on suppressions say about one, at absolute places."""
        found: list[Found] = []
        failures: list[Failure] = []
        for rule in self._by_scope[Scope.SUPPRESSION]:
            context = SuppressionContext(self._options[rule.id], self.context, suppression=suppression, **seen)
            _run(rule, suppression, context, suppression.span, found, failures)
        return self.harvest(found, failures)

    def harvest(self, found: Sequence[Found], failures: Sequence[Failure]) -> Harvest:
        """Findings with what makes them worth showing."""
        graded = [(each, self.selection.severity(each.rule, each.finding)) for each in found]
        return Harvest(tuple(graded), tuple(failures))

    def _lint_stage(self, stage: Stage, dockerfile: Dockerfile, old: _StageEntry | None) -> _StageEntry:
        found: list[Found] = []
        failures: list[Failure] = []
        start = stage.span.start
        steps = self._steps_of(stage, dockerfile, old)
        for harvest, (at, _) in zip(steps, stage.section.layout.instructions, strict=True):
            if harvest is _NOTHING:
                continue
            found += [Found(at + each.at, each.rule, each.finding) for each, _ in harvest.graded]
            failures += [failure.moved(at) for failure in harvest.failures]
        absolute: list[Found] = []
        failed: list[Failure] = []
        for rule in self._asked(self._by_scope[Scope.STAGE], stage.subjects):
            context = StageContext(self._options[rule.id], self.context, stage, dockerfile)
            _run(rule, stage, context, stage.span, absolute, failed)
        found += [Found(0, each.rule, each.finding.moved(-start)) for each in absolute]
        failures += [failure.moved(-start) for failure in failed]
        harvest = self.harvest(sorted(found, key=_order), failures) if found or failures else _NOTHING
        return _StageEntry(stage, harvest, steps)

    def _steps_of(self, stage: Stage, dockerfile: Dockerfile, old: _StageEntry | None) -> list[Harvest]:
        """What the rules on steps find in each of them: what they found before an edit, where nothing has changed."""
        if not self._by_scope[Scope.STEP]:
            return [_NOTHING] * len(stage.section.layout.own)
        head = tail = 0
        steps = stage.steps
        if old is not None and old.stage.facts == stage.facts:
            head, tail = _untouched(old.stage, stage)
        middle = [self._step(step, stage.facts, dockerfile) for step in steps[head : len(steps) - tail]]
        if old is None or not head + tail:
            return middle
        return [*old.steps[:head], *middle, *old.steps[len(old.steps) - tail :]]

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
        if not found and not failures:
            return _NOTHING
        return self.harvest(
            [Found(0, each.rule, each.finding.moved(-start)) for each in found],
            [failure.moved(-start) for failure in failures],
        )

    def _tasks(self, step: Step) -> Iterator[tuple[Rule, Instruction | Command]]:
        for rule in self._asked(self._rules_on(step.kind), step.subjects):
            yield rule, step.instruction
        on_commands = self._asked(self._rules_on(Command), step.subjects)
        if on_commands and step.script:
            for command in step.script.commands:
                for rule in self._asked(on_commands, subjects_of_command(command)):
                    yield rule, command

    def _asked(self, rules: tuple[Rule, ...], subjects: Subjects) -> tuple[Rule, ...]:
        """Those of the rules that may have something to say about a node."""
        if self._asks_all:
            return rules
        asked = self._concerned.get((rules, subjects))
        if asked is None:
            asked = tuple([rule for rule in rules if rule.concerns(subjects)])
            self._concerned.put((rules, subjects), asked)
        return asked

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
    if stage.section.layout is not old.section.layout:
        return False
    if stage.course is not old.course and stage.course.states[0] != old.course.states[0]:
        return False
    if (stage.facts is not old.facts and stage.facts != old.facts) or stage.parent != old.parent:
        return False
    return _same_triggers(stage, old) if stage.triggers or old.triggers else True


def _untouched(old: Stage, new: Stage) -> tuple[int, int]:
    """How many steps at the beginning of a stage are as they were, and how many at its end, each with its number.

    The states follow from the first one and the steps.
    """
    states, new_states = old.course.states, new.course.states
    if states[0] is not new_states[0]:
        return 0, 0
    head, tail = shared_ends(old.section.layout.own, new.section.layout.own)
    is_same_behind = len(states) == len(new_states) and states[-1 - tail] == new_states[-1 - tail]
    return head, tail if is_same_behind else 0


def _aligned(before: Sequence[_StageEntry], stages: Sequence[Stage]) -> list[_StageEntry | None]:
    """The entries at the places of the stages with their texts, where stages have come or gone."""
    by_text: dict[int, list[_StageEntry]] = {}
    for entry in reversed(before):
        by_text.setdefault(id(entry.stage.section.key), []).append(entry)
    rows = (by_text.get(id(stage.section.key)) for stage in stages)
    return [row.pop() if row else None for row in rows]


def _same_triggers(stage: Stage, old: Stage) -> bool:
    seen, seen_before = ([(each.key, each.before) for each in one.triggers] for one in (stage, old))
    return seen == seen_before


def _with_trigger(step: Step) -> Iterable[Step]:
    return (step, step.trigger) if step.trigger else (step,)


def _order(found: Found) -> tuple[int, int, str]:
    return found.start, found.at + found.finding.span.end, found.rule.id
