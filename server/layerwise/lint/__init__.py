"""What a rule is: its declaration, what it finds, the fixes it offers, and what it may look at."""

from layerwise.lint.context import FileContext, Context, StageContext
from layerwise.lint.finding import Applicability, Edit, Finding, Fix, Related, Tag
from layerwise.lint.rule import Rule, Scope, Severity, rule

__all__ = [
    "Applicability",
    "FileContext",
    "Context",
    "Edit",
    "Finding",
    "Fix",
    "Related",
    "Rule",
    "Scope",
    "Severity",
    "StageContext",
    "Tag",
    "rule",
]
