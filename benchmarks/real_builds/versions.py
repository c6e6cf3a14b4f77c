"""The versions of a project's Dockerfile: as it was written, fixed, optimized, split into stages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from layerwise.context import locate
from layerwise.context.disk import DiskFiles
from layerwise.engine import Analysis, FixResult, analyse, fix_all, optimize
from layerwise.features.splitting import Refusal, split_stage


@dataclass(frozen=True)
class Version:
    """A version. ``files`` are those beside the Dockerfile that come with it; ``rules`` those whose fixes made it."""

    name: str
    text: str
    files: tuple[tuple[str, str], ...] = ()
    rules: tuple[str, ...] = ()


def versions(text: str, root: Path) -> Iterator[Version]:
    """All versions that differ from the one before them. The build context lies in ``root``."""
    yield Version("as written", text)
    written = analysis_of(text, root)
    fixed = fix_all(written)
    best = optimize(written)
    for name, result in (("fixed", fixed), ("optimized", best)):
        yield _version(name, result)
    split = _split(analysis_of(best.text, root))
    if split:
        yield Version("split", split.text, _files(best), ("split into stages", *_rules(split)))


def analysis_of(text: str, root: Path) -> Analysis:
    path = f"{root}/Dockerfile"
    return analyse(text, path=path, files=locate(path, DiskFiles()))


def _version(name: str, result: FixResult) -> Version:
    return Version(name, result.text, _files(result), _rules(result))


def _files(result: FixResult) -> tuple[tuple[str, str], ...]:
    return tuple((file.path, file.text) for file in result.files)


def _rules(result: FixResult) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.rule.id for each in result.applied))


def _split(analysis: Analysis) -> FixResult | None:
    """The Dockerfile with its final stage split, optimized once more, where that is on offer."""
    found = split_stage(analysis)
    if isinstance(found, Refusal):
        return None
    return optimize(analyse(found.text, path=analysis.path, files=analysis.context))
