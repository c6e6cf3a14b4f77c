"""From the core's plain data to the protocol's types. Knows both, and nothing of where either comes from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from lsprotocol import types as lsp

from layerwise.features.actions import Action, OtherFile
from layerwise.features.hover import Hover
from layerwise.features.optimizing import Improvement, Optimization
from layerwise.lsp.client import Client
from layerwise.lsp.documents import Document
from layerwise.lsp.encoding import Encoding, offset_of, position_of, span_of
from layerwise.lsp.uris import uri_of
from layerwise.text import Edit, LineIndex, Span

APPLY = "layerwise.applyEdit"
FIX_ALL = "layerwise.fixAll"
OPTIMIZE = "layerwise.optimize"
DOCKERIGNORE = "layerwise.dockerignore"
_ASK = False
"""VS Code opens its preview by itself for changes that need confirmation, with all of them left out, so that Apply does
nothing. What was chosen by its title is done; for a preview in which all is ticked, one chooses with Ctrl+Enter."""
_FENCE = re.compile(r"^(`{3,})[^\n]*\n(.*?)^\1$\n?", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#{1,6} +", re.MULTILINE)
_MARK = re.compile(
    r"(?P<ticks>`+)(?!`)(?P<code>.+?)(?<!`)(?P=ticks)(?!`)"
    r"|\[(?P<label>[^\]]*)\]\((?P<address>[^)\s]*)\)"
    r"|(?P<stars>\*\*?)(?![\s*])(?P<strong>[^*\n]+?)(?<!\s)(?P=stars)(?!\*)"
)


def offset_in(document: Document, position: lsp.Position, encoding: Encoding) -> int:
    return offset_of(document.lines, position.line, position.character, encoding)


def span_in(document: Document, place: lsp.Range, encoding: Encoding) -> Span:
    start, end = place.start, place.end
    return span_of(document.lines, (start.line, start.character), (end.line, end.character), encoding)


def range_of(lines: LineIndex, span: Span, encoding: Encoding) -> lsp.Range:
    return lsp.Range(
        lsp.Position(*position_of(lines, span.start, encoding)), lsp.Position(*position_of(lines, span.end, encoding))
    )


def hover_of(document: Document, hover: Hover, client: Client) -> lsp.Hover:
    kind = lsp.MarkupKind.Markdown if client.markdown else lsp.MarkupKind.PlainText
    text = hover.markdown if client.markdown else plain(hover.markdown)
    return lsp.Hover(lsp.MarkupContent(kind, text), range_of(document.lines, hover.span, client.encoding))


def plain(markdown: str) -> str:
    """Markdown without its marks, for a client that shows plain text only. Code blocks stay as they are."""
    parts: list[str] = []
    done = 0
    for block in _FENCE.finditer(markdown):
        parts += [_unmarked(markdown[done : block.start()]), block.group(2)]
        done = block.end()
    parts.append(_unmarked(markdown[done:]))
    return "".join(parts).strip("\n")


def action_of(
    document: Document, action: Action, diagnostics: Sequence[lsp.Diagnostic], client: Client
) -> lsp.CodeAction | lsp.Command | None:
    """What the client is offered; None when it could not do it."""
    if action.disabled:
        if not (client.disabled_actions and client.action_literals):
            return None
        why = lsp.CodeActionDisabled(action.disabled)
        return lsp.CodeAction(action.title, lsp.CodeActionKind(action.kind), disabled=why)
    edit = edit_of(document, action, client)
    if edit is None or not (client.action_literals or client.applies_edits):
        return None
    if not client.action_literals:
        return lsp.Command(action.title, APPLY, arguments=[edit, document.uri, document.version])
    return lsp.CodeAction(
        action.title,
        kind=action.kind.value,
        diagnostics=diagnostics or None,
        is_preferred=action.preferred or None,
        edit=edit,
    )


def edit_of(document: Document, action: Action, client: Client) -> lsp.WorkspaceEdit | None:
    """The edits of an action, with what they assume where the client shows that; None when it could not make them."""
    edit = workspace_edit(document, action.edits, action.others, client)
    if edit is None or not (action.description and client.versioned_edits and client.annotates_edits):
        return edit
    return _described_edit(edit, action)


def workspace_edit(
    document: Document, edits: Iterable[Edit], others: Iterable[OtherFile], client: Client
) -> lsp.WorkspaceEdit | None:
    """Edits of a document, for exactly the version that they were made for, and of other files.

    None when the client can make no new files and that would take one.
    """
    own = [_text_edit(document.lines, edit, client.encoding) for edit in edits]
    if not client.versioned_edits:
        changes = {document.uri: own} if own else {}
        for other in others:
            if other.before is None:
                return None
            changes[uri_of(other.path)] = _edits_of(other, client.encoding)
        return lsp.WorkspaceEdit(changes=changes)
    steps: list[lsp.TextDocumentEdit | lsp.CreateFile | lsp.RenameFile | lsp.DeleteFile] = []
    if own:
        identifier = lsp.OptionalVersionedTextDocumentIdentifier(document.uri, document.version)
        steps.append(lsp.TextDocumentEdit(identifier, own))
    for other in others:
        uri = uri_of(other.path)
        if other.before is None:
            if not client.creates_files:
                return None
            steps.append(lsp.CreateFile(uri))
        identifier = lsp.OptionalVersionedTextDocumentIdentifier(uri, None)
        steps.append(lsp.TextDocumentEdit(identifier, _edits_of(other, client.encoding)))
    return lsp.WorkspaceEdit(document_changes=steps)


def optimizing_edit(document: Document, optimization: Optimization, client: Client) -> lsp.WorkspaceEdit | None:
    """All of an optimization as one edit; each change with what it is for, where the client can show that.

    None when the client can make no new files and that would take one.
    """
    plain = workspace_edit(document, [each.edit for each in optimization.edits], optimization.others, client)
    if plain is None or not (client.versioned_edits and client.annotates_edits):
        return plain
    annotations: dict[str, lsp.ChangeAnnotation] = {}
    own: list[lsp.TextEdit | lsp.AnnotatedTextEdit | lsp.SnippetTextEdit] = []
    for each in optimization.edits:
        name = " ".join(f"{part.rule.id}:{part.title}" for part in each.improvements)
        annotations.setdefault(name, _annotation(each.improvements))
        place = range_of(document.lines, each.edit.span, client.encoding)
        own.append(lsp.AnnotatedTextEdit(name, place, each.edit.text))
    identifier = lsp.OptionalVersionedTextDocumentIdentifier(document.uri, document.version)
    first = [lsp.TextDocumentEdit(identifier, own)] if own else []
    rest = (plain.document_changes or ())[len(first) :]
    return lsp.WorkspaceEdit(document_changes=[*first, *rest], change_annotations=annotations)


def _described_edit(edit: lsp.WorkspaceEdit, action: Action) -> lsp.WorkspaceEdit:
    """The edits of an action that assumes something; the client's preview shows what."""
    name = action.kind.value
    annotation = lsp.ChangeAnnotation(action.title, needs_confirmation=_ASK, description=action.description)
    for change in edit.document_changes or ():
        if isinstance(change, lsp.TextDocumentEdit):
            change.edits = [lsp.AnnotatedTextEdit(name, each.range, _new_text(each)) for each in change.edits]
        else:
            change.annotation_id = name
    return lsp.WorkspaceEdit(document_changes=edit.document_changes, change_annotations={name: annotation})


def _new_text(edit: lsp.TextEdit | lsp.AnnotatedTextEdit | lsp.SnippetTextEdit) -> str:
    assert not isinstance(edit, lsp.SnippetTextEdit)
    return edit.new_text


def _annotation(improvements: Sequence[Improvement]) -> lsp.ChangeAnnotation:
    label = "; ".join(each.title for each in improvements)
    notes = (f"Check: {note}" for each in improvements for note in each.notes)
    why = (f"{each.rule.id}: {message}" for each in improvements for message in each.why)
    return lsp.ChangeAnnotation(label, needs_confirmation=_ASK, description="\n".join((*why, *notes)))


def _edits_of(other: OtherFile, encoding: Encoding) -> list[lsp.TextEdit]:
    lines = LineIndex(other.before or "")
    return [_text_edit(lines, edit, encoding) for edit in other.edits]


def _text_edit(lines: LineIndex, edit: Edit, encoding: Encoding) -> lsp.TextEdit:
    return lsp.TextEdit(range_of(lines, edit.span, encoding), edit.text)


def _unmarked(text: str) -> str:
    return _MARK.sub(_content, _HEADING.sub("", text))


def _content(mark: re.Match[str]) -> str:
    """What a piece of marked text says."""
    if mark["code"]:
        code = mark["code"]
        return code[1:-1] if code.startswith(" ") and code.endswith(" ") and code.strip() else code
    if mark["strong"]:
        return _unmarked(mark["strong"])
    label, address = _unmarked(mark["label"]), mark["address"]
    return label if label == address else f"{label} ({address})"
