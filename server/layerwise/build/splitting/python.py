"""Where the packages of a Python project lie: an environment, or the folders that all projects share.

Knows how pip, uv, poetry and pipenv decide that. What can't be known is refused.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from layerwise.build.dependencies.folders import Placed, absolute, is_within
from layerwise.build.model import Stage, Step
from layerwise.build.package_names import package_name
from layerwise.build.splitting.contract import Carried, UnsplittableError
from layerwise.build.splitting.interpreted import refuse_mounted, trees
from layerwise.build.splitting.starting import Start
from layerwise.build.splitting.traffic import Traffic
from layerwise.syntax.tree import Heredoc, Transfer
from layerwise.text.patterns import regex

_MINOR = regex(r"(\d+\.\d+)")
_INTERPRETER = regex(r"python\d*(?:\.\d+)?")
_INSTALLERS = frozenset({"pip", "setuptools", "wheel", "poetry", "pipenv", "uv", "virtualenv", "build"})
"""Packages that only install others."""
_RUNNERS = ("poetry", "pipenv", "uv", "uvx")
_ELSEWHERE = ("--target", "-t", "--prefix", "--root")
_YES = ("1", "true", "yes")


def python(
    image: str, stage: Stage, start: Start, runs: Mapping[int, Traffic], last: int, sources: Sequence[str]
) -> Carried:
    """Environments, or where packages are installed otherwise; and the folders of the project."""
    project = list(sources) if start.program in _RUNNERS else trees(stage, last, sources)
    notes = ["what runs uses no library or program that only the full image has"] if image else []
    steps = [(stage.steps[index], placed) for index, run in runs.items() for placed in run.commands]
    settings = _Settings(stage, [placed for _, placed in steps])
    paths: list[str] = []
    is_shared = start.program in _RUNNERS and not _brought(stage, start.program)
    for step, placed in steps:
        found = list(settings.environments(step, placed))
        paths += [path for path in found if path]
        is_shared = is_shared or "" in found
        if _is_editable(placed) and not any(is_within(placed.folder or "/?", each) for each in project):
            raise UnsplittableError("the project is installed as a link to its source")
    if any(placed.command.program == "uv" for _, placed in steps) and not is_shared:
        notes.append("uv takes the Python of the image")
    if is_shared:
        paths += _shared(stage)
        notes.append("its packages install nothing but modules and programs")
    if not paths:
        raise UnsplittableError("where its packages are installed is not known")
    paths += _brought(stage, start.program)
    refuse_mounted(stage, paths)
    return Carried([*dict.fromkeys(paths), *project], notes)


class _Settings:
    """How the tools are set up, by variables and by commands of their own."""

    def __init__(self, stage: Stage, commands: Sequence[Placed]) -> None:
        self._home = "/root" if (stage.steps[-1].after.user or "root").partition(":")[0] in ("root", "0") else None
        self._poetry = {
            words[1]: words[2]
            for words in map(_words, commands)
            if words[:1] == ["config"] and len(words) > 2 and words[1].startswith("virtualenvs.")
        }

    def environments(self, step: Step, placed: Placed) -> Iterator[str]:
        """The folders that a command fills with packages; an empty text for those that all projects share."""
        words, folder, program = _words(placed), placed.folder or "/?", placed.command.program
        if _INTERPRETER.fullmatch(program) and words[:2] == ["-m", "pip"]:
            program, words = "pip", words[2:]
        if (_INTERPRETER.fullmatch(program) and words[:2] == ["-m", "venv"]) or program == "virtualenv":
            operands = [word for word in words if not word.startswith("-") and word != "venv"]
            yield _path(operands[-1] if operands else "", folder)
        elif program == "uv":
            yield from self._uv(step, placed, words, folder)
        elif program == "poetry" and words[:1] in (["install"], ["sync"], ["add"]):
            yield self._own(step, placed, folder, "POETRY_VIRTUALENVS_CREATE", "POETRY_VIRTUALENVS_IN_PROJECT")
        elif program == "pipenv" and words[:1] in (["install"], ["sync"]):
            shared = "--system" in words
            yield "" if shared else self._own(step, placed, folder, "", "PIPENV_VENV_IN_PROJECT")
        elif re.fullmatch(r"pip\d*(?:\.\d+)?", program) and "install" in words:
            yield from self._pip(step, placed, words, folder)

    def _own(self, step: Step, placed: Placed, folder: str, create: str, inside: str) -> str:
        is_poetry = bool(create)
        made = self._poetry.get("virtualenvs.create") if is_poetry else None
        if is_poetry and (made or _variable(step, placed, create) or "true").lower() not in _YES:
            return self._active(step) or ""
        active = self._active(step)
        if active:
            return active
        within = (self._poetry.get("virtualenvs.in-project") if is_poetry else None) or _variable(step, placed, inside)
        if (within or "").lower() not in _YES:
            name = placed.command.program
            raise UnsplittableError(f"`{name}` makes an environment in a folder whose name is not known")
        return _path(".venv", folder)

    def _uv(self, step: Step, placed: Placed, words: list[str], folder: str) -> Iterator[str]:
        if words[:1] == ["python"]:
            raise UnsplittableError("`uv python` installs an interpreter of its own")
        if words[:1] == ["venv"]:
            operands = [word for word in words[1:] if not word.startswith("-")]
            yield _path(operands[-1] if operands else ".venv", folder)
        elif words[:1] in (["sync"], ["add"], ["run"]):
            yield _path(_variable(step, placed, "UV_PROJECT_ENVIRONMENT") or ".venv", folder)
        elif words[:2] == ["tool", "install"]:
            raise UnsplittableError("`uv tool` installs to a folder of its own")
        elif words[:2] in (["pip", "install"], ["pip", "sync"]):
            is_shared = "--system" in words or (_variable(step, placed, "UV_SYSTEM_PYTHON") or "").lower() in _YES
            named = list(_named(words, folder, self._home))
            yield from named or ([""] if is_shared else [self._active(step) or _path(".venv", folder)])

    def _pip(self, step: Step, placed: Placed, words: list[str], folder: str) -> Iterator[str]:
        named = list(_named(words, folder, self._home))
        tool = placed.command.words[placed.command.start].value or ""
        if named:
            yield from named
        elif "/bin/" in tool and posixpath.dirname(tool) not in ("/usr/local/bin", "/usr/bin", "/bin"):
            yield _path(posixpath.dirname(posixpath.dirname(tool)), folder)
        elif active := self._active(step):
            yield active
        elif not _installs_installers(words):
            yield ""

    def _active(self, step: Step) -> str:
        """The environment that is in force by a variable."""
        named = step.before.lookup("VIRTUAL_ENV")
        if named is not None and named.value:
            return named.value
        search = step.before.lookup("PATH")
        first = (search.value or "").partition(":")[0] if search is not None else ""
        return posixpath.dirname(first) if first.endswith("/bin") and first.count("/") > 1 and _is_own(first) else ""


def _is_own(folder: str) -> bool:
    return folder not in ("/usr/local/bin", "/usr/bin", "/usr/local/sbin") and not folder.startswith("/root/")


def _words(placed: Placed) -> list[str]:
    return [word.value or word.text for word in placed.command.arguments]


def _variable(step: Step, placed: Placed, name: str) -> str | None:
    for each in placed.command.assignments:
        if each.name == name and each.value is not None:
            return each.value.value
    found = step.before.lookup(name) if name else None
    return found.value if found is not None else None


def _path(text: str, folder: str) -> str:
    path = absolute(text, folder) if text and "$" not in text else None
    if path is None or path.startswith("/?"):
        raise UnsplittableError("where its packages are installed is not known")
    return path


def _named(words: Sequence[str], folder: str, home: str | None) -> Iterator[str]:
    """The folder that options of pip name."""
    for word, following in pairwise([*words, ""]):
        flag, equals, value = word.partition("=")
        if flag in _ELSEWHERE:
            yield _path(value if equals else following, folder)
        elif flag == "--user":
            if home is None:
                raise UnsplittableError("pip installs below the home of a user, which is not known")
            yield f"{home}/.local"


def _installs_installers(words: Sequence[str]) -> bool:
    names = [package_name(word) for word in words if not word.startswith("-") and word != "install"]
    return bool(names) and _INSTALLERS.issuperset(names)


def _is_editable(placed: Placed) -> bool:
    words = _words(placed)
    return "install" in words and any(word in ("-e", "--editable") for word in words)


def _shared(stage: Stage) -> list[str]:
    image = stage.facts.image
    match = _MINOR.match(image.tag if image is not None else "")
    if match is None:
        raise UnsplittableError(f"the tag of `{image.text if image else ''}` does not say where its packages lie")
    return [f"/usr/local/lib/python{match[1]}/site-packages", "/usr/local/bin"]


def _brought(stage: Stage, program: str) -> list[str]:
    """Where a program lies that is copied from another image."""
    found = []
    for step in stage.steps:
        instruction = step.instruction
        if not isinstance(instruction, Transfer) or instruction.flag("from") is None:
            continue
        target = step.value(instruction.destination.text) if instruction.destination else None
        for source in instruction.sources:
            if isinstance(source, Heredoc) or posixpath.basename(source.text) != program or target is None:
                continue
            path = absolute(target, step.before.workdir or "/") or "/"
            is_folder = target.endswith("/") or len(instruction.sources) > 1
            found.append(posixpath.join(path, program) if is_folder else path)
    return found
