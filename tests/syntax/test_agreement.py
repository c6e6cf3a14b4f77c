"""Agreement with BuildKit, on cases and files that are no part of this repository. Skipped where they are not there."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

import buildkit_agreement
import corpus_parse
from shared import shared_file


@pytest.mark.skipif(shared_file("peers/buildkit_parser_cases.jsonl") is None, reason="the cases are not here")
def test_buildkit_cases(capsys: pytest.CaptureFixture[str]) -> None:
    assert buildkit_agreement.main() == 0, capsys.readouterr().out


@pytest.mark.skipif(shared_file("corpus/dockerfiles.jsonl.gz") is None, reason="the corpus is not here")
def test_corpus(capsys: pytest.CaptureFixture[str]) -> None:
    assert corpus_parse.main() == 0, capsys.readouterr().out
