"""Where drafts go to: into the catalogue and the index, or, in a rehearsal, nowhere."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from typing import Protocol

from ingest.lock import writing
from ingest.pipeline import Done, Pipeline
from ingest.rehearsal import rehearsed
from ingest.remove import remove_articles
from ingest.run import LATER, finish_index, opened_index
from ingest.sources.draft import Draft
from retrieval.catalog import Catalog
from retrieval.encoder import Encoder
from retrieval.errors import BusyError, Stopped
from retrieval.index import VectorIndex
from retrieval.index_sync import IndexKeeper
from retrieval.settings import Settings

MARK = "gone_since"
"""The key in the metadata of an article that its source no longer has: the day on which that was seen, ISO 8601."""

_AGAIN_SECONDS = 0.5


class Store(Protocol):
    """What is done with articles."""

    def ingest(self, drafts: Iterable[Draft]) -> Iterator[Done]:
        """Store drafts, and yield for each, in their order, what became of it once that is safe."""

    def changing(self) -> AbstractContextManager[None]:
        """Be the only one who changes the catalogue."""

    def mark(self, ids: Sequence[str], day: str) -> None:
        """Write at articles that they are gone since a day. Called while `changing`, as is `remove`."""

    def remove(self, ids: Sequence[str]) -> str:
        """Remove articles, all at once; return what could not be done, in a sentence. Unknown ids are passed over."""

    def rest(self) -> str:
        """Finish what is left to do; return how the index stands. The next draft begins anew."""


class Storing:
    """Stores for real. The write lock is held while there is something to store; the encoder stays loaded."""

    def __init__(
        self, settings: Settings, catalog: Catalog, stop: threading.Event, line: Callable[[str], None]
    ) -> None:
        """Take where to store, what is set when the work is to end, and what tells the operator."""
        self._settings = settings
        self._catalog = catalog
        self._stop = stop
        self._line = line
        self._encoder = Encoder(settings.embedding_model)
        self._opened = ExitStack()
        self._index: VectorIndex | None = None
        self._opening = threading.Lock()
        self._keeping = False

    def ingest(self, drafts: Iterable[Draft]) -> Iterator[Done]:
        """Store drafts, as `Pipeline.run` does."""
        with self.changing():
            pipeline = Pipeline(self._catalog, self._encoder, on_loading=self._loading)
            pipeline.stop = self._stop
            yield from pipeline.run(drafts)

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Wait until nobody else writes, and be the one who does.

        Raises:
            Stopped: the work was to end before that.
        """
        with ExitStack() as lock:
            told = False
            while True:
                try:
                    lock.enter_context(writing(self._settings.data_dir, wait=False))
                    break
                except BusyError:
                    if not told:
                        self._line("waiting for another ingest to end ...")
                        told = True
                if self._stop.wait(_AGAIN_SECONDS):
                    raise Stopped("The work was stopped.")
            yield

    def mark(self, ids: Sequence[str], day: str) -> None:
        """Write at articles that they are gone since a day, ISO 8601, but for those that say so already."""
        for article_id in ids:
            stored, known = self._catalog.article(article_id), self._catalog.known(article_id)
            if stored is not None and known is not None and MARK not in stored.article.metadata:
                metadata = {**stored.article.metadata, MARK: day}
                self._catalog.put_metadata(replace(stored.article, metadata=metadata), known.origin)
                self._line(f"{article_id}: marked as gone")

    def remove(self, ids: Sequence[str]) -> str:
        """Remove articles with every trace, all at once; return what could not be done."""
        there = [article_id for article_id in ids if self._catalog.known(article_id)]
        for article_id in there:
            self._line(f"{article_id}: removed, as it is gone")
        return remove_articles(self._catalog, self._open(), there).trouble if there else ""

    def rest(self) -> str:
        """Bring the index up to date and leave it, with its server; return how it stands."""
        with self._opening:
            index, self._index = self._index, None
            opened, self._opened = self._opened, ExitStack()
            self._keeping = False
        with opened:
            if self._stop.is_set():
                return LATER if self._catalog.pending(1) else "up to date"
            if index is not None:
                return finish_index(self._catalog, index)
        if not self._catalog.pending(1):
            return "up to date"
        with opened_index(self._settings, self._catalog) as index:
            return finish_index(self._catalog, index)

    def _loading(self) -> None:
        if not self._encoder.loaded:
            self._line("loading the embedding model ...")
        index = self._open()
        with self._opening:
            if self._keeping or self._index is None:
                return
            keeper = IndexKeeper(self._catalog, index)
            keeper.start()  # so that running bots find the articles as they come in
            self._opened.callback(keeper.close)
            self._keeping = True

    def _open(self) -> VectorIndex:
        with self._opening:
            if self._index is None:
                self._index = self._opened.enter_context(opened_index(self._settings, self._catalog))
            return self._index


class Rehearsal:
    """Stores nothing and tells what would be."""

    def __init__(self, catalog: Catalog) -> None:
        """Take what drafts are compared with."""
        self._catalog = catalog

    def ingest(self, drafts: Iterable[Draft]) -> Iterator[Done]:
        """Yield for each draft what storing it would do."""
        for draft in drafts:
            yield rehearsed(self._catalog, draft)

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Change nothing."""
        yield

    def mark(self, ids: Sequence[str], day: str) -> None:
        """Mark nothing."""

    def remove(self, ids: Sequence[str]) -> str:
        """Remove nothing."""
        return ""

    def rest(self) -> str:
        """Leave the index as it is."""
        return "up to date"
