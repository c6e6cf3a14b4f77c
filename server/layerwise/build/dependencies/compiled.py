"""What the build tools of Go, Rust, Java, .NET, Elixir and Scala read before they compile anything."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from xml.etree import ElementTree

from layerwise.build.dependencies.crates import gather_crates
from layerwise.build.dependencies.gathering import Gathering, at
from layerwise.text.patterns import regex

_GO_BLOCK = regex(r"^(replace|use)\s*(?:\((.*?)^\)|([^(\n]*)$)", re.MULTILINE | re.DOTALL)
_GO_COMMENT = regex(r"//.*$", re.MULTILINE)
_GRADLE_INCLUDE = regex(r"^\s*include\b\s*\(?([^)\n]*(?:,\s*\n[^)\n]*)*)", re.MULTILINE)
_SOLUTION_PROJECT = regex(r'"([^"\n]+\.\w+proj)"')
_MAX_PROJECTS = 200


def go(gathering: Gathering) -> None:
    for name in ("go.mod", "go.work"):
        text = _GO_COMMENT.sub("", gathering.read(at(gathering.folder, name)) or "")
        for folder in _go_folders(text):
            path = at(gathering.folder, folder)
            if not gathering.add(at(path, "go.mod")):
                gathering.needs(f"`{name}` names the module `{folder}`, which is not in sight")
            gathering.add(at(path, "go.sum"))


def _go_folders(text: str) -> Iterator[str]:
    """The local modules of ``replace`` and ``use`` (Go modules reference)."""
    for match in _GO_BLOCK.finditer(text):
        for line in (match[2] or match[3] or "").splitlines():
            target = line.rpartition("=>")[2].strip() if match[1] == "replace" else line.strip()
            if target.startswith((".", "/")):
                yield target.strip('"')


def has_go_dependencies(text: str) -> bool:
    """Whether a ``go.mod`` requires any module."""
    return re.search(r"^\s*require\b", _GO_COMMENT.sub("", text), re.MULTILINE) is not None


def cargo(gathering: Gathering) -> None:
    gather_crates(gathering)


def maven(gathering: Gathering) -> None:
    named = gathering.install.named
    _pom(gathering, named[0] if named else at(gathering.folder, "pom.xml"), set())


def _pom(gathering: Gathering, path: str, seen: set[str]) -> None:
    if gathering.view.is_folder(path):
        path = at(path, "pom.xml")
    if path in seen or len(seen) > _MAX_PROJECTS:
        return
    seen.add(path)
    name = gathering.shown(path)
    root = _xml(gathering.read(path)) if gathering.add(path) else None
    if root is None:
        gathering.needs(f"`{name}` cannot be read")
        return
    folder = posixpath.dirname(path)
    for element in root.iter():
        text = (element.text or "").strip()
        tag = _tag(element)
        if tag == "module" and text:
            _pom(gathering, at(folder, text), seen)
        elif tag == "systemPath":
            gathering.needs(f"`{name}` names a library by its path")
        elif tag in ("exists", "missing"):
            gathering.needs(f"A profile in `{name}` depends on whether a file exists")
    parent = next((element for element in root if _tag(element) == "parent"), None)
    if parent is not None:
        relative = next((element for element in parent if _tag(element) == "relativePath"), None)
        target = (relative.text or "").strip() if relative is not None else "../pom.xml"
        if target and gathering.view.exists(at(folder, target)):
            _pom(gathering, at(folder, target), seen)


def gradle(gathering: Gathering) -> None:
    for name in ("settings.gradle", "settings.gradle.kts"):
        text = gathering.read(at(gathering.folder, name)) or ""
        for match in _GRADLE_INCLUDE.finditer(text):
            for project in re.findall(r"[\"']([^\"']+)[\"']", match[1]):
                folder = at(gathering.folder, project.strip(":").replace(":", "/"))
                for script in ("build.gradle", "build.gradle.kts"):
                    gathering.add(at(folder, script))


def mix(gathering: Gathering) -> None:
    gathering.add_pattern(gathering.folder, "apps/*/mix.exs")


def dotnet(gathering: Gathering) -> None:
    named = list(gathering.install.named)
    if not named:
        patterns = ("*.sln", "*.slnx", "*.csproj", "*.fsproj", "*.vbproj", "*.proj")
        named = [path for pattern in patterns for path in gathering.add_pattern(gathering.folder, pattern)]
    seen: set[str] = set()
    for path in named:
        _project(gathering, path, seen)


def _project(gathering: Gathering, path: str, seen: set[str]) -> None:
    """A project or solution, and the projects that it refers to."""
    if path in seen or len(seen) > _MAX_PROJECTS:
        return
    seen.add(path)
    name = gathering.shown(path)
    if not gathering.add(path):
        gathering.needs(f"`{name}` is not in sight")
        return
    text = gathering.read(path) or ""
    folder = posixpath.dirname(path)
    _settings_above(gathering, folder)
    if path.endswith(".sln"):
        for project in _SOLUTION_PROJECT.findall(text):
            _project(gathering, at(folder, project.replace("\\", "/")), seen)
        return
    root = _xml(text)
    if root is None:
        gathering.needs(f"`{name}` cannot be read")
        return
    for lock in ("packages.lock.json", "packages.config", "nuget.config", "NuGet.config", "NuGet.Config"):
        gathering.add(at(folder, lock))
    for element in root.iter():
        include = element.get("Include") or element.get("Project") or element.get("Path") or ""
        if _tag(element) in ("ProjectReference", "Project") and include.endswith("proj"):
            _reference(gathering, folder, name, include, seen)
        elif _tag(element) == "Import" and include and "Sdk" not in element.attrib:
            gathering.needs(f"`{name}` imports `{include}`")
        if "exists(" in (element.get("Condition") or "").lower():
            gathering.needs(f"A condition in `{name}` depends on whether a file exists")


def _reference(gathering: Gathering, folder: str, name: str, include: str, seen: set[str]) -> None:
    if "$(" in include or "*" in include:
        gathering.needs(f"`{name}` refers to `{include}`")
    else:
        _project(gathering, at(folder, include.replace("\\", "/")), seen)


def _settings_above(gathering: Gathering, folder: str) -> None:
    """What MSBuild and NuGet look for beside a project and in all folders above it."""
    while True:
        for name in gathering.install.row.above:
            gathering.add(at(folder, name))
        if folder == "/":
            return
        folder = posixpath.dirname(folder)


def _xml(text: str | None) -> ElementTree.Element | None:
    """The root of a document without a DTD, whose entities could make it endless."""
    if text is None or "<!DOCTYPE" in text or "<!ENTITY" in text:
        return None
    try:
        return ElementTree.fromstring(text)
    except ElementTree.ParseError:
        return None


def _tag(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
