"""What may be written where the cursor is: the notations of the instruction, and the part that is being typed."""

from __future__ import annotations

from msgspec import Struct

from layerwise.engine import Analysis
from layerwise.features.place import instruction_behind
from layerwise.knowledge.signatures import DIRECTIVES, SIGNATURES, Signature
from layerwise.syntax.tree import Assigning, From, Healthcheck, Instruction, Onbuild
from layerwise.text import Span

_BLANK = " \t"


class SignatureHelp(Struct, frozen=True):
    """The notations that fit, the one that is meant, and the index of the part at the cursor."""

    signatures: tuple[Signature, ...]
    active_signature: int
    active_part: int


def signature_help(analysis: Analysis, offset: int) -> SignatureHelp | None:
    """Help for the instruction or directive that is being written; None where the cursor is not in its arguments."""
    directive = _directive(analysis, offset)
    if directive:
        return SignatureHelp((directive,), 0, 0)
    instruction = _instruction(analysis, offset)
    if instruction is None or offset <= instruction.keyword.span.end:
        return None
    line = analysis.lines.line_of(offset)
    if any(analysis.lines.line_of(comment.span.start) == line for comment in instruction.comments):
        return None
    if any(not heredoc.span.end >= offset for heredoc in instruction.heredocs):
        return None
    signatures = SIGNATURES.get(instruction.name, ())
    if not signatures:
        return None
    if _in_flags(instruction, offset):
        return SignatureHelp(signatures, 0, 0)
    part = _part(analysis, instruction, signatures[0].form, offset)
    return None if part is None else _help(signatures, *part)


def _help(signatures: tuple[Signature, ...], form: str, part: int) -> SignatureHelp:
    """The first notation of this form that is long enough is the one that is meant."""
    fitting = [index for index, each in enumerate(signatures) if each.form == form and part < len(each.parts)]
    return SignatureHelp(signatures, fitting[0] if fitting else 0, part)


def _directive(analysis: Analysis, offset: int) -> Signature | None:
    line = analysis.lines.span(analysis.lines.line_of(offset))
    for directive in analysis.dockerfile.directives:
        if directive.span.start >= line.start and directive.span.end <= line.end and offset > directive.name.span.end:
            return DIRECTIVES.get(directive.name.text.lower())
    before = Span(line.start, offset).of(analysis.text).strip()
    name = before.removeprefix("#").removesuffix("=").strip().lower()
    if before.startswith("#") and before.endswith("=") and offset <= analysis.dockerfile.prologue.end:
        return DIRECTIVES.get(name)
    return None


def _instruction(analysis: Analysis, offset: int) -> Instruction | None:
    """The instruction whose arguments the cursor is in or behind, also behind blanks at its end."""
    found = instruction_behind(analysis, offset)
    while isinstance(found, Onbuild) and found.trigger and offset > found.trigger.keyword.span.end:
        found = found.trigger
    return found


def _in_flags(instruction: Instruction, offset: int) -> bool:
    return bool(instruction.flags) and offset <= max(flag.span.end for flag in instruction.flags)


def _part(analysis: Analysis, instruction: Instruction, form: str, offset: int) -> tuple[str, int] | None:
    """The form that is written, and the part at the cursor."""
    written = Span(instruction.body.start, max(offset, instruction.body.start)).of(analysis.text)
    if written.lstrip(_BLANK).startswith("[") and form in ("words", "paths", "list", "json"):
        found = _json_part(form, written, analysis.text[offset:])
        if found or form == "json":
            return found
    if isinstance(instruction, Assigning):
        return _pair_part(instruction, offset)
    if isinstance(instruction, From):
        return form, _image_part(instruction, offset)
    if isinstance(instruction, Healthcheck):
        return _health_part(instruction, offset)
    if form == "user":
        return form, int(":" in written)
    index = sum(word.span.end < offset for word in instruction.arguments)
    if written.startswith("["):
        index = len(written.split())
    if form == "words":
        return form, min(index, 2)
    if form == "list":
        return form, min(index, 1)
    if form == "paths":
        last = max(len(instruction.arguments) - 1, index)
        return form, 1 if index == 0 else 3 if index == last else 2
    return form, 0


def _json_part(form: str, written: str, rest: str) -> tuple[str, int] | None:
    """The tree does not know an array that is only begun: its commas are counted here, those in strings left out.

    None behind the end of the array, where it is none any more.
    """
    commas, quoted, closed, escaped = 0, False, False, False
    for character in written.lstrip(_BLANK)[1:]:
        if closed:
            return None
        if character == '"' and not escaped:
            quoted = not quoted
        commas += character == "," and not quoted
        closed = character == "]" and not quoted
        escaped = character == "\\" and not escaped
    if form == "paths":
        place = 5 if closed else 2 if commas == 0 else 3 if _commas(rest) and rest.strip(_BLANK) != "," else 4
        return "json paths", place
    if form == "list":
        return "json list", 3 if closed else 1 if commas == 0 else 2
    return "json", 4 if closed else min(commas + 1, 3)


def _commas(rest: str) -> int:
    line = rest.partition("\n")[0].partition("]")[0]
    return line.count(",")


def _pair_part(instruction: Assigning, offset: int) -> tuple[str, int]:
    pairs = instruction.pairs
    index = next((at for at, pair in enumerate(pairs) if pair.span.contains(offset)), None)
    if index is None:
        index = sum(pair.span.end < offset for pair in pairs)
    if instruction.name == "ARG":
        return "pairs", int(bool(pairs) and offset > pairs[0].key.span.end)
    if pairs and pairs[0].legacy:
        return "legacy", int(offset > pairs[0].key.span.end)
    later = 2 if index else 0
    return "pairs", later + int(index < len(pairs) and offset > pairs[index].key.span.end)


def _image_part(instruction: From, offset: int) -> int:
    words = instruction.arguments
    index = sum(word.span.end < offset for word in words)
    if index == 0:
        image = instruction.image or (words[0] if words else None)
        name = image.text if image else ""
        slash = name.rfind("/") + 1
        ends = [at for at in (name.find(":", slash), name.find("@", slash)) if at >= 0]
        return int(bool(image and ends and offset > image.at(min(ends))))
    return min(index + 1, 3)


def _health_part(instruction: Healthcheck, offset: int) -> tuple[str, int] | None:
    words = instruction.arguments
    if not words or words[0].span.start >= offset:
        return "health", 0
    if words[0].span.contains(offset):
        return "health", int("CMD".startswith(words[0].text.upper()))
    if words[0].text.upper() == "CMD" and not (len(words) > 1 and words[1].text.startswith("--")):
        return "health", 2
    return None
