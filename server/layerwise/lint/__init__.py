"""What a rule is: its declaration, what it finds, the fixes it offers, and what it may look at."""

from layerwise.lint.context import Context, FileContext, StageContext, SuppressionContext
from layerwise.lint.finding import Applicability, Edit, FileEdit, Finding, Fix, Related, Severity, Tag
from layerwise.lint.rule import DOCS, Option, Rule, Scope, rule
from layerwise.lint.suppression import Notation, Reach, Suppression

__all__ = [
    "DOCS",
    "Applicability",
    "Context",
    "Edit",
    "FileContext",
    "FileEdit",
    "Finding",
    "Fix",
    "Notation",
    "Option",
    "Reach",
    "Related",
    "Rule",
    "Scope",
    "Severity",
    "StageContext",
    "Suppression",
    "SuppressionContext",
    "Tag",
    "rule",
]
