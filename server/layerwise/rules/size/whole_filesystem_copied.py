"""The rule size/whole-filesystem-copied."""

from __future__ import annotations

from collections.abc import Iterator

from layerwise.build.dependencies.folders import UNKNOWN, absolute
from layerwise.build.images import image_name
from layerwise.build.model import Build, ImageName, Stage, Step
from layerwise.knowledge.base_images import BASE_IMAGES
from layerwise.lint import FileContext, Finding, Related, Severity, rule
from layerwise.syntax.tree import Copy, Heredoc, Run


@rule(Build, severity=Severity.WARNING, aliases=("DL3067",), about={"--from"})
def whole_filesystem_copied(build: Build, ctx: FileContext) -> Iterator[Finding]:
    r"""All files of a stage are copied over the base image, its operating system and all its tools among them.

    ## Why
    A stage holds more than what it made: the system of its own base image, compilers, package lists, caches, sources.
    `COPY --from=build / /` writes all of that into one layer of the image, on top of a base image that has most of it
    already. The image is larger than both, nothing of the layer is shared with other images, and files of two systems
    are mixed. Name what is needed instead.

    Nothing is said of what is done on purpose: making one layer of a stage (`FROM scratch`, and then everything), and
    taking all of an image that may be nothing but a few programs, as one built from `scratch` is; nor of stages whose
    layers are not part of the result. The profiles `all` and `hadolint` report these too.

    ## Example
    FROM python:3.12 AS build
    RUN pip install --no-cache-dir --prefix=/opt/shop shop

    FROM python:3.12-slim
    COPY --from=build / /

    ## Use instead
    FROM python:3.12 AS build
    RUN pip install --no-cache-dir --prefix=/opt/shop shop

    FROM python:3.12-slim
    COPY --from=build /opt/shop /opt/shop
    """
    yield from build.search(_copies_of_all, None, about={"--from"})


def _copies_of_all(build: Build, stage: Stage, given: None) -> Iterator[Finding]:
    for step in stage.steps_about({"--from"}):
        inner = step.trigger or step
        copy, index = inner.instruction, inner.once(_whole_source)
        if index is None or not isinstance(copy, Copy):
            continue
        origin = _origin(copy, stage, build)
        is_waste = step is inner and stage.facts.in_result and _is_system(origin, build)
        yield Finding(
            copy.sources[index].span,
            _message(copy, stage, is_system=_is_system(origin, build)),
            related=[Related(origin.from_.span, "All of this stage")] if isinstance(origin, Stage) else (),
            severity=None if is_waste and not stage.facts.is_scratch else Severity.OFF,
        )


def _whole_source(step: Step) -> int | None:
    """The index of the source that means all of a stage, where it is copied to the root; for ``Step.once``."""
    copy = step.instruction
    if not isinstance(copy, Copy) or copy.flag("from") is None or copy.destination is None:
        return None
    target = step.value(copy.destination.text)
    if absolute(target, step.before.workdir or UNKNOWN) not in ("/", "//"):
        return None
    for index, source in enumerate(copy.sources):
        value = None if isinstance(source, Heredoc) else step.value(source.text)
        if value is not None and (absolute(value, "/") or "/").lstrip("/") in ("", "*"):
            return index
    return None


def _origin(copy: Copy, stage: Stage, build: Build) -> Stage | ImageName | None:
    """The stage that the files come from, or else the image; None where that cannot be known."""
    flag = copy.flag("from")
    name = flag.value.text if flag and flag.value else ""
    found = build.stage_named(name, stage.facts.index)
    return found or (image_name(name) if name and "$" not in name else None)


def _is_system(origin: Stage | ImageName | None, build: Build) -> bool:
    """Whether it surely holds an operating system: it is a well-known image, or commands were run in it."""
    if not isinstance(origin, Stage):
        return origin is not None and origin.name in BASE_IMAGES
    if origin.facts.is_scratch:
        return False
    if origin.facts.image is not None and origin.facts.image.name in BASE_IMAGES:
        return True
    below: Stage | None = origin
    while below is not None:
        if any(step.kind is Run for step in below.steps):
            return True
        below = None if below.parent is None else build.stages[below.parent]
    return False


def _message(copy: Copy, stage: Stage, *, is_system: bool) -> str:
    flag = copy.flag("from")
    name = flag.value.text if flag and flag.value else ""
    if stage.facts.is_scratch or not is_system:
        return f"All of `{name}` is copied, whatever it holds"
    return f"All of `{name}` is copied over the base image, its system and its tools included"
