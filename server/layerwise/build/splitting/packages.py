"""Which packages of the distribution the new final stage needs, and how it installs them."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence

from layerwise.build.dependencies.folders import is_within
from layerwise.build.model import Stage
from layerwise.build.operations import Operation
from layerwise.build.splitting.contract import UnsplittableError
from layerwise.build.splitting.images import is_alpine, libraries, release_of
from layerwise.build.splitting.traffic import Traffic
from layerwise.knowledge.splitting import INSTALLS, NODE_PACKAGES, REPOSITORIES
from layerwise.syntax.tree import Run

_BUILD_DEPENDENCIES = frozenset({"PHPIZE_DEPS"})
"""Variables of an image that name packages of build tools."""


def manager_of(stage: Stage, runs: Mapping[int, Traffic]) -> str | None:
    """What installs packages of the distribution, a key of ``INSTALLS``; None where several do or none is known."""
    steps = [stage.steps[index] for index in runs]
    found = {each.manager.name for step in steps for each in step.operations if each.manager.is_distribution}
    names = {"apt" if name == "apt-get" else name for name in found}
    image = stage.facts.image
    usual = "apk" if image is not None and is_alpine(image) else "apt"
    return next(iter(names or {usual})) if len(names) < 2 and names <= INSTALLS.keys() else None


def packages_of(
    stage: Stage, runs: Mapping[int, Traffic], last: int, language: str, copied: Sequence[str]
) -> tuple[list[str], list[str], list[str]]:
    """What becomes of the packages that are installed before the last RUN that builds, see ``libraries``.

    :param copied: where files are copied to before that, outside of the project.
    """
    manager = manager_of(stage, runs)
    image = stage.facts.image
    assert image is not None
    installed = stage.steps[-1].after.installed
    words, is_special = list[str](), False
    removed = {
        word.value
        for step in stage.steps
        for each in (step.operations if step.kind is Run else ())
        if each.operation is Operation.REMOVE
        for word in each.packages
    }
    for step in stage.steps[1:]:
        if step.kind is not Run or step.index > last:
            continue
        for each in step.operations:
            if each.operation is not Operation.INSTALL or not each.manager.is_distribution:
                continue
            if manager is None:
                raise UnsplittableError(f"how packages are installed by `{each.manager.name}` is not known here")
            if each.has_option("-t", "--virtual") and each.manager.name == "apk":
                if each.option("-t") in removed or each.option("--virtual") in removed:
                    continue
            elif each.has_option("-t"):
                is_special = True
            packages = [word for word in each.packages if word.text.strip("${}") not in _BUILD_DEPENDENCIES]
            if any(word.value is None for word in packages):
                raise UnsplittableError("packages are installed by a name that is not known")
            is_special = is_special or each.has_option("-X", "--repository", "--enablerepo", "--target-release")
            words += [word.value for word in packages if word.value and _is_kept(word.value, installed)]
    needed, left, perhaps = libraries(words, manager=manager or "apt", release=release_of(image))
    if language == "Node":
        perhaps += [name for name in needed if name in NODE_PACKAGES - {"libstdc++"}]
        needed = [name for name in needed if name not in NODE_PACKAGES]
    if needed and (is_special or _adds_repositories(stage, runs, copied)):
        raise UnsplittableError(f"`{needed[0]}` may come from a repository that is added")
    return needed, left, perhaps


def _is_kept(word: str, installed: Container[str]) -> bool:
    return _name(word) in installed or word.startswith("@")


def _adds_repositories(stage: Stage, runs: Mapping[int, Traffic], copied: Sequence[str]) -> bool:
    written = [*copied, *(path for each in runs.values() for path in each.written)]
    names = {name for step in stage.steps for name in step.after.installed}
    return any(is_within(path, each) for path in written for each in REPOSITORIES) or any(
        name.endswith("-release") and name != "lsb-release" for name in names
    )


def _name(word: str) -> str:
    for mark in "=@:<>~":
        word = word[:1] + word[1:].partition(mark)[0]
    return word
