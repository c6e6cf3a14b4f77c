"""The rule size/compiler-base-image."""

from __future__ import annotations

from collections.abc import Iterator

from layerwise.build.model import Build
from layerwise.build.toolchains import compiled_in_final
from layerwise.knowledge.toolchains import COMPILER_IMAGES
from layerwise.lint import FileContext, Finding, Related, Severity, rule
from layerwise.syntax.tree import From

COMPILERS = frozenset(program for toolchain in COMPILER_IMAGES.values() for program in toolchain.builds)


@rule(Build, severity=Severity.WARNING, about=COMPILERS)
def compiler_base_image(build: Build, ctx: FileContext) -> Iterator[Finding]:
    r"""The final image stands on the image of a compiler, of which what it has compiled needs nothing.

    ## Why
    Compiler, package cache, sources and intermediate files are pulled with every image, and are of use to an intruder.
    Compiled in a stage of its own, only the result is copied into a small final image: often a hundredth of the size.

    ## Example
    FROM golang:1.23
    WORKDIR /src
    COPY . .
    RUN CGO_ENABLED=0 go build -o /usr/local/bin/shop .
    CMD ["shop"]

    ## Use instead
    FROM golang:1.23 AS build
    WORKDIR /src
    COPY . .
    RUN CGO_ENABLED=0 go build -o /usr/local/bin/shop .

    FROM gcr.io/distroless/static-debian12:nonroot
    COPY --from=build /usr/local/bin/shop /usr/local/bin/shop
    CMD ["shop"]
    """
    found = compiled_in_final(build)
    if found is None:
        return
    instruction = found.stage.steps[0].instruction
    if not isinstance(instruction, From) or instruction.image is None:
        return
    language, size = found.toolchain.language, found.toolchain.megabytes
    yield Finding(
        instruction.image.span,
        f"The final image keeps the toolchain of {language}: some {size} MB that only the build needs",
        related=[Related(command.span, "It is needed here") for _, command in found.builds[:3]],
    )
