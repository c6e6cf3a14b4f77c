"""Writing the ``.dockerignore`` from an editor: what is offered, the edit that comes of it, and that nobody waits for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from layerwise.lsp.encoding import Encoding, span_of
from layerwise.text import Edit, LineIndex, apply_edits

from .client import Client, spot

TEXT = """\
FROM node:22
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci
COPY . .
CMD ["node", "server.js"]
"""
KIND = "source.dockerignore.layerwise"
RULE = "size/unignored-context"
ANNOTATES: dict[str, Any] = {"workspace": {"workspaceEdit": {"changeAnnotationSupport": {"groupsOnLabel": False}}}}
OLD: dict[str, Any] = {"textDocument": {"codeAction": {"codeActionLiteralSupport": None}}}
UNRESOLVED: dict[str, Any] = {"textDocument": {"codeAction": {"resolveSupport": None, "dataSupport": False}}}


@pytest.fixture
def project(client: Client) -> Path:
    """A project on disk with what no build needs in it."""
    root = client.root
    for path in (".git/HEAD", "node_modules/x/index.js", "package.json", "package-lock.json", "server.js"):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text("x")
    (root / "Dockerfile").write_text(TEXT)
    return root


def offers(client: Client, uri: str) -> list[Any]:
    return client.actions(uri, spot(0, 0), only=[KIND])


def made(text: str, changes: list[Any]) -> str:
    lines = LineIndex(text)
    edits = []
    for each in changes:
        ends = [(each["range"][end]["line"], each["range"][end]["character"]) for end in ("start", "end")]
        edits.append(Edit(span_of(lines, *ends, Encoding.UTF_16), each["newText"]))
    return apply_edits(text, edits)


def found(client: Client, uri: str, version: int = 1) -> list[Any]:
    """What the rule says when the context has been looked through."""
    while True:
        own = [each for each in client.diagnostics(uri, version) if each["code"] == RULE]
        if own:
            return own


def test_a_new_file_is_a_previewable_edit(client: Client, project: Path) -> None:
    client.start(ANNOTATES)
    uri = client.open(TEXT)
    (offer,) = offers(client, uri)
    assert offer["title"] == "Create a .dockerignore from what is in the context"
    assert offer["kind"] == KIND
    assert "edit" not in offer
    edit = client.ask("codeAction/resolve", offer)["edit"]
    create, change = edit["documentChanges"]
    assert create["kind"] == "create"
    assert create["uri"] == change["textDocument"]["uri"] == client.uri(".dockerignore")
    assert not create.get("options")
    written = made("", change["edits"])
    assert {".git", "**/node_modules", "Dockerfile"} <= set(written.splitlines())
    (annotation,) = edit["changeAnnotations"].values()
    assert annotation["needsConfirmation"] is False
    assert "Leaves out" in annotation["description"]
    names = set(edit["changeAnnotations"])
    assert {create["annotationId"], *(each["annotationId"] for each in change["edits"])} == names
    assert not (project / ".dockerignore").exists()


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_file_of_the_user_is_completed_behind_its_own_lines(client: Client, project: Path, end: str) -> None:
    own = f"# mine{end}dist{end}!dist/keep"
    (project / ".dockerignore").write_bytes(own.encode())
    client.start()
    (offer,) = offers(client, client.open(TEXT))
    assert offer["title"] == "Complete the .dockerignore from what is in the context"
    (change,) = client.ask("codeAction/resolve", offer)["edit"]["documentChanges"]
    after = made(own, change["edits"])
    assert after.startswith(own + end)
    assert f"{end}.git{end}" in after
    assert after.count("\r\n") == (after.count("\n") if end == "\r\n" else 0)


def test_the_file_of_this_dockerfile_alone_comes_first(client: Client, project: Path) -> None:
    (project / ".dockerignore").write_text("")
    (project / "Dockerfile.dockerignore").write_text("# for this one\n")
    client.start()
    (offer,) = offers(client, client.open(TEXT))
    assert offer["title"] == "Complete the Dockerfile.dockerignore from what is in the context"
    (change,) = client.ask("codeAction/resolve", offer)["edit"]["documentChanges"]
    assert change["textDocument"]["uri"] == client.uri("Dockerfile.dockerignore")


def test_an_offer_for_another_version_is_refused(client: Client, project: Path) -> None:
    client.start()
    uri = client.open(TEXT)
    (offer,) = offers(client, uri)
    client.change(uri, 2, {"text": TEXT + "USER node\n"})
    answer = client.answer(client.request("codeAction/resolve", offer))
    assert answer["error"]["code"] == -32801


def test_nothing_is_offered_where_there_is_nothing_to_do(client: Client, project: Path) -> None:
    (project / ".dockerignore").write_text(".git\nnode_modules\nDockerfile\n.dockerignore\n")
    client.start()
    uri = client.open(TEXT)
    client.diagnostics(uri)
    (offer,) = offers(client, uri) or [None]
    if offer:  # The context was not looked through yet; then the answer says that there is nothing.
        assert "edit" not in client.ask("codeAction/resolve", offer)


def test_nothing_is_offered_by_itself_or_without_a_context(client: Client, project: Path) -> None:
    client.start()
    uri = client.open(TEXT)
    assert all(each["kind"] != KIND for each in client.actions(uri, spot(0, 0), triggerKind=2))
    assert offers(client, client.open(TEXT, "untitled:Untitled-1")) == []


@pytest.mark.parametrize("capabilities", [OLD, UNRESOLVED])
def test_by_command(client: Client, project: Path, capabilities: dict[str, Any]) -> None:
    client.start(capabilities)
    (offer,) = offers(client, client.open(TEXT))
    command = offer if isinstance(offer["command"], str) else offer["command"]
    assert command["command"] == "layerwise.dockerignore"
    client.answers["workspace/applyEdit"] = {"applied": True}
    client.ask("workspace/executeCommand", {"command": command["command"], "arguments": command["arguments"]})
    (asked,) = [each for each in client.asked if each["method"] == "workspace/applyEdit"]
    assert asked["params"]["edit"]["documentChanges"][0]["uri"] == client.uri(".dockerignore")


def test_the_rule_speaks_when_the_context_has_been_looked_through(client: Client, project: Path) -> None:
    client.start()
    uri = client.open(TEXT)
    first = client.diagnostics(uri)
    assert all(each["code"] != RULE for each in first)
    (own,) = found(client, uri)
    assert "`.git`" in own["message"]
    assert "there is no `.dockerignore`" in own["message"]
    fix = next(
        each for each in client.actions(uri, own["range"], diagnostics=[own]) if each["title"].startswith("Create")
    )
    assert fix["isPreferred"] is True
    create, change = fix["edit"]["documentChanges"]
    assert create["uri"] == client.uri(".dockerignore")
    (project / ".dockerignore").write_text(made("", change["edits"]))
    client.tell("textDocument/didSave", {"textDocument": {"uri": uri}})
    assert all(each["code"] != RULE for each in client.diagnostics(uri))


def test_a_large_context_holds_up_nobody(client: Client, project: Path) -> None:
    for folder in range(300):
        (project / f"src/{folder}/__pycache__").mkdir(parents=True)
        for file in range(10):
            (project / f"src/{folder}/__pycache__/{file}.pyc").write_text("x" * 100)
    client.start()
    uri = client.open(TEXT)
    client.diagnostics(uri)
    for version in range(2, 12):
        client.change(uri, version, {"text": TEXT + "#" * version})
        client.hover(uri, 0, 0)
    own = found(client, uri, 11)
    assert "`src/0/__pycache__`" in own[0]["message"] or "`.git`" in own[0]["message"]
    (offer,) = offers(client, uri)
    edit = client.ask("codeAction/resolve", offer)["edit"]
    assert "**/__pycache__" in made("", edit["documentChanges"][1]["edits"])
