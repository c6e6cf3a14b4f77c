"""The comments of a file, to make sure that none is lost."""

from __future__ import annotations

from collections import Counter

from layerwise.build.model import Build
from layerwise.syntax.tree import Dockerfile


def comments_of(build: Build) -> Counter[str]:
    """How often each comment stands in the file, without its ``#``: between and inside instructions, and in scripts.

    A comment of the Dockerfile that has become one of a script is the same comment.
    """
    dockerfile = build.dockerfile
    found = Counter(_plain(each.span.of(dockerfile.text)) for each in dockerfile.directives)
    found.update(_between_and_inside(dockerfile))
    for step in build.steps():
        for each in (step, step.trigger):
            if each and each.script:
                inside = {comment.span for comment in each.instruction.comments}
                found.update(comment.text for comment in each.script.comments if comment.span not in inside)
    return found


def _between_and_inside(dockerfile: Dockerfile) -> Counter[str]:
    found: Counter[str] = Counter()
    for section in dockerfile.sections:
        found.update(comment.text for comment in section.comments)
        for _, instruction in section.layout.instructions:
            found.update(comment.text for comment in instruction.comments)
    return found


def _plain(comment: str) -> str:
    return comment.strip().lstrip("#").strip()
