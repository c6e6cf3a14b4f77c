"""Diagnostics are pushed or pulled, whichever the client can do, and are right for the version they are about."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from layerwise.engine import RULES

from .client import PULL, Client, edit, spot

TEXT = "FROM debian\nMAINTAINER Ada\nCMD sleep 5\n"
IDS = ["pin/untagged-image", "build/deprecated-maintainer", "build/shell-form-command"]


def ids(diagnostics: list[Any]) -> list[str]:
    return [each["code"] for each in diagnostics]


def pushed(client: Client) -> list[Any]:
    return [each for each in client.inbox if each.get("method") == "textDocument/publishDiagnostics"]


def test_a_diagnostic_has_all_that_an_editor_can_show(started: Client) -> None:
    found = started.diagnostics(started.open(TEXT))
    assert ids(found) == IDS
    maintainer = found[1]
    assert maintainer["range"] == edit(1, 0, 10, "")["range"]
    assert maintainer["severity"] == 2
    assert maintainer["source"] == "layerwise"
    assert maintainer["codeDescription"]["href"] == RULES["build/deprecated-maintainer"].url
    assert maintainer["message"] == "`MAINTAINER` is deprecated"
    assert maintainer["tags"] == [2]
    assert maintainer["data"] == {"version": 1}


def test_related_places_come_along(started: Client) -> None:
    uri = started.open("FROM debian:12\n# 🚀\nCOPY . /app\nRUN chown -R app /app\n")
    (found,) = (each for each in started.diagnostics(uri) if each["code"] == "size/ownership-in-later-layer")
    (related,) = found["relatedInformation"]
    assert related["location"] == {"uri": uri, "range": spot(2, 0, 11)}
    assert related["message"]


def test_each_version_gets_its_diagnostics(started: Client) -> None:
    uri = started.open(TEXT)
    assert ids(started.diagnostics(uri)) == IDS
    started.change(uri, 2, edit(0, 11, 11, ":12"))
    assert ids(started.diagnostics(uri, 2)) == IDS[1:]
    started.change(uri, 3, edit(1, 0, 0, "", end_line=2))
    assert ids(started.diagnostics(uri, 3)) == IDS[2:]
    started.change(uri, 4, {"text": TEXT})
    assert ids(started.diagnostics(uri, 4)) == IDS


def test_of_several_changes_at_once_only_the_last_is_reported(started: Client) -> None:
    uri = started.open(TEXT)
    started.diagnostics(uri)
    data = b""
    for version in range(2, 12):
        change = (
            f'{{"jsonrpc":"2.0","method":"textDocument/didChange","params":{{"textDocument":{{"uri":"{uri}",'
            f'"version":{version}}},"contentChanges":[{{"range":{{"start":{{"line":2,"character":4}},'
            f'"end":{{"line":2,"character":4}}}},"text":"x"}}]}}}}'
        ).encode()
        data += b"Content-Length: %d\r\n\r\n%s" % (len(change), change)
    started.send_bytes(data)
    assert ids(started.diagnostics(uri, 11)) == IDS
    assert len(pushed(started)) < 5


def test_a_closed_document_has_no_diagnostics(started: Client) -> None:
    uri = started.open(TEXT)
    started.diagnostics(uri)
    started.close(uri)
    assert started.diagnostics(uri, None) == []
    started.change(uri, 2, edit(0, 0, 0, "x"))
    started.settle()
    assert not pushed(started)


def test_a_document_may_be_opened_again(started: Client) -> None:
    uri = started.open(TEXT)
    started.diagnostics(uri)
    started.close(uri)
    started.open("FROM debian:12\n", version=1)
    assert started.diagnostics(uri, 1) == []


def test_a_text_without_a_place_has_diagnostics_too(started: Client) -> None:
    assert ids(started.diagnostics(started.open(TEXT, "untitled:Untitled-1"))) == IDS


@pytest.mark.parametrize(
    "half", ["RUN", "RUN --mo", "RUN echo \\", 'CMD ["a', "RUN <<EOF", "COPY --from=", "XYZ", "ENV A="]
)
def test_while_a_line_is_half_typed_the_other_findings_stay(started: Client, half: str) -> None:
    """As it is typed at the end of the file, one character after the other."""
    uri = started.open(TEXT)
    started.diagnostics(uri)
    for column, character in enumerate(half):
        started.change(uri, column + 2, edit(3, column, column, character))
        found = started.diagnostics(uri, column + 2)
        above = ids(each for each in found if each["range"]["start"]["line"] < 3)
        # What a second CMD makes of the first one is no finding that goes and comes.
        assert [each for each in above if each != "build/repeated-instruction"] == IDS
        errors = [each for each in found if each["severity"] == 1]
        assert all(each["range"]["start"]["line"] == 3 for each in errors)


@pytest.mark.parametrize(
    ("encoding", "length"), [("utf-8", 2 + 9 + 4 + 8), ("utf-16", 1 + 3 + 2 + 8), ("utf-32", 1 + 3 + 1 + 8), (None, 14)]
)
def test_columns_are_counted_as_the_client_does(client: Client, encoding: str | None, length: int) -> None:
    """A CMD in shell form behind é, 日本語 and 🚀, in a file that mixes line ends."""
    offered = [] if encoding is None else [encoding, "utf-16"]
    answer = client.start({"general": {"positionEncodings": offered}})
    assert answer["capabilities"]["positionEncoding"] == (encoding or "utf-16")
    uri = client.open("FROM debian:12\r\n# é\rLABEL a=b\nONBUILD CMD é日本語🚀 sleep 5\n")
    place = next(each["range"] for each in client.diagnostics(uri) if each["code"] == "build/shell-form-command")
    start, end = 12, 12 + length
    assert place == edit(3, start, end, "")["range"]
    client.change(uri, 2, edit(3, end - 7, end, "wait"))
    after = next(each["range"] for each in client.diagnostics(uri, 2) if each["code"] == "build/shell-form-command")
    assert after == edit(3, start, end - 3, "")["range"]


class TestPull:
    @pytest.fixture
    def pulling(self, client: Client) -> Client:
        answer = client.start(PULL)
        assert answer["capabilities"]["diagnosticProvider"]["identifier"] == "layerwise"
        return client

    def test_a_client_that_pulls_is_pushed_nothing(self, pulling: Client) -> None:
        uri = pulling.open(TEXT)
        report = pulling.pull(uri)
        assert report["kind"] == "full"
        assert ids(report["items"]) == IDS
        assert report["items"][0]["data"] == {"version": 1}
        pulling.change(uri, 2, edit(0, 11, 11, ":12"))
        assert ids(pulling.pull(uri)["items"]) == IDS[1:]
        pulling.close(uri)
        pulling.settle()
        assert not pushed(pulling)

    def test_what_the_client_has_is_not_sent_again(self, pulling: Client) -> None:
        uri = pulling.open(TEXT)
        first = pulling.pull(uri)
        again = pulling.pull(uri, first["resultId"])
        assert again == {"kind": "unchanged", "resultId": first["resultId"]}
        pulling.change(uri, 2, edit(3, 0, 0, "# a comment"))
        assert pulling.pull(uri, first["resultId"])["kind"] == "unchanged"
        pulling.change(uri, 3, edit(0, 11, 11, ":12"))
        report = pulling.pull(uri, first["resultId"])
        assert report["kind"] == "full"
        assert report["resultId"] != first["resultId"]
        assert pulling.pull(uri, "from an earlier session")["kind"] == "full"

    def test_a_document_that_is_not_open_has_none(self, pulling: Client) -> None:
        assert pulling.pull("file:///never/Dockerfile")["items"] == []
        uri = pulling.open(TEXT)
        first = pulling.pull(uri)
        pulling.close(uri)
        assert pulling.pull(uri, first["resultId"])["items"] == []

    def test_a_change_around_the_document_makes_the_client_pull_again(self, pulling: Client, tmp_path: Path) -> None:
        uri = pulling.open(TEXT)
        first = pulling.pull(uri)
        (tmp_path / "layerwise.toml").write_text('ignore = ["pin/untagged-image"]\n')
        pulling.tell(
            "workspace/didChangeWatchedFiles", {"changes": [{"uri": pulling.uri("layerwise.toml"), "type": 1}]}
        )
        while not any(each["method"] == "workspace/diagnostic/refresh" for each in pulling.asked):
            assert pulling.receive(10)
        assert ids(pulling.pull(uri, first["resultId"])["items"]) == IDS[1:]

    def test_bad_parameters_are_refused(self, pulling: Client) -> None:
        assert pulling.answer(pulling.request("textDocument/diagnostic", {}))["error"]["code"] == -32602
        assert pulling.answer(pulling.request("textDocument/diagnostic"))["error"]["code"] == -32602

    def test_a_pull_can_be_cancelled_before_it_begins(self, pulling: Client) -> None:
        uri = pulling.open(TEXT)
        pulling.pull(uri)
        data = b""
        for body in (
            b'{"jsonrpc":"2.0","id":"r","method":"textDocument/diagnostic","params":{"textDocument":{"uri":"%s"}}}'
            % uri.encode(),
            b'{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":"r"}}',
        ):
            data += b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
        pulling.send_bytes(data)
        assert pulling.answer("r")["error"]["code"] == -32800


def test_a_client_that_does_not_pull_cannot(started: Client) -> None:
    uri = started.open(TEXT)
    request = started.request("textDocument/diagnostic", {"textDocument": {"uri": uri}})
    assert started.answer(request)["error"]["code"] == -32601
