"""The rule size/unstripped-binary."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from layerwise.build.model import Build
from layerwise.build.relation import Alteration
from layerwise.build.stripping import Copied, unstripped
from layerwise.knowledge.stripping import C_COMPILERS, GO_PROGRAMS
from layerwise.lint import Applicability, Edit, FileContext, Finding, Fix, Related, Severity, rule
from layerwise.shell.join import add_option
from layerwise.shell.tree import Around
from layerwise.text import Span

SHARE = {"cargo": "a tenth and more", "go": "about a quarter"}
"""How much of a program its symbols and debug information are, by the tool."""


@rule(
    Build,
    severity=Severity.INFORMATION,
    fixes=(Applicability.UNSAFE,),
    changes=(Alteration.OPTION_REMOVED,),
    about={"cargo", *GO_PROGRAMS, *C_COMPILERS},
)
def unstripped_binary(build: Build, ctx: FileContext) -> Iterator[Finding]:
    r"""A compiled program is shipped with its symbol table and with what a debugger would need.

    ## Why
    Nobody debugs in the final image, where there are neither sources nor a debugger, but the bytes are pulled each
    time. Of a program in Go they are about a quarter. Its stack traces stay as they are without them, and so do
    profiles. Of a program in C that is not static they are little, and only the profile `all` reports it, as it does a
    tool of somebody else that `go install` fetches.

    ## Example
    FROM golang:1.26 AS build
    WORKDIR /src
    COPY . .
    RUN go build -o /bin/shop ./cmd/shop

    FROM debian:12-slim
    COPY --from=build /bin/shop /bin/shop
    CMD ["shop"]

    ## Use instead
    FROM golang:1.26 AS build
    WORKDIR /src
    COPY . .
    RUN go build -ldflags="-s -w" -o /bin/shop ./cmd/shop

    FROM debian:12-slim
    COPY --from=build /bin/shop /bin/shop
    CMD ["shop"]

    ## Fix safety
    Unsafe: whoever attaches a debugger to the running program, or reads its core dumps, misses the names. Nothing is
    reported where flags come from a variable of unknown value, where the program is stripped later, or, for Rust, where
    the manifest asks for it. Where that cannot be seen, only the profile `all` reports a program in Rust.
    """
    for each in unstripped(build, ctx.files):
        command = each.command
        program = command.program
        verb = "" if program in C_COMPILERS else f" {command.arguments[0].text}"
        place = command.name.span if program in C_COMPILERS else command.name.span.to(command.arguments[0].span)
        share = SHARE.get(program.removeprefix("xx-"))
        what = "symbols and debug information" if share else "the symbol table"
        yield Finding(
            place,
            f"`{program}{verb}` leaves {what} in a program that is shipped"
            + (f": {share} of its size" if share else ""),
            fix=partial(_fix, each, ctx),
            related=[Related(each.source.span, "This brings it into the image")],
            severity=None if each.certain else Severity.OFF,
        )


def _fix(each: Copied, ctx: FileContext) -> Fix | None:
    command = each.command
    if command.program in GO_PROGRAMS:
        edits = _more_flags(each, ctx) if each.found.flags is not None else [_flags(each)]
        title = "Add `-s -w` to the flags of the linker" if each.found.flags is not None else f"Add `{_option(each)}`"
    elif command.program == "cargo":
        title = "Add `--config profile.release.strip=true`"
        edits = [add_option(command, "--config profile.release.strip=true", after=command.arguments[0])]
    else:
        title = "Add `-s`"
        edits = [add_option(command, "-s", after=command.name)]
    return Fix(title, *edits, applicability=Applicability.UNSAFE, note="A debugger misses the names") if edits else None


def _option(each: Copied) -> str:
    return "-ldflags=-s" if Around.NESTED in each.command.within else '-ldflags="-s -w"'


def _flags(each: Copied) -> Edit:
    """On Linux `-s` alone leaves out the same, and needs no quotes inside of others."""
    command = each.command
    at = command.arguments[0].span.end
    if command.is_json:
        return Edit(Span(at, at), ', "-ldflags=-s -w"')
    return Edit(Span(at, at), f" {_option(each)}")


def _more_flags(each: Copied, ctx: FileContext) -> list[Edit]:
    """Put in front of those that are there, inside of their quotes."""
    command = each.command
    assert each.found.flags is not None
    word = command.words[each.found.flags]
    start = word.text.find("=") + 1 if word.text.startswith("-") else 0
    if command.is_json or Around.NESTED in command.within or ctx.text(word.span) != word.text:
        return []
    value = word.text[start:]
    at = word.span.start + start
    if value[:1] in ("'", '"'):
        return [Edit(Span(at + 1, at + 1), "-s -w ")]
    return [Edit(Span(at, at), '"-s -w '), Edit(Span(word.span.end, word.span.end), '"')]
