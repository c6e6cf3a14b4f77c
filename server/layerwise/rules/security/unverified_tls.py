"""The rule security/unverified-tls."""

from __future__ import annotations

import re
from collections.abc import Iterator

from layerwise.build.operations import operations
from layerwise.build.relation import Alteration
from layerwise.knowledge.programs import CHECKING
from layerwise.knowledge.unverified import CONFIGURING, LOCAL, OPTIONS, SETTINGS, VARIABLES
from layerwise.lint import Applicability, Context, Edit, Finding, Fix, Severity, rule
from layerwise.shell.tree import Command, ShellWord
from layerwise.syntax.tree import Run
from layerwise.text import Span

VERIFYING = {word for word in CHECKING if word.endswith("sum")} | {"gpg", "gpgv", "openssl", "cosign", "minisign"}


@rule(
    Command,
    severity=Severity.WARNING,
    fixes=(Applicability.UNSAFE,),
    changes=(Alteration.OPTION_REMOVED,),
)
def unverified_tls(command: Command, ctx: Context) -> Iterator[Finding]:
    r"""A download is told not to check whom it comes from.

    ## Why
    Without the check of the certificate, or of the packages' signatures, anybody on the way can answer in place of the
    server, and what is installed then is theirs. Mostly the option stands for a missing package (`ca-certificates`) or
    for a company's own authority, whose certificate can be copied to `/usr/local/share/ca-certificates`.

    Nothing is said of a download whose checksum or signature the same RUN checks, nor of one from the same machine.

    ## Example
    RUN curl -fsSLk -o /usr/local/bin/tool https://example.com/tool

    ## Use instead
    RUN curl -fsSL -o /usr/local/bin/tool https://example.com/tool

    ## Fix safety
    Unsafe: where the certificate cannot be checked, the step fails until the authority is known to the image.
    """
    step = ctx.step.trigger or ctx.step
    if not isinstance(step.instruction, Run) or step.script is None:
        return
    yield from _of_variables(command)
    unchecking = list(_unchecking(command))
    if not unchecking or _is_checked(command, step.script.commands):
        return
    for index, words, edit in unchecking:
        is_cluster = command.program == "curl" and not words[0].text.startswith("--")
        spoken = "-k" if is_cluster else " ".join(word.text for word in words)
        yield Finding(
            words[0].span.to(words[-1].span),
            f"`{spoken}` {_what(command)}",
            fix=Fix(
                f"Drop `{spoken}`",
                edit,
                applicability=Applicability.UNSAFE,
                note="A company's own authority must be made known to the image",
            )
            if edit and index
            else None,
        )


def _of_variables(command: Command) -> Iterator[Finding]:
    for assignment in command.assignments:
        value = assignment.value.value if assignment.value else None
        if value is not None and value.lower() in VARIABLES.get(assignment.name, ()):
            yield Finding(assignment.span, f"`{assignment.name}={value}` lets anybody on the way answer for the server")


def _is_checked(command: Command, commands: tuple[Command, ...]) -> bool:
    """Whether a later command checks what has come, or it comes from the same machine."""
    if any(LOCAL.search(word.text) for word in command.arguments):
        return True
    if _brings_keys(command):
        return True
    later = (each for each in commands if each.span.start > command.span.start)
    return command.program in ("curl", "wget") and any(each.program in VERIFYING for each in later)


def _brings_keys(command: Command) -> bool:
    """Whether a package is installed that brings the very keys, as those of a repository do: ``epel-release``."""
    names = [word.value or word.text for each in operations(command) for word in each.packages]
    return bool(names) and all(re.search(r"release|keyring", name) for name in names)


def _unchecking(command: Command) -> Iterator[tuple[int, tuple[ShellWord, ...], Edit | None]]:
    """The words by which a command is told not to check, where they stand, and the edit that takes them out."""
    names = {command.program, *(operation.manager.name for operation in operations(command))}
    row = next((OPTIONS[name] for name in names if name in OPTIONS), None)
    words = command.words
    for index in range(command.start + 1, len(words)) if row else ():
        assert row is not None
        text = words[index].text
        before = Span(words[index - 1].span.end, words[index].span.end)
        if row.option and re.fullmatch(row.option, text):
            valued = row.takes_value and "=" not in text and index + 1 < len(words)
            end = index + 1 if valued else index
            edit = None if command.is_json else Edit(Span(before.start, words[end].span.end), "")
            yield index, words[index : end + 1], edit
        elif row.letter and re.fullmatch(rf"-[a-zA-Z]*{row.letter}[a-zA-Z]*", text) and _is_cluster(text, row.letter):
            rest = text.replace(row.letter, "", 1)
            edit = Edit(before, "") if rest == "-" else Edit(words[index].span, rest)
            yield index, (words[index],), None if command.is_json else edit
    if command.program not in CONFIGURING:
        return
    if SETTINGS.search(" ".join(word.value or word.text for word in words[command.start :])):
        yield 0, words[command.start :], None


def _is_cluster(text: str, letter: str) -> bool:
    """Whether the letter is an option of its own, and not part of the value of one before it, as in ``-ok``."""
    ahead = text[1 : text.index(letter)]
    return not set(ahead) & set("oAbcCdDeEFhHKmPQrTuUwxXyYz")


def _what(command: Command) -> str:
    if any(operation.manager.is_distribution for operation in operations(command)):
        return "lets packages in whose signature nobody has checked"
    return "lets anybody on the way answer in place of the server"
