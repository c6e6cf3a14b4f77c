"""Reads a specification: Markdown whose fenced blocks are cases. The format stands in docs/contributing.md."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

_FENCE = re.compile(r"^(?P<fence>`{3,}|~{3,})\s*(?P<info>[^`]*)$")
_CARETS = re.compile(
    r"^[ \t]*#?[ \t]*(?P<carets>\^+)[ \t]+(?P<rule>[a-z]+/[a-z0-9-]+)(?::[ \t]+(?P<message>.*?))?[ \t]*$"
)
_HEADING = re.compile(r"^#+\s+(?P<title>.*?)\s*$")
_NO_FIX = re.compile(r"\bno\s+fix\b", re.IGNORECASE)
VARIANTS = ("crlf", "tabs", "lower", "onbuild", "stage", "escape")


class SpecificationError(Exception):
    """A specification that says something the harness does not understand, or too little."""


@dataclass(frozen=True)
class Expected:
    """A finding. ``end`` is None for one that goes on behind its first line."""

    rule: str
    start: int
    end: int | None
    message: str | None = None


@dataclass(frozen=True)
class Case:
    """A Dockerfile, what is to be found in it, and what fixing is to make of it."""

    rule: str
    name: str
    line: int
    text: str
    expected: tuple[Expected, ...]
    without: frozenset[str] = frozenset()
    """Variants in which the case means something else."""
    fixed: str | None = None
    unsafe_fixed: str | None = None
    by_title: tuple[tuple[str, str], ...] = ()
    relation: frozenset[str] | None = None
    """In what exactly the build after the safe fix differs, in the words of ``Alteration``; None where the rule's
    declaration says enough."""
    no_fix: bool = False
    settings: str = ""
    files: dict[str, str] | None = None
    """The files of the build context; None when it cannot be seen."""
    fixed_files: dict[str, str] | None = None
    """The other files that safe fixes write; None where the case says nothing of them."""
    unsafe_fixed_files: dict[str, str] | None = None
    """Those that safe and unsafe ones write."""

    @property
    def rules(self) -> frozenset[str]:
        return frozenset({self.rule, *(each.rule for each in self.expected)})


@dataclass
class _Block:
    language: str
    words: list[str]
    text: str
    line: int

    def value(self, name: str) -> str | None:
        return next((word.partition("=")[2] for word in self.words if word.startswith(name + "=")), None)


def read_specification(path: Path) -> list[Case]:
    """All cases of the file of a rule."""
    rule = f"{path.parent.name}/{path.stem}"
    cases: list[Case] = []
    settings = ""
    files: dict[str, str] | None = None
    title = rule
    prose = ""
    for part in _parts(path.read_text(encoding="utf-8")):
        if isinstance(part, str):
            heading = _HEADING.match(part)
            if heading:
                title = heading.group("title")
                cases, prose = _with_prose(cases, prose), ""
            else:
                prose += part + "\n"
        elif part.language == "dockerfile" and not _is_outcome(part):
            cases.append(_case(rule, title, part, settings, files))
            cases, prose = _with_prose(cases, prose), ""
        elif not cases:
            if "settings" in part.words:
                settings = part.text
            else:
                files = _with_file(files, part)
        else:
            cases[-1] = _with_block(cases[-1], part)
    cases = _with_prose(cases, prose)
    cases = [replace(case, no_fix=case.no_fix and not _has_outcome(case)) for case in cases]
    _demand_outcomes(path, cases)
    return cases


def _with_prose(cases: list[Case], prose: str) -> list[Case]:
    """Prose above a case, or below it up to the next heading, is about that case."""
    if cases and _NO_FIX.search(prose):
        return [*cases[:-1], replace(cases[-1], no_fix=True)]
    return cases


def _parts(text: str) -> Iterator[str | _Block]:
    """Lines of prose and blocks, in order."""
    lines = iter(enumerate(text.splitlines(), 1))
    for number, line in lines:
        fence = _FENCE.match(line)
        if not fence:
            yield line
            continue
        body: list[str] = []
        for _, inner in lines:
            if inner.strip() == fence.group("fence"):
                break
            body.append(inner)
        else:
            raise SpecificationError(f"the block in line {number} is never closed")
        language, *words = shlex.split(fence.group("info")) or [""]
        yield _Block(language, words, "".join(each + "\n" for each in body), number)


def _is_outcome(block: _Block) -> bool:
    return "fixed" in block.words or "unsafe-fixed" in block.words or block.value("fix") is not None


def _has_outcome(case: Case) -> bool:
    return case.fixed is not None or case.unsafe_fixed is not None or bool(case.by_title)


def _case(rule: str, title: str, block: _Block, settings: str, files: dict[str, str] | None) -> Case:
    text, expected = _without_carets(block.text)
    without = frozenset((block.value("not") or "").split(",")) - {""}
    if not without <= set(VARIANTS):
        raise SpecificationError(f"line {block.line}: there is no variant {', '.join(without - set(VARIANTS))}")
    return Case(rule, title, block.line, text, tuple(expected), without, settings=settings, files=files)


def _with_block(case: Case, block: _Block) -> Case:
    title = block.value("fix")
    fixed_file = block.value("fixed-file")
    if "fixed" in block.words:
        return replace(case, fixed=block.text)
    if block.language == "relation":
        return replace(case, relation=frozenset(line for line in block.text.splitlines() if line.strip()))
    if "unsafe-fixed" in block.words:
        return replace(case, unsafe_fixed=block.text)
    if title is not None:
        return replace(case, by_title=(*case.by_title, (title, block.text)))
    if "settings" in block.words:
        return replace(case, settings=case.settings + block.text)
    if fixed_file is not None:
        if case.unsafe_fixed is not None:
            return replace(case, unsafe_fixed_files={**(case.unsafe_fixed_files or {}), fixed_file: block.text})
        return replace(case, fixed_files={**(case.fixed_files or {}), fixed_file: block.text})
    return replace(case, files=_with_file(case.files, block))


def _with_file(files: dict[str, str] | None, block: _Block) -> dict[str, str] | None:
    path = block.value("file")
    if path is None and "context" not in block.words:
        return files
    return {**(files or {}), **({path: block.text} if path else {})}


def _without_carets(text: str) -> tuple[str, list[Expected]]:
    kept = ""
    expected: list[Expected] = []
    start = end = 0
    for line in text.splitlines(keepends=True):
        match = _CARETS.match(line.rstrip("\n"))
        if not match:
            start, kept = len(kept), kept + line
            end = len(kept.removesuffix("\n"))
            continue
        first, last = start + match.start("carets"), start + match.end("carets")
        expected.append(Expected(match.group("rule"), first, last if last < end else None, match.group("message")))
        if last == end:
            expected[-1] = replace(expected[-1], end=last)
    return kept, expected


def _demand_outcomes(path: Path, cases: list[Case]) -> None:
    for case in cases:
        own = [each for each in case.expected if each.rule == case.rule]
        if own and not case.no_fix and not _has_outcome(case):
            raise SpecificationError(
                f"{path.name}:{case.line}: what does the fix make of it? A block, or the words 'no fix'"
            )
        if not own and _has_outcome(case) and case.fixed is not None:
            raise SpecificationError(f"{path.name}:{case.line}: a fix of nothing")
