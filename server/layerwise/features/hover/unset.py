"""Why a variable has no value at a place, and why one stays as it is written."""

from __future__ import annotations

from layerwise.features.hover.markdown import code
from layerwise.features.place import Place
from layerwise.features.variables import Definition, definitions, global_arg
from layerwise.knowledge.manual import Book, page
from layerwise.shell.tree import Around, Command
from layerwise.syntax.tree import Cmd, Entrypoint, ExecForm, From, Healthcheck, Run
from layerwise.syntax.words import VariableUse

PLATFORM_ARGS = frozenset(
    f"{side}{part}" for side in ("TARGET", "BUILD") for part in ("PLATFORM", "OS", "ARCH", "VARIANT")
)
_PROXIES = frozenset(f"{kind}_proxy" for kind in ("http", "https", "ftp", "all", "no"))
_DECLARING = frozenset({"export", "read", "local", "declare", "readonly", "typeset", "printf"})


def why_unset(place: Place, use: VariableUse) -> str:
    """A sentence or two; empty where nothing certain can be told, as for most variables of a shell."""
    return _out_of_scope(place, use.name) or _defined_elsewhere(place, use.name) or _unknown(place, use.name)


def why_unexpanded(place: Place, use: VariableUse) -> str:
    """Why nobody expands the variable; empty when somebody does."""
    script = place.step.script if place.step else None
    in_exec_form = isinstance(getattr(place.instruction, "command", None), ExecForm)
    if in_exec_form and not _in_inner_script(place, use):
        return f"{code(written(place, use))} stays as it is: in exec form no shell expands it."
    around = [command for command in (script.commands if script else ()) if command.span.encloses(use.span)]
    inner = min(around, key=lambda command: command.span.end - command.span.start, default=None)
    for word in inner.words if inner else ():
        if word.span.encloses(use.span) and word.value is not None and "$" in word.value:
            return f"{code(written(place, use))} stays as it is: the quotes keep the shell from expanding it."
    return ""


def written(place: Place, use: VariableUse) -> str:
    """The use as it stands, without continuations in it."""
    text = use.span.of(place.analysis.text)
    if "\n" not in text and "\r" not in text:
        return text
    return "${" + use.name + use.modifier + "…}" if use.modifier else "$" + use.name


def _in_inner_script(place: Place, use: VariableUse) -> bool:
    """Whether the use stands in the script that an exec form hands to a shell: ``["sh", "-c", "echo $X"]``."""
    script = place.step.script if place.step else None
    commands = script.commands if script else ()
    return any(Around.NESTED in each.within and each.span.encloses(use.span) for each in commands)


def set_by_shell(place: Place, name: str) -> str:
    """Where the script of this instruction sets the variable; empty when it does not."""
    script = place.step.script if place.step else None
    for command in script.commands if script else ():
        if any(each.name == name for each in command.assignments) or _declares(command, name):
            line = place.line(command.span.start)
            return f"The shell sets it on line {line}. It is gone with this `{place.instruction.name}`."
    return ""


def _declares(command: Command, name: str) -> bool:
    if not command.words or command.program not in _DECLARING:
        return False
    return any((word.value or word.text).partition("=")[0] == name for word in command.arguments)


def _out_of_scope(place: Place, name: str) -> str:
    if isinstance(place.outer, From):
        return ""
    source = global_arg(place.analysis, name)
    if source and place.stage:
        return (
            f"`ARG {name}` on line {place.line(source.pair.span.start)} stands before the first `FROM`, "
            f"and only `FROM` lines see it. Declare it in this stage too: `ARG {name}`"
        )
    if name in PLATFORM_ARGS and place.stage:
        return f"The builder sets it, and a stage sees it after `ARG {name}`."
    return ""


def _defined_elsewhere(place: Place, name: str) -> str:
    found = list(definitions(place.analysis, name))
    if not found or not all(each.is_whole for each in found):
        return ""
    own = [each for each in found if _index(each) == (place.stage.facts.index if place.stage else -1)]
    if own and not isinstance(place.outer, From):
        return f"{_named(place, own[0], name)} comes after it."
    first = found[0]
    if isinstance(place.outer, From):
        return f"{_named(place, first, name)} is of no use here: a `FROM` sees only `ARG`s above the first `FROM`."
    if first.stage is None:
        return f"{_named(place, first, name)} has no effect: only `ARG` may stand before the first `FROM`."
    where = code(first.stage.name) if first.stage.name else str(_index(first))
    return f"{_named(place, first, name)} belongs to stage {where}, which this stage is not built on."


def _unknown(place: Place, name: str) -> str:
    if any(not each.is_whole for each in definitions(place.analysis, name)):
        return ""
    if name.lower() in _PROXIES and isinstance(place.instruction, Run):
        return f"Every `RUN` sees it when the build is given `--build-arg {name}=…`."
    if isinstance(place.instruction, Run):
        return "Nothing in this file sets it; the base image may." if page(Book.VARIABLES, name) else ""
    if isinstance(place.instruction, Cmd | Entrypoint | Healthcheck):
        return "Nothing in this file sets it; the base image may, or `docker run -e`."
    return "Nothing in this file sets it. Unless the base image does, it is empty."


def _index(definition: Definition) -> int:
    return definition.stage.facts.index if definition.stage else -1


def _named(place: Place, definition: Definition, name: str) -> str:
    return f"`{definition.keyword} {name}` on line {place.line(definition.pair.span.start)}"
