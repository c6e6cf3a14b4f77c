"""What a rule reports, and the edits it offers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from layerwise.text import Edit, Span

__all__ = ["Applicability", "Edit", "Finding", "Fix", "Related", "Tag"]


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


@dataclass(frozen=True, slots=True)
class FileEdit:
    """A change to a file beside the Dockerfile, such as its ``.dockerignore``.

    ``path`` is relative to the build context. ``text`` is the whole new content; ``before`` the content it was computed
    from, None for a file that does not exist yet.
    """

    path: str
    text: str
    before: str | None


@dataclass(frozen=True, slots=True)
class Fix:
    """Edits that remove a finding. ``title`` is an imperative, shown to the user; ``note`` says what to check."""

    title: str
    edits: tuple[Edit, ...]
    applicability: Applicability = Applicability.SAFE
    note: str = ""
    files: tuple[FileEdit, ...] = ()

    def __init__(
        self,
        title: str,
        *edits: Edit,
        applicability: Applicability = Applicability.SAFE,
        note: str = "",
        files: Iterable[FileEdit] = (),
    ) -> None:
        object.__setattr__(self, "title", title)
        object.__setattr__(self, "edits", tuple(edits))
        object.__setattr__(self, "applicability", applicability)
        object.__setattr__(self, "note", note)
        object.__setattr__(self, "files", tuple(files))


@dataclass(frozen=True, slots=True)
class Related:
    """Another place that explains the finding."""

    span: Span
    message: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem at a place. ``message`` is one line without a full stop.

    ``fixes`` come in order of preference. ``reported_as`` narrows the aliases to those under which other tools would
    report this very finding, where the rule has several (``DL3009`` for apt, ``DL3032`` for yum); None means all.
    """

    span: Span
    message: str
    fixes: tuple[Fix, ...] = ()
    related: tuple[Related, ...] = ()
    tags: tuple[Tag, ...] = ()
    reported_as: tuple[str, ...] | None = None

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
    ) -> None:
        object.__setattr__(self, "span", span)
        object.__setattr__(self, "message", message)
        object.__setattr__(self, "fixes", (fix, *fixes) if fix else tuple(fixes))
        object.__setattr__(self, "related", tuple(related))
        object.__setattr__(self, "tags", tuple(tags))
        object.__setattr__(self, "reported_as", None if reported_as is None else tuple(reported_as))
