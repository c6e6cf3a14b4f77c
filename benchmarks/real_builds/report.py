"""The page with the figures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from meanings import MEANINGS
from measuring import COLD, MANIFEST, SOURCE, Row

HEAD = """\
# Real builds

What Layerwise's fixes are worth to a builder, measured: {count} small projects with Dockerfiles as people write them
before they know better, built by BuildKit (Docker 20.10) as written, after `layerwise fix`, after
`layerwise fix --optimize`, and after splitting the final stage where that is on offer ({splits} projects).

```sh
apt-get install --no-install-recommends docker.io mmdebstrap
python benchmarks/real_builds --again --write docs/real-builds.md
```

A row is measured again whenever its Dockerfile, the project or an image below is another; {times}. Base images
come from Debian's packages, under the names of the official images that have the same tools; Python is compiled into
`/usr/local` as in the official one. Python packages come from an index on the loopback interface, with their lifetimes
and at 50 megabits a second; all else comes as the mirrors bring it, so CPU seconds of the builder stand in brackets
behind the wall clock.

- *source* is a rebuild after a change to one source file, *dependency* one after adding a dependency.
- *output and files*: **same** means that the command of the project gives the same output in the image, that the image
  is set to the same, and that each file has the same content, mode and owner as in the image built of the Dockerfile as
  written. Not compared are caches, logs, compiled Python, and what differs between two builds of the very same
  Dockerfile. **as meant** means: the same, but for the classes of files behind it, which are what the change is for
  (see below). Everything else counts as a difference, is printed in bold, and makes the command above fail.
- *cache model*: for how many steps of how many `build/cache.py` predicted rightly whether they are built again, after a
  change of a source file, a manifest, an unrelated file, an ARG, an ENV, a LABEL and the base image, as far as the
  Dockerfile has them. The builder's own `CACHED` lines are the judge. *spared* are steps that the model expected to be
  built again and that were not, because they read a stage which was built again and left the same files as before.
"""
COLUMNS = (
    *("project", "version", "image MB", "cold s (CPU)", "source s (CPU)", "dependency s (CPU)"),
    *("output and files", "cache model"),
)


def page(rows: list[Row], repeats: int) -> str:
    """The whole page as Markdown."""
    head = HEAD.format(
        count=len({row.project for row in rows}),
        splits=len({row.project for row in rows if row.version == "split"}),
        times=f"times are medians of {repeats}" if repeats > 1 else "each time is of one build",
    )
    lines = ["| " + " | ".join(COLUMNS) + " |", "|" + "---|" * len(COLUMNS)]
    for _, group in groupby(rows, key=lambda row: row.project):
        for index, row in enumerate(group):
            lines.append("| " + " | ".join(_cells(row, first=index == 0)) + " |")
    return "\n".join([head, *lines, "", *_verdict(rows), *_legend(rows), *_notes(rows)]) + "\n"


def _cells(row: Row, *, first: bool) -> Iterator[str]:
    yield f"{row.project}: {row.about}" if first else ""
    yield row.version
    if row.error:
        yield from ("", "", "", "", f"**not built: {row.error.splitlines()[-1]}**", "")
        return
    yield f"{row.size / 1e6:.0f}"
    for kind in (COLD, SOURCE, MANIFEST):
        counted = row.cpu.get(kind, 0)
        yield f"{row.seconds[kind]:.1f}" + (f" ({counted:.1f})" if counted else "")
    yield _same(row)
    judged = row.judgement
    spared = f" + {len(judged.kept)} spared" if judged.kept else ""
    wrong = f", **{len(judged.wrong)} wrong**" if judged.wrong else ""
    yield f"{judged.right}{spared} of {judged.steps}{wrong}"


def _same(row: Row) -> str:
    found = row.divergence
    if row.version == "as written" or found is None:
        return ""
    wrong = [] if found.same_output else ["other output"]
    wrong += [f"{len(found.rest)} other files"] if found.rest else []
    wrong += [f"other {', '.join(each.partition(':')[0] for each in found.settings)}"] if found.settings else []
    if wrong:
        return f"**{'; '.join(wrong)}**"
    meant = [f"{reason} {found.meant[reason]:,}" for reason in MEANINGS if reason in found.meant]
    meant += [f"explained {len(found.explained)}"] if found.explained else []
    return f"as meant: {', '.join(meant)}" if meant else "same"


def _verdict(rows: list[Row]) -> Iterator[str]:
    """What the table says in sum."""
    right, steps = sum(row.judgement.right for row in rows), sum(row.judgement.steps for row in rows)
    spared, wrong = sum(len(row.judgement.kept) for row in rows), sum(len(row.judgement.wrong) for row in rows)
    yield f"The cache model was right about {right:,} of {steps:,} steps and wrong about {wrong}. Another {spared},"
    yield "which it expected to be built again, were spared: the stage that they read left the same files, which no"
    yield "reading of a Dockerfile can tell."
    yield ""
    changed = [row for row in rows if row.version != "as written"]
    same = sum(row.divergence is not None and _same(row) == "same" for row in changed)
    off = [row for row in changed if row.error or (row.divergence is not None and not row.divergence.is_clean)]
    meant = len(changed) - same - len(off)
    yield f"Of {len(changed)} changed versions {same} give the same image, {meant} the same but for what was meant,"
    yield f"and {len(off)} another one."
    for row in off:
        yield f"- **{row.project}, {row.version}**: {row.error.splitlines()[-1] if row.error else _same(row)}"
    yield ""


def _legend(rows: list[Row]) -> Iterator[str]:
    used = {reason for row in rows if row.divergence for reason in row.divergence.meant}
    yield "## What is meant to differ"
    yield ""
    yield "Told by facts, not by the look of a path: the package databases of both images, the new `.dockerignore`,"
    yield "where each COPY puts which file of the context, what the image below holds."
    yield ""
    yield from (f"- *{reason}*: {text}" for reason, text in MEANINGS.items() if reason in used)
    yield ""


def _notes(rows: Iterable[Row]) -> Iterator[str]:
    """What the table has no room for: which rules did it, and each thing that is otherwise."""
    yield "## What was changed, and what differs, version by version"
    yield ""
    for row in rows:
        if row.version == "as written":
            yield from _model_notes(row)
            continue
        rules = ", ".join(f"`{rule}`" if "/" in rule else rule for rule in row.rules)
        yield f"- **{row.project}, {row.version}**: {rules or 'nothing to do'}"
        found = row.divergence
        for reason in MEANINGS if found else ():
            if found and reason in found.meant:
                example = f", `{found.examples[reason]}` for one" if reason in found.examples else ""
                yield f"  - {reason}: {found.meant[reason]:,}{example}"
        if found and found.packages:
            yield f"  - Debian packages: {_some(found.packages)}"
        yield from (f"  - explained: {each}" for each in found.explained) if found else ()
        yield from (f"  - **differs**: {each}" for each in found.settings) if found else ()
        yield from (f"  - **differs**: {_some(found.rest)}",) if found and found.rest else ()
        yield from _model_notes(row, "  ")


def _model_notes(row: Row, indent: str = "") -> Iterator[str]:
    where = "" if indent else f"**{row.project}, {row.version}**: "
    spared = {line: row.judgement.kept.count(line) for line in row.judgement.kept}
    yield from (f"{indent}- {where}spared {_times(count)}: `{line}`" for line, count in spared.items())
    yield from (f"{indent}- {where}**cache model wrong**, {each}" for each in row.judgement.wrong)


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def _some(names: tuple[str, ...]) -> str:
    """The first few of what differs."""
    more = f" and {len(names) - 12} more" if len(names) > 12 else ""
    return ", ".join(f"`{name}`" for name in names[:12]) + more
