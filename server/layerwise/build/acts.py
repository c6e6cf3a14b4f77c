"""What a stage does, act by act: each command of a RUN, each source of a COPY, each variable of an ENV.

Two ways of writing the same give equal acts: line breaks, quotes that mean nothing, the case of a keyword, and in which
RUN or COPY an act stands make no difference to it. What an act does to the image is not known here.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping

from msgspec import Struct

from layerwise.build.model import Stage, State, Step
from layerwise.shell.tree import (
    AndOr,
    Around,
    Command,
    Compound,
    Entry,
    Negation,
    Pipeline,
    Redirection,
    Script,
    ShellWord,
    Statement,
)
from layerwise.syntax.tree import (
    Assigning,
    CommandForm,
    Commanding,
    ExecForm,
    Flag,
    From,
    Healthcheck,
    Heredoc,
    Instruction,
    Onbuild,
    Run,
    Shell,
    Transfer,
    Valued,
    Volume,
    Workdir,
)

_GROUPING = frozenset({Around.GROUP, Around.SUBSHELL, Around.NESTED, Around.SUBSTITUTION})


class Act(Struct, frozen=True, eq=False):
    """One thing that a step does. ``words`` start with the keyword of the instruction; equal words are the same act."""

    step: Step
    words: tuple[str, ...]
    command: Command | None = None
    """The command of a RUN; None for an act of another instruction, or of a script that is not read."""
    link: str = ""
    """What joins a command to the one before in its script: ``&&``, ``||``, ``|``, ``;``; empty for the first."""
    guards: tuple[Around, ...] = ()
    """What decides whether the command runs, or what becomes of its failure: conditions, loops, pipelines."""
    form: str = ""
    """``shell`` or ``exec``, where an instruction may have either."""

    @property
    def keyword(self) -> str:
        return self.words[0]

    @property
    def inner(self) -> Step:
        """The step, or the one that its ONBUILD triggers."""
        return self.step.trigger or self.step

    @property
    def state(self) -> State:
        return self.step.before

    @property
    def flags(self) -> frozenset[str]:
        """The flags of the instruction, each in one spelling."""
        return frozenset(_flag(each) for each in self.inner.instruction.flags if each.name.text != "from")


def acts_of(stage: Stage) -> tuple[Act, ...]:
    """All that a stage does, in order; its FROM is the first."""
    return tuple(act for step in stage.steps for act in _acts(step, step.instruction, ()))


def _acts(step: Step, instruction: Instruction, prefix: tuple[str, ...]) -> Iterator[Act]:
    words = (*prefix, instruction.name)
    if isinstance(instruction, Onbuild):
        if instruction.trigger:
            yield from _acts(step, instruction.trigger, words)
    elif isinstance(instruction, Run):
        yield from _of_run(step, instruction, words)
    elif isinstance(instruction, Transfer):
        yield from _of_transfer(step, instruction, words)
    elif isinstance(instruction, Assigning):
        for pair in instruction.pairs:
            value = () if pair.value is None else (_value(step, pair.value.text),)
            yield Act(step, (*words, pair.key.text, *value))
    elif isinstance(instruction, Commanding | Healthcheck):
        yield from _of_setting(step, instruction.command, words)
    else:
        yield Act(step, (*words, *_arguments(step, instruction)))


def _arguments(step: Step, instruction: Instruction) -> Iterator[str]:
    if isinstance(instruction, From):
        yield _value(step, instruction.image.text) if instruction.image else ""
    elif isinstance(instruction, Workdir):
        yield step.after.workdir or (instruction.value.text if instruction.value else "")
    elif isinstance(instruction, Valued):
        yield _value(step, instruction.value.text) if instruction.value else ""
    elif isinstance(instruction, Shell):
        yield from (item.text for item in instruction.command.items) if instruction.command else ()
    elif isinstance(instruction, Volume) and instruction.is_json:
        yield from (word.text for word in instruction.arguments)
    else:
        yield from (_value(step, word.text) for word in instruction.arguments)


def _of_setting(step: Step, command: CommandForm | None, words: tuple[str, ...]) -> Iterator[Act]:
    """CMD, ENTRYPOINT and HEALTHCHECK: in either form the words of the command, where they are plain."""
    if command is None:
        yield Act(step, (*words, "NONE"))
        return
    if isinstance(command, ExecForm):
        yield Act(step, (*words, *(item.text for item in command.items)), form="exec")
        return
    script = (step.trigger or step).script
    plain = script.commands[0] if script and len(script.commands) == 1 and not script.broken else None
    if plain is None or plain.redirections or plain.assignments or not all(word.is_literal for word in plain.words):
        yield Act(step, (*words, command.text), form="shell")
        return
    yield Act(step, (*words, *(word.value or "" for word in plain.words)), form="shell")


def _of_transfer(step: Step, instruction: Transfer, words: tuple[str, ...]) -> Iterator[Act]:
    flag = instruction.flag("from")
    origin = flag.value.text if flag and flag.value else ""
    target = instruction.destination.text if instruction.destination else ""
    place = _value(step, target)
    folder = step.before.workdir
    if not place.startswith("/") and folder:
        place = posixpath.join(folder, place)
    place = posixpath.normpath(place) if place else ""
    for source in instruction.sources:
        text = source.text if isinstance(source, Heredoc) else posixpath.normpath(_value(step, source.text) or ".")
        yield Act(step, (*words, origin, text if isinstance(source, Heredoc) else text.lstrip("/") or ".", place))


def _of_run(step: Step, instruction: Run, words: tuple[str, ...]) -> Iterator[Act]:
    script = (step.trigger or step).script
    if script is None or not script.commands:
        text = " ".join(word.text for word in instruction.arguments)
        body = "".join(heredoc.text for heredoc in instruction.heredocs)
        yield Act(step, (*words, text, body))
        return
    form = "exec" if isinstance(instruction.command, ExecForm) else "shell"
    links = dict(_links(script))
    for command in script.commands:
        if Around.SUBSTITUTION in command.within:
            continue
        link = links.get(command.span.start, "")
        guards = tuple(each for each in command.within if each not in _GROUPING)
        yield Act(step, (*words, *_words(command, script)), command, link, guards, form)
    for heredoc in () if script.heredoc else instruction.heredocs:
        yield Act(step, (*words, "<<", heredoc.text))


def _words(command: Command, script: Script) -> Iterator[str]:
    """The words of a command, assignments first and redirections last; a script inside is a command of its own."""
    for assignment in command.assignments:
        if not any(_is_within(assignment.span.start, word) for word in command.words):
            value = assignment.value
            yield f"{assignment.name}={'' if value is None else _text(value)}"
    for word in command.words:
        yield "<script>" if _holds_script(word, command, script) else _text(word)
    for redirection in command.redirections:
        yield _redirected(redirection)


def _is_within(offset: int, word: ShellWord) -> bool:
    return word.span.start <= offset < word.span.end


def _holds_script(word: ShellWord, command: Command, script: Script) -> bool:
    deeper = (each for each in script.commands if len(each.within) > len(command.within))
    return any(Around.NESTED in each.within and _is_within(each.span.start, word) for each in deeper)


def _text(word: ShellWord) -> str:
    return word.text if word.value is None else word.value


def _redirected(redirection: Redirection) -> str:
    descriptor = "" if redirection.descriptor is None else str(redirection.descriptor)
    return f"{descriptor}{redirection.operator}{_text(redirection.target) if redirection.target else ''}"


def _links(script: Script) -> Iterator[tuple[int, str]]:
    """What joins each command to the one before it, by the offset of the command."""
    yield from _of_list(script.entries, "")


def _of_list(entries: tuple[Entry, ...], link: str) -> Iterator[tuple[int, str]]:
    for entry in entries:
        yield from _of_statement(entry.statement, link)
        # A line end joins as a semicolon does.
        link = "&" if entry.terminator == "&" else ";"


def _of_statement(statement: Statement, link: str) -> Iterator[tuple[int, str]]:
    if isinstance(statement, Command):
        yield statement.span.start, link
    elif isinstance(statement, Pipeline):
        for index, part in enumerate(statement.parts):
            yield from _of_statement(part, "|" if index else link)
    elif isinstance(statement, Negation):
        yield from _of_statement(statement.statement, link)
    elif isinstance(statement, AndOr):
        for index, part in enumerate(statement.parts):
            yield from _of_statement(part, statement.operators[index - 1] if index else link)
    elif isinstance(statement, Compound):
        for index, inner in enumerate(statement.lists):
            yield from _of_list(inner, ";" if index else link)


def _flag(flag: Flag) -> str:
    if not flag.keys:
        return f"--{flag.name.text}" + (f"={flag.value.text}" if flag.value else "")
    keys = sorted(f"{key.name.text}={key.value.text if key.value else ''}" for key in flag.keys)
    return f"--{flag.name.text}={','.join(keys)}"


def _value(step: Step, text: str) -> str:
    """The word with its variables put in and its quotes gone, or as it stands where that cannot be known."""
    value = step.value(text)
    return text if value is None else value


def visible(act: Act) -> Mapping[str, str | None]:
    """The values of all variables that a command sees, by name."""
    return {name: variable.value for name, variable in act.state.scope.items()}
