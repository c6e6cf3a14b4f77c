"""`make demo` shows the main job, and fails when something of it does not come."""

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

DEMO = Path(__file__).parents[2] / "demo"


def test_the_demo_shows_all_that_it_expects() -> None:
    result = subprocess.run([sys.executable, DEMO / "run.py"], capture_output=True, encoding="utf-8", timeout=120)
    assert result.stderr == ""
    assert result.returncode == 0
    assert "\x1b" not in result.stdout
    for piece in ("COPY . .\n   | ^^^^^^^^", "★ ", "the mouse rests on `pip`", "+RUN pip install --no-cache-dir -r"):
        assert piece in result.stdout


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("EXPECTED", {"web/Dockerfile": {"size/no-such-rule"}}, "size/no-such-rule in web/Dockerfile"),
        ("HOVERED", ("web/Dockerfile", "tini\n"), "a hover on tini\n in web/Dockerfile"),
    ],
)
def test_what_does_not_come_makes_it_fail(
    name: str, value: object, complaint: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.syspath_prepend(str(DEMO))
    demo = importlib.import_module("run")
    monkeypatch.setattr(demo, "EXPECTED", {"web/Dockerfile": set()})
    monkeypatch.setattr(demo, "HOVERED", ("web/Dockerfile", "npm"))
    monkeypatch.setattr(demo, name, value)
    if name == "HOVERED":
        monkeypatch.setattr(demo.Client, "ask", _without_hovers(demo.Client.ask))
    monkeypatch.setattr(sys, "argv", ["run.py"])
    assert demo.main() == 1
    assert f"Expected, and did not come: {complaint}" in capsys.readouterr().err


def _without_hovers(ask):  # type: ignore[no-untyped-def]
    return lambda self, method, parameters: None if method == "textDocument/hover" else ask(self, method, parameters)
