"""Making one heredoc of several RUNs, of which at least one is ``RUN <<EOF``.

Such a script goes on after a failure unless it says ``set -e``, and fails if its last command does. So every script but
the last must end the merged one when it fails.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from layerwise.shell.meaning import Meaning, Option, base_options
from layerwise.shell.style import Refusal, RunText
from layerwise.syntax.tree import Heredoc
from layerwise.text import Edit, Span

_DOCKER_ONLY = re.compile(r"\\[ \t]+\n|\\\n[ \t]*\n")
"""White space behind the backslash, or an empty line below it."""
_QUOTED_CONTINUATION = re.compile(r"'[^'\n]*\\\n")


def merge_into_heredoc(runs: Sequence[RunText]) -> tuple[Edit, ...] | Refusal:
    """The edits that put all scripts into one heredoc, in the place of the first RUN."""
    reason = _obstacle(runs)
    if reason:
        return Refusal(reason)
    fences = _fences(runs)
    return fences if isinstance(fences, Refusal) else tuple(_edits(runs, fences))


def _obstacle(runs: Sequence[RunText]) -> str | None:
    delimiter = _last_heredoc(runs).delimiter
    shebangs = {_shebang(run) for run in runs}
    if len(shebangs) > 1:
        return "the RUNs name different programs to run them"
    chomped = {heredoc.strips_tabs for run in runs for heredoc in run.instruction.heredocs if run.script.heredoc}
    if len(chomped) > 1:
        return "only one of the heredocs strips tabs"
    for run in runs:
        if not run.script.heredoc:
            if run.instruction.heredocs:
                return "a RUN has a heredoc that is data, and would stand inside another heredoc"
            if run.instruction.comments:
                return "a RUN has comments between its lines, which have no place in a heredoc"
            if run.escape != "\\" and "\n" in run.text:
                return "a RUN is continued with a backtick, which means something else in a heredoc"
            if "\r" in run.text or "\r" in _last_heredoc(runs).text:
                return "the lines end in CRLF, which a heredoc hands to the shell"
            if _DOCKER_ONLY.search(run.text):
                return "a RUN is continued in a way that only Docker understands"
            if chomped == {True} and re.search(r"^\t", run.text, re.MULTILINE):
                return "only one of the RUNs strips tabs"
            if _QUOTED_CONTINUATION.search(run.text):
                return "a RUN continues a quoted string, which means something else in a heredoc"
        elif any(line.strip() == delimiter for line in run.instruction.heredocs[0].text.splitlines()):
            return f"a heredoc holds a line {delimiter}"
    return None


def _last_heredoc(runs: Sequence[RunText]) -> Heredoc:
    return next(run.instruction.heredocs[0] for run in reversed(runs) if run.script.heredoc)


def _shebang(run: RunText) -> str:
    if not run.script.heredoc:
        return ""
    first = run.instruction.heredocs[0].text.partition("\n")[0].strip()
    return first if first.startswith("#!") else ""


def _shebang_options(run: RunText) -> frozenset[Option]:
    return base_options(tuple(_shebang(run).removeprefix("#!").split()))


class _Fence:
    """Lines above and below those of a script, and what stands right behind its last statement."""

    __slots__ = ("above", "behind", "below")

    def __init__(self, above: str = "", behind: str = "", below: str = "") -> None:
        self.above = above
        self.behind = behind
        self.below = below


def _fences(runs: Sequence[RunText]) -> list[_Fence] | Refusal:
    base = _shebang_options(runs[0]) if _shebang(runs[0]) else base_options(runs[0].shell)
    scripts = [Meaning(run.script, run.text) for run in runs]
    force = set(base)
    fences: list[_Fence] = []
    for index, script in enumerate(scripts):
        later = scripts[index + 1 :]
        expected = base | script.opening
        harmful = {option for option in force - expected if script.is_changed_by(option)}
        if harmful - {Option.ERREXIT}:
            return Refusal("an earlier RUN sets options of the shell that would change a later one")
        above = "set +e" if harmful else ""
        if harmful:
            force.discard(Option.ERREXIT)
        errexit = Option.ERREXIT in expected
        if not later:
            fences.append(_Fence(above))
        elif script.uses_errexit and not errexit:
            return Refusal("an earlier RUN turns on `set -e` on its way")
        elif errexit:
            if script.lasting or not script.ends_at_failure or script.sets - expected:
                return Refusal("an earlier RUN relies on `set -e` and changes its shell")
            force |= script.opening
            fences.append(_Fence(above))
        else:
            fences.append(_open_fence(script, later, above))
            if not script.lasting:
                force |= script.sets if fences[-1].behind else frozenset()
    return fences


def _open_fence(script: Meaning, later: Sequence[Meaning], above: str) -> _Fence:
    """For a script that goes on after a failure: its status decides whether the next one runs."""
    names = script.loop_variables()
    leaks = (
        script.lasting or script.sets or any(re.search(rf"\b{name}\b", each.text) for name in names for each in later)
    )
    if leaks:
        return _Fence(f"{above}\n(" if above else "(", below=") || exit")
    if len(script.script.entries) == 1:
        return _Fence(above, behind=" || exit")
    return _Fence(f"{above}\n{{" if above else "{", below="} || exit")


# The edits


def _edits(runs: Sequence[RunText], fences: Sequence[_Fence]) -> Iterator[Edit]:
    newline = "\r\n" if "\r\n" in runs[-1].text or "\r\n" in runs[0].text else "\n"
    opening = _last_heredoc(runs)
    operator = next(
        run.characters(opening.span) for run in reversed(runs) if run.instruction.heredocs[:1] == (opening,)
    )
    for index, (run, fence) in enumerate(zip(runs, fences, strict=True)):
        _, end = _lines(run)
        above = fence.above.replace("\n", newline) + newline if fence.above else ""
        if index == 0:
            yield from _head(run, operator, above, newline)
        else:
            previous = runs[index - 1]
            yield from _between(previous, run, above, newline)
        if fence.behind:
            at = run.script.entries[-1].statement.span.end
            yield Edit(Span(at, at), fence.behind)
        if fence.below:
            text = fence.below + newline
            ends_line = run.script.heredoc
            yield Edit(Span(end, end), text if ends_line else newline + fence.below)
        if index == len(runs) - 1 and not run.script.heredoc:
            yield Edit(Span(end, end), newline + opening.delimiter)


def _lines(run: RunText) -> tuple[int, int]:
    """Where the lines of a script start and end: a heredoc's body, or the command behind RUN and its flags."""
    if run.script.heredoc:
        body = run.instruction.heredocs[0].body
        return body.start, body.end
    return run.script.entries[0].span.start, run.instruction.span.end


def _head(run: RunText, operator: str, above: str, newline: str) -> Iterator[Edit]:
    """The first RUN becomes the one with the heredoc."""
    start, _ = _lines(run)
    if not run.script.heredoc:
        yield Edit(Span(start, start), operator + newline + above)
        return
    heredoc = run.instruction.heredocs[0]
    if run.characters(heredoc.span) != operator:
        yield Edit(heredoc.span, operator)
    if above:
        at = start
        if _shebang(run):
            at += len(heredoc.text.partition("\n")[0]) + 1
        yield Edit(Span(at, at), above)


def _between(previous: RunText, run: RunText, above: str, newline: str) -> Iterator[Edit]:
    """The closing line of the previous heredoc and the RUN of the next go; comments and blank lines stay."""
    start, _ = _lines(run)
    if previous.script.heredoc:
        terminator = previous.instruction.heredocs[0].terminator
        line_end = min(_next_line(previous, terminator.end, run.start), run.start)
        yield Edit(Span(terminator.start, line_end), "")
    if run.script.heredoc and _shebang(run):
        start += len(run.instruction.heredocs[0].text.partition("\n")[0]) + 1
    yield Edit(Span(run.start, start), above)


def _next_line(run: RunText, offset: int, limit: int) -> int:
    gap = run.characters(Span(offset, limit))
    found = gap.find("\n")
    return limit if found < 0 else offset + found + 1
