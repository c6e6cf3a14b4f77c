"""Downloads whose address or branch is something else from one day to the next, and what pins them after all."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum

from msgspec import Struct

from layerwise.build.model import Stage, Step
from layerwise.build.traces import fetched_names
from layerwise.knowledge.moving import (
    ADDRESSES,
    BRANCHES,
    CHECKSUMS,
    CLONE_VALUED,
    COMFORTS,
    KEYS,
    MOUNTED,
    PINNING,
    REPOSITORY,
    VERSIONED,
)
from layerwise.knowledge.programs import SHELLS
from layerwise.knowledge.volatile import BUSTER, CHANGING
from layerwise.shell.tree import Around, Command, ShellWord
from layerwise.syntax.tree import Add, Heredoc, Run
from layerwise.text import Span
from layerwise.text.patterns import regex

_URL = regex(r"https?://\S+")
_FRAGMENT = regex(r"#([^:]*)")


class What(StrEnum):
    """What is fetched."""

    CLONE = "clone"
    FILE = "file"
    ADDED_FILE = "added file"
    ADDED_REPOSITORY = "added repository"


class Fetch(Struct, frozen=True):
    """A download that nothing pins. ``name`` is the branch of a clone, empty for the one that is the default."""

    what: What
    span: Span
    name: str


def moving_fetches(stage: Stage) -> Iterator[Fetch]:
    """Those of a stage, in order, without those that a checkout behind them pins, or that are to be fetched anew."""
    steps = stage.steps_about({"git", "curl", "wget", Add})
    pins = [step.once(_pins_at) for step in steps]
    for number, step in enumerate(steps):
        found = step.once(_fetches)
        if not found or _is_broken_on_purpose(step, steps[:number]):
            continue
        start = step.span.start
        for fetch in found:
            later = any(at > fetch.span.start for at in pins[number]) or any(pins[number + 1 :])
            if fetch.what is not What.CLONE or not later:
                yield Fetch(fetch.what, fetch.span.moved(start), fetch.name)


def _is_broken_on_purpose(step: Step, earlier: Sequence[Step]) -> bool:
    """Whether the step is made to run again in each build, or when the branch has moved on."""
    if any(BUSTER.fullmatch(name) or CHANGING.fullmatch(name) for name in step.before.args):
        return True
    return any(each.once(_asks_for_commit) for each in earlier)


def _asks_for_commit(step: Step) -> bool:
    """``ADD https://api.github.com/repos/o/r/git/refs/heads/main …``, which changes with each commit."""
    instruction = step.instruction
    sources = instruction.sources if isinstance(instruction, Add) else ()
    return any("://api.github.com/" in word.text or "/api/v4/" in word.text for word in sources)


def _fetches(step: Step) -> tuple[Fetch, ...]:
    instruction = step.instruction
    if isinstance(instruction, Add):
        return tuple(_added(instruction))
    if not isinstance(instruction, Run) or step.script is None or step.script.broken:
        return ()
    commands = step.script.commands
    summed = max((index for index, command in enumerate(commands) if command.program in CHECKSUMS), default=-1)
    return tuple(
        fetch
        for index, command in enumerate(commands)
        for fetch in _by(command, commands[index + 1 : index + 2], step, is_summed=index < summed)
    )


def _by(command: Command, following: Sequence[Command], step: Step, *, is_summed: bool) -> Iterator[Fetch]:
    if Around.FUNCTION in command.within or Around.OR in command.within or _is_choice(command, step):
        return
    if command.program == "git":
        yield from _cloned(command, step)
    elif command.program in ("curl", "wget") and not is_summed and not _is_mounted_over(command):
        if any(each.program in ("gpg", "apt-key", "rpm") or _is_told_version(each) for each in following):
            return
        for word in command.arguments:
            url = _URL.match(_plain(word))
            if url and _moves(url[0]):
                yield Fetch(What.FILE, word.span, url[0])


def _is_mounted_over(command: Command) -> bool:
    """Whether the file goes where the builder has one of its own during a RUN, so that no layer gets it."""
    return not MOUNTED.isdisjoint(fetched_names(command, [_plain(word) for word in command.arguments]))


def _moves(url: str) -> bool:
    if KEYS.search(url) or COMFORTS.search(url) or not ADDRESSES.search(url):
        return False
    return VERSIONED.search(url) is None


def _is_choice(command: Command, step: Step) -> bool:
    """Whether it is what ``if [ "$VERSION" = latest ]`` decides on, so that somebody can ask for a version."""
    if step.script is None or {Around.IF, Around.CASE}.isdisjoint(command.within):
        return False
    tests = (each for each in step.script.commands if each.program in ("[", "test"))
    return any(BRANCHES.fullmatch(text) or text == "latest" for each in tests for text in map(_plain, each.arguments))


def _is_told_version(command: Command) -> bool:
    """``| sh -s -- v1.2``: what the script installs is named, whatever script it is."""
    if command.program not in SHELLS or Around.PIPELINE not in command.within:
        return False
    return any(re.search(r"\d+\.\d+|\$\{?\w*VERSION", _plain(word), re.IGNORECASE) for word in command.arguments)


def _cloned(command: Command, step: Step) -> Iterator[Fetch]:
    texts = [_plain(word) for word in command.arguments]
    if "clone" not in texts[:3] or any(text.startswith(("--revision", "--mirror", "--bare")) for text in texts):
        return
    at = texts.index("clone") + 1
    branch, source = "", None
    skip = False
    for word, text in zip(command.arguments[at:], texts[at:], strict=True):
        if skip:
            skip = False
        elif text.startswith("-"):
            skip = text in CLONE_VALUED
        elif source is None:
            source = word
    for index, text in enumerate(texts):
        if text in ("-b", "--branch") and index + 1 < len(texts):
            branch = texts[index + 1]
        elif text.startswith("--branch="):
            branch = text[9:]
    if branch.startswith("$"):
        branch = step.value(branch) or "?"
    if source is None or not _is_remote(_plain(source)) or COMFORTS.search(_plain(source)):
        return
    if branch and not BRANCHES.fullmatch(branch):
        return
    yield Fetch(What.CLONE, command.name.span.to(command.arguments[at - 1].span), branch)


def _is_remote(source: str) -> bool:
    return (":" in source and not source.startswith("file:")) or source.startswith("$")


def _pins_at(step: Step) -> tuple[int, ...]:
    """Where a RUN goes to a commit, a tag or a branch that may be one: offsets in a step that starts at 0."""
    if not isinstance(step.instruction, Run) or step.script is None:
        return ()
    return tuple(command.span.start for command in step.script.commands if _pins(command))


def _pins(command: Command) -> bool:
    if command.program != "git":
        return False
    texts = [_plain(word) for word in command.arguments]
    at = next((index for index, text in enumerate(texts) if text in PINNING), None)
    if at is None:
        return False
    names = [text for text in texts[at + 1 :] if not text.startswith("-") and text not in ("origin", ".")]
    return any(not BRANCHES.fullmatch(name) for name in names)


def _added(instruction: Add) -> Iterator[Fetch]:
    if instruction.flag("checksum") is not None:
        return
    for source in instruction.sources:
        if isinstance(source, Heredoc):
            continue
        text = source.text
        if REPOSITORY.match(text):
            fragment = _FRAGMENT.search(text)
            name = fragment[1] if fragment else ""
            if not name or BRANCHES.fullmatch(name):
                yield Fetch(What.ADDED_REPOSITORY, source.span, name)
        elif _URL.match(text) and _moves(text) and "://api." not in text:
            yield Fetch(What.ADDED_FILE, source.span, text)


def _plain(word: ShellWord) -> str:
    return word.value if word.value is not None else word.text.replace('"', "").replace("'", "")
