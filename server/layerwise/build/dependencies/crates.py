"""The packages of a Cargo workspace, and the sources that cargo wants to be there before it reads a manifest.

Cargo refuses a manifest without a target (``TomlManifest``, "no targets specified in the manifest"), or with one whose
file it cannot guess. It does not look into these files before it compiles.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import Any

from layerwise.build.dependencies.gathering import Gathering, at, strings, table
from layerwise.context.documents import read_toml

_MAX_PACKAGES = 8
"""With more of them, the list of their manifests would be longer than the rest of the file."""
_KINDS = ("dependencies", "dev-dependencies", "build-dependencies")
_FOLDERS = {"bin": "src/bin", "test": "tests", "bench": "benches", "example": "examples"}


class _UnknownError(Exception):
    """Cargo may want something that cannot be told; the message says what, for people."""


def gather_crates(gathering: Gathering) -> None:
    """Take along the manifests of all packages that cargo reads, and name the sources that have to be there."""
    try:
        found = _Crates(gathering)
        found.read()
    except _UnknownError as error:
        gathering.needs(str(error))
        return
    for path in found.packages:
        gathering.add(at(path, "Cargo.toml"))
    gathering.stand_ins.update(found.sources)
    gathering.needs("Empty sources stand in for the real ones until these are copied")


class _Crates:
    def __init__(self, gathering: Gathering) -> None:
        self.gathering = gathering
        self.root = gathering.folder
        self.packages: dict[str, None] = {}
        self.sources: dict[str, None] = {}

    def read(self) -> None:
        self._package(self.root)
        document = self._document(self.root)
        if "workspace" in document:
            self._members(table(document, "workspace"))
        elif self._is_member():
            raise _UnknownError("A folder above holds a workspace: cargo wants the sources of its members")

    def _is_member(self) -> bool:
        folder = self.root
        while folder != "/":
            folder = posixpath.dirname(folder)
            if self.gathering.view.is_file(at(folder, "Cargo.toml")):
                return True
        return False

    def _document(self, folder: str) -> dict[str, Any]:
        path = at(folder, "Cargo.toml")
        document = read_toml(self.gathering.read(path)) if self.gathering.view.is_file(path) else None
        if document is None:
            raise _UnknownError(f"`{self.gathering.shown(path)}` cannot be read")
        return document

    def _members(self, workspace: dict[str, Any]) -> None:
        excluded = [at(self.root, each) for each in strings(workspace.get("exclude"))]
        for pattern in strings(workspace.get("members")):
            for path in self.gathering.view.glob(self.root, posixpath.join(pattern, "Cargo.toml")):
                folder = posixpath.dirname(path)
                if folder not in excluded:
                    self._package(folder)

    def _package(self, folder: str) -> None:
        if folder in self.packages:
            return
        document = self._document(folder)
        self.packages[folder] = None
        if len(self.packages) > _MAX_PACKAGES:
            raise _UnknownError("It is a workspace of many packages: cargo wants the sources of all of them")
        if "package" in document:
            self._targets(folder, document)
        for path in _paths(document):
            self._package(at(folder, path))

    def _targets(self, folder: str, document: dict[str, Any]) -> None:
        view = self.gathering.view
        found = [path for name in ("src/main.rs", "src/lib.rs") if view.is_file(path := at(folder, name))]
        named = str(table(document, "package").get("default-run", ""))
        if not found or named:
            found += [path for pattern in ("*.rs", "*/main.rs") for path in view.glob(at(folder, "src/bin"), pattern)]
        for kind in ("lib", *_FOLDERS):
            entries = document.get(kind)
            for entry in entries if isinstance(entries, list) else [entries] if entries else []:
                found += self._named(folder, kind, entry)
        script = table(document, "package").get("build")
        if isinstance(script, str):
            found.append(at(folder, script))
        if not found:
            raise _UnknownError("cargo refuses a `Cargo.toml` without the sources that it names")
        missing = next((path for path in found if not view.is_file(path)), None)
        if missing is not None:
            raise _UnknownError(f"`{self.gathering.shown(missing)}` is not in sight, which cargo wants")
        self.sources.update(dict.fromkeys(found))

    def _named(self, folder: str, kind: str, entry: Any) -> Iterator[str]:
        """The file of a target that the manifest describes, where its name alone does not make it one of the usual."""
        name, path = table(entry).get("name"), table(entry).get("path")
        if isinstance(path, str):
            yield at(folder, path)
        elif isinstance(name, str) and kind != "lib":
            usual = [at(folder, f"{_FOLDERS[kind]}/{name}{end}") for end in (".rs", "/main.rs")]
            there = [each for each in usual if self.gathering.view.is_file(each)]
            if there:
                yield there[0]
            elif kind != "bin" or not self.gathering.view.is_file(at(folder, "src/main.rs")):
                yield usual[0]


def _paths(document: dict[str, Any]) -> Iterator[str]:
    """The folders of the packages that a manifest depends on by their path."""
    groups = [document, table(document, "workspace"), *table(document, "target").values()]
    tables = [table(group, kind) for group in groups for kind in _KINDS]
    for each in (*tables, *table(document, "patch").values(), table(document, "replace")):
        for value in table(each).values():
            path = table(value).get("path")
            if isinstance(path, str):
                yield path
