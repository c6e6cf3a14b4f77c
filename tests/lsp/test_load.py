"""Much at once: large texts, many documents, and work on one that must not hold up another."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from layerwise.lsp.documents import MAX_TEXT

from .client import PULL, Client, edit

SMALL = "FROM debian\nRUN x\n"
PROGRESS = {"window": {"workDoneProgress": True}}
BROKEN = """
import sys
from layerwise.lsp import analyses, server
whole = analyses.analyse
def analyse(text, **rest):
    if "boom" in text:
        raise ZeroDivisionError("boom")
    return whole(text, **rest)
analyses.analyse = analyse
sys.exit(server.main())
"""


def slow(steps: int) -> str:
    """A text whose analysis takes a few seconds: no two of its steps are the same."""
    return "FROM debian:12\n" + "".join(f"RUN echo {step} && make target-{step}\n" for step in range(steps))


def long_heredoc(lines: int) -> str:
    """A text whose analysis takes a few seconds: one step with half a megabyte of commands."""
    commands = (f"echo line {line} > /tmp/{line} && rm -f /tmp/{line}\n" for line in range(lines))
    return f"FROM debian:12\nRUN <<EOF\n{''.join(commands)}EOF\n"


def order_of_reports(client: Client) -> list[tuple[str, int]]:
    return [
        (each["params"]["uri"], each["params"]["version"])
        for each in client.inbox
        if each.get("method") == "textDocument/publishDiagnostics"
    ]


@pytest.mark.parametrize("text", [slow(6000), long_heredoc(12_000)], ids=["many steps", "a long heredoc"])
def test_a_keystroke_does_not_wait_for_the_analysis_of_another_document(client: Client, text: str) -> None:
    client.start()
    small = client.open(SMALL, "Small.Dockerfile")
    client.diagnostics(small)
    large = client.open(text, "Large.Dockerfile")
    for version in range(2, 12):
        client.change(small, version, edit(1, 5, 5, "y"))
        client.wait(lambda message: order_of_reports(client)[-1:] == [(small, version)], 30)  # noqa: B023
        assert client.hover(small, 0, 1)
        assert (large, 1) not in order_of_reports(client)
    assert client.diagnostics(large) is not None


def test_a_new_document_does_not_wait_for_the_analysis_of_another(client: Client) -> None:
    client.start()
    large = client.open(slow(6000), "Large.Dockerfile")
    small = client.open(SMALL, "Small.Dockerfile")
    client.diagnostics(small)
    assert (large, 1) not in order_of_reports(client)
    client.diagnostics(large)


def test_an_answer_about_a_text_that_changes_meanwhile_is_refused(client: Client) -> None:
    client.start()
    uri = client.open(slow(3000))
    place = {"textDocument": {"uri": uri}, "position": {"line": 0, "character": 1}}
    hover = client.request("textDocument/hover", place)
    client.change(uri, 2, edit(0, 0, 0, "# a\n"))
    assert client.answer(hover)["error"]["code"] == -32801
    client.diagnostics(uri, 2)


def test_a_document_that_is_closed_meanwhile_is_not_reported(client: Client) -> None:
    client.start()
    uri = client.open(slow(3000))
    hover = {"textDocument": {"uri": uri}, "position": {"line": 0, "character": 1}}
    request = client.request("textDocument/hover", hover)
    client.close(uri)
    assert client.answer(request)["error"]["code"] == -32801
    assert client.diagnostics(uri, None) == []
    client.settle(2)
    assert not order_of_reports(client)


def test_a_pull_that_takes_longer_can_be_cancelled(client: Client) -> None:
    client.start(PULL)
    uri = client.open(slow(3000))
    request = client.request("textDocument/diagnostic", {"textDocument": {"uri": uri}})
    client.tell("$/cancelRequest", {"id": request})
    assert client.answer(request)["error"]["code"] == -32800
    assert client.pull(uri)["kind"] == "full"


def test_shutdown_does_not_wait_for_work(client: Client) -> None:
    client.start(PULL)
    uri = client.open(slow(6000))
    request = client.request("textDocument/diagnostic", {"textDocument": {"uri": uri}})
    assert client.stop() == 0
    assert client.answer(request)["error"]["code"] == -32800


def test_long_work_has_progress(client: Client) -> None:
    client.start(PROGRESS)
    client.diagnostics(client.open(slow(6000)))
    client.answer(client.request("layerwise/ping"))
    steps = [each["params"] for each in client.inbox if each.get("method") == "$/progress"]
    assert [each["value"]["kind"] for each in (steps[0], steps[-1])] == ["begin", "end"]
    assert steps[0]["value"]["title"]
    created = next(each for each in client.asked if each["method"] == "window/workDoneProgress/create")
    assert {each["token"] for each in steps} == {created["params"]["token"]}


def test_short_work_has_none(client: Client) -> None:
    client.start(PROGRESS)
    client.diagnostics(client.open(SMALL))
    client.settle(1)
    assert not client.asked


@pytest.mark.parametrize("line", ["# a comment\n", "RUN echo hello\n", "RUN x \\\n", "é日本語🚀\r"])
def test_ten_megabytes_are_taken_and_the_server_lives(started: Client, line: str) -> None:
    text = SMALL + line * (10_000_000 // len(line.encode()))
    uri = started.open(text)
    (note,) = started.diagnostics(uri)
    assert note["severity"] == 3
    assert "characters" in note["message"]
    assert started.hover(uri, 0, 1) is None
    assert not started.actions(uri, edit(0, 0, 5, "")["range"])
    started.change(uri, 2, edit(1, 4, 5, "y"))
    assert started.diagnostics(uri, 2)
    started.change(uri, 3, {"text": SMALL})
    assert [each["code"] for each in started.diagnostics(uri, 3)] == ["pin/untagged-image"]


def test_a_line_of_almost_the_limit_is_checked(started: Client) -> None:
    """BuildKit itself refuses such a line."""
    uri = started.open(f"FROM debian\nRUN echo {'x' * (MAX_TEXT - 100)}\n")
    assert [each["code"] for each in started.diagnostics(uri)] == ["pin/untagged-image", "build/syntax"]


def test_five_hundred_documents_can_be_open(client: Client) -> None:
    client.start()
    texts = [f"FROM debian\nRUN echo {number}\nMAINTAINER A{number}\n" for number in range(500)]
    uris = [client.open(text, f"{number}/Dockerfile") for number, text in enumerate(texts)]
    for uri in uris:
        assert len(client.diagnostics(uri)) == 2
    for uri in uris[::50]:
        client.change(uri, 2, edit(0, 11, 11, ":12"))
        assert len(client.diagnostics(uri, 2)) == 1
        assert client.hover(uri, 0, 1)
    assert client.stop() == 0


def test_an_error_of_ours_is_told_once_and_the_server_lives(tmp_path: Path) -> None:
    with Client(tmp_path, [sys.executable, "-c", BROKEN]) as client:
        client.start()
        uri = client.open(SMALL)
        before = client.diagnostics(uri)
        for version in range(2, 5):
            client.change(uri, version, {"text": f"FROM boom\n# {version}\n"})
            client.settle()
        told: list[Any] = [each for each in client.inbox if each.get("method") == "window/showMessage"]
        assert len(told) == 1
        assert "ZeroDivisionError" in told[0]["params"]["message"]
        logged = [each["params"] for each in client.inbox if each.get("method") == "window/logMessage"]
        assert any(each["type"] == 1 and "Traceback" in each["message"] for each in logged)
        place = {"textDocument": {"uri": uri}, "position": {"line": 0, "character": 0}}
        assert client.answer(client.request("textDocument/hover", place))["error"]["code"] == -32603
        client.change(uri, 9, {"text": SMALL})
        assert client.diagnostics(uri, 9) == [each | {"data": {"version": 9}} for each in before]
        assert client.stop() == 0
