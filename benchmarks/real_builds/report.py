"""The page with the figures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from measuring import COLD, MANIFEST, SOURCE, Row

HEAD = """\
# Real builds

What Layerwise's fixes are worth to a builder, measured: {count} small projects with Dockerfiles as people write them
before they know better, built by BuildKit (Docker 20.10) as written, after `layerwise fix`, and after
`layerwise fix --optimize`{split}.

```sh
apt-get install --no-install-recommends docker.io mmdebstrap
python benchmarks/real_builds --write docs/real-builds.md
```

Seconds are wall clock ({times}) on a machine that did other work too, so CPU seconds stand beside them. Python
packages come from an index on the loopback interface, with their lifetimes and at 50 megabits a second; all else comes
as the mirrors bring it.

- *source* is a rebuild after a change to one source file, *dependency* one after adding a dependency.
- *same*: the command of the project gives the same output in the image, and the files differ from those of the image as
  written in nothing but caches, logs and compiled Python; else what differs.
- *cache model*: for how many steps of how many `build/cache.py` predicted rightly whether they are built again, after a
  change of a source file, a manifest, an unrelated file, an ARG, an ENV, a LABEL and the base image, as far as the
  Dockerfile has them. The builder's own `CACHED` lines are the judge.
"""
COLUMNS = ("project", "version", "image MB", "cold s (CPU)", "source s", "dependency s", "same", "cache model")


def page(rows: list[Row], repeats: int) -> str:
    """The whole page as Markdown."""
    splits = any(row.version == "split" for row in rows)
    head = HEAD.format(
        count=len({row.project for row in rows}),
        split=", and after splitting the final stage where that is on offer" if splits else "",
        times="medians of " + str(repeats) if repeats > 1 else "one build each",
    )
    lines = ["| " + " | ".join(COLUMNS) + " |", "|" + "---|" * len(COLUMNS)]
    for _, group in groupby(rows, key=lambda row: row.project):
        for index, row in enumerate(group):
            lines.append("| " + " | ".join(_cells(row, first=index == 0)) + " |")
    return "\n".join([head, *lines, "", *_notes(rows)]) + "\n"


def _cells(row: Row, *, first: bool) -> Iterator[str]:
    yield f"{row.project}: {row.about}" if first else ""
    yield row.version
    if row.error:
        yield from (row.error, "", "", "", "", "")
        return
    yield f"{row.size / 1e6:.0f}"
    counted = row.cpu.get(COLD, 0)
    yield f"{row.seconds[COLD]:.1f}" + (f" ({counted:.1f})" if counted else "")
    yield f"{row.seconds[SOURCE]:.1f}"
    yield f"{row.seconds[MANIFEST]:.1f}"
    yield _same(row)
    judged = row.judgement
    cautious = f" ({judged.cautious} kept)" if judged.cautious else ""
    yield f"{judged.right} of {judged.steps}{cautious}"


def _same(row: Row) -> str:
    found = row.divergence
    if row.version == "as written" or found is None:
        return ""
    parts = [] if found.same_output else ["**other output**"]
    gone = sum(each.startswith("-") for each in found.packages)
    other = len(found.packages) - gone
    parts += [f"{gone} files of packages gone"] if gone else []
    parts += [f"{other} other files of packages"] if other else []
    parts += [f"{len(found.rest)} other files"] if found.rest else []
    parts += [f"other {', '.join(each.partition(':')[0] for each in found.settings)}"] if found.settings else []
    parts += [f"same but for {len(found.explained)} explained below"] if found.explained and not parts else []
    return "; ".join(parts) or "same"


def _notes(rows: Iterable[Row]) -> Iterator[str]:
    """What the table has no room for: which rules did it, and each thing that is otherwise."""
    rows = list(rows)
    right, steps = sum(row.judgement.right for row in rows), sum(row.judgement.steps for row in rows)
    cautious = sum(row.judgement.cautious for row in rows)
    yield f"The cache model was right about {right} of {steps} steps, and wrong about {steps - right - cautious}."
    yield f"Another {cautious} that it expected to be built again were kept: a stage before them left the same files"
    yield "behind, which cannot be known beforehand."
    yield ""
    yield "## What was changed, and what differs"
    yield ""
    for row in rows:
        if row.version == "as written":
            continue
        yield f"- **{row.project}, {row.version}**: {', '.join(f'`{rule}`' for rule in row.rules) or 'nothing to do'}"
        found = row.divergence
        for each in (*found.explained, *found.settings, *_some(found.rest), *_some(found.packages)) if found else ():
            yield f"  - `{each}`"
        yield from (f"  - cache model: {each}" for each in row.judgement.wrong)


def _some(paths: tuple[str, ...]) -> Iterator[str]:
    """The first few of what differs."""
    yield from paths[:6]
    if len(paths) > 6:
        yield f"and {len(paths) - 6} more"
