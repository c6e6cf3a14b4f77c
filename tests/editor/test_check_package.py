"""The check of a package for another machine: the header of a native module counts, not what the file is called."""

from __future__ import annotations

import importlib.util
import struct
import sys
import zipfile
from pathlib import Path

import pytest

TOOL = Path(__file__).parents[2] / "tools" / "check_package.py"
SPEC = importlib.util.spec_from_file_location("check_package", TOOL)
assert SPEC is not None
assert SPEC.loader is not None
check_package = importlib.util.module_from_spec(SPEC)
sys.modules["check_package"] = check_package
SPEC.loader.exec_module(check_package)


def elf(machine: int, needs: bytes) -> bytes:
    return b"\x7fELF" + bytes(14) + struct.pack("<H", machine) + bytes(40) + needs + b"\0"


def mach_o(machine: int) -> bytes:
    return b"\xcf\xfa\xed\xfe" + struct.pack("<I", machine) + bytes(20)


def fat(*machines: int) -> bytes:
    parts = b"".join(struct.pack(">5I", machine, 0, 0, 0, 0) for machine in machines)
    return b"\xca\xfe\xba\xbe" + struct.pack(">I", len(machines)) + parts


def windows(machine: int) -> bytes:
    return b"MZ" + bytes(0x3A) + struct.pack("<I", 0x40) + b"PE\0\0" + struct.pack("<H", machine)


@pytest.mark.parametrize(
    ("binary", "expected"),
    [
        (elf(0x3E, b"libc.so.6"), {"linux-x64"}),
        (elf(0xB7, b"libc.so.6"), {"linux-arm64"}),
        (elf(0x3E, b"libc.musl-x86_64.so.1"), {"alpine-x64"}),
        (elf(0xB7, b"libc.so"), {"alpine-arm64"}),
        (elf(0x3E, b""), {"linux-x64", "alpine-x64"}),
        (elf(0x28, b"libc.so.6"), {"linux-0x28"}),
        (mach_o(0x01000007), {"darwin-x64"}),
        (mach_o(0x0100000C), {"darwin-arm64"}),
        (fat(0x01000007, 0x0100000C), {"darwin-x64", "darwin-arm64"}),
        (windows(0x8664), {"win32-x64"}),
        (windows(0xAA64), {"win32-arm64"}),
        (b"#!/bin/sh\n", set()),
    ],
)
def test_the_header_says_where_a_module_runs(binary: bytes, expected: set[str]) -> None:
    assert check_package.platforms(binary) == expected


@pytest.mark.parametrize(
    ("name", "module", "python"),
    [
        ("libs/yaml/_yaml.cpython-313-x86_64-linux-gnu.so", "libs/yaml/_yaml", "313"),
        ("libs/yaml/_yaml.cp311-win_amd64.pyd", "libs/yaml/_yaml", "311"),
        ("libs/tree_sitter_bash/_binding.abi3.so", "libs/tree_sitter_bash/_binding", "any"),
        ("libs/tree_sitter_bash/_binding.pyd", "libs/tree_sitter_bash/_binding", "any"),
    ],
)
def test_the_name_says_for_which_python(name: str, module: str, python: str) -> None:
    assert check_package.module(name) == (module, python)


def package(folder: Path, target: str, natives: dict[str, bytes], *, leave_out: str = "") -> Path:
    path = folder / f"layerwise-{target}.vsix"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("extension.vsixmanifest", f'<Identity Id="layerwise" TargetPlatform="{target}" />')
        for name in check_package.NEEDED:
            if name != leave_out:
                archive.writestr(check_package.LIBRARIES + name, "")
        for name, binary in natives.items():
            archive.writestr(check_package.LIBRARIES + name, binary)
    return path


def modules(binary: bytes) -> dict[str, bytes]:
    tagged = {f"yaml/_yaml.cpython-{python}-darwin.so": binary for python in check_package.PYTHONS}
    return {"tree_sitter_bash/_binding.abi3.so": binary, **tagged}


def test_a_package_that_is_right_has_no_problems(tmp_path: Path) -> None:
    path = package(tmp_path, "darwin-arm64", modules(mach_o(0x0100000C)))
    assert check_package.main([str(path)]) == 0


def test_a_module_of_another_machine_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    natives = modules(mach_o(0x0100000C)) | {"tree_sitter_bash/_binding.abi3.so": elf(0x3E, b"libc.so.6")}
    assert check_package.main([str(package(tmp_path, "darwin-arm64", natives))]) == 1
    said = capsys.readouterr().err
    assert said == (
        "layerwise-darwin-arm64.vsix: extension/bundled/libs/tree_sitter_bash/_binding.abi3.so is for linux-x64\n"
    )


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    natives = modules(windows(0x8664))
    del natives["yaml/_yaml.cpython-312-darwin.so"]
    path = package(tmp_path, "win32-x64", natives, leave_out="pygls/__init__.py")
    assert list(check_package.problems(path, "win32-x64")) == [
        "extension/bundled/libs/pygls/__init__.py is missing",
        "extension/bundled/libs/yaml/_yaml is missing for Python 3.12",
    ]
    assert list(check_package.problems(package(tmp_path, "win32-x64", {}), "win32-x64")) == [
        "it holds no native module"
    ]


def test_a_manifest_for_another_platform_is_named(tmp_path: Path) -> None:
    path = package(tmp_path, "linux-x64", modules(elf(0x3E, b"libc.so.6")))
    assert "its manifest names linux-x64, not linux-arm64" in list(check_package.problems(path, "linux-arm64"))
