"""Drafts to the catalogue and the index: read and cut, encode, store, each step ahead of the next."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from ingest.ahead import Nothing, ahead, ahead_or_nothing
from ingest.encoding import prepare
from ingest.identity import resolve
from ingest.slices import WINDOW, Filling, Slices
from ingest.sources.draft import Draft
from retrieval.catalog import Catalog
from retrieval.catalog_rows import Known, content_hash, record_hash
from retrieval.encoder import Encoder
from retrieval.errors import ArticleError, CatalogError, CitegramError
from retrieval.knowledge import embedding_model
from retrieval.languages import detect
from retrieval.models import Article

Kind = Literal["new", "updated", "unchanged", "failed"]

_ARTICLES_AHEAD = 8  # cut articles that wait for the encoder; one of 100,000 words is 10 MB
_SLICES_AHEAD = 2
_MOST_WAITING = 500  # articles that wait for one before them to be encoded, as unchanged ones do
_PATIENCE_SECONDS = 3.5  # for the slice that is being encoded when a stop comes


@dataclass(frozen=True, slots=True)
class Done:
    """What became of one draft, told after it is safe in the catalogue."""

    kind: Kind
    name: str
    article_id: str
    passages: int = 0
    notices: tuple[str, ...] = ()
    reason: str = ""
    size: int = 0
    origin: str = ""
    """Where the draft came from, as it had it."""


class Pipeline:
    """One ingest run. `stop` may be set from a signal handler or another thread."""

    def __init__(self, catalog: Catalog, encoder: Encoder, *, on_loading: Callable[[], None]) -> None:
        """Take the catalogue, whose write lock the caller holds, and the encoder, which is loaded when it is needed.

        `on_loading` is called before that, from another thread.
        """
        self.stop = threading.Event()
        self._catalog = catalog
        self._encoder = encoder
        self._on_loading = on_loading
        self._bound = False
        # ids on their way through the encoder: what the catalogue has of them may be about to change
        self._sent: set[str] = set()

    def run(self, drafts: Iterable[Draft]) -> Iterator[Done]:
        """Ingest drafts and yield what became of each, as soon as it is safe.

        Raises:
            CitegramError: the encoder or the catalogue cannot be used at all; what was yielded is safe.
        """
        prepared = ahead_or_nothing(self._prepared(drafts), _ARTICLES_AHEAD, self.stop, patience=0)
        for batch in ahead(self._encoded(prepared), _SLICES_AHEAD, self.stop, _PATIENCE_SECONDS):
            for item in batch:
                yield item if isinstance(item, Done) else self._stored(item)

    # Read, compare, cut

    def _prepared(self, drafts: Iterable[Draft]) -> Iterator[Filling | Done]:
        for draft in drafts:
            if self.stop.is_set():
                return
            try:
                yield self._compared(draft)
            except ArticleError as error:
                yield _failed(draft, draft.article.id, error)

    def _compared(self, draft: Draft) -> Filling | Done:
        article, known = resolve(self._catalog, draft)
        if known is not None and known.hash == content_hash(article) and article.id not in self._sent:
            return self._described_anew(draft, replace(article, language=article.language or known.language), known)
        article = replace(article, language=article.language or detect(article.text) or None)
        self._sent.add(article.id)
        self._bind_encoder()
        return Filling(draft, prepare(article, self._encoder))

    def _described_anew(self, draft: Draft, article: Article, known: Known) -> Done:
        """Store what changed about an article whose title and text did not: nothing, or its metadata."""
        kind: Kind = "unchanged"
        if known.record_hash != record_hash(article):
            self._catalog.put_metadata(article, draft.origin)
            kind = "updated"
        elif known.origin != draft.origin:
            self._catalog.put_origin(article.id, draft.origin)
        return Done(kind, draft.name, article.id, notices=draft.notices, size=draft.size, origin=draft.origin)

    def _bind_encoder(self) -> None:
        if not self._bound:
            self._on_loading()
            self._catalog.use_embedding_model(embedding_model(self._encoder, self._catalog.embedding_model))
            self._bound = True

    # Encode

    def _encoded(self, source: Iterator[Filling | Done | Nothing]) -> Iterator[list[Filling | Done]]:
        """Encode passages across articles, as soon as enough wait or nothing else comes; an article goes on when full."""
        waiting: list[Filling | Done] = []
        slices = Slices(self._encoder)
        for item in source:
            due = isinstance(item, Nothing) or len(waiting) >= _MOST_WAITING
            if not isinstance(item, Nothing):
                waiting.append(item)
            if isinstance(item, Filling):
                slices.add(item)
            while slices and (due or len(slices) >= WINDOW) and not self.stop.is_set():
                slices.encode()
                due = False
            if ready := _taken(waiting):
                yield ready
        while slices and not self.stop.is_set():
            slices.encode()
            if ready := _taken(waiting):
                yield ready

    def _stored(self, item: Filling) -> Done:
        draft, article, encoded = item.draft, item.prepared.article, item.encoded()
        try:
            outcome = self._catalog.put(article, draft.identity, draft.origin, encoded)
        except CatalogError as error:
            return _failed(draft, article.id, error)
        return Done(outcome, draft.name, article.id, len(encoded), draft.notices, "", draft.size, draft.origin)


def _taken(waiting: list[Filling | Done]) -> list[Filling | Done]:
    """Take what is finished off the front, so that articles go on in the order they came."""
    ready: list[Filling | Done] = []
    while waiting and (isinstance(waiting[0], Done) or waiting[0].full):
        ready.append(waiting.pop(0))
    return ready


def _failed(draft: Draft, article_id: str, error: CitegramError) -> Done:
    return Done("failed", draft.name, article_id, 0, draft.notices, str(error), draft.size, draft.origin)
