"""What stages and images are for, as far as their names tell."""

from __future__ import annotations

import re

_WORK = "build|builder|compile|compiler|validate|validation|verify|check|checks|lint|linter|fmt|format|vendor|vendored"
_WORK += "|test|tests|testing|unit|e2e|bench|benchmark|coverage|generate|generated|gen|update|deps|dependencies|cache"
_DEVELOPMENT = (
    "dev|devel|develop|development|devcontainer|debug|debugger|debugging|dev-?envs?|workspace|sandbox|playground"
)
_TOOLS = "ci|cicd|builder|build|buildenv|toolchain|tools|toolbox|devtools|runner|agent|test|tests|testing|lint|fuzz"


def _among_parts(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?:^|[-_./]){'(?:' + words + ')'}(?:[-_./]|$)", re.IGNORECASE)


_WORK_NAME, _DEVELOPMENT_NAME, _TOOLS_NAME = map(_among_parts, (_WORK, _DEVELOPMENT, _TOOLS))


def is_work(stage: str) -> bool:
    """Whether a stage of this name builds or checks something, so that what it makes is not an image to be shipped."""
    return _WORK_NAME.search(stage) is not None


def is_development(name: str) -> bool:
    """Whether a stage, or an image, of this name is one for people who develop in it."""
    return _DEVELOPMENT_NAME.search(name) is not None


def is_toolbox(name: str) -> bool:
    """Whether an image of this name is a set of tools, to build or test with."""
    return _TOOLS_NAME.search(name) is not None
