"""What a rule reports, and the edits it offers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
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


Offer = Fix | None | Callable[[], Fix | None]
Offers = Iterable[Fix] | Callable[[], Iterable[Fix]]


class _Fixes:
    """The fixes of a finding, wherever it is moved. Those given as a callable are made when somebody asks for them."""

    __slots__ = ("_given", "_made", "failure")

    def __init__(self, fix: Offer, fixes: Offers) -> None:
        self._given: tuple[Offer, Offers] = fix, fixes
        self.failure: Exception | None = None
        self._made = None if callable(fix) or callable(fixes) else self._make()

    def all(self) -> tuple[Fix, ...]:
        # Two threads that ask at the same time both make them, which does no harm: what makes them is pure.
        made = self._made
        if made is None:
            try:
                made = self._make()
            except Exception as error:
                made, self.failure = (), error
            self._made = made
            self._given = None, ()
        return made

    def _make(self) -> tuple[Fix, ...]:
        fix, fixes = self._given
        first = fix() if callable(fix) else fix
        others = fixes() if callable(fixes) else fixes
        return tuple(others) if first is None else (first, *others)


class Finding:
    """A problem at a place. ``message`` is one line without a full stop. Immutable.

    ``fixes`` come in order of preference. A fix that costs more than a glance is given as a callable, best a
    ``partial``: most findings are made anew at many keystrokes before anybody asks for their fixes. It must be pure, as
    the rule itself.
    ``reported_as`` narrows the aliases to those under which other tools would report this very finding, where the rule
    has several (``DL3009`` for apt, ``DL3032`` for yum); None means all.
    ``severity`` is that of this very finding where it differs from its rule's, also ``OFF``: what only the profile
    ``all`` shows. A severity that the settings give the rule counts for all its findings.
    """

    __slots__ = ("_by", "_fixes", "message", "related", "reported_as", "severity", "span", "tags")

    def __init__(
        self,
        span: Span,
        message: str,
        *,
        fix: Offer = None,
        fixes: Offers = (),
        related: Iterable[Related] = (),
        tags: Iterable[Tag] = (),
        reported_as: Iterable[str] | None = None,
        severity: Severity | None = None,
    ) -> None:
        self.span = span
        self.message = message
        self.related = tuple(related)
        self.tags = tuple(tags)
        self.reported_as = None if reported_as is None else tuple(reported_as)
        self.severity = severity
        self._fixes = _Fixes(fix, fixes)
        self._by = 0

    @property
    def fixes(self) -> tuple[Fix, ...]:
        return tuple(fix.moved(self._by) for fix in self._fixes.all()) if self._by else self._fixes.all()

    @property
    def failure(self) -> Exception | None:
        """What was raised when somebody asked for the fixes; then there are none."""
        return self._fixes.failure

    def moved(self, by: int) -> Finding:
        """The same finding with all its spans, and those of its fixes, moved by ``by`` characters."""
        if not by:
            return self
        there = Finding.__new__(Finding)
        there.span = self.span.moved(by)
        there.message = self.message
        there.related = tuple([each.moved(by) for each in self.related])
        there.tags = self.tags
        there.reported_as = self.reported_as
        there.severity = self.severity
        there._fixes = self._fixes
        there._by = self._by + by
        return there

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Finding) and self._values() == other._values()

    def __hash__(self) -> int:
        return hash((self.span, self.message))

    def __repr__(self) -> str:
        return f"Finding({self.span}, {self.message!r})"

    def _values(self) -> tuple[object, ...]:
        return self.span, self.message, self.fixes, self.related, self.tags, self.reported_as, self.severity
