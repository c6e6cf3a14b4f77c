"""What can be done about findings: their fixes, silencing them, turning their rule off, and fixing all. Plain data."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from enum import StrEnum

from msgspec import Struct

from layerwise.context import absolute_path
from layerwise.engine import Analysis, Reported, fix_all, ignore_edits
from layerwise.engine.narrowing import narrow_edits
from layerwise.features.merge_runs import Refusal, merge
from layerwise.features.splitting import splitting
from layerwise.features.turning_off import turning_off
from layerwise.lint import Applicability, Edit, FileEdit, Fix, Rule
from layerwise.text import Span


class ActionKind(StrEnum):
    """The kinds of the Language Server Protocol that are on offer."""

    QUICK_FIX = "quickfix"
    REWRITE = "refactor.rewrite"
    EXTRACT = "refactor.extract"
    FIX_ALL = "source.fixAll.layerwise"
    OPTIMIZE = "source.optimize.layerwise"
    DOCKERIGNORE = "source.dockerignore.layerwise"


class OtherFile(Struct, frozen=True):
    """A change to another file than the Dockerfile. ``before`` is the text that ``edits`` are made for, None for a file
    that does not exist yet."""

    path: str
    """Absolute, with ``/``."""
    before: str | None
    edits: tuple[Edit, ...]


class Action(Struct, frozen=True):
    """Something on offer. ``reported`` is the finding that it is about, None for one about the selection or the file.

    ``disabled`` says why it cannot be done; then there are no edits. ``preferred`` is what a single key may apply.
    """

    title: str
    kind: ActionKind
    edits: tuple[Edit, ...] = ()
    others: tuple[OtherFile, ...] = ()
    reported: Reported | None = None
    preferred: bool = False
    disabled: str = ""
    description: str = ""
    """What the edits assume, in lines, for a client that shows such a thing before it makes them."""


def findings_at(analysis: Analysis, span: Span) -> Iterator[Reported]:
    """The findings that a cursor or a selection touches."""
    for reported in analysis.findings:
        if reported.start > span.end:
            return
        if reported.span.end >= span.start:
            yield reported


def fixing(analysis: Analysis, reported: Reported) -> Iterator[Action]:
    """The fixes of a finding, in the order of its rule. A safe one that comes first is preferred."""
    for index, fix in enumerate(reported.finding.fixes):
        others = tuple(other_files(analysis, fix.files))
        if len(others) < len(fix.files):
            continue
        is_first = fix.applicability is Applicability.SAFE and not index
        yield Action(_title(fix), _kind(fix), fix.edits, others, reported, preferred=is_first)


def silencing(analysis: Analysis, reported: Reported) -> Action:
    """ "Ignore on this line": a comment above the instruction, or one more id in the comment that stands there."""
    title = f"Ignore {reported.rule.id} on this line"
    return Action(title, ActionKind.QUICK_FIX, ignore_edits(analysis, reported), reported=reported)


def turning_off_rule(reported: Reported, path: str, text: str | None) -> Action | None:
    """Turns the rule of a finding off in a settings file, for all that it counts for.

    :param path: of the settings file, absolute. Its name says where in it the settings stand.
    :param text: what it holds, None when there is none yet.
    :returns: None when the file is such that no edit is sure to do it.
    """
    edits = turning_off(reported.rule, path, text)
    if edits is None:
        return None
    title = f"Turn off {reported.rule.id} in the workspace"
    return Action(title, ActionKind.QUICK_FIX, others=(OtherFile(path, text, edits),), reported=reported)


def merging(analysis: Analysis, span: Span) -> Action | None:
    """Makes one RUN of those that a selection means, or says why that is not possible; None when it means none."""
    offer = merge(analysis, span.start, span.end)
    if offer is None:
        return None
    if isinstance(offer, Refusal):
        return Action("Merge RUNs", ActionKind.REWRITE, disabled=offer.reason[:1].upper() + offer.reason[1:])
    return Action(offer.title, ActionKind.REWRITE, offer.edits)


def extracting(analysis: Analysis, span: Span) -> Action | None:
    """Splits the final stage into one that builds and one that runs; None where that is not meant, or not certain."""
    offer = splitting(analysis, span)
    return Action(offer.title, ActionKind.EXTRACT, offer.edits, description=offer.description) if offer else None


def can_fix_all(analysis: Analysis) -> bool:
    """Whether there is a safe fix to begin with. Costs next to nothing."""
    return any(Applicability.SAFE in each.grades for each in analysis.findings)


def fixing_all(analysis: Analysis, *, only: Collection[Rule] | None = None) -> Action | None:
    """All safe fixes of the file as one action, None when there is nothing to do."""
    result = fix_all(analysis, only=only)
    if not result.applied:
        return None
    return Action(FIX_ALL_TITLE, ActionKind.FIX_ALL, result.edits, tuple(other_files(analysis, result.files)))


FIX_ALL_TITLE = "Fix all safely fixable problems"


def _title(fix: Fix) -> str:
    """The title; that of an unsafe fix says so, for a person has to look at the result."""
    if fix.applicability is not Applicability.UNSAFE:
        return fix.title
    return f"{fix.title} (check the result{': ' + _continued(fix.note) if fix.note else ''})"


def _continued(sentence: str) -> str:
    """A sentence in the middle of another. Names as ``ADD`` and ``BuildKit`` stay as they are."""
    first = sentence.partition(" ")[0]
    return sentence if any(letter.isupper() for letter in first[1:]) else sentence[:1].lower() + sentence[1:]


def _kind(fix: Fix) -> ActionKind:
    return ActionKind.REWRITE if fix.applicability is Applicability.REFACTOR else ActionKind.QUICK_FIX


def other_files(analysis: Analysis, files: Iterable[FileEdit]) -> Iterator[OtherFile]:
    """The changes to files of the build context, at their place on disk."""
    for file in files if analysis.context else ():
        assert analysis.context is not None
        path = absolute_path(analysis.context, file.path)
        edits = narrow_edits(file.before or "", file.text)
        yield OtherFile(path, file.before, tuple(edits))
