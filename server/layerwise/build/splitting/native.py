"""What is carried over of a program that C, Go or Rust compiles, by the arguments of the commands that make it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from layerwise.build.dependencies.folders import Placed, absolute, is_within
from layerwise.build.model import Stage
from layerwise.build.splitting.contract import Carried, UnsplittableError
from layerwise.build.splitting.images import is_alpine
from layerwise.build.splitting.starting import Start
from layerwise.build.splitting.traffic import Traffic
from layerwise.context.tree import ContextTree
from layerwise.knowledge.splitting import BUNDLED_CRATES, SEARCHED, Sdk
from layerwise.shell.tree import Command
from layerwise.syntax.tree import Env


def native(
    language: str,
    sdk: Sdk | None,
    stage: Stage,
    start: Start,
    runs: Mapping[int, Traffic],
    sources: Sequence[str],
    files: ContextTree | None,
) -> Carried:
    """What C, Go and Rust make.

    :raises UnsplittableError: where that is not to be known.
    """
    written = [path for each in runs.values() for path in each.written]
    commands = [placed.command for each in runs.values() for placed in each.commands]
    words = [{word.value for word in each.words} for each in commands]
    installs = any(
        each.program in ("make", "cmake", "ninja", "meson") and {"install", "--install"} & set(found)
        for each, found in zip(commands, words, strict=True)
    )
    prefixes = list(dict.fromkeys(_prefixes(runs))) if installs else []
    if installs and sdk is not None and "/usr/local" in prefixes:
        raise UnsplittableError("it is installed among the files of the compiler")
    path, last = start.path, list[str]()
    written += [output for each in runs.values() for placed in each.commands for output in _outputs(placed)]
    needs_cache = "/usr/local" in prefixes or any(each.program == "ldconfig" for each in commands)
    if needs_cache:
        last = ["RUN ldconfig"]
    if path is None:
        path = _looked_up(start, stage, written, commands, prefixes)
        if posixpath.dirname(path) not in (*SEARCHED, *_searched(stage)):
            last = [f"ENV PATH={posixpath.dirname(path)}:$PATH", *last]
    if not any(is_within(path, each) for each in (*sources, *written, *prefixes, "/go/bin", "/usr/local/cargo/bin")):
        raise UnsplittableError(f"where `{path}` comes from is not known")
    if posixpath.splitext(path)[1] in (".sh", ".py", ".js", ".rb", ".pl") or path in sources:
        raise UnsplittableError(f"it starts `{start.words[0]}`, which is not what the build makes")
    notes = (
        [] if _is_named(path, commands) else [f"`{path}` is what the build makes, and needs no libraries of its own"]
    )
    image = stage.facts.image
    is_static = any("-static" in found for found in words)
    if (
        sdk is not None
        and language in ("Rust", "C")
        and image is not None
        and "slim" not in image.tag
        and not is_static
    ):
        is_full = not is_alpine(image) and not (language == "Rust" and _is_bundled(files))
        notes += [f"it is linked to no library that only `{image.text}` has"] if is_full else []
    found = Carried([*prefixes, path], notes, last)
    if sdk is not None and sdk.libraries and not is_static:
        found.libraries = sdk.libraries
        found.last = [*last, *(["RUN ldconfig"] if "RUN ldconfig" not in last else [])]
    return found


def _is_bundled(files: ContextTree | None) -> bool:
    """Whether a lock file in sight names no crate that is linked to a library of the system."""
    lock = files.read("Cargo.lock") if files is not None else None
    names = re.findall(r'^name = "([\w-]+-sys)"', lock, re.MULTILINE) if lock is not None else []
    return lock is not None and BUNDLED_CRATES.issuperset(names)


def _searched(stage: Stage) -> list[str]:
    """The folders that the file itself adds to ``PATH``."""
    found = []
    for step in stage.steps:
        for pair in step.instruction.pairs if isinstance(step.instruction, Env) else ():
            if pair.key.text == "PATH" and pair.value is not None:
                found += pair.value.text.strip('"').split(":")
    return found


def _prefixes(runs: Mapping[int, Traffic]) -> Iterator[str]:
    """Where ``make install`` and the like put what they install: the places that commands name, or the usual one."""
    is_named = False
    for each in runs.values():
        for placed in each.commands:
            words = [word.value or word.text for word in placed.command.words]
            for flag, value in pairwise([*words, ""]):
                name, equals, attached = flag.partition("=")
                key = name.partition(":")[0].lstrip("-").upper()
                if key not in ("PREFIX", "DCMAKE_INSTALL_PREFIX", "DESTDIR"):
                    continue
                text = attached if equals else (value if name == "--prefix" else "")
                path = absolute(text, placed.folder or "/?") if text and "$" not in text else None
                if path is None or path.startswith("/?"):
                    raise UnsplittableError("where it is installed to is not known")
                is_named = True
                if path in ("/", "/usr", "/usr/bin", "/etc", "/var", "/lib"):
                    raise UnsplittableError(f"it is installed to `{path}`, among all else")
                yield path
    if not is_named:
        yield "/usr/local"


def _outputs(placed: Placed) -> Iterator[str]:
    """What a compiler is told to write."""
    words = [word.value for word in placed.command.arguments]
    for flag, value in pairwise(words):
        path = absolute(value, placed.folder or "/?") if flag in ("-o", "--root") else None
        if path and flag == "-o":
            yield path
        elif path and placed.command.program == "cargo":
            yield f"{path}/bin"


def _looked_up(
    start: Start, stage: Stage, written: Sequence[str], commands: Sequence[Command], prefixes: Sequence[str]
) -> str:
    name = start.words[0]
    found = next((path for path in written if posixpath.basename(path) == name), None)
    if found is not None:
        return found
    searched = {*SEARCHED, *_searched(stage)}
    installed = [f"{prefix}/{folder}" for prefix in prefixes for folder in ("bin", "sbin")]
    if prefixes:
        folder = next((each for each in installed if each in searched), None)
        if folder is None:
            raise UnsplittableError(f"where `{name}` lies is not known")
        return f"{folder}/{name}"
    for command in commands:
        words = [word.value for word in command.arguments]
        if command.program == "go" and "install" in words:
            return f"/go/bin/{name}"
        if command.program == "cargo" and "install" in words and "--root" not in words:
            return f"/usr/local/cargo/bin/{name}"
    raise UnsplittableError(f"where `{name}` lies is not known")


def _is_named(path: str, commands: Sequence[Command]) -> bool:
    """Whether the build says by itself that it makes a file of this name."""
    name = posixpath.basename(path)
    if "/target/" in path and "release" in path:
        return True
    for command in commands:
        words = [(word.value or "") for word in command.arguments]
        if command.program in ("cp", "mv", "install") and words and posixpath.basename(words[-1].rstrip("/")) == name:
            return True
        for index, word in enumerate(words[:-1]):
            if word == "-o" and posixpath.basename(words[index + 1].rstrip("/")) in (
                name,
                posixpath.basename(posixpath.dirname(path)),
            ):
                return True
        if command.program == "go" and any(posixpath.basename(word.rstrip("/")) == name for word in words):
            return True
        if command.program in ("go", "cargo") and "install" in words:
            return True
    return False
