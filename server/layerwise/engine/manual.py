"""What is said about a rule: a page of Markdown from its declaration, for the hover, the command line and the site."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import unified_diff
from typing import NamedTuple

from layerwise.lint import Applicability, Option, Rule, Severity
from layerwise.text.patterns import regex

_EXAMPLE, _INSTEAD, _SAFETY, _CONTEXT = "Example", "Use instead", "Fix safety", "Context"
_FENCE = "```"
_FILE = regex(r"`{3,}\w* file=(\S+)")
_FIXES = {
    Applicability.SAFE: "safe",
    Applicability.UNSAFE: "unsafe (a person should look)",
    Applicability.REFACTOR: "refactoring on request",
}


class Example(NamedTuple):
    """A Dockerfile, or a piece of one, that a rule flags, and what it should be instead; None when nothing is said."""

    bad: str
    good: str | None
    file: str = ""
    """The file of the build context that ``good`` is the text of, where it is not the Dockerfile that changes."""
    context: tuple[str, ...] = ()
    """The paths of the files in the build context, which is not in sight where there are none."""


def manual(rule: Rule) -> str:
    """The page of a rule as Markdown, ending in a line end."""
    return _joined(f"# {rule.id}", summary(rule), "  \n".join(_facts(rule)), *_body(rule))


def summary(rule: Rule) -> str:
    """The first paragraph: what is wrong where the rule flags something."""
    return rule.manual.partition("\n\n")[0]


def body(rule: Rule) -> str:
    """The sections alone, for a place that has said the rest in its own way."""
    return _joined(*_body(rule))


def examples(rule: Rule) -> tuple[Example, ...]:
    """The examples in the docstring: blocks under ``## Example``, each with its block under ``## Use instead``."""
    bad, good = _blocks(rule.section(_EXAMPLE)), _blocks(rule.section(_INSTEAD))
    context = tuple("\n".join(_blocks(rule.section(_CONTEXT))).split())
    file = _FILE.match(rule.section(_INSTEAD))
    return tuple(
        Example(each, good[index] if index < len(good) else None, file[1] if file else "", context)
        for index, each in enumerate(bad)
    )


def _joined(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part) + "\n"


def _body(rule: Rule) -> Iterator[str]:
    for title, body in _sections(rule):
        if title == _EXAMPLE:
            yield _examples(rule)
        elif title != _INSTEAD:
            yield f"## {title}\n\n{body}"
    if rule.options:
        yield "## Options\n\n" + _options(rule)


def _facts(rule: Rule) -> Iterator[str]:
    default = "off (in the profile `all`: information)" if rule.severity is Severity.OFF else rule.severity.label
    yield f"**Severity:** {default}"
    if rule.aliases:
        yield "**Known as:** " + ", ".join(f"`{alias}`" for alias in rule.aliases)
    yield "**Fix:** " + (", ".join(_FIXES[each] for each in rule.fixes) or "none")


def _sections(rule: Rule) -> Iterator[tuple[str, str]]:
    for part in ("\n" + rule.manual).split("\n## ")[1:]:
        title, _, body = part.partition("\n")
        yield title.strip(), body.strip("\n")


def _examples(rule: Rule) -> str:
    found = examples(rule)
    title = f"## {_EXAMPLE}{'s' if len(found) > 1 else ''}"
    return "\n\n".join([title, *(_example(each) for each in found)])


def _example(example: Example) -> str:
    before = _fenced("dockerfile", example.bad)
    if example.good is None:
        return before
    if example.file:
        return f"{before}\n\nUse instead `{example.file}`:\n\n{_fenced('text', example.good)}"
    diff = list(unified_diff(example.bad.splitlines(), example.good.splitlines(), lineterm="", n=99))[3:]
    return f"{before}\n\nUse instead:\n\n{_fenced('diff', chr(10).join(diff))}"


def _options(rule: Rule) -> str:
    rows = [f"| `{name}` | {_value(option)} | {option.description} |" for name, option in sorted(rule.options.items())]
    return "\n".join(["| option | default | meaning |", "|---|---|---|", *rows])


def _value(option: Option) -> str:
    value = option.default
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, tuple):
        return "`[" + ", ".join(f'"{item}"' for item in value) + "]`"
    return f'`"{value}"`' if isinstance(value, str) else f"`{value}`"


def _fenced(language: str, code: str) -> str:
    fence = _FENCE
    while fence in code:
        fence += "`"
    return f"{fence}{language}\n{code}\n{fence}"


def _blocks(section: str) -> tuple[str, ...]:
    """The blocks of code in a section, divided by lines of ``---``, with or without fences around them."""
    blocks = [block.strip("\n") for block in ("\n" + section + "\n").split("\n---\n")]
    return tuple(_unfenced(block) for block in blocks if block)


def _unfenced(block: str) -> str:
    lines = block.split("\n")
    if len(lines) > 1 and lines[0].startswith(_FENCE) and lines[-1].strip() == _FENCE:
        return "\n".join(lines[1:-1])
    return block
