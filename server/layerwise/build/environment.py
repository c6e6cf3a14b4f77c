"""The environment of one command of a RUN: what is in force at the step, and what the script has set before it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from layerwise.build.model import State, Step
from layerwise.knowledge.packages import Folder
from layerwise.shell.tree import Assignment, Command, ShellWord
from layerwise.text.patterns import regex

_VARIABLE = regex(r"\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(?::?-([^}]*))?\})")
_BRACES = regex(r"\{([^{}]*,[^{}]*)\}")
_ASSIGNMENT = regex(r"([A-Za-z_]\w*)=(.*)", re.DOTALL)


class Environment:
    """The environment variables that a command sees, the command's own assignments included."""

    def __init__(self, step: Step, command: Command) -> None:
        self._step = step
        self._command = command
        self._set = dict(self._made(step, command))

    def __contains__(self, name: str) -> bool:
        if name in self._set:
            return self._set[name] is not _UNSET
        return name in self._step.before.scope

    def get(self, name: str) -> str | None:
        """The value; None when there is no such variable, or none whose value can be known."""
        if name in self._set:
            value = self._set[name]
            return value if isinstance(value, str) else None
        variable = self._step.before.scope.get(name)
        return variable.value if variable else None

    @property
    def home(self) -> str | None:
        """The home folder of the user who runs the step, None when it can't be known."""
        return self.get("HOME") or home_of(self._step.before)

    def place(self, folder: Folder) -> str | None:
        """Where a folder of the table lies, as an absolute path; with a leading ``~`` when the home folder is unknown.

        None when a variable whose value can't be known moves it.
        """
        for name, rest in folder.moved_by:
            if name in self:
                value = self.get(name)
                if value is None:
                    return None
                if value:
                    return posixpath.normpath(value + rest)
        path = folder.of_users if folder.of_users and self.home != "/root" else folder.path
        if path.startswith("~/") and self.home is not None:
            return posixpath.normpath(self.home + path[1:])
        return path

    def paths(self, word: ShellWord, *, braces: bool) -> list[str]:
        """The absolute paths that a word names, globs left in them; those of unknown place are left out.

        :param braces: the shell expands braces, as bash does, and neither dash nor ash.
        """
        if word.value is not None:
            texts = [word.value]
        else:
            text = word.text.replace('"', "").replace("'", "")
            texts = _alternatives(text) if braces else [text]
        found = [self._absolute(self._with_values(each)) for each in texts]
        return [path for path in found if path]

    def _with_values(self, text: str) -> str | None:
        unknown = False

        def value(match: re.Match[str]) -> str:
            nonlocal unknown
            name, default = match.group(1) or match.group(2), match.group(3)
            known = self.home if name == "HOME" else self.get(name)
            if known is None and default is not None and name not in self:
                known = default
            unknown = unknown or known is None
            return known or ""

        result = _VARIABLE.sub(value, text)
        return None if unknown or "$" in result or "`" in result else result

    def _absolute(self, path: str | None) -> str | None:
        if not path:
            return None
        if path == "~" or path.startswith("~/"):
            path = (self.home or "~") + path[1:]
        elif path.startswith("~root"):
            path = "/root" + path[5:]
        elif not path.startswith("/"):
            workdir = self._step.before.workdir
            return posixpath.normpath(posixpath.join(workdir, path)) if workdir else None
        return posixpath.normpath(path)

    def _made(self, step: Step, command: Command) -> Iterator[tuple[str, object]]:
        """What the script has set before the command, in order, then what stands before the command itself."""
        made = step.once(_made_by_script)
        if made:
            at = command.span.start - step.span.start
            yield from ((name, value) for start, name, value in made if start < at)
        yield from ((assignment.name, _value(assignment)) for assignment in command.assignments)
        for word in command.words[: command.start]:
            match = _ASSIGNMENT.fullmatch(word.text)
            if match:
                value = word.value
                yield match.group(1), None if value is None else value.partition("=")[2]


_UNSET = object()


def _made_by_script(step: Step) -> tuple[tuple[int, str, object], ...]:
    """The variables that the commands of a script set for those behind them: where, the name, the value."""
    found: list[tuple[int, str, object]] = []
    exported = set(step.before.scope)
    for command in step.script.commands if step.script else ():
        start = command.span.start
        if command.program in ("export", "declare", "typeset"):
            named = {assignment.name for assignment in command.assignments}
            exported |= named | {word.value for word in command.arguments if word.value}
        if command.program == "unset":
            found += [(start, word.value, _UNSET) for word in command.arguments if word.value]
        elif command.program == "read":
            found += [(start, word.value, None) for word in command.arguments if word.value in exported]
        elif not command.words or command.program in ("export", "declare", "typeset"):
            found += [(start, each.name, _value(each)) for each in command.assignments if each.name in exported]
    return tuple(found)


def _value(assignment: Assignment) -> str | None:
    return "" if assignment.value is None else assignment.value.value


def home_of(state: State) -> str | None:
    """The home folder of the user in force, which the runtime reads from ``/etc/passwd``; None when it is unknown."""
    user = (state.user or "root").partition(":")[0]
    if user in ("root", "0"):
        return "/root"
    for account in state.accounts.values():
        if user in (account.name, account.uid):
            return account.home or f"/home/{account.name}"
    return None


def _alternatives(text: str) -> list[str]:
    """``/var/lib/{apt,dpkg}/x`` as bash expands it."""
    match = _BRACES.search(text)
    if match is None:
        return [text]
    rest = _alternatives(text[match.end() :])
    return [text[: match.start()] + part + end for part in match.group(1).split(",") for end in rest]
