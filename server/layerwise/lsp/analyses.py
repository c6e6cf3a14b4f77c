"""The analysis of each open document, kept up to date. What is quick is done at once, the rest on a thread.

Knows when an analysis has to be made anew; knows nothing of what is done with it, and nothing of the protocol.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Protocol

from msgspec import Struct

from layerwise.engine import Analysis, analyse
from layerwise.lsp.documents import Document
from layerwise.lsp.surroundings import Surroundings
from layerwise.lsp.work import Lane, ResultT

QUICK_CHANGE = 8_000
"""So many changed characters are looked at again at once; more of them cost more than a keystroke may."""
QUICK_TEXT = 400_000
"""A text that is longer is never looked at on the event loop: even a keystroke in it takes too long."""
LARGE_TEXT = 100_000
"""A text that is longer has a lane of its own, so that small ones don't queue behind it."""


class ClosedError(Exception):
    """The document was closed while its analysis was waited for."""


class LookAround(Protocol):
    """Finds the surroundings of a path; gives ``previous`` itself when nothing has changed."""

    def __call__(self, path: str | None, previous: Surroundings | None = None) -> Surroundings: ...


class OpenFile(Struct, eq=False):
    """An open document, and the newest analysis that there is of it."""

    document: Document
    surroundings: Surroundings | None = None
    """None until they have been looked at."""
    analysis: Analysis | None = None
    analysed: tuple[Document, Surroundings] | None = None
    """What ``analysis`` is of."""
    job: asyncio.Future[None] | None = None
    is_open: bool = True

    @property
    def is_current(self) -> bool:
        """Whether the analysis is of the present text in its present surroundings."""
        return self.analysed is not None and self.analysed[0] is self.document and self.analysed[1] is self.surroundings


class Analyst:
    """Analyses open documents.

    :param look_around: is called on other threads.
    :param on_news: is told when an analysis that took longer is there, or one is needed in new surroundings.
    :param on_error: is told when an analysis has failed; the file keeps the one it had.
    :param on_work: is told of each piece of longer work (``+1``) and of its end (``-1``).
    """

    def __init__(
        self,
        look_around: LookAround,
        on_news: Callable[[OpenFile], None],
        on_error: Callable[[Exception], None],
        on_work: Callable[[int], None],
    ) -> None:
        self._look_around = look_around
        self._on_news = on_news
        self._on_error = on_error
        self._on_work = on_work
        self._small = Lane("layerwise-small", 1)
        self._large = Lane("layerwise-large", 3)
        self._aside = Lane("layerwise-aside", 2)
        """For what looks through folders."""
        self._files: dict[str, OpenFile] = {}
        self._look: asyncio.Task[None] | None = None
        self._looks: set[asyncio.Task[None]] = set()
        self._looks_again = False
        self._changes = 0
        """How often something around the documents may have changed."""
        self.ready = asyncio.Event()
        """Set when the settings are known, without which nothing is worth looking at."""

    def __iter__(self) -> Iterator[OpenFile]:
        return iter(tuple(self._files.values()))

    def __len__(self) -> int:
        return len(self._files)

    def get(self, uri: str) -> OpenFile | None:
        return self._files.get(uri)

    def open(self, document: Document) -> OpenFile:
        self.close(document.uri)
        file = self._files[document.uri] = OpenFile(document)
        return file

    def close(self, uri: str) -> None:
        file = self._files.pop(uri, None)
        if file:
            file.is_open = False

    def now(self, file: OpenFile) -> Analysis | None:
        """The analysis of the present text, if there is one or it takes no longer than a keystroke may."""
        if file.is_current:
            return file.analysis
        if not self._is_quick(file):
            return None
        assert file.surroundings is not None
        file.analysis = _analysis(file.document, file.surroundings, file.analysis)
        file.analysed = file.document, file.surroundings
        return file.analysis

    async def later(self, file: OpenFile) -> Analysis:
        """The analysis of the present text, however long it takes.

        :raises ClosedError: when the document is closed meanwhile.
        """
        while (analysis := self.now(file)) is None:
            await asyncio.shield(self.start(file))
            if not file.is_open:
                raise ClosedError
        return analysis

    async def aside(self, job: Callable[[], ResultT]) -> ResultT:
        """Have something done about a file that takes longer than an answer may hold up the others."""
        return await self._aside.submit(job)

    def start(self, file: OpenFile) -> asyncio.Future[None]:
        """Begin to analyse a file on a thread, unless that is under way. ``on_news`` follows."""
        if file.job is None:
            file.job = asyncio.ensure_future(self._analyse(file))
            file.job.add_done_callback(_forget_error)
        return file.job

    def look_again(self) -> asyncio.Task[None]:
        """Something around the documents may have changed. Those that it touches are analysed again.

        Returns the look, which is over before those analyses are.
        """
        self._changes += 1
        self._looks_again = True
        if self._look is None:
            self._look = asyncio.get_running_loop().create_task(self._look_at_all())
        return self._look

    def _is_quick(self, file: OpenFile) -> bool:
        if file.analysed is None or file.job or file.analysed[1] is not file.surroundings:
            return False
        change = file.document.changed - file.analysed[0].changed
        return change <= QUICK_CHANGE and len(file.document.text) <= QUICK_TEXT

    async def _analyse(self, file: OpenFile) -> None:
        self._on_work(1)
        try:
            await self.ready.wait()
            while file.is_open and not file.is_current:
                await self._analyse_once(file)
        except Exception as error:
            self._on_error(error)
            raise
        finally:
            file.job = None
            self._on_work(-1)
        if file.is_open:
            self._on_news(file)
            self._look_further(file)

    async def _analyse_once(self, file: OpenFile) -> None:
        """Analyse the text as it is now; another change may come meanwhile."""
        document, around, before, changes = file.document, file.surroundings, file.analysis, self._changes

        def job() -> tuple[Surroundings, Analysis]:
            seen = around or self._look_around(document.path)
            return seen, _analysis(document, seen, before)

        lane = self._large if len(document.text) > LARGE_TEXT else self._small
        seen, file.analysis = await lane.submit(job)
        file.surroundings = file.surroundings or seen
        file.analysed = document, seen
        if around is None and changes != self._changes:
            self.look_again()

    def _look_further(self, file: OpenFile) -> None:
        """The first diagnostics are there: now there is time to look through the build context."""
        context = file.surroundings.context if file.surroundings else None
        if context is not None and not context.patient:
            look = asyncio.ensure_future(self._look_at(file))
            self._looks.add(look)
            look.add_done_callback(self._looked)

    def _looked(self, look: asyncio.Task[None]) -> None:
        self._looks.discard(look)
        error = None if look.cancelled() else look.exception()
        if isinstance(error, Exception):
            self._on_error(error)

    async def _look_at_all(self) -> None:
        try:
            while self._looks_again:
                self._looks_again = False
                for file in self:
                    await self._look_at(file)
        except Exception as error:
            self._on_error(error)
        finally:
            self._look = None

    async def _look_at(self, file: OpenFile) -> None:
        before, path = file.surroundings, file.document.path
        if before is None or not file.is_open:
            return
        seen = await self._aside.submit(lambda: self._look_around(path, before))
        if seen is not before and file.surroundings is before:
            file.surroundings = seen
            self.start(file)


def _forget_error(job: asyncio.Future[None]) -> None:
    """``on_error`` has been told; without this asyncio would complain that nobody has asked."""
    if not job.cancelled():
        job.exception()


def _analysis(document: Document, around: Surroundings, previous: Analysis | None) -> Analysis:
    """The analysis of a document; that of an empty text for one that is too large to look at."""
    if document.is_too_large:
        return analyse("", settings=around.settings)
    analysis = analyse(
        document.text, path=document.path, settings=around.settings, files=around.context, previous=previous
    )
    analysis.shown  # noqa: B018 (computed here, while it cannot hold up anybody)
    return analysis
