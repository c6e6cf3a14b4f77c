"""How often the rules are right: the verdicts of people who read what they report on a corpus of real files.

``python benchmarks/precision.py`` reads ``verdicts/<family>/<rule>.jsonl`` and prints the table of
``docs/precision.md``. Where the corpus is (see ``shared.py``), it also says which of the verdicts are stale: the rule
reports nothing at that line any more. The exit status is 1 then. ``--write`` writes the page instead.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from layerwise.engine import RULES, Settings, analyse
from layerwise.lint import Severity
from shared import corpus

ROOT = Path(__file__).resolve().parents[1]
VERDICTS = ROOT / "benchmarks" / "verdicts"
PAGE = ROOT / "docs" / "precision.md"
VALUES = ("right", "debatable", "wrong")

_HEAD = """# How often the rules are right

A finding that is wrong costs more than one that is missed. So what each rule reports on some thousand public
Dockerfiles was read: thirty findings a rule, all where there are fewer, more where there was doubt. Each was judged as
somebody would who has to maintain that file and did not ask for the tool:

- **right**: what it says is true of that file, and worth changing;
- **debatable**: true, but one may have good reason to leave it;
- **wrong**: not true of that file, or nothing to be gained.

The verdicts stand in `benchmarks/verdicts/`, each with its reason; `python benchmarks/precision.py --write` makes this
table from them. A rule with fewer than 95 of 100 right is mended, or is not on by
default.

"""

_WHOLE = """
## Files read whole

A rule can also be silent where it should speak. So files that were drawn by lot were read from the first line to the
last beside all that the rules say of them, half of them such as had nothing to report when there were few rules. The
record is `benchmarks/verdicts/whole.jsonl`: what is doubtful among the findings, and what a rule claims to be about and
does not say. {files} files with {findings} findings: {doubtful} doubtful, {missed} missed.

"""

_UNSEEN = """
## Rules that find nothing there

These report nothing in any of the files, so that there is nothing to judge: their specifications under `tests/rules/`
have to do. What comes nearest in the files was read instead.

"""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a person thinks of one finding. ``line`` is one-based; ``file`` is the id of a file of the corpus."""

    rule: str
    file: str
    line: int
    verdict: str
    why: str


@dataclass(frozen=True, slots=True)
class Whole:
    """A file that was read from the first line to the last, beside all that the rules said of it.

    ``doubtful`` are the rules of findings that are not right, ``missed`` one that should have said something.
    """

    file: str
    findings: int
    doubtful: list[str]
    missed: str
    why: str


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="write docs/precision.md")
    arguments = parser.parse_args()
    verdicts = tuple(read_verdicts())
    page = render(verdicts, read_unseen(), tuple(read_whole()))
    if arguments.write:
        PAGE.write_text(page, encoding="utf-8")
        return 0
    print(page.removeprefix(_HEAD), end="")
    outdated = list(stale(verdicts, corpus()))
    for each in outdated:
        print(f"stale: {each.rule} reports nothing at {each.file}:{each.line}")
    seen = sorted(set(reported(read_unseen(), corpus())))
    for rule, file in seen:
        print(f"stale: {rule} is said to find nothing, and does in {file}")
    return 1 if outdated or seen else 0


def read_verdicts(folder: Path = VERDICTS) -> Iterator[Verdict]:
    """The verdicts of all rules, in the order of their ids.

    :raises ValueError: for a line that is no verdict.
    """
    for path in sorted(folder.glob("*/*.jsonl")):
        if path.parent.name == "refactor":
            continue  # Of code actions, which are no rules.
        rule = f"{path.parent.name}/{path.stem}"
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            entry = json.loads(line)
            if set(entry) != {"file", "line", "verdict", "why"} or entry["verdict"] not in VALUES:
                raise ValueError(f"{path.name}:{number} is no verdict: {line}")
            yield Verdict(rule, **entry)


def read_unseen(path: Path = VERDICTS / "unseen.jsonl") -> Mapping[str, str]:
    """The rules that report nothing in any file of the corpus, each with what was read instead."""
    entries = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return {entry["rule"]: entry["why"] for entry in entries}


def read_whole(path: Path = VERDICTS / "whole.jsonl") -> Iterator[Whole]:
    """The files that were read whole."""
    for line in path.read_text(encoding="utf-8").splitlines():
        yield Whole(**json.loads(line))


def precision(verdicts: Iterable[Verdict]) -> Mapping[str, Counter[str]]:
    """How many verdicts of each value a rule has, by its id."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for each in verdicts:
        counts[each.rule][each.verdict] += 1
    return counts


def share(count: Counter[str]) -> float:
    """Right ones in 100, where a debatable one counts like a wrong one."""
    return 100 * count["right"] / count.total()


def render(verdicts: Iterable[Verdict], unseen: Mapping[str, str] | None = None, whole: Sequence[Whole] = ()) -> str:
    """The page.

    :param unseen: the rules that report nothing in the corpus, each with what was read instead.
    :param whole: the files that were read whole.
    """
    counts = precision(verdicts)
    total = sum(counts.values(), Counter[str]())
    rows = [
        ("Rule", "Judged", "Right", "Debatable", "Wrong", "Right in 100"),
        ("---", *["---:"] * 5),
        *(_row(f"[{rule}](rules/{rule}.md)", count) for rule, count in sorted(counts.items())),
        *([_row("all", total)] if total else []),
    ]
    table = "".join(f"| {' | '.join(row)} |\n" for row in rows)
    return _HEAD + table + _whole_text(whole) + _unseen_text(unseen or {})


def _whole_text(whole: Sequence[Whole]) -> str:
    if not whole:
        return ""
    text = _WHOLE.format(
        files=len(whole),
        findings=sum(each.findings for each in whole),
        doubtful=sum(len(each.doubtful) for each in whole),
        missed=sum(bool(each.missed) for each in whole),
    )
    return text + "".join(f"- `{each.missed}` in {each.file}: {each.why}\n" for each in whole if each.missed)


def _unseen_text(unseen: Mapping[str, str]) -> str:
    if not unseen:
        return ""
    lines = (f"- [{rule}](rules/{rule}.md): {why}\n" for rule, why in sorted(unseen.items()))
    return _UNSEEN + "".join(lines)


def _row(name: str, count: Counter[str]) -> tuple[str, ...]:
    figures = (count.total(), *(count[value] for value in VALUES))
    return (name, *map(str, figures), f"{share(count):.0f}")


def stale(verdicts: Iterable[Verdict], files: Iterable[tuple[str, str]]) -> Iterator[Verdict]:
    """The verdicts of findings that are no more, in files that can be read."""
    by_file: dict[str, list[Verdict]] = defaultdict(list)
    for each in verdicts:
        by_file[each.file].append(each)
    for name, text in files:
        wanted = by_file.get(name)
        if not wanted:
            continue
        off = {each.rule for each in wanted if each.rule in RULES and RULES[each.rule].severity is Severity.OFF}
        analysis = analyse(text, path="/corpus/Dockerfile", settings=Settings(extend_select=tuple(sorted(off))))
        found = {(each.rule.id, analysis.lines.line_of(each.finding.span.start) + 1) for each in analysis.findings}
        yield from (each for each in wanted if (each.rule, each.line) not in found)


def reported(unseen: Iterable[str], files: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """The rules that are said to report nothing and do, with the file."""
    wanted = frozenset(unseen)
    off = tuple(sorted(rule for rule in wanted if rule in RULES and RULES[rule].severity is Severity.OFF))
    for name, text in files:
        for each in analyse(text, path="/corpus/Dockerfile", settings=Settings(extend_select=off)).findings:
            if each.rule.id in wanted:
                yield each.rule.id, name


if __name__ == "__main__":
    sys.exit(main())
