"""The main job, shown in a terminal: a real client drives the real server on the project beside this file.

It shows the squiggles, a hover, the quick fixes on offer, and the files after "fix all". It exits with status 1 when
something that it expects does not come. ``--svg FILE`` keeps what it showed as a picture.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from client import Client, ServerError

from layerwise.cli.diff import diff_lines
from layerwise.cli.formats.text import SEVERITY_STYLES
from layerwise.cli.frame import Mark, frame
from layerwise.cli.markdown import rendered
from layerwise.cli.terminal import Look, look_of, never_fail
from layerwise.lint import Severity
from layerwise.text import Edit, LineIndex, Span, apply_edits

PROJECT = Path(__file__).parent / "shop"
# What has to be found in each file; more may be.
EXPECTED = {
    "api/Dockerfile": {
        "build/deprecated-maintainer",
        "build/shell-form-command",
        "cache/copy-before-install",
        "cache/update-without-install",
        "size/download-cache-left",
        "size/ownership-in-later-layer",
        "size/recommended-packages",
    },
    "web/Dockerfile": {
        "build/shell-form-command",
        "cache/copy-before-install",
        "pin/untagged-image",
        "size/apk-cache-left",
    },
}
HOVERED = ("api/Dockerfile", "pip install")
# What the picture shows of all that.
PICTURED = {"cache/copy-before-install", "size/download-cache-left"}


class Demo:
    """One showing. ``missing`` collects what was expected and did not come."""

    def __init__(self, client: Client, look: Look) -> None:
        self.client = client
        self.look = look
        self.texts: dict[str, str] = {}
        self.missing: list[str] = []
        self.pictured: list[str] = []

    def say(self, line: str = "", *, pictured: bool = False) -> None:
        if pictured:
            self.pictured.append(line)
        print(line)

    def title(self, text: str, *, pictured: bool = False) -> None:
        rule = self.look.paint("━" * (76 - len(text)), "magenta")
        for line in ("", self.look.paint(f"━━ {text} ", "bold", "magenta") + rule, ""):
            self.say(line, pictured=pictured)

    def expect(self, came: object, what: str) -> None:
        if not came:
            self.missing.append(what)

    def run(self) -> None:
        self.greet()
        for name in EXPECTED:
            self.squiggles(name)
        self.hover(*HOVERED)
        for name in EXPECTED:
            self.fix_all(name)
        self.expect(self.client.stop() == 0, "an orderly shutdown, with status 0")

    def greet(self) -> None:
        started = time.perf_counter()
        server = self.client.start().get("serverInfo", {})
        took = (time.perf_counter() - started) * 1000
        self.say(f"{server.get('name', 'server')} {server.get('version', '')} answers after {took:.0f} ms")

    def squiggles(self, name: str) -> None:
        """What an editor would underline, and the light bulb at each place."""
        text = self.texts[name] = (PROJECT / name).read_text(encoding="utf-8")
        started = time.perf_counter()
        diagnostics = self.client.open(PROJECT / name, text)
        took = (time.perf_counter() - started) * 1000
        is_first = name == next(iter(EXPECTED))
        self.title(f"{name}: {len(diagnostics)} squiggles, {took:.0f} ms after it was opened", pictured=is_first)
        for diagnostic in diagnostics:
            for line in self.squiggle(name, diagnostic):
                self.say(line, pictured=is_first and diagnostic.get("code") in PICTURED)
        found = {diagnostic.get("code") for diagnostic in diagnostics}
        for rule in sorted(EXPECTED[name] - found):
            self.expect(None, f"{rule} in {name}")

    def squiggle(self, name: str, diagnostic: dict[str, Any]) -> Iterator[str]:
        lines = LineIndex(self.texts[name])
        severity = Severity(diagnostic["severity"])
        related = diagnostic.get("relatedInformation", [])
        marks = [_mark(lines, diagnostic), *(_mark(lines, {**each, **each["location"]}) for each in related[:3])]
        head = self.look.paint(f"{severity.label}[{diagnostic['code']}]", *SEVERITY_STYLES[severity])
        yield f"{head} {self.look.paint(diagnostic['message'], 'bold')}"
        yield from frame(lines, marks, self.look, *SEVERITY_STYLES[severity])
        actions = self.actions(name, diagnostic["range"], [diagnostic])
        self.expect(actions, f"a code action at {diagnostic['code']} in {name}")
        for action in actions:
            star = self.look.paint("★", "yellow") if action.get("isPreferred") else "·"
            yield f"    {star} {action['title']}  {self.look.paint(action.get('kind', ''), 'faint')}"
        yield ""

    def hover(self, name: str, words: str) -> None:
        lines = LineIndex(self.texts[name])
        offset = self.texts[name].index(words)
        position = lines.position(offset)
        where = {"line": position.line, "character": position.column}
        self.title(f"{name}: the mouse rests on `{words.partition(' ')[0]}` in line {position.line + 1}")
        hover = self.client.ask("textDocument/hover", {"textDocument": _document(name), "position": where})
        self.expect(hover, f"a hover on {words} in {name}")
        for line in rendered(hover["contents"]["value"], self.look) if hover else ():
            self.say(line)

    def fix_all(self, name: str) -> None:
        """What saving would do where "source.fixAll" is on, as a diff; and what the server says about the result."""
        text = self.texts[name]
        lines = LineIndex(text)
        whole = {"start": _position(lines, 0), "end": _position(lines, len(text))}
        actions = self.actions(name, whole, [], ["source.fixAll.layerwise"])
        is_first = name == next(iter(EXPECTED))
        self.title(f"{name}: fix all", pictured=is_first)
        self.expect(actions, f"fix all for {name}")
        edits = [edit for action in actions for edit in self.edits_of(action, name)]
        fixed = apply_edits(text, [Edit(_span(lines, edit["range"]), edit["newText"]) for edit in edits])
        self.expect(fixed != text, f"a change by fix all in {name}")
        for line in diff_lines(name, text, fixed, self.look):
            self.say(line.rstrip("\n"), pictured=is_first)
        left = self.client.change(PROJECT / name, fixed, 2)
        self.say()
        self.say(f"Left for a person: {', '.join(sorted({each['code'] for each in left})) or 'nothing'}")
        broken = [each["message"] for each in left if each["code"] == "build/syntax"]
        self.expect(not broken, f"{name} that still parses after fix all: {broken}")

    def actions(
        self, name: str, place: dict[str, Any], diagnostics: list[Any], only: list[str] | None = None
    ) -> list[dict[str, Any]]:
        context = {"diagnostics": diagnostics, "only": only or ["quickfix", "refactor.rewrite"]}
        parameters = {"textDocument": _document(name), "range": place, "context": context}
        return self.client.ask("textDocument/codeAction", parameters) or []

    def edits_of(self, action: dict[str, Any], name: str) -> list[dict[str, Any]]:
        if "edit" not in action:
            action = self.client.ask("codeAction/resolve", action)
        edit = action["edit"]
        changes = [change for change in edit.get("documentChanges", []) if "edits" in change]
        by_uri = edit.get("changes") or {change["textDocument"]["uri"]: change["edits"] for change in changes}
        found: list[dict[str, Any]] = by_uri.get(_document(name)["uri"], [])
        return found


def _document(name: str) -> dict[str, str]:
    return {"uri": (PROJECT / name).as_uri()}


def _position(lines: LineIndex, offset: int) -> dict[str, int]:
    line, column = lines.position(offset)
    return {"line": line, "character": column}


def _span(lines: LineIndex, place: dict[str, Any]) -> Span:
    start, end = place["start"], place["end"]
    return Span(lines.offset(start["line"], start["character"]), lines.offset(end["line"], end["character"]))


def _mark(lines: LineIndex, placed: dict[str, Any]) -> Mark:
    label = placed["message"] if "location" in placed else ""
    return Mark(_span(lines, placed["range"]), label)


def _keep_as_picture(lines: list[str], path: Path) -> None:
    import io
    import re

    from rich._export_format import CONSOLE_SVG_FORMAT
    from rich.console import Console
    from rich.text import Text

    console = Console(record=True, width=112, file=io.StringIO(), force_terminal=True)
    for line in lines:
        console.print(Text.from_ansi(line), soft_wrap=True)
    # A picture in a README may load no fonts from elsewhere.
    template = re.sub(r"@font-face \{\{.*?\}\}\s*", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
    picture = console.export_svg(title="layerwise", code_format=template, unique_id="demo")
    path.write_text(picture.rstrip() + "\n", encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--svg", type=Path, metavar="FILE", help="keep what is shown as a picture")
    arguments = parser.parse_args()
    never_fail(sys.stdout)
    look = Look(colour=True, width=112) if arguments.svg else look_of(sys.stdout)
    client = Client([sys.executable, "-m", "layerwise", "server"], PROJECT)
    demo = Demo(client, look)
    try:
        demo.run()
    except ServerError as error:
        demo.missing.append(str(error))
    finally:
        if client.process.poll() is None:
            client.process.kill()
    if arguments.svg:
        _keep_as_picture(demo.pictured, arguments.svg)
    for missing in demo.missing:
        print(look_of(sys.stderr).paint(f"Expected, and did not come: {missing}", "red", "bold"), file=sys.stderr)
    return 1 if demo.missing else 0


if __name__ == "__main__":
    sys.exit(main())
