"""How projects get their dependencies: which commands install them, from which manifests, and what else those need."""

from layerwise.build.dependencies.copies import Copied, copied
from layerwise.build.dependencies.fetching import NoPlan
from layerwise.build.dependencies.folders import Placed, is_within, placed_commands, working_directories
from layerwise.build.dependencies.installs import Install, installs_of
from layerwise.build.dependencies.late import Late, late_installs
from layerwise.build.dependencies.needs import Needs, is_vendored, needs_of
from layerwise.build.dependencies.plan import CopyLine, Plan, plan_of
from layerwise.build.dependencies.view import View
from layerwise.build.dependencies.work import Work, span_of, survey

__all__ = [
    "Copied",
    "CopyLine",
    "Install",
    "Late",
    "Needs",
    "NoPlan",
    "Placed",
    "Plan",
    "View",
    "Work",
    "copied",
    "installs_of",
    "is_vendored",
    "is_within",
    "late_installs",
    "needs_of",
    "placed_commands",
    "plan_of",
    "span_of",
    "survey",
    "working_directories",
]
