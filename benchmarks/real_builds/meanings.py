"""How two images of a project differ: in what its refactoring is for, in what is explained, and in all else.

What was meant follows from facts: the lists of the package database, the new ``.dockerignore``, where each COPY puts
which file of the context, what the image below holds. A difference that no fact accounts for is one.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from images import CACHES, Image, differing
from versions import Version, analysis_of

from layerwise.build import build
from layerwise.build.dependencies.folders import absolute, is_within
from layerwise.build.mounts import cache_targets
from layerwise.context import ContextTree
from layerwise.syntax import parse
from layerwise.syntax.tree import Heredoc, Transfer

IGNORED = "kept out by .dockerignore"
PACKAGES = "packages"
SOURCES = "sources"
MADE = "made on the way"
DEVELOPMENT = "development packages"
IMAGE = "of the other image"
SERVED = "served elsewhere"
KEEPING = "apt keeps downloads"
MOUNTED = "folders of mounts"

MEANINGS: Mapping[str, str] = {
    IGNORED: "files of the context that the new `.dockerignore` keeps from the builder; and that file itself, which is "
    "copied with the rest.",
    PACKAGES: "files of Debian packages that are not installed any more, or only now, by the image's own package "
    "database, and the records that installing keeps (`var/lib/dpkg`, `etc/alternatives`, `etc/group` and their kin).",
    SOURCES: "split: files of the context that only the stage that builds reads.",
    MADE: "split: what the build left in the folder of the project on its way, such as object files.",
    DEVELOPMENT: "split: packages below `node_modules` or `vendor` that only the build needs.",
    IMAGE: "split: files and variables that came with the image of the compiler, or come with the one that it runs on.",
    SERVED: "split: files with the same content as before, where the server of the new image looks for them.",
    MOUNTED: "empty folders that the builder makes where a cache mount goes, and leaves there.",
    KEEPING: "`etc/apt/apt.conf.d/docker-clean` is gone, which would empty apt's cache mount after each install.",
}
"""What may differ, and why that is meant."""
_RECORDS = re.compile(
    r"^(?:var/lib/(?:dpkg|ucf|systemd|pam|python|apt|xml-core|sgml-base|emacsen-common|dbus|polkit-1|php|gems)(?:/|$)"
    r"|etc/(?:alternatives|ssl/certs|rc.\.d|systemd|php|xml|sgml|python3(?:\.\d+)?|apache2|emacs|fonts|X11|perl|init\.d"
    r"|ca-certificates|skel|pam\.d|default)(?:/|$)|etc/(?:passwd|group|shadow|gshadow|subuid|subgid)-?$"
    r"|etc/(?:ca-certificates\.conf|inputrc|shells|\.pwd\.lock|machine-id|environment|profile|nsswitch\.conf)"
    r"|usr/share/(?:info|mime|fonts|icons|applications|glib-2\.0|xml|perl|keyrings)(?:/|$)|usr/share/bash-completion/"
    r"|usr/lib/.*\.cache$|usr/lib/(?:systemd|ssl|udev)/"
    r"|usr/local/(?:share/(?:fonts|xml|sgml|emacs|ca-certificates)|lib/python3\.\d+)/(?:dist-packages/)?$)"
)
"""Where the scripts of packages keep what belongs to no package."""
_LIBRARIES = re.compile(r"(?:^|/)(?:node_modules|vendor)/")


@dataclass(frozen=True)
class Divergence:
    """How an image differs from the one that was built of the Dockerfile as it was written."""

    caches: int
    meant: dict[str, int]
    """How many files differ by what was meant, see ``MEANINGS``."""
    packages: tuple[str, ...]
    """The Debian packages that only one of them has, with ``-`` or ``+``."""
    rest: tuple[str, ...]
    settings: tuple[str, ...]
    same_output: bool
    explained: tuple[str, ...] = ()
    """What else differs, and why that does not matter, as the project says."""
    examples: dict[str, str] = field(default_factory=dict)

    @property
    def is_clean(self) -> bool:
        """It differs in nothing but caches, what was meant, and what is explained."""
        return self.same_output and not self.rest and not self.settings


@dataclass(frozen=True)
class Ground:
    """The images that two versions stand on, as files and variables."""

    before: Image
    after: Image


@dataclass(frozen=True)
class Brought:
    """Where the files of the context come to lie in the image, as the Dockerfile was written."""

    files: Mapping[str, str]
    """The path in the image, and in the context."""
    folders: tuple[str, ...]
    """The folders of the image that files are copied to."""

    def is_in_project(self, path: str) -> bool:
        return any(path.startswith(folder) for folder in self.folders)


def brought(text: str, root: Path) -> Brought:
    """Follow every COPY and ADD of the final stage."""
    analysis = analysis_of(text, root)
    final, context = analysis.build.final, analysis.context
    files: dict[str, str] = {}
    folders: set[str] = set()
    for step in final.steps if final and context else ():
        instruction = step.instruction
        if isinstance(instruction, Transfer) and instruction.flag("from") is None and instruction.destination:
            word = step.value(instruction.destination.text)
            target = absolute(word, step.before.workdir or "/")
            for source in instruction.sources:
                name = None if isinstance(source, Heredoc) else step.value(source.text)
                if context and name and word and target:
                    _follow(context, name, word, target, files, folders)
    return Brought(files, tuple(sorted(folders)))


def _follow(context: ContextTree, name: str, word: str, target: str, files: dict[str, str], folders: set[str]) -> None:
    for path in context.glob(name):
        if context.is_folder(path):
            folders.add(target.strip("/") + "/")
            for each in context.files_below(path):
                files[posixpath.join(target, posixpath.relpath(each, path)).lstrip("/")] = each
        else:
            is_folder = word.endswith(("/", ".")) or target == "/"
            found = posixpath.join(target, posixpath.basename(path)) if is_folder else target
            files[found.lstrip("/")] = path


class Comparison:
    """Compares the image of a version with the one of the Dockerfile as it was written."""

    def __init__(self, before: Image, after: Image, version: Version, source: Brought, ground: Ground | None) -> None:
        self._before, self._after = before, after
        self._version, self._source, self._ground = version, source, ground
        self._has_other_packages = before.packages != after.packages
        self._contents = {_content(each) for name, each in before.files.items() if not name.endswith("/")}
        self._ignores = any(path.endswith(".dockerignore") for path, _ in version.files)
        stages = build(parse(version.text)).stages
        self._targets = [each for stage in stages for step in stage.steps for each in cache_targets(step)]

    def divergence(self, known: Mapping[str, str], context: ContextTree | None) -> Divergence:
        """:param known: what may differ for a reason that the project gives.
        :param context: the build context, as the version's own ``.dockerignore`` leaves it."""
        before, after = self._before, self._after
        other = [name for name in differing(before, after) if name not in before.volatile]
        reasons = dict(self._reasons(known, context, other))
        meant: dict[str, int] = {}
        for name in other:
            reason = reasons.get(name, "")
            if reason in MEANINGS:
                meant[reason] = meant.get(reason, 0) + 1
        settings, variables = self._settings(known)
        if variables:
            meant[IMAGE] = meant.get(IMAGE, 0) + len(variables)
        examples = {reason: name for name, reason in reversed(reasons.items()) if reason in MEANINGS}
        explained = (*_explained(reasons, known), *settings.explained)
        gone, new = before.packages - after.packages, after.packages - before.packages
        return Divergence(
            caches=sum(reason == "cache" for reason in reasons.values()),
            meant=meant,
            packages=(*(f"-{name}" for name in sorted(gone)), *(f"+{name}" for name in sorted(new))),
            rest=tuple(f"{self._sign(name)}{name}" for name in other if name not in reasons),
            settings=settings.other,
            same_output=before.output == after.output,
            explained=explained,
            examples=examples,
        )

    def _reasons(
        self, known: Mapping[str, str], context: ContextTree | None, other: list[str]
    ) -> Iterator[tuple[str, str]]:
        """Each path with a reason, deepest first, since a folder is gone for the reason of what was in it."""
        found: dict[str, str] = {}
        for name in reversed(other):
            reason = self._reason(name, known, context)
            if not reason and name.endswith("/") and self._sign(name) != "~":
                below = {found.get(each, "") for each in other if each != name and each.startswith(name)}
                reason = min(below) if below and "" not in below else ""
            if reason:
                found[name] = reason
        return iter(sorted(found.items()))

    def _reason(self, name: str, known: Mapping[str, str], context: ContextTree | None) -> str:
        if CACHES.search(name):
            return "cache"
        for each in known:
            path = each.removeprefix(f"{self._version.name}:")
            if name == path or (path.endswith("/") and name.startswith(path)):
                return f"known {each}"
        if self._is_ignored(name, context):
            return IGNORED
        if self._version.name == "fixed":
            return ""
        if self._is_of_packages(name):
            return PACKAGES
        if name == "etc/apt/apt.conf.d/docker-clean" and "cache/missing-cache-mount" in self._version.rules:
            return KEEPING
        if (
            self._sign(name) == "+"
            and name.endswith("/")
            and any(is_within(each, f"/{name[:-1]}") for each in self._targets)
        ):
            return MOUNTED
        return self._of_split(name) if self._version.name == "split" else ""

    def _is_ignored(self, name: str, context: ContextTree | None) -> bool:
        if not self._ignores or context is None:
            return False
        if self._sign(name) == "+":
            return posixpath.basename(name) == ".dockerignore"
        path = self._source.files.get(name)
        return self._sign(name) == "-" and path is not None and context.ignored(path)

    def _is_of_packages(self, name: str) -> bool:
        if not self._has_other_packages:
            return False
        path = name.rstrip("/")
        before, after = self._before.owners.get(path), self._after.owners.get(path)
        owner, others = (before, self._after) if before else (after, self._before)
        if owner is not None:
            return owner not in others.packages
        links = [each.files.get(name, "").partition(" /etc/alternatives/")[1] for each in (self._before, self._after)]
        return any(links) or bool(_RECORDS.match(name))

    def _of_split(self, name: str) -> str:
        sign = self._sign(name)
        if self._ground is not None:
            below = (self._ground.before if sign == "-" else self._ground.after).files
            above = (self._before if sign == "-" else self._after).files
            if name in below and below[name] == above.get(name):
                return IMAGE
        if sign == "+":
            return SERVED if _content(self._after.files[name]) in self._contents else ""
        if sign == "~" or not self._source.is_in_project(name):
            return ""
        if name in self._source.files:
            return SOURCES
        return DEVELOPMENT if _LIBRARIES.search(name) else MADE

    def _settings(self, known: Mapping[str, str]) -> tuple[_Settings, list[str]]:
        """Settings that differ; and the variables among them that are those of the images below."""
        before, after = self._before.settings, self._after.settings
        variables: list[str] = []
        other, explained = [], []
        for key in sorted({*before, *after}):
            if before.get(key) == after.get(key):
                continue
            note = known.get(f"{self._version.name}:{key}")
            if key == "Env" and self._ground is not None and self._version.name == "split":
                gone, new = set(before[key]) - set(after[key]), set(after[key]) - set(before[key])
                below = {*self._ground.before.settings["Env"], *self._ground.after.settings["Env"]}
                variables += sorted((gone | new) & below)
                if gone | new <= below:
                    continue
            if note:
                explained.append(f"`{key}`: {note}")
            else:
                other.append(f"{key}: {before.get(key)} -> {after.get(key)}")
        return _Settings(tuple(other), tuple(explained)), variables

    def _sign(self, name: str) -> str:
        """``-`` for what is gone, ``+`` for what is new, ``~`` for what is another."""
        return "-" if name not in self._after.files else "+" if name not in self._before.files else "~"


@dataclass(frozen=True)
class _Settings:
    other: tuple[str, ...]
    explained: tuple[str, ...]


def _explained(reasons: Mapping[str, str], known: Mapping[str, str]) -> Iterator[str]:
    for each, why in known.items():
        count = sum(reason == f"known {each}" for reason in reasons.values())
        if count:
            yield f"`{each.partition(':')[2] or each}`: {why}" + (f" ({count:,} files)" if count > 1 else "")


def _content(described: str) -> str:
    """What a file holds, without its mode and owner."""
    kind, _, _, *what = described.split(" ", 3)
    return f"{kind} {' '.join(what)}"
