"""What an install reads of the tree: which manifests, and whether it may need anything else."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct

from layerwise.build.dependencies import compiled, node, python, scripted
from layerwise.build.dependencies.gathering import Gathering, at
from layerwise.build.dependencies.installs import Install
from layerwise.build.dependencies.view import View


class Needs(Struct, frozen=True):
    """What to copy before an install, by absolute paths of the image. Where nothing was seen, files may be patterns."""

    files: tuple[str, ...]
    folders: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    """Why it may need more than that, each a sentence without a full stop."""
    builds_project: bool = False
    """It builds or looks at the project too, which an option would keep it from (``Manifests.without_project``)."""
    seen: bool = True
    """The manifests were read, and not just guessed from the name of the tool."""
    stand_ins: tuple[str, ...] = ()
    """Files of the source that have to be there, whatever they hold; absolute paths of the image."""


_READERS: Mapping[str, Callable[[Gathering], None]] = {
    "pip": python.pip,
    "conda": python.conda,
    "uv": python.uv,
    "poetry": python.poetry,
    "pdm": python.pdm,
    "pipenv": python.pipenv,
    **dict.fromkeys(("npm", "yarn", "pnpm", "bun"), node.node),
    "composer": scripted.composer,
    "bundler": scripted.bundler,
    "dart": scripted.dart,
    "r": scripted.renv,
    "go": compiled.go,
    "cargo": compiled.cargo,
    "maven": compiled.maven,
    "gradle": compiled.gradle,
    "mix": compiled.mix,
    "dotnet": compiled.dotnet,
}
_WRAPPERS = {"gradlew": "gradle/wrapper", "mvnw": ".mvn"}
"""Scripts in the project that get the tool itself, and the folder that they read."""
UNSEEN = "The build context is not in sight, so that what the manifests refer to is not known"


def needs_of(install: Install, view: View | None) -> Needs:
    """What an install reads.

    :param view: what the image holds at that point, None when the context can't be seen.
    """
    if view is None or not _is_project(install, view):
        return _guess(install)
    gathering = Gathering(install, view)
    row = install.row
    for pattern in (*row.required, *row.files):
        gathering.add_pattern(install.folder, pattern)
    for folder in row.folders:
        gathering.add(at(install.folder, folder))
    for name in row.above:
        gathering.add(at(install.folder, name))
    reader = _READERS.get(install.manager)
    if reader:
        reader(gathering)
    if row.is_code:
        gathering.needs("Its manifests are programs, which may read other files")
    for name in row.outputs:
        if view.exists(at(install.folder, name)):
            gathering.needs(f"`{name}` of the context would overwrite the installed one: list it in `.dockerignore`")
    return Needs(
        tuple(gathering.files),
        tuple(gathering.folders),
        tuple(gathering.reasons),
        gathering.builds_project,
        stand_ins=tuple(gathering.stand_ins),
    )


def is_vendored(install: Install, view: View | None) -> bool:
    """Whether the dependencies come along with the tree, so that nothing is downloaded."""
    return view is not None and any(view.exists(at(install.folder, name)) for name in install.row.vendored)


def _is_project(install: Install, view: View) -> bool:
    """Whether the manifests are where the install looks for them; if not, what is seen is not what is built."""
    if install.named and install.manager != "dotnet":
        return all(view.exists(path) for path in install.named)
    if install.manager == "pip":
        return True
    if install.named:
        return view.is_file(install.named[0])
    return any(view.glob(install.folder, pattern) for pattern in install.row.required)


def _guess(install: Install) -> Needs:
    row = install.row
    reasons = [UNSEEN]
    if install.own:
        reasons.insert(0, f"`{install.title} {install.own}` builds what it installs")
    if install.manager in ("pip", "conda", "dotnet") and (install.named or install.manager != "dotnet"):
        return Needs(install.named, (), tuple(reasons), seen=False)
    files = tuple(dict.fromkeys((*install.named, *(at(install.folder, name) for name in row.unseen))))
    folders: tuple[str, ...] = ()
    program = (install.command.words[install.program].value or "").rpartition("/")[2]
    wrapper = _WRAPPERS.get(program)
    if wrapper:
        files = (*files, at(install.folder, program))
        folders = (at(install.folder, wrapper),)
    builds_project = any(not install.has(option) for option in row.without_project.split())
    return Needs(files, folders, tuple(reasons), builds_project, seen=False)
