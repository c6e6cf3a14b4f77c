"""The generated documentation: that it is current, and that its examples and its schema are right."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import jsonschema
import pytest

from layerwise.engine import RULES, Settings, analyse, read_settings
from layerwise.engine.docs import pages, write
from layerwise.engine.manual import body, examples, manual, summary
from layerwise.engine.schema import schema
from layerwise.engine.toml_places import places

DOCS = Path(__file__).parents[2] / "docs"
PAGES = pages()


@pytest.mark.parametrize("path", PAGES)
def test_the_committed_page_is_current(path: str) -> None:
    file = DOCS / path
    assert file.is_file(), f"docs/{path} is missing: run `make docs`"
    assert file.read_text(encoding="utf-8") == PAGES[path], f"docs/{path} is out of date: run `make docs`"


def test_no_page_is_left_over() -> None:
    found = {page.relative_to(DOCS).as_posix() for page in (DOCS / "rules").rglob("*.md")}
    assert found <= set(PAGES)


def test_writing_takes_away_what_is_no_more(tmp_path: Path) -> None:
    (tmp_path / "rules" / "old").mkdir(parents=True)
    (tmp_path / "rules" / "old" / "rule.md").write_text("old")
    write(tmp_path)
    assert not (tmp_path / "rules" / "old" / "rule.md").exists()
    assert (tmp_path / "settings.md").read_text(encoding="utf-8") == PAGES["settings.md"]


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_the_manual_of_a_rule(rule: object) -> None:
    from layerwise.lint import Rule

    assert isinstance(rule, Rule)
    text = manual(rule)
    assert text.startswith(f"# {rule.id}\n\n")
    assert summary(rule) in text
    assert text.endswith(body(rule))
    assert text.count("```") % 2 == 0
    assert text.count("```dockerfile") == len(examples(rule))
    assert all(f"`{alias}`" in text for alias in rule.aliases)
    assert f"**Severity:** {rule.severity.label}" in text
    links = re.findall(r"\]\((?!https?:)([^)#]+)", text)
    assert all((DOCS / "rules" / rule.family / link).exists() for link in links)


def test_the_example_in_the_settings_page_works() -> None:
    text = re.search(r"```toml\n(.*?)```", PAGES["settings.md"], re.DOTALL)
    assert text
    assert not read_settings("/layerwise.toml", text.group(1)).problems
    jsonschema.validate(tomllib.loads(text.group(1)), schema())


def test_every_setting_is_in_the_schema_and_the_page() -> None:
    properties = schema()["properties"]
    for name in (*properties, *properties["build"]["properties"], *properties["overrides"]["items"]["properties"]):
        assert f"| `{name}` |" in PAGES["settings.md"]


def test_the_schema_is_one() -> None:
    jsonschema.Draft7Validator.check_schema(schema())
    assert json.loads(PAGES["layerwise.schema.json"]) == schema()


@pytest.mark.parametrize(
    "source",
    [
        "",
        "profile = 'all'\nselect = ['size', 'DL3006', 'DL30*']\nextend-select = []\nignore = ['SC2086']\nexclude = ['a']",
        "[rules]\n'pin/untagged-image' = 'error'\nDL4000 = { severity = 'off' }",
        "[build]\ncontext = '.'\ntarget = 'x'\nargs = { A = '1' }",
        "[[overrides]]\npaths = ['a']\nprofile = 'buildkit'\n[overrides.rules]\nDL3006 = 'hint'",
        "profile = 'al'",
        "profil = 'all'",
        "select = 'size'",
        "select = [1]",
        "[rules]\n'pin/untagged-image' = 'loud'",
        "[rules.'pin/untagged-image']\nbogus = 1",
        "[build]\ncontext = 1",
        "[build]\nargs = { A = 1 }",
        "[[overrides]]\nprofile = 'all'",
        "[overrides]",
        "exclude = [true]",
    ],
)
def test_the_schema_and_the_reader_agree(source: str) -> None:
    data = tomllib.loads(source)
    assert places(source) or not data
    valid = jsonschema.Draft7Validator(schema()).is_valid(data)
    assert valid == (not read_settings("/layerwise.toml", source).problems)


def test_the_contributing_guide_shows_cases_that_hold() -> None:
    text = (DOCS / "contributing.md").read_text(encoding="utf-8")
    bad = re.search(r"```dockerfile\n(FROM.*?CMD nginx.*?)\n#", text, re.DOTALL)
    assert bad
    alone = Settings(select=("build/shell-form-command",))
    found = analyse(bad.group(1) + "\n", settings=alone).findings
    assert [each.rule.id for each in found] == ["build/shell-form-command"]
