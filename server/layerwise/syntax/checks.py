"""What BuildKit's instruction parser refuses, in its own words (``frontend/dockerfile/instructions/parse.go``)."""

from __future__ import annotations

import re
from collections.abc import Callable

from layerwise.knowledge.instructions import INSTRUCTIONS, SIGNALS, FlagKind, InstructionKind
from layerwise.syntax.flag_values import check_value
from layerwise.syntax.heredocs import opening
from layerwise.syntax.kinds import Instruction
from layerwise.syntax.nodes import CommandForm, ExecForm, Flag, Word
from layerwise.syntax.ports import PortError, read_ports
from layerwise.syntax.quoting import quoted
from layerwise.syntax.reading import Reading
from layerwise.syntax.suggest import is_sure, suggestion
from layerwise.syntax.words import WordError, expand_words, unquote
from layerwise.text import Span

FORBIDDEN_TRIGGERS = ("ONBUILD", "MAINTAINER", "FROM")
_STAGE_NAME = re.compile(r"[a-z][a-z0-9\-_.]*\Z")


def unknown_instruction(reading: Reading, reads_well_as: Callable[[str], bool]) -> None:
    """:param reads_well_as: whether the instruction has no further problem under another name."""
    word = reading.keyword
    option = suggestion(word.text, tuple(INSTRUCTIONS), case_sensitive=False)
    message = f"unknown instruction: {word.text}"
    if option:
        message += f" (did you mean {option}?)"
    sure = option if option and is_sure(word.text, option) and reads_well_as(option) else None
    reading.refuse(word, message, "unknown-instruction", sure)


def flags(reading: Reading, kind: InstructionKind) -> None:
    if kind.ignores_flags or (kind.name == "HEALTHCHECK" and reading.rest.upper() == "NONE"):
        return
    used: set[str] = set()
    for flag in reading.flags:
        name = flag.name.text
        wanted = kind.flags.get(name)
        if wanted is None:
            _unknown_flag(reading, flag, kind)
        elif name in used and wanted is not FlagKind.LIST:
            reading.refuse(flag, f"duplicate flag specified: --{name}", "duplicate-flag")
        else:
            _flag_value(reading, flag, wanted)
        used.add(name)


def _unknown_flag(reading: Reading, flag: Flag, kind: InstructionKind) -> None:
    name = flag.name.text
    option = suggestion(name, tuple(kind.flags), case_sensitive=True)
    message = f"unknown flag: --{name}"
    if option:
        message += f" (did you mean {option}?)"
    span = Span(flag.span.start, max(flag.name.span.end, flag.span.start + 2))
    sure = f"--{option}" if option and is_sure(name, option) else None
    reading.refuse(span, message, "unknown-flag", sure)


def _flag_value(reading: Reading, flag: Flag, kind: FlagKind) -> None:
    name = flag.name.text
    value = flag.value
    if kind is FlagKind.SWITCH:
        if value is not None and not value.text:
            reading.refuse(flag, f"missing a value on flag: --{name}", "missing-flag-value")
        elif value is not None and value.text.lower() not in ("true", "false"):
            message = f"expecting boolean value for flag --{name}, not: {value.text}"
            reading.refuse(value, message, "invalid-flag-value")
    elif value is None:
        reading.refuse(flag, f"missing a value on flag: --{name}", "missing-flag-value")
    else:
        check_value(reading, flag, value)


def from_arguments(reading: Reading, words: tuple[Word, ...]) -> None:
    if len(words) == 3 and words[1].text.lower() == "as":
        name = words[2]
        if not _STAGE_NAME.match(name.text.lower()):
            message = (
                f"invalid name for build stage: {quoted(name.text)}, name can't start with a number or contain symbols"
            )
            reading.refuse(name, message, "invalid-stage-name")
    elif len(words) != 1:
        span = words[1].span.to(words[-1].span) if len(words) > 1 else reading.keyword.span
        reading.refuse(span, "FROM requires either one or three arguments", "from-arguments")
        return
    image = words[0]
    reading.check_words(image)
    if "$" not in image.text and not unquote(image.text, reading.escape):
        reading.refuse(image, f"base name ({image.text}) should not be blank", "blank-image")


def shell_arguments(reading: Reading, command: CommandForm | None) -> None:
    if any(problem.code == "json-not-strings" for problem in reading.problems):
        return
    if command is None or (isinstance(command, ExecForm) and not command.items):
        where = command or reading.keyword
        reading.refuse(where, "SHELL requires at least one argument", "missing-argument")
    elif not isinstance(command, ExecForm):
        reading.refuse(command, "SHELL requires the arguments to be in JSON form", "json-required")


def healthcheck(reading: Reading, kind: Word | None, command: CommandForm | None) -> None:
    if kind is None:
        reading.refuse(reading.keyword, "HEALTHCHECK requires at least one argument", "missing-argument")
        return
    name = kind.text.upper()
    empty = command is None or (isinstance(command, ExecForm) and not command.items)
    if name == "NONE":
        if not empty and command:
            reading.refuse(command, "HEALTHCHECK NONE takes no arguments", "too-many-arguments")
    elif name != "CMD":
        option = suggestion(name, ("CMD", "NONE"), case_sensitive=False)
        sure = option if option and is_sure(name, option) else None
        message = f"Unknown type {quoted(name)} in HEALTHCHECK (try CMD)"
        reading.refuse(kind, message, "healthcheck-type", sure)
    elif empty and not any(problem.code == "json-not-strings" for problem in reading.problems):
        reading.refuse(kind, "Missing command after HEALTHCHECK CMD", "missing-argument")


def transfer(reading: Reading, words: tuple[Word, ...]) -> None:
    name = reading.keyword.text.upper()
    if any(problem.code == "json-not-strings" for problem in reading.problems):
        return
    if len(words) < 2:
        message = (
            f"{name} requires at least two arguments, but only one was provided. Destination could not be determined"
        )
        reading.refuse(words[0] if words else reading.keyword, message, "missing-destination")
        return
    if _opens_heredoc(words[-1].text):
        reading.refuse(words[-1], f"{name} cannot accept a heredoc as a destination", "heredoc-destination")
        return
    reading.check_words(*(word for word in words if not _opens_heredoc(word.text)))


def _opens_heredoc(word: str) -> bool:
    try:
        return "<<" in word and opening(word) is not None
    except WordError:
        return False


def onbuild(reading: Reading, trigger: Instruction | None) -> None:
    if trigger is None:
        reading.refuse(reading.keyword, "ONBUILD requires at least one argument", "missing-argument")
    elif trigger.name == "ONBUILD":
        reading.refuse(trigger.keyword, "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed", "chained-onbuild")
    elif trigger.name in FORBIDDEN_TRIGGERS:
        reading.refuse(trigger.keyword, f"{trigger.name} isn't allowed as an ONBUILD trigger", "onbuild-trigger")


def one_argument(reading: Reading, value: Word | None) -> None:
    if value is None:
        name = reading.keyword.text.upper()
        reading.refuse(reading.keyword, f"{name} requires exactly one argument", "missing-argument")
    elif reading.keyword.text.upper() != "MAINTAINER":
        reading.check_words(value)


def ports(reading: Reading) -> None:
    if not reading.arguments:
        reading.refuse(reading.keyword, "EXPOSE requires at least one argument", "missing-argument")
    for word in reading.arguments:
        if "$" in word.text:
            reading.check_words(word)
            continue
        try:
            for each in expand_words(word.text, lambda _: None, reading.escape):
                read_ports(each)
        except WordError as error:
            reading.refuse_step(word, str(error), "invalid-word")
        except PortError as error:
            reading.refuse(word, str(error), "invalid-port")


def volumes(reading: Reading) -> None:
    if any(problem.code == "json-not-strings" for problem in reading.problems):
        return
    if not reading.arguments:
        reading.refuse(reading.keyword, "VOLUME requires at least one argument", "missing-argument")
    for word in reading.arguments:
        if not word.text.strip():
            reading.refuse(word, "VOLUME specified can not be an empty string", "empty-volume")
    reading.check_words(*reading.arguments)


def signal(reading: Reading, value: Word | None) -> None:
    if value is None or "$" in value.text or reading.problems:
        return
    name = unquote(value.text, reading.escape)
    if re.fullmatch(r"[-+]?0*[1-9][0-9]{0,17}", name):
        return
    bare = name.upper().removeprefix("SIG")
    if bare in SIGNALS:
        return
    option = suggestion(bare, tuple(sorted(SIGNALS)), case_sensitive=False)
    sure = f"SIG{option}" if option and is_sure(bare, option) else None
    reading.refuse(value, f"invalid signal: {name}", "invalid-signal", sure)
