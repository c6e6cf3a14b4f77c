"""Measures the versions of a project: bytes, seconds, what the image holds, and whether the cache model was right."""

from __future__ import annotations

import secrets
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from bases import make_image
from builder import BuildError, Docker
from images import Image, differing, read_image
from judging import Judgement, Setting, file_changes, judge, settings
from meanings import Brought, Comparison, Divergence, Ground, brought
from projects import Change, Project
from versions import Version, analysis_of, versions

from layerwise.build import Build

COLD, SOURCE, MANIFEST = "cold", "source", "manifest"


@dataclass(frozen=True)
class Rebuild:
    """A build after a change of these files, or of a setting where there are none; and the steps that were done."""

    kind: str
    paths: tuple[str, ...]
    places: tuple[tuple[str, int], ...]


@dataclass
class Row:
    """What was measured of one version. Seconds and CPU seconds by kind of build."""

    project: str
    about: str
    version: str
    size: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    cpu: dict[str, float] = field(default_factory=dict)
    judgement: Judgement = field(default_factory=Judgement)
    divergence: Divergence | None = None
    rules: tuple[str, ...] = ()
    error: str = ""
    builds: list[Rebuild] = field(default_factory=list)
    """What the builder did again after each change, from which the judgement is made."""
    spent: float = 0.0
    """Seconds that all of it took, comparing too."""

    @property
    def is_wrong(self) -> bool:
        """It could not be built, the image differs in more than was meant, or the cache model was wrong."""
        changed = self.divergence is not None and not self.divergence.is_clean
        return bool(self.error or changed or self.judgement.wrong)

    @property
    def line(self) -> str:
        times = ", ".join(f"{kind} {seconds:.1f} s" for kind, seconds in self.seconds.items())
        kept = f" and {len(self.judgement.kept)} spared" if self.judgement.kept else ""
        judged = f"{self.judgement.right}{kept} of {self.judgement.steps} steps as predicted"
        found = self.divergence
        differs = f"; meant: {found.meant}" if found and found.meant else ""
        if found and found.explained:
            differs += f"; explained: {found.explained}"
        if self.error:
            return f"{self.project}, {self.version}: {self.error}"
        if found and not found.is_clean:
            output = "the same" if found.same_output else "ANOTHER"
            differs += f"\n    DIFFERS: output {output}; {found.settings} {len(found.rest)}: {found.rest[:40]}"
        wrong = "".join(f"\n    {each}" for each in self.judgement.wrong)
        what = f"{self.project}, {self.version}: {self.size / 1e6:.1f} MB, {times}, {judged}"
        return f"{what}{differs}{wrong} [{self.spent:.0f} s]"


@dataclass(frozen=True)
class Workbench:
    """Where one version is built: its context, changed and put right again for each build."""

    docker: Docker
    project: Project
    version: Version
    folder: Path

    @property
    def tag(self) -> str:
        return f"measured/{self.project.name}:{self.version.name.replace(' ', '-')}"

    def build(self, root: Path, text: str, *options: str) -> tuple[float, float, tuple[tuple[str, int], ...]]:
        # Beside the context, so that a change to it is a change to no file that is copied.
        dockerfile = self.folder / "Dockerfile"
        dockerfile.write_text(text)
        done = self.docker.build(root, self.tag, "--file", str(dockerfile), *options)
        return done.seconds, done.cpu, done.places


class Memory(Protocol):
    """Where what was measured is kept."""

    def row(self, project: Project, version: Version) -> Row | None: ...

    def image(self, project: Project, version: Version) -> Image | None: ...

    def keep(self, project: Project, version: Version, row: Row, image: Image) -> None: ...


def measure(docker: Docker, project: Project, repeats: int, memory: Memory, *, anew: bool = False) -> Iterator[Row]:
    """All versions of a project, each a row.

    :param anew: take the times again of what an earlier run has measured.
    """
    with tempfile.TemporaryDirectory() as made:
        root = Path(made, "context")
        project.write(docker, root)
        written = (root / "Dockerfile").read_text()
        (root / "Dockerfile").unlink()
        source = brought(written, root)
        first: Image | None = None
        for version in list(versions(written, root)):
            folder = Path(made, version.name)
            folder.mkdir()
            bench = Workbench(docker, project, version, folder)
            with _beside(root, version):
                try:
                    row, image = _measured(bench, root, repeats, memory, is_first=first is None, anew=anew)
                except BuildError as error:
                    yield Row(project.name, project.about, version.name, rules=version.rules, error=str(error))
                    if first is None:
                        return
                    continue
                first = first or image
                row.judgement = _judgement(row, _build(version.text, root), root)
                row.divergence = _divergence(bench, root, first, image, source, written)
            yield row


@contextmanager
def _beside(root: Path, version: Version) -> Iterator[None]:
    """The files that come with a version lie in its context, for as long as it is measured."""
    for path, text in version.files:
        (root / path).write_text(text)
    try:
        yield
    finally:
        for path, _ in version.files:
            (root / path).unlink()


def _measured(
    bench: Workbench, root: Path, repeats: int, memory: Memory, *, is_first: bool, anew: bool
) -> tuple[Row, Image]:
    """The figures of one version, of an earlier run where nothing has changed since; and what its image holds."""
    docker, project, version = bench.docker, bench.project, bench.version
    known, image = memory.row(project, version), memory.image(project, version)
    if known and image and not anew:
        return known, image
    for name in _bases(_build(version.text, root)):
        make_image(docker, name)
    started = time.monotonic()
    if known and image:
        for _ in range(repeats):
            _take_times(bench, root, known, is_last=False)
        known.spent = time.monotonic() - started
        memory.keep(project, version, known, image)
        return known, image
    row = Row(project.name, project.about, version.name, rules=version.rules)
    for index in range(repeats):
        _take_times(bench, root, row, is_last=index == repeats - 1)
    image = read_image(docker, bench.tag, project.run, bench.folder)
    if is_first:
        bench.build(root, version.text, "--no-cache")
        twin = read_image(docker, bench.tag, project.run, bench.folder)
        image = replace(image, volatile=tuple(differing(image, twin)))
    row.spent = time.monotonic() - started
    memory.keep(project, version, row, image)
    return row, image


def _divergence(bench: Workbench, root: Path, first: Image, image: Image, source: Brought, written: str) -> Divergence:
    version = bench.version
    ground = None
    if version.name == "split":
        bases = [_bases(_build(text, root))[-1] for text in (written, version.text)]
        ground = Ground(*(_base(bench.docker, name, bench.folder) for name in bases))
    context = analysis_of(version.text, root).context
    return Comparison(first, image, version, source, ground).divergence(bench.project.differs, context)


def _base(docker: Docker, name: str, folder: Path) -> Image:
    if name not in _BASES:
        make_image(docker, name)
        _BASES[name] = read_image(docker, name, "", folder)
    return _BASES[name]


_BASES: dict[str, Image] = {}
"""What the stand-ins hold, read once a run."""


def _bases(build: Build) -> list[str]:
    """The images that the stages are built on."""
    return [stage.root.base for stage in build.stages if stage.root.base and not stage.root.is_scratch]


def _take_times(bench: Workbench, root: Path, row: Row, *, is_last: bool) -> None:
    """Build once from nothing and once after each change."""
    docker, text = bench.docker, bench.version.text
    docker.forget()
    _note(row, COLD, bench.build(root, text))
    row.size = docker.size(bench.tag)
    kept = f"{bench.tag}-kept"
    docker.run("tag", bench.tag, kept)
    for kind, changed in _file_changes(bench.project, docker):
        if kind not in (SOURCE, MANIFEST) and not is_last:
            continue
        with _undone(root):
            paths = changed(root)
            result = bench.build(root, text)
            _note(row, kind, result)
            if is_last:
                row.builds.append(Rebuild(kind, tuple(paths), result[2]))
    if is_last:
        for setting in settings(_build(text, root), "n" + secrets.token_hex(4)):
            with _other_image(docker, setting):
                result = bench.build(root, setting.text, *setting.options)
            row.builds.append(Rebuild(setting.name, (), result[2]))
    docker.run("tag", kept, bench.tag)


def _note(row: Row, kind: str, result: tuple[float, float, tuple[tuple[str, int], ...]]) -> None:
    times = _TIMES.setdefault((row.project, row.version, kind), [])
    times.append(result[:2])
    row.seconds[kind] = statistics.median(seconds for seconds, _ in times)
    row.cpu[kind] = statistics.median(cpu for _, cpu in times)


_TIMES: dict[tuple[str, str, str], list[tuple[float, float]]] = {}


def _build(text: str, root: Path) -> Build:
    return analysis_of(text, root).build


def _judgement(row: Row, build: Build, root: Path) -> Judgement:
    """What the builds say of the model of the cache, as it is now."""
    changes = {each.name: each.change for each in settings(build, "")}
    found = Judgement()
    for each in row.builds:
        made = file_changes(list(each.paths)) if each.paths else [changes[each.kind]]
        one = judge(build, made, each.places, root)
        one.kept = [f"{each.kind}: {line}" for line in one.kept]
        one.wrong = [f"{each.kind}: {line}" for line in one.wrong]
        found.add(one)
    return found


def _file_changes(project: Project, docker: Docker) -> Iterator[tuple[str, Callable[[Path], list[str]]]]:
    def apply(change: Change) -> Callable[[Path], list[str]]:
        def run(root: Path) -> list[str]:
            change.apply(root)
            return [change.path]

        return run

    yield SOURCE, apply(project.source)
    yield MANIFEST, lambda root: project.change_manifest(docker, root)
    yield "unrelated", apply(Change(project.unrelated, append="\nMore.\n"))


@contextmanager
def _undone(root: Path) -> Iterator[None]:
    """Files changed inside are as before again; those that are new, gone."""
    small = {path: path.read_bytes() for path in _small_files(root)}
    folders = {path for path in root.rglob("*") if path.is_dir()}
    try:
        yield
    finally:
        for path in set(_small_files(root)) - set(small):
            path.unlink()
        for path in sorted((path for path in root.rglob("*") if path.is_dir()), reverse=True):
            if path not in folders:
                path.rmdir()
        for path, content in small.items():
            if not path.exists() or path.read_bytes() != content:
                path.write_bytes(content)


def _small_files(root: Path) -> Iterator[Path]:
    for path in root.rglob("*"):
        if path.is_file() and not path.is_symlink() and path.stat().st_size < 1 << 20:
            yield path


@contextmanager
def _other_image(docker: Docker, setting: Setting) -> Iterator[None]:
    """For a change of the base image: another image under its name."""
    if not setting.image:
        yield
        return
    kept = "kept/base"
    docker.run("tag", setting.image, kept)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "Dockerfile").write_text(f"FROM {kept}\nRUN echo {secrets.token_hex(4)} > /etc/base-release\n")
        docker.build(Path(folder), setting.image)
    try:
        yield
    finally:
        docker.run("tag", kept, setting.image)
