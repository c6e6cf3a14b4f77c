"""The instructions of a Dockerfile: their flags, how many arguments they want and which notations they take.

From the Dockerfile reference and BuildKit's ``frontend/dockerfile/instructions`` (as of Dockerfile syntax 1.20).
"""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct, field


class FlagKind(StrEnum):
    """What a flag's value is, and how often the flag may stand."""

    TEXT = "text"
    """``--from=value``, once."""
    SWITCH = "switch"
    """``--link`` or ``--link=false``, once."""
    LIST = "list"
    """``--exclude=value``, any number of times."""


class Arguments(StrEnum):
    """How BuildKit cuts what stands behind the flags."""

    WORDS = "words"
    """At white space."""
    WHOLE = "whole"
    """Not at all: one argument."""
    PAIRS = "pairs"
    """``name=value`` with quotes."""
    COMMAND = "command"
    """A command for a shell, or a JSON array."""
    PATHS = "paths"
    """Words, or a JSON array."""
    INSTRUCTION = "instruction"
    """Another instruction."""


MANY = 1 << 30
"""No limit to the number of arguments."""


class InstructionKind(Struct, frozen=True):
    """What the builder knows of an instruction."""

    name: str
    arguments: Arguments
    flags: dict[str, FlagKind] = field(default_factory=dict)
    fewest: int = 0
    """How many arguments it wants at least, as BuildKit cuts them."""
    most: int = MANY
    ignores_flags: bool = False
    """The builder never looks at its flags, so that wrong ones pass."""
    takes_heredocs: bool = False

    @property
    def takes_json(self) -> bool:
        return self.arguments in (Arguments.COMMAND, Arguments.PATHS)


_KINDS = (
    InstructionKind(
        "ADD",
        Arguments.PATHS,
        {
            "chown": FlagKind.TEXT,
            "chmod": FlagKind.TEXT,
            "link": FlagKind.SWITCH,
            "keep-git-dir": FlagKind.SWITCH,
            "checksum": FlagKind.TEXT,
            "unpack": FlagKind.SWITCH,
            "exclude": FlagKind.LIST,
        },
        fewest=2,
        takes_heredocs=True,
    ),
    InstructionKind("ARG", Arguments.PAIRS, fewest=1, ignores_flags=True),
    InstructionKind("CMD", Arguments.COMMAND),
    InstructionKind(
        "COPY",
        Arguments.PATHS,
        {
            "chown": FlagKind.TEXT,
            "from": FlagKind.TEXT,
            "chmod": FlagKind.TEXT,
            "link": FlagKind.SWITCH,
            "parents": FlagKind.SWITCH,
            "exclude": FlagKind.LIST,
        },
        fewest=2,
        takes_heredocs=True,
    ),
    InstructionKind("ENTRYPOINT", Arguments.COMMAND),
    InstructionKind("ENV", Arguments.PAIRS, fewest=1),
    InstructionKind("EXPOSE", Arguments.WORDS, fewest=1),
    InstructionKind("FROM", Arguments.WORDS, {"platform": FlagKind.TEXT}, fewest=1, most=3),
    InstructionKind(
        "HEALTHCHECK",
        Arguments.COMMAND,
        {
            "interval": FlagKind.TEXT,
            "timeout": FlagKind.TEXT,
            "start-period": FlagKind.TEXT,
            "start-interval": FlagKind.TEXT,
            "retries": FlagKind.TEXT,
        },
        fewest=1,
    ),
    InstructionKind("LABEL", Arguments.PAIRS, fewest=1),
    InstructionKind("MAINTAINER", Arguments.WHOLE, fewest=1, most=1),
    InstructionKind("ONBUILD", Arguments.INSTRUCTION, fewest=1, takes_heredocs=True),
    InstructionKind(
        "RUN",
        Arguments.COMMAND,
        {
            "mount": FlagKind.LIST,
            "network": FlagKind.TEXT,
            "security": FlagKind.TEXT,
            "device": FlagKind.LIST,
        },
        takes_heredocs=True,
    ),
    InstructionKind("SHELL", Arguments.COMMAND, fewest=1),
    InstructionKind("STOPSIGNAL", Arguments.WHOLE, fewest=1, most=1, ignores_flags=True),
    InstructionKind("USER", Arguments.WHOLE, fewest=1, most=1),
    InstructionKind("VOLUME", Arguments.PATHS, fewest=1),
    InstructionKind("WORKDIR", Arguments.WHOLE, fewest=1, most=1),
)

INSTRUCTIONS: dict[str, InstructionKind] = {kind.name: kind for kind in _KINDS}
"""By name, in upper case."""

DIRECTIVES = ("syntax", "escape", "check")

MOUNT_TYPES = ("bind", "cache", "secret", "ssh", "tmpfs")

MOUNT_KEYS = (
    "type",
    "from",
    "source",
    "target",
    "readonly",
    "id",
    "sharing",
    "required",
    "size",
    "mode",
    "uid",
    "gid",
    "src",
    "dst",
    "destination",
    "ro",
    "rw",
    "readwrite",
    "env",
)

MOUNT_SHARING = ("shared", "private", "locked")

NETWORKS = ("default", "none", "host")

SECURITIES = ("insecure", "sandbox")

PROTOCOLS = ("tcp", "udp", "sctp")

SIGNALS = frozenset(
    [
        "ABRT",
        "ALRM",
        "BUS",
        "CHLD",
        "CLD",
        "CONT",
        "FPE",
        "HUP",
        "ILL",
        "INT",
        "IO",
        "IOT",
        "KILL",
        "PIPE",
        "POLL",
        "PROF",
        "PWR",
        "QUIT",
        "SEGV",
        "STKFLT",
        "STOP",
        "SYS",
        "TERM",
        "TRAP",
        "TSTP",
        "TTIN",
        "TTOU",
        "URG",
        "USR1",
        "USR2",
        "VTALRM",
        "WINCH",
        "XCPU",
        "XFSZ",
        "RTMIN",
        "RTMAX",
    ]
    + [f"RTMIN+{number}" for number in range(1, 16)]
    + [f"RTMAX-{number}" for number in range(1, 15)]
)
"""Names without ``SIG`` that STOPSIGNAL takes, see ``moby/sys/signal``."""
