"""Builds the whole of Citegram from its settings; every part can be given instead."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import cached_property, lru_cache
from types import TracebackType
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from retrieval.catalog import Catalog
from retrieval.encoder import Encoder
from retrieval.library import Library
from retrieval.models import Answer, CatalogSummary, Progress, Question
from retrieval.settings import Settings

if TYPE_CHECKING:
    from retrieval.chain import AnswerChain
    from retrieval.index import VectorIndex
    from retrieval.index_sync import IndexKeeper
    from retrieval.reranker import Reranker
    from retrieval.writing.written import Writer

_REMEMBERED_QUESTIONS = 256  # vectors kept in memory, so that one question is encoded once on its way through the chain


class Citegram:
    """Catalogue, encoder, index, writer and chain, opened together and closed together."""

    def __init__(
        self,
        catalog: Catalog,
        encoder: Encoder,
        index: VectorIndex,
        reranker: Reranker | None = None,
        writer: Writer | None = None,
    ) -> None:
        """Take the parts; nothing heavy is loaded before it is needed. Without a writer answers are quotes alone."""
        self.catalog = catalog
        self.encoder = encoder
        self.index = index
        self._reranker = reranker
        self._writer = writer
        self._keeper: IndexKeeper | None = None
        self._starting = threading.Lock()

    @property
    def writes(self) -> bool:
        """Whether there is a chat model that writes answers."""
        return self._writer is not None

    @property
    def writer_name(self) -> str:
        """Who writes the answers: the provider of the chat model, as in `openai`, or the host of a server of one's own.

        Empty where answers are quotes alone.
        """
        return "" if self._writer is None else self._writer.provider

    async def answer(self, question: Question, on_progress: Callable[[Progress], None] | None = None) -> Answer:
        """Answer a question; never raises for what a reader can type.

        `on_progress` is called, from another thread, with what may be shown of a written answer already.
        """
        return await self._chain.answer(question, on_progress or (lambda progress: None))

    def answer_now(self, question: Question, on_progress: Callable[[Progress], None] | None = None) -> Answer:
        """Answer a question in this thread, as `answer` does."""
        return self._chain.answer_now(question, on_progress or (lambda progress: None))

    def warm(self) -> None:
        """Load the embedding model, which takes seconds, while the index is made ready in the background.

        Raises:
            ModelError: the model, or the reranker, cannot be loaded, or the model is not the catalogue's.
            SettingsError: the chat model cannot be used as it is set.
        """
        from retrieval.named.date_words import months
        from retrieval.task_words import all_forms

        self.keep_index()
        if self._writer is not None:
            self._writer.model.load()
        self.encoder.load()
        self.catalog.require_embedding_model(self.encoder.name, self.encoder.fingerprint)
        self.encoder.encode_question("warm up")
        if self._reranker is not None:
            self._reranker.load()
        months()
        all_forms()

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
        """Stop the keeper, the writer and the local server, if it is ours, and close the catalogue."""
        if self._writer is not None:
            self._writer.close()
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
        return AnswerChain(self.catalog, retriever, self.encoder, encode, self.knows, self._reranker, self._writer)

    def knows(self, language: str) -> float:
        """Return how well the catalogue's embedding model knows a language, 0 to 1, as was measured when it was bound."""
        return _known(self.catalog, language)


def _known(catalog: Catalog, language: str) -> float:
    from retrieval.knowledge import knowledge_of

    model = catalog.embedding_model
    return knowledge_of(language, model.knowledge if model else {})


def open_writer(settings: Settings, catalog: Catalog, encoder: Encoder) -> Writer | None:
    """Return what writes answers with the chat model of CITEGRAM_MODEL, None where none is named."""
    if settings.chat_model is None:
        return None
    from retrieval.writing.chat_model import ChatModel
    from retrieval.writing.ledger import Budget, Ledger
    from retrieval.writing.support import Support
    from retrieval.writing.written import Writer

    model = ChatModel(
        settings.chat_model,
        url=settings.chat_model_url,
        key=settings.chat_model_key,
        seconds=settings.chat_model_seconds,
    )
    ledger = Ledger.in_directory(settings.data_dir)
    return Writer(
        model,
        Support(encoder.encode_question, lambda language: _known(catalog, language)),
        ledger,
        Budget(ledger, settings.tokens_a_day, settings.tokens_a_day_each),
        context=settings.chat_model_context,
        provider=urlsplit(settings.chat_model_url or "").hostname or settings.chat_model.partition(":")[0],
    )


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
    writer: Writer | None = None,
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
    writer = writer or open_writer(settings, catalog, encoder)
    return Citegram(catalog, encoder, index or open_index(settings, catalog), reranker, writer)
