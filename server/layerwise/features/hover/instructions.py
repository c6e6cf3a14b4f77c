"""Hovers on keywords and on directives: what the instruction does, and what holds at this very step."""

from __future__ import annotations

from collections.abc import Iterator

from layerwise.build import Step
from layerwise.features.hover.markdown import Hover, code, lines, listed, paragraphs
from layerwise.features.place import Place, section_of
from layerwise.knowledge.manual import Book, page
from layerwise.syntax.tree import Assigning, Directive, Dockerfile, From, Healthcheck, Run, Transfer


def directive_hover(dockerfile: Dockerfile, offset: int) -> Hover | None:
    """A directive explains itself on its name, and its value where that is one of a few."""
    for directive in dockerfile.directives:
        if directive.span.contains(offset):
            return _directive(directive, offset)
    return None


def keyword_hover(place: Place) -> Hover | None:
    """The keyword of an instruction, also of one inside ONBUILD, and the words AS, CMD and NONE that belong to one."""
    instruction = place.instruction
    if instruction.keyword.span.contains(place.offset):
        found = page(Book.INSTRUCTIONS, instruction.name)
        return Hover(instruction.keyword.span, paragraphs(_here(place), found.markdown)) if found else None
    word, key = None, ""
    if isinstance(instruction, From):
        word, key = instruction.as_keyword, "AS"
    elif isinstance(instruction, Healthcheck):
        word, key = instruction.kind, f"HEALTHCHECK {instruction.kind.text.upper() if instruction.kind else ''}"
    if word and word.span.contains(place.offset) and (found := page(Book.WORDS, key)):
        return Hover(word.span, found.markdown)
    return None


def _directive(directive: Directive, offset: int) -> Hover | None:
    name, value = directive.name.text.lower(), directive.value.text
    if not (directive.name.span.contains(offset) or directive.value.span.contains(offset)):
        return None
    on_value = directive.value.span.contains(offset) and not directive.name.span.contains(offset)
    found = (page(Book.DIRECTIVES, f"{name}={value}") if on_value else None) or page(Book.DIRECTIVES, name)
    return Hover(directive.value.span if on_value else directive.name.span, found.markdown) if found else None


def _here(place: Place) -> str:
    """What holds at this step: a line above the page, empty where there is nothing to tell."""
    if place.in_onbuild:
        return "*Inside `ONBUILD`: happens in the build of an image that starts `FROM` this one.*"
    if place.step is None or place.stage is None:
        return ""
    facts = list(_facts(place, place.step))
    if not facts:
        return ""
    return "**Here:** " + "; ".join(facts) + "."


def _facts(place: Place, step: Step) -> Iterator[str]:
    instruction, state = place.instruction, step.before
    if isinstance(instruction, From):
        yield from _stage_facts(place)
    if isinstance(instruction, Run):
        yield from _run_facts(step)
    if isinstance(instruction, Transfer):
        yield from _transfer_facts(step)
    if isinstance(instruction, Assigning) and instruction.name in ("ARG", "ENV"):
        behind = _runs_behind(place)
        if behind:
            yield f"in the cache key of {len(behind)} later `RUN`{'s' if len(behind) > 1 else ''} ({lines(behind)})"
    if instruction.name in ("CMD", "ENTRYPOINT") and state.user:
        yield f"runs as {code(state.user)}"
    if instruction.name in ("CMD", "ENTRYPOINT") and state.workdir:
        yield f"in {code(state.workdir)}"


def _stage_facts(place: Place) -> Iterator[str]:
    stage = place.stage
    assert stage is not None
    facts = stage.facts
    count = len(place.analysis.build.stages)
    yield f"stage {facts.index}" + (f" {code(facts.name)}" if facts.name else "") + f" of {count}"
    if facts.is_final:
        yield "the one that becomes the image"
    elif facts.in_result:
        yield "the final image is built on it"
    elif facts.reachable:
        yield "its layers do not reach the final image"
    else:
        yield "nothing needs it: it is built with `--target` only"


def _run_facts(step: Step) -> Iterator[str]:
    state = step.before
    yield f"runs as {code(state.user)}" if state.user else "runs as the base image's user"
    if state.workdir:
        yield f"in {code(state.workdir)}"
    if state.shell:
        yield f"under {code(' '.join(state.shell))}"
    arguments = sorted(name for name, variable in state.args.items() if name not in state.env)
    if arguments:
        yield f"repeated when {listed([code(name) for name in arguments[:5]], 'or')} changes"
    if step.reads.context:
        yield f"reads {listed([code(path) for path in step.reads.context[:4]])} of the context"


def _transfer_facts(step: Step) -> Iterator[str]:
    reads = step.reads
    if reads.context:
        what = "the whole context" if "." in reads.context else listed([code(path) for path in reads.context[:4]])
        yield f"reads {what}"
    for name, paths in reads.stages:
        yield f"reads {listed([code(path) for path in paths[:4]])} of {code(name)}" if paths else f"reads {code(name)}"
    if step.writes:
        yield f"writes {listed([code(path) for path in step.writes[:4]])}"


def _runs_behind(place: Place) -> list[int]:
    """The lines of the RUNs that have the variables of this instruction in their cache key: all below it."""
    section = section_of(place.analysis, place.stage)
    starts = [section.span.start + start for start, node in section.layout.instructions if isinstance(node, Run)]
    return [place.line(start) for start in starts if start > place.offset]
