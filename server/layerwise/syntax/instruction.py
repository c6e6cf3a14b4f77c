"""Reading one instruction: from its text to its node. A pure function of the text and the escape character.

All spans are relative to the start of that text; ``parser`` moves them to their place.
"""

from __future__ import annotations

from collections.abc import Callable

from layerwise.knowledge.instructions import INSTRUCTIONS
from layerwise.syntax import checks
from layerwise.syntax.characters import BLANKS, LONGEST_LINE, SPACES, is_too_long
from layerwise.syntax.heredocs import openings
from layerwise.syntax.kinds import (
    Add,
    Arg,
    Cmd,
    Copy,
    Entrypoint,
    Env,
    Expose,
    From,
    Healthcheck,
    Instruction,
    Label,
    Maintainer,
    Onbuild,
    Run,
    Shell,
    Stopsignal,
    Unknown,
    User,
    Volume,
    Workdir,
)
from layerwise.syntax.line import join
from layerwise.syntax.nodes import ExecForm, Heredoc, Word
from layerwise.syntax.pairs import assignments
from layerwise.syntax.reading import Reading
from layerwise.syntax.split import Holder, heredoc_holder
from layerwise.syntax.words import WordError
from layerwise.text import Span


def read(text: str, keyword_length: int, escape: str) -> Instruction:
    """The instruction whose text, heredocs included, starts at its keyword.

    :param keyword_length: how many characters of the logical line are the keyword.
    """
    head = join(text, escape)
    line = head.line
    start = len(line.text) - len(line.text.lstrip(SPACES))
    long_lines = _long_lines(text) if len(text) > LONGEST_LINE // 4 else []
    too_long = any(at < head.end for at, _ in long_lines)
    reading = Reading(text, line, escape, start, keyword_length, too_long, comments=head.comments)
    for at, length in long_lines:
        span = Span(at, at + length) if at else reading.keyword.span
        reading.refuse(span, f"dockerfile line greater than max allowed size of {LONGEST_LINE}", "line-too-long")
    holder = heredoc_holder(line) if "<<" in line.text and not reading.too_long else Holder.NONE
    if holder is Holder.KNOWN or (holder is Holder.UNKNOWN and head.next <= len(text)):
        try:
            reading.read_heredocs(openings(line.text), head.next)
        except WordError as error:
            reading.refuse(reading.body, str(error), "invalid-heredoc")
    return _node(reading, len(text))


def _node(reading: Reading, stop: int) -> Instruction:
    if reading.too_long:
        return Unknown(**reading.fields(stop))
    reader = _READERS.get(reading.keyword.text.upper())
    if reader is None:
        checks.unknown_instruction(reading, lambda name: _reads_well_as(reading, name))
        return Unknown(**reading.fields(stop))
    checks.flags(reading, INSTRUCTIONS[reading.keyword.text.upper()])
    return reader(reading, stop)


def _reads_well_as(reading: Reading, name: str) -> bool:
    """Whether the instruction would have no other problem under this name. A heredoc's lines are not its own yet."""
    start, end = reading.keyword.span
    text = reading.text[:start] + name + reading.text[end:]
    problems = read(text, len(name), reading.escape).problems if start == 0 else ()
    return all(problem.code == "unterminated-heredoc" for problem in problems)


def _long_lines(text: str) -> list[tuple[int, int]]:
    """Where lines that are too long start, and how long their first word is, as far as it goes on a screen."""
    found: list[tuple[int, int]] = []
    start = 0
    for content in text.split("\n"):
        if is_too_long(content):
            blank = BLANKS.search(content)
            found.append((start, min(blank.start() if blank and blank.start() else len(content), 80)))
        start += len(content) + 1
    return found


def _from(reading: Reading, stop: int) -> Instruction:
    words = reading.arguments = reading.blank_separated()
    named = len(words) == 3 and words[1].text.lower() == "as"
    checks.from_arguments(reading, words)
    return From(
        **reading.fields(stop),
        image=words[0] if words else None,
        as_keyword=words[1] if named else None,
        alias=words[2] if named else None,
    )


def _run(reading: Reading, stop: int) -> Instruction:
    command = reading.command(reading.at)
    return Run(**reading.fields(stop), command=command)


def _cmd(reading: Reading, stop: int) -> Instruction:
    command = reading.command(reading.at)
    return Cmd(**reading.fields(stop), command=command)


def _entrypoint(reading: Reading, stop: int) -> Instruction:
    command = reading.command(reading.at)
    return Entrypoint(**reading.fields(stop), command=command)


def _shell(reading: Reading, stop: int) -> Instruction:
    command = reading.command(reading.at)
    checks.shell_arguments(reading, command)
    return Shell(**reading.fields(stop), command=command if isinstance(command, ExecForm) else None)


def _healthcheck(reading: Reading, stop: int) -> Instruction:
    words = reading.words()
    kind = words[0] if words else None
    command = None
    if kind and len(words) > 1:
        end = len(reading.rest) - len(reading.rest[len(kind.text) :].lstrip(SPACES))
        command = reading.command(reading.at + end)
    if kind and reading.arguments is not words:
        reading.arguments = (kind, *reading.arguments)
    checks.healthcheck(reading, kind, command)
    return Healthcheck(**reading.fields(stop), kind=kind, command=command if kind else None)


def _transfer(reading: Reading, stop: int, kind: type[Copy] | type[Add]) -> Instruction:
    strings = reading.json(reading.at)
    words = reading.arguments = reading.blank_separated() if strings is None else strings
    checks.transfer(reading, words)
    return kind(
        **reading.fields(stop),
        sources=tuple(_source(word, reading.heredocs) for word in words[:-1]),
        destination=words[-1] if words else None,
        is_json=strings is not None,
    )


def _source(word: Word, heredocs: tuple[Heredoc, ...]) -> Word | Heredoc:
    at_word = next((heredoc for heredoc in heredocs if heredoc.span == word.span), None)
    return at_word or word


def _assigning(reading: Reading, stop: int, kind: type[Env] | type[Label] | type[Arg]) -> Instruction:
    pairs = assignments(reading, is_arg=kind is Arg)
    return kind(**reading.fields(stop), pairs=pairs)


def _onbuild(reading: Reading, stop: int) -> Instruction:
    trigger = _trigger(reading, stop) if reading.at < reading.end else None
    checks.onbuild(reading, trigger)
    return Onbuild(**reading.fields(stop), trigger=trigger)


def _trigger(reading: Reading, stop: int) -> Instruction:
    text = reading.line.text
    blank = BLANKS.search(text, reading.at, reading.end)
    length = (blank.start() if blank else reading.end) - reading.at
    inner = Reading(reading.text, reading.line, reading.escape, reading.at, length)
    inner.origin = inner.keyword.span.start
    inner.heredocs = reading.heredocs
    inner.comments = tuple(each for each in reading.comments if each.span.start > inner.keyword.span.start)
    if inner.keyword.text.upper() == "ONBUILD":
        inner.arguments = inner.words()
        node: Instruction = Onbuild(**inner.fields(stop), trigger=None)
    else:
        node = _node(inner, stop)
    if node.name not in checks.FORBIDDEN_TRIGGERS:
        reading.problems.extend(node.problems)
        reading.step_problems.extend(node.step_problems)
    reading.arguments = (node.keyword, *node.arguments)
    return node


def _expose(reading: Reading, stop: int) -> Instruction:
    reading.arguments = reading.blank_separated()
    checks.ports(reading)
    return Expose(**reading.fields(stop))


def _volume(reading: Reading, stop: int) -> Instruction:
    strings = reading.json(reading.at)
    reading.arguments = reading.blank_separated() if strings is None else strings
    checks.volumes(reading)
    return Volume(**reading.fields(stop), is_json=strings is not None)


def _maintainer(reading: Reading, stop: int) -> Instruction:
    value = _one_value(reading)
    return Maintainer(**reading.fields(stop), value=value)


def _stopsignal(reading: Reading, stop: int) -> Instruction:
    value = _one_value(reading)
    checks.signal(reading, value)
    return Stopsignal(**reading.fields(stop), value=value)


def _user(reading: Reading, stop: int) -> Instruction:
    value = _one_value(reading)
    return User(**reading.fields(stop), value=value)


def _workdir(reading: Reading, stop: int) -> Instruction:
    value = _one_value(reading)
    return Workdir(**reading.fields(stop), value=value)


def _one_value(reading: Reading) -> Word | None:
    reading.arguments = reading.words()
    value = reading.whole()
    checks.one_argument(reading, value)
    return value


_READERS: dict[str, Callable[[Reading, int], Instruction]] = {
    "ADD": lambda reading, stop: _transfer(reading, stop, Add),
    "ARG": lambda reading, stop: _assigning(reading, stop, Arg),
    "CMD": _cmd,
    "COPY": lambda reading, stop: _transfer(reading, stop, Copy),
    "ENTRYPOINT": _entrypoint,
    "ENV": lambda reading, stop: _assigning(reading, stop, Env),
    "EXPOSE": _expose,
    "FROM": _from,
    "HEALTHCHECK": _healthcheck,
    "LABEL": lambda reading, stop: _assigning(reading, stop, Label),
    "MAINTAINER": _maintainer,
    "ONBUILD": _onbuild,
    "RUN": _run,
    "SHELL": _shell,
    "STOPSIGNAL": _stopsignal,
    "USER": _user,
    "VOLUME": _volume,
    "WORKDIR": _workdir,
}
