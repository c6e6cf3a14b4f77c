"""Checks that a package of the VS Code extension holds what its platform can run: needs the files alone, no network.

    tools/check_package.py client-vscode/layerwise-*.vsix

The header of each native module says for which machine and system it was made, whatever the file is called.
"""

from __future__ import annotations

import re
import struct
import sys
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple

PYTHONS = frozenset({"311", "312", "313", "314"})
UNSERVED = {"win32-arm64": frozenset({"311"})}
"""Pythons that a package cannot serve on a platform, since a library has no wheel for them."""
LIBRARIES = "extension/bundled/libs/"
NEEDED = ("layerwise/cli/main.py", "tree_sitter/__init__.py", "tree_sitter_bash/__init__.py", "pygls/__init__.py")

_ELF = {0x3E: "x64", 0xB7: "arm64"}
_MACH_O = {0x01000007: "x64", 0x0100000C: "arm64"}
_PE = {0x8664: "x64", 0xAA64: "arm64"}


class Module(NamedTuple):
    """A native module: what it is called without the tag of a Python, and which Pythons it serves ("any" for all)."""

    name: str
    python: str


def problems(path: Path, platform: str) -> Iterator[str]:
    """What is wrong with a package that is meant for a platform (``linux-x64``), in plain words."""
    with zipfile.ZipFile(path) as package:
        names = package.namelist()
        target = re.search(rb'TargetPlatform="([^"]*)"', package.read("extension.vsixmanifest"))
        if target is None or target[1].decode() != platform:
            yield f"its manifest names {target[1].decode() if target else 'no platform'}, not {platform}"
        yield from (f"{LIBRARIES}{name} is missing" for name in NEEDED if LIBRARIES + name not in names)
        natives = [name for name in names if name.endswith((".so", ".pyd", ".dylib", ".dll"))]
        for name in natives:
            found = platforms(package.read(name))
            if platform not in found:
                yield f"{name} is for {' and '.join(sorted(found)) or 'no known platform'}"
        yield from _unserved(natives, PYTHONS - UNSERVED.get(platform, frozenset()))


def platforms(binary: bytes) -> frozenset[str]:
    """The platforms that a native module runs on, by its header. Empty for what is none."""
    if binary[:4] == b"\x7fELF":
        (machine,) = struct.unpack_from("<H", binary, 18)
        systems = ("linux",) if b"libc.so.6\0" in binary else ("alpine",) if b"libc." in binary else ("linux", "alpine")
        return frozenset(f"{system}-{_ELF.get(machine, hex(machine))}" for system in systems)
    if binary[:4] == b"\xcf\xfa\xed\xfe":
        return _darwin(struct.unpack_from("<I", binary, 4))
    if binary[:4] == b"\xca\xfe\xba\xbe":
        (count,) = struct.unpack_from(">I", binary, 4)
        return _darwin(tuple(struct.unpack_from(">I", binary, 8 + 20 * index)[0] for index in range(count)))
    if binary[:2] == b"MZ":
        (start,) = struct.unpack_from("<I", binary, 0x3C)
        (machine,) = struct.unpack_from("<H", binary, start + 4)
        return frozenset({f"win32-{_PE.get(machine, hex(machine))}"})
    return frozenset()


def module(name: str) -> Module:
    """Which module a file is and for which Python, by its name: ``yaml/_yaml.cp311-win_amd64.pyd``."""
    path = PurePosixPath(name)
    stem, _, tag = path.name.partition(".")
    python = re.match(r"(?:cpython-|cp)(\d+)", tag)
    return Module(str(path.with_name(stem)), python[1] if python else "any")


def _darwin(machines: tuple[int, ...]) -> frozenset[str]:
    return frozenset(f"darwin-{_MACH_O.get(machine, hex(machine))}" for machine in machines)


def _unserved(natives: list[str], expected: frozenset[str]) -> Iterator[str]:
    served = defaultdict(set)
    for name, python in map(module, natives):
        served[name].add(python)
    if not served:
        yield "it holds no native module"
    for name, pythons in sorted(served.items()):
        missing = expected - pythons
        if "any" not in pythons and missing:
            yield f"{name} is missing for Python {', '.join(f'3.{each[1:]}' for each in sorted(missing))}"


def main(arguments: list[str]) -> int:
    status = 0
    for argument in arguments:
        path = Path(argument)
        found = list(problems(path, path.stem.partition("-")[2]))
        for problem in found:
            print(f"{path.name}: {problem}", file=sys.stderr)
        status |= bool(found)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
