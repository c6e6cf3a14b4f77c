"""What Composer, Bundler, Dart and R read of a project before they install its dependencies."""

from __future__ import annotations

import re

from layerwise.build.dependencies.gathering import Gathering, at, table
from layerwise.context.documents import read_json, read_yaml
from layerwise.knowledge.manifests import COMPOSER_SCRIPTS
from layerwise.text.patterns import regex

_GEMFILE_LOOKS = regex(
    r"\b(gemspec|eval_gemfile|require_relative|instance_eval|File\.|IO\.|Dir[.\[]|Pathname|path:|:path\b|load\s*\(?[\"'])"
)
_PROFILE = regex(r"^\s*(#.*|source\([\"']renv/activate\.R[\"']\)|)\s*$")


def composer(gathering: Gathering) -> None:
    document = read_json(gathering.read(at(gathering.folder, "composer.json")))
    if not isinstance(document, dict):
        gathering.needs("`composer.json` cannot be read")
        return
    install = gathering.install
    runs_scripts = not install.has("--no-scripts") and not table(document, "scripts").keys().isdisjoint(
        COMPOSER_SCRIPTS
    )
    looks_through = not install.has("--no-autoloader") and _looks_through_source(gathering, document)
    gathering.builds_project = runs_scripts or looks_through
    repositories = document.get("repositories")
    for each in repositories.values() if isinstance(repositories, dict) else repositories or []:
        if isinstance(each, dict) and each.get("type") in ("path", "artifact"):
            gathering.needs(f"`composer.json` takes packages from `{each.get('url')}` in the tree")
    required = table(document, "require") | table(document, "require-dev")
    for plugin in ("symfony/flex", "wikimedia/composer-merge-plugin", "cweagans/composer-patches"):
        if plugin in required:
            gathering.needs(f"`{plugin}` reads and writes other files of the project")


def _looks_through_source(gathering: Gathering, document: dict[str, object]) -> bool:
    """Whether the autoloader is made from the classes that the source holds, and not just from their folders."""
    settings = table(document, "config")
    options = ("-o", "--optimize-autoloader", "-a", "--classmap-authoritative", "--apcu-autoloader")
    return (
        gathering.install.has(*options)
        or bool(settings.get("optimize-autoloader") or settings.get("classmap-authoritative"))
        or any(table(document, key).get("classmap") for key in ("autoload", "autoload-dev"))
    )


def bundler(gathering: Gathering) -> None:
    for name in gathering.install.named or (at(gathering.folder, "Gemfile"),):
        gathering.add(name)
        match = _GEMFILE_LOOKS.search(re.sub(r"#.*", "", gathering.read(name) or ""))
        if match:
            gathering.needs(f"`{gathering.shown(name)}` looks at other files: `{match[1]}`")
    if re.search(r"^PATH$", gathering.read(at(gathering.folder, "Gemfile.lock")) or "", re.MULTILINE):
        gathering.needs("`Gemfile.lock` names a gem in a folder of the tree")


def dart(gathering: Gathering) -> None:
    document = read_yaml(gathering.read(at(gathering.folder, "pubspec.yaml")))
    if not isinstance(document, dict):
        gathering.needs("`pubspec.yaml` cannot be read")
        return
    for kind in ("dependencies", "dev_dependencies", "dependency_overrides"):
        for name, each in table(document, kind).items():
            if isinstance(each, dict) and "path" in each:
                gathering.needs(f"`{name}` is a dependency in a folder of the tree")
    if "workspace" in document:
        gathering.needs("`pubspec.yaml` is the root of a workspace")
    if table(document, "flutter").get("generate"):
        gathering.needs("`flutter: generate` makes the install write code from the source")


def renv(gathering: Gathering) -> None:
    text = gathering.read(at(gathering.folder, ".Rprofile")) or ""
    if not all(_PROFILE.match(line) for line in text.splitlines()):
        gathering.needs("`.Rprofile` is a program, which may read other files")
