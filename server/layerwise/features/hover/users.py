"""Users in words: what a name or a number in USER and ``--chown`` stands for, and which step creates it."""

from __future__ import annotations

from collections.abc import Iterator

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


def user_text(place: Place, user: str) -> str:
    """Who a user is; the text ends in a full stop."""
    if user in ("root", "0"):
        return "root, who may do everything in the container."
    if user.isdecimal():
        return "a number: needs no entry in `/etc/passwd`, and Kubernetes can check `runAsNonRoot`."
    line = next(iter(_created(place, user)), None)
    if line is not None:
        return f"created on line {line}. Kubernetes cannot check `runAsNonRoot` for a name: its number can."
    image = place.stage.facts.image if place.stage else None
    name, number = _IMAGE_USERS.get(image.name, ("", "")) if image else ("", "")
    if name == user:
        return f"comes with the image, with number {number}."
    if user in ("nobody", "www-data", "daemon", "nonroot"):
        return "a system user that many images have."
    return "looked up in `/etc/passwd` when the step runs, or the container starts. No step of this stage creates it."


def owner_text(place: Place, owner: str) -> str:
    """Who the value of ``--chown`` means."""
    user, _, group = owner.partition(":")
    text = f"user {user_text(place, user)}" if user else ""
    if group:
        text += f" Group `{group}`."
    elif user.isdecimal():
        text += f" The group is {user} too."
    return text.strip()


def _created(place: Place, user: str) -> Iterator[int]:
    if place.stage is None:
        return
    stage = place.stage
    while True:
        for step in stage.steps:
            for command in step.script.commands if step.script else ():
                if _creates(command, user):
                    yield place.line(command.span.start)
        if stage.parent is None:
            return
        stage = place.analysis.build.stages[stage.parent]


def _creates(command: Command, user: str) -> bool:
    if not command.words or command.program not in _CREATORS:
        return False
    return any(word.value == user for word in command.arguments)
