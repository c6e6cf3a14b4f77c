"""Users in words: what a name or a number in USER and ``--chown`` stands for, and which step creates it."""

from __future__ import annotations

from collections.abc import Iterator

from layerwise.features.hover.markdown import code
from layerwise.features.place import Place
from layerwise.shell.tree import Command

_CREATORS = frozenset({"useradd", "adduser"})
_IMAGE_USERS = {
    "node": ("node", "1000"),
    "postgres": ("postgres", "999 (70 on Alpine)"),
    "nginx": ("nginx", "101"),
    "redis": ("redis", "999"),
    "mysql": ("mysql", "999"),
    "mongo": ("mongodb", "999"),
    "ubuntu": ("ubuntu", "1000, since 24.04"),
    "gradle": ("gradle", "1000"),
    "oven/bun": ("bun", "1000"),
    "php": ("www-data", "33 (82 on Alpine)"),
    "httpd": ("www-data", "33 (82 on Alpine)"),
}
"""Users that official images bring, with their numbers."""
_COMMON = frozenset({"nobody", "www-data", "daemon", "nonroot"})


def user_text(place: Place, user: str) -> str:
    """Who the user of a USER is, as sentences."""
    if user in ("root", "0"):
        return f"**{code(user)}** may do everything in the container."
    if user.isdecimal():
        return f"**{code(user)}** needs no entry in `/etc/passwd`, and lets Kubernetes check `runAsNonRoot`."
    return f"**{code(user)}** {_known(place, user)}. Kubernetes can check `runAsNonRoot` for a number only."


def owner_text(place: Place, owner: str) -> str:
    """Who the value of ``--chown`` means, as sentences."""
    user, _, group = owner.partition(":")
    who = "needs no entry in `/etc/passwd`" if user.isdecimal() else _known(place, user) if user != "root" else "is 0"
    text = f"User {code(user)} {who}" if user else ""
    if group:
        return f"{text}, group {code(group)}." if text else f"Group {code(group)}."
    return text + (f", and the group is {user} too." if user.isdecimal() else ".")


def _known(place: Place, user: str) -> str:
    line = next(iter(_created(place, user)), None)
    if line is not None:
        return f"is created on line {line}"
    image = place.stage.facts.image if place.stage else None
    name, number = _IMAGE_USERS.get(image.name, ("", "")) if image else ("", "")
    if name == user:
        return f"comes with the image and has number {number}"
    if user in _COMMON:
        return "is a system user that many images have"
    return "must be in `/etc/passwd` of the image: no step of this stage creates it"


def _created(place: Place, user: str) -> Iterator[int]:
    stage = place.stage
    while stage is not None:
        for step in stage.steps:
            for command in step.script.commands if step.script else ():
                if _creates(command, user):
                    yield place.line(command.span.start)
        stage = place.analysis.build.stages[stage.parent] if stage.parent is not None else None


def _creates(command: Command, user: str) -> bool:
    if not command.words or command.program not in _CREATORS:
        return False
    return any(word.value == user for word in command.arguments)
