"""How often the features agree with answers recorded from another Dockerfile server, per kind of request.

    benchmarks/editor_agreement.py [--show N]

Reads ``peers/lsp_cases.jsonl`` of the shared folder, without a server between. A hover is compared by whether there is
one. The difference that is left is named by its reason: where the other server is silent and this one is not, by what
is said.
"""

from __future__ import annotations

import argparse
import collections
import json
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from typing import Any

from layerwise.engine import Analysis, analyse
from layerwise.features.hover import hover
from layerwise.features.hover.answer import word_hover
from layerwise.features.links import links
from layerwise.features.occurrences import definition, occurrences
from layerwise.features.rename import RenameError, renamable, rename
from layerwise.features.signature import signature_help
from layerwise.text import LineIndex, Span
from shared import shared_file

Case = dict[str, Any]


def main(arguments: Iterable[str] = ()) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--show", type=int, default=0, help="how many differences to print per kind")
    options = parser.parse_args(list(arguments))
    path = shared_file("peers/lsp_cases.jsonl")
    if path is None:
        print("the cases are not here")
        return 0
    cases = [case for line in path.read_text(encoding="utf-8").splitlines() if (case := json.loads(line))]
    results = {method: Result(method) for method in ANSWERS}
    for case in cases:
        if case["method"] in ANSWERS:
            results[case["method"]].take(case)
    for result in results.values():
        result.report(options.show)
    return 0 if results["hover"].silent == 0 else 1


class Result:
    """What came of the cases of one kind of request."""

    def __init__(self, method: str) -> None:
        self.method = method
        self.agreed = 0
        self.silent = 0
        """Cases where the other server answers and this one does not."""
        self.times: list[float] = []
        self.reasons: collections.Counter[str] = collections.Counter()
        self.differences: list[str] = []

    def take(self, case: Case) -> None:
        analysis = analyse(case["text"])
        position = case.get("position", {"line": 0, "character": 0})
        offset = analysis.lines.offset(position["line"], position["character"])
        if self.method == "hover":
            assert analysis.findings is not None
        started = time.perf_counter()
        answer = ANSWERS[self.method](analysis, offset, case)
        self.times.append((time.perf_counter() - started) * 1e3)
        exact = self.method == "signatureHelp"
        if answer == case["expect"] if exact else (answer or None) == (case["expect"] or None):
            self.agreed += 1
            return
        self.silent += not answer
        self.reasons[_reason(self.method, analysis, offset, answer)] += 1
        text = case["text"][:offset] + "¦" + case["text"][offset:]
        self.differences.append(f"{text!r}: expected {json.dumps(case['expect'])}, got {json.dumps(answer)}")

    def report(self, show: int) -> None:
        total = len(self.times)
        print(
            f"{self.method:18} {self.agreed:5} / {total:5} agree   median {statistics.median(self.times):.3f} ms   "
            f"slowest {max(self.times):.2f} ms"
        )
        for reason, count in self.reasons.most_common():
            print(f"    {count:4} {reason}")
        for difference in self.differences[:show]:
            print(f"        {difference[:300]}")


def _reason(method: str, analysis: Analysis, offset: int, answer: object) -> str:
    if not answer:
        return "this server is silent"
    if method != "hover":
        return "another answer"
    found = word_hover(analysis, offset)
    if found is None:
        return "the page of a rule is shown"
    if "is not set here" in found.markdown:
        return "it is explained why a variable is not set"
    if "without a default" in found.markdown or "Global `ARG`" in found.markdown:
        return "an ARG without a default is explained"
    return "there is something to say about the word"


def _hover(analysis: Analysis, offset: int, _: Case) -> object:
    return bool(hover(analysis, offset))


def _definition(analysis: Analysis, offset: int, _: Case) -> object:
    span = definition(analysis, offset)
    return {"range": _range(analysis.lines, span)} if span else None


def _highlight(analysis: Analysis, offset: int, _: Case) -> object:
    return [{**_range(analysis.lines, each.span)} for each in occurrences(analysis, offset)]


def _prepare(analysis: Analysis, offset: int, _: Case) -> object:
    span = renamable(analysis, offset)
    return _range(analysis.lines, span) if span else None


def _rename(analysis: Analysis, offset: int, case: Case) -> object:
    try:
        edits = rename(analysis, offset, case["newName"])
    except RenameError:
        return None
    return [{"range": _range(analysis.lines, edit.span), "newText": edit.text} for edit in edits]


def _links(analysis: Analysis, _offset: int, _: Case) -> object:
    return [_range(analysis.lines, link.span) for link in links(analysis)]


def _signature(analysis: Analysis, offset: int, _: Case) -> object:
    found = signature_help(analysis, offset)
    return found.active_part if found else None


def _range(lines: LineIndex, span: Span) -> dict[str, Any]:
    start, end = lines.position(span.start), lines.position(span.end)
    return {
        "start": {"line": start.line, "character": start.column},
        "end": {"line": end.line, "character": end.column},
    }


ANSWERS: dict[str, Callable[[Analysis, int, Case], object]] = {
    "hover": _hover,
    "definition": _definition,
    "documentHighlight": _highlight,
    "prepareRename": _prepare,
    "rename": _rename,
    "documentLink": _links,
    "signatureHelp": _signature,
}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
