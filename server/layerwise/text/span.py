"""A piece of a text, by its two ends."""

from typing import NamedTuple


class Span(NamedTuple):
    """The half-open range ``start <= offset < end`` of code points. A span may be empty."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """The piece of ``text`` that this span covers."""
        return text[self.start : self.end]

    def moved(self, by: int) -> "Span":
        return Span(self.start + by, self.end + by)

    def contains(self, offset: int) -> bool:
        """Whether a cursor at ``offset`` touches this span; both ends count, as they do for an editor's hover."""
        return self.start <= offset <= self.end

    def encloses(self, other: "Span") -> bool:
        return self.start <= other.start and other.end <= self.end

    def overlaps(self, other: "Span") -> bool:
        """Whether the two share a character; spans that merely touch do not."""
        return self.start < other.end and other.start < self.end

    def to(self, other: "Span") -> "Span":
        """From the start of this span to the end of a later one."""
        return Span(self.start, other.end)
