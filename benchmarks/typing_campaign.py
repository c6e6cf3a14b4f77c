"""Types real Dockerfiles: every prefix of some, and random single edits of all, and checks what must always hold.

For each text: no exception, the pieces make up the text, the leaves of each instruction make up its text, and parsing
with the tree from before the edit gives the same as parsing anew. For some of them also: an analysis with the one from
before the edit finds the same as a new one, the editor is told the same, and no rule has more to say where it is asked
about what it says that it has nothing to do with. Exit status 1 when one does not hold.
Run: python benchmarks/typing_campaign.py [--files 60] [--edits 200000] [--analyses 20000] [--seconds 900] [--seed 1]
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import sys
import time
from collections.abc import Iterator

from layerwise.engine import Analysis, Reported, Settings, analyse
from layerwise.engine.linting import Linter
from layerwise.lsp import wire
from layerwise.lsp.documents import opened
from layerwise.lsp.encoding import Encoding
from layerwise.syntax import Dockerfile, leaves, parse
from shared import shared_file

FRAGMENTS = [
    "\n", "\\\n", " \\\n", "`\n", "#", "# c\n", "<<EOF", "<<-E", "EOF\n", '"', "'", "$", "${", "}", "[", "]", "\r\n",
    "FROM a\n", "RUN x\n", "ONBUILD ", "COPY <<A /b\n", "A\n", "# escape=`\n", "--mount=type=", "--", "=", " ", "\t",
    "\ufeff", "\x00", "\u2028", "é", "日本語", "🚀", "\x1c", "\x85", "\xa0", "ENV ", "HEALTHCHECK ", "\n\n", "\\", "`",
    "\r", "\f", "<",
]  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=60)
    parser.add_argument("--edits", type=int, default=200_000)
    parser.add_argument("--analyses", type=int, default=20_000)
    parser.add_argument("--seconds", type=float, default=900)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    corpus = shared_file("corpus/dockerfiles.jsonl.gz")
    if corpus is None:
        print("skipped: the shared corpus is not here (set LAYERWISE_SHARED)")
        return 0
    with gzip.open(corpus, "rt", encoding="utf-8") as lines:
        texts = [json.loads(line)["dockerfile"] for line in lines]
    started = time.monotonic()
    chance = random.Random(options.seed)
    prefixes = _prefixes(chance.sample(texts, options.files), started + options.seconds / 3)
    edits = _edits(texts, options.edits, chance, started + options.seconds * 2 / 3)
    analyses = _analyses(texts, options.analyses, chance, started + options.seconds)
    return 0 if prefixes and edits and analyses else 1


def _prefixes(texts: list[str], deadline: float) -> bool:
    """Type each text from its first character to its last."""
    count, failures, files = 0, 0, 0
    for text in sorted(texts, key=len):
        tree = parse("")
        for length in range(1, len(text) + 1):
            if time.monotonic() > deadline:
                break
            before, tree = tree, None
            tree, wrong = _step(text[:length], before)
            count += 1
            failures += _report(wrong, text[:length])
        else:
            files += 1
    print(f"prefixes: {count} of {files} whole files, {failures} failures")
    return not failures


def _edits(texts: list[str], wanted: int, chance: random.Random, deadline: float) -> bool:
    """Some edits one after the other on each text, then the next text, until there are enough."""
    count, failures = 0, 0
    while count < wanted and time.monotonic() < deadline:
        text = chance.choice(texts)
        tree = parse(text)
        for _ in range(20):
            start, end, replacement = _edit(text, chance)
            text = text[:start] + replacement + text[end:]
            tree, wrong = _step(text, tree)
            count += 1
            failures += _report(wrong, text)
    print(f"random edits: {count}, {failures} failures")
    return not failures


def _analyses(texts: list[str], wanted: int, chance: random.Random, deadline: float) -> bool:
    """Letters typed one after the other at some place, a few other edits between, on each text; then the next text."""
    settings = Settings(profile="all")
    count, failures = 0, 0
    while count < wanted and time.monotonic() < deadline:
        text = chance.choice(texts)
        analysis, written = analyse(text, settings=settings), wire.Written()
        place = 0
        for number in range(30):
            if number % 6 == 0:
                place = chance.randint(0, len(text))
            start, end, replacement = (place, place, "x") if number % 6 < 5 else _edit(text, chance)
            text = text[:start] + replacement + text[end:]
            place = start + len(replacement)
            analysis = analyse(text, settings=settings, previous=analysis)
            count += 1
            failures += _report(list(_differences(analysis, written)), text)
    print(f"analyses: {count}, {failures} failures")
    return not failures


def _differences(analysis: Analysis, written: wire.Written) -> Iterator[str]:
    fresh = analyse(analysis.text, settings=analysis.settings)
    if list(map(_plain, analysis.findings)) != list(map(_plain, fresh.findings)):
        yield "other findings than when analysed anew"
    document = opened("file:///Dockerfile", 1, analysis.text)
    told = wire.diagnostics(analysis.shown, document, Encoding.UTF_16, written)
    if told != wire.diagnostics(fresh.findings, document, Encoding.UTF_16):
        yield "the editor is told something else than after an analysis anew"
    if _found(fresh, asks_all=False) != _found(fresh, asks_all=True):
        yield "a rule is wrong in what it says that it is about"


def _plain(reported: Reported) -> tuple[object, ...]:
    return reported.rule.id, reported.severity, reported.finding


def _found(analysis: Analysis, *, asks_all: bool) -> list[object]:
    linter = Linter(analysis.selection, analysis.context, asks_all=asks_all)
    stages = [(at, harvest.graded) for at, harvest in linter.stages(analysis.build.stages, analysis.dockerfile)]
    return [*stages, linter.build(analysis.build).graded]


def _edit(text: str, chance: random.Random) -> tuple[int, int, str]:
    """Put something in, take something out, or both; near a line end in every third case."""
    place = chance.randint(0, len(text))
    if chance.random() < 0.33:
        place = max(text.find("\n", place) + chance.randint(-1, 1), 0)
    end = min(place + chance.choice((0, 0, 0, 1, 1, 2, 5, 40)), len(text))
    kind = chance.random()
    if kind < 0.5:
        return place, end, chance.choice(FRAGMENTS)
    if kind < 0.7:
        return place, end, chr(chance.randint(32, 126))
    if kind < 0.8 and text:
        source = chance.randint(0, len(text))
        return place, end, text[source : source + chance.randint(1, 60)]
    return place, end, ""


def _step(text: str, before: Dockerfile) -> tuple[Dockerfile, list[str]]:
    tree = parse(text, before)
    return tree, list(_violations(text, tree))


def _violations(text: str, tree: Dockerfile) -> Iterator[str]:
    fresh = parse(text)
    if "".join(piece.span.of(text) for piece in tree.pieces()) != text:
        yield "the pieces do not make up the text"
    if [each.span for each in tree.sections] != [each.span for each in fresh.sections]:
        yield "other sections than when parsed anew"
    if list(tree.pieces()) != list(fresh.pieces()):
        yield "other pieces than when parsed anew"
    if (tree.problems, tree.escape, tree.directives) != (fresh.problems, fresh.escape, fresh.directives):
        yield "other problems or directives than when parsed anew"
    for instruction in tree.instructions:
        if "".join(leaf.span.of(text) for leaf in leaves(instruction)) != instruction.span.of(text):
            yield f"the leaves of {instruction.name} do not make up its text"


def _report(violations: list[str], text: str) -> bool:
    for violation in violations:
        print(f"{violation}: {text[-2000:]!r}")
    return bool(violations)


if __name__ == "__main__":
    sys.exit(main())
