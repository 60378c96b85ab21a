"""LlamaIndex as its documentation builds retrieval over Chroma: its default splitter, titles as metadata."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.benchmarks.peers.protocol import encoder_path, main, read_jsonl, use_threads

_BATCH = 32  # texts the encoder takes at once, as for the others; LlamaIndex' own default is 10


class LlamaIndexChroma:
    """VectorStoreIndex.from_documents over ChromaVectorStore; SentenceSplitter of 1,024 tokens is what it splits with."""

    def load(self, folder: Path, threads: int) -> None:
        """Load the encoder and open an empty collection."""
        import chromadb
        from chromadb.config import Settings
        from llama_index.embeddings.huggingface import (  # type: ignore[import-not-found, unused-ignore]
            HuggingFaceEmbedding,
        )
        from llama_index.vector_stores.chroma import (  # type: ignore[import-not-found, unused-ignore]
            ChromaVectorStore,
        )

        use_threads(threads)
        self._encoder = HuggingFaceEmbedding(model_name=encoder_path(), embed_batch_size=_BATCH, device="cpu")
        self._encoder.get_query_embedding("warm up")
        client = chromadb.PersistentClient(str(folder), settings=Settings(anonymized_telemetry=False))
        self._store = ChromaVectorStore(chroma_collection=client.get_or_create_collection("peers"))

    def ingest(self, articles: Path) -> int:
        """Split, embed and store."""
        from llama_index.core import (  # type: ignore[import-not-found, unused-ignore]
            Document,
            StorageContext,
            VectorStoreIndex,
        )

        documents = [
            Document(text=record["text"], id_=str(record["id"]), metadata={"title": record["title"]})
            for record in read_jsonl(articles)
        ]
        self._index = VectorStoreIndex.from_documents(
            documents,
            storage_context=StorageContext.from_defaults(vector_store=self._store),
            embed_model=self._encoder,
        )
        return int(self._store._collection.count())

    def ask(self, question: str, k: int) -> tuple[list[str], Mapping[str, float]]:
        """Retrieve through the index's retriever."""
        found = self._index.as_retriever(similarity_top_k=k).retrieve(question)
        return [one.node.get_content() for one in found], {}

    def close(self) -> None:
        """Nothing is left open that the end of the process does not close."""


if __name__ == "__main__":
    main(LlamaIndexChroma())
