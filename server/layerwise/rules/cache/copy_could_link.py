"""The rule cache/copy-could-link."""

from __future__ import annotations

from collections.abc import Iterator

from layerwise.build.linking import linkable
from layerwise.build.model import Build, Step
from layerwise.lint import Applicability, Edit, FileContext, Finding, Fix, Related, Severity, rule
from layerwise.text import Span


@rule(Build, severity=Severity.HINT, fixes=(Applicability.UNSAFE,), about={"--from"})
def copy_could_link(build: Build, ctx: FileContext) -> Iterator[Finding]:
    r"""What another stage has made is copied again whenever a step above is done again, but needs nothing of that step.

    ## Why
    A COPY is written on top of the layers below, so that it is done again, pushed again and pulled again when one of
    them changes: a package is added, or the base image gets an update. With `--link` it makes a layer that does not
    depend on them, and stays what it is.

    Only copies behind the last RUN of the final stage are reported, and only where the destination surely is the same
    with `--link`. That makes the folders on the way anew: no symbolic link is followed (`/bin` and `/lib` are such in
    most images), and they belong to root, with mode 755 (`/tmp` and the home of a user would not be as they were).
    `--chown` and `--chmod` count for these folders too, so that copies with them are left alone.

    ## Example
    FROM golang:1.23 AS build
    RUN go install example.com/shop@v1

    FROM debian:12-slim
    RUN apt-get update && apt-get install -y ca-certificates
    COPY --from=build /go/bin/shop /usr/local/bin/shop

    ## Use instead
    FROM golang:1.23 AS build
    RUN go install example.com/shop@v1

    FROM debian:12-slim
    RUN apt-get update && apt-get install -y ca-certificates
    COPY --link --from=build /go/bin/shop /usr/local/bin/shop

    ## Fix safety
    Unsafe: only BuildKit knows `--link`, with Dockerfile syntax 1.4 or later (Docker 23). Nothing is reported where the
    base image is not well known, since its folders may be anything.
    """
    copies = linkable(build, ctx.files)
    if not copies:
        return
    first, *others = copies
    ends = [step.instruction.keyword.span.end for step in copies]
    yield Finding(
        _origin(first),
        "This is copied again whenever a step above is done again, although it needs nothing of it",
        fix=Fix(
            "Add `--link`" if not others else f"Add `--link` to the {len(copies)} COPYs",
            *[Edit(Span(end, end), " --link") for end in ends],
            applicability=Applicability.UNSAFE,
            note="Only BuildKit knows it, and no symbolic link in the path of the destination is followed then",
        ),
        related=[Related(_origin(step), "So is this") for step in others],
    )


def _origin(step: Step) -> Span:
    """The flag that names the stage."""
    flag = step.instruction.flag("from")
    assert flag is not None
    return flag.span
