"""LangChain as its documentation builds retrieval: recursive splitter, embedded Chroma, similarity search."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.benchmarks.peers.protocol import encoder_path, main, read_jsonl, use_threads


class LangChainStock:
    """RecursiveCharacterTextSplitter 1000/200, langchain_chroma.Chroma, HuggingFaceEmbeddings (batches of 32)."""

    def load(self, folder: Path, threads: int) -> None:
        """Load the encoder and open an empty collection."""
        from chromadb.config import Settings
        from langchain_chroma import Chroma
        from langchain_huggingface import HuggingFaceEmbeddings  # type: ignore[import-not-found, unused-ignore]

        use_threads(threads)
        embeddings = HuggingFaceEmbeddings(model_name=encoder_path(), model_kwargs={"device": "cpu"})
        embeddings.embed_query("warm up")
        self._store = Chroma(
            "peers",
            embeddings,
            persist_directory=str(folder),
            client_settings=Settings(anonymized_telemetry=False, is_persistent=True, persist_directory=str(folder)),
        )

    def ingest(self, articles: Path) -> int:
        """Split, embed and store; as many chunks at a time as Chroma takes."""
        from langchain_core.documents import Document
        from langchain_text_splitters import (  # type: ignore[import-not-found, unused-ignore]
            RecursiveCharacterTextSplitter,
        )

        splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200)
        whole = [
            Document(page_content=record["text"], metadata={"id": str(record["id"]), "title": record["title"]})
            for record in read_jsonl(articles)
        ]
        chunks = splitter.split_documents(whole)
        most = self._store._client.get_max_batch_size()
        for start in range(0, len(chunks), most):
            self._store.add_documents(chunks[start : start + most])
        return len(chunks)

    def ask(self, question: str, k: int) -> tuple[list[str], Mapping[str, float]]:
        """Search by similarity."""
        return [document.page_content for document in self._store.similarity_search(question, k=k)], {}

    def close(self) -> None:
        """Nothing is left open that the end of the process does not close."""


if __name__ == "__main__":
    main(LangChainStock())
