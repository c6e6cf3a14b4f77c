"""What the installers of Python read: requirement files and what they include, and the tables of ``pyproject.toml``."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import Any

from layerwise.build.dependencies.gathering import Gathering, at, strings, table
from layerwise.context.documents import read_toml, read_yaml
from layerwise.text.patterns import regex

_OPTION = regex(r"(-r|--requirement|-c|--constraint|-e|--editable|-f|--find-links)(?:\s*=\s*|\s+|(?<=-[rcef]))(.+)")
_COMMENT = regex(r"(^|\s+)#.*$")
_LOCAL = regex(r"(?:\S+\s*@\s*)?file:\S*|\.{0,2}/\S*|\.(?:\[.*)?|[^\s;@:]+/[^\s;]*|[^\s;:]+\.(?:whl|zip|tar\.gz)")


def pip(gathering: Gathering) -> None:
    install = gathering.install
    if install.own:
        gathering.needs(f"`{install.title} {install.own}` builds what it installs")
    for path in install.named:
        if path.endswith("pyproject.toml"):
            gathering.add(path)
        else:
            _requirements(gathering, path, frozenset())
    target = install.operation.option("-t", "--target")
    if target is not None and not target.startswith("/"):
        gathering.needs("It installs into the folder of the tree, where the order of writing counts")


def conda(gathering: Gathering) -> None:
    for path in gathering.install.named:
        gathering.add(path)
        document = read_yaml(gathering.read(path))
        dependencies = document.get("dependencies") if isinstance(document, dict) else None
        for each in dependencies if isinstance(dependencies, list) else []:
            if isinstance(each, dict):
                for line in strings(each.get("pip")):
                    _requirement(gathering, line, path, frozenset())


def uv(gathering: Gathering) -> None:
    document = _pyproject(gathering)
    settings = table(document, "tool", "uv")
    _local_sources(gathering, settings.get("sources"))
    if settings.get("workspace") is not None:
        gathering.needs("`pyproject.toml` is the root of a workspace, whose members are installed too")
    if gathering.install.has("--no-install-project", "--no-install-workspace", "--no-install-local"):
        return
    is_package = settings.get("package", "build-system" in document)
    if is_package and not gathering.install.has("--only-group"):
        gathering.builds_project = True


def poetry(gathering: Gathering) -> None:
    document = _pyproject(gathering)
    settings = table(document, "tool", "poetry")
    _local_sources(gathering, [settings.get("dependencies"), settings.get("group"), settings.get("dev-dependencies")])
    if not gathering.install.has("--no-root") and settings.get("package-mode", True):
        gathering.builds_project = True


def pdm(gathering: Gathering) -> None:
    document = _pyproject(gathering)
    settings = table(document, "tool", "pdm")
    _local_sources(gathering, settings.get("dev-dependencies"))
    if not gathering.install.has("--no-self") and settings.get("distribution", "build-system" in document):
        gathering.builds_project = True


def pipenv(gathering: Gathering) -> None:
    document = read_toml(gathering.read(at(gathering.folder, "Pipfile")))
    if document is not None:
        _local_sources(gathering, {name: each for name, each in document.items() if name != "source"})


def _pyproject(gathering: Gathering) -> dict[str, Any]:
    document = read_toml(gathering.read(at(gathering.folder, "pyproject.toml")))
    if document is None:
        gathering.needs("`pyproject.toml` cannot be read")
        return {}
    project = table(document, "project")
    _local_sources(gathering, [project.get("dependencies"), project.get("optional-dependencies")])
    _local_sources(gathering, document.get("dependency-groups"))
    return document


def _local_sources(gathering: Gathering, value: Any) -> None:
    """Dependencies with a ``path``, ``file:`` addresses, and members of a workspace."""
    for name in _local_names(value):
        gathering.needs(f"`{name}` is a dependency in a folder of the tree")


def _local_names(value: Any, name: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("path"), str) or value.get("workspace") is True:
            yield name
            return
        for key, each in value.items():
            yield from _local_names(each, str(key))
    elif isinstance(value, list):
        for each in value:
            yield from _local_names(each, name)
    elif isinstance(value, str) and re.match(r"(?:\S+\s*@\s*|-e\s+)file:", value):
        yield value.partition("@")[0].strip()


def _requirements(gathering: Gathering, path: str, seen: frozenset[str]) -> None:
    """A requirement file and those that it includes (pip manual, "Requirements File Format")."""
    if path in seen or not gathering.add(path):
        return
    text = gathering.read(path)
    if text is None:
        gathering.needs(f"`{gathering.shown(path)}` cannot be read")
        return
    for line in re.sub(r"\\\r?\n", "", text).splitlines():
        _requirement(gathering, _COMMENT.sub("", line).strip(), path, seen | {path})


def _requirement(gathering: Gathering, line: str, path: str, seen: frozenset[str]) -> None:
    folder, name = posixpath.split(path)
    match = _OPTION.match(line)
    if match is None:
        if _LOCAL.fullmatch(line.partition(" ;")[0].partition(" --")[0].strip()):
            _local(gathering, line, folder, name)
        return
    option, value = match[1], match[2].strip().strip("\"'")
    if "://" in value and not value.startswith("file:"):
        return
    if option in ("-r", "--requirement", "-c", "--constraint"):
        included = at(folder, value)
        if gathering.view.is_file(included):
            _requirements(gathering, included, seen)
        else:
            gathering.needs(f"`{name}` includes `{value}`, which is not in sight")
    else:
        _local(gathering, value, folder, name)


def _local(gathering: Gathering, requirement: str, folder: str, name: str) -> None:
    path = at(folder, requirement.partition(" ;")[0].partition("[")[0].strip())
    if gathering.view.is_file(path):
        gathering.add(path)
    else:
        gathering.needs(f"`{name}` installs `{requirement}` from the tree")
