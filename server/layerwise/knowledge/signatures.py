"""The ways to write each instruction, part by part, with what each part is."""

from __future__ import annotations

from msgspec import Struct


class Part(Struct, frozen=True):
    """A part of a signature: as it is shown, and what it is."""

    label: str
    about: str


class Signature(Struct, frozen=True):
    """One notation of an instruction. ``form`` tells how its parts are counted."""

    name: str
    form: str
    parts: tuple[Part, ...]

    @property
    def label(self) -> str:
        """The whole line. The parts stand in it in order."""
        return f"{self.name} {' '.join(part.label for part in self.parts)}".strip()


_OPENING = Part("[", "The JSON array: only double quotes count.")
_CLOSING = Part("]", "The end of the JSON array.")
_FLAGS = Part("[--flags]", "Options, before anything else.")
_SOURCE = Part("source", "A path in the build context, or below `--from`; patterns are allowed.")
_MORE_SOURCES = Part("…", "Further sources; the destination must end in `/` then.")
_DESTINATION = Part("destination", "A path in the image; a relative one starts at `WORKDIR`.")
_PROGRAM = Part("program", "The program that is started.")
_ARGUMENT = Part("argument", "Its first argument.")
_MORE = Part("…", "Further arguments.")


def _quoted(part: Part, comma: str = ",") -> Part:
    return Part(f'"{part.label}"{comma}', part.about)


def _copying(name: str) -> tuple[Signature, ...]:
    return (
        Signature(name, "paths", (_FLAGS, _SOURCE, _MORE_SOURCES, _DESTINATION)),
        Signature(
            name,
            "json paths",
            (_FLAGS, _OPENING, _quoted(_SOURCE), _quoted(_MORE_SOURCES), _quoted(_DESTINATION, ""), _CLOSING),
        ),
    )


def _command(name: str) -> tuple[Signature, ...]:
    return (
        Signature(name, "words", (_PROGRAM, _ARGUMENT, _MORE)),
        Signature(name, "json", (_OPENING, _quoted(_PROGRAM), _quoted(_ARGUMENT), _quoted(_MORE, ""), _CLOSING)),
    )


def _pairs(name: str, key: str, value: str) -> tuple[Signature, ...]:
    return (
        Signature(name, "legacy", (Part("key", key), Part("value", f"{value} The rest of the line."))),
        Signature(name, "pairs", (Part("key", key), Part("=value", value))),
        Signature(
            name,
            "pairs",
            (Part("key", key), Part("=value", value), Part("key2", "The next one."), Part("=value2", value)),
        ),
    )


_IMAGE = Part("image", "An image, an earlier stage, or `scratch`.")
_TAG = Part(":tag", "Which version; `latest` without.")
_DIGEST = Part("@digest", "Exactly this content: `sha256:…`.")
_AS = Part("AS", "Names the stage.")
_ALIAS = Part("name", "The stage's name, for `FROM`, `--from` and `--target`.")

SIGNATURES: dict[str, tuple[Signature, ...]] = {
    "ADD": _copying("ADD"),
    "COPY": _copying("COPY"),
    "CMD": _command("CMD"),
    "ENTRYPOINT": _command("ENTRYPOINT"),
    "RUN": _command("RUN"),
    "ARG": (
        Signature("ARG", "pairs", (Part("name", "The variable, given by `--build-arg`."),)),
        Signature(
            "ARG",
            "pairs",
            (Part("name", "The variable, given by `--build-arg`."), Part("=default", "Its value when none is given.")),
        ),
    ),
    "ENV": _pairs("ENV", "The variable.", "Its value; variables are expanded."),
    "LABEL": _pairs("LABEL", "The label's name.", "Its value; variables are expanded."),
    "EXPOSE": (
        Signature(
            "EXPOSE",
            "list",
            (
                Part("port[/protocol]", "A port, or a range, that the container listens on."),
                Part("…", "Further ports."),
            ),
        ),
    ),
    "FROM": (
        Signature("FROM", "image", (_IMAGE,)),
        Signature("FROM", "image", (_IMAGE, _TAG, _AS, _ALIAS)),
        Signature("FROM", "image", (_IMAGE, _DIGEST, _AS, _ALIAS)),
    ),
    "HEALTHCHECK": (
        Signature(
            "HEALTHCHECK",
            "health",
            (_FLAGS, Part("CMD", "Introduces the command."), Part("command", "Exit status 0 is healthy, 1 is not.")),
        ),
        Signature("HEALTHCHECK", "health", (Part("NONE", "Switches off the check of the base image."),)),
    ),
    "MAINTAINER": (Signature("MAINTAINER", "whole", (Part("name", "The author. Use a label instead."),)),),
    "ONBUILD": (Signature("ONBUILD", "whole", (Part("INSTRUCTION", "Runs in builds that start from this image."),)),),
    "SHELL": (
        Signature(
            "SHELL",
            "json",
            (_OPENING, _quoted(Part("shell", "The shell.")), _quoted(_ARGUMENT), _quoted(_MORE, ""), _CLOSING),
        ),
    ),
    "STOPSIGNAL": (Signature("STOPSIGNAL", "whole", (Part("signal", "`SIGTERM`, `SIGQUIT` …, or a number."),)),),
    "USER": (
        Signature("USER", "user", (Part("user", "A name or a number."),)),
        Signature("USER", "user", (Part("user", "A name or a number."), Part(":group", "Its only group."))),
    ),
    "VOLUME": (
        Signature("VOLUME", "list", (Part("path", "A path in the container."), Part("…", "Further paths."))),
        Signature(
            "VOLUME",
            "json list",
            (_OPENING, _quoted(Part("path", "A path in the container.")), Part('"…"', "Further paths."), _CLOSING),
        ),
    ),
    "WORKDIR": (Signature("WORKDIR", "whole", (Part("path", "A folder; a relative one continues the last."),)),),
}
"""By the name of the instruction; the plainest notation first."""

DIRECTIVES: dict[str, Signature] = {
    "escape": Signature("escape=", "whole", (Part("character", "A backslash or a backtick."),)),
    "syntax": Signature("syntax=", "whole", (Part("image", "What reads this file: `docker/dockerfile:1`."),)),
    "check": Signature("check=", "whole", (Part("settings", "`skip=NAME,…` and `error=true`, with `;` between."),)),
}
"""By the name of the directive."""
