"""txtai as its documentation builds hybrid search: dense and BM25 with equal weights, content stored beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.benchmarks.peers.protocol import encoder_path, main, read_jsonl, use_threads


class TxtaiHybrid:
    """Embeddings(hybrid=True, content=True); articles split into paragraphs by its own segmentation pipeline.

    Its quick start splits by sections, which are runs of three line ends: in plain text that leaves whole articles, so
    paragraphs, the next finer kind, serve it better.
    """

    def load(self, folder: Path, threads: int) -> None:
        """Load the encoder; txtai keeps what it indexes in memory and temporary files."""
        from txtai import Embeddings  # type: ignore[import-not-found, unused-ignore]
        from txtai.pipeline import Segmentation  # type: ignore[import-not-found, unused-ignore]

        use_threads(threads)
        self._embeddings = Embeddings(
            path=encoder_path(), method="sentence-transformers", hybrid=True, content=True, gpu=False, encodebatch=32
        )
        self._embeddings.transform("warm up")
        self._split = Segmentation(paragraphs=True)

    def ingest(self, articles: Path) -> int:
        """Split, embed and store."""
        self._embeddings.index(self._paragraphs(articles))
        return int(self._embeddings.count())

    def _paragraphs(self, articles: Path) -> Iterator[str]:
        for record in read_jsonl(articles):
            yield from self._split(record["text"])

    def ask(self, question: str, k: int) -> tuple[list[str], Mapping[str, float]]:
        """Search with both channels."""
        return [found["text"] for found in self._embeddings.search(question, k)], {}

    def close(self) -> None:
        """Close the index."""
        self._embeddings.close()


if __name__ == "__main__":
    main(TxtaiHybrid())
