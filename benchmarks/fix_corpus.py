"""Fixes all Dockerfiles of a corpus and counts what went wrong: broken files, lost comments, fixes without an end.

``python benchmarks/fix_corpus.py [--unsafe | --optimize] [--seconds N] [--jobs N] [--select RULE]``. The corpus is
``corpus/dockerfiles.jsonl.gz`` in the folder that LAYERWISE_SHARED names, or in ``../shared`` beside the checkout. The
exit status is 1 when anything went wrong, 0 otherwise, also when there is no corpus.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

from layerwise.build import Build, build
from layerwise.build.relation import Alteration, Difference, relation
from layerwise.engine import RULES, Analysis, FixResult, Settings, analyse, fix_all, optimize
from layerwise.engine.comments import comments_of
from layerwise.lint import Applicability, Fix, Rule, Severity
from layerwise.syntax import parse
from layerwise.text import apply_edits
from shared import corpus

CHUNK = 20


@dataclass
class Outcome:
    """What became of one file."""

    name: str
    changed: bool = False
    rounds: int = 0
    applied: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    alterations: Counter[str] = field(default_factory=Counter)
    """In what the build after each single fix differs from the one before."""
    violations: list[str] = field(default_factory=list)
    seconds: float = 0.0


def main() -> int:
    arguments = _arguments()
    files = list(corpus())
    if not files:
        print("no corpus: set LAYERWISE_SHARED")
        return 0
    way = Way(bool(arguments.unsafe), bool(arguments.optimize), tuple(arguments.select or ()))
    deadline = time.monotonic() + arguments.seconds
    outcomes: list[Outcome] = []
    chunks = [files[start : start + CHUNK] for start in range(0, len(files), CHUNK)]
    with ProcessPoolExecutor(arguments.jobs) as pool:
        for chunk in pool.map(partial(_fix_chunk, way=way, deadline=deadline), chunks):
            outcomes += chunk
    return _report(outcomes, len(files), verbose=arguments.verbose)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    more = parser.add_mutually_exclusive_group()
    more.add_argument("--unsafe", action="store_true", help="apply unsafe fixes too")
    more.add_argument("--optimize", action="store_true", help="do what `layerwise fix --optimize` does")
    parser.add_argument("--seconds", type=float, default=300, help="start no file after so many seconds")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    parser.add_argument("--select", action="append", help="fix the findings of these rules only")
    parser.add_argument("--verbose", action="store_true", help="name each fix that was refused")
    return parser.parse_args()


@dataclass(frozen=True)
class Way:
    """How files are fixed."""

    unsafe: bool = False
    optimizes: bool = False
    select: tuple[str, ...] = ()

    def __call__(self, analysis: Analysis) -> FixResult:
        if self.optimizes:
            return optimize(analysis)
        grade = Applicability.UNSAFE if self.unsafe else Applicability.SAFE
        return fix_all(analysis, grade, only=[RULES[rule] for rule in self.select] if self.select else None)

    def may_apply(self, rule: Rule, fix: Fix) -> bool:
        if self.select and rule.id not in self.select:
            return False
        unsafe = self.unsafe or (self.optimizes and fix.optimizes)
        return fix.applicability is Applicability.SAFE or (unsafe and fix.applicability is Applicability.UNSAFE)


def _fix_chunk(files: list[tuple[str, str]], way: Way, deadline: float) -> list[Outcome]:
    return [_fix(name, text, way) for name, text in files if time.monotonic() < deadline]


def _fix(name: str, text: str, way: Way) -> Outcome:
    outcome = Outcome(name)
    start = time.perf_counter()
    before = analyse(text, path="/corpus/Dockerfile", settings=Settings())
    result = way(before)
    outcome.seconds = time.perf_counter() - start
    outcome.changed = result.text != text
    outcome.rounds = result.rounds
    outcome.applied.update(each.rule.id for each in result.applied)
    outcome.skipped.update(f"{each.rule.id}: {each.reason}" for each in result.skipped)
    outcome.violations += [
        f"{each.rule.id} raised {each.error!r}" for each in (*before.failures, *before.late_failures)
    ]
    for applied in _single_fixes(before, way):
        outcome.alterations.update(each.alteration for each in applied.differences)
        outcome.violations += applied.violations
    if outcome.changed:
        outcome.violations += _unnamed("all fixes", before.build, result.after.build, _declared(result))
        outcome.violations += _new_findings(before, result.after)
        again = way(analyse(result.text, path="/corpus/Dockerfile", settings=Settings()))
        if again.text != result.text:
            outcome.violations.append(f"a second run changes it again: {sorted({a.rule.id for a in again.applied})}")
        kept = Counter(text for each in result.applied for text in each.fix.drops)
        lost = comments_of(before.build) - comments_of(result.after.build) - kept
        outcome.violations += [f"lost the comment {comment!r}" for comment in lost]
        outcome.violations += _broken(text, result.text)
        if apply_edits(text, result.edits) != result.text:
            outcome.violations.append("the narrow edits lead elsewhere")
    return outcome


class Single(NamedTuple):
    """What one fix alone does to a build."""

    differences: tuple[Difference, ...]
    violations: list[str]


def _single_fixes(before: Analysis, way: Way) -> Iterator[Single]:
    """Each fix on offer, up to this grade and no refactoring, applied by itself."""
    for reported in before.findings:
        for fix in reported.finding.fixes:
            if way.may_apply(reported.rule, fix) and fix.edits:
                dockerfile = parse(apply_edits(before.text, fix.edits), before.dockerfile)
                after = build(dockerfile, previous=before.build)
                differences = relation(before.build, after).differences
                violations = list(_unnamed(reported.rule.id, before.build, after, reported.rule.changes))
                yield Single(differences, violations)


def _new_findings(before: Analysis, after: Analysis) -> Iterator[str]:
    """Rules that warn of more places than they did."""
    counts = [
        Counter(each.rule.id for each in analysis.findings if each.severity <= Severity.WARNING)
        for analysis in (before, after)
    ]
    yield from (f"a new warning of {rule}" for rule in counts[1] - counts[0])


def _declared(result: FixResult) -> frozenset[Alteration]:
    return frozenset(change for each in result.applied for change in each.rule.changes)


def _unnamed(what: str, before: Build, after: Build, allowed: frozenset[Alteration]) -> Iterator[str]:
    """Differences that no rule declares to make."""
    for difference in relation(before, after).differences:
        if difference.alteration not in allowed:
            yield f"{what}: {difference}"


def _broken(before: str, after: str) -> Iterator[str]:
    """What parsed before and does not now, by our own parser and by each other one that is installed."""
    for name, takes in _parsers():
        if takes(before) and not takes(after):
            yield f"{name} takes it no more"


def _parsers() -> Iterator[tuple[str, Callable[[str], bool]]]:
    yield "layerwise", lambda text: not analyse(text).dockerfile.problems
    try:
        from e2b_dockerfile_utils import parse_dockerfile_ast
    except ImportError:
        pass
    else:
        yield "e2b-dockerfile-utils", lambda text: _succeeds(parse_dockerfile_ast, text)
    try:
        from dockerfile import parse_string
    except ImportError:
        pass
    else:
        yield "dockerfile", lambda text: _succeeds(parse_string, text)


def _succeeds(parser: Callable[[str], object], text: str) -> bool:
    try:
        parser(text)
    except Exception:
        return False
    return True


def _report(outcomes: list[Outcome], files: int, *, verbose: bool) -> int:
    bad = [outcome for outcome in outcomes if outcome.violations]
    applied: Counter[str] = sum((outcome.applied for outcome in outcomes), Counter())
    skipped: Counter[str] = sum((outcome.skipped for outcome in outcomes), Counter())
    seconds = sum(outcome.seconds for outcome in outcomes)
    print(f"{len(outcomes)} of {files} files, {sum(outcome.changed for outcome in outcomes)} changed", end="; ")
    print(f"{sum(applied.values())} fixes, {1000 * seconds / max(len(outcomes), 1):.1f} ms per file", end="; ")
    print(f"at most {max((outcome.rounds for outcome in outcomes), default=0)} rounds")
    for rule, count in applied.most_common():
        print(f"  {count:6} {rule}")
    print("what single fixes change, apart from how it is written:")
    alterations: Counter[str] = sum((outcome.alterations for outcome in outcomes), Counter())
    for alteration, count in alterations.most_common():
        print(f"  {count:6} {alteration}")
    print(f"{sum(skipped.values())} fixes refused because they would have done harm")
    for reason, count in skipped.most_common(None if verbose else 10):
        print(f"  {count:6} {reason}")
    print(f"{len(bad)} files with a violation")
    for outcome in bad:
        for violation in outcome.violations:
            print(f"  {outcome.name}: {violation}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
