"""Knows what a builder would do with a Dockerfile: stages, the state at each step, what it reads and writes."""

from layerwise.build.effects import Reads
from layerwise.build.model import (
    Build,
    ImageName,
    Stage,
    StageFacts,
    State,
    Step,
)
from layerwise.build.operations import Operation, PackageOperation
from layerwise.build.stages import build
from layerwise.build.values import Origin, Variable

__all__ = [
    "Build",
    "ImageName",
    "Operation",
    "Origin",
    "PackageOperation",
    "Reads",
    "Stage",
    "StageFacts",
    "State",
    "Step",
    "Variable",
    "build",
]
