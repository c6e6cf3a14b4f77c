"""What npm, yarn, pnpm and bun read: the manifests of a project and of its workspaces, and what these refer to."""

from __future__ import annotations

import posixpath
from typing import Any

from layerwise.build.dependencies.gathering import Gathering, at, strings, table
from layerwise.context.documents import read_json, read_yaml
from layerwise.knowledge.manifests import LIFECYCLE_SCRIPTS

_DEPENDENCIES = (
    "dependencies",
    "devDependencies",
    "optionalDependencies",
    "peerDependencies",
    "overrides",
    "resolutions",
)
_LOCAL = ("file:", "link:", "portal:", "./", "../", "/", "~/")
_HARMLESS = frozenset({"husky", "husky install", "husky || true", "husky install || true", "is-ci || husky install"})


def node(gathering: Gathering) -> None:
    root = gathering.folder
    manifest = _manifest(gathering, root)
    _check(gathering, root, manifest)
    for folder in _workspaces(gathering, manifest):
        gathering.add(at(folder, "package.json"))
        member = _manifest(gathering, folder)
        _check(gathering, folder, member)
        if "bin" in member:
            gathering.needs(f"`{gathering.shown(folder)}` has a `bin`, which the install links to its file")
    _patches(gathering, manifest)
    if gathering.install.manager == "yarn":
        _yarn(gathering)


def _manifest(gathering: Gathering, folder: str) -> dict[str, Any]:
    path = at(folder, "package.json")
    document = read_json(gathering.read(path))
    if isinstance(document, dict):
        return document
    gathering.needs(f"`{gathering.shown(path)}` cannot be read")
    return {}


def _check(gathering: Gathering, folder: str, manifest: dict[str, Any]) -> None:
    """What in a manifest makes an install look at the rest of the tree."""
    name = gathering.shown(at(folder, "package.json"))
    settings = gathering.read(at(gathering.folder, ".npmrc")) or ""
    if not gathering.install.has("--ignore-scripts") and "ignore-scripts=true" not in settings.replace(" ", ""):
        scripts = table(manifest, "scripts")
        for script in LIFECYCLE_SCRIPTS:
            if script in scripts and not _is_harmless(gathering, scripts[script]):
                gathering.needs(f"`{name}` runs `{script}` when it is installed: `{_short(scripts[script])}`")
        if gathering.view.exists(at(folder, "binding.gyp")) and "install" not in scripts:
            gathering.needs(f"`{gathering.shown(at(folder, 'binding.gyp'))}` makes the install compile the project")
    for group in _DEPENDENCIES:
        for value in strings(manifest.get(group)):
            _dependency(gathering, folder, name, value)


def _is_harmless(gathering: Gathering, script: Any) -> bool:
    """Husky sets up hooks in a repository, and does nothing where there is none."""
    return script in _HARMLESS and not gathering.view.exists(at(gathering.folder, ".git"))


def _dependency(gathering: Gathering, folder: str, name: str, value: str) -> None:
    if value.startswith("patch:"):
        path = value.rpartition("#")[2].partition("::")[0]
        if path.startswith(("~builtin", "optional!builtin")):
            return
        if not gathering.add(at(gathering.folder if path.startswith("~/") else folder, path.removeprefix("~/"))):
            gathering.needs(f"`{name}` patches a package with `{path}`")
    elif value.startswith(_LOCAL):
        path = at(folder, value.removeprefix("file:").removeprefix("link:").removeprefix("portal:"))
        if not (gathering.view.is_file(path) and gathering.add(path)):
            gathering.needs(f"`{name}` depends on `{value}`, a folder of the tree")


def _workspaces(gathering: Gathering, manifest: dict[str, Any]) -> list[str]:
    """The folders of the workspaces."""
    if gathering.install.manager == "pnpm":
        document = read_yaml(gathering.read(at(gathering.folder, "pnpm-workspace.yaml")))
        patterns = strings(document.get("packages")) if isinstance(document, dict) else []
    else:
        found = manifest.get("workspaces")
        patterns = strings(found.get("packages") if isinstance(found, dict) else found)
    folders: dict[str, None] = {}
    for pattern in patterns:
        if not pattern.startswith("!"):
            for path in gathering.view.glob(gathering.folder, posixpath.join(pattern, "package.json")):
                folders[posixpath.dirname(path)] = None
    for pattern in patterns:
        if pattern.startswith("!"):
            for path in gathering.view.glob(gathering.folder, pattern[1:]):
                folders.pop(path, None)
    folders.pop(gathering.folder, None)
    return list(folders)


def _patches(gathering: Gathering, manifest: dict[str, Any]) -> None:
    documents = [manifest, table(manifest, "pnpm")]
    workspace = read_yaml(gathering.read(at(gathering.folder, "pnpm-workspace.yaml")))
    if gathering.install.manager == "pnpm" and isinstance(workspace, dict):
        documents.append(workspace)
    for document in documents:
        for path in strings(document.get("patchedDependencies")):
            if not gathering.add(at(gathering.folder, path)):
                gathering.needs(f"A package is patched with `{path}`, which is not in sight")


def _yarn(gathering: Gathering) -> None:
    """The files that ``.yarnrc.yml`` and ``.yarnrc`` name, beside the folders where yarn keeps them."""
    document = read_yaml(gathering.read(at(gathering.folder, ".yarnrc.yml")))
    if isinstance(document, dict):
        plugins = document.get("plugins")
        named = [document.get("yarnPath"), *(plugins if isinstance(plugins, list) else [])]
        for each in named:
            path = each.get("path") if isinstance(each, dict) else each
            if isinstance(path, str) and not any(at(gathering.folder, path).startswith(f) for f in gathering.folders):
                gathering.add(at(gathering.folder, path))
    for line in (gathering.read(at(gathering.folder, ".yarnrc")) or "").splitlines():
        key, _, value = line.partition(" ")
        if key.strip("\"'") == "yarn-path":
            gathering.add(at(gathering.folder, value.strip().strip("\"'")))


def _short(script: Any) -> str:
    text = str(script)
    return text if len(text) <= 60 else text[:57] + "…"
