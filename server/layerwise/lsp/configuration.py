"""What is asked of the client besides answers: its user's settings, and word of files that change."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException

from layerwise.lsp.client import settings_section
from layerwise.lsp.uris import uri_of

if TYPE_CHECKING:
    from layerwise.lsp.server import Server

logger = logging.getLogger(__name__)

WATCHED = (
    # settings and ignore files
    "**/{layerwise,.layerwise,pyproject}.toml",
    "**/{.dockerignore,*.dockerignore}",
    # what says where a build context is
    "**/{compose,docker-compose}*.{yml,yaml}",
    "**/docker-bake*.{hcl,json}",
    # what package managers read
    "**/{*requirements*.txt,constraints*.txt,setup.py,setup.cfg,Pipfile,environment*.yml,.npmrc,.yarnrc,.yarnrc.yml}",
    "**/{package.json,pnpm-workspace.yaml,bun.lockb,pom.xml,go.mod,go.sum,go.work,Gemfile,composer.json,mix.exs}",
    "**/{Cargo.toml,gradle.properties,*.gradle,*.gradle.kts,*.csproj,*.fsproj,*.sln,*.props,global.json,nuget.config}",
    "**/{pubspec.yaml,build.sbt,renv.lock,*.lock,*-lock.json,*-lock.yaml,npm-shrinkwrap.json}",
)
"""Globs of the files that findings depend on."""


async def register(server: Server) -> None:
    """Have the client tell of changes to files and settings, where it can be asked to."""
    registrations: list[dict[str, Any]] = []
    if server.client.registers_watchers:
        watchers = [{"globPattern": pattern} for pattern in WATCHED]
        registrations.append(_registration(lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES, {"watchers": watchers}))
    if server.client.registers_configuration:
        registrations.append(_registration(lsp.WORKSPACE_DID_CHANGE_CONFIGURATION, {"section": "layerwise"}))
    if registrations:
        try:
            await server.protocol.ask(lsp.CLIENT_REGISTER_CAPABILITY, {"registrations": registrations})
        except JsonRpcException as error:
            logger.warning("The client does not tell of changed files: %s", error.message)


async def pull_settings(server: Server) -> Mapping[str | None, Mapping[str, Any]]:
    """What the user has set: for each workspace folder, and under None for all else."""
    folders: tuple[str | None, ...] = (None, *server.project.folders)
    items: list[dict[str, str]] = [
        {"section": "layerwise"} if folder is None else {"scopeUri": uri_of(folder), "section": "layerwise"}
        for folder in folders
    ]
    try:
        answers = await server.protocol.ask(lsp.WORKSPACE_CONFIGURATION, {"items": items})
    except JsonRpcException as error:
        logger.warning("The client does not give its settings: %s", error.message)
        answers = None
    return given_settings(server, dict(zip(folders, answers if isinstance(answers, list) else (), strict=False)))


def given_settings(server: Server, given: Mapping[str | None, Any]) -> Mapping[str | None, Mapping[str, Any]]:
    """Settings by folder. Where the client gives none, those of its initialization options count."""
    options = server.client.options or {}
    read = {folder: settings_section(section) or options for folder, section in given.items()}
    return read or {None: options}


def _registration(method: str, options: Mapping[str, Any]) -> dict[str, Any]:
    return {"id": f"layerwise-{method}", "method": method, "registerOptions": options}
