"""What the client said at its start: what it can do, what it prefers, and where it is. Plain data, read once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from layerwise.lsp.encoding import Encoding, preferred
from layerwise.lsp.uris import path_of, uri_of


class Client(Struct, frozen=True, kw_only=True):
    """A client's capabilities, as far as they make a difference here. What it doesn't name it cannot do."""

    encoding: Encoding = Encoding.UTF_16
    pulls_diagnostics: bool = False
    refreshes_diagnostics: bool = False
    has_configuration: bool = False
    registers_configuration: bool = False
    registers_watchers: bool = False
    versioned_edits: bool = False
    creates_files: bool = False
    annotates_edits: bool = False
    applies_edits: bool = False
    action_literals: bool = False
    disabled_actions: bool = False
    resolves_edits: bool = False
    markdown: bool = False
    progress: bool = False
    process_id: int | None = None
    folders: tuple[str, ...] = ()
    """The paths of the workspace folders."""
    options: Mapping[str, Any] | None = None
    """The settings in the initialization options."""


def read_client(params: Mapping[str, Any]) -> Client:
    """The client that sent these parameters of ``initialize``."""
    capabilities = _mapping(params.get("capabilities"))

    def can(path: str) -> bool:
        return bool(_at(capabilities, path))

    document, workspace = "textDocument.", "workspace."
    operations = _at(capabilities, "workspace.workspaceEdit.resourceOperations") or ()
    resolvable = _at(capabilities, "textDocument.codeAction.resolveSupport.properties") or ()
    formats = _at(capabilities, "textDocument.hover.contentFormat") or ()
    return Client(
        encoding=preferred(_at(capabilities, "general.positionEncodings") or ()),
        pulls_diagnostics=_at(capabilities, document + "diagnostic") is not None,
        refreshes_diagnostics=can(workspace + "diagnostics.refreshSupport"),
        has_configuration=can(workspace + "configuration"),
        registers_configuration=can(workspace + "didChangeConfiguration.dynamicRegistration"),
        registers_watchers=can(workspace + "didChangeWatchedFiles.dynamicRegistration"),
        versioned_edits=can(workspace + "workspaceEdit.documentChanges"),
        creates_files="create" in operations and can(workspace + "workspaceEdit.documentChanges"),
        annotates_edits=_at(capabilities, "workspace.workspaceEdit.changeAnnotationSupport") is not None,
        applies_edits=can(workspace + "applyEdit"),
        action_literals=can(document + "codeAction.codeActionLiteralSupport"),
        disabled_actions=can(document + "codeAction.disabledSupport"),
        resolves_edits="edit" in resolvable and can(document + "codeAction.dataSupport"),
        markdown=next((each == "markdown" for each in formats if each in ("markdown", "plaintext")), False),
        progress=can("window.workDoneProgress"),
        process_id=_number(params.get("processId")),
        folders=_folders(params),
        options=settings_section(params.get("initializationOptions")),
    )


def folder_paths(folders: Any) -> tuple[str, ...]:
    """The paths of a list of workspace folders, those on disk only."""
    found = (path_of(str(_mapping(each).get("uri", ""))) for each in folders or ())
    return tuple(path.rstrip("/") or "/" for path in found if path)


def settings_section(data: Any) -> Mapping[str, Any] | None:
    """Our settings in what a client sends: under our name, under ``settings``, or bare. None when there are none."""
    if not isinstance(data, Mapping):
        return None
    for name in ("layerwise", "settings"):
        if name in data:
            return settings_section(data[name])
    return data


def _folders(params: Mapping[str, Any]) -> tuple[str, ...]:
    folders = params.get("workspaceFolders")
    if isinstance(folders, list):
        return folder_paths(folders)
    root = params.get("rootUri")
    if not root and isinstance(params.get("rootPath"), str):
        root = uri_of(params["rootPath"].replace("\\", "/"))
    return folder_paths([{"uri": root}]) if root else ()


def _at(data: Mapping[str, Any], path: str) -> Any:
    """What stands at a dotted path, None when something on the way is missing."""
    found: Any = data
    for name in path.split("."):
        found = _mapping(found).get(name)
    return found


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
