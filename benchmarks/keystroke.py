"""What one keystroke costs inside the core: parsing, building, linting, in milliseconds.

``python benchmarks/keystroke.py FILE ...`` types sixty letters at the end of the first, the middle and the last RUN of
each file, and prints the medians of processor time. Nothing of the protocol is in it; for the whole way there and back
see the latency benchmark of the server. With ``--rules`` it says what each rule costs at the last place: milliseconds
of processor time and calls per keystroke.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from layerwise.engine import Analysis, analyse
from layerwise.lint import Finding, Rule
from layerwise.syntax import parse
from layerwise.syntax.tree import Run

LETTERS = 60
WARM_UP = 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--rules", action="store_true", help="also say what each rule costs")
    options = parser.parse_args()
    print(f"{'lines':>6} {'place':>7} {'findings':>8} {'parse':>8} {'build':>8} {'lint':>8} {'all':>8}")
    for path in options.files:
        text = path.read_text(encoding="utf-8")
        for place, offset in _places(text):
            times = [_medians(column) for column in zip(*_type(text, offset), strict=True)]
            findings = len(analyse(text).findings)
            figures = " ".join(f"{1000 * each:8.3f}" for each in (*times, sum(times)))
            print(f"{text.count(chr(10)):6} {place:>7} {findings:8} {figures}")
        if options.rules:
            _print_rules(text)


def _print_rules(text: str) -> None:
    """Each rule with its ``check`` timed."""
    seconds: Counter[str] = Counter()
    calls: Counter[str] = Counter()

    def timed(rule: Rule) -> Rule:
        def check(node: object, context: object) -> list[Finding]:
            start = time.process_time()
            try:
                return list(rule.check(node, context))
            finally:
                seconds[rule.id] += time.process_time() - start
                calls[rule.id] += 1

        return replace(rule, check=check)

    *_, (_, offset) = _places(text)
    previous = analyse(text)
    linter = previous.linter
    linter._by_scope = {scope: tuple(map(timed, rules)) for scope, rules in linter._by_scope.items()}
    _ = previous.findings
    seconds.clear()
    calls.clear()
    for count in range(1, LETTERS + 1):
        previous = analyse(text[:offset] + "x" * count + text[offset:], previous=previous)
        _ = previous.findings
    for rule, spent in seconds.most_common():
        print(f"    {rule:40} {1000 * spent / LETTERS:8.3f} {calls[rule] / LETTERS:6.1f}")


def _places(text: str) -> Iterator[tuple[str, int]]:
    runs = [each.span.end for each in parse(text).instructions if isinstance(each, Run) and not each.heredocs]
    if runs:
        yield from zip(("first", "middle", "last"), (runs[0], runs[len(runs) // 2], runs[-1]), strict=True)


def _type(text: str, offset: int) -> Iterator[tuple[float, float, float]]:
    """Seconds for each part of each keystroke."""
    previous: Analysis = analyse(text)
    _ = previous.findings
    for count in range(1, LETTERS + 1):
        current = analyse(text[:offset] + "x" * count + text[offset:], previous=previous)
        start = time.process_time()
        _ = current.dockerfile
        parsed = time.process_time()
        _ = current.build
        built = time.process_time()
        _ = current.findings
        yield parsed - start, built - parsed, time.process_time() - built
        previous = current


def _medians(values: tuple[float, ...]) -> float:
    return statistics.median(values[WARM_UP:])


if __name__ == "__main__":
    main()
