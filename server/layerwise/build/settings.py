"""What a step sets up for the package managers of later steps: the configuration files that it writes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from layerwise.build.operations import program_of
from layerwise.shell.tree import Command, Script
from layerwise.syntax.tree import Heredoc, Instruction, Run, Transfer
from layerwise.text.patterns import regex

PIP_NO_CACHE = "pip:no-cache"
UV_NO_CACHE = "uv:no-cache"
APT_NO_RECOMMENDS = "apt:no-recommends"
APT_KEEPS_ARCHIVES = "apt:keeps-archives"
"""The hook of the official images that removes downloaded packages is gone, or overruled."""
DNF_NO_WEAK = "dnf:no-weak-dependencies"
ZYPPER_NO_RECOMMENDS = "zypper:no-recommends"
PIP_CONFIGURED = "pip:configured"
APT_CONFIGURED = "apt:configured"
"""A configuration file is copied in whose content we do not know."""

_PIP_FILE = regex(r"(?:^|/)\.?pip/pip\.conf$|^/etc/pip\.conf$|/pip\.conf$")
_UV_FILE = regex(r"(?:^|/)uv/uv\.toml$")
_APT_FILE = regex(r"^/etc/apt/apt\.conf(?:\.d/|$)")
_DNF_FILE = regex(r"^/etc/(?:dnf/|yum)")
_ZYPPER_FILE = regex(r"^/etc/zypp/zypp(?:er)?\.conf$")
_DOCKER_CLEAN = "/etc/apt/apt.conf.d/docker-clean"
_NO_VALUE = r"\s*[=:]?\s*[\"']?(?:false|0|no|off)\b"
_YES_VALUE = r"\s*[=:]?\s*[\"']?(?:true|1|yes|on)\b"
_CONTENTS: tuple[tuple[re.Pattern[str], str, str], ...] = (
    # pip reads any truth value of this one as "no cache", see knowledge.packages.
    (_PIP_FILE, r"no-cache-dir\s*=\s*(?:true|false|1|0|yes|no|on|off|[ytnf])\b", PIP_NO_CACHE),
    (_UV_FILE, r"^\s*no-cache\s*=\s*true\b", UV_NO_CACHE),
    (_APT_FILE, r"Install-Recommends" + _NO_VALUE, APT_NO_RECOMMENDS),
    (_APT_FILE, r"Keep-Downloaded-Packages" + _YES_VALUE, APT_KEEPS_ARCHIVES),
    (_DNF_FILE, r"install_weak_deps" + _NO_VALUE, DNF_NO_WEAK),
    (_ZYPPER_FILE, r"solver\.onlyRequires" + _YES_VALUE, ZYPPER_NO_RECOMMENDS),
    (_ZYPPER_FILE, r"installRecommends" + _NO_VALUE, ZYPPER_NO_RECOMMENDS),
)
_UNKNOWN = ((_PIP_FILE, PIP_CONFIGURED), (_APT_FILE, APT_CONFIGURED))


def settings_made_by(instruction: Instruction, script: Script | None) -> frozenset[str]:
    """The settings, as ``tool:setting``. Only those that a rule asks for are known."""
    found: set[str] = set()
    if isinstance(instruction, Transfer):
        for path, content in _copied(instruction):
            found.update(_configured(path, content))
    elif isinstance(instruction, Run) and script is not None:
        bodies = {heredoc.span.start: heredoc.text for heredoc in instruction.heredocs}
        for command in script.commands:
            found.update(_configured_by(command))
            for path, content in _written(command, bodies):
                found.update(_configured(path, content))
    return frozenset(found)


def _copied(instruction: Transfer) -> Iterator[tuple[str, str | None]]:
    if instruction.destination is None:
        return
    destination = instruction.destination.text
    for source in instruction.sources:
        name = source.delimiter if isinstance(source, Heredoc) else source.text.rpartition("/")[2]
        path = destination + name if destination.endswith("/") else destination
        yield path, source.text if isinstance(source, Heredoc) else None


def _written(command: Command, bodies: dict[int, str]) -> Iterator[tuple[str, str]]:
    """The files that a command writes, with all the text that may go into them."""
    texts = [word.value or word.text for word in command.arguments]
    texts += [bodies[each.span.start] for each in command.redirections if each.span.start in bodies]
    content = "\n".join(texts).replace("\\n", "\n")
    for each in command.redirections:
        if ">" in each.operator and each.target and each.target.value:
            yield each.target.value, content
    if command.program == "tee" or (command.program == "sed" and any(text.startswith("-i") for text in texts)):
        yield from ((text, content) for text in texts if text.startswith("/"))


def _configured(path: str, content: str | None) -> Iterable[str]:
    if content is None:
        return {setting for pattern, setting in _UNKNOWN if pattern.search(path)}
    return {
        setting
        for pattern, text, setting in _CONTENTS
        if pattern.search(path) and re.search(text, content, re.IGNORECASE | re.MULTILINE)
    }


def _configured_by(command: Command) -> Iterable[str]:
    """Settings made by the tool itself, and the removal of a file that was one."""
    texts = [word.value or "" for word in command.arguments]
    program = program_of(command)
    if "config" in texts and (program.startswith("pip") or "pip" in texts):
        rest = [text for text in texts[texts.index("config") + 1 :] if not text.startswith("-")]
        if len(rest) == 3 and rest[0] == "set" and rest[1].endswith("no-cache-dir"):
            return _configured("/etc/pip.conf", f"no-cache-dir = {rest[2]}")
    if program in ("rm", "mv", "truncate") and any(text.startswith(_DOCKER_CLEAN) for text in texts):
        return {APT_KEEPS_ARCHIVES}
    if program in ("dnf", "dnf5", "yum") and {"config-manager", "setopt"}.intersection(texts):
        return _configured("/etc/dnf/dnf.conf", "\n".join(texts))
    return ()
