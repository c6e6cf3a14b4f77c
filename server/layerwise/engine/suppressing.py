"""Comments that silence rules: where they stand, what they cover, what they silenced, and which did nothing.

Understood are Layerwise's own comments, hadolint's pragmas, and BuildKit's ``# check=`` directive.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import WeakKeyDictionary

from layerwise.engine.discovery import is_foreign, names_alias, names_rule, resolve
from layerwise.engine.selection import Selection
from layerwise.knowledge.profiles import BUILDKIT_CHECKS
from layerwise.lint import Notation, Reach, Rule, Scope, Severity, Suppression
from layerwise.syntax.tree import Comment, Directive, Dockerfile, Heredoc, Instruction, Layout, Run, Word
from layerwise.text import Span
from layerwise.text.patterns import regex

if TYPE_CHECKING:
    from layerwise.engine.reported import Piece, Reported

_IDS = r"(?P<ids>[\w*][\w*/-]*(?:\s*,\s*[\w*][\w*/-]*)*)"
_LAYERWISE = regex(rf"#\s*layerwise\s*:\s*(?P<kind>ignore(?:-file)?)\s*=\s*{_IDS}(?P<reason>.*)")
_HADOLINT = regex(rf"#\s*hadolint\s+(?:(?P<kind>global|stage)\s+)?ignore\s*=\s*{_IDS}(?P<reason>.*)")
_SKIP = regex(r"(?:^|;)\s*skip\s*=\s*(?P<ids>[^;]*)")
_MARKS = ("layerwise", "hadolint")
_IN_HEREDOC = regex(r"^[ \t]*(#[ \t]*layerwise[ \t]*:[^\r\n]*)", re.MULTILINE)
_SHELLCHECK = regex(r"SC\d{4}")
_MARKED: WeakKeyDictionary[Layout, tuple[tuple[int, Comment | Instruction], ...]] = WeakKeyDictionary()
_REACHES = {"global": Reach.FILE, "stage": Reach.STAGE, "ignore-file": Reach.FILE}


class Silenced(NamedTuple):
    reported: Reported
    suppression: Suppression
    word: Word
    """The id that silenced it."""


class Suppressions:
    """All suppressions of a file."""

    def __init__(self, dockerfile: Dockerfile) -> None:
        self.dockerfile = dockerfile

    @cached_property
    def all(self) -> tuple[Suppression, ...]:
        """In the order of the text."""
        found = [suppression for each in self.dockerfile.directives for suppression in self._of_directive(each)]
        if any(mark in self.dockerfile.text for mark in _MARKS):
            found += self._of_comments()
        return tuple(found)

    @cached_property
    def makes_errors(self) -> bool:
        """``# check=error=true``: the builder fails on any of its own checks."""
        return any(
            re.search(r"(?:^|;)\s*error\s*=\s*true\s*(?:;|$)", each.value.text, re.IGNORECASE)
            for each in self.dockerfile.directives
            if each.name.text.lower() == "check"
        )

    def may_touch(self, piece: Piece) -> bool:
        """Whether some of these findings may be silenced or become others here."""
        graded = piece.harvest.graded
        if self.makes_errors or not graded:
            return self.makes_errors
        starts, ends = self._covered
        before = bisect_right(starts, piece.at + graded[-1][0].start)
        return before > 0 and ends[before - 1] >= piece.at + graded[0][0].start

    @cached_property
    def _covered(self) -> tuple[list[int], list[int]]:
        """Where what is covered starts, in order, and how far down it reaches from there and from further up."""
        whole = Span(0, len(self.dockerfile.text))
        spans = sorted(whole if each.widens else each.covers for each in self.all)
        return [span.start for span in spans], list(accumulate((span.end for span in spans), max))

    def applied(self, findings: Iterable[Reported]) -> tuple[list[Reported], list[Silenced]]:
        """The findings that no suppression covers, and those that one does, once for each id that does."""
        findings = list(findings)
        local = {
            (suppression.span.start, word)
            for suppression in self.all
            if suppression.widens
            for word in suppression.ids
            if any(suppression.covers.contains(each.start) and _means(suppression, word, each) for each in findings)
        }
        shown: list[Reported] = []
        silenced: list[Silenced] = []
        for each in findings:
            by = [Silenced(each, suppression, word) for suppression, word in self._covering(each, local)]
            silenced += by
            if not by:
                shown.append(each)
        return shown, silenced

    def verdicts(
        self, selection: Selection, silenced: Iterable[Silenced], failed: Iterable[Rule] = ()
    ) -> Iterator[tuple[Suppression, dict[str, Any]]]:
        """Each suppression with what a rule on it may see, but for its options (see ``SuppressionContext``)."""
        used = {(each.suppression.span.start, each.word) for each in silenced}
        could_report = {rule.id for rule in selection.rules} - {rule.id for rule in failed}
        for suppression in self.all:
            unused = tuple(
                word
                for word in suppression.ids
                if (suppression.span.start, word) not in used and _is_expected(suppression, word, could_report)
            )
            unknown = tuple(word for word in suppression.ids if _is_unknown(suppression, word))
            yield (
                suppression,
                {
                    "unused": unused,
                    "unknown": unknown,
                    "removals": tuple(_removal(suppression, word) for word in (*unused, *unknown)),
                    "whole": self._line(suppression),
                },
            )

    def raised(self, severity: Severity, aliases: tuple[str, ...]) -> Severity:
        """The severity of a finding after ``# check=error=true`` has had its say."""
        if self.makes_errors and severity is not Severity.OFF and not BUILDKIT_CHECKS.isdisjoint(aliases):
            return Severity.ERROR
        return severity

    def _covering(self, each: Reported, local: set[tuple[int, Word]]) -> Iterator[tuple[Suppression, Word]]:
        for suppression in self.all:
            inside = suppression.covers.contains(each.start)
            for word in suppression.ids:
                wide = suppression.widens and (suppression.span.start, word) not in local
                if (inside or wide) and _means(suppression, word, each):
                    yield suppression, word

    def _of_directive(self, directive: Directive) -> Iterator[Suppression]:
        match = _SKIP.search(directive.value.text) if directive.name.text.lower() == "check" else None
        if not match:
            return
        start = directive.value.span.start
        ids = tuple(_words(match.group("ids"), start + match.start("ids")))
        covers = Span(0, len(self.dockerfile.text))
        comment = self._comment(directive.span)
        yield Suppression(directive.span, Notation.CHECK, Reach.FILE, covers, ids, comment)

    def _of_comments(self) -> Iterator[Suppression]:
        sections = self.dockerfile.sections
        for at_section, layout in zip(sections.starts, sections.layouts, strict=True):
            for start, node in _marked(layout):
                at = at_section + start
                if isinstance(node, Comment):
                    yield from self._between(node.span.moved(at))
                else:
                    yield from self._inside(node, at)

    def _between(self, span: Span) -> Iterator[Suppression]:
        """A comment between two instructions, for the next one, its stage, or the file."""
        raw = span.of(self.dockerfile.text)
        ours = _LAYERWISE.match(raw)
        match = ours or _HADOLINT.match(raw)
        if not match:
            if re.match(r"#\s*layerwise\s*:", raw):
                yield Suppression(span, Notation.LAYERWISE, Reach.INSTRUCTION, span, (), self._comment(span))
            return
        notation = Notation.LAYERWISE if ours else Notation.HADOLINT
        reach = _REACHES.get(match.group("kind") or "", Reach.INSTRUCTION)
        following = self._following(span.end)
        at_top = notation is Notation.LAYERWISE and reach is Reach.INSTRUCTION and self._is_first(following)
        detached = bool(following and _has_blank_line(self.dockerfile.text[span.end : following.start]))
        if at_top and detached:
            reach = Reach.FILE
        ids = tuple(_words(match.group("ids"), span.start + match.start("ids")))
        reason = match.group("reason").strip()
        covers = self._covers(reach, span, following)
        comment = self._comment(span)
        yield Suppression(span, notation, reach, covers, ids, comment, reason, widens=at_top and not detached)

    def _inside(self, instruction: Instruction, at: int) -> Iterator[Suppression]:
        """A comment inside a continuation or a heredoc, for the next line."""
        spans = [comment.span.moved(at) for comment in instruction.comments]
        for heredoc in _scripts(instruction):
            spans += [
                Span(*match.span(1)).moved(at + heredoc.body.start) for match in _IN_HEREDOC.finditer(heredoc.text)
            ]
        for span in spans:
            match = _LAYERWISE.match(span.of(self.dockerfile.text))
            if match:
                ids = tuple(_words(match.group("ids"), span.start + match.start("ids")))
                covers = Span(span.start, self._next_line(span.end))
                reason = match.group("reason").strip()
                yield Suppression(span, Notation.LAYERWISE, Reach.LINE, covers, ids, self._comment(span), reason)

    def _comment(self, span: Span) -> str:
        return span.of(self.dockerfile.text).lstrip("#").strip()

    def _covers(self, reach: Reach, span: Span, following: Span | None) -> Span:
        if reach is Reach.FILE:
            return Span(0, len(self.dockerfile.text))
        if following is None:
            return span
        if reach is Reach.STAGE:
            return span.to(self.dockerfile.section_at(following.start).span)
        return span.to(following)

    def _following(self, offset: int) -> Span | None:
        """The place of the first instruction behind ``offset``."""
        sections = self.dockerfile.sections
        first = max(bisect_right(sections.starts, offset) - 1, 0)
        for at, layout in zip(sections.starts[first:], sections.layouts[first:], strict=True):
            for start, node in layout.instructions:
                if at + start >= offset:
                    return node.span.moved(at + start)
        return None

    def _is_first(self, following: Span | None) -> bool:
        first = self._following(0)
        return first is not None and following == first

    def _next_line(self, offset: int) -> int:
        """The end of the first line behind ``offset`` that is neither blank nor a comment."""
        lines = self.dockerfile.lines
        for number in range(lines.line_of(offset) + 1, len(lines)):
            content = lines.span(number).of(self.dockerfile.text).strip()
            if content and not content.startswith("#"):
                return lines.span(number).end
        return offset

    def _line(self, suppression: Suppression) -> Span:
        """The whole line of a suppression, or an empty span when there is more to it than its ids."""
        if suppression.notation is Notation.CHECK and ";" in suppression.span.of(self.dockerfile.text):
            return Span(suppression.span.start, suppression.span.start)
        return self.dockerfile.lines.full_span(self.dockerfile.lines.line_of(suppression.span.start))


def _marked(layout: Layout) -> tuple[tuple[int, Comment | Instruction], ...]:
    """The comments of a section that may be suppressions, and the instructions that hold such a comment."""
    found = _MARKED.get(layout)
    if found is None:
        rows = zip(layout.starts, layout.nodes, strict=True)
        found = _MARKED[layout] = tuple(
            (start, node) for start, node in rows if not isinstance(node, Directive) and _may_hold(node)
        )
    return found


def _may_hold(node: Comment | Instruction) -> bool:
    if isinstance(node, Comment):
        return any(mark in node.text for mark in _MARKS)
    inside = [comment.text for comment in node.comments] + [heredoc.text for heredoc in _scripts(node)]
    return any("layerwise" in text for text in inside)


def _scripts(instruction: Instruction) -> tuple[Heredoc, ...]:
    """The heredocs that a shell reads."""
    return instruction.heredocs if isinstance(instruction, Run) else ()


def _words(ids: str, at: int) -> Iterator[Word]:
    for match in re.finditer(r"[^\s,]+", ids):
        yield Word(Span(*match.span()).moved(at), match.group())


def _means(suppression: Suppression, word: Word, each: Reported) -> bool:
    if suppression.notation is Notation.CHECK and word.text.casefold() == "all":
        return not BUILDKIT_CHECKS.isdisjoint(each.aliases)
    return names_rule(word.text, each.rule) or names_alias(word.text, each.aliases)


def _is_expected(suppression: Suppression, word: Word, could_report: set[str]) -> bool:
    """Whether an id that silenced nothing deserves a word: its rules have run, and no other tool may need it."""
    if _SHELLCHECK.fullmatch(word.text) or (suppression.notation is Notation.CHECK and word.text == "all"):
        return False
    rules = resolve(word.text)
    return bool(rules) and all(rule.id in could_report and rule.scope is not Scope.SUPPRESSION for rule in rules)


def _is_unknown(suppression: Suppression, word: Word) -> bool:
    return suppression.notation is Notation.LAYERWISE and not resolve(word.text) and not is_foreign(word.text)


def _removal(suppression: Suppression, word: Word) -> Span:
    """What to delete to take one id out of several; empty for the only one."""
    index = suppression.ids.index(word)
    if index + 1 < len(suppression.ids):
        return Span(word.span.start, suppression.ids[index + 1].span.start)
    if index > 0:
        return Span(suppression.ids[index - 1].span.end, word.span.end)
    return Span(word.span.start, word.span.start)


def _has_blank_line(between: str) -> bool:
    return any(not line.strip() for line in re.split(r"\r\n|\r|\n", between)[1:-1])
