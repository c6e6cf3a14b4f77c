"""The handlers of finding one's way in a document, and of typing: convert in, call the core, convert out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcInvalidParams

from layerwise.engine import Analysis
from layerwise.features import completion, folding, links, occurrences, rename, signature, symbols
from layerwise.lsp import converting
from layerwise.lsp.documents import Document

if TYPE_CHECKING:
    from layerwise.lsp.server import Server

TRIGGERS = [" ", "$", "{", "-", "=", ",", "#"]
"""The characters behind which a client asks what may follow."""

_ITEMS = {
    completion.ItemKind.KEYWORD: lsp.CompletionItemKind.Keyword,
    completion.ItemKind.FLAG: lsp.CompletionItemKind.Property,
    completion.ItemKind.KEY: lsp.CompletionItemKind.Property,
    completion.ItemKind.VALUE: lsp.CompletionItemKind.Value,
    completion.ItemKind.VARIABLE: lsp.CompletionItemKind.Variable,
    completion.ItemKind.STAGE: lsp.CompletionItemKind.Module,
    completion.ItemKind.IMAGE: lsp.CompletionItemKind.Module,
    completion.ItemKind.COMMAND: lsp.CompletionItemKind.Function,
}
_SYMBOLS = {
    symbols.SymbolKind.STAGE: lsp.SymbolKind.Module,
    symbols.SymbolKind.INSTRUCTION: lsp.SymbolKind.Function,
    symbols.SymbolKind.VARIABLE: lsp.SymbolKind.Variable,
}


def on_definition(
    server: Server, document: Document, analysis: Analysis, params: lsp.DefinitionParams
) -> lsp.Location | None:
    offset = converting.offset_in(document, params.position, server.client.encoding)
    span = occurrences.definition(analysis, offset)
    return (
        lsp.Location(document.uri, converting.range_of(document.lines, span, server.client.encoding)) if span else None
    )


def on_references(
    server: Server, document: Document, analysis: Analysis, params: lsp.ReferenceParams
) -> list[lsp.Location]:
    offset = converting.offset_in(document, params.position, server.client.encoding)
    return [
        lsp.Location(document.uri, converting.range_of(document.lines, each.span, server.client.encoding))
        for each in occurrences.occurrences(analysis, offset)
        if params.context.include_declaration or not each.is_definition
    ]


def on_highlight(
    server: Server, document: Document, analysis: Analysis, params: lsp.DocumentHighlightParams
) -> list[lsp.DocumentHighlight]:
    offset = converting.offset_in(document, params.position, server.client.encoding)
    return [
        lsp.DocumentHighlight(
            converting.range_of(document.lines, each.span, server.client.encoding),
            lsp.DocumentHighlightKind.Write if each.is_definition else lsp.DocumentHighlightKind.Read,
        )
        for each in occurrences.occurrences(analysis, offset)
    ]


def on_prepare_rename(
    server: Server, document: Document, analysis: Analysis, params: lsp.PrepareRenameParams
) -> lsp.Range | None:
    offset = converting.offset_in(document, params.position, server.client.encoding)
    span = rename.renamable(analysis, offset)
    return converting.range_of(document.lines, span, server.client.encoding) if span else None


def on_rename(
    server: Server, document: Document, analysis: Analysis, params: lsp.RenameParams
) -> lsp.WorkspaceEdit | None:
    offset = converting.offset_in(document, params.position, server.client.encoding)
    try:
        edits = rename.rename(analysis, offset, params.new_name)
    except rename.RenameError as error:
        raise JsonRpcInvalidParams(str(error)) from error
    return converting.workspace_edit(document, edits, (), server.client) if edits else None


def on_links(
    server: Server, document: Document, analysis: Analysis, params: lsp.DocumentLinkParams
) -> list[lsp.DocumentLink]:
    return [
        lsp.DocumentLink(converting.range_of(document.lines, link.span, server.client.encoding), link.address)
        for link in links.links(analysis)
    ]


def on_folding(
    server: Server, document: Document, analysis: Analysis, params: lsp.FoldingRangeParams
) -> list[lsp.FoldingRange]:
    lines = document.lines
    return [
        lsp.FoldingRange(lines.line_of(fold.span.start), lines.line_of(fold.span.end), kind=fold.kind.value)
        for fold in folding.folds(analysis)
    ]


def on_symbols(
    server: Server, document: Document, analysis: Analysis, params: lsp.DocumentSymbolParams
) -> list[lsp.DocumentSymbol]:
    return [_symbol(server, document, each) for each in symbols.symbols(analysis)]


def on_completion(
    server: Server, document: Document, analysis: Analysis, params: lsp.CompletionParams
) -> lsp.CompletionList:
    offset = converting.offset_in(document, params.position, server.client.encoding)
    return lsp.CompletionList(
        is_incomplete=False, items=[_item(server, document, each) for each in completion.completions(analysis, offset)]
    )


def on_signature(
    server: Server, document: Document, analysis: Analysis, params: lsp.SignatureHelpParams
) -> lsp.SignatureHelp | None:
    offset = converting.offset_in(document, params.position, server.client.encoding)
    found = signature.signature_help(analysis, offset)
    if not found:
        return None
    signatures = [
        lsp.SignatureInformation(
            each.label, parameters=[lsp.ParameterInformation(part.label, part.about or None) for part in each.parts]
        )
        for each in found.signatures
    ]
    return lsp.SignatureHelp(signatures, found.active_signature, found.active_part)


def _symbol(server: Server, document: Document, symbol: symbols.Symbol) -> lsp.DocumentSymbol:
    return lsp.DocumentSymbol(
        symbol.name or "…",
        _SYMBOLS[symbol.kind],
        converting.range_of(document.lines, symbol.span, server.client.encoding),
        converting.range_of(document.lines, symbol.name_span, server.client.encoding),
        detail=symbol.detail or None,
        children=[_symbol(server, document, each) for each in symbol.children],
    )


def _item(server: Server, document: Document, item: completion.Item) -> lsp.CompletionItem:
    place = converting.range_of(document.lines, item.span, server.client.encoding)
    return lsp.CompletionItem(
        item.label,
        kind=_ITEMS[item.kind],
        detail=item.detail or None,
        documentation=lsp.MarkupContent(lsp.MarkupKind.Markdown, item.documentation) if item.documentation else None,
        text_edit=lsp.TextEdit(place, item.text),
        filter_text=item.text,
    )
