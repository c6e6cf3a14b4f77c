"""The rule size/full-base-image."""

from __future__ import annotations

from collections.abc import Iterator

from layerwise.build.model import Build, Stage, Step
from layerwise.build.operations import Operation, PackageOperation
from layerwise.build.package_names import package_name
from layerwise.build.purpose import holds_application, is_for_people, starts_application, starts_script
from layerwise.build.relation import Alteration
from layerwise.knowledge.variants import COMPILED_PACKAGES, COMPILERS, FULL_PROGRAMS, SLIM, Slim, slim_tag
from layerwise.lint import Applicability, Edit, FileContext, Finding, Fix, Severity, rule
from layerwise.syntax.tree import Cmd, Entrypoint, ExecForm, From, Healthcheck

COMPILING = frozenset({"gem", "bundler", "cargo", "go", "mix"})
"""Managers that nearly always compile something as they install."""


@rule(
    Build,
    severity=Severity.INFORMATION,
    fixes=(Applicability.UNSAFE,),
    changes=(Alteration.IMAGE_REPLACED,),
)
def full_base_image(build: Build, ctx: FileContext) -> Iterator[Finding]:
    r"""The final image stands on a tag with a whole toolchain, where a slim one of the same image would do.

    ## Why
    Without a suffix, the images of Python, Node and their kin hold compilers, headers and version control, for whatever
    an install may have to compile. All of it is pulled with every image built on them. The variant `slim` has the same
    interpreter on the same C library. (`alpine` is smaller still, but has another C library, musl, for which
    prebuilt packages are rarer.)

    ## Example
    FROM python:3.12
    WORKDIR /app
    COPY requirements.txt .
    RUN pip install --no-cache-dir -r requirements.txt
    COPY . .
    CMD ["python", "app.py"]

    ## Use instead
    FROM python:3.12-slim
    WORKDIR /app
    COPY requirements.txt .
    RUN pip install --no-cache-dir -r requirements.txt
    COPY . .
    CMD ["python", "app.py"]

    ## Fix safety
    Unsafe: a dependency that is compiled as it is installed, or that looks for a library of the system, needs packages
    that the full image happened to have. Nothing is reported where this file itself compiles something, or calls a
    program that only the full image has.
    """
    final = build.final
    if final is None or not final.facts.in_result or final.facts.is_windows or final.facts.image is None:
        return
    image = final.facts.image
    slim = SLIM.get(image.name) if image.known else None
    tag = slim_tag(image.name, image.tag) if slim else None
    if slim is None or tag is None or image.registry not in ("", "docker.io"):
        return
    family = _family(build, final)
    if not starts_application(final) or not holds_application(final) or is_for_people(final) or starts_script(final):
        return
    if any(step.once(_is_beyond_slim) for stage in family for step in stage.steps):
        return
    yield from _finding(family[0], image.name, image.tag, tag, slim)


def _family(build: Build, final: Stage) -> list[Stage]:
    """The stage at the bottom of the final one, and all stages that are built on it."""
    root = final
    while root.parent is not None:
        root = build.stages[root.parent]
    return [build.stages[index] for index in build.structure.family(root.facts.index)]


def _finding(root: Stage, name: str, old: str, new: str, slim: Slim) -> Iterator[Finding]:
    instruction = root.steps[0].instruction
    if not isinstance(instruction, From) or instruction.image is None:
        return
    word = instruction.image
    full = f"{name}:{old}" if old else name
    fix = None
    if word.text.endswith(full) and "@" not in word.text:
        fix = Fix(
            f"Use `{name}:{new}`",
            Edit(word.span, word.text.removesuffix(full) + f"{name}:{new}"),
            applicability=Applicability.UNSAFE,
            note="A dependency that is compiled as it is installed needs its compiler named",
        )
    yield Finding(
        word.span,
        f"`{full}` holds compilers, headers and version control: some {slim.saved} MB more than `{name}:{new}`",
        fix=fix,
    )


def _is_beyond_slim(step: Step) -> bool:
    """Whether a step does something for which the small variant has not what it takes."""
    installed = step.after.installed
    words = set(_programs(step))
    if any(installed.isdisjoint(FULL_PROGRAMS[word]) for word in words & FULL_PROGRAMS.keys()):
        return True
    return installed.isdisjoint(COMPILERS) and any(_compiles(each) for each in step.operations)


def _programs(step: Step) -> Iterator[str]:
    instruction = step.instruction
    if isinstance(instruction, Cmd | Entrypoint | Healthcheck) and isinstance(instruction.command, ExecForm):
        yield from (word.text.rpartition("/")[2] for word in instruction.command.items[:1])
    for command in step.script.commands if step.script else ():
        yield command.program
        yield command.name.text


def _compiles(operation: PackageOperation) -> bool:
    """Whether an install may need a compiler that nothing here has installed."""
    manager = operation.manager
    if operation.operation not in (Operation.INSTALL, Operation.BUILD):
        return False
    if manager.name in COMPILING:
        return True
    names = {package_name(word.value or "").lower() for word in operation.packages}
    if manager.is_distribution:
        return any(name.endswith("-dev") for name in names)
    if any(name.startswith("git+") for name in names):
        return True
    known = COMPILED_PACKAGES.get("npm" if manager.ecosystem == "node" else "pip", frozenset())
    return not known.isdisjoint(name.partition("@")[0] or name for name in names)
