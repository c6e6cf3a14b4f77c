"""What a command sets up for the commands of later steps: configuration files of package managers."""

from __future__ import annotations

from layerwise.shell.tree import Command

_TRUE = frozenset({"1", "true", "yes", "on"})


def settings_made_by(command: Command) -> frozenset[str]:
    """The settings, as ``tool:setting``. Only those that a rule asks for are known."""
    found: set[str] = set()
    values = [word.value or "" for word in command.arguments]
    if (_is_pip(command) and values[:2] == ["config", "set"]) or values[:4] == ["-m", "pip", "config", "set"]:
        rest = [value for value in values if not value.startswith("-")]
        if len(rest) >= 2 and rest[-2].endswith(".no-cache-dir") and rest[-1].lower() in _TRUE:
            found.add("pip:no-cache")
    if command.program == "rm" and any(value.startswith("/etc/apt/apt.conf.d/docker-clean") for value in values):
        found.add("apt:keeps-archives")
    target = next((each.target.value for each in command.redirections if each.target and ">" in each.operator), None)
    written = " ".join(values).lower().replace('"', "").replace("'", "")
    if target and target.startswith("/etc/apt/"):
        found |= _apt_configuration(written)
    if target and target.startswith(("/etc/dnf/", "/etc/yum")) and _says(written, "install_weak_deps", "false", "0"):
        found.add("dnf:no-weak-dependencies")
    if command.program in ("dnf", "microdnf") and "install_weak_deps=false" in written and "config-manager" in written:
        found.add("dnf:no-weak-dependencies")
    return frozenset(found)


def _is_pip(command: Command) -> bool:
    return command.program.startswith("pip")


def _apt_configuration(written: str) -> set[str]:
    found: set[str] = set()
    if _says(written, "install-recommends", "false", "0", "no"):
        found.add("apt:no-recommends")
    if _says(written, "keep-downloaded-packages", "true", "1", "yes"):
        found.add("apt:keeps-archives")
    return found


def _says(written: str, name: str, *values: str) -> bool:
    """Whether a configuration text sets ``name`` to one of these values."""
    _, found, rest = written.partition(name)
    return bool(found) and rest.lstrip(" =").startswith(values)
