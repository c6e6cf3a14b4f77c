"""Uses of variables that have no value where they stand, as far as that is certain.

The builder puts variables into most instructions itself; in a RUN the shell does, which sees the same ones and those
that the script sets.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from msgspec import Struct

from layerwise.build.dependencies.folders import assigned_in
from layerwise.build.model import Step
from layerwise.shell.tree import Dialect, Script
from layerwise.syntax.tree import (
    Arg,
    Assigning,
    Env,
    Expose,
    Instruction,
    Label,
    Run,
    ShellForm,
    Stopsignal,
    Transfer,
    User,
    Volume,
    Word,
    Workdir,
)
from layerwise.syntax.words import VariableUse, variables
from layerwise.text import Span
from layerwise.text.patterns import regex

EXPANDED = (Arg, Env, Expose, Label, Stopsignal, Transfer, User, Volume, Workdir)
"""The instructions whose words the builder expands."""
_SHELLS = frozenset({Dialect.SH, Dialect.BASH})
_SETTING = frozenset({".", "source", "eval", "read", "getopts", "mapfile", "readarray", "envsubst"})
"""Commands that may set variables of any name, or look for them in a text."""
_DEFAULTS = ("-", "+", "?")
_NAMING = regex(r"\b(?:for|select|local|declare|typeset|export|readonly|unset|read)\s+(\w+)")
_NAME = regex(r"[a-zA-Z_]\w*")
_COMMAND = regex(r"\$\(|`")


class Use(Struct, frozen=True):
    """A variable without a value; ``span`` is its name, and is relative to the step where the step is at 0."""

    name: str
    span: Span
    by_builder: bool

    def moved(self, by: int) -> Use:
        return Use(self.name, self.span.moved(by), self.by_builder)


def unset_uses(step: Step) -> tuple[Use, ...]:
    """The uses in a step of variables that nothing sets, in order; for ``Step.once``.

    One with a default of its own is none. Of what a shell expands, only the names of ARGs above the first FROM are
    looked for: it may know others that the builder does not.
    """
    instruction = step.instruction
    if isinstance(instruction, EXPANDED):
        words = [(word, True) for word in _words(instruction)]
        escape = step.escape
    elif isinstance(instruction, Run) and step.script is not None and step.script.dialect in _SHELLS:
        words = [(word, False) for word in _shell_words(instruction, step.script, step.before.global_args)]
        escape = "\\"
    else:
        return ()
    own = assigned_in(step) if isinstance(instruction, Run) else _named_before(instruction)
    found = [
        Use(use.name, use.name_span, by_builder)
        for word, by_builder in words
        for use in bare(variables(word, escape))
        if use.name not in own and step.before.lookup(use.name) is None
    ]
    return tuple({use.span: use for use in found}.values())


def bare(uses: tuple[VariableUse, ...]) -> list[VariableUse]:
    """Those of a word that have no default, and are not within that of another, which looks first whether it is set."""
    # What has a colon and something else behind it is no default, but the builder refuses it: some template's own.
    guarded = [use for use in uses if use.modifier.removeprefix(":").startswith(_DEFAULTS) or use.modifier[:1] == ":"]
    return [
        use
        for use in uses
        if use not in guarded
        and not any(other.span.encloses(use.span) for other in guarded)
        and _NAME.fullmatch(use.name)
    ]


def _words(instruction: Instruction) -> Iterator[Word]:
    for flag in instruction.flags:
        if flag.value and flag.name.text in ("chown", "chmod"):
            yield flag.value
    if isinstance(instruction, Assigning):
        for pair in instruction.pairs:
            yield from (pair.key, *([pair.value] if pair.value else ()))
    elif isinstance(instruction, Transfer):
        yield from (source for source in instruction.sources if isinstance(source, Word))
        yield from [instruction.destination] if instruction.destination else []
    else:
        yield from instruction.arguments


def _named_before(instruction: Instruction) -> frozenset[str]:
    """The ARGs that an instruction declares itself: each counts for those behind it."""
    return frozenset(pair.key.text for pair in instruction.pairs) if isinstance(instruction, Arg) else frozenset()


def _shell_words(instruction: Run, script: Script, names: Collection[str]) -> Iterator[Word]:
    """The words of a script that its shell expands and that name one of these, unless it may set any by itself.

    Of a word with a command inside the part in front of it; the words of that command are read by themselves.
    """
    if script.broken or any(command.program in _SETTING for command in script.commands):
        return
    named = set(_NAMING.findall(_text(instruction)))
    for command in script.commands:
        if command.is_json:
            continue
        parts = [*command.words, *(each.value for each in command.assignments if each.value)]
        parts += [each.target for each in command.redirections if each.target]
        for part in parts:
            text = _COMMAND.split(part.text, maxsplit=1)[0]
            is_whole = part.span.end - part.span.start == len(part.text)
            if not is_whole or "$" not in text or not any(name in text for name in names):
                continue
            if not any(name in text for name in named):
                yield Word(Span(part.span.start, part.span.start + len(text)), text)


def _text(run: Run) -> str:
    command = run.command.text if isinstance(run.command, ShellForm) else ""
    return " ".join((command, *(heredoc.text for heredoc in run.heredocs)))
