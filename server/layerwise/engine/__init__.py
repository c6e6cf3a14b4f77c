"""Runs rules over a Dockerfile: which there are and are on, what they find, what is silenced, and fixing all of it."""

from layerwise.engine.analysis import Analysis, analyse
from layerwise.engine.discovery import FAMILIES, RULES, is_foreign, resolve
from layerwise.engine.fixing import Applied, FixResult, Skipped, fix_all, optimize
from layerwise.engine.ignoring import ignore_edits
from layerwise.engine.manual import manual
from layerwise.engine.reading_settings import settings_from, settings_from_editor
from layerwise.engine.reported import Failure, Piece, Reported, Shown
from layerwise.engine.selection import Selection, selection
from layerwise.engine.settings import BuildSettings, Override, RuleSettings, Settings
from layerwise.engine.settings_files import Loaded, SettingsProblem, find_settings, load_settings, read_settings

__all__ = [
    "FAMILIES",
    "RULES",
    "Analysis",
    "Applied",
    "BuildSettings",
    "Failure",
    "FixResult",
    "Loaded",
    "Override",
    "Piece",
    "Reported",
    "RuleSettings",
    "Selection",
    "Settings",
    "SettingsProblem",
    "Shown",
    "Skipped",
    "analyse",
    "find_settings",
    "fix_all",
    "ignore_edits",
    "is_foreign",
    "load_settings",
    "manual",
    "optimize",
    "read_settings",
    "resolve",
    "selection",
    "settings_from",
    "settings_from_editor",
]
