"""The rule build/unused-suppression."""

from collections.abc import Iterator

from layerwise.lint import (
    Applicability,
    Edit,
    Finding,
    Fix,
    Notation,
    Severity,
    Suppression,
    SuppressionContext,
    Tag,
    rule,
)
from layerwise.syntax.tree import Word
from layerwise.text import Span


@rule(Suppression, severity=Severity.WARNING, fixes=(Applicability.SAFE, Applicability.UNSAFE))
def unused_suppression(suppression: Suppression, ctx: SuppressionContext) -> Iterator[Finding]:
    r"""A comment that silences rules has nothing to silence.

    ## Why
    What it excused was fixed long ago, or it never did what its author meant: it stands in the wrong place or names a
    rule that does not exist. Then it hides the next real finding, or leads readers astray.

    ## Example
    FROM debian:12
    # layerwise: ignore=build/deprecated-maintainer,pin/untagged-image the registry wants it
    MAINTAINER Jane Doe <jane@example.com>

    ## Use instead
    FROM debian:12
    # layerwise: ignore=build/deprecated-maintainer the registry wants it
    MAINTAINER Jane Doe <jane@example.com>

    ## Fix safety
    Taking one id out of several is safe. Removing the whole comment is unsafe: it may hold a reason worth reading.
    Ids in comments for other tools are reported only where this rule is asked for by its name or by the profile `all`,
    and stay: those tools may still need them. Rules that are off, or that only another tool has, are never reported.
    """
    if not suppression.ids:
        yield Finding(suppression.span, "This comment silences nothing: `ignore=RULE` is expected after `layerwise:`")
    for index, word in enumerate((*ctx.unused, *ctx.unknown)):
        own = suppression.notation is Notation.LAYERWISE
        yield Finding(
            word.span,
            f"`{word.text}` reports nothing here" if index < len(ctx.unused) else f"There is no rule `{word.text}`",
            fixes=_fixes(suppression, word, ctx.removals[index], ctx.whole) if own else (),
            tags=(Tag.UNNECESSARY,),
            severity=None if own else Severity.OFF,
        )


def _fixes(suppression: Suppression, word: Word, removal: Span, whole: Span) -> Iterator[Fix]:
    if removal.start < removal.end:
        yield Fix(f"Remove `{word.text}` from the comment", Edit(removal, ""), drops=(suppression.comment,))
    elif whole.start < whole.end:
        yield Fix(
            "Remove the comment", Edit(whole, ""), applicability=Applicability.UNSAFE, drops=(suppression.comment,)
        )
