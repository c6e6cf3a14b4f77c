"""The kinds of projects that can be split, and what of each is carried over into the final stage."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from layerwise.build.dependencies.folders import absolute, is_within
from layerwise.build.model import ImageName, Stage, Step
from layerwise.build.splitting.carrying import data_in, holds_source, is_data, may_call_others
from layerwise.build.splitting.contract import Carried, UnsplittableError
from layerwise.build.splitting.images import full_name, is_alpine, runtime_of
from layerwise.build.splitting.interpreted import is_build, node_files, php, refuse_mounted
from layerwise.build.splitting.native import native
from layerwise.build.splitting.python import python
from layerwise.build.splitting.site import texts_of
from layerwise.build.splitting.starting import Start
from layerwise.build.splitting.traffic import Traffic
from layerwise.build.toolchains import build_packages
from layerwise.context.tree import ContextTree
from layerwise.knowledge.splitting import BASES, BROWSER_PACKAGES, SDKS, SEARCHED, Sdk
from layerwise.knowledge.toolchains import is_runtime_tag
from layerwise.knowledge.variants import SLIM, slim_tag
from layerwise.shell.tree import Command
from layerwise.syntax.tree import Heredoc, Run, Transfer
from layerwise.text.patterns import regex

_NATIVE = {"go": "Go", "cargo": "Rust", "rustc": "Rust"}
_C = ("make", "gmake", "cmake", "gcc", "g++", "cc", "c++", "clang", "clang++", "ninja")
_INTERPRETED = {"python": "Python", "php": "PHP", "node": "Node"}
_PROGRAMS = {
    "Python": frozenset({"pip", "pip3", "python", "python3", "poetry", "pipenv", "uv", "virtualenv"}),
    "PHP": frozenset(
        {"composer", "docker-php-ext-install", "docker-php-ext-configure", "docker-php-ext-enable", "php", "pecl"}
    ),
    "Node": frozenset({"node"}),
}
_MINOR = regex(r"(\d+\.\d+)")
_FILE = regex(r".*\.(?:ya?ml|json|toml|ini|conf|cfg|env|xml|properties|pem|crt|key|db|sqlite|html|txt|csv|dat)")


class Kind(Struct, frozen=True):
    """A kind of project on a kind of image. ``keeps_base``: it runs on the same image, or its slim one."""

    language: str
    programs: frozenset[str] = frozenset()
    sdk: Sdk | None = None
    keeps_base: bool = False
    is_static: bool = False
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
    if sdk is not None and ("jdk" in image.tag or not is_runtime_tag(image.name, image.tag)):
        return Kind(sdk.language, sdk=sdk, is_static=sdk.language == "Go" and _is_static(stage))
    if name in BASES:
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
    slim = slim_tag("python", image.tag) if name == "python" and not image.digest else None
    if slim is not None and not programs.isdisjoint(_PROGRAMS["Python"] - {"python", "python3"}):
        return Kind(language, _PROGRAMS[language], keeps_base=True, image=f"python:{slim}")
    if not build_packages(stage):
        raise UnsplittableError("no compiler is installed in it that only the build needs")
    if name == "python" and not ("slim" in image.tag or is_alpine(image)):
        raise UnsplittableError(f"no small image is known for `{image.text}`")
    return Kind(language, _PROGRAMS[language], keeps_base=True)


def _node(image: ImageName, commands: Sequence[Command], *, has_compiler: bool) -> Kind:
    builds = any(map(is_build, commands))
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
        for text in texts_of(stage, files, "package.json"):
            for name in BROWSER_PACKAGES:
                if f'"{name}"' in text:
                    raise UnsplittableError(f"`{name}` fetches a browser to a folder of its own")
        return node_files(
            kind.image, stage, start, [placed for each in runs.values() for placed in each.commands], sources
        )
    if kind.language == "Python":
        return python(kind.image, stage, start, runs, last, sources)
    if kind.language == "PHP":
        return php(stage, runs, last, sources)
    if files is not None and not holds_source(files, kind.language):
        files = None
    if kind.language == "Java":
        carried = _java(start, commands, sources, files)
    elif kind.language == ".NET":
        carried = _dotnet(start, sources, files)
    else:
        carried = native(kind.language, kind.sdk, stage, start, runs, sources, files)
    refuse_mounted(stage, carried.paths)
    _add_data(kind, stage, start, last, sources, files, carried)
    return carried


def _java(start: Start, commands: Sequence[Command], sources: Sequence[str], files: ContextTree | None) -> Carried:
    words = start.words
    if start.program != "java" or "-jar" not in words[:-1]:
        raise UnsplittableError("it does not start a jar by its name")
    jar = words[words.index("-jar") + 1]
    folder, _, name = jar.rpartition("/")
    is_pattern = "*" in name and start.needs_shell
    if not jar.endswith((".jar", ".war")) or "$" in jar or "*" in folder or ("*" in jar and not is_pattern):
        raise UnsplittableError("the name of the jar that it starts is not known")
    path = absolute(jar, start.folder) or jar
    if not commands:
        raise UnsplittableError("nothing is built in it")
    notes = [] if _is_complete(files) else [f"`{path}` holds all that it depends on"]
    return Carried([path], notes)


_COMPLETE = (
    *("spring-boot-maven-plugin", "maven-shade-plugin", "maven-assembly-plugin"),
    *("org.springframework.boot", "com.github.johnrengelman.shadow", "com.gradleup.shadow"),
)


def _is_complete(files: ContextTree | None) -> bool:
    """Whether the project packs what it depends on into its jar, by a plugin that does."""
    names = ("pom.xml", "build.gradle", "build.gradle.kts")
    texts = [files.read(name) or "" for name in names] if files is not None else []
    return any(plugin in text for text in texts for plugin in _COMPLETE)


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
        carried.assumptions.insert(0, _reads_nothing_else(sources))
    else:
        for step in stage.steps[1:last]:
            instruction = step.instruction
            if isinstance(instruction, Transfer) and instruction.flag("from") is None:
                carried.paths += _data_of(kind, step, instruction, files, sources)
        targets = [_target(step) for step in stage.steps[1:last]]
        fetched = [one for one in sources if not any(is_within(one, each) or is_within(each, one) for each in targets)]
        if fetched:
            # Cloned or downloaded: the context does not show what lies there.
            carried.assumptions.insert(0, _reads_nothing_else(fetched))
    if files is None or may_call_others(files, kind.language):
        image = stage.facts.image
        carried.assumptions.append(f"it starts no other program of `{image.text if image else ''}`")


def _reads_nothing_else(folders: Sequence[str]) -> str:
    return f"it reads no other file of {' and '.join(f'`{each}`' for each in folders)}"


def _target(step: Step) -> str:
    """Where a COPY puts what it brings from the context, a path that is nowhere for any other step."""
    instruction = step.instruction
    if not isinstance(instruction, Transfer) or instruction.flag("from") is not None or not instruction.destination:
        return "/?"
    word = step.value(instruction.destination.text)
    return absolute(word, step.before.workdir or "/") or "/?"


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
