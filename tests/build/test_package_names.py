"""What is the name of a package in what an install is told."""

from __future__ import annotations

import pytest

from layerwise.build.package_names import package_name


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("curl", "curl"),
        ("curl=7.88.1-10", "curl"),
        ("libc6:i386", "libc6"),
        ("nginx@edge", "nginx"),
        ("nginx~=1.2", "nginx"),
        ("g++", "g++"),
        ("'uvicorn[standard]>0.2'", "uvicorn"),
        ('"numpy<2"', "numpy"),
        ("importlib; python_version < '3.8'", "importlib"),
        ("typescript@latest", "typescript"),
        ("@angular/cli@17", "@angular/cli"),
        ("@angular/cli", "@angular/cli"),
        ("", ""),
    ],
)
def test_the_name_alone(text: str, expected: str) -> None:
    assert package_name(text) == expected
