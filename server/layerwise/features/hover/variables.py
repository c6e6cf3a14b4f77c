"""Hovers on variables: the value in force, where it comes from, and what a definition is good for."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from layerwise.build import Origin, Stage, Variable
from layerwise.build.values import expanded
from layerwise.features.hover.markdown import Hover, block, code, lines, paragraphs, shortened
from layerwise.features.hover.unset import PLATFORM_ARGS, set_by_shell, why_unexpanded, why_unset, written
from layerwise.features.place import Place
from layerwise.features.variables import (
    BY_SHELL,
    Definition,
    definition_at,
    global_arg,
    key_of,
    meaning,
    use_at,
    uses_in,
)
from layerwise.knowledge.manual import Book, page
from layerwise.syntax.tree import Cmd, Entrypoint, ExecForm, From, Healthcheck, Label
from layerwise.syntax.words import VariableUse, unquote

_ENOUGH = 40
"""How many uses are looked for: nobody reads more, and a large file should not make a hover late."""
_MODIFIERS = {
    ":-": "`{0}` when it is unset or empty",
    "-": "`{0}` when it is unset",
    ":+": "`{0}` when it is set and not empty, else nothing",
    "+": "`{0}` when it is set, else nothing",
    ":?": "the build fails with `{0}` when it is unset or empty",
    "?": "the build fails with `{0}` when it is unset",
    "#": "without the shortest `{0}` at the start",
    "##": "without the longest `{0}` at the start",
    "%": "without the shortest `{0}` at the end",
    "%%": "without the longest `{0}` at the end",
    "/": "the first `{0}` replaced (pattern/replacement)",
    "//": "every `{0}` replaced (pattern/replacement)",
}


def variable_hover(place: Place) -> Hover | None:
    """A variable where it is used or defined; a well-known one also says what it is for."""
    label = _label(place)
    if label:
        return label
    definition = definition_at(place)
    if definition:
        return _defined(place, definition) if definition.is_whole else None
    use = use_at(place)
    if use is None or not use.name.strip("_"):
        return None
    text = _text(place, use)
    if not text:
        return None
    return Hover(use.span, paragraphs(text, _modifier(place, use), _about(use.name)))


def _text(place: Place, use: VariableUse) -> str:
    in_force = _in_force(place, use)
    unread = why_unexpanded(place, use)
    if unread:
        in_exec_form = isinstance(getattr(place.instruction, "command", None), ExecForm)
        return paragraphs(unread, in_force) if in_force or in_exec_form else ""
    return in_force or _unset(place, use)


def _defined(place: Place, definition: Definition) -> Hover:
    name = key_of(definition.pair, place.escape)
    return Hover(
        definition.pair.key.span,
        paragraphs(
            _headline(name, _value_given(place, definition)),
            _role(place, definition, name),
            _shadows(place, definition, name),
            _used(place, definition, name),
            _about(name),
        ),
    )


def _role(place: Place, definition: Definition, name: str) -> str:
    if definition.is_env:
        return "`ENV`: in the environment of the later steps, and of every container of the image."
    if definition.stage is None:
        return f"Global `ARG`: visible in `FROM` lines. A stage that needs it repeats `ARG {name}` without a value."
    if definition.pair.value is None:
        source = global_arg(place.analysis, name)
        if source:
            return f"`ARG`: brings in the global one of line {place.line(source.pair.span.start)}."
        if name in PLATFORM_ARGS:
            return "`ARG`: brings in what the builder sets."
        return f"`ARG` without a default: unset unless the build is given `--build-arg {name}=…`."
    return f"`ARG`: a default for the build, replaced by `--build-arg {name}=…`; gone when the container runs."


def _shadows(place: Place, definition: Definition, name: str) -> str:
    """What the name meant before, and whether that still holds."""
    before = meaning(place, name)
    if before is None:
        return ""
    line = place.line(before.pair.span.start)
    if before.is_env and not definition.is_env:
        return f"**No effect:** `ENV {name}` on line {line} wins over any `ARG` of that name."
    return f"Replaces `{before.keyword} {name}` of line {line}."


def _used(place: Place, definition: Definition, name: str) -> str:
    uses = (
        place.line(use.span.start)
        for stage in _heirs(place, definition)
        for instruction, use in uses_in(place.analysis, stage, name)
        if use.span.start > definition.pair.span.end and (definition.stage or isinstance(instruction, From))
    )
    found = list(islice(uses, _ENOUGH))
    if found:
        return f"Used on {lines(found, and_more=len(found) == _ENOUGH)}."
    if definition.is_env:
        return ""
    if definition.stage is None:
        return "No `FROM` line uses it."
    return "No instruction names it, yet it is in the cache key of the later `RUN`s."


def _heirs(place: Place, definition: Definition) -> Iterator[Stage | None]:
    """The stages that see a definition."""
    if definition.stage is None:
        yield None
        yield from place.analysis.build.stages
        return
    seen = {definition.stage.facts.index}
    yield definition.stage
    for stage in place.analysis.build.stages[definition.stage.facts.index + 1 :]:
        if stage.parent in seen:
            seen.add(stage.facts.index)
            yield stage


def _in_force(place: Place, use: VariableUse) -> str:
    """The value of a variable that is set here, and where it comes from; empty when it is not set."""
    variable = _variable(place, use.name)
    found = meaning(place, use.name)
    if found is None and variable is None:
        return ""
    if found and not found.is_whole:
        return ""
    value = variable.value if variable else _value_given(place, found) if found else None
    return paragraphs(
        _headline(use.name, value),
        _origin(place, variable, found),
        _at_run_time(place, found) if found else "",
    )


def _variable(place: Place, name: str) -> Variable | None:
    if isinstance(place.outer, From):
        return place.analysis.build.global_args.get(name)
    return place.step.before.lookup(name) if place.step else None


def _origin(place: Place, variable: Variable | None, found: Definition | None) -> str:
    if found is None:
        return "Set by the base image." if variable and variable.origin is Origin.IMAGE else "Set by the builder."
    where = f"`{found.keyword}` on line {place.line(found.pair.span.start)}{_elsewhere(place, found)}"
    if found.is_env:
        return where + "."
    name = key_of(found.pair, place.escape)
    if found.pair.value is not None:
        return f"{where}. Replaced by `--build-arg {name}=…`."
    source = global_arg(place.analysis, name) if found.stage else None
    if source:
        line = place.line(source.pair.span.start)
        return f"{where}, which brings in the global one of line {line}. Replaced by `--build-arg {name}=…`."
    if name in PLATFORM_ARGS:
        return where + ", set by the builder."
    return f"{where}, without a default: unset unless the build is given `--build-arg {name}=…`."


def _elsewhere(place: Place, found: Definition) -> str:
    if found.stage is None or place.stage is None or found.stage.facts.index == place.stage.facts.index:
        return ""
    return f", in stage {code(found.stage.name)}" if found.stage.name else f", in stage {found.stage.facts.index}"


def _at_run_time(place: Place, found: Definition) -> str:
    if found.is_env or not isinstance(place.instruction, Cmd | Entrypoint | Healthcheck):
        return ""
    name = key_of(found.pair, place.escape)
    return (
        "**Not set here:** this runs in the container, and an `ARG` is for the build alone. "
        f"`ENV {name}=${name}` keeps it."
    )


def _unset(place: Place, use: VariableUse) -> str:
    local = set_by_shell(place, use.name)
    if local:
        return paragraphs(f"**{code(use.name)}**", local)
    reason = why_unset(place, use)
    return paragraphs(f"**{code(use.name)}** is not set here.", reason) if reason else ""


def _modifier(place: Place, use: VariableUse) -> str:
    template = _MODIFIERS.get(use.modifier)
    if not template:
        return ""
    whole = written(place, use)
    word = whole[whole.index(use.modifier, 2 + len(use.name)) + len(use.modifier) : -1]
    text = f"{code(whole)}: " + template.format(word or " ")
    if isinstance(place.instruction, BY_SHELL):
        return text + "."
    result = None
    if isinstance(place.outer, From):
        result = expanded(whole, place.analysis.build.global_args.get, place.escape)
    elif place.step and not place.in_onbuild:
        result = place.step.value(whole)
    return f"{text}." if result is None else f"{text}. Here: {code(shortened(result))}"


def _value_given(place: Place, definition: Definition) -> str | None:
    """The value that a definition gives, as the build knows it, else as it is written."""
    name = key_of(definition.pair, place.escape)
    if definition.stage is None:
        known = place.analysis.build.global_args.get(name)
        if known:
            return known.value
    for step in definition.stage.steps if definition.stage and not place.in_onbuild else ():
        if step.key is definition.instruction.key and step.span == definition.instruction.span:
            kept = (step.after.env if definition.is_env else step.after.args).get(name)
            return kept.value if kept else None
    return unquote(definition.pair.value.text, place.escape) if definition.pair.value else None


def _headline(name: str, value: str | None) -> str:
    if value is None:
        return f"**{code(name)}**"
    if "\n" in value:
        return f"**{code(name)}**:\n\n{block(shortened(value, 400), 'text')}"
    return f"**{code(name)}** = {code(shortened(value))}"


def _about(name: str) -> str:
    found = page(Book.VARIABLES, name)
    return found.markdown if found else ""


def _label(place: Place) -> Hover | None:
    """A key of LABEL that has a meaning by convention."""
    for pair in place.instruction.pairs if isinstance(place.instruction, Label) else ():
        if pair.key.span.contains(place.offset):
            key = key_of(pair, place.escape)
            found = page(Book.LABELS, key)
            return Hover(pair.key.span, paragraphs(f"**{code(key)}**", found.markdown)) if found else None
    return None
