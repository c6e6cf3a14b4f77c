"""Which step of a stage goes where when it is split, and what the new final stage takes from the one that builds."""

from __future__ import annotations

import posixpath

from msgspec import Struct, field

from layerwise.build.dependencies.folders import absolute, is_within, working_directories
from layerwise.build.model import Stage, Step
from layerwise.build.purpose import is_for_people
from layerwise.build.splitting.contract import UnsplittableError
from layerwise.build.splitting.images import full_name, is_alpine
from layerwise.build.splitting.kinds import Kind, carried_for, kind_of
from layerwise.build.splitting.packages import manager_of, packages_of
from layerwise.build.splitting.site import served, site_of
from layerwise.build.splitting.starting import Start, names_in, start_of
from layerwise.build.splitting.traffic import Traffic, outermost, traffic
from layerwise.build.splitting.writing import Layout, Part, Place, Plan, head_of
from layerwise.build.values import Origin
from layerwise.context.tree import ContextTree
from layerwise.knowledge.splitting import (
    ACCOUNT_PROGRAMS,
    BUILD_VARIABLES,
    COMPILING,
    CONFIGURING,
    HARMLESS,
    INSTALLS,
    PASSING,
    SEARCHED,
)
from layerwise.syntax.tree import (
    Arg,
    Env,
    Healthcheck,
    Heredoc,
    Onbuild,
    Run,
    Shell,
    Transfer,
    User,
    Workdir,
)

_ROOT = ("", "root", "0")
_SYSTEM = frozenset({"/", "/etc", "/usr", "/var", "/opt", "/home", "/lib", *SEARCHED})


class Survey(Struct):
    """What the steps of a stage do, found once. Indices are those of the steps."""

    stage: Stage
    files: ContextTree | None
    kind: Kind
    start: Start | None
    folders: list[str]
    runs: dict[int, Traffic] = field(default_factory=dict)
    installs: set[int] = field(default_factory=set)
    """RUNs that install distribution packages and do nothing else."""
    configures: set[int] = field(default_factory=set)
    last: int = 0
    """The last RUN that builds."""
    sources: list[str] = field(default_factory=list)
    """The folders of the project in the image."""


def plan(stage: Stage, files: ContextTree | None) -> Plan:
    """:raises UnsplittableError: where there is nothing to split, or where it is not certain to be right."""
    image = stage.facts.image
    if image is None or not image.known or stage.facts.is_windows or not stage.facts.in_result or stage.triggers:
        raise UnsplittableError("the image that it stands on is not known")
    if is_for_people(stage):
        raise UnsplittableError("people are expected to work in this image")
    folders = working_directories(stage)
    folder = stage.steps[-1].after.workdir
    if folder is None:
        raise UnsplittableError("the working directory is not known")
    if full_name(image) == "node":
        site = site_of(stage, start_of(stage, folder), files)
        if site is not None:
            return served(stage, site)
    survey = Survey(stage, files, kind_of(stage, folders), None, folders)
    _read_runs(survey)
    survey.start = start_of(stage, folder)
    return _decided(survey)


def _read_runs(survey: Survey) -> None:
    for step in survey.stage.steps[1:]:
        if step.kind is Onbuild:
            raise UnsplittableError("it has an ONBUILD, for other builds")
        if step.kind is not Run:
            continue
        folder = survey.folders[step.index]
        found = survey.runs[step.index] = traffic(step, folder, survey.kind.programs)
        managers = {each.command.program for each in step.operations if each.manager.is_distribution}
        others = found.programs - managers - HARMLESS - {""}
        if managers and not others and not found.written:
            survey.installs.add(step.index)
        elif not managers and found.programs <= CONFIGURING | {""}:
            survey.configures.add(step.index)
        else:
            survey.last = step.index
            places = [each.folder for each in found.commands if _is_of_project(survey, each.command.program)]
            survey.sources += [place for place in places if place]
    is_compiled = survey.kind.language not in ("PHP", "Python")
    if not survey.last or (is_compiled and not survey.sources):
        raise UnsplittableError("nothing is built in it")
    survey.sources = [path for path in survey.sources if not path.startswith(("/?", "/tmp"))]
    for step in survey.stage.steps[1 : survey.last]:
        if isinstance(step.instruction, Transfer) and step.instruction.flag("from") is None:
            target = _destination(survey, step)
            if any(is_within(target, each) or is_within(each, target) for each in survey.sources):
                survey.sources.append(target)
    if "/" in survey.sources and not _is_project(survey, "/"):
        # An environment made, or a tool installed, before there is a working directory.
        survey.sources.remove("/")
    survey.sources = outermost(survey.sources)
    if "/" in survey.sources or (is_compiled and not survey.sources):
        raise UnsplittableError("the project lies in the root folder, among all else")


def _is_of_project(survey: Survey, program: str) -> bool:
    """Whether a program works on the project in the folder that it runs in."""
    return program in COMPILING | survey.kind.programs and not program.startswith(("docker-php-ext", "pecl"))


def _is_project(survey: Survey, folder: str) -> bool:
    """Whether something of the build context is copied right into a folder."""
    return any(
        target == folder or (posixpath.dirname(target) == folder and "." in posixpath.basename(target))
        for step in survey.stage.steps[1 : survey.last]
        if isinstance(step.instruction, Transfer) and step.instruction.flag("from") is None
        for target in [_destination(survey, step)]
    )


def _destination(survey: Survey, step: Step) -> str:
    instruction = step.instruction
    assert isinstance(instruction, Transfer)
    word = step.value(instruction.destination.text) if instruction.destination else None
    path = absolute(word, survey.folders[step.index])
    if path is None or word is None or path.startswith("/?"):
        raise UnsplittableError("a COPY has a destination that is not known")
    is_folder = word.endswith(("/", ".")) or len(instruction.sources) > 1 or path in SEARCHED
    names = [each.text for each in instruction.sources if not isinstance(each, Heredoc)]
    if is_folder and len(names) == 1 and "." in posixpath.basename(names[0]).strip("./") and "*" not in names[0]:
        return posixpath.join(path, posixpath.basename(names[0]))
    return path


def _decided(survey: Survey) -> Plan:
    stage, kind = survey.stage, survey.kind
    image = stage.facts.image
    assert image is not None
    carried = carried_for(kind, stage, survey.start, survey.runs, survey.last, survey.sources, survey.files)
    assumptions, left = list(carried.assumptions), []
    outside = [path for index, each in survey.runs.items() if index not in survey.configures for path in each.written]
    early = [index for index in survey.configures if index < survey.last]
    outside += [path for index in early for path in survey.runs[index].written]
    outside += _copied_early(survey)
    paths = list(carried.paths)
    for path in outside:
        if path in _SYSTEM:
            raise UnsplittableError(f"something is written to `{path}`, among all else")
        if not any(is_within(path, each) for each in (*PASSING, *survey.sources)):
            paths.append(path)
    paths = outermost(paths)
    _refuse_owners(survey, paths)
    _refuse_missing(survey, paths)
    needed, dropped, perhaps = packages_of(stage, survey.runs, survey.last, kind.language, _copied_early(survey))
    left += [f"`{name}`" for name in dropped]
    words = _words_at_end(survey)
    used = [name for name in perhaps if name in words]
    unused = [name for name in perhaps if name not in words]
    if unused:
        left += [f"`{name}`" for name in unused]
        assumptions.append(f"what runs does not call {', '.join(f'`{name}`' for name in unused)}")
    needed += used
    parts = [_part(survey, step, left) for step in stage.steps[1:]]
    runs_again = any(part.place is not Place.BUILD and part.step.kind is Run for part in parts)
    needs_same = runs_again or (survey.start is not None and survey.start.needs_shell) or bool(needed)
    needs_same = needs_same or any(step.kind in (Healthcheck, Shell) for step in stage.steps)
    user = (stage.steps[-1].after.user or "").partition(":")[0]
    needs_same = needs_same or not (user in (*_ROOT, "nobody") or user.isdecimal())
    runtime, assumed = kind.runtime(image, needs_same=needs_same)
    assumptions += [assumed] if assumed else []
    written = stage.from_.image
    if written is not None and written.text != image.text and runtime != image.text:
        assumptions.append(f"`{written.text}` stays `{image.text}`")
    if runtime == image.text and not dropped and not unused:
        raise UnsplittableError("nothing in it is only of use to the build")
    if runtime != image.text:
        needed += [name for name in kind.packages if name not in needed]
        needed += [name for name in _tools(survey) if name not in needed]
    layout = Layout(f"{head_of(stage)} {kind.word(stage, runtime)}", parts, survey.last)
    layout.first += _first_lines(survey, needed, runtime)
    layout.last += carried.last
    layout.closing += carried.closing
    if not paths:
        raise UnsplittableError("it is not known what the build makes")
    copied = [(path, posixpath.dirname(path) + "/" if "*" in path else path) for path in paths]
    copied += [(" ".join(carried.libraries), "/usr/local/lib/")] if carried.libraries else []
    return Plan(layout, kind.language, runtime, copied, _chown(survey), assumptions, left)


def _copied_early(survey: Survey) -> list[str]:
    """Where files are copied to before the last RUN that builds, outside of the project."""
    found = []
    for step in survey.stage.steps[1 : survey.last]:
        if not isinstance(step.instruction, Transfer):
            continue
        path = _destination(survey, step)
        if step.instruction.flag("from") is not None and posixpath.basename(path) in ("composer", "uv", "uvx", "bin"):
            continue
        found.append(path)
    return found


def _refuse_owners(survey: Survey, paths: list[str]) -> None:
    owned = [path for index, each in survey.runs.items() for path in each.owned if index < survey.last]
    for path in paths:
        if any(is_within(path, each) or is_within(each, path) for each in owned):
            raise UnsplittableError(f"the owner of `{path}` is changed before the build is done")
    for step in survey.stage.steps[1 : survey.last]:
        if isinstance(step.instruction, Transfer) and step.instruction.flag("chown") is not None:
            target = _destination(survey, step)
            if any(is_within(path, target) or is_within(target, path) for path in paths):
                raise UnsplittableError(f"`{target}` has an owner of its own before the build is done")


def _refuse_missing(survey: Survey, paths: list[str]) -> None:
    """A RUN behind the build must find in the final stage what it changes."""
    late = survey.stage.steps[survey.last + 1 :]
    there = [*paths, *[_destination(survey, step) for step in late if isinstance(step.instruction, Transfer)]]
    there += [step.after.workdir for step in survey.stage.steps if step.after.workdir not in (None, "/")]
    for step in late:
        run = survey.runs.get(step.index, Traffic())
        for path in (*run.owned, *run.touched):
            if not any(is_within(path, each) or is_within(each, path) for each in (*there, *run.written)):
                raise UnsplittableError(f"`{path}` is changed after the build, and whether it is needed is not known")
        there += run.written


def _chown(survey: Survey) -> str:
    """The flag that keeps the owner of what is built by another user than root."""
    user = survey.stage.steps[survey.last].before.user
    if (user or "").partition(":")[0] in _ROOT:
        return ""
    assert user is not None
    known = survey.stage.steps[0].after.accounts
    if not user.replace(":", "").isdecimal() and (user not in known or not survey.kind.keeps_base):
        raise UnsplittableError(f"it is built as the user `{user}`, who owns what is built")
    return f"--chown={user if ':' in user else f'{user}:{user}'} "


def _words_at_end(survey: Survey) -> set[str]:
    """The programs that the image starts or is probed by."""
    kinds = [step for step in survey.stage.steps if step.kind is Healthcheck and step.script is not None]
    probes = {each.program for step in kinds if step.script for each in step.script.commands}
    exec_probes = {
        word.text.rpartition("/")[2]
        for step in survey.stage.steps
        if step.kind is Healthcheck
        for word in step.instruction.arguments
    }
    return probes | exec_probes | set(survey.start.words if survey.start else ())


def _tools(survey: Survey) -> list[str]:
    return sorted({"curl", "wget"} & _words_at_end(survey))


def _first_lines(survey: Survey, needed: list[str], runtime: str) -> list[str]:
    lines = []
    image = survey.stage.facts.image
    assert image is not None
    if needed:
        is_small = is_alpine(image) or runtime.startswith("alpine")
        manager = "apk" if is_small else manager_of(survey.stage, survey.runs) or "apt"
        lines.append(f"RUN {INSTALLS[manager].format(' '.join(sorted(set(needed))))}")
    if survey.kind.sdk is not None and is_alpine(image):
        lines += survey.kind.sdk.alpine_lines
    user = survey.stage.steps[0].after.user
    if needed and (user or "").partition(":")[0] not in _ROOT:
        raise UnsplittableError("packages would have to be installed by a user who may not")
    folder = survey.stage.steps[0].after.workdir
    sets = any(step.kind is Workdir for step in survey.stage.steps)
    if not sets and runtime != image.text and not survey.kind.keeps_base and folder not in (None, "/"):
        lines.append(f"WORKDIR {folder}")
    return lines


def _part(survey: Survey, step: Step, left: list[str]) -> Part:
    is_late = step.index > survey.last
    instruction = step.instruction
    if isinstance(instruction, Env):
        return Part(step, _variables(survey, step, left) if not is_late else Place.FINAL)
    if step.kind is Arg:
        return Part(step, Place.BUILD)
    if step.kind in (Workdir, User):
        return Part(step, Place.FINAL if is_late else Place.BOTH)
    if step.kind is Shell:
        if not survey.kind.keeps_base:
            raise UnsplittableError("it sets a SHELL, which the final image may not have")
        return Part(step, Place.BOTH)
    if isinstance(instruction, Transfer):
        _refuse_image_variables(survey, step)
        return Part(step, Place.FINAL if is_late else Place.BUILD)
    if step.kind is Run:
        return Part(step, _run_place(survey, step, is_late=is_late))
    _refuse_image_variables(survey, step)
    return Part(step, Place.FINAL)


def _run_place(survey: Survey, step: Step, *, is_late: bool) -> Place:
    run = survey.runs[step.index]
    if step.index in survey.configures:
        if is_late:
            return Place.FINAL
        if run.programs & ACCOUNT_PROGRAMS:
            users = (each.before.user for each in survey.stage.steps[1 : survey.last + 1])
            if any((user or "").partition(":")[0] not in _ROOT for user in users) or run.owned:
                raise UnsplittableError("the build itself needs a user that it creates")
            return Place.FINAL
        return Place.BUILD
    if step.index in survey.installs and is_late:
        return Place.FINAL
    return Place.BUILD


def _variables(survey: Survey, step: Step, left: list[str]) -> Place:
    instruction = step.instruction
    assert isinstance(instruction, Env)
    names = [pair.key.text for pair in instruction.pairs]
    if BUILD_VARIABLES.issuperset(names) and not any(name in _used_late(survey) for name in names):
        left += [f"`{name}`" for name in names]
        return Place.BUILD
    _refuse_image_variables(survey, step)
    return Place.BOTH


def _used_late(survey: Survey) -> frozenset[str]:
    return frozenset(name for step in survey.stage.steps[survey.last + 1 :] for name in names_in(step))


def _refuse_image_variables(survey: Survey, step: Step) -> None:
    if survey.kind.keeps_base:
        return
    for name in names_in(step) - {"PATH"}:
        variable = step.before.lookup(name)
        if variable is not None and variable.origin is Origin.IMAGE:
            raise UnsplittableError(f"`${name}` is a variable of its image")
