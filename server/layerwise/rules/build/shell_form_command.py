"""The rule build/shell-form-command."""

import json
from collections.abc import Iterator
from functools import partial

from layerwise.build.model import Stage, Step
from layerwise.build.relation import Alteration
from layerwise.knowledge.shell_builtins import BUILTINS
from layerwise.lint import Applicability, Edit, Finding, Fix, Severity, StageContext, rule
from layerwise.shell.tree import Command, Dialect, Script, ShellWord
from layerwise.syntax.tree import Cmd, Entrypoint, ExecForm, ShellForm
from layerwise.text import Span

DEFAULT_SHELL = ("/bin/sh", "-c")
WRONG_QUOTES = "'‘’“”„‟«»"


@rule(
    Stage,
    severity=Severity.WARNING,
    aliases=("JSONArgsRecommended", "DL3025"),
    fixes=(Applicability.SAFE, Applicability.UNSAFE),
    changes=(Alteration.INSTRUCTION_REWRITTEN,),
    about={Cmd, Entrypoint},
)
def shell_form_command(stage: Stage, ctx: StageContext) -> Iterator[Finding]:
    r"""A command in shell form runs under a shell, which does not pass signals on.

    ## Why
    `docker stop` sends its signal to process 1. In shell form that is the shell, not the program: after ten seconds the
    program is killed without having finished its work. An `ENTRYPOINT` in shell form also ignores `CMD` and all
    arguments of `docker run`.

    ## Example
    CMD nginx -g "daemon off;"

    ## Use instead
    CMD ["nginx", "-g", "daemon off;"]

    ## Fix safety
    Safe where the words mean the same without a shell. Where they need one (variables, operators, patterns, commands
    of the shell itself) the fix is unsafe: it writes down the shell that runs them today, with `exec` before a
    single command so that signals reach it. What looks like JSON but has single quotes is given double ones, which is
    unsafe as well. Unsafe too where `CMD` and `ENTRYPOINT` meet: exec form passes the one to
    the other. There is no fix for a script of several lines, on Windows, and where `SHELL` is none that we read.
    """
    for outer in stage.steps:
        step = outer.trigger or outer
        if isinstance(step.instruction, Cmd | Entrypoint) and isinstance(step.instruction.command, ShellForm):
            yield Finding(
                step.instruction.command.span,
                _message(step, step.instruction.command),
                fixes=partial(_fixes, step, step.instruction.command, _meeting(step, stage)),
                reported_as=("DL3025",) if step.before.shell else None,
                severity=Severity.INFORMATION if _gives_way(step) else None,
            )


def _message(step: Step, form: ShellForm) -> str:
    shell = (step.before.shell or DEFAULT_SHELL)[0]
    if form.text.startswith("["):
        return f"This is no valid JSON, so that `{shell}` runs all of it as a command"
    if step.before.dialect not in (Dialect.SH, Dialect.BASH):
        return "In shell form a shell is process 1, and signals do not reach the program"
    if isinstance(step.instruction, Entrypoint):
        return (
            f"In shell form `{shell}` is process 1: signals do not reach the program, `CMD` and arguments are ignored"
        )
    if _gives_way(step):
        return f"In shell form `{shell}` starts first, only to give way to the program: exec form needs no shell"
    return f"In shell form `{shell}` is process 1, and signals do not reach the program"


def _gives_way(step: Step) -> bool:
    """Whether a CMD starts with ``exec`` and is nothing else, so that the program takes the place of the shell."""
    if not isinstance(step.instruction, Cmd) or step.script is None:
        return False
    command = _only_command(step.script)
    return command is not None and len(command.words) > 1 and command.words[0].text == "exec"


def _meeting(step: Step, stage: Stage) -> str:
    """What exec form would bring together that is apart today, as a note for the fix."""
    others = [each.instruction for each in stage.steps]
    if isinstance(step.instruction, Entrypoint):
        return "`CMD`, ignored today, becomes its arguments" if any(isinstance(each, Cmd) for each in others) else ""
    starts = any(isinstance(each, Entrypoint) and isinstance(each.command, ExecForm) for each in others)
    return "`ENTRYPOINT` is given these words instead of a shell that runs them" if starts else ""


def _fixes(step: Step, form: ShellForm, note: str) -> Iterator[Fix]:
    script = step.script
    if form.text.startswith("["):
        yield from _as_json(form)
        return
    if step.before.dialect not in (Dialect.SH, Dialect.BASH) or script is None:
        return
    words = _words(script, form)
    if words:
        grade = Applicability.UNSAFE if note else Applicability.SAFE
        yield Fix("Use exec form", *_as_list(words, form), applicability=grade, note=note)
    elif not script.comments:
        alone = _is_one_program(script)
        if not alone and "\n" in form.text:
            return  # A script of several lines is no easier to read in a string, and the shell stays process 1.
        yield Fix(
            "Use exec form with the shell it needs",
            *_as_string(form, step.before.shell or DEFAULT_SHELL, exec_first=alone),
            applicability=Applicability.UNSAFE,
            note="The shell expands the words, then `exec` puts the program in its place"
            if alone
            else "The shell stays process 1; this only says so",
        )


def _as_json(form: ShellForm) -> Iterator[Fix]:
    """Double quotes for single or typographic ones, when that is all that was wrong."""
    try:
        items = json.loads(form.text.translate(dict.fromkeys(map(ord, WRONG_QUOTES), '"')))
    except ValueError:
        return
    if all(isinstance(item, str) for item in items):
        places = [index for index, char in enumerate(form.text) if char in WRONG_QUOTES]
        edits = [Edit(form.word.part(index, index + 1), '"') for index in places]
        yield Fix("Use double quotes, as JSON has them", *edits, applicability=Applicability.UNSAFE)


def _words(script: Script, form: ShellForm) -> tuple[ShellWord, ...]:
    """The words of the command without a leading ``exec``, when they mean the same without a shell; else none."""
    command = _only_command(script)
    if command is None or command.span != form.span or command.redirections:
        return ()
    words = command.words
    if words and words[0].text == "exec" and len(words) > 1 and not words[1].text.startswith("-"):
        words = words[1:]
    if not words or words[0].value in BUILTINS or not all(map(_is_plain, words)):
        return ()
    if words[0].value == "echo" and any("\\" in word.text or word.text.startswith("-") for word in words[1:]):
        return ()
    return words


def _only_command(script: Script) -> Command | None:
    """The simple command that is all of the script."""
    if script.broken or script.comments or len(script.entries) != 1 or script.entries[0].terminator == "&":
        return None
    statement = script.entries[0].statement
    return statement if isinstance(statement, Command) and not statement.assignments else None


def _is_plain(word: ShellWord) -> bool:
    """Whether a shell would hand the word on as it is, but for quotes."""
    if word.value is None or "\n" in word.value:
        return False
    quoted = len(word.text) > 1 and word.text[0] == word.text[-1] and word.text[0] in "\"'"
    names_files = any(char in word.text for char in "*?[") or word.text.startswith("~") or "=~" in word.text
    return quoted or not names_files


def _is_one_program(script: Script) -> bool:
    """Whether ``exec`` can stand before the script."""
    command = _only_command(script)
    if command is None or not command.words:
        return False
    first = command.words[0]
    return "/" in first.text or (first.value is not None and first.value not in BUILTINS)


def _as_list(words: tuple[ShellWord, ...], form: ShellForm) -> Iterator[Edit]:
    """Each word where it stands, so that continuations and comments between them stay."""
    for index, word in enumerate(words):
        span = word.span if index else Span(form.span.start, word.span.end)
        opening, closing = "" if index else "[", "," if index + 1 < len(words) else "]"
        yield Edit(span, opening + json.dumps(word.value, ensure_ascii=False) + closing)


def _as_string(form: ShellForm, shell: tuple[str, ...], *, exec_first: bool) -> Iterator[Edit]:
    """The script as it stands, inside the quotes of a JSON string."""
    opening = json.dumps([*shell, ""], ensure_ascii=False)[:-2]
    yield Edit(Span(form.span.start, form.span.start), opening + ("exec " if exec_first else ""))
    for index, char in enumerate(form.text):
        written = json.dumps(char, ensure_ascii=False)[1:-1]
        if written != char:
            yield Edit(form.word.part(index, index + 1), written)
    yield Edit(Span(form.span.end, form.span.end), '"]')
