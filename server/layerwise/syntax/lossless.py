"""An instruction down to its characters: words, comments and the gaps between them, without a hole."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from layerwise.syntax.kinds import Instruction
from layerwise.syntax.nodes import BrokenWord, Comment, Flag, Gap, Node, Word
from layerwise.text import Span


def leaves(instruction: Instruction) -> Iterator[Node]:
    """The words, comments and gaps of an instruction in order; their texts concatenate to the text of the instruction.

    A word that a continuation breaks comes in its parts. Of a heredoc come its operator, its body and its end, each as
    a word; so does a flag as a whole.
    """
    start, end = instruction.span
    for node in sorted(_words(instruction), key=lambda node: node.span):
        if node.span.start < start or node.span.start == node.span.end:
            continue
        if node.span.start > start:
            yield Gap(Span(start, node.span.start))
        yield node
        start = node.span.end
    if start < end:
        yield Gap(Span(start, end))


def _words(instruction: Instruction) -> Iterator[Node]:
    yield from instruction.comments
    for heredoc in instruction.heredocs:
        yield Word(heredoc.body, heredoc.text)
        yield Word(heredoc.terminator, heredoc.delimiter)
    for node in (instruction.keyword, *instruction.flags, *instruction.arguments, *instruction.heredocs):
        if isinstance(node, BrokenWord):
            cuts = pairwise([*node.offsets, len(node.text)])
            yield from (Word(part, node.text[cut:stop]) for part, (cut, stop) in zip(node.parts, cuts, strict=True))
        elif isinstance(node, Flag):
            yield from _beside(node, instruction.comments)
        else:
            yield node


def _beside(node: Node, comments: tuple[Comment, ...]) -> Iterator[Node]:
    """The node itself, or what is left of it beside the comments that stand inside it."""
    start = node.span.start
    for comment in comments:
        if node.span.encloses(comment.span):
            yield Node(Span(start, comment.span.start))
            start = comment.span.end
    yield node if start == node.span.start else Node(Span(start, node.span.end))
