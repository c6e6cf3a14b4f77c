"""The messages of every keystroke as JSON, made without going through the types of lsprotocol: those take longer to
build and to write than the analysis itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import chain
from typing import Any

from msgspec import Struct, field
from pygls.exceptions import JsonRpcInvalidParams

from layerwise.engine import Piece, Reported, SettingsProblem, Shown
from layerwise.lint import DOCS, Related, Rule, Scope, Severity, Tag
from layerwise.lsp.documents import Document
from layerwise.lsp.encoding import Encoding, position_of, positions_of
from layerwise.text import LineIndex, Span, shared_ends

SOURCE = "layerwise"
_KEPT_SCOPES = (Scope.STEP, Scope.STAGE)
_TAGS = {Tag.UNNECESSARY: 1, Tag.DEPRECATED: 2}


def read_document(params: Mapping[str, Any]) -> tuple[str, int, str]:
    """URI, version and text of ``didOpen``."""
    document = _mapping(params.get("textDocument"))
    uri, version, text = document.get("uri"), document.get("version"), document.get("text")
    if not isinstance(uri, str) or not isinstance(version, int) or not isinstance(text, str):
        raise JsonRpcInvalidParams("textDocument has uri, version and text")
    return uri, version, text


def read_change(params: Mapping[str, Any]) -> tuple[str, int | None, list[Any]]:
    """URI, version and ``contentChanges`` of ``didChange``."""
    document = _mapping(params.get("textDocument"))
    uri, version, changes = document.get("uri"), document.get("version"), params.get("contentChanges")
    if not isinstance(uri, str) or not isinstance(version, int | None) or not isinstance(changes, list):
        raise JsonRpcInvalidParams("textDocument and contentChanges are needed")
    return uri, version, changes


def read_uri(params: Mapping[str, Any]) -> str:
    """The URI of the document that a message is about."""
    uri = _mapping(params.get("textDocument")).get("uri")
    if not isinstance(uri, str):
        raise JsonRpcInvalidParams("textDocument.uri is missing")
    return uri


def read_pull(params: Mapping[str, Any]) -> tuple[str, str | None]:
    """URI and previous result id of ``textDocument/diagnostic``."""
    previous = params.get("previousResultId")
    return read_uri(params), previous if isinstance(previous, str) else None


class Written(Struct):
    """The JSON of what was shown before, by pieces."""

    kept: list[object] = field(default_factory=list)
    """What each piece is of: held, so that its identity stays its own."""
    keys: list[tuple[int, tuple[int, int], Severity | None]] = field(default_factory=list)
    """That identity, the place of the piece, and the severity of a finding that stands alone."""
    parts: list[list[str]] = field(default_factory=list)


def diagnostics(
    shown: Iterable[Shown], document: Document, encoding: Encoding, written: Written | None = None
) -> list[str]:
    """Each finding as the JSON of a ``Diagnostic``, but for its last brace and its ``data``: see ``listed``.

    :param written: what was written for the version before. What still stands is taken from it, and afterwards it holds
        what was written this time.
    """
    uri = json.dumps(document.uri)
    lines = document.lines
    before = written or Written()
    pieces = list(shown)
    places = positions_of(lines, [each.at for each in pieces], encoding)
    kept = [each.harvest if isinstance(each, Piece) else _kept(each) for each in pieces]
    severities = [None if isinstance(each, Piece) else each.severity for each in pieces]
    keys = list(zip(map(id, kept), places, severities, strict=True))
    head, tail = shared_ends(before.keys, keys)
    known = dict(zip(before.keys[head:], before.parts[head : len(before.parts) - tail], strict=False))
    parts = before.parts[:head]
    for key, piece in zip(keys[head : len(keys) - tail], pieces[head:], strict=False):
        part = known.get(key)
        parts.append([_diagnostic(each, uri, lines, encoding) for each in _on(piece)] if part is None else part)
    parts += before.parts[len(before.parts) - tail :]
    if written is not None:
        written.kept, written.keys, written.parts = kept, keys, parts
    return list(chain.from_iterable(parts))


def _kept(reported: Reported) -> object:
    """What is the same object as long as the text is the same that it is about: that of a step, or of a stage."""
    return reported.kept if reported.rule.scope in _KEPT_SCOPES else reported


def _on(shown: Shown) -> list[Reported]:
    return [each for each in shown.reports() if each.severity is not Severity.OFF]


def note(message: str) -> str:
    """What is to be said about a whole document, in the same shape."""
    fields = {"severity": Severity.INFORMATION.value, "source": SOURCE, "message": message}
    start = '{"line":0,"character":0}'
    return f'{{"range":{{"start":{start},"end":{start}}},{json.dumps(fields, separators=(",", ":"))[1:-1]}'


def listed(items: list[str], version: int) -> str:
    """Diagnostics as a JSON array; their ``data`` names the version of the text that they are about."""
    tail = f',"data":{{"version":{version}}}}}'
    return "[" + "".join([(tail + ",").join(items), tail] if items else []) + "]"


def published(uri: str, version: int | None, items: str) -> str:
    """``textDocument/publishDiagnostics``. ``items`` is a JSON array, ``version`` None for a file that is not open."""
    known = "" if version is None else f',"version":{version}'
    return (
        '{"jsonrpc":"2.0","method":"textDocument/publishDiagnostics","params":'
        f'{{"uri":{json.dumps(uri)}{known},"diagnostics":{items}}}}}'
    )


def full_report(request: int | str, result_id: str, items: str) -> str:
    """The answer to ``textDocument/diagnostic`` with all diagnostics."""
    return (
        f'{{"jsonrpc":"2.0","id":{json.dumps(request)},"result":'
        f'{{"kind":"full","resultId":{json.dumps(result_id)},"items":{items}}}}}'
    )


def unchanged_report(request: int | str, result_id: str) -> str:
    """The answer to ``textDocument/diagnostic`` when the client has it already."""
    return (
        f'{{"jsonrpc":"2.0","id":{json.dumps(request)},"result":'
        f'{{"kind":"unchanged","resultId":{json.dumps(result_id)}}}}}'
    )


def settings_problems(problems: Iterable[SettingsProblem], encoding: Encoding) -> str:
    """What is wrong in a settings file, as a JSON array of diagnostics."""
    fixed: dict[str, Any] = {
        "severity": Severity.WARNING.value,
        "code": "settings",
        "codeDescription": {"href": f"{DOCS}settings.md"},
        "source": SOURCE,
    }
    return json.dumps(
        [
            {"range": json.loads(_range(problem.span, LineIndex(problem.text), encoding)), **fixed}
            | {"message": problem.message}
            for problem in problems
        ]
    )


def _diagnostic(reported: Reported, uri: str, lines: LineIndex, encoding: Encoding) -> str:
    place = _range(reported.span, lines, encoding)
    body = _body(reported.rule, reported.message, reported.severity, reported.tags)
    found = reported.related
    if not found:
        return f'{{"range":{place}{body}'
    related = ",".join([_related(each, uri, lines, encoding) for each in found])
    return f'{{"range":{place}{body},"relatedInformation":[{related}]'


def _range(span: Span, lines: LineIndex, encoding: Encoding) -> str:
    line, column = position_of(lines, span.start, encoding)
    end_line, end_column = position_of(lines, span.end, encoding)
    return f'{{"start":{{"line":{line},"character":{column}}},"end":{{"line":{end_line},"character":{end_column}}}}}'


@lru_cache(maxsize=4096)
def _body(rule: Rule, message: str, severity: Severity, tags: tuple[Tag, ...]) -> str:
    """What does not depend on the place."""
    fields: dict[str, Any] = {
        "severity": severity.value,
        "code": rule.id,
        "codeDescription": {"href": rule.url},
        "source": SOURCE,
        "message": message,
    }
    if tags:
        fields["tags"] = [_TAGS[tag] for tag in tags]
    return "," + json.dumps(fields, separators=(",", ":"))[1:-1]


def _related(related: Related, uri: str, lines: LineIndex, encoding: Encoding) -> str:
    place = _range(related.span, lines, encoding)
    return f'{{"location":{{"uri":{uri},"range":{place}}},"message":{_string(related.message)}}}'


_string = lru_cache(maxsize=4096)(json.dumps)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
