"""The language server: puts the parts together, and says which of them takes which message."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Callable, Generator, Mapping
from typing import Any

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcContentModified, JsonRpcException, JsonRpcInternalError, JsonRpcInvalidParams
from pygls.lsp.server import LanguageServer

from layerwise import __version__
from layerwise.engine import Analysis
from layerwise.lsp import configuration, converting, handlers, navigation, transport, wire
from layerwise.lsp.analyses import Analyst, ClosedError, OpenFile
from layerwise.lsp.client import Client, folder_paths, read_client, settings_section
from layerwise.lsp.documents import Document, opened
from layerwise.lsp.guard import Guard
from layerwise.lsp.logs import log_to_client
from layerwise.lsp.parent import end_with
from layerwise.lsp.progress import Progress
from layerwise.lsp.protocol import Protocol
from layerwise.lsp.reporting import Reporter
from layerwise.lsp.surroundings import SETTINGS_FILES, Project
from layerwise.lsp.unlocked import unlock
from layerwise.lsp.uris import path_of

logger = logging.getLogger("layerwise")

SETTINGS_WAIT = 0.5
"""Seconds that the first diagnostics wait for the client's settings."""
LOOK_EVERY = 2.0
"""Seconds between two looks at the files around the documents, for a client that doesn't tell of changes."""
LOOK_SHARE = 30
"""Where there is much to look at, it is done so much more rarely: so many times as long as it takes."""


def main(*, tcp: str | None = None, ws: str | None = None) -> int:
    """Run the server until its client is done with it: over standard input and output, or listening on ``[HOST:]PORT``.

    Returns the exit status: 0 after an orderly shutdown, 1 without, 2 when it cannot listen as told.
    """
    unlock("layerwise")
    return transport.run(Server, tcp=tcp, ws=ws)


class Server(LanguageServer):
    """A conversation with one client. Is made inside of a running event loop."""

    protocol: Protocol

    def __init__(self) -> None:
        super().__init__(
            "layerwise",
            __version__,
            text_document_sync_kind=lsp.TextDocumentSyncKind.Incremental,
            protocol_cls=Protocol,
        )
        self._loop = asyncio.get_running_loop()
        self.stopped: asyncio.Future[int] = self._loop.create_future()
        self.guard = Guard(lambda message: self._show(1, message))
        self._loop.set_exception_handler(self.guard.of_loop)
        self.client = Client()
        self.project = Project()
        self.analyst = Analyst(
            lambda path, previous=None: self.project.around(path, previous),
            on_news=lambda file: self.reporter.news(file),
            on_error=lambda error: self.guard.report(error, "checking a Dockerfile"),
            on_work=lambda change: self.busy.work(change) if self.client.progress else None,
        )
        self.busy = Progress(self.protocol, "Checking Dockerfiles")
        self.reporter = Reporter(self.protocol, self.analyst, self.client, self.guard)
        self.is_child = False
        """The client has started this process, and is to be seen from it."""
        self._tasks: set[asyncio.Task[None]] = set()
        _register(self)

    # The conversation

    def meet(self, params: Mapping[str, Any]) -> Client:
        """Take note of who the client is, as ``initialize`` says."""
        self.client = read_client(params)
        self.project.folders = self.client.folders
        self.project.settings = configuration.given_settings(self, {})
        self.reporter = Reporter(self.protocol, self.analyst, self.client, self.guard)
        if params.get("trace") in {each.value for each in lsp.TraceValue}:
            self.protocol.trace = lsp.TraceValue(params["trace"])
        log_to_client(
            lambda kind, text: self.protocol.tell("window/logMessage", {"type": kind, "message": text}), self._loop
        )
        if self.client.pulls_diagnostics:
            options = lsp.DiagnosticOptions(
                inter_file_dependencies=False, workspace_diagnostics=False, identifier=wire.SOURCE
            )
            # For the capabilities; the request itself is a lean one.
            self.feature(lsp.TEXT_DOCUMENT_DIAGNOSTIC, options)(lambda params: None)
            self.protocol.lean_requests[lsp.TEXT_DOCUMENT_DIAGNOSTIC] = self.reporter.pull
        if not self.client.has_configuration:
            self.analyst.ready.set()
        if self.is_child and self.client.process_id is not None:
            self.spawn(end_with(self.client.process_id, self.stop))
        self._loop.call_later(SETTINGS_WAIT, self.analyst.ready.set)
        return self.client

    def begin(self) -> None:
        """What is done when the client is ready to be asked."""
        logger.info("Layerwise %s on Python %s", __version__, sys.version.partition(" ")[0])
        if self.client.has_configuration:
            self.spawn(self._pull_settings())
        self.spawn(configuration.register(self))
        if not self.client.registers_watchers:
            self.spawn(self._look_now_and_then())

    def stop(self, status: int) -> None:
        """End the conversation. The first status counts."""
        if not self.stopped.done():
            self.stopped.set_result(status)

    def hang_up(self) -> None:
        """The client is gone."""
        self.stop(0 if self.protocol.is_shutting_down else 1)

    def spawn(self, work: Any) -> None:
        """Do something in the background."""
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    def report_server_error(self, error: Exception, source: Any) -> None:
        """pygls tells of an error here, from within its ``except``. What a client did wrong has been answered."""
        cause = sys.exception() or error
        if not isinstance(cause, JsonRpcException) or isinstance(cause, JsonRpcInternalError):
            self.guard.report(cause)

    # What the client tells of

    def on_open(self, params: Mapping[str, Any]) -> None:
        document = opened(*wire.read_document(params))
        if document.path is None or not document.path.endswith(SETTINGS_FILES):
            self.reporter.touched(self.analyst.open(document))

    def on_change(self, params: Mapping[str, Any]) -> None:
        uri, version, changes = wire.read_change(params)
        file = self.analyst.get(uri)
        if file is None:
            return
        known = file.document
        try:
            file.document = known.after(
                changes, known.version + 1 if version is None else version, self.client.encoding
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise JsonRpcInvalidParams(f"contentChanges cannot be read: {error}") from error
        self.reporter.touched(file)

    def on_close(self, params: Mapping[str, Any]) -> None:
        uri = wire.read_uri(params)
        if self.analyst.get(uri):
            self.analyst.close(uri)
            self.reporter.closed(uri)

    def on_save(self, params: lsp.DidSaveTextDocumentParams) -> None:
        self.analyst.look_again()

    def on_watched_files(self, params: lsp.DidChangeWatchedFilesParams) -> None:
        for change in params.changes:
            path = path_of(change.uri)
            if path:
                self.project.files.invalidate(path)
        self.analyst.look_again()

    def on_configuration(self, params: lsp.DidChangeConfigurationParams) -> None:
        if self.client.has_configuration:
            self.spawn(self._pull_settings())
        else:
            self._set(configuration.given_settings(self, {None: settings_section(params.settings)}))

    def on_folders(self, params: lsp.DidChangeWorkspaceFoldersParams) -> None:
        removed = set(folder_paths([{"uri": each.uri} for each in params.event.removed]))
        added = folder_paths([{"uri": each.uri} for each in params.event.added])
        kept = tuple(folder for folder in self.project.folders if folder not in removed)
        self.project.folders = tuple(dict.fromkeys((*kept, *added)))
        if self.client.has_configuration:
            self.spawn(self._pull_settings())
        self.analyst.look_again()

    async def analysis_of(self, file: OpenFile) -> Analysis:
        """The analysis that an answer needs, however long it takes."""
        try:
            return await self.analyst.later(file)
        except ClosedError:
            raise JsonRpcContentModified from None

    async def apply(self, edit: lsp.WorkspaceEdit) -> None:
        """Have the client apply an edit. One that it refuses, as for a text that has changed, is only logged."""
        answer = await self.protocol.ask(lsp.WORKSPACE_APPLY_EDIT, {"edit": self.protocol.plain(edit)})
        if isinstance(answer, dict) and not answer.get("applied", True):
            logger.warning("The client has not applied an edit: %s", answer.get("failureReason", "no reason given"))

    # Work

    async def _pull_settings(self) -> None:
        self._set(await configuration.pull_settings(self))

    def _set(self, settings: Mapping[str | None, Mapping[str, Any]]) -> None:
        self.project.settings = settings
        self.analyst.ready.set()
        self.analyst.look_again()

    async def _look_now_and_then(self) -> None:
        pause = LOOK_EVERY
        while True:
            await asyncio.sleep(pause)
            began = self._loop.time()
            await self.analyst.look_again()
            pause = max(LOOK_EVERY, LOOK_SHARE * (self._loop.time() - began))

    def tell(self, message: str) -> None:
        """Show the user something that is no error."""
        self._show(3, message)

    def _show(self, kind: int, message: str) -> None:
        self.protocol.tell("window/showMessage", {"type": kind, "message": message})

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error:
            self.guard.report(error, "working in the background")


def _register(server: Server) -> None:
    """Which message goes where."""
    server.protocol.lean_notifications |= {
        lsp.TEXT_DOCUMENT_DID_OPEN: server.on_open,
        lsp.TEXT_DOCUMENT_DID_CHANGE: server.on_change,
        lsp.TEXT_DOCUMENT_DID_CLOSE: server.on_close,
    }
    server.feature(lsp.INITIALIZED)(lambda params: server.begin())
    server.feature(lsp.TEXT_DOCUMENT_DID_SAVE)(lambda params: server.on_save(params))
    server.feature(lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES)(lambda params: server.on_watched_files(params))
    server.feature(lsp.WORKSPACE_DID_CHANGE_CONFIGURATION)(lambda params: server.on_configuration(params))
    server.feature(lsp.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)(lambda params: server.on_folders(params))
    server.feature(lsp.TEXT_DOCUMENT_HOVER)(_on_document(server, handlers.on_hover))
    options = lsp.CodeActionOptions(code_action_kinds=list(handlers.KINDS), resolve_provider=True)
    server.feature(lsp.TEXT_DOCUMENT_CODE_ACTION, options)(_on_document(server, handlers.on_code_action))
    server.feature(lsp.CODE_ACTION_RESOLVE)(
        _on_document(server, handlers.on_resolve, uri=handlers.document_of, otherwise=lambda action: action)
    )

    _register_navigation(server)

    async def apply(edit: lsp.WorkspaceEdit, uri: str, version: int) -> None:
        await handlers.on_apply(server, edit, uri, version)

    async def fix_all(uri: str) -> None:
        await handlers.on_fix_all(server, uri)

    server.command(converting.APPLY)(apply)

    async def optimize(uri: str) -> None:
        await handlers.on_optimize(server, uri)

    server.command(converting.FIX_ALL)(fix_all)
    server.command(converting.OPTIMIZE)(optimize)

    async def write_dockerignore(uri: str) -> None:
        await handlers.on_dockerignore(server, uri)

    server.command(converting.DOCKERIGNORE)(write_dockerignore)


def _register_navigation(server: Server) -> None:
    for method, handler, options in (
        (lsp.TEXT_DOCUMENT_DEFINITION, navigation.on_definition, None),
        (lsp.TEXT_DOCUMENT_REFERENCES, navigation.on_references, None),
        (lsp.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT, navigation.on_highlight, None),
        (lsp.TEXT_DOCUMENT_PREPARE_RENAME, navigation.on_prepare_rename, None),
        (lsp.TEXT_DOCUMENT_RENAME, navigation.on_rename, lsp.RenameOptions(prepare_provider=True)),
        (lsp.TEXT_DOCUMENT_DOCUMENT_LINK, navigation.on_links, None),
        (lsp.TEXT_DOCUMENT_FOLDING_RANGE, navigation.on_folding, None),
        (lsp.TEXT_DOCUMENT_DOCUMENT_SYMBOL, navigation.on_symbols, None),
        (lsp.TEXT_DOCUMENT_COMPLETION, navigation.on_completion, lsp.CompletionOptions(navigation.TRIGGERS)),
        (lsp.TEXT_DOCUMENT_SIGNATURE_HELP, navigation.on_signature, lsp.SignatureHelpOptions([" ", "=", ","])),
    ):
        server.feature(method, options)(_on_document(server, handler))


def _on_document(
    server: Server,
    handler: Callable[[Server, Document, Analysis, Any], Any],
    *,
    uri: Callable[[Any], str] = lambda params: str(params.text_document.uri),
    otherwise: Callable[[Any], Any] = lambda params: None,
) -> Callable[[Any], Generator[Any, Any, Any]]:
    """A handler of requests about a place in a document. It is given the text as it is when the request arrives; when
    that has changed before its analysis is there, the answer would be about something else, and is refused."""

    def begin(params: Any) -> Generator[Any, Any, Any]:
        file = server.analyst.get(uri(params))
        if file is None or file.document.is_too_large:
            return otherwise(params)
        document = file.document
        analysis = server.analyst.now(file)
        if analysis is None:
            analysis = yield server.analysis_of, (file,), None
        if file.document is not document:
            raise JsonRpcContentModified
        answer = handler(server, document, analysis, params)
        if isinstance(answer, Generator):
            answer = yield from answer
            if file.document is not document:
                raise JsonRpcContentModified
        return answer

    return begin
