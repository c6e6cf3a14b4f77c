"""The rule build/add-instead-of-copy."""

from __future__ import annotations

import re
from collections.abc import Iterator

from layerwise.build.relation import Alteration
from layerwise.knowledge.weights import UNPACKED_BY_ADD
from layerwise.lint import Applicability, Context, Edit, Finding, Fix, Severity, rule
from layerwise.syntax.tree import Add, Word
from layerwise.text.patterns import regex

REMOTE = regex(r"[a-z][a-z0-9+.-]*://|git@|github\.com/", re.IGNORECASE)


@rule(
    Add,
    severity=Severity.WARNING,
    aliases=("DL3020", "DS-0005"),
    fixes=(Applicability.SAFE, Applicability.UNSAFE),
    changes=(Alteration.INSTRUCTION_REWRITTEN,),
)
def add_instead_of_copy(instruction: Add, ctx: Context) -> Iterator[Finding]:
    r"""`ADD` does what `COPY` does, and more that nobody asked for here.

    ## Why
    `ADD` fetches what looks like an address, and unpacks an archive as soon as a file happens to be one, whatever it is
    called. A `COPY` puts a file where it is told to, so that a reader need not look what it is.

    ## Example
    ADD package.json /app/

    ## Use instead
    COPY package.json /app/

    ## Fix safety
    Safe for files that by their names are no archives, and for folders, which `ADD` copies like any other. Unsafe for a
    pattern, since an archive that it finds would be unpacked by `ADD`. Nothing is reported of addresses, of
    archives, and of sources that a variable names.
    """
    if instruction.problems or any(instruction.flag(name) for name in ("checksum", "keep-git-dir", "unpack")):
        return
    sources = instruction.sources
    names = [_name(source, ctx) for source in sources if isinstance(source, Word)]
    if not sources or not all(map(_is_plain, names)):
        return
    keyword = instruction.keyword
    fix = None
    if keyword.span.end - keyword.span.start == len(keyword.text):
        # An archive has many names; only a pattern is likely to find one.
        is_pattern = any(name is not None and set("*?[") & set(name) for name in names)
        fix = Fix(
            "Use `COPY`",
            Edit(keyword.span, _in_case_of(keyword.text)),
            applicability=Applicability.UNSAFE if is_pattern else Applicability.SAFE,
            note="An archive that the pattern finds would be unpacked by `ADD`" if is_pattern else "",
        )
    yield Finding(keyword.span, "`COPY` is enough here: nothing is fetched or unpacked", fix=fix)


def _name(source: Word, ctx: Context) -> str | None:
    return ctx.step.value(source.text) if "$" not in source.text else None


def _is_plain(name: str | None) -> bool:
    """Whether a source is a file or folder of the context that is no archive."""
    if name is None or REMOTE.match(name):
        return False
    return not name.lower().rstrip("*?").endswith(UNPACKED_BY_ADD)


def _in_case_of(keyword: str) -> str:
    if keyword.islower():
        return "copy"
    return "Copy" if keyword.istitle() else "COPY"
