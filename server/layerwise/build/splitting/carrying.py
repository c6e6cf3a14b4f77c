"""What of a project's files a program may read as it runs: all that is neither source nor about building it."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from itertools import islice

from layerwise.context.tree import ContextTree
from layerwise.knowledge.splitting import DATA_FOLDERS, SOURCE_ENDINGS, SOURCE_FOLDERS, SOURCE_NAMES

_CALLS: Mapping[str, tuple[str, ...]] = {
    "Go": ('"os/exec"', "syscall.Exec", '"plugin"'),
    "Rust": ("process::Command", "Command::new"),
    "Java": ("ProcessBuilder", ".exec("),
    ".NET": ("Process.Start", "ProcessStartInfo"),
    "C": ("system(", "popen(", "execv", "execl", "posix_spawn", "dlopen("),
}
"""What a source says that starts another program or loads code as it runs."""
_ENDINGS: Mapping[str, tuple[str, ...]] = {
    "Go": (".go",),
    "Rust": (".rs",),
    "Java": (".java", ".kt", ".scala"),
    ".NET": (".cs", ".fs", ".vb"),
}
_MOST = 400


def data_in(files: ContextTree, folder: str, language: str) -> Iterator[str]:
    """The files and folders below one of the context that a program may read, each as far out as it holds no source."""
    folders, sources = _sorted(files, folder, language)
    if not sources:
        yield folder
        return
    yield from (path for path in folders if path)


def is_data(name: str) -> bool:
    """Whether a file or folder of the context, which is not in sight, is by its name one that a program reads."""
    base = posixpath.basename(name.rstrip("/"))
    if "." in base.strip("."):
        return "*" not in base and not _is_source(base)
    return base in DATA_FOLDERS


def _sorted(files: ContextTree, folder: str, language: str) -> tuple[list[str], bool]:
    """What is to be carried of a folder, and whether there is anything else in it."""
    carried: list[str] = []
    has_source = False
    for name, is_folder in files.list(folder):
        path = name if folder == "." else f"{folder}/{name}"
        if not is_folder:
            if _is_source(name):
                has_source = True
            else:
                carried.append(path)
        elif name in SOURCE_FOLDERS or name.startswith(".") or (name == "src" and language in ("Java", "Rust")):
            has_source = True
        else:
            inner, is_mixed = _sorted(files, path, language)
            carried += inner if is_mixed else [path]
            has_source = has_source or is_mixed
    return carried, has_source


def _is_source(name: str) -> bool:
    return posixpath.splitext(name)[1].lower() in SOURCE_ENDINGS or SOURCE_NAMES.fullmatch(name) is not None


def may_call_others(files: ContextTree, language: str) -> bool:
    """Whether a source in the context, of which not too many are read, starts another program or loads a library."""
    return files.kept((may_call_others, language), lambda: _may_call_others(files, language))


def holds_source(files: ContextTree, language: str) -> bool:
    """Whether there is any source of a language in the context. If not, it is not the one that is built from."""
    return bool(_sources(files, language))


def _may_call_others(files: ContextTree, language: str) -> bool:
    sources, calls = _sources(files, language), _CALLS.get(language, ())
    texts = map(files.read, sources[:_MOST])
    return any(text is None or any(call in text for call in calls) for text in texts) or len(sources) > _MOST


def _sources(files: ContextTree, language: str) -> tuple[str, ...]:
    """The paths of the sources of a language, and at most one more than are read. Looked for once in a context."""
    endings = _endings(language)
    found = (path for path in files.files_below(".") if path.endswith(endings))
    return files.kept((_sources, language), lambda: tuple(islice(found, _MOST + 1)))


def _endings(language: str) -> tuple[str, ...]:
    return _ENDINGS.get(language, (".c", ".cc", ".cpp", ".cxx", ".h", ".hpp"))
