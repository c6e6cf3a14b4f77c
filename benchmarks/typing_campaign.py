"""Types real Dockerfiles: every prefix of some, and random single edits of all, and checks what must always hold.

For each text: no exception, the pieces make up the text, the leaves of each instruction make up its text, and parsing
with the tree from before the edit gives the same as parsing anew. Exit status 1 when one does not hold.
Run: python benchmarks/typing_campaign.py [--files 60] [--edits 200000] [--seconds 900] [--seed 1]
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import sys
import time
from collections.abc import Iterator

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
    prefixes = _prefixes(chance.sample(texts, options.files), started + options.seconds / 2)
    edits = _edits(texts, options.edits, chance, started + options.seconds)
    return 0 if prefixes and edits else 1


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
