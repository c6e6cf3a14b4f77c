"""What a user may set, as data. Knows neither the files that settings stand in nor which rules there are.

A ``Settings`` says only what was said in one place: a field that is None was not set there. ``base`` is what it
overrides, so that the settings in force are a chain: the settings file, over it the editor's or the command line's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Literal, get_args

from layerwise.engine.globs import path_matches
from layerwise.lint import Severity

Profile = Literal["recommended", "hadolint", "buildkit", "all"]
PROFILES: tuple[str, ...] = get_args(Profile)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSettings:
    """What is set for one rule."""

    severity: Severity | None = None
    options: tuple[tuple[str, Any], ...] = ()
    """Options of the rule by name; their types have been checked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which rules are on, and how loud. A rule is named by its id, an alias, its family, or a pattern with ``*``."""

    profile: Profile | None = field(
        default=None,
        metadata={
            "about": "The set of rules to start from: `recommended`; what `hadolint` or `buildkit` report by default, "
            "with their severities; or `all`.",
            "default": "recommended",
        },
    )
    select: tuple[str, ...] | None = field(
        default=None, metadata={"about": "Only these rules are on, instead of those of the profile."}
    )
    extend_select: tuple[str, ...] = field(default=(), metadata={"about": "These rules are on too."})
    ignore: tuple[str, ...] = field(default=(), metadata={"about": "These rules are off."})
    rules: tuple[tuple[str, RuleSettings], ...] = field(
        default=(),
        metadata={
            "about": "What is set for single rules: a severity (`error`, `warning`, `information`, `hint`, `off`), or "
            "a table of `severity` and the options of the rule. A severity turns a rule on."
        },
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Override(Choice):
    """Other choices for some files."""

    paths: tuple[str, ...] = field(
        default=(),
        metadata={
            "about": "Which files, as patterns relative to the folder of the settings file (in an editor: to the "
            "workspace folder): `*` within a name, `**` over folders; a pattern without `/` matches the name in any "
            "folder.",
            "required": True,
        },
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildSettings:
    """How the image is built, where that differs from `docker build` in the folder of the Dockerfile."""

    context: str | None = field(
        default=None,
        metadata={
            "about": "The folder that is the build context, relative to the folder of the settings file (in an editor: "
            "to the workspace folder). By default it is found in compose and bake files, else it is the Dockerfile's "
            "folder."
        },
    )
    target: str | None = field(default=None, metadata={"about": "The stage that is built. By default the last."})
    args: tuple[tuple[str, str], ...] = field(
        default=(), metadata={"about": "Values of build arguments, as `--build-arg` gives them."}
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(Choice):
    """All that a settings file may say."""

    exclude: tuple[str, ...] = field(
        default=(),
        metadata={
            "about": "Files and folders that `layerwise check` leaves out when it searches a folder, as patterns.",
            "only_in_files": True,
        },
    )
    build: BuildSettings = field(default=BuildSettings(), metadata={"about": "How the image is built."})
    overrides: tuple[Override, ...] = field(
        default=(), metadata={"about": "Other choices for some files. Of several that match, the later one wins."}
    )
    root: str | None = field(default=None, metadata={"hidden": True})
    """The absolute folder that patterns are relative to."""
    base: Settings | None = field(default=None, metadata={"hidden": True})
    """What these settings override."""

    def over(self, base: Settings | None) -> Settings:
        """These settings on top of ``base``."""
        if base is None:
            return self
        return replace(self, base=self.base.over(base) if self.base else base)

    def chain(self) -> Iterator[Settings]:
        """All settings in force, the weakest first."""
        if self.base:
            yield from self.base.chain()
        yield self

    def choices(self, path: str | None) -> Iterator[Choice]:
        """What is chosen for the file at ``path``, the weakest first."""
        for settings in self.chain():
            yield settings
            for override in settings.overrides:
                if path is not None and any(path_matches(each, path, settings.root) for each in override.paths):
                    yield override

    def excludes(self, path: str) -> bool:
        """Whether a search through a folder leaves out this file or folder (an absolute path with ``/``)."""
        return any(
            path_matches(pattern, path, settings.root) for settings in self.chain() for pattern in settings.exclude
        )

    @property
    def context(self) -> str | None:
        """The build context as an absolute path, None when the settings don't say."""
        for settings in reversed(list(self.chain())):
            if settings.build.context is not None:
                return _joined(settings.root, settings.build.context)
        return None

    @property
    def target(self) -> str | None:
        return next((each.build.target for each in reversed(list(self.chain())) if each.build.target), None)

    @property
    def args(self) -> dict[str, str]:
        """Build arguments by name."""
        return {name: value for settings in self.chain() for name, value in settings.build.args}


@dataclass(frozen=True, slots=True, kw_only=True)
class EditorSettings:
    """What only an editor may say: what it shows of the findings, which is nothing that a build depends on."""

    syntax_errors: bool = field(
        default=True,
        metadata={
            "about": "Whether what the builder cannot read is underlined. Turn it off where another extension reports "
            "syntax errors too; all other findings stay.",
            "rules": ("build/syntax",),
        },
    )


def _joined(root: str | None, path: str) -> str:
    if path.startswith("/") or path[1:3] in (":/", ":\\") or root is None:
        return path
    parts = [*root.split("/"), *path.split("/")]
    done: list[str] = []
    for part in parts:
        if part == ".." and done:
            done.pop()
        elif part not in ("", "."):
            done.append(part)
    return ("/" if root.startswith("/") else "") + "/".join(done)
