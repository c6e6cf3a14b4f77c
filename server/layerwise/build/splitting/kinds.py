"""The kinds of projects that can be split, and what of each is carried over into the final stage."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from layerwise.build.dependencies.folders import Placed, absolute, is_within
from layerwise.build.model import ImageName, Stage, Step
from layerwise.build.splitting.carrying import data_in, is_data, may_call_others
from layerwise.build.splitting.contract import Carried, UnsplittableError
from layerwise.build.splitting.images import full_name, is_alpine, runtime_of
from layerwise.build.splitting.interpreted import node_files, php, python, refuse_mounted
from layerwise.build.splitting.starting import Start
from layerwise.build.splitting.traffic import Traffic
from layerwise.build.toolchains import build_packages
from layerwise.context.tree import ContextTree
from layerwise.knowledge.splitting import SDKS, SEARCHED, Sdk
from layerwise.knowledge.toolchains import is_runtime_tag
from layerwise.knowledge.variants import SLIM, slim_tag
from layerwise.shell.tree import Command
from layerwise.syntax.tree import Heredoc, Run, Transfer

_NATIVE = {"go": "Go", "cargo": "Rust", "rustc": "Rust"}
_C = ("make", "gmake", "cmake", "gcc", "g++", "cc", "c++", "clang", "clang++", "ninja")
_INTERPRETED = {"python": "Python", "php": "PHP", "node": "Node"}
_PROGRAMS = {
    "Python": frozenset({"pip", "pip3", "python", "python3"}),
    "PHP": frozenset(
        {"composer", "docker-php-ext-install", "docker-php-ext-configure", "docker-php-ext-enable", "php"}
    ),
    "Node": frozenset({"node"}),
}
_BUILDING = frozenset({"build", "compile", "tsc", "build:prod"})
_BASES = frozenset({"debian", "ubuntu", "alpine"})
_MINOR = re.compile(r"(\d+\.\d+)")
_FILE = re.compile(r".*\.(?:ya?ml|json|toml|ini|conf|cfg|env|xml|properties|pem|crt|key|db|sqlite|html|txt|csv|dat)")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of project on a kind of image. ``keeps_base``: it runs on the same image, or its slim one."""

    language: str
    programs: frozenset[str] = frozenset()
    sdk: Sdk | None = None
    keeps_base: bool = False
    is_static: bool = False
    needs_start: bool = True
    image: str = ""

    @property
    def packages(self) -> tuple[str, ...]:
        return self.sdk.packages if self.sdk else ()

    def runtime(self, image: ImageName, *, needs_same: bool) -> tuple[str, str]:
        """The image to run on, and what is assumed about it.

        :param needs_same: whether more than one program is needed of the distribution that the SDK stands on.
        """
        if self.sdk is not None:
            return runtime_of(image, self.sdk, is_static=self.is_static and not needs_same)
        return self.image or image.text, ""

    def word(self, stage: Stage, runtime: str) -> str:
        """The image as FROM names it, with the variables in it."""
        image = stage.facts.image
        same = image is not None and image.text == runtime
        return stage.from_.image.text if same and stage.from_.image is not None else runtime


def kind_of(stage: Stage, folders: Sequence[str]) -> Kind:
    """:raises UnsplittableError: for a project of which nothing is known."""
    image = stage.facts.image
    assert image is not None
    name = full_name(image)
    commands = [command for step in stage.steps if step.kind is Run and step.script for command in step.script.commands]
    programs = {command.program for command in commands}
    sdk = SDKS.get(name)
    if sdk is not None and not is_runtime_tag(image.name, image.tag):
        return Kind(sdk.language, sdk=sdk, is_static=sdk.language == "Go" and _is_static(stage))
    if name in _BASES:
        if not build_packages(stage):
            raise UnsplittableError("no compiler is installed in it that only the build needs")
        language = next((_NATIVE[each] for each in _NATIVE if each in programs), None)
        if language is None and not programs.isdisjoint(_C):
            language = "C"
        if language is None:
            raise UnsplittableError("no program is built in it by a tool that is known")
        return Kind(language, keeps_base=True)
    language = _INTERPRETED.get(name)
    if language is None:
        raise UnsplittableError(f"nothing is known about how `{image.text}` is used to build")
    if language == "Node":
        return _node(image, commands, has_compiler=bool(build_packages(stage)))
    if not build_packages(stage):
        raise UnsplittableError("no compiler is installed in it that only the build needs")
    if name == "python" and not ("slim" in image.tag or is_alpine(image)):
        raise UnsplittableError("the image itself holds a compiler; its slim variant comes first")
    return Kind(language, _PROGRAMS[language], keeps_base=True)


def _node(image: ImageName, commands: Sequence[Command], *, has_compiler: bool) -> Kind:
    builds = any(
        _BUILDING & {word.value or "" for word in each.arguments} or each.program == "tsc" for each in commands
    )
    slim = slim_tag("node", image.tag) if "node" in SLIM and not is_alpine(image) else None
    if not has_compiler and (not builds or not slim or slim == image.tag or image.digest):
        raise UnsplittableError("nothing in it is only of use to the build")
    same = slim is None or slim == image.tag or bool(image.digest)
    return Kind("Node", _PROGRAMS["Node"], keeps_base=True, image="" if same else f"node:{slim}")


def _is_static(stage: Stage) -> bool:
    """Whether all that Go builds is built without C."""
    found = []
    for step in stage.steps:
        if step.kind is not Run or step.script is None:
            continue
        in_force = step.before.lookup("CGO_ENABLED")
        exported = any(
            each.name == "CGO_ENABLED" and each.value is not None and each.value.value == "0"
            for command in step.script.commands
            for each in command.assignments
        )
        for command in step.script.commands:
            words = [word.value for word in command.words]
            if command.program == "go" and ("build" in words or "install" in words):
                found.append(exported or "CGO_ENABLED=0" in words or (in_force is not None and in_force.value == "0"))
    return bool(found) and all(found)


def carried_for(
    kind: Kind,
    stage: Stage,
    start: Start | None,
    runs: Mapping[int, Traffic],
    last: int,
    sources: Sequence[str],
    files: ContextTree | None,
) -> Carried:
    """What the final stage needs of what the build makes.

    :raises UnsplittableError: where that is not to be known.
    """
    assert start is not None
    commands = [placed.command for each in runs.values() for placed in each.commands]
    if kind.language == "Node":
        return node_files(kind.image, stage, start, sources)
    if kind.language == "Python":
        return python(stage, start, runs, last, sources)
    if kind.language == "PHP":
        return php(stage, runs, last, sources)
    if kind.language == "Java":
        carried = _java(start, commands, sources)
    elif kind.language == ".NET":
        carried = _dotnet(start, sources, files)
    else:
        carried = _native(kind, start, runs, sources)
    refuse_mounted(stage, carried.paths)
    _add_data(kind, stage, start, last, sources, files, carried)
    return carried


def _native(kind: Kind, start: Start, runs: Mapping[int, Traffic], sources: Sequence[str]) -> Carried:
    written = [path for each in runs.values() for path in each.written]
    commands = [placed.command for each in runs.values() for placed in each.commands]
    words = [{word.value for word in each.words} for each in commands]
    installs = any(
        each.program in ("make", "cmake", "ninja") and {"install", "--install"} & set(found)
        for each, found in zip(commands, words, strict=True)
    )
    if installs and any(
        "prefix" in (word or "").lower() or "DESTDIR" in (word or "") for found in words for word in found
    ):
        raise UnsplittableError("it is installed to a place of its own")
    if installs and kind.sdk is not None:
        raise UnsplittableError("it is installed among the files of the compiler")
    path, last = start.path, list[str]()
    written += [output for each in runs.values() for placed in each.commands for output in _outputs(placed)]
    paths: list[str] = []
    if installs:
        paths, last = ["/usr/local"], ["RUN ldconfig"]
    if path is None:
        path = _looked_up(start, written, commands, installs=installs)
        if posixpath.dirname(path) not in SEARCHED:
            last = [f"ENV PATH={posixpath.dirname(path)}:$PATH", *last]
    if not any(is_within(path, each) for each in (*sources, *written, *paths, "/go/bin", "/usr/local/cargo/bin")):
        raise UnsplittableError(f"where `{path}` comes from is not known")
    if posixpath.splitext(path)[1] in (".sh", ".py", ".js", ".rb", ".pl") or path in sources:
        raise UnsplittableError(f"it starts `{start.words[0]}`, which is not what the build makes")
    notes = (
        [] if _is_named(path, commands) else [f"`{path}` is what the build makes, and needs no libraries of its own"]
    )
    if kind.language == "C" and kind.sdk is not None:
        libraries = "/usr/local/lib64/libgcc_s.so.1 /usr/local/lib64/libstdc++.so.6"
        raise UnsplittableError(f"what `gcc` links may need its own {libraries}")
    return Carried([*paths, path], notes, last)


def _outputs(placed: Placed) -> Iterator[str]:
    """What a compiler is told to write."""
    words = [word.value for word in placed.command.arguments]
    for flag, value in pairwise(words):
        path = absolute(value, placed.folder or "/?") if flag in ("-o", "--root") else None
        if path and flag == "-o":
            yield path
        elif path and placed.command.program == "cargo":
            yield f"{path}/bin"


def _looked_up(start: Start, written: Sequence[str], commands: Sequence[Command], *, installs: bool) -> str:
    name = start.words[0]
    found = next((path for path in written if posixpath.basename(path) == name), None)
    if found is not None:
        return found
    if installs:
        return f"/usr/local/bin/{name}"
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


def _java(start: Start, commands: Sequence[Command], sources: Sequence[str]) -> Carried:
    words = start.words
    if start.program != "java" or "-jar" not in words[:-1]:
        raise UnsplittableError("it does not start a jar by its name")
    jar = words[words.index("-jar") + 1]
    if not jar.endswith((".jar", ".war")) or any(char in jar for char in "*$"):
        raise UnsplittableError("the name of the jar that it starts is not known")
    path = absolute(jar, start.folder) or jar
    if not commands:
        raise UnsplittableError("nothing is built in it")
    return Carried([path], [f"`{path}` holds all that it depends on"])


def _dotnet(start: Start, sources: Sequence[str], files: ContextTree | None) -> Carried:
    program = start.words[1] if start.program == "dotnet" and len(start.words) > 1 else start.words[0]
    if start.program == "dotnet" and not program.endswith(".dll"):
        raise UnsplittableError("it starts the project by the SDK itself")
    path = absolute(program, start.folder) or program
    folder = posixpath.dirname(path)
    if folder in ("/", *sources, *SEARCHED):
        raise UnsplittableError("what is published lies among the source")
    if files is None and start.folder != folder:
        raise UnsplittableError("it reads its settings in the folder of the source, which is not in sight")
    return Carried([folder])


def _add_data(
    kind: Kind,
    stage: Stage,
    start: Start,
    last: int,
    sources: Sequence[str],
    files: ContextTree | None,
    carried: Carried,
) -> None:
    """What else of the project may be read: found in the context, or else named as an assumption."""
    for step in stage.steps[1:last]:
        if isinstance(step.instruction, Transfer):
            carried.paths += _named_data(step, step.instruction, sources, is_seen=files is not None)
    if files is None:
        for word in start.words[1:]:
            path = absolute(word.rpartition("=")[2], start.folder) or ""
            inside = any(is_within(path, each) for each in (*sources, start.folder))
            if inside and not any(is_within(path, each) for each in carried.paths) and _FILE.fullmatch(path):
                raise UnsplittableError(f"it is given `{word}`, which is not in sight")
        carried.assumptions.insert(0, f"it reads no other file of {' and '.join(f'`{each}`' for each in sources)}")
    else:
        for step in stage.steps[1:last]:
            instruction = step.instruction
            if isinstance(instruction, Transfer) and instruction.flag("from") is None:
                carried.paths += _data_of(kind, step, instruction, files, sources)
    if files is None or may_call_others(files, kind.language):
        image = stage.facts.image
        carried.assumptions.append(f"it starts no other program of `{image.text if image else ''}`")


def _named_data(step: Step, instruction: Transfer, sources: Sequence[str], *, is_seen: bool) -> Iterator[str]:
    """What a COPY brings into the project from another stage, by a heredoc, or by a name that speaks for itself."""
    word = step.value(instruction.destination.text) if instruction.destination else None
    target = absolute(word, step.before.workdir or "/")
    if target is None or word is None or not any(is_within(target, each) for each in sources):
        return
    for source in instruction.sources:
        is_here = isinstance(source, Heredoc) or instruction.flag("from") is not None
        name = source.delimiter if isinstance(source, Heredoc) else source.text
        if not is_here and (is_seen or not is_data(name)):
            continue
        is_file = "." in posixpath.basename(name).strip(".")
        into = word.endswith(("/", ".")) or len(instruction.sources) > 1
        path = posixpath.join(target, posixpath.basename(name)) if is_file and into else target
        if path in sources:
            raise UnsplittableError(f"`{name}` comes to lie among the source")
        yield path


def _data_of(
    kind: Kind, step: Step, instruction: Transfer, files: ContextTree, sources: Sequence[str]
) -> Iterator[str]:
    """Where the data among the files that a COPY brings come to lie in the image."""
    word = step.value(instruction.destination.text) if instruction.destination else None
    target = absolute(word, step.before.workdir or "/")
    if target is None or not any(is_within(target, each) for each in sources):
        return
    for source in instruction.sources:
        name = None if isinstance(source, Heredoc) else step.value(source.text)
        for path in files.glob(name) if name else ():
            found = data_in(files, path, kind.language) if files.is_folder(path) else ()
            for each in found:
                below = posixpath.relpath(each, path)
                yield target if below == "." else posixpath.join(target, below)
