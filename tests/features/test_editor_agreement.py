"""Agreement with another server, on cases that are no part of this repository. Skipped where they are not there."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

import editor_agreement
from shared import shared_file


@pytest.mark.skipif(shared_file("peers/lsp_cases.jsonl") is None, reason="the cases are not here")
def test_recorded_answers(capsys: pytest.CaptureFixture[str]) -> None:
    assert editor_agreement.main() == 0, capsys.readouterr().out
