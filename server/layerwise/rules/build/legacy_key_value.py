"""The rule build/legacy-key-value."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from layerwise.lint import Applicability, Context, Edit, Finding, Fix, Severity, rule
from layerwise.syntax.pairs import split_words
from layerwise.syntax.tree import Assigning, Env, Label, Word
from layerwise.syntax.words import WordError, expand
from layerwise.text import Span


@rule(Env, Label, severity=Severity.WARNING, aliases=("LegacyKeyValueFormat",), fixes=(Applicability.SAFE,))
def legacy_key_value(instruction: Assigning, ctx: Context) -> Iterator[Finding]:
    r"""`ENV key value` is the old notation: all of the rest of the line is the value, and there can be no second pair.

    ## Why
    In `ENV A=1 B=2` each word is a pair. In `ENV A 1 B=2` the variable `A` is `1 B=2`, and `B` does not exist, which
    nobody sees. BuildKit warns about the notation on every build, and a later version of Docker may refuse it.

    ## Example
    ENV PATH /opt/shop/bin:$PATH
    LABEL description The shop, and its back office

    ## Use instead
    ENV PATH=/opt/shop/bin:$PATH
    LABEL description="The shop, and its back office"

    ## Fix safety
    Safe: the value stays what it is. It is put in quotes where white space would end it, and where it has quotes of its
    own, the white space outside of them is escaped.
    """
    for pair in instruction.pairs:
        if pair.legacy and pair.value is not None:
            name = instruction.name
            yield Finding(
                pair.span,
                f'"{name} key=value" should be used instead of legacy "{name} key value" format',
                fix=partial(_fix, pair.key, pair.value, ctx),
            )


def _fix(key: Word, value: Word, ctx: Context) -> Fix | None:
    gap = Span(key.span.end, value.span.start)
    edits = None if "#" in ctx.text(gap) else _quoting(value, gap, ctx)
    return Fix("Write `key=value`", *edits) if edits else None


def _quoting(value: Word, gap: Span, ctx: Context) -> tuple[Edit, ...] | None:
    """The edits that make one word of the value; None where its quotes are in the way."""
    raw, escape = value.text, ctx.escape
    if _means(raw, raw, escape):
        return (Edit(gap, "="),)
    if _means(f'"{raw}"', raw, escape):
        end = value.span.end
        return (Edit(gap, '="'), Edit(Span(end, end), '"'))
    blanks = _outside(raw, escape)
    escaped = "".join(escape + char if index in blanks else char for index, char in enumerate(raw))
    if "\n" in ctx.text(value) or not _means(escaped, raw, escape):
        return None
    return (Edit(gap, "="), *(Edit(Span(value.at(index), value.at(index)), escape) for index in blanks))


def _means(word: str, raw: str, escape: str) -> bool:
    """Whether this is one word, and gives the same value as the rest of a line would, whatever variables are."""
    if [each.text for each in split_words(word, escape)] != [word]:
        return False
    try:
        return all(expand(word, lookup, escape) == expand(raw, lookup, escape) for lookup in (_set, _unset))
    except WordError:
        return False


def _set(name: str) -> str | None:
    return f"<{name}>"


def _unset(name: str) -> str | None:
    return None


def _outside(raw: str, escape: str) -> list[int]:
    """The indices of the white space that no quotes stand around."""
    words = split_words(raw, escape)
    inside = {index for word in words for index in range(word.start, word.end)}
    return [index for index in range(len(raw)) if index not in inside]
