"""What a rule may look at besides its node. Each scope sees what its memo key holds, and nothing more."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from msgspec import Struct

from layerwise.build.model import Build, Stage, StageFacts, Step
from layerwise.context.tree import ContextTree
from layerwise.lint.suppression import Suppression
from layerwise.shell.tree import Script
from layerwise.syntax.tree import Dockerfile, Node, Word
from layerwise.text import Span


class Surroundings(Struct, frozen=True):
    """What every scope sees: the options of the rule at hand and the build context, where it can be seen."""

    options: Mapping[str, Any]
    """The value of each ``Option`` that the rule declares."""
    files: ContextTree | None
    """The build context, or None when it is unknown (standard input, an untitled document)."""


class Context(Surroundings, frozen=True):
    """The sight of a rule on a step: its instruction and the facts in force there."""

    step: Step
    stage: StageFacts
    text_of_step: str
    escape: str

    @property
    def script(self) -> Script | None:
        """The shell script of the step, None when it has none (exec form, or not a RUN)."""
        return self.step.script

    def text(self, at: Node | Span) -> str:
        """The characters under a span of this instruction, as they stand in the file.

        :raises ValueError: when the span leaves the instruction, which a rule on a step does not see.
        """
        span = at if isinstance(at, Span) else at.span
        own = self.step.instruction.span
        if not own.encloses(span):
            raise ValueError(f"{span} is outside of the step at {own}")
        return span.moved(-own.start).of(self.text_of_step)


class StageContext(Surroundings, frozen=True):
    """The sight of a rule on a stage: its steps, and the text from its FROM to the next."""

    stage: Stage
    dockerfile: Dockerfile

    @property
    def escape(self) -> str:
        return self.dockerfile.escape

    def text(self, at: Node | Span) -> str:
        """The characters under a span, as they stand in the file.

        :raises ValueError: when the span leaves the stage, beyond which a rule on a stage does not see.
        """
        span = at if isinstance(at, Span) else at.span
        if not self.stage.span.encloses(span):
            raise ValueError(f"{span} is outside of the stage at {self.stage.span}")
        return span.of(self.dockerfile.text)

    def names_behind(self, step: Step, name: str) -> bool:
        """Whether anything behind a step may name a file: its name stands there as a word, be it in a comment."""
        behind = self.text(Span(step.span.end, self.stage.span.end))
        return name in behind and re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w-])", behind) is not None


class FileContext(Surroundings, frozen=True, dict=True):
    """The sight of a rule on the whole build."""

    build: Build

    @cached_property
    def dockerfile(self) -> Dockerfile:
        return self.build.dockerfile

    @property
    def escape(self) -> str:
        return self.dockerfile.escape

    def text(self, at: Node | Span) -> str:
        """The characters under a span, as they stand in the file."""
        return (at if isinstance(at, Span) else at.span).of(self.dockerfile.text)


class SuppressionContext(Surroundings, frozen=True):
    """The sight of a rule on a suppression: which of its ids had something to silence."""

    unused: tuple[Word, ...]
    """Ids of rules that are turned on and found nothing there. Ids that only other tools know are never among them."""
    unknown: tuple[Word, ...]
    """Ids in the form of ours that no rule has."""
    removals: tuple[Span, ...]
    """For each of ``unused`` and then each of ``unknown``: what to delete so that the id is gone."""
    whole: Span
    """What to delete so that the whole comment is gone, with its line; empty when that is not possible."""
    suppression: Suppression
