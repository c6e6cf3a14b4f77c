"""Which file names are Dockerfiles. Knows names only, never what a file holds."""

from __future__ import annotations

_BASES = ("dockerfile", "containerfile")
_CAPITAL_BASES = ("Dockerfile.", "Containerfile.")

# ``Dockerfile.md`` is about a Dockerfile, ``Dockerfile.j2`` becomes one, ``Dockerfile.orig`` was one.
_TEXTS = "dockerignore containerignore md rst adoc html json yml yaml toml lock sig asc sha256 sbom"
_TEMPLATES = "j2 jinja jinja2 tmpl tmplt tpl template erb ejs m4 mustache hbs handlebars gotmpl mako in"
_LEFTOVERS = "bak backup orig rej old save swp swo swn tmp patch diff"
_OTHER_ENDINGS = frozenset(f"{_TEXTS} {_TEMPLATES} {_LEFTOVERS}".split())
# In lower case ``dockerfile.py`` is a module about Dockerfiles; ``Dockerfile.py`` builds the Python service.
_SOURCES = """
py pyi pyc pyx go js mjs cjs ts mts cts jsx tsx rb rs java kt scala cs fs php pl lua sh bash zsh ps1 c h cc cpp hpp
swift ex exs erl hs ml clj el vim tf hcl xml css txt svg png
"""
_SOURCE_ENDINGS = frozenset(_SOURCES.split())


def is_dockerfile_name(name: str) -> bool:
    """Whether a folder walk takes a file of this name for a Dockerfile.

    These are the names that VS Code gives the language ``dockerfile``, and that Docker and Podman look for:
    ``Dockerfile``, ``Containerfile``, ``Dockerfile.NAME``, ``NAME.Dockerfile`` and the same with ``Containerfile``.
    Ignore files, templates, backups and texts about Dockerfiles are left out; a path named on the command line is
    always read.
    """
    lower = name.lower()
    if lower in _BASES:
        return True
    stem, _, ending = lower.rpartition(".")
    if not stem or not ending or ending.endswith("~") or ending in _OTHER_ENDINGS:
        return False
    if ending in _BASES:
        return True
    if name.startswith(_CAPITAL_BASES):
        return True
    return lower.startswith(tuple(base + "." for base in _BASES)) and ending not in _SOURCE_ENDINGS
