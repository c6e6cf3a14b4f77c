"""Files that are downloaded and then unpacked, installed or run, without anything that says that they are right.

Only a file whose address names a release is meant: whatever stands at a moving address can have no checksum.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

from layerwise.build.dependencies.folders import UNKNOWN, Placed, absolute, placed_commands
from layerwise.build.downloads import File, Use, plain, spelled, use_of
from layerwise.build.model import Stage, Step
from layerwise.build.traces import fetched_names
from layerwise.knowledge.programs import PROGRAM_FOLDERS, UNPACKING, VERIFYING
from layerwise.shell.tree import Around, Command, ShellWord
from layerwise.syntax.tree import Add, Heredoc, Run
from layerwise.text import Span
from layerwise.text.patterns import regex

_RELEASE = regex(r"\d+[._]\d+")
_PLATFORM = regex(r"x86_64|x86-64|i[3-6]86|arm64|aarch64|el\d")
_MADE = regex(r"/archive/|codeload\.github\.com|/[0-9a-f]{40}/|\$\{?\w*COMMIT|get-pip\.py")
"""Archives that are made when somebody asks, so that their bytes may change, and what the hash of a commit pins."""
_VARIABLE = regex(r"\$\{?(\w+)\}?")
_MOVING = regex(r"latest|nightly|snapshot|/(?:master|main|head|trunk|develop|edge|current)(?:[/.]|$)", re.IGNORECASE)
_TEXTS = (
    ".asc",
    ".gpg",
    ".sig",
    ".key",
    ".pub",
    ".pem",
    ".crt",
    ".sha256",
    ".sha512",
    ".md5",
    ".txt",
    ".json",
    ".list",
)


class Unverified(Struct, frozen=True):
    """``address`` and ``user`` are spans: of the word with the address, and of the command that uses the file.

    ``user`` is None where the file lies in a folder of programs. Relative to the step where it is asked by ``once``.
    """

    name: str
    use: Use
    address: Span
    user: Span | None


def unverified(stage: Stage) -> Iterator[Unverified]:
    """All of them in a stage, in the order of the text."""
    checking = [step.index for step in stage.steps if step.once(_checks)]
    for step in stage.steps_about({"curl", "wget", Add}):
        if checking and checking[-1] >= step.index:
            continue
        if step.kind is Add:
            yield from _added(stage, step)
        for each in step.once(_fetched):
            start = step.span.start
            yield Unverified(each.name, each.use, each.address.moved(start), each.user and each.user.moved(start))


def is_release(address: str, step: Step) -> bool:
    """Whether an address names one release of something, for which a sum can be written down.

    Not so where the release is a variable that is given from outside, or that the script finds out by itself.
    """
    if not re.match(r"https?://|ftp://", address) or _MOVING.search(address) or _MADE.search(address):
        return False
    assigned = dict(step.once(_assigned))
    if any(assigned.get(name, "") is None for name in _VARIABLE.findall(address)):
        return False

    def value(match: re.Match[str]) -> str:
        variable = step.before.lookup(match[1])
        return assigned.get(match[1]) or (variable and variable.value) or ""

    return _RELEASE.search(_PLATFORM.sub("", _VARIABLE.sub(value, address))) is not None


def _assigned(step: Step) -> tuple[tuple[str, str | None], ...]:
    """The variables that a script sets; without a value where that is found out or differs."""
    found: dict[str, str | None] = {}
    for command in step.script.commands if step.kind is Run and step.script else ():
        for assignment in command.assignments:
            value = assignment.value.value if assignment.value else None
            found[assignment.name] = value if found.get(assignment.name, value) == value else None
    return tuple(found.items())


def _checks(step: Step) -> bool:
    """Whether a step compares a sum or a signature of anything."""
    if step.kind is not Run or step.script is None:
        return False
    return any(_verifies(command) for command in step.script.commands) or step.script.broken


def _verifies(command: Command) -> bool:
    words = {word.value for word in command.words}
    if command.program in VERIFYING or not VERIFYING.isdisjoint({word for word in words if word}):
        return True
    if command.program == "gpg" or command.program == "gpg2":
        return any(word is not None and word.startswith("--verify") for word in words)
    return command.program == "openssl" and not words.isdisjoint({"dgst", "sha256", "sha512", "sha1"})


def _fetched(step: Step) -> tuple[Unverified, ...]:
    if not isinstance(step.instruction, Run) or step.script is None or step.script.broken:
        return ()
    placed = placed_commands(step, step.before.workdir or UNKNOWN)
    found: list[Unverified] = []
    for index, each in enumerate(placed):
        command = each.command
        if command.program not in ("curl", "wget") or Around.FUNCTION in command.within:
            continue
        addresses = [word for word in command.arguments if is_release(plain(word), step)]
        if len(addresses) == 1:
            found += _used(placed, index, addresses[0])
    return tuple(found)


def _used(placed: Sequence[Placed], index: int, address: ShellWord) -> Iterator[Unverified]:
    each, rest = placed[index], placed[index + 1 :]
    words = [plain(word) for word in each.command.arguments]
    name = posixpath.basename(plain(address).partition("?")[0].rstrip("/"))
    if name.endswith(_TEXTS):
        return
    if Around.PIPELINE in each.command.within and rest and Around.PIPELINE in rest[0].command.within:
        if rest[0].command.program in UNPACKING and rest[0].command.program != "ar":
            yield Unverified(name, Use.UNPACKED, address.span, rest[0].command.span)
        return
    for written in fetched_names(each.command, words):
        path = absolute(written, each.folder) if each.folder and "$" not in written else None
        found = _first_use(rest, File(spelled(posixpath.basename(written)), path))
        if found is not None:
            yield Unverified(name, found[1], address.span, found[0])
        elif path is not None and posixpath.dirname(path) in PROGRAM_FOLDERS:
            yield Unverified(name, Use.RUN, address.span, None)


def _first_use(rest: Sequence[Placed], file: File) -> tuple[Span, Use] | None:
    for each in rest:
        use = use_of(each, file) or (Use.RUN if _makes_program(each, file) else None)
        if use is not None and file.name in spelled(" ".join(plain(word) for word in each.command.words)):
            return each.command.span, use
    return None


def _makes_program(placed: Placed, file: File) -> bool:
    """Whether a command makes the file one to be run, or puts it where programs are."""
    command = placed.command
    words = command.arguments
    if not any(file.is_named(word, placed.folder) for word in words):
        return False
    if command.program == "chmod":
        return any(re.fullmatch(r"[augo]*\+r?w?x|0?[0-7]*[1357][0-7]*", plain(word)) for word in words)
    if command.program not in ("mv", "cp", "install", "ln"):
        return False
    target = absolute(plain(words[-1]), placed.folder or "/") or ""
    return target in PROGRAM_FOLDERS or posixpath.dirname(target) in PROGRAM_FOLDERS


def _added(stage: Stage, step: Step) -> Iterator[Unverified]:
    instruction = step.instruction
    assert isinstance(instruction, Add)
    if instruction.flag("checksum") or instruction.destination is None:
        return
    target = step.value(instruction.destination.text) or instruction.destination.text
    for word in instruction.sources:
        if isinstance(word, Heredoc) or not is_release(word.text, step):
            continue
        name = posixpath.basename(word.text.partition("?")[0])
        if ".git" in word.text or "#" in word.text or name.endswith(_TEXTS):
            continue
        path = absolute(posixpath.join(target, name) if target.endswith("/") else target, step.before.workdir or "/")
        found = _later_use(stage, step, File(spelled(posixpath.basename(path or name)), None))
        if instruction.flag("unpack"):
            yield Unverified(name, Use.UNPACKED, word.span, None)
        elif found is not None:
            yield Unverified(name, found[1], word.span, found[0])
        elif path is not None and posixpath.dirname(path) in PROGRAM_FOLDERS:
            yield Unverified(name, Use.RUN, word.span, None)


def _later_use(stage: Stage, step: Step, file: File) -> tuple[Span, Use] | None:
    for later in stage.steps[step.index + 1 :]:
        if later.kind is Run and later.script is not None:
            found = _first_use(placed_commands(later, later.before.workdir or UNKNOWN), file)
            if found is not None:
                return found
    return None
