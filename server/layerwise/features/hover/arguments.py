"""Hovers on what remains of an instruction: ports, users, signals, folders, heredocs, and the form of a command."""

from __future__ import annotations

from layerwise.features.hover.markdown import Hover, code, paragraphs
from layerwise.features.hover.users import user_text
from layerwise.features.place import Place
from layerwise.knowledge.manual import Book, page
from layerwise.syntax.tree import (
    Cmd,
    CommandForm,
    Entrypoint,
    ExecForm,
    Expose,
    Healthcheck,
    Heredoc,
    Instruction,
    Shell,
    ShellForm,
    Stopsignal,
    Transfer,
    User,
    Word,
    Workdir,
)


def argument_hover(place: Place) -> Hover | None:
    """The argument under the cursor, where there is something to tell."""
    instruction = place.instruction
    heredoc = _heredoc(place)
    if heredoc:
        return heredoc
    if isinstance(instruction, Expose):
        return _port(place)
    if isinstance(instruction, Transfer):
        return _path(place, instruction)
    if isinstance(instruction, User | Stopsignal | Workdir):
        word = instruction.value
        if word is None or not word.span.contains(place.offset):
            return None
        text = _value_text(place, word)
        return Hover(word.span, text) if text else None
    if isinstance(instruction, Cmd | Entrypoint | Healthcheck | Shell):
        return _command(place, instruction)
    return None


def _value_text(place: Place, word: Word) -> str:
    value = _expanded(place, word)
    if not value or "$" in value:
        return ""
    if isinstance(place.instruction, User):
        user, _, group = value.partition(":")
        only = f" With a group written, {code(group)} is the only group it has." if group else ""
        return user_text(place, user) + only if user else ""
    if isinstance(place.instruction, Stopsignal):
        found = page(Book.VALUES, _signal(value))
        return found.markdown if found else ""
    after = place.step.after.workdir if place.step else None
    if after is None or place.in_onbuild:
        return ""
    before = place.step.before.workdir if place.step else None
    relative = f" Relative: it continues {code(before)}." if before and not value.startswith("/") else ""
    return f"Later steps and the container run in **{code(after)}**, which is created if it is missing.{relative}"


def _signal(value: str) -> str:
    name = value.upper()
    return name if name.isdecimal() or name.startswith("SIG") else f"SIG{name}"


def _port(place: Place) -> Hover | None:
    word = next((word for word in place.instruction.arguments if word.span.contains(place.offset)), None)
    if word is None:
        return None
    value = _expanded(place, word)
    port, _, protocol = value.partition("/")
    numbers = port.split("-")
    if not all(number.isdecimal() for number in numbers) or len(numbers) > 2:
        return None
    protocol = protocol.lower() or "tcp"
    what = f"Ports {numbers[0]} to {numbers[1]}" if len(numbers) == 2 else f"Port {port}"
    known = page(Book.VALUES, f"port {port}") if protocol == "tcp" else None
    publish = (
        f"`docker run -p {port}:{value}` publishes {'them' if len(numbers) == 2 else 'it'}; `EXPOSE` alone does not."
    )
    return Hover(word.span, paragraphs(f"**{what}/{protocol}**" + (f": {known.text}" if known else ""), publish))


def _path(place: Place, instruction: Transfer) -> Hover | None:
    word = instruction.destination
    if word is None or not word.span.contains(place.offset) or place.step is None or place.in_onbuild:
        return None
    value = _expanded(place, word)
    if "$" in value or value.startswith("--"):
        return None
    folder = place.step.before.workdir
    if value.startswith("/"):
        text = f"The destination: **{code(value)}**"
    elif folder:
        path = value.removeprefix("./").removeprefix(".")
        text = f"The destination: **{code(folder.rstrip('/') + '/' + path)}** (`WORKDIR` is {code(folder)})"
    else:
        text = f"The destination: {code(value)} in the base image's folder, which a `WORKDIR` would say"
    kind = ", a folder: what is copied lies in it." if value.endswith("/") or value in (".", "..") else "."
    many = len(instruction.sources) > 1 and not value.endswith("/") and value not in (".", "..")
    warning = "With several sources it must end in `/`." if many else ""
    return Hover(word.span, paragraphs(text + kind, warning))


def _heredoc(place: Place) -> Hover | None:
    for heredoc in place.instruction.heredocs:
        marks = (heredoc.span, heredoc.terminator)
        span = next((span for span in marks if span.start < span.end and span.contains(place.offset)), None)
        found = page(Book.WORDS, "heredoc")
        if span and found:
            return Hover(span, paragraphs(_heredoc_text(place, heredoc), found.markdown))
    return None


def _heredoc_text(place: Place, heredoc: Heredoc) -> str:
    first = place.line(heredoc.body.start)
    count = heredoc.text.count("\n")
    where = f"Lines {first} to {first + count - 1}" if count > 1 else f"Line {first}" if count else "No lines"
    how = "taken literally" if heredoc.quoted else "variables expanded"
    if not heredoc.quoted and not isinstance(place.instruction, Transfer):
        how = "variables expanded by the shell that runs them"
    return f"**{where}**, {how}" + (", leading tabs dropped." if heredoc.strips_tabs else ".")


def _command(place: Place, instruction: Instruction) -> Hover | None:
    command = getattr(instruction, "command", None)
    if not isinstance(command, ExecForm | ShellForm) or not command.span.contains(place.offset):
        return None
    is_exec = isinstance(command, ExecForm)
    if isinstance(instruction, Healthcheck) and (_is_none(instruction) or _starts_with_flag(command)):
        return None
    found = page(Book.WORDS, "exec form" if is_exec else "shell form")
    if isinstance(instruction, Shell):
        return _shell_word(place, instruction)
    own = "" if is_exec else _shell_warning(place, instruction, command)
    return Hover(command.span, paragraphs(own, found.markdown)) if found else None


def _shell_word(place: Place, instruction: Shell) -> Hover | None:
    """An option of the shell that SHELL names."""
    for word in instruction.command.items if instruction.command else ():
        if word.span.contains(place.offset):
            keys = (f"{program} {word.text}".strip() for program in ("set", "bash", ""))
            found = next((found for key in keys if (found := page(Book.COMMANDS, key))), None)
            return Hover(word.span, f"**{code(word.text)}**: {found.text}") if found else None
    return None


def _shell_warning(place: Place, instruction: Instruction, command: CommandForm) -> str:
    state = place.step.before if place.step else None
    shell = " ".join(state.shell) if state and state.shell else "/bin/sh -c"
    text = f"Runs as `{shell} …`"
    if isinstance(instruction, Healthcheck):
        return text + ": the image needs that shell."
    if isinstance(command, ShellForm) and command.text.startswith("exec "):
        text += ": `exec` replaces the shell, so that the program is process 1 and gets the signals."
    else:
        text += ": process 1 is the shell, and the signal of `docker stop` may never reach the program."
    if isinstance(instruction, Entrypoint):
        text += " `CMD` and the arguments of `docker run` are ignored."
    return text


def _is_none(instruction: Healthcheck) -> bool:
    return instruction.kind is not None and instruction.kind.text.upper() == "NONE"


def _starts_with_flag(command: CommandForm) -> bool:
    """A flag behind CMD is no flag any more, and there is nothing to tell about such a command."""
    return isinstance(command, ShellForm) and command.text.startswith("--")


def _expanded(place: Place, word: Word) -> str:
    """The word as the builder would read it at this step; as it is written where that cannot be known."""
    value = place.step.value(word.text) if place.step and not place.in_onbuild else None
    return word.text if value is None else value
