"""The rule pin/unverified-download."""

from __future__ import annotations

from collections.abc import Iterator

from layerwise.build.model import Stage
from layerwise.build.unverified import unverified
from layerwise.lint import Finding, Related, Severity, StageContext, rule
from layerwise.syntax.tree import Add


@rule(Stage, severity=Severity.INFORMATION, about={"curl", "wget", Add})
def unverified_download(stage: Stage, ctx: StageContext) -> Iterator[Finding]:
    r"""A downloaded release is unpacked, installed or run without a checksum or a signature being compared.

    ## Why
    HTTPS says which server a file comes from, not that it is the file of yesterday. Releases get replaced, by their
    makers and by others, and what is in them runs in the build with all its rights. With a checksum the build stops
    instead. It also is what the cache needs: `ADD --checksum` need not download a file again to know it.

    There is no fix, for only a download shows what the sum is, and a build with a made-up one fails. Nothing is
    reported of an address that names no release, or one that is given from outside: whatever stands there today can
    have no checksum. The same goes for an archive of a repository, which is made when somebody asks and whose bytes
    may change, and for what is pinned by a commit. Nor is it where the stage compares a sum or a signature later on.

    ## Example
    FROM debian:12
    RUN curl -fsSLo /tmp/tool.tar.gz https://example.com/tool-1.4.2.tar.gz \
        && tar -xzf /tmp/tool.tar.gz -C /opt \
        && rm /tmp/tool.tar.gz
    ---
    FROM debian:12
    ADD https://example.com/tool-1.4.2 /usr/local/bin/tool
    RUN chmod +x /usr/local/bin/tool

    ## Use instead
    FROM debian:12
    RUN curl -fsSLo /tmp/tool.tar.gz https://example.com/tool-1.4.2.tar.gz \
        && echo "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08  /tmp/tool.tar.gz" | sha256sum -c \
        && tar -xzf /tmp/tool.tar.gz -C /opt \
        && rm /tmp/tool.tar.gz
    ---
    FROM debian:12
    ADD --checksum=sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 \
        https://example.com/tool-1.4.2 /usr/local/bin/tool
    RUN chmod +x /usr/local/bin/tool

    """
    if stage.facts.is_windows:
        return
    for each in unverified(stage):
        yield Finding(
            each.address,
            f"`{each.name}` is {each.use} without a check that it is the file it should be",
            related=[Related(each.user, f"It is {each.use} here")] if each.user else [],
        )
