"""The shapes of tokens and keys, by which they can be told from any other text, as those who issue them describe them."""

from __future__ import annotations

import re
from collections.abc import Mapping

_SHAPES: Mapping[str, tuple[str, str]] = {
    "aws": ("an AWS access key", r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    "github": ("a GitHub token", r"\bgh[pousr]_[A-Za-z0-9]{36,251}\b"),
    "github_fine": ("a GitHub token", r"\bgithub_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}\b"),
    "gitlab": ("a GitLab token", r"\bgl(?:pat|dt|rt|cbt|ptt|oas)-[A-Za-z0-9_-]{20,}\b"),
    "npm": ("an npm token", r"\bnpm_[A-Za-z0-9]{36}\b"),
    "pypi": ("a PyPI token", r"\bpypi-AgE[A-Za-z0-9_-]{50,}"),
    "slack": ("a Slack token", r"\bxox[abeoprs]-(?:[0-9]+-)+[A-Za-z0-9-]{16,}\b"),
    "stripe": ("a Stripe key", r"\b[rs]k_live_[0-9A-Za-z]{24,}\b"),
    "docker": ("a Docker Hub token", r"\bdckr_pat_[A-Za-z0-9_-]{27}\b"),
    "digitalocean": ("a DigitalOcean token", r"\bdo[opr]_v1_[a-f0-9]{64}\b"),
    "huggingface": ("a Hugging Face token", r"\bhf_[A-Za-z]{34}\b"),
    "anthropic": ("an Anthropic key", r"\bsk-ant-[a-z0-9]+-[A-Za-z0-9_-]{80,}"),
    "openai": ("an OpenAI key", r"\bsk-(?:proj-|svcacct-)?[A-Za-z0-9_-]{20,}T3BlbkFJ[A-Za-z0-9_-]{20,}"),
    "sendgrid": ("a SendGrid key", r"\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}\b"),
    "pem": ("a private key", r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----(?=\s*(?:\\n|[\\`]?\r?\n)?\s*[A-Za-z0-9+/=]{16})"),
    "jwt": ("a signed token (JWT)", r"\beyJ[A-Za-z0-9_-]{12,}\.eyJ[A-Za-z0-9_-]{12,}\.[A-Za-z0-9_-]{20,}"),
}  # fmt: skip

TOKEN = re.compile("|".join(f"(?P<{name}>{shape})" for name, (_, shape) in _SHAPES.items()))
"""Any of them; ``KINDS`` says what a group's name stands for."""
KINDS: Mapping[str, str] = {name: kind for name, (kind, _) in _SHAPES.items()}
HINTS = (
    "AKIA",
    "ASIA",
    "gh",
    "gl",
    "npm_",
    "pypi-",
    "xox",
    "k_live_",
    "dckr_",
    "_v1_",
    "hf_",
    "sk-",
    "SG.",
    "eyJ",
    "-----BEGIN",
)
"""One of these is in any text that holds a token, which is faster to find out."""  # fmt: skip
NOT_REAL = re.compile(r"EXAMPLE|(.)\1{5}|x{4}|0123456789|1234567890|abcdefghij", re.IGNORECASE)
"""What stands in tokens that are made up."""
