"""What the client is told about the open documents: pushed, or given when it pulls, never both.

Knows when something is to be said; what is said comes from the analysis, and its JSON from ``wire``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping
from itertools import count
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from layerwise.engine import Analysis, SettingsProblem
from layerwise.lsp import wire
from layerwise.lsp.analyses import Analyst, ClosedError, OpenFile
from layerwise.lsp.client import Client
from layerwise.lsp.documents import MAX_LINES, MAX_TEXT
from layerwise.lsp.guard import Guard
from layerwise.lsp.uris import uri_of

if TYPE_CHECKING:
    from layerwise.lsp.protocol import Protocol, RequestId

_RESULTS = count(1)


class Report(Struct):
    """What the client was last told about a document."""

    analysis: Analysis
    version: int
    items: list[str]
    result_id: str
    written: wire.Written = field(default_factory=wire.Written)
    """What ``items`` were made of, for the next report."""


class Reporter:
    """Tells the client what was found, in the way that it can take."""

    def __init__(self, protocol: Protocol, analyst: Analyst, client: Client, guard: Guard) -> None:
        self._protocol = protocol
        self._analyst = analyst
        self._client = client
        self._guard = guard
        self._reports: dict[str, Report] = {}
        self._due: set[OpenFile] = set()
        self._refresh_is_due = False
        self._settings_reports: dict[str, str] = {}
        self._shown: set[str] = set()

    # Events

    def touched(self, file: OpenFile) -> None:
        """A document was opened or changed."""
        if not self._client.pulls_diagnostics and file not in self._due:
            # It is looked at when all that has arrived is read: of several changes only the last counts.
            self._due.add(file)
            asyncio.get_running_loop().call_soon(self._push, file)

    def news(self, file: OpenFile) -> None:
        """An analysis that took longer is there, or the surroundings of a file have been looked at again."""
        self._report_settings()
        if not self._client.pulls_diagnostics:
            self.touched(file)
        elif self._client.refreshes_diagnostics and not self._refresh_is_due and self._differs(file):
            self._refresh_is_due = True
            asyncio.get_running_loop().call_soon(self._refresh)

    def closed(self, uri: str) -> None:
        """A document was closed: nothing is said about it any more."""
        self._reports.pop(uri, None)
        self._report_settings()
        if not self._client.pulls_diagnostics:
            self._protocol.send(wire.published(uri, None, "[]"))

    # Push

    def _push(self, file: OpenFile) -> None:
        self._due.discard(file)
        if not file.is_open:
            return
        try:
            analysis = self._analyst.now(file)
        except Exception as error:
            self._guard.report(error, "checking a Dockerfile")
            return
        if analysis is None:
            self._analyst.start(file)
            return
        uri, version = file.document.uri, file.document.version
        known = self._reports.get(uri)
        if known is None or known.analysis is not analysis or known.version != version:
            report = self._report(file, analysis)
            self._protocol.send(wire.published(uri, version, wire.listed(report.items, version)))

    # Pull

    def pull(self, request: RequestId, params: Mapping[str, Any]) -> str | Awaitable[str]:
        """The answer to ``textDocument/diagnostic``."""
        uri, previous = wire.read_pull(params)
        file = self._analyst.get(uri)
        if file is None:
            return wire.full_report(request, "none", "[]")
        analysis = self._analyst.now(file)
        if analysis is None:
            return self._pull_later(request, file, previous)
        return self._answer(request, file, analysis, previous)

    async def _pull_later(self, request: RequestId, file: OpenFile, previous: str | None) -> str:
        try:
            analysis = await self._analyst.later(file)
        except ClosedError:
            return wire.full_report(request, "none", "[]")
        return self._answer(request, file, analysis, previous)

    def _answer(self, request: RequestId, file: OpenFile, analysis: Analysis, previous: str | None) -> str:
        report = self._report(file, analysis)
        if report.result_id == previous:
            return wire.unchanged_report(request, previous)
        return wire.full_report(request, report.result_id, wire.listed(report.items, report.version))

    def _refresh(self) -> None:
        self._refresh_is_due = False
        self._protocol.ask("workspace/diagnostic/refresh", None).add_done_callback(_ignore_refusal)

    def _differs(self, file: OpenFile) -> bool:
        """Whether the client has been told something else about a document than is known now."""
        known = self._reports.get(file.document.uri)
        analysis = self._analyst.now(file)
        if known is None or analysis is None or known.analysis is analysis:
            return False
        return known.items != wire.diagnostics(analysis.shown, file.document, self._client.encoding)

    # Both

    def _report(self, file: OpenFile, analysis: Analysis) -> Report:
        for failure in analysis.failures:
            self._guard.report(failure.error, f"looking for {failure.rule.id}")
        document = file.document
        known = self._reports.get(document.uri)
        written = known.written if known else wire.Written()
        items = wire.diagnostics(analysis.shown, document, self._client.encoding, written)
        if document.is_too_large:
            items = [wire.note(f"Layerwise checks no file of more than {MAX_TEXT:,} characters or {MAX_LINES:,} lines")]
        same = known is not None and known.items == items
        result_id = known.result_id if known and same else str(next(_RESULTS))
        report = self._reports[document.uri] = Report(analysis, document.version, items, result_id, written)
        return report

    def _report_settings(self) -> None:
        """Publish what is wrong in the settings files of the open documents. Nobody pulls for those."""
        problems: dict[str, dict[SettingsProblem, None]] = {}
        for file in self._analyst:
            for problem in file.surroundings.loaded.problems if file.surroundings else ():
                if problem.path is None:
                    self._show_once(problem.message)
                else:
                    problems.setdefault(uri_of(problem.path), {})[problem] = None
        for uri in self._settings_reports.keys() | problems.keys():
            items = wire.settings_problems(problems.get(uri, ()), self._client.encoding)
            if self._settings_reports.get(uri) != items:
                self._settings_reports[uri] = items
                self._protocol.send(wire.published(uri, None, items))

    def _show_once(self, message: str) -> None:
        if message not in self._shown:
            self._shown.add(message)
            self._protocol.tell("window/showMessage", {"type": 2, "message": f"Layerwise settings: {message}"})


def _ignore_refusal(answer: asyncio.Future[Any]) -> None:
    if not answer.cancelled():
        answer.exception()
