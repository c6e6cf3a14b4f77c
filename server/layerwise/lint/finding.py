"""What a rule reports, and the edits it offers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from msgspec import Struct

from layerwise.text import Edit, Span

__all__ = ["Applicability", "Edit", "FileEdit", "Finding", "Fix", "Related", "Severity", "Tag"]


class Severity(IntEnum):
    """How much a finding matters; the numbers of the first four are those of the Language Server Protocol."""

    ERROR = 1
    WARNING = 2
    INFORMATION = 3
    HINT = 4
    OFF = 5

    @property
    def label(self) -> str:
        return self.name.lower()


class Applicability(StrEnum):
    """How far a fix may be trusted."""

    SAFE = "safe"
    """The same image, or the same image without waste that nobody can need. Applied in bulk."""
    UNSAFE = "unsafe"
    """A person should look. Offered one by one; applied in bulk only when asked for."""
    REFACTOR = "refactor"
    """A change of shape on request. Never applied in bulk."""


class Tag(StrEnum):
    """How an editor may show the place: faded out, or struck through."""

    UNNECESSARY = "unnecessary"
    DEPRECATED = "deprecated"


class FileEdit(Struct, frozen=True):
    """A change to a file beside the Dockerfile, such as its ``.dockerignore``.

    ``path`` is relative to the build context. ``text`` is the whole new content; ``before`` the content it was computed
    from, None for a file that does not exist yet.
    """

    path: str
    text: str
    before: str | None


@dataclass(frozen=True, slots=True)
class Fix:
    """Edits that remove a finding. ``title`` is an imperative, shown to the user; ``note`` says what to check.

    ``drops`` are the texts (without ``#``) of those comments that the fix takes away on purpose; all others survive.
    ``optimizes`` makes an unsafe fix part of "Optimize this Dockerfile", in place of the safe ones of its finding: it
    makes builds faster or images smaller, and the text alone shows a person whether it is right.
    """

    title: str
    edits: tuple[Edit, ...]
    applicability: Applicability = Applicability.SAFE
    note: str = ""
    files: tuple[FileEdit, ...] = ()
    drops: tuple[str, ...] = ()
    optimizes: bool = False

    def __init__(
        self,
        title: str,
        *edits: Edit,
        applicability: Applicability = Applicability.SAFE,
        note: str = "",
        files: Iterable[FileEdit] = (),
        drops: Iterable[str] = (),
        optimizes: bool = False,
    ) -> None:
        object.__setattr__(self, "title", title)
        object.__setattr__(self, "edits", tuple(edits))
        object.__setattr__(self, "applicability", applicability)
        object.__setattr__(self, "note", note)
        object.__setattr__(self, "files", tuple(files))
        object.__setattr__(self, "drops", tuple(drops))
        object.__setattr__(self, "optimizes", optimizes)

    def moved(self, by: int) -> Fix:
        """The same fix with all its spans moved by ``by`` characters."""
        return Fix(
            self.title,
            *[edit.moved(by) for edit in self.edits],
            applicability=self.applicability,
            note=self.note,
            files=self.files,
            drops=self.drops,
            optimizes=self.optimizes,
        )


class Related(Struct, frozen=True):
    """Another place that explains the finding."""

    span: Span
    message: str

    def moved(self, by: int) -> Related:
        return Related(self.span.moved(by), self.message)


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem at a place. ``message`` is one line without a full stop.

    ``fixes`` come in order of preference. ``reported_as`` narrows the aliases to those under which other tools would
    report this very finding, where the rule has several (``DL3009`` for apt, ``DL3032`` for yum); None means all.
    ``severity`` is that of this very finding where it differs from its rule's, also ``OFF``: what only the profile
    ``all`` shows. A severity that the settings give the rule counts for all its findings.
    """

    span: Span
    message: str
    fixes: tuple[Fix, ...] = ()
    related: tuple[Related, ...] = ()
    tags: tuple[Tag, ...] = ()
    reported_as: tuple[str, ...] | None = None
    severity: Severity | None = None

    def __init__(
        self,
        span: Span,
        message: str,
        *,
        fix: Fix | None = None,
        fixes: Iterable[Fix] = (),
        related: Iterable[Related] = (),
        tags: Iterable[Tag] = (),
        reported_as: Iterable[str] | None = None,
        severity: Severity | None = None,
    ) -> None:
        object.__setattr__(self, "span", span)
        object.__setattr__(self, "message", message)
        object.__setattr__(self, "fixes", (fix, *fixes) if fix else tuple(fixes))
        object.__setattr__(self, "related", tuple(related))
        object.__setattr__(self, "tags", tuple(tags))
        object.__setattr__(self, "reported_as", None if reported_as is None else tuple(reported_as))
        object.__setattr__(self, "severity", severity)

    def moved(self, by: int) -> Finding:
        """The same finding with all its spans, and those of its fixes, moved by ``by`` characters."""
        if not by:
            return self
        return Finding(
            self.span.moved(by),
            self.message,
            fixes=[fix.moved(by) for fix in self.fixes],
            related=[related.moved(by) for related in self.related],
            tags=self.tags,
            reported_as=self.reported_as,
            severity=self.severity,
        )
