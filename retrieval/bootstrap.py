"""Builds the whole of Citegram from its settings; every part can be given instead."""

from __future__ import annotations

import threading
from functools import cached_property, lru_cache
from types import TracebackType
from typing import TYPE_CHECKING

from retrieval.catalog import Catalog
from retrieval.encoder import Encoder
from retrieval.library import Library
from retrieval.models import Answer, CatalogSummary, Question
from retrieval.settings import Settings

if TYPE_CHECKING:
    from retrieval.chain import AnswerChain
    from retrieval.index import VectorIndex
    from retrieval.index_sync import IndexKeeper
    from retrieval.reranker import Reranker

_REMEMBERED_QUESTIONS = 256  # vectors kept in memory, so that one question is encoded once on its way through the chain


class Citegram:
    """Catalogue, encoder, index and chain, opened together and closed together."""

    def __init__(
        self, catalog: Catalog, encoder: Encoder, index: VectorIndex, reranker: Reranker | None = None
    ) -> None:
        """Take the parts; nothing heavy is loaded before it is needed."""
        self.catalog = catalog
        self.encoder = encoder
        self.index = index
        self._reranker = reranker
        self._keeper: IndexKeeper | None = None
        self._starting = threading.Lock()

    async def answer(self, question: Question) -> Answer:
        """Answer a question; never raises for what a reader can type."""
        return await self._chain.answer(question)

    def answer_now(self, question: Question) -> Answer:
        """Answer a question in this thread."""
        return self._chain.answer_now(question)

    def warm(self) -> None:
        """Load the embedding model, which takes seconds, while the index is made ready in the background.

        Raises:
            ModelError: the model, or the reranker, cannot be loaded, or the model is not the catalogue's.
        """
        from retrieval.named.date_words import months

        self.keep_index()
        self.encoder.load()
        self.catalog.require_embedding_model(self.encoder.name, self.encoder.fingerprint)
        self.encoder.encode_question("warm up")
        if self._reranker is not None:
            self._reranker.load()
        months()

    def keep_index(self) -> None:
        """Start the thread that keeps the vector index in step with the catalogue; calling it again does nothing."""
        from retrieval.index_sync import IndexKeeper

        with self._starting:
            if self._keeper is None:
                self._keeper = IndexKeeper(self.catalog, self.index)
                self._keeper.start()

    def describe(self) -> CatalogSummary:
        """Return what the catalogue holds."""
        return self.catalog.summary()

    def close(self) -> None:
        """Stop the keeper and the local server, if it is ours, and close the catalogue."""
        with self._starting:
            if self._keeper is not None:
                self._keeper.close()
        self.index.close()
        self.index.server.close()
        self.catalog.close()

    def __enter__(self) -> Citegram:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close everything."""
        self.close()

    @cached_property
    def library(self) -> Library:
        """What readers look up in the catalogue."""
        return Library(self.catalog)

    @cached_property
    def _chain(self) -> AnswerChain:
        from retrieval.chain import AnswerChain
        from retrieval.search import ExactSearch, PassageRetriever

        encode = lru_cache(maxsize=_REMEMBERED_QUESTIONS)(self.encoder.encode_question)
        retriever = PassageRetriever(
            catalog=self.catalog, index=self.index, encode=encode, knows=self.knows, exact=ExactSearch()
        )
        return AnswerChain(self.catalog, retriever, self.encoder, encode, self.knows, self._reranker)

    def knows(self, language: str) -> float:
        """Return how well the catalogue's embedding model knows a language, 0 to 1, as was measured when it was bound."""
        from retrieval.knowledge import knowledge_of

        model = self.catalog.embedding_model
        return knowledge_of(language, model.knowledge if model else {})


def open_index(settings: Settings, catalog: Catalog) -> VectorIndex:
    """Return the vector index of a catalogue: on the server of CITEGRAM_CHROMA_URL, or on Citegram's own."""
    from retrieval.chroma_server import LocalChroma, RemoteChroma
    from retrieval.index import VectorIndex

    collection = f"citegram-{catalog.id}"
    if settings.chroma_url is not None:
        return VectorIndex(RemoteChroma(settings.chroma_url, collection, settings.data_dir), collection)
    return VectorIndex(LocalChroma(settings.data_dir, collection), collection)


def open_citegram(
    settings: Settings,
    *,
    catalog: Catalog | None = None,
    encoder: Encoder | None = None,
    index: VectorIndex | None = None,
    reranker: Reranker | None = None,
) -> Citegram:
    """Open Citegram as the settings say, with the given parts in place of the real ones.

    Raises:
        CatalogError: the data directory or the catalogue in it cannot be used.
    """
    catalog = catalog or Catalog.in_directory(settings.data_dir)
    encoder = encoder or Encoder(settings.embedding_model)
    if reranker is None and settings.reranker_model is not None:
        from retrieval.reranker import Reranker

        reranker = Reranker(settings.reranker_model)
    return Citegram(catalog, encoder, index or open_index(settings, catalog), reranker)
