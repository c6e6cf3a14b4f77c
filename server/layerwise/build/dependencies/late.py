"""Finds copies of the source that stand before an install, so that each change of the source installs anew."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence

from msgspec import Struct, field

from layerwise.build.dependencies.apart import is_project_folder
from layerwise.build.dependencies.compiled import has_go_dependencies
from layerwise.build.dependencies.copies import Copied, Source
from layerwise.build.dependencies.folders import absolute, is_within
from layerwise.build.dependencies.installs import Install
from layerwise.build.dependencies.needs import is_vendored
from layerwise.build.dependencies.view import View
from layerwise.build.dependencies.work import Work
from layerwise.context import ContextTree
from layerwise.context.paths import PatternError, match
from layerwise.knowledge.manifests import ECOSYSTEMS, HOOK_FOLDERS, SOURCE_FILES, SOURCE_FOLDERS
from layerwise.syntax.tree import Run


class Late(Struct):
    """Copies of the source and the installs behind them that would rather stand before."""

    trees: tuple[Copied, ...]
    """In order. The first is where it starts; all of them have to move."""
    installs: list[tuple[Work, Install]] = field(default_factory=list)
    is_seen: bool = False
    """The manifests of one of the installs are there to be seen in the context."""

    @property
    def first(self) -> Copied:
        return self.trees[0]


def late_installs(works: Sequence[Work], tree: ContextTree | None, *, has_parent: bool) -> tuple[Late, ...]:
    """The copies that stand too early.

    :param has_parent: the stage is built on another, which may have the dependencies already.
    """
    found: list[Late] = []
    trees: list[Copied] = []
    files: list[Copied] = []
    done: set[object] = set()
    for work in works:
        if work.copied is not None:
            is_tree = any(source.is_folder and not _holds_manifests(source, tree) for source in work.copied.sources)
            (trees if is_tree else files).append(work.copied)
        for install in work.installs:
            if not _is_new(install, work, done, has_parent=has_parent):
                continue
            concerned = tuple(
                copy for copy in _trees_before(install, trees, files, tree) if not work.once(_mounts, copy.sources)
            )
            done.update(_identities(install))
            if not concerned or _is_idle(install, trees, files, tree):
                continue
            late = next((each for each in found if _goes_with(each, concerned, work, works)), None)
            if late is None:
                late = Late(concerned)
                found.append(late)
            late.trees = _in_order([*late.trees, *concerned])
            late.installs.append((work, install))
            late.is_seen = late.is_seen or (
                tree is not None and any(_provides(copy, install, tree) for copy in (*trees, *files))
            )
    return tuple(found)


def _goes_with(late: Late, trees: Sequence[Copied], work: Work, works: Sequence[Work]) -> bool:
    """Whether an install is late for the same copy, and nothing in between needs the source."""
    if late.first is not trees[0]:
        return False
    last = late.installs[-1][0]
    folders = [copy.destination for copy in {*late.trees, *trees}]
    between = works[last.index : work.index]
    return all(not isinstance(each.instruction, Run) or each.is_clear(sorted(folders)) for each in between)


def _holds_manifests(source: Source, tree: ContextTree | None) -> bool:
    """Whether a folder is one of requirement files or of what hooks of packages read, and no source."""
    if posixpath.basename(source.path) in HOOK_FOLDERS:
        return True
    if source.path == "." or tree is None or not tree.is_folder(source.path):
        return posixpath.basename(source.path) in ("requirements", "reqs", "gradle", ".mvn", ".yarn", "patches")
    names = [name for name, is_folder in tree.list(source.path) if not is_folder]
    return bool(names) and all(name.endswith((".txt", ".in", ".lock", ".toml", ".patch")) for name in names)


def _identities(install: Install) -> Iterator[object]:
    """What an earlier install has done, so that a later one has little left to do."""
    ecosystem = ECOSYSTEMS.get(install.manager, install.manager)
    if install.named and install.manager in ("pip", "conda"):
        yield from (("file", path) for path in install.named)
        yield ecosystem, "files"
    elif not install.own:
        yield ecosystem, install.folder
        yield ecosystem, "any"


def _is_new(install: Install, work: Work, done: set[object], *, has_parent: bool) -> bool:
    """Whether nothing has installed the same before, or is there to keep what it gets."""
    ecosystem = ECOSYSTEMS.get(install.manager, install.manager)
    mounts = work.instruction.mounts if isinstance(work.instruction, Run) else ()
    targets = [(mount.type, absolute(mount.target or ".", work.folder) or "/") for mount in mounts]
    wanted = install.named or (install.folder,)
    if any(kind == "bind" and (is_within(path, at) or is_within(at, path)) for kind, at in targets for path in wanted):
        return False
    if install.builds:
        cached = any(kind == "cache" for kind, _ in targets)
        return not (cached or has_parent or (ecosystem, "any") in done)
    if install.own:
        return not ({(ecosystem, "any"), (ecosystem, "files")} & done or has_parent)
    if install.manager in ("pip", "conda"):
        return not all(("file", path) in done for path in install.named)
    return (ecosystem, install.folder) not in done


def _mounts(work: Work, sources: Sequence[Source]) -> bool:
    """Whether a RUN mounts all of these from the context, so that it runs again on every change of them anyway."""
    mounts = work.instruction.mounts if isinstance(work.instruction, Run) else ()
    bound = [absolute(mount.source or ".", "/") or "/" for mount in mounts if mount.type == "bind" and not mount.from_]
    return all(any(is_within(absolute(source.path, "/") or "/", path) for path in bound) for source in sources)


def _is_idle(install: Install, trees: Sequence[Copied], files: Sequence[Copied], tree: ContextTree | None) -> bool:
    """Whether it is seen that there is nothing to download."""
    if tree is None or not install.builds:
        return False
    view = View(tree, _in_order([*trees, *files]))
    if is_vendored(install, view):
        return True
    text = view.read(posixpath.join(install.folder, "go.mod")) if install.manager == "go" else None
    return text is not None and not has_go_dependencies(text)


def _trees_before(
    install: Install, trees: Sequence[Copied], files: Sequence[Copied], tree: ContextTree | None
) -> tuple[Copied, ...]:
    """The copies of the source before an install whose manifests are copied by one of them, or by themselves."""
    # What looks like a folder by its name, and is named by the install, is the file that it names.
    taken = [copy for copy in trees if any(_is_file_of(copy, path) for path in install.named)]
    trees, files = [copy for copy in trees if copy not in taken], [*files, *taken]
    read = {posixpath.join(install.folder, name) for name in install.row.folders}
    inside = [
        copy
        for copy in trees
        if copy.is_tree and is_within(copy.destination, install.folder) and copy.destination not in read
    ]
    if any(_provides(copy, install, None) for copy in files):
        around = [copy for copy in trees if copy.is_tree and copy.root and is_within(install.folder, copy.destination)]
        named = [copy for copy in (*trees, *files) if _is_source_for(install, copy)]
        return _in_order([*inside, *around, *named])
    # What is not where the tree was looked at may still be there: the context may be another one.
    providers = [copy for copy in trees if _provides(copy, install, tree)]
    providers = providers or [copy for copy in trees if _provides(copy, install, None)]
    return _in_order([*inside, *providers]) if providers else ()


def _is_source_for(install: Install, copy: Copied) -> bool:
    """Whether a copy brings source, as its name says, that an install in another folder waits for too."""
    if not all(_is_named_source(source) for source in copy.sources):
        return False
    here, there = copy.destination, install.folder
    return is_within(here, there) or is_within(there, here) or is_project_folder(here)


def _is_named_source(source: Source) -> bool:
    name = posixpath.basename(source.path)
    return source.path == "." or name in (SOURCE_FOLDERS if source.is_folder else SOURCE_FILES)


def _provides(copy: Copied, install: Install, tree: ContextTree | None) -> bool:
    """Whether a copy brings a manifest without which the install is none."""
    if install.own:
        folder = absolute(install.own.partition("[")[0], install.folder) or install.folder
        return copy.context_path(folder) is not None and copy.root is not None
    wanted = install.named or tuple(posixpath.join(install.folder, name) for name in install.row.required)
    return any(_brings(copy, path, tree) for path in wanted)


def _is_file_of(copy: Copied, path: str) -> bool:
    """Whether a copy of one source, of which is not known whether it is a folder, may bring a file of this path."""
    if len(copy.sources) != 1 or not copy.sources[0].is_guessed:
        return False
    return path == (
        posixpath.join(copy.destination, posixpath.basename(copy.sources[0].path)) if copy.into else copy.destination
    )


def _brings(copy: Copied, path: str, tree: ContextTree | None) -> bool:
    folder, name = posixpath.split(path)
    if _is_file_of(copy, path):
        return True
    if copy.root is not None:
        found = copy.context_path(path)
        if found is None or tree is None:
            return found is not None
        return bool(tree.glob(found))
    if tree is not None and not any(tree.glob(source.path) for source in copy.sources):
        return False
    if not copy.into:
        return copy.destination == path or (
            posixpath.dirname(copy.destination) == folder and _alike(copy.destination, path)
        )
    return copy.destination == folder and any(
        _alike(source.path, name) for source in copy.sources if not source.is_folder or source.is_pattern
    )


def _alike(one: str, other: str) -> bool:
    """Whether two names can be those of one file, where both may be patterns."""
    one, other = posixpath.basename(one), posixpath.basename(other)
    try:
        return match(one, other) or match(other, one)
    except PatternError:
        return False


def _in_order(copies: Sequence[Copied]) -> tuple[Copied, ...]:
    return tuple(sorted(set(copies), key=lambda copy: copy.step.index))
