"""The Markdown that manuals and hovers are written in, as a terminal shows it. Knows only what is used there."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator

from layerwise.cli.cells import cells_of, width_of
from layerwise.cli.terminal import Look

_CODE = re.compile(r"`([^`]+)`")
_STRONG = re.compile(r"\*\*([^*]+)\*\*")
_LINK = re.compile(r"\[([^\]]+)\]\(([^)]+)\)")
_ITEM = re.compile(r"[-*] |\d+\. ")
_FENCE = re.compile(r"(`{3,}) *(\w*)")
_RULE = "---"
_HEADING = re.compile(r"#+ +")
_WIDEST = 100
_INDENT = "  "
_DIFF_STYLES = {"+": ("green",), "-": ("red",)}


def plain(text: str) -> str:
    """A paragraph without its marks, but for the backquotes around code."""
    return _STRONG.sub(r"\1", _LINK.sub(r"\1 (\2)", text))


def painted(text: str, look: Look) -> str:
    """A paragraph in colour, where code loses its backquotes; plain when there is no colour."""
    if not look.colour:
        return plain(text)
    text = _STRONG.sub(lambda match: look.paint(match[1], "bold"), _LINK.sub(r"\1 (\2)", text))
    return _CODE.sub(lambda match: look.paint(match[1], "cyan"), text)


def rendered(markdown: str, look: Look) -> Iterator[str]:
    """The lines that show a text: headings flush left, all else indented, paragraphs filled, code and tables kept."""
    lines = iter(markdown.strip("\n").split("\n"))
    waiting: list[str] = []
    for line in lines:
        fence, heading = _FENCE.match(line.lstrip()), _HEADING.match(line)
        is_text = bool(line.strip()) and not (fence or heading or line.startswith("|") or line == _RULE)
        if not is_text or _ITEM.match(line.lstrip()):
            yield from _filled(waiting, look)
            waiting = []
        if fence:
            yield from _code(lines, fence[1], fence[2], look)
        elif heading:
            yield look.paint(plain(line[heading.end() :]), "bold")
        elif line.startswith("|"):
            yield from _table(line, lines, look)
        elif line == _RULE:
            yield look.paint(_INDENT + "-" * 40, "faint")
        elif is_text:
            waiting.append(line.lstrip())
            if line.endswith("  "):
                yield from _filled(waiting, look)
                waiting = []
        else:
            yield ""
    yield from _filled(waiting, look)


def _filled(lines: list[str], look: Look) -> Iterator[str]:
    if not lines:
        return
    text = " ".join(line.strip() for line in lines)
    item = _ITEM.match(text)
    for line in textwrap.wrap(
        text if look.colour else plain(text),
        min(look.width, _WIDEST),
        initial_indent=_INDENT,
        subsequent_indent=_INDENT + " " * (len(item[0]) if item else 0),
        break_long_words=False,
        break_on_hyphens=False,
    ):
        yield painted(line, look)


def _code(lines: Iterator[str], fence: str, language: str, look: Look) -> Iterator[str]:
    """The lines up to the closing fence; a diff in its colours."""
    bar = look.paint("|", "blue", "bold")
    for line in lines:
        if line.strip() == fence:
            return
        styles = _DIFF_STYLES.get(line[:1], ()) if language == "diff" else ()
        yield f"{_INDENT}{bar} {look.paint(cells_of(line).shown, *styles)}".rstrip()


def _table(first: str, lines: Iterator[str], look: Look) -> Iterator[str]:
    """A table up to the next empty line, in aligned columns."""
    rows = [_row(first)]
    for line in lines:
        if not line.startswith("|"):
            break
        rows.append(_row(line))
    rows = [row for row in rows if any(set(cell) - set("-: ") for cell in row)]
    widths = [max(width_of(row[column]) for row in rows if column < len(row)) for column in range(len(rows[0]))]
    for number, row in enumerate(rows):
        padded = [cell + " " * (width - width_of(cell)) for cell, width in zip(row, widths, strict=False)]
        line = _INDENT + "  ".join(padded).rstrip()
        yield look.paint(line, "faint") if number == 0 else painted(line, look)
    yield ""


def _row(line: str) -> list[str]:
    return [plain(cell.strip().replace("\\|", "|")) for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))]
