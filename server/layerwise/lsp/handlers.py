"""The handlers of what a user asks about a document: convert in, call one function of the core, convert out."""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcContentModified, JsonRpcInvalidParams

from layerwise.engine import Analysis, Reported
from layerwise.features import actions
from layerwise.features.actions import Action, ActionKind
from layerwise.features.dockerignore import (
    Ignoring,
    NothingToIgnore,
    action_of,
    can_ignore,
    title_of,
    write_dockerignore,
)
from layerwise.features.hover import hover
from layerwise.features.optimizing import TITLE, can_optimize, optimizing
from layerwise.lsp import converting
from layerwise.lsp.documents import Document
from layerwise.lsp.wire import SOURCE
from layerwise.text import Span

if TYPE_CHECKING:
    from layerwise.lsp.server import Server

KINDS = [kind.value for kind in ActionKind]


def on_hover(server: Server, document: Document, analysis: Analysis, params: lsp.HoverParams) -> lsp.Hover | None:
    offset = converting.offset_in(document, params.position, server.client.encoding)
    found = hover(analysis, offset)
    return converting.hover_of(document, found, server.client) if found else None


def on_code_action(
    server: Server, document: Document, analysis: Analysis, params: lsp.CodeActionParams
) -> list[lsp.CodeAction | lsp.Command]:
    span = converting.span_in(document, params.range, server.client.encoding)
    wanted = _Wanted(params.context)
    answers: list[lsp.CodeAction | lsp.Command | None] = []
    if wanted(ActionKind.QUICK_FIX) or wanted(ActionKind.REWRITE):
        about = _about(server, document, analysis, params.context.diagnostics, span)
        for action in _on_findings(server, analysis, about):
            if wanted(action.kind):
                meant = about[action.reported] if action.reported else []
                answers.append(converting.action_of(document, action, meant, server.client))
    merging = actions.merging(analysis, span) if wanted(ActionKind.REWRITE) else None
    if merging and (not merging.disabled or wanted.insists(ActionKind.REWRITE) or span.start < span.end):
        answers.append(converting.action_of(document, merging, [], server.client))
    extracting = actions.extracting(analysis, span) if wanted(ActionKind.EXTRACT) else None
    if extracting:
        answers.append(converting.action_of(document, extracting, [], server.client))
    if wanted(ActionKind.FIX_ALL, by_itself=False) and actions.can_fix_all(analysis):
        answers.append(_fix_all(server, document, analysis))
    if wanted(ActionKind.OPTIMIZE, by_itself=False) and can_optimize(analysis):
        answers.append(_optimize(server, document, analysis))
    if wanted(ActionKind.DOCKERIGNORE, by_itself=False) and can_ignore(analysis):
        answers.append(_dockerignore(server, document, analysis))
    return [answer for answer in answers if answer]


def on_resolve(
    server: Server, document: Document, analysis: Analysis, action: lsp.CodeAction
) -> lsp.CodeAction | Generator[Any, Any, lsp.CodeAction]:
    """The edits of what takes longer than a menu may: "fix all", "optimize", writing the ignore file."""
    if document.version != _version(action):
        raise JsonRpcContentModified
    if action.kind == ActionKind.DOCKERIGNORE:
        return _with_dockerignore(server, document, analysis, action)
    if action.kind == ActionKind.OPTIMIZE:
        optimization = optimizing(analysis)
        action.edit = converting.optimizing_edit(document, optimization, server.client) if optimization else None
        return action
    found = actions.fixing_all(analysis)
    if found:
        action.edit = converting.workspace_edit(document, found.edits, found.others, server.client)
    return action


def document_of(action: lsp.CodeAction) -> str:
    """The URI of the document that an action to be resolved is about."""
    data = action.data
    return str(data["uri"]) if isinstance(data, dict) and "uri" in data else ""


async def on_apply(server: Server, edit: lsp.WorkspaceEdit, uri: str, version: int) -> None:
    """The command behind an action, for clients that know actions only as commands."""
    file = server.analyst.get(uri)
    if file is None or file.document.version != version:
        raise JsonRpcContentModified
    await server.apply(edit)


async def on_fix_all(server: Server, uri: str) -> None:
    """The command that applies all safe fixes of a document."""
    file = server.analyst.get(uri)
    if file is None or file.document.is_too_large:
        raise JsonRpcInvalidParams(f"{uri} is not open, or too large")
    analysis = await server.analysis_of(file)
    document = file.document
    found = actions.fixing_all(analysis)
    edit = converting.workspace_edit(document, found.edits, found.others, server.client) if found else None
    if edit:
        await server.apply(edit)


async def on_optimize(server: Server, uri: str) -> None:
    """The command that optimizes a document."""
    file = server.analyst.get(uri)
    if file is None or file.document.is_too_large:
        raise JsonRpcInvalidParams(f"{uri} is not open, or too large")
    analysis = await server.analysis_of(file)
    document = file.document
    found = optimizing(analysis)
    edit = converting.optimizing_edit(document, found, server.client) if found else None
    if edit:
        await server.apply(edit)


async def on_dockerignore(server: Server, uri: str) -> None:
    """The command that writes the ignore file of a document's build context, if there is something to add."""
    file = server.analyst.get(uri)
    if file is None or file.document.is_too_large:
        raise JsonRpcInvalidParams(f"{uri} is not open, or too large")
    analysis = await server.analysis_of(file)
    document = file.document
    found = await server.analyst.aside(lambda: write_dockerignore(analysis))
    edit = _dockerignore_edit(document, found, server)
    if edit:
        await server.apply(edit)
    elif isinstance(found, NothingToIgnore):
        server.tell(f"Nothing to leave out of the build context: {found.reason}")


class _Wanted:
    """Which kinds of actions are asked for."""

    def __init__(self, context: lsp.CodeActionContext) -> None:
        self._only = context.only
        self._asked = [str(getattr(each, "value", each)) for each in context.only or ()]
        self._is_automatic = context.trigger_kind is lsp.CodeActionTriggerKind.Automatic

    def __call__(self, kind: ActionKind, *, by_itself: bool = True) -> bool:
        """:param by_itself: whether the kind is worth its cost when a client merely looks what there is."""
        if self._only is None:
            return by_itself or not self._is_automatic
        return any(not each or kind == each or kind.startswith(each + ".") for each in self._asked)

    def insists(self, kind: ActionKind) -> bool:
        """Whether the client asks for this very kind, so that it wants to know why there is nothing of it."""
        return any(each and (kind == each or kind.startswith(each + ".")) for each in self._asked)


def _about(
    server: Server, document: Document, analysis: Analysis, given: Sequence[lsp.Diagnostic] | None, span: Span
) -> dict[Reported, list[lsp.Diagnostic]]:
    """The findings that are asked about, each with the client's diagnostics of it: those that the client names, else
    those that the selection touches."""
    ours = [each for each in given or () if each.source == SOURCE]
    about: dict[Reported, list[lsp.Diagnostic]] = {}
    for diagnostic in ours:
        reported = _meant(server, document, analysis, diagnostic)
        if reported:
            about.setdefault(reported, []).append(diagnostic)
    return about if ours else {reported: [] for reported in actions.findings_at(analysis, span)}


def _meant(server: Server, document: Document, analysis: Analysis, diagnostic: lsp.Diagnostic) -> Reported | None:
    """The finding behind a diagnostic. One of an earlier version may have moved: then it is the nearest that says the
    same."""
    span = converting.span_in(document, diagnostic.range, server.client.encoding)
    same = [
        each for each in analysis.findings if each.rule.id == diagnostic.code and each.message == diagnostic.message
    ]
    if _version(diagnostic) == document.version:
        return next((each for each in same if each.span == span), None)
    return min(same, key=lambda each: abs(each.start - span.start), default=None)


def _on_findings(server: Server, analysis: Analysis, findings: Collection[Reported]) -> Iterator[Action]:
    """What can be done about findings: first their fixes, then what silences them. Nothing is on offer twice: two rules
    may come to the same fix, and two findings may be silenced by the same comment."""
    fixes = [action for reported in findings for action in actions.fixing(analysis, reported)]
    for failure in (reported.kept.failure for reported in findings):
        if failure is not None:
            server.guard.report(failure, "making a fix")
    silencing = (actions.silencing(analysis, reported) for reported in findings)
    seen: set[Any] = set()
    for action in (*fixes, *silencing):
        if (action.kind, action.edits, action.others) not in seen:
            seen.add((action.kind, action.edits, action.others))
            yield action
    path, text = server.project.settings_file(analysis.path)
    for reported in {each.rule: each for each in findings}.values() if path else ():
        off = actions.turning_off_rule(reported, path, text)
        if off:
            yield off


def _fix_all(server: Server, document: Document, analysis: Analysis) -> lsp.CodeAction | lsp.Command | None:
    if server.client.resolves_edits and server.client.action_literals:
        data = {"uri": document.uri, "version": document.version}
        return lsp.CodeAction(actions.FIX_ALL_TITLE, kind=ActionKind.FIX_ALL.value, data=data)
    found = actions.fixing_all(analysis)
    return converting.action_of(document, found, [], server.client) if found else None


def _optimize(server: Server, document: Document, analysis: Analysis) -> lsp.CodeAction | lsp.Command | None:
    kind = ActionKind.OPTIMIZE.value
    if not server.client.action_literals:
        able = server.client.applies_edits
        return lsp.Command(TITLE, converting.OPTIMIZE, arguments=[document.uri]) if able else None
    if server.client.resolves_edits:
        return lsp.CodeAction(TITLE, kind=kind, data={"uri": document.uri, "version": document.version})
    found = optimizing(analysis)
    edit = converting.optimizing_edit(document, found, server.client) if found else None
    return lsp.CodeAction(TITLE, kind=kind, edit=edit) if edit else None


def _dockerignore(server: Server, document: Document, analysis: Analysis) -> lsp.CodeAction | lsp.Command | None:
    """The offer alone: to look through the context may take longer than a menu may."""
    title = title_of(analysis)
    command = lsp.Command(title, converting.DOCKERIGNORE, arguments=[document.uri])
    if not server.client.action_literals:
        return command if server.client.applies_edits else None
    kind = ActionKind.DOCKERIGNORE.value
    if server.client.resolves_edits:
        return lsp.CodeAction(title, kind=kind, data={"uri": document.uri, "version": document.version})
    return lsp.CodeAction(title, kind=kind, command=command) if server.client.applies_edits else None


def _with_dockerignore(
    server: Server, document: Document, analysis: Analysis, action: lsp.CodeAction
) -> Generator[Any, Any, lsp.CodeAction]:
    found = yield server.analyst.aside, (lambda: write_dockerignore(analysis),), None
    action.edit = _dockerignore_edit(document, found, server)
    if action.edit is None and isinstance(found, NothingToIgnore):
        action.disabled = lsp.CodeActionDisabled(found.reason) if server.client.disabled_actions else None
    return action


def _dockerignore_edit(
    document: Document, found: Ignoring | NothingToIgnore, server: Server
) -> lsp.WorkspaceEdit | None:
    if isinstance(found, NothingToIgnore):
        return None
    return converting.edit_of(document, action_of(found), server.client)


def _version(made: lsp.CodeAction | lsp.Diagnostic) -> int | None:
    """The version of the text that an action or a diagnostic was made for."""
    version = made.data.get("version") if isinstance(made.data, dict) else None
    return version if isinstance(version, int) else None
