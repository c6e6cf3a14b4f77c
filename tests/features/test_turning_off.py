"""Turning a rule off changes one place of a settings file, in its style, and leaves all else as it stands."""

from __future__ import annotations

import tomllib

import pytest

from layerwise.engine import RULES, read_settings, selection
from layerwise.features.turning_off import turning_off
from layerwise.lint import Severity
from layerwise.text import apply_edits

RULE = RULES["pin/untagged-image"]
PLAIN, PYPROJECT = "/w/layerwise.toml", "/w/pyproject.toml"


def turned_off(text: str | None, path: str = PLAIN) -> str | None:
    edits = turning_off(RULE, path, text)
    return None if edits is None else apply_edits(text or "", edits)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, 'ignore = ["pin/untagged-image"]\n'),
        ("", 'ignore = ["pin/untagged-image"]\n'),
        ("\n", '\nignore = ["pin/untagged-image"]\n'),
        ('profile = "all"\n', 'profile = "all"\nignore = ["pin/untagged-image"]\n'),
        ('profile = "all"', 'profile = "all"\nignore = ["pin/untagged-image"]'),
        ('profile = "all"\r\n', 'profile = "all"\r\nignore = ["pin/untagged-image"]\r\n'),
        ("[build]\ntarget = 'x'\n", "ignore = [\"pin/untagged-image\"]\n\n[build]\ntarget = 'x'\n"),
        ("# Ours\n\n[build]\n", '# Ours\n\nignore = ["pin/untagged-image"]\n\n[build]\n'),
        ("# Ours\n[build]\n", 'ignore = ["pin/untagged-image"]\n\n# Ours\n[build]\n'),
        ("\ufeff[build]\n", '\ufeffignore = ["pin/untagged-image"]\n\n[build]\n'),
    ],
)
def test_a_file_without_a_word_about_rules_gets_one(before: str | None, after: str) -> None:
    assert turned_off(before) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("ignore = [] # none", 'ignore = ["pin/untagged-image"] # none'),
        ("ignore = ['size/*'] # é🚀\n", "ignore = ['size/*', \"pin/untagged-image\"] # é🚀\n"),
        ("ignore = ['size/*',]\n", "ignore = ['size/*', \"pin/untagged-image\",]\n"),
        (
            'ignore = [\n    "size/*", # big\n    # more to come\n]\n',
            'ignore = [\n    "size/*", # big\n    "pin/untagged-image",\n    # more to come\n]\n',
        ),
        ('ignore = [\n  "size/*" # big\n]\n', 'ignore = [\n  "size/*", # big\n  "pin/untagged-image"\n]\n'),
        ('ignore = [\r\n\t"size/*",\r\n]\r\n', 'ignore = [\r\n\t"size/*",\r\n\t"pin/untagged-image",\r\n]\r\n'),
        ('ignore = [\n  "size/*"]\n', 'ignore = [\n  "size/*", "pin/untagged-image"]\n'),
    ],
)
def test_a_list_of_ignored_rules_gets_one_more(before: str, after: str) -> None:
    assert turned_off(before) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            '[rules]\n"size/*" = "hint" # why\n\n[build]\n',
            '[rules]\n"size/*" = "hint" # why\n"pin/untagged-image" = "off"\n\n[build]\n',
        ),
        ("[rules]\n", '[rules]\n"pin/untagged-image" = "off"\n'),
        ('[rules]\n"pin/untagged-image" = "error" # !\n', '[rules]\n"pin/untagged-image" = "off" # !\n'),
        ("rules.\"pin/untagged-image\" = 'error'\n", 'rules."pin/untagged-image" = "off"\n'),
        ('rules = { "pin/untagged-image" = "error" }\n', 'rules = { "pin/untagged-image" = "off" }\n'),
        (
            '[rules]\n"pin/untagged-image" = { severity = "error" }\n',
            '[rules]\n"pin/untagged-image" = { severity = "off" }\n',
        ),
        ('[rules."pin/untagged-image"]\nseverity = "hint"\n', '[rules."pin/untagged-image"]\nseverity = "off"\n'),
        ('[rules."pin/untagged-image"]\n', '[rules."pin/untagged-image"]\nseverity = "off"\n'),
        (
            'ignore = []\n[rules]\n"pin/*" = "error"\n',
            'ignore = []\n[rules]\n"pin/*" = "error"\n"pin/untagged-image" = "off"\n',
        ),
    ],
)
def test_what_is_set_for_rules_is_kept_in_one_place(before: str, after: str) -> None:
    assert turned_off(before) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, '[tool.layerwise]\nignore = ["pin/untagged-image"]\n'),
        ('[project]\nname = "x"\n', '[project]\nname = "x"\n\n[tool.layerwise]\nignore = ["pin/untagged-image"]\n'),
        ('[project]\nname = "x"', '[project]\nname = "x"\n\n[tool.layerwise]\nignore = ["pin/untagged-image"]\n'),
        (
            '[tool.layerwise]\nprofile = "all"\n\n[tool.other]\n',
            '[tool.layerwise]\nignore = ["pin/untagged-image"]\nprofile = "all"\n\n[tool.other]\n',
        ),
        (
            '[tool.layerwise.rules]\n"size/*" = "hint"\n[tool.other]\n',
            '[tool.layerwise.rules]\n"size/*" = "hint"\n"pin/untagged-image" = "off"\n[tool.other]\n',
        ),
    ],
)
def test_in_pyproject_it_stands_in_our_table(before: str | None, after: str) -> None:
    assert turned_off(before, PYPROJECT) == after


@pytest.mark.parametrize("before", ["ignore = [", "a = 1\na = 2\n", "[rules\n"])
def test_a_broken_file_is_left_alone(before: str) -> None:
    assert turned_off(before) is None


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_every_rule_is_off_afterwards_and_the_rest_as_it_was(rule: object) -> None:
    before = 'profile = "all"\n[rules]\n"build/*" = "error"\n"DL3006" = "hint"\n[build]\nargs = { A = "b" }\n'
    edits = turning_off(rule, PLAIN, before)  # type: ignore[arg-type]
    assert edits is not None
    loaded = read_settings(PLAIN, apply_edits(before, edits))
    assert not loaded.problems
    assert selection(loaded.settings, None).severity(rule) is Severity.OFF  # type: ignore[arg-type]
    assert tomllib.loads(apply_edits(before, edits))["build"] == {"args": {"A": "b"}}
