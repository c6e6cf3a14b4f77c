"""The walls that import-linter cannot see: the core does no IO, rules keep no state."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import layerwise

PACKAGE = Path(layerwise.__file__).parent
CORE = ["text", "knowledge", "syntax", "shell", "context", "build", "lint", "rules", "engine", "features"]
IO_MODULES = {"os", "pathlib", "subprocess", "socket", "urllib", "http", "shutil", "tempfile", "asyncio", "threading"}
# The files that a face passes in, the tables that are shipped beside the code, and what writes the committed documentation.
DOORS = {"context/disk.py", "engine/docs.py"}


def modules(*packages: str) -> Iterator[Path]:
    for package in packages:
        yield from sorted((PACKAGE / package).rglob("*.py"))


def name_of(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def imported(tree: ast.AST) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    return names


@pytest.mark.parametrize("path", [p for p in modules(*CORE) if name_of(p) not in DOORS], ids=name_of)
def test_the_core_does_no_io(path: Path) -> None:
    tree = ast.parse(path.read_text())
    assert not imported(tree) & IO_MODULES
    calls = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert not calls & {"open", "input", "print"}


@pytest.mark.parametrize("path", [p for p in modules("rules") if p.name != "__init__.py"], ids=name_of)
def test_a_rule_keeps_no_state_and_reads_no_text_by_itself(path: Path) -> None:
    tree = ast.parse(path.read_text())
    assert not any(isinstance(node, ast.Global | ast.Nonlocal) for node in ast.walk(tree))
    mutable = [
        node
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.List | ast.ListComp | ast.Set)
    ]
    assert not mutable, "a table in a rule is a tuple, a frozenset or a dict that is never changed"


@pytest.mark.parametrize("path", [p for p in modules("rules") if p.name != "__init__.py"], ids=name_of)
def test_a_rule_stands_in_a_file_of_its_name(path: Path) -> None:
    functions = [node.name for node in ast.parse(path.read_text()).body if isinstance(node, ast.FunctionDef)]
    assert path.stem in functions


def test_each_module_says_what_it_knows() -> None:
    silent = [name_of(path) for path in modules("") if not ast.get_docstring(ast.parse(path.read_text()))]
    assert not silent
