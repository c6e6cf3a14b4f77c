"""The rule security/secret-literal."""

from __future__ import annotations

import base64
from collections.abc import Iterator

from layerwise.knowledge.tokens import HINTS, KINDS, NOT_REAL, TOKEN
from layerwise.lint import Context, Finding, Severity, rule
from layerwise.syntax.tree import Add, Arg, Cmd, Copy, Entrypoint, Env, Healthcheck, Instruction, Label, Run
from layerwise.text import Span


@rule(
    *(Run, Env, Arg, Label, Cmd, Entrypoint, Healthcheck, Copy, Add),
    severity=Severity.ERROR,
)
def secret_literal(instruction: Instruction, ctx: Context) -> Iterator[Finding]:
    r"""A token or a private key stands in the file itself.

    ## Why
    It is in the repository for ever, and in every image: `docker history` shows the text of each instruction, a file
    that a RUN writes is in its layer. Take it back where it was issued, since it must be taken for known; then give the
    new one to the build by `--mount=type=secret`, or to the container when it starts.

    Only texts are reported that have the shape of a token of their issuer (AWS, GitHub, GitLab, npm, PyPI, Slack,
    Stripe and others), private keys, and signed tokens; none that look made up, and none that are public by nature, as
    the API keys of Google are.

    ## Example
    RUN curl -H "X-Key: AKIAQ5ZT7LXNM2VKRHCE" -o /srv/data https://example.com/data

    ## Use instead
    RUN --mount=type=secret,id=KEY,env=KEY curl -H "X-Key: $KEY" -o /srv/data https://example.com/data
    """
    # A token has its own shape wherever it stands, in a comment or in half of a word too: so the raw text is searched.
    text = ctx.text_of_step
    if not any(hint in text for hint in HINTS):
        return
    start = ctx.step.instruction.span.start
    for match in TOKEN.finditer(text):
        if match.lastgroup is None or NOT_REAL.search(match[0]):
            continue
        if match.lastgroup == "jwt" and _is_public(match[0]):
            continue
        span = Span(*match.span()).moved(start)
        if instruction.span.encloses(span):
            yield Finding(
                span, f"This is {KINDS[match.lastgroup]}: whoever can read this file, or pull the image, has it"
            )


def _is_public(token: str) -> bool:
    """Whether a signed token says of itself that it is for everybody, as the anonymous key of Supabase does."""
    payload = token.split(".")[1]
    try:
        told = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    except ValueError:
        return False
    return b'"anon"' in told or b"demo" in told
