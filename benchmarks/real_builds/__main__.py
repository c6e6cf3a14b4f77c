"""Builds small real projects as people write them, fixed and optimized, and measures what that is worth.

    python benchmarks/real_builds [PROJECT …] [--work FOLDER] [--repeats N] [--write docs/real-builds.md]

Needs root on a Debian machine with ``apt-get install --no-install-recommends docker.io mmdebstrap``, and mirrors and
registries in reach. It starts a Docker daemon of its own and stops it in the end; all it writes lies in ``--work``.
Without those it says so and ends with status 2; with status 1 when a result is not what it should be.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bases import DEBIAN, make_base, make_image
from builder import BuildError, Docker, daemon
from index import index
from keeping import Kept
from measuring import Row, measure
from projects import Project, projects
from report import page

PROGRAM = "/usr/bin/docker"
NEEDED = (PROGRAM, "dockerd", "mmdebstrap")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", metavar="PROJECT", nargs="*", help="only these projects")
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "layerwise-real-builds")
    parser.add_argument("--repeats", type=int, default=1, help="how often each time is taken; the median counts")
    parser.add_argument("--write", type=Path, help="write the table into this page")
    parser.add_argument("--again", action="store_true", help="build what an earlier run has measured in --work too")
    parser.add_argument(
        "--times", action="store_true", help="take the times anew, and keep what else is measured already"
    )
    options = parser.parse_args()
    missing = [program for program in NEEDED if shutil.which(program) is None]
    if missing or os.geteuid() != 0:
        print(f"cannot build here: {'no ' + ', '.join(missing) if missing else 'not root'}", file=sys.stderr)
        return 2
    if options.again:
        shutil.rmtree(options.work / "measured", ignore_errors=True)
    memory = Kept(options.work, options.repeats)
    rows: list[Row] = []
    with daemon(options.work, PROGRAM) as docker, index(options.work / "index"):
        make_base(docker, options.work)
        for project in projects(options.names):
            rows += _measured(docker, project, options.repeats, memory, anew=options.times)
    text = page(rows, options.repeats)
    if options.write:
        options.write.write_text(text, encoding="utf-8")
    print(text)
    return 1 if any(row.is_wrong for row in rows) else 0


def _measured(docker: Docker, project: Project, repeats: int, memory: Kept, *, anew: bool) -> list[Row]:
    """All versions of a project, as far as they can be built."""
    rows: list[Row] = []
    try:
        for image in (DEBIAN, *project.images):
            make_image(docker, image)
        for row in measure(docker, project, repeats, memory, anew=anew):
            print(row.line, file=sys.stderr, flush=True)
            rows.append(row)
    except BuildError as error:
        print(f"{project.name}: {error}", file=sys.stderr, flush=True)
        rows.append(Row(project.name, project.about, "not built", error=str(error).splitlines()[-1]))
    return rows


if __name__ == "__main__":
    sys.exit(main())
