"""The rule size/build-tools-in-final-stage."""

from __future__ import annotations

from collections.abc import Iterator

from layerwise.build.model import Stage
from layerwise.build.toolchains import BuildPackages, build_packages
from layerwise.knowledge.packages import DISTRIBUTION_MANAGERS
from layerwise.lint import Finding, Related, Severity, StageContext, rule


@rule(Stage, severity=Severity.WARNING, about=DISTRIBUTION_MANAGERS)
def build_tools_in_final_stage(stage: Stage, ctx: StageContext) -> Iterator[Finding]:
    r"""Compilers, build tools or headers are installed in the final stage, where only the build needs them.

    ## Why
    A compiler with its headers is some 200 MB, and more than the application as a rule. Used in a stage of its own, or
    removed again in the same RUN, it does not get into the image. The libraries that headers belong to are needed
    all the same: name them without `-dev`.

    ## Example
    FROM python:3.12-slim
    RUN apt-get update && apt-get install -y gcc libpq-dev
    COPY requirements.txt .
    RUN pip install --no-cache-dir -r requirements.txt
    COPY . /app
    CMD ["gunicorn", "--chdir", "/app", "shop:app"]

    ## Use instead
    FROM python:3.12-slim AS build
    RUN apt-get update && apt-get install -y gcc libpq-dev
    COPY requirements.txt .
    RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir -r requirements.txt

    FROM python:3.12-slim
    RUN apt-get update && apt-get install -y libpq5
    COPY --from=build /venv /venv
    COPY . /app
    CMD ["/venv/bin/gunicorn", "--chdir", "/app", "shop:app"]
    """
    if not stage.facts.in_result or not stage.facts.is_final or stage.facts.is_windows:
        return
    for found in build_packages(stage):
        yield Finding(
            found.packages[0].span,
            f"{_spoken(found)} in the final image, where only the build needs {_pronoun(found)}",
            related=[Related(command.span, "This needs them") for _, command in found.users[:3]],
        )


def _spoken(found: BuildPackages) -> str:
    names = [f"`{word.value}`" for word in found.packages]
    if len(names) == 1:
        return f"{names[0]} stays"
    if len(names) == 2:
        return f"{names[0]} and {names[1]} stay"
    return f"{names[0]} and {len(names) - 1} more build packages stay"


def _pronoun(found: BuildPackages) -> str:
    return "it" if len(found.packages) == 1 else "them"
