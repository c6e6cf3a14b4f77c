"""The commands that explain: ``rule``, ``rules``, ``--version``, ``--help``; and what ``main`` returns."""

import re
import tomllib
from pathlib import Path

import pytest

import layerwise as package
from layerwise.cli import arguments, check
from layerwise.cli.markdown import rendered
from layerwise.cli.terminal import Look
from layerwise.engine import RULES
from layerwise.engine.settings import PROFILES
from layerwise.lint import Severity

from .conftest import Command

PROJECT = Path(__file__).parents[2]


def test_the_version_is_that_of_the_distribution(layerwise: Command) -> None:
    result = layerwise("--version")
    assert (result.status, result.out) == (0, f"layerwise {package.__version__}\n")
    assert tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["version"] == package.__version__


@pytest.mark.parametrize("command", ["check", "fix", "rule", "rules", "server"])
def test_every_command_has_help_and_a_place_in_the_manual(command: str, layerwise: Command) -> None:
    result = layerwise(command, "--help")
    assert result.status == 0
    manual = (PROJECT / "docs/cli.md").read_text()
    assert f"layerwise {command}" in manual
    if command in ("check", "fix"):
        options = set(re.findall(r"--[a-z-]+", result.out)) - {"--help"}
        assert options <= set(re.findall(r"--[a-z-]+", manual))


def test_the_words_of_the_command_line_are_those_of_the_engine() -> None:
    assert arguments.PROFILES == PROFILES
    assert list(arguments.SEVERITIES) == [severity.label for severity in Severity if severity is not Severity.OFF]


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_every_rule_is_explained(rule: object, layerwise: Command) -> None:
    identity = rule.id  # type: ignore[attr-defined]
    result = layerwise("rule", identity)
    assert result.status == 0
    assert result.out.startswith(f"{identity}\n")
    assert rule.url in result.out  # type: ignore[attr-defined]
    assert "```" not in result.out


def test_a_rule_is_found_by_the_id_of_another_tool(layerwise: Command) -> None:
    assert layerwise("rule", "dl4000").out == layerwise("rule", "build/deprecated-maintainer").out
    assert layerwise("rule", "DL4000", "MaintainerDeprecated").out == layerwise("rule", "DL4000").out


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("deprecated-maintaner", "there is no rule 'deprecated-maintaner'; did you mean build/deprecated-maintainer?"),
        ("DL40000", "there is no rule 'DL40000'; did you mean "),
        ("qqqqqqq", "there is no rule 'qqqqqqq'; `layerwise rules` lists them all"),
    ],
)
def test_an_unknown_rule_gets_a_hint(name: str, message: str, layerwise: Command) -> None:
    result = layerwise("rule", name)
    assert (result.status, result.out) == (2, "")
    assert result.err.startswith(f"layerwise: {message}")


def test_all_rules_are_listed(layerwise: Command) -> None:
    lines = layerwise("rules").out.splitlines()
    assert [line.split()[:2] for line in lines[:-2]] == [[rule.id, rule.severity.label] for rule in RULES.values()]


def test_all_rules_are_listed_as_json(layerwise: Command) -> None:
    listed = layerwise("rules", "--output-format", "json").json["rules"]
    assert [each["rule"] for each in listed] == list(RULES)
    (maintainer,) = [each for each in listed if each["rule"] == "build/deprecated-maintainer"]
    assert maintainer["aliases"] == list(RULES["build/deprecated-maintainer"].aliases)
    assert (maintainer["severity"], maintainer["fixes"]) == ("warning", ["safe", "unsafe"])


def test_the_list_follows_a_profile(layerwise: Command) -> None:
    def severities(*options: str) -> dict[str, str]:
        listed = layerwise("rules", "--output-format", "json", *options).json["rules"]
        return {each["rule"]: each["severity"] for each in listed}

    assert severities("--profile", "buildkit")["pin/untagged-image"] == "off"
    assert severities()["pin/untagged-image"] == "warning"


def test_ctrl_c_is_quiet(layerwise: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(check, "run", interrupt)
    result = layerwise("check")
    assert (result.status, result.err) == (130, "")


def test_a_bug_is_not_taken_for_findings(layerwise: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: object) -> None:
        raise RuntimeError("oh no")

    monkeypatch.setattr(check, "run", fail)
    result = layerwise("check")
    assert result.status == 2
    assert "RuntimeError: oh no" in result.err
    assert "this is a bug" in result.err


MARKDOWN = """\
# Title

Some `code` and **strong** words in
two lines, and [a link](https://x.y).
**Fact:** one\x20\x20
**Fact:** two
- an item that is
  continued
- another

```dockerfile
RUN a  \\
  \tb
```

| name | meaning |
|---|---|
| `long-name` | what |
| b | else |

---
"""


def test_markdown() -> None:
    assert "\n".join(rendered(MARKDOWN, Look())) == (
        "Title\n"
        "\n"
        "  Some `code` and strong words in two lines, and a link (https://x.y). Fact: one\n"
        "  Fact: two\n"
        "  - an item that is continued\n"
        "  - another\n"
        "\n"
        "  | RUN a  \\\n"
        "  |     b\n"
        "\n"
        "  name         meaning\n"
        "  `long-name`  what\n"
        "  b            else\n"
        "\n"
        f"  {'-' * 40}"
    )


def test_markdown_in_colour() -> None:
    assert list(rendered("# T\n\na `b` **c**\n\n```diff\n-x\n+y\n```", Look(colour=True))) == [
        "\x1b[1mT\x1b[0m",
        "",
        "  a \x1b[36mb\x1b[0m \x1b[1mc\x1b[0m",
        "",
        "  \x1b[34;1m|\x1b[0m \x1b[31m-x\x1b[0m",
        "  \x1b[34;1m|\x1b[0m \x1b[32m+y\x1b[0m",
    ]
