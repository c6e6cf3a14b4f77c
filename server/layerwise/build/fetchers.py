"""Which program a step calls by the name ``wget``, and how much that says in the log of the build."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from enum import StrEnum

from layerwise.build.model import ImageName, Step
from layerwise.build.operations import Operation
from layerwise.build.traces import fetched_names
from layerwise.knowledge.base_images import BUSYBOX_IMAGES, WITHOUT_PACKAGE_LISTS
from layerwise.knowledge.programs import WGET_VALUED
from layerwise.knowledge.weights import CHECKS, INSTALLERS, MOSTLY_LARGE, MOSTLY_SMALL
from layerwise.shell.tree import Around, Command, ShellWord
from layerwise.text.patterns import regex

_QUIET = regex(
    r"--(?:progress|quiet|no-verbose|output-file|append-output|background|spider|version|help)(?:=|$)"
    r"|--execute=(?:quiet|progress|verbose)"
)
_SETTINGS = regex(r"(?:quiet|progress|verbose)\s*=")
_QUIET_LETTERS = frozenset("qoabVh")
_OPTIONS = regex(r"\$\{?(\w*(?:OPT|ARG|FLAG|PARAM|QUIET)\w*)", re.IGNORECASE)
"""A variable that by its name holds options."""

_RAW = regex(r"https?://(?:raw|gist)\.githubusercontent\.com/")
"""Addresses of single files of a repository, which are mostly texts."""
_EXTENSION = regex(r"https?://pecl\.php\.net/get/")
"""Addresses of the sources of PHP's extensions."""


class Wget(StrEnum):
    """The programs of that name."""

    GNU = "GNU"
    SECOND = "wget2"
    BUSYBOX = "BusyBox"
    UNKNOWN = "unknown"


def wget_of(step: Step, image: ImageName | None) -> Wget:
    """The one that a step runs in a stage on an image: what was installed, else what the image has."""
    second = image is not None and image.name == "fedora" and not re.match(r"[123]?\d(?:\D|$)", image.tag)
    if "wget" in step.before.installed or any(_installs(step)):
        return Wget.SECOND if second else Wget.GNU
    if image is None or not image.name:
        return Wget.UNKNOWN
    if image.name in BUSYBOX_IMAGES or "alpine" in image.tag or "apk" in step.tools:
        return Wget.BUSYBOX
    return Wget.GNU if image.known and image.name in WITHOUT_PACKAGE_LISTS else Wget.UNKNOWN


def _installs(step: Step) -> Iterator[bool]:
    for each in step.operations:
        if each.operation is Operation.INSTALL and each.manager.is_distribution:
            yield any(word.value == "wget" for word in each.packages)


def is_quiet(command: Command, step: Step) -> bool:
    """Whether a ``wget`` shows no progress in the log, or may not for all that can be known."""
    words = command.arguments
    if not words or _is_redirected(command):
        return True
    skipped = False
    for index, word in enumerate(words):
        if skipped:
            skipped = False
            continue
        if word.value is None and _is_quiet_variable(word, step):
            return True
        text = word.value or word.text
        following = words[index + 1] if index + 1 < len(words) else None
        if _QUIET.match(text) or (text in ("-e", "--execute") and following and _SETTINGS.match(_text(following))):
            return True
        if text.startswith("-") and not text.startswith("--"):
            quiet, skipped = _of_letters(text[1:])
            if quiet:
                return True
    return False


def is_small(command: Command) -> bool:
    """Whether all that a command fetches is by its name of a few kilobytes, such as keys and scripts."""
    words = [_text(word) for word in command.arguments]
    urls = [word.partition("?")[0] for word in words if "://" in word]
    names = [posixpath.basename(name) for name in (*fetched_names(command, words), *urls)]
    if urls and all(_EXTENSION.match(url) for url in urls):
        return True
    if any(name.endswith(MOSTLY_LARGE) or INSTALLERS.search(name) for name in names):
        return False
    is_raw = bool(urls) and all(_RAW.match(url) for url in urls)
    return is_raw or any(posixpath.splitext(name)[1] in MOSTLY_SMALL | CHECKS for name in names)


def _of_letters(letters: str) -> tuple[bool, bool]:
    """Whether a bundle of one-letter options makes it quiet, and whether it takes the next word."""
    for index, letter in enumerate(letters):
        if letter == "n":  # ``-nv``, ``-nc``, ``-nvc``: all that follow are what not to do.
            return "v" in letters[index:], False
        if letter in _QUIET_LETTERS:
            return True, False
        if letter in WGET_VALUED:
            return False, index == len(letters) - 1
    return False, False


def _is_redirected(command: Command) -> bool:
    """Whether its messages go elsewhere."""
    for each in command.redirections:
        if each.operator.startswith("&>") or (each.descriptor == 2 and each.operator in (">", ">>", ">|")):
            return True
        if each.descriptor == 2 and each.operator == ">&":
            return len(command.redirections) > 1 or Around.PIPELINE in command.within
    return False


def _is_quiet_variable(word: ShellWord, step: Step) -> bool:
    match = _OPTIONS.search(word.text)
    if match is None:
        return False
    value = step.value(word.text.strip('"')) if step.before.lookup(match[1]) else None
    if value is None:
        return True
    return any(
        _QUIET.match(each) or (each[:1] == "-" != each[1:2] and _of_letters(each[1:])[0]) for each in value.split()
    )


def _text(word: ShellWord) -> str:
    return word.value if word.value is not None else word.text.replace('"', "")
