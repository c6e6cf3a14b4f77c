"""The rule build/from-as-casing."""

from collections.abc import Iterator

from layerwise.lint import Applicability, Context, Edit, Finding, Fix, Severity, rule
from layerwise.syntax.tree import From


@rule(From, severity=Severity.WARNING, aliases=("FromAsCasing",), fixes=(Applicability.SAFE,))
def from_as_casing(instruction: From, ctx: Context) -> Iterator[Finding]:
    r"""`AS` is written in another case than the `FROM` before it.

    ## Why
    Both mean the same in either case, so that only the reader trips over it. BuildKit warns about it on every build.

    ## Example
    FROM debian:12 as build

    ## Use instead
    FROM debian:12 AS build

    ## Fix safety
    Safe: it changes the case of one keyword.
    """
    word = instruction.as_keyword
    if word is None:
        return
    keyword = instruction.keyword.text
    if keyword.islower():
        wanted = word.text.lower()
    elif keyword.isupper():
        wanted = word.text.upper()
    else:
        # BuildKit asks for the case of the FROM only where that is all lower or all upper.
        return
    if word.text != wanted:
        yield Finding(
            word.span,
            f"'{word.text}' and '{keyword}' keywords' casing do not match",
            fix=Fix(f"Write `{wanted}`", Edit(word.span, wanted)),
        )
