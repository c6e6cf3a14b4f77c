"""The rule cache/unpinned-download."""

from __future__ import annotations

from collections.abc import Iterator

from layerwise.build.fetches import Fetch, What, moving_fetches
from layerwise.build.model import Stage
from layerwise.lint import Finding, Severity, StageContext, rule
from layerwise.syntax.tree import Add


@rule(Stage, severity=Severity.INFORMATION, about={"git", "curl", "wget", Add})
def unpinned_download(stage: Stage, ctx: StageContext) -> Iterator[Finding]:
    r"""What is downloaded is another thing tomorrow, and the cache keeps what it got today.

    ## Why
    The builder runs a RUN again when its text or something above it has changed, not when a branch has moved on or a
    new release is out. So `git clone` of a branch, or a download of the latest release, is made once and then served
    from the cache for weeks, while the same Dockerfile gives another image on another machine. An ADD is asked for
    anew in each build, so that each may differ from the one before.

    Name the commit, the tag or the version. Then the cache is right: it ends when the name in the Dockerfile does.
    The rule is silent where a later `git checkout` names one, where a checksum is compared, and where an ARG such as
    `CACHEBUST` has the step run again on purpose.

    ## Example
    FROM debian:12
    RUN git clone --depth 1 https://github.com/example/shop.git /srv/shop
    ---
    FROM debian:12
    RUN curl -fsSLo /usr/local/bin/tool https://github.com/example/tool/releases/latest/download/tool-linux

    ## Use instead
    FROM debian:12
    RUN git clone --depth 1 --branch v1.4.2 https://github.com/example/shop.git /srv/shop
    ---
    FROM debian:12
    RUN curl -fsSLo /usr/local/bin/tool https://github.com/example/tool/releases/download/v2.0.1/tool-linux
    """
    for fetch in moving_fetches(stage):
        yield Finding(fetch.span, _message(fetch))


def _message(fetch: Fetch) -> str:
    branch = f"`{fetch.name}`" if fetch.name else "the default branch"
    if fetch.what is What.CLONE:
        return f"This clones {branch} as it is at that moment, and the cache keeps that: name a tag or a commit"
    if fetch.what is What.ADDED_REPOSITORY:
        return f"Each build gets {branch} as it is at that moment: name a tag or a commit"
    if fetch.what is What.ADDED_FILE:
        return "This address may be another file in each build: name a version, or give a checksum"
    return "This address is another file tomorrow, while the cache keeps that of today: name a version or a commit"
