"""One ingest run: read, store, tell, and bring the index along."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

from ingest.pipeline import Pipeline
from ingest.progress import Reporter
from ingest.sources.draft import Draft
from ingest.sources.walk import read_articles
from retrieval.bootstrap import open_index
from retrieval.catalog import Catalog
from retrieval.encoder import Encoder
from retrieval.errors import IndexUnavailable
from retrieval.index import VectorIndex
from retrieval.index_sync import IndexKeeper, RepairUnderWay, bring_up_to_date
from retrieval.settings import Settings

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
LATER = "The articles are safe and are answered from; the vector index takes them in later."
"""How the index stands after a run that was stopped."""


def ingest_paths(settings: Settings, catalog: Catalog, paths: Sequence[str], reporter: Reporter) -> int:
    """Ingest files and folders, as `ingest_drafts` does."""
    drafts = read_articles(paths, reporter.problem, reporter.skipped, on_notice=reporter.line)
    return ingest_drafts(settings, catalog, drafts, reporter)


def ingest_drafts(settings: Settings, catalog: Catalog, drafts: Iterable[Draft], reporter: Reporter) -> int:
    """Ingest articles as they are read; return 0, 1 when anything failed, or 128 and the signal that stopped it.

    The caller holds the write lock. The index is not even looked for when there is nothing for it.

    Raises:
        CitegramError: nothing can be ingested at all; what was told as done is safe.
    """
    with opened_index(settings, catalog) as index:
        keeper = IndexKeeper(catalog, index)

        def loading() -> None:
            reporter.line("loading the embedding model ...")
            keeper.start()  # so that running bots find the articles as they come in

        pipeline = Pipeline(catalog, Encoder(settings.embedding_model), on_loading=loading)
        try:
            with stopping(pipeline.stop) as received:
                for done in pipeline.run(drafts):
                    reporter.done(done)
        finally:
            keeper.close()
        if received:
            reporter.summary.stopped = True
            reporter.summary.index = LATER if catalog.pending(1) else reporter.summary.index
            return 128 + received[0]
        reporter.summary.index = finish_index(catalog, index)
    return 1 if reporter.summary.failed else 0


@contextmanager
def opened_index(settings: Settings, catalog: Catalog) -> Iterator[VectorIndex]:
    """Give the vector index, which nothing is started for before its first use, and close it with its server."""
    index = open_index(settings, catalog)
    try:
        yield index
    finally:
        index.close()
        index.server.close()


def finish_index(catalog: Catalog, index: VectorIndex) -> str:
    """Write to the index what is queued for it, and say in a sentence how it stands."""
    if not catalog.pending(1):
        return "up to date"
    try:
        index.connect()
        try:
            bring_up_to_date(catalog, index)
        except RepairUnderWay:
            raise
        except IndexUnavailable:  # a server whose last writer was killed may fail in the middle, and do it right then
            bring_up_to_date(catalog, index)
    except IndexUnavailable as error:
        return f"{error} {LATER}"
    return "up to date"


@contextmanager
def stopping(stop: threading.Event) -> Iterator[list[int]]:
    """Let the first signal set `stop`, and give a list that it is put on; a second one ends the process as usual."""
    received: list[int] = []
    before = {number: signal.getsignal(number) for number in _SIGNALS}

    def take(number: int, frame: FrameType | None) -> None:
        received.append(number)
        stop.set()
        for each in _SIGNALS:
            signal.signal(each, before[each])

    for number in _SIGNALS:
        signal.signal(number, take)
    try:
        yield received
    finally:
        for number in _SIGNALS:
            signal.signal(number, before[number])
