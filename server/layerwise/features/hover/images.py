"""Hovers on images and stages: what an image is, what the parts of its tag mean, and where a stage is defined."""

from __future__ import annotations

from collections.abc import Iterator

from layerwise.build import ImageName, Stage
from layerwise.build.images import image_name
from layerwise.features.hover.markdown import Hover, code, lines, paragraphs
from layerwise.features.images import image_address
from layerwise.features.place import Place
from layerwise.features.stages import Reference, alias_at, reference_at, references_to
from layerwise.knowledge.manual import Book, Page, page
from layerwise.syntax.tree import Copy, From, Word

_DIGEST = "exactly this content, whatever becomes of the tag. A person, Renovate or Dependabot has to update it"
_PLATFORM_OWNERS = frozenset(
    {"amd64", "arm64v8", "arm32v7", "arm32v6", "arm32v5", "i386", "ppc64le", "s390x", "riscv64"}
)
"""Owners under which Docker Hub keeps the official images of one platform: ``arm64v8/alpine``."""
_SHORT_DIGEST = len("sha256:") + 12


def image_hover(place: Place) -> Hover | None:
    """The image of a FROM, or the name that the stage gets behind AS."""
    instruction = place.instruction
    if not isinstance(instruction, From):
        return None
    stage = alias_at(place)
    if stage and instruction.alias:
        return Hover(instruction.alias.span, _alias(place, stage))
    reference = reference_at(place)
    return _answer(place, reference) if reference else None


def reference_hover(place: Place, word: Word) -> Hover | None:
    """The stage or image that ``--from`` or a mount's ``from`` names."""
    index = place.stage.facts.index if place.stage else -1
    return _answer(place, Reference(word, place.instruction, index))


def image_text(image: ImageName, *, variant_matters: bool = True) -> str:
    """What is known of an image, from its name and tag."""
    found = _page(image)
    title = f"**{code(image.text)}**"
    about = found.text if found else _unknown(image)
    link = f"[{image.name}]({found.link})" if found else image_link(image)
    return paragraphs(title, "\n".join(_tag_lines(image)) if variant_matters else None, about, link)


def image_link(image: ImageName) -> str:
    address = image_address(image)
    return f"[{image.name}]({address})" if address else ""


def _answer(place: Place, reference: Reference) -> Hover | None:
    span = reference.word.span
    if place.in_onbuild:
        return Hover(span, "A stage, image or named context of the build that starts `FROM` this image.")
    stage = reference.target(place.analysis)
    if stage:
        return Hover(span, _stage(place, stage))
    if reference.word.text.lower() == "scratch" and isinstance(reference.instruction, From):
        found = page(Book.WORDS, "scratch")
        return Hover(span, found.markdown) if found else None
    image = _image(place, reference)
    if image is None or not image.repository:
        return None
    note = "" if isinstance(reference.instruction, From) else _not_a_stage(reference)
    return Hover(span, paragraphs(note, image_text(image)))


def _image(place: Place, reference: Reference) -> ImageName | None:
    if isinstance(reference.instruction, From) and place.stage and place.stage.parent is None:
        return place.stage.facts.image
    return image_name(reference.word.text)


def _not_a_stage(reference: Reference) -> str:
    kind = "`--from`" if isinstance(reference.instruction, Copy) else "`from`"
    return f"No stage above has this name, so {kind} takes the image (or a named context of the call)."


def _stage(place: Place, stage: Stage) -> str:
    name = code(stage.name) if stage.name else str(stage.facts.index)
    head = f"Stage **{name}**, line {place.line(stage.span.start)}"
    from_ = stage.from_.span.of(place.analysis.text)
    facts = stage.facts
    below = ""
    if facts.is_scratch:
        below = "Built on `scratch`."
    elif facts.image:
        below = f"Built on {code(facts.image.text)}."
    state = stage.steps[-1].after
    ends = [f"user {code(state.user)}" if state.user else "", f"folder {code(state.workdir)}" if state.workdir else ""]
    end = " and ".join(part for part in ends if part)
    return paragraphs(head, f"```dockerfile\n{from_}\n```", below + (f" Ends with {end}." if end else ""))


def _alias(place: Place, stage: Stage) -> str:
    name = code(stage.name or "")
    used = [place.line(each.word.span.start) for each in references_to(place.analysis, stage)]
    if used:
        use = f"Used on {lines(used)}."
    elif stage.facts.is_final:
        use = f"The last stage: what `docker build` makes. `--target {stage.name}` names it."
    else:
        use = f"**Not needed** by the last stage: built with `docker build --target {stage.name}` only."
    return paragraphs(f"Stage **{name}**", use)


def _tag_lines(image: ImageName) -> Iterator[str]:
    if image.tag:
        yield from _tag_parts(image)
    elif not image.digest:
        yield f"- **no tag**: the builder takes `{image.name}:latest`, {_latest()}. Name a version."
    if image.digest:
        yield f"- `@{image.digest[:_SHORT_DIGEST]}…`: {_DIGEST}"


def _tag_parts(image: ImageName) -> Iterator[str]:
    whole = _tag_page(image, image.tag)
    if whole:
        yield f"- `{image.tag}`: {whole}" + (". Name a version." if image.tag == "latest" else "")
        return
    for part in image.tag.split("-"):
        meaning = _tag_page(image, part) or _version(part) or _numbered(image, part)
        if meaning:
            yield f"- `{part}`: {meaning}"


def _tag_page(image: ImageName, part: str) -> str:
    found = page(Book.TAGS, f"{image.name} {part}") or page(Book.TAGS, part)
    return found.text if found else ""


def _numbered(image: ImageName, part: str) -> str:
    """A word with a number behind it, such as ``alpine3.20`` or ``jdk21``."""
    word = part.rstrip("0123456789.")
    number = part[len(word) :]
    meaning = _tag_page(image, word) if word and number else ""
    return f"{meaning}, version {number}" if meaning else ""


def _version(part: str) -> str:
    numbers = part.removeprefix("v").replace("_", ".").split(".")
    if not all(number.isdecimal() for number in numbers):
        return ""
    if len(numbers) == 1 and len(numbers[0]) == 8:
        return "the state of that day"
    if len(numbers) == 1:
        return f"the newest {part}.x: moves with minor and patch releases"
    if len(numbers) == 2:
        return f"the newest {part}.x: moves with patch releases"
    return "this very release. The tag is still made anew when the base below it gets fixes"


def _latest() -> str:
    found = page(Book.TAGS, "latest")
    return found.text if found else ""


def _page(image: ImageName) -> Page | None:
    if image.registry not in ("", "docker.io"):
        return page(Book.IMAGES, f"{image.registry}/{image.repository}")
    platform, _, official = image.name.partition("/")
    return page(Book.IMAGES, image.name) or (page(Book.IMAGES, official) if platform in _PLATFORM_OWNERS else None)


def _unknown(image: ImageName) -> str:
    where = image.registry if image.registry not in ("", "docker.io") else "Docker Hub"
    return f"{code(image.name)} of {where}."
