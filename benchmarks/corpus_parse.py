"""Parses every Dockerfile of the shared corpus and compares it with a port of BuildKit's parser.

Prints how many files agree on instructions, lines, flags, arguments and heredocs, on being refused or not, and whether
the tree is lossless. Exit status 1 when one disagrees. Run: python benchmarks/corpus_parse.py
"""

from __future__ import annotations

import gzip
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator

from e2b_dockerfile_utils import DockerfileSyntaxError, parse_dockerfile_ast

from layerwise.syntax import (
    Assigning,
    Dockerfile,
    ExecForm,
    Healthcheck,
    Instruction,
    Onbuild,
    leaves,
    parse,
)
from shared import shared_file


def main() -> int:
    corpus = shared_file("corpus/dockerfiles.jsonl.gz")
    if corpus is None:
        print("skipped: the shared corpus is not here (set LAYERWISE_SHARED)")
        return 0
    with gzip.open(corpus, "rt", encoding="utf-8") as lines:
        texts = [(f"{row['repo']}/{row['path']}", row["dockerfile"]) for row in map(json.loads, lines)]
    started = time.perf_counter()
    trees = [parse(text) for _, text in texts]
    seconds = time.perf_counter() - started
    counts: Counter[str] = Counter()
    for (name, text), tree in zip(texts, trees, strict=True):
        differences = list(compare(text, tree))
        counts["differ" if differences else "agree"] += 1
        for difference in differences[:3]:
            print(f"{name}: {difference}")
    instructions = sum(len(tree.instructions) for tree in trees)
    print(f"{len(texts)} files, {instructions} instructions, parsed in {seconds:.2f} s")
    print(f"agree with BuildKit's parser: {counts['agree']} of {len(texts)}")
    return 1 if counts["differ"] else 0


def compare(text: str, tree: Dockerfile) -> Iterator[str]:
    """What is different from what BuildKit's parser sees, in words."""
    if "".join(piece.span.of(text) for piece in tree.pieces()) != text:
        yield "the pieces do not make up the text"
    for instruction in tree.instructions:
        if "".join(leaf.span.of(text) for leaf in leaves(instruction)) != instruction.span.of(text):
            yield f"the leaves of {instruction.name} do not make up its text"
    try:
        expected = parse_dockerfile_ast(text)
    except DockerfileSyntaxError as error:
        lines = {tree.lines.line_of(problem.span.start) + 1 for problem in tree.problems}
        if error.line not in lines:
            yield f"refused by BuildKit ({error}), problems are on lines {sorted(lines)}"
        return
    for problem in tree.problems:
        yield f"a problem that BuildKit's parser does not have: {problem.message}"
    if expected.escape_token != tree.escape:
        yield f"the escape character is {tree.escape!r}"
    if len(expected.instructions) != len(tree.instructions):
        yield f"{len(tree.instructions)} instructions instead of {len(expected.instructions)}"
    for theirs, ours in zip(expected.instructions, tree.instructions, strict=False):
        line = f"line {theirs.start_line}, {theirs.name}"
        found = (ours.name, *lines_of(ours, tree))
        if found != (theirs.name, theirs.start_line, theirs.end_line):
            yield f"{line}: {found} instead of {(theirs.name, theirs.start_line, theirs.end_line)}"
        if flags_of(ours) != theirs.flags:
            yield f"{line}: flags {flags_of(ours)} instead of {theirs.flags}"
        heredocs = [(h.delimiter, h.text, h.strips_tabs, not h.quoted, h.file_descriptor) for h in ours.heredocs]
        wanted = [(h.name, h.content, h.chomp, h.expand, h.file_descriptor) for h in theirs.heredocs]
        if heredocs != wanted and theirs.name != "ONBUILD":
            yield f"{line}: heredocs {heredocs} instead of {wanted}"
        if theirs.name not in ("ONBUILD", "COPY", "ADD") and not ours.problems and arguments_of(ours) != theirs.args:
            yield f"{line}: arguments {arguments_of(ours)} instead of {theirs.args}"


def lines_of(instruction: Instruction, tree: Dockerfile) -> tuple[int, int]:
    """First and last line, counted from 1."""
    return tree.lines.line_of(instruction.span.start) + 1, tree.lines.line_of(instruction.span.end) + 1


def flags_of(instruction: Instruction) -> list[str]:
    return [f"--{flag.name.text}" + (f"={flag.value.text}" if flag.value else "") for flag in instruction.flags]


def arguments_of(instruction: Instruction) -> list[str]:
    """The arguments as BuildKit's syntax tree has them."""
    if isinstance(instruction, Assigning):
        return [text for pair in instruction.pairs for text in _pair(pair, instruction.name)]
    if isinstance(instruction, Onbuild):
        return []
    if isinstance(instruction, Healthcheck):
        return [instruction.kind.text, *_command(instruction)] if instruction.kind else []
    if hasattr(instruction, "command"):
        return _command(instruction)
    if hasattr(instruction, "value"):
        return [instruction.value.text] if instruction.value else []
    return [word.text for word in instruction.arguments]


def _pair(pair, name):  # type: ignore[no-untyped-def]
    if name == "ARG":
        return [pair.key.text if pair.value is None else f"{pair.key.text}={pair.value.text}"]
    return [pair.key.text, pair.value.text if pair.value else "", "" if pair.legacy else "="]


def _command(instruction):  # type: ignore[no-untyped-def]
    command = instruction.command
    if command is None:
        return []
    return [item.text for item in command.items] if isinstance(command, ExecForm) else [command.text]


if __name__ == "__main__":
    sys.exit(main())
