"""The rule size/download-left."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from functools import partial

from layerwise.build.dependencies.folders import UNKNOWN, placed_commands
from layerwise.build.downloads import Left, Use, downloads_left, plain, spelled
from layerwise.build.model import Stage, Step
from layerwise.build.relation import Alteration
from layerwise.build.runs import run_text
from layerwise.build.traces import is_removed
from layerwise.lint import Applicability, Edit, Finding, Fix, Severity, StageContext, rule
from layerwise.shell.join import append_command
from layerwise.shell.tree import AndOr, Command, Script, ShellWord
from layerwise.text import Span

UNPACKERS = {
    **dict.fromkeys((".gz", ".tgz"), "z"),
    **dict.fromkeys((".bz2", ".tbz", ".tbz2"), "j"),
    **dict.fromkeys((".xz", ".txz"), "J"),
}
"""By the end of a name, the letter by which ``tar`` unpacks what it reads from a pipe, where it cannot look ahead."""


@rule(
    Stage,
    severity=Severity.WARNING,
    fixes=(Applicability.SAFE, Applicability.UNSAFE),
    changes=(Alteration.COMMAND_REWRITTEN, Alteration.LINK_CHANGED, Alteration.OPTION_REMOVED),
    about={"curl", "wget"},
)
def download_left(stage: Stage, ctx: StageContext) -> Iterator[Finding]:
    r"""A downloaded archive, package or installer stays in the layer after it has been used.

    ## Why
    The file is shipped with every image, next to what came out of it. Only a removal in the same RUN takes it out; a
    later one hides it.

    ## Example
    RUN curl -fsSLo /tmp/tool.tgz https://example.com/tool.tgz \
        && tar -xzf /tmp/tool.tgz -C /opt

    ## Use instead
    RUN curl -fsSLo /tmp/tool.tgz https://example.com/tool.tgz \
        && tar -xzf /tmp/tool.tgz -C /opt \
        && rm /tmp/tool.tgz

    ## Fix safety
    Safe: nothing in the RUN or in a later step mentions the file again. The other fix pipes the download into `tar`, so
    that it never gets to the disk; it is unsafe, since a failed download is only noticed with `pipefail`.
    """
    if not stage.facts.in_result or stage.facts.is_windows:
        return
    for step in stage.steps_about({"curl", "wget"}):
        inner = step.trigger or step
        for left in inner.once(downloads_left):
            if _is_wanted_later(stage, step, left, ctx):
                continue
            assert inner.script is not None
            yield Finding(
                inner.script.commands[left.download].span,
                f"`{left.name}` stays in the layer after it is {left.use}",
                fixes=partial(_fixes, step, left, ctx),
            )


def _is_wanted_later(stage: Stage, step: Step, left: Left, ctx: StageContext) -> bool:
    """Whether a later step names the file, or removes it: then the removal is what is in the wrong place."""
    if ctx.names_behind(step, left.name):
        return True
    later = [each for each in stage.steps_about({"rm"}) if each.index > step.index]
    return left.path is not None and is_removed(left.path, later)


def _fixes(step: Step, left: Left, ctx: StageContext) -> Iterator[Fix]:
    run = run_text(step, ctx.text)
    inner = step.trigger or step
    if run is None or inner.script is None:
        return
    name = _name_at_end(inner, left)
    download, user = inner.script.commands[left.download], inner.script.commands[left.user]
    sudo = "sudo " if download.start and download.words[0].value == "sudo" else ""
    edit = append_command(run, f"{sudo}rm {name}", after=user) if name else None
    if edit is not None:
        yield Fix(f"Remove `{left.name}` in the same RUN", edit)
    piped = list(_piped(inner.script, left))
    if piped:
        yield Fix(
            "Unpack it as it is downloaded",
            *piped,
            applicability=Applicability.UNSAFE,
            note="A failed download is only noticed with `set -o pipefail`",
        )


def _name_at_end(step: Step, left: Left) -> str | None:
    """How the file is called where the removal goes; None when that can't be said."""
    assert step.script is not None
    commands = step.script.commands
    download, user = commands[left.download], commands[left.user]
    if download.within != user.within or any("*" in plain(word) for word in user.arguments):
        return None
    start = step.before.workdir or UNKNOWN
    placed = placed_commands(step, start)
    entry = next((each for each in step.script.entries if each.span.encloses(user.span)), None)
    if entry is None:
        return None
    inside = [each for each in placed if entry.span.encloses(each.command.span) and each.command.within == user.within]
    words = [word for word in user.words if _means(word, left)]
    written = words[0].text if words else None
    if written is None or written.startswith("-"):
        return None
    stays = {each.folder for each in inside if each.command.span.start >= user.span.start}
    if written.lstrip("\"'").startswith("/") or stays == {placed[left.user].folder} != {None}:
        return written
    is_plain = left.path is not None and re.fullmatch(r"/[\w./+-]+", left.path)
    return left.path if is_plain else None


def _means(word: ShellWord, left: Left) -> bool:
    return posixpath.basename(spelled(plain(word))) == spelled(left.name)


def _piped(script: Script, left: Left) -> Iterator[Edit]:
    """``curl … | tar …``, where the one stands right before the other and nothing checks the file between."""
    download, user = script.commands[left.download], script.commands[left.user]
    if left.use is not Use.UNPACKED or user.program != "tar" or left.user != left.download + 1:
        return
    if download.redirections or user.redirections or download.assignments or user.assignments:
        return
    row = next((each.statement for each in script.entries if each.span.encloses(user.span)), None)
    if not isinstance(row, AndOr) or download not in row.parts or user not in row.parts:
        return
    index = row.parts.index(download)
    if row.operators[index] != "&&" or not row.operator_spans:
        return
    sending = tuple(_to_output(download))
    taking = tuple(_from_input(user, left))
    if sending and taking:
        yield from (*sending, Edit(row.operator_spans[index], "|"), *taking)


def _to_output(command: Command) -> Iterator[Edit]:
    """The option that names a file taken away (curl), or made to name the output (wget)."""
    words = command.words
    letter = "o" if command.program == "curl" else "O"
    for index in range(command.start + 1, len(words)):
        text, span = words[index].text, words[index].span
        before = words[index - 1].span.end
        if re.fullmatch(rf"-[a-zA-Z]*{letter}", text) and index + 1 < len(words):
            if command.program == "wget":
                yield Edit(words[index].span.to(words[index + 1].span), f"{text}-")
            elif text == "-o":
                yield Edit(Span(before, words[index + 1].span.end), "")
            else:
                yield Edit(span.to(words[index + 1].span), text[:-1])
            return
        if command.program == "curl" and re.fullmatch(r"-[a-zA-Z]*O[a-zA-Z]*", text):
            rest = text.replace("O", "")
            yield Edit(Span(before, span.end), "") if rest == "-" else Edit(span, rest)
            return
        if text.startswith(("-P", "--output", "--directory-prefix", "--remote-name")):
            return
    if command.program == "wget":
        yield Edit(Span(command.name.span.end, command.name.span.end), " -O-")


def _from_input(command: Command, left: Left) -> Iterator[Edit]:
    """``tar`` told to read its input, and how to unpack it where it looked at the file before."""
    arguments = command.arguments
    options = next((word for word in arguments[:1] if re.fullmatch(r"-?[a-zA-Z]*x[a-zA-Z]*f", word.text)), None)
    file = next((word for word in arguments[1:2] if _means(word, left)), None)
    letter = UNPACKERS.get(posixpath.splitext(left.name)[1])
    if options is None or file is None or (letter is None and not left.name.endswith(".tar")):
        return
    if letter and not set("zjJ") & set(options.text):
        yield Edit(options.span, options.text[:-1] + letter + "f")
    yield Edit(file.span, "-")
