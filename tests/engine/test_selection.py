"""Which rules are on, and how severe their findings are."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from typing import Any

import pytest

from layerwise.engine import RULES, Settings, read_settings, resolve
from layerwise.engine.discovery import FAMILIES, is_foreign, names_rule
from layerwise.engine.selection import Selection, selection
from layerwise.lint import Finding, Severity
from layerwise.text import Span

MAINTAINER = RULES["build/deprecated-maintainer"]
UNTAGGED = RULES["pin/untagged-image"]
SHELL_FORM = RULES["build/shell-form-command"]
WARNING, ERROR, HINT, OFF = Severity.WARNING, Severity.ERROR, Severity.HINT, Severity.OFF


def chosen(source: str, path: str | None = "/site/app/Dockerfile") -> Selection:
    loaded = read_settings("/site/layerwise.toml", source)
    assert not loaded.problems
    return selection(loaded.settings, path)


def found(**more: Any) -> Finding:
    return Finding(Span(0, 1), "m", **more)


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ("pin/untagged-image", [UNTAGGED]),
        ("DL3006", [UNTAGGED]),
        ("dl3006", [UNTAGGED]),
        ("MaintainerDeprecated", [MAINTAINER]),
        ("build/deprecated-*", [MAINTAINER]),
        ("DL4000*", [MAINTAINER]),
        ("*", list(RULES.values())),
        ("nothing", []),
        ("DL9999", []),
    ],
)
def test_a_selector_means_rules(selector: str, expected: list[object]) -> None:
    assert list(resolve(selector)) == expected


def test_a_family_means_all_its_rules() -> None:
    for family in FAMILIES:
        assert [rule for rule in RULES.values() if names_rule(family, rule)] == [
            rule for rule in RULES.values() if rule.family == family
        ]


def test_discovery_finds_each_rule_under_the_name_of_its_file() -> None:
    assert list(RULES) == sorted(RULES)
    for rule_id, rule in RULES.items():
        assert rule.id == rule_id
        assert rule.check.__module__ == "layerwise.rules." + rule_id.replace("/", ".").replace("-", "_")


def test_no_alias_is_claimed_twice() -> None:
    aliases = Counter(alias for rule in RULES.values() for alias in rule.aliases)
    # What BuildKit reports under one name is two problems, with a fix for one of them.
    assert [alias for alias, count in aliases.items() if count > 1] == ["UndefinedVar"]
    assert {rule.id for rule in resolve("UndefinedVar")} == {"build/arg-out-of-scope", "build/undefined-variable"}


@pytest.mark.parametrize("word", ["DL3008", "SC2086", "DS-0001", "CIS-DI-0005", "DKL-LI-0003", "UndefinedVar"])
def test_ids_of_other_tools_are_known_by_their_shape(word: str) -> None:
    assert is_foreign(word)
    assert not is_foreign(word + "x")


@pytest.mark.parametrize(
    ("source", "maintainer", "untagged"),
    [
        ("", WARNING, WARNING),
        ("profile = 'hadolint'", ERROR, WARNING),
        ("profile = 'buildkit'", WARNING, OFF),
        ("profile = 'all'", WARNING, WARNING),
        ("ignore = ['build']", OFF, WARNING),
        ("ignore = ['DL4000']", OFF, WARNING),
        ("ignore = ['*']", OFF, OFF),
        ("select = ['pin']", OFF, WARNING),
        ("select = []", OFF, OFF),
        ("select = ['pin']\nextend-select = ['DL4000']", WARNING, WARNING),
        ("select = ['pin', 'build']\nignore = ['pin']", WARNING, OFF),
        ("profile = 'buildkit'\nextend-select = ['pin']", WARNING, WARNING),
        ("profile = 'hadolint'\nselect = ['DL4000']", ERROR, OFF),
        ("[rules]\nDL3006 = 'hint'\nbuild = 'off'", OFF, HINT),
        (
            "[rules]\nDL4000 = 'error'\n'build/deprecated-maintainer' = 'hint'\nbuild = 'off'\n'*' = 'warning'",
            ERROR,
            WARNING,
        ),
        ("ignore = ['pin']\n[rules]\n'pin/untagged-image' = 'hint'", WARNING, HINT),
        ("[[overrides]]\npaths = ['app']\nignore = ['build']", OFF, WARNING),
        ("[[overrides]]\npaths = ['other']\nignore = ['build']", WARNING, WARNING),
        ("[[overrides]]\npaths = ['app']\nprofile = 'buildkit'", WARNING, OFF),
        ("ignore = ['*']\n[[overrides]]\npaths = ['**/Dockerfile']\nselect = ['pin']", OFF, WARNING),
        (
            "[[overrides]]\npaths = ['app']\nignore = ['*']\n[[overrides]]\npaths = ['app']\nextend-select = ['pin']",
            OFF,
            WARNING,
        ),
    ],
)
def test_what_stands_later_wins(source: str, maintainer: Severity, untagged: Severity) -> None:
    made = chosen(source)
    assert made.severity(MAINTAINER) is maintainer
    assert made.severity(UNTAGGED) is untagged
    for rule, severity in ((MAINTAINER, maintainer), (UNTAGGED, untagged)):
        assert rule in made.rules or severity is OFF


def test_what_is_off_does_not_run() -> None:
    assert chosen("ignore = ['pin']").rules == tuple(rule for rule in chosen("").rules if rule.family != "pin")
    assert chosen("ignore = ['*']").rules == ()


def test_without_a_place_no_override_applies() -> None:
    assert chosen("[[overrides]]\npaths = ['*']\nignore = ['*']", None).severity(UNTAGGED) is WARNING


def test_an_alias_counts_only_for_what_is_reported_under_it() -> None:
    made = chosen("ignore = ['JSONArgsRecommended']")
    assert made.severity(SHELL_FORM, found()) is OFF
    assert made.severity(SHELL_FORM, found(reported_as=["DL3025"])) is WARNING
    assert SHELL_FORM in made.rules
    both = chosen("ignore = ['JSONArgsRecommended', 'DL3025']")
    assert both.severity(SHELL_FORM, found(reported_as=["DL3025"])) is OFF
    assert chosen("select = ['DL3025']").severity(SHELL_FORM, found(reported_as=[])) is OFF


def test_a_profile_of_another_tool_shows_what_that_tool_reports() -> None:
    made = chosen("profile = 'buildkit'")
    assert made.severity(SHELL_FORM, found()) is WARNING
    assert made.severity(SHELL_FORM, found(reported_as=["DL3025"])) is OFF


def test_a_finding_may_be_milder_than_its_rule() -> None:
    mild, silent = found(severity=HINT), found(severity=OFF)
    assert chosen("").severity(UNTAGGED, mild) is HINT
    assert chosen("").severity(UNTAGGED, silent) is OFF
    assert chosen("[rules]\npin = 'error'").severity(UNTAGGED, silent) is ERROR
    assert chosen("profile = 'all'").severity(UNTAGGED, silent) is WARNING
    assert chosen("select = ['pin']").severity(UNTAGGED, mild) is HINT


def test_a_later_place_overrides_an_earlier_one() -> None:
    file = read_settings("/site/layerwise.toml", "profile = 'all'\nignore = ['pin', 'build']").settings
    line = Settings(select=("pin",)).over(file)
    assert selection(line, None).severity(UNTAGGED) is WARNING
    assert selection(line, None).severity(MAINTAINER) is OFF
    profile = Settings(profile="hadolint").over(Settings(select=("pin",)))
    assert selection(profile, None).severity(MAINTAINER) is ERROR


def test_options_have_their_defaults() -> None:
    for rule in RULES.values():
        assert selection(Settings(), None).options(rule) == {name: each.default for name, each in rule.options.items()}


def test_the_engine_starts_without_what_the_faces_need() -> None:
    heavy = {"asyncio", "lsprotocol", "pygls", "rich", "cattrs"}
    script = "import sys, layerwise.engine; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    assert "layerwise.rules.build.syntax" in loaded
    assert not heavy & set(loaded)
