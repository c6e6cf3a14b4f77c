"""Making one RUN of several without changing what they do: how each script is fenced, and what joins them.

A shell of its own ran each of them, and the build ended at the first that failed. In the merged RUN ``&&`` keeps that,
unless a script relies on ``set -e``, which a shell ignores in all of an ``&&`` list but its end: then ``;`` under
``set -e`` does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from msgspec.structs import replace

from layerwise.shell.meaning import Meaning, Option, base_options
from layerwise.shell.merge_heredocs import merge_into_heredoc
from layerwise.shell.script import READ, script_of
from layerwise.shell.style import Refusal, RunText, Style
from layerwise.shell.tree import AndOr, Entry
from layerwise.syntax import parse
from layerwise.syntax.tree import ExecForm, Onbuild
from layerwise.text import Edit, Span, apply_edits

_SUPPRESSION = re.compile(r"#\s*(?:hadolint\s+(?:\w+\s+)?ignore|layerwise\s*:|check\s*=)", re.IGNORECASE)
_COMMENT_LINE = re.compile(r"^[ \t]*(#[^\n]*?)\r?$", re.MULTILINE)


class Part(NamedTuple):
    """How a script stands in the merged one: what surrounds it, and whether its first statement is dropped."""

    opening: str
    closing: str
    drops_first: bool = False


class Plan(NamedTuple):
    """The parts in order, and the operator that joins them."""

    parts: tuple[Part, ...]
    operator: str


_SILENCED = "a comment that silences rules stands between the RUNs, and would no longer count"

_PLAIN = Part("", "")
_GROUP = Part("{ ", "; }")
_SUBSHELL = Part("( ", " )")


def merge_runs(runs: Sequence[RunText], style: Style) -> tuple[Edit, ...] | Refusal:
    """The edits that make one RUN of several neighbours, or why that cannot be done.

    :param runs: in the order of the file, with nothing but comments and blank lines between them.
    :param style: how the merged RUN is broken into lines.
    """
    reason = _obstacle(runs)
    if reason:
        return Refusal(reason, silenced=reason is _SILENCED)
    if any(run.script.heredoc for run in runs):
        edits = merge_into_heredoc(runs)
    else:
        plan = plan_of([Meaning(run.script, run.text) for run in runs], base_options(runs[0].shell))
        gap = runs[0].characters(Span(runs[0].end, runs[1].start))
        style = replace(style, newline="\r\n" if "\r\n" in gap else "\n", breaks=True)
        edits = tuple(edit for edit in _edits(runs, plan, style) if runs[0].characters(edit.span) != edit.text)
    if isinstance(edits, tuple) and not _reads_well(runs, edits):
        return Refusal("the merged RUN would not be read as it is meant")
    return edits


def _reads_well(runs: Sequence[RunText], edits: tuple[Edit, ...]) -> bool:
    """Whether the merged RUN is one instruction with a script, and all its heredocs.

    Docker finds the operator of a heredoc with a parser of its own, which gives up at ``${array[1]}`` in front of it.
    """
    start = runs[0].start
    text = apply_edits(runs[0].characters(Span(start, runs[-1].end)), (edit.moved(-start) for edit in edits))
    directive = "" if runs[0].escape == "\\" else f"# escape={runs[0].escape}\n"
    merged = parse(directive + text)
    if len(merged.instructions) != 1 or merged.problems:
        return False
    run = merged.instructions[0]
    run = run.trigger if isinstance(run, Onbuild) and run.trigger else run
    script = script_of(run, runs[0].script.dialect, merged.escape)
    return script is not None and not script.broken and len(run.heredocs) == _heredocs_wanted(runs)


def _heredocs_wanted(runs: Sequence[RunText]) -> int:
    if any(run.script.heredoc for run in runs):
        return 1
    return sum(len(run.instruction.heredocs) for run in runs)


def _obstacle(runs: Sequence[RunText]) -> str | None:
    """Why these RUNs cannot be one, whatever is done to their scripts."""
    if len(runs) < 2:
        return "there is only one RUN"
    for run in runs:
        if isinstance(run.instruction.command, ExecForm):
            return "a RUN in exec form is run without a shell"
        if run.instruction.problems or run.instruction.command is None:
            return "a RUN has a syntax error"
        if run.script.dialect not in READ:
            return f"a RUN is written for {run.script.dialect.value}"
        if run.script.broken or not run.script.entries:
            return "the script of a RUN cannot be read"
    if len({run.script.dialect for run in runs}) > 1 or len({run.shell for run in runs}) > 1:
        return "the RUNs are run by different shells"
    if len({tuple(sorted(run.characters(flag.span) for flag in run.instruction.flags)) for run in runs}) > 1:
        return _flags_reason(runs)
    return _obstacle_between(runs)


def _flags_reason(runs: Sequence[RunText]) -> str:
    names = [frozenset((flag.name.text, run.characters(flag.span)) for flag in run.instruction.flags) for run in runs]
    differing = sorted({name for name, _ in frozenset.union(*names) - frozenset.intersection(*names)})
    return "the RUNs differ in " + " and ".join(f"`--{name}`" for name in differing or ["mount"])


def _obstacle_between(runs: Sequence[RunText]) -> str | None:
    for run, following in pairwise(runs):
        if (run.around is None) != (following.around is None):
            return "one of the RUNs is a trigger of ONBUILD"
        gap = run.characters(Span(run.end, following.start))
        if _COMMENT_LINE.sub("", gap).strip():
            return "another instruction stands between the RUNs"
        meaning = Meaning(run.script, run.text)
        process = meaning.leaves_processes
        if process:
            return f"an earlier RUN {process}, which ends with that RUN"
        if any("\n" in run.characters(comment.span) for comment in run.script.comments if not run.script.heredoc):
            return "a shell comment swallows the lines below it"
    if any(Meaning(run.script, run.text).defines_alias for run in runs):
        return "a RUN defines an alias"
    if any(_SUPPRESSION.search(run.characters(Span(run.end, following.start))) for run, following in pairwise(runs)):
        return _SILENCED
    return None


# How each script is fenced


def plan_of(scripts: Sequence[Meaning], base: frozenset[Option]) -> Plan:
    """:param base: the options that the SHELL turns on."""
    if Option.ERREXIT in base or any(script.uses_errexit for script in scripts[:-1]):
        return Plan(tuple(_parts_under_errexit(scripts, base)), ";")
    return Plan(tuple(_parts_of_and_list(scripts, base)), "&&")


def _parts_of_and_list(scripts: Sequence[Meaning], base: frozenset[Option]) -> Iterator[Part]:
    for index, script in enumerate(scripts):
        entries = script.script.entries
        if _leaks(script, scripts[index + 1 :], base):
            yield _SUBSHELL
        elif len(entries) == 1 and not _needs_braces(entries[0]):
            yield _PLAIN
        else:
            yield _GROUP


def _needs_braces(entry: Entry) -> bool:
    statement = entry.statement
    return entry.terminator == "&" or (isinstance(statement, AndOr) and "||" in statement.operators)


def _leaks(script: Meaning, later: Sequence[Meaning], base: frozenset[Option]) -> bool:
    """Whether what a script does to its shell could be noticed by those that follow."""
    if not later:
        return False
    if script.lasting or any(
        re.search(rf"\b{name}\b", each.text) for name in script.loop_variables() for each in later
    ):
        return True
    return any(
        each.is_changed_by(option) and option not in each.opening for option in script.sets - base for each in later
    )


def _parts_under_errexit(scripts: Sequence[Meaning], base: frozenset[Option]) -> Iterator[Part]:
    """Each script ends the merged one when it fails: by itself, or as a subshell that fails as a whole."""
    force = set(base)
    first = scripts[0]
    opens = Option.ERREXIT in base or (Option.ERREXIT in first.opening and _stands_alone(first, scripts[1:], base))
    if not opens:
        force.add(Option.ERREXIT)
    for index, script in enumerate(scripts):
        harmful = [option for option in force - base - script.opening if script.is_changed_by(option)]
        prefix = "" if opens or index else "set -e; "
        if not harmful and _stands_alone(script, scripts[index + 1 :], base | force):
            redundant = index > 0 and script.opening != frozenset() and script.opening <= force
            yield Part(prefix, "", drops_first=redundant)
            force |= script.opening
        elif harmful:
            yield Part(f"{prefix}( {_turned_off(harmful)}; ", " )")
        else:
            yield Part(f"{prefix}( ", " )")


def _stands_alone(script: Meaning, later: Sequence[Meaning], force: frozenset[Option] | set[Option]) -> bool:
    """Under errexit: whether the script needs no fence, since it ends the shell when it fails, and leaves no trace."""
    if not later:
        return True
    dirty = script.lasting or script.sets - script.opening - force
    return script.ends_at_failure and not dirty and not _leaks(script, later, frozenset(Option))


def _turned_off(options: Sequence[Option]) -> str:
    letters = "".join(letter for option, letter in ((Option.ERREXIT, "e"), (Option.NOUNSET, "u")) if option in options)
    words = [f"+{letters}"] if letters else []
    if Option.PIPEFAIL in options:
        words.append("+o pipefail")
    return "set " + " ".join(words)


# The edits


def _edits(runs: Sequence[RunText], plan: Plan, style: Style) -> Iterator[Edit]:
    first = runs[0].script.entries[0].span.start
    if plan.parts[0].opening:
        yield Edit(Span(first, first), plan.parts[0].opening)
    bodies: list[str] = []
    for index, (run, following) in enumerate(pairwise(runs)):
        yield from _joint(run, following, plan, index, style)
        if run.instruction.heredocs:
            bodies.append(run.characters(_bodies(run)))
    yield from _end(runs[-1], plan.parts[-1])
    if bodies:
        yield _moved_bodies(runs[-1], bodies, style)


def _joint(run: RunText, following: RunText, plan: Plan, index: int, style: Style) -> Iterator[Edit]:
    """What stands between two scripts is replaced, all but the comments in it."""
    part, next_part = plan.parts[index], plan.parts[index + 1]
    start = run.script.entries[-1].statement.span.end
    entries = following.script.entries
    drops = next_part.drops_first and not _comments_in(following, Span(entries[0].span.start, entries[1].span.start))
    end = entries[1 if drops else 0].span.start
    before = part.closing + style.ahead(plan.operator)
    for comment in _comments_between(run, following, Span(start, end)):
        yield Edit(Span(start, comment.start), before + style.newline + _indent_of(run, comment, style))
        start, before = comment.end, ""
    yield Edit(Span(start, end), before + style.newline + style.behind(plan.operator) + next_part.opening)


def _end(run: RunText, part: Part) -> Iterator[Edit]:
    if not part.closing:
        return
    last = run.script.entries[-1]
    if last.terminator in (";", "&"):
        yield Edit(Span(last.span.end, last.span.end), part.closing.lstrip(";"))
    else:
        yield Edit(Span(last.statement.span.end, last.statement.span.end), part.closing)


def _comments_between(run: RunText, following: RunText, gap: Span) -> list[Span]:
    """The comments in what stands between two scripts, in order, without line ends."""
    between = Span(run.end, following.start)
    text = run.characters(between)
    found = [Span(*match.span(1)).moved(between.start) for match in _COMMENT_LINE.finditer(text)]
    found += [comment.span for comment in run.script.comments if gap.encloses(comment.span)]
    return sorted({*found, *_comments_in(run, gap), *_comments_in(following, gap)})


def _comments_in(run: RunText, span: Span) -> list[Span]:
    return [comment.span for comment in run.instruction.comments if span.encloses(comment.span)]


def _indent_of(run: RunText, comment: Span, style: Style) -> str:
    """The white space in front of a comment that has its line to itself, else that of the style."""
    before = run.characters(Span(run.instruction.span.start, comment.start)).rpartition("\n")[2]
    return before if not before.strip() else style.indent


def _bodies(run: RunText) -> Span:
    heredocs = run.instruction.heredocs
    return Span(heredocs[0].body.start, heredocs[-1].terminator.end)


def _moved_bodies(last: RunText, bodies: list[str], style: Style) -> Edit:
    """The bodies of heredocs stand below the last line of their instruction, in the order of their operators."""
    text = style.newline.join(bodies)
    if last.instruction.heredocs:
        at = last.instruction.heredocs[0].body.start
        return Edit(Span(at, at), text + style.newline)
    at = last.instruction.span.end
    return Edit(Span(at, at), style.newline + text)
